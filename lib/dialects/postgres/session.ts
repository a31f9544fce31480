// One connection as the contract's Session. Knows the driver only by the few calls it needs.
import type { ConnectOptions, RawResult, Row, Session } from '../contract.ts';
import type { PostgresAddress } from './address.ts';

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
  end(): Promise<void>;
}

/** What is known of an open connection. */
export interface Opened {
  readonly driver: Driver;
  readonly address: PostgresAddress;
  readonly options: ConnectOptions;
  /** Ends what runs now, by a connection of its own. */
  readonly cancel: () => Promise<void>;
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

/** Wraps an open connection. */
export const sessionOf = ({ driver, address, options, cancel }: Opened): Session => ({
  mode: options.mode,
  address,
  query: async (sql, values) => (await driver.send(sql, values)).rows.filter(isRow),
  raw: async (sql, values): Promise<RawResult> => {
    const answer = await driver.sendRaw(sql, values);
    return {
      columns: answer.fields.map((field) => ({ name: field.name, type: field.dataTypeID })),
      rows: answer.rows.filter(isRowArray),
      affected: affected(answer),
    };
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
  close: () => driver.end(),
});
