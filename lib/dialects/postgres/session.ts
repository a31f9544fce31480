// One connection as the contract's Session. Knows the driver only by the few calls it needs.
import type { ConnectOptions, RawResult, Row, Session } from '../contract.ts';
import type { PostgresAddress } from './address.ts';
import { refuseWrites } from './guards.ts';

/** One answer of the driver. */
export interface Answer {
  readonly rows: readonly unknown[];
  readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[];
  readonly rowCount: number | null;
  readonly command: string;
}

/** What a driver's connection must do. */
export interface Driver {
  /** Without values the text is sent as it is, in one message. */
  send(text: string, values?: readonly unknown[]): Promise<Answer>;
  /** As `send`, with rows as arrays and every value as the server's text. */
  sendRaw(text: string, values?: readonly unknown[]): Promise<Answer>;
  /** Several texts without values in one message; each answer, as of `sendRaw`, is given to `hear` when it is complete. */
  sendAll(texts: readonly string[], hear: (answer: Answer) => void): Promise<void>;
  /** Whether the connection ended by itself. */
  isLost(): boolean;
  end(): Promise<void>;
}

/** A session with what only this dialect's own files need. */
export interface PostgresSession extends Session {
  /** As `raw` for several statements without values; the server is at the next one while an answer is heard. Rejects with the first error. */
  readonly rawAll: (
    statements: readonly string[],
    hear: (result: RawResult, index: number) => void,
  ) => Promise<void>;
  /** Opens another session like this one, for reading. Throws as `connect` does, and soon. */
  readonly beside: () => Promise<PostgresSession>;
}

const isPostgresSession = (session: Session): session is PostgresSession => 'rawAll' in session;

/** Narrows what the contract hands back to what this dialect made. */
export const postgresSession = (session: Session): PostgresSession => {
  if (isPostgresSession(session)) return session;
  throw new TypeError('The session was not opened by the PostgreSQL dialect.');
};

/** What is known of an open connection. */
export interface Opened {
  readonly driver: Driver;
  readonly address: PostgresAddress;
  readonly options: ConnectOptions;
  /** Ends what runs now, by a connection of its own. */
  readonly cancel: () => Promise<void>;
  readonly beside: () => Promise<PostgresSession>;
}

const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null;
const isRowArray = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** Commands whose row count says how many rows changed; that of SELECT says how many were read. */
const CHANGES: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE', 'COPY']);

const affected = (answer: Answer): number | null => (CHANGES.has(answer.command) ? answer.rowCount : null);

const limitSql = (limits: { readonly lockMs?: number; readonly statementMs?: number }): string => {
  const parts: string[] = [];
  if (limits.lockMs !== undefined) parts.push(`SET lock_timeout = ${Math.trunc(limits.lockMs)}`);
  if (limits.statementMs !== undefined)
    parts.push(`SET statement_timeout = ${Math.trunc(limits.statementMs)}`);
  return parts.join('; ');
};

const rawOf = (answer: Answer): RawResult => ({
  columns: answer.fields.map((field) => ({ name: field.name, type: field.dataTypeID })),
  rows: answer.rows.filter(isRowArray),
  affected: affected(answer),
});

/** A driver that sends nothing but questions. */
const asking = (driver: Driver): Driver => ({
  send: async (text, values) => {
    refuseWrites(text);
    return driver.send(text, values);
  },
  sendRaw: async (text, values) => {
    refuseWrites(text);
    return driver.sendRaw(text, values);
  },
  sendAll: async (texts, hear) => {
    texts.forEach(refuseWrites);
    return driver.sendAll(texts, hear);
  },
  isLost: () => driver.isLost(),
  end: () => driver.end(),
});

/** Wraps an open connection; one for reading is guarded besides the server's own refusal. */
export const sessionOf = (opened: Opened): PostgresSession =>
  sessionWith(opened, opened.options.mode === 'read' ? asking(opened.driver) : opened.driver);

const sessionWith = ({ address, options, cancel, beside }: Opened, driver: Driver): PostgresSession => ({
  mode: options.mode,
  address,
  query: async (sql, values) => (await driver.send(sql, values)).rows.filter(isRow),
  raw: async (sql, values) => rawOf(await driver.sendRaw(sql, values)),
  rawAll: async (statements, hear) => {
    let index = 0;
    await driver.sendAll(statements, (answer) => {
      hear(rawOf(answer), index);
      index += 1;
    });
  },
  execute: async (sql) => affected(await driver.send(sql)),
  script: async (sql) => {
    await driver.send(sql);
  },
  limit: async (limits) => {
    const sql = limitSql(limits);
    if (sql !== '') await driver.send(sql);
  },
  cancel,
  beside,
  isLost: () => driver.isLost(),
  close: () => driver.end(),
});
