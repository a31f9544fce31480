// A connection as dbsync sees it: where to, how to ask, what the server says it is. Part of the dialects' contract.
import type { Value } from '../schema/index.ts';
import type { Secret, Timeouts } from '../target/index.ts';

/** Where a database is, parsed from its URL. Dialects extend it; nobody else looks inside. */
export interface Address {
  readonly dialect: string;
  /** For people, without secrets: `app@db.example:5432/shop`, or an absolute file. */
  readonly display: string;
  /** A URL that the dialect's tools understand, for children that must connect by themselves. */
  readonly url: Secret;
  /** Every credential in it, for redaction. */
  readonly secrets: readonly Secret[];
  /** It opens nothing but a private server of dbsync's own, which is gone when the run is. */
  readonly ephemeral?: true;
  /** It is a shadow on a server that is not dbsync's own, where statements can name other databases: see `Dialect.refuseBeyond`. */
  readonly shared?: true;
  /** The absolute file, where the database is one. */
  readonly file?: string;
}

export type Row = Readonly<Record<string, unknown>>;

/** Rows as arrays, with the engine's own word for each column's type: for callers that convert types themselves. */
export interface RawResult {
  readonly columns: readonly { readonly name: string; readonly type: string | number | null }[];
  readonly rows: readonly (readonly unknown[])[];
  /** Rows changed, where the engine says so. */
  readonly affected: number | null;
}

/** One connection. Errors come as the driver threw them; `Dialect.explain` reads them. */
export interface Session {
  /** `read`: the engine itself refuses writes (read-only open, read-only transactions), so that no bug of ours can write. */
  readonly mode: 'read' | 'write';
  readonly address: Address;
  /** One statement with bound values (placeholders as in `facts.placeholder`). */
  query(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** One statement with bound values; rows as arrays. */
  raw(sql: string, values?: readonly unknown[]): Promise<RawResult>;
  /** One statement without values, sent as it is; the number of rows it changed, where the engine says so. */
  execute(sql: string): Promise<number | null>;
  /** A whole script, sent as it is, for tools that bring one. */
  script(sql: string): Promise<void>;
  /** Limits for the following statements, in milliseconds; 0 means none. */
  limit(limits: { readonly lockMs?: number; readonly statementMs?: number }): Promise<void>;
  /** Ends what runs now, from outside; safe to call at any time. */
  cancel(): Promise<void>;
  /** Whether the connection is known to have ended. Asks nobody; absent where there is no connection that could. */
  isLost?(): boolean;
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly mode: 'read' | 'write';
  readonly timeouts: Timeouts;
}

/** What the server says it is. */
export interface Identity {
  /** `PostgreSQL`, `MariaDB`, `MySQL`, `SQLite`. */
  readonly product: string;
  readonly version: string;
  /** Version as a comparable number list, such as [10, 11, 19]. */
  readonly versionNumbers: readonly number[];
  readonly display: string;
  readonly identity: string;
  readonly instance: string;
  /** Facts that analysis needs (sql_mode, encoding, read-only, role), by name. */
  readonly facts: Readonly<Record<string, Value>>;
}
