// Sessions straight on better-sqlite3 that remember what was sent, for tests of the Prisma source.

import type { Dialect, RawResult, Session } from '../../lib/dialects/contract.ts';
import { dialect as sqlite } from '../../lib/dialects/sqlite/index.ts';
import type { SourceContext } from '../../lib/sources/contract.ts';
import { redactor, Secret } from '../../lib/target/index.ts';
import Database from './better-sqlite3.ts';

export interface TestSession extends Session {
  /** Every text that reached the database, in order. */
  readonly sent: string[];
}

const bindable = (values: readonly unknown[]): unknown[] =>
  values.map((value) => (value instanceof Date ? value.toISOString() : value));

/** A session on a file or on memory; `read` opens the file read-only. */
export const sqliteSession = (file: string, mode: 'read' | 'write' = 'write'): TestSession => {
  const database = new Database(file, { readonly: mode === 'read' });
  const sent: string[] = [];
  const raw = async (sql: string, values: readonly unknown[] = []): Promise<RawResult> => {
    sent.push(sql);
    const statement = database.prepare(sql);
    if (!statement.reader) {
      return { columns: [], rows: [], affected: statement.run(...bindable(values)).changes };
    }
    const columns = statement.columns().map(({ name, type }) => ({ name, type }));
    const rows = statement.raw().all(...bindable(values)) as unknown[][];
    return { columns, rows, affected: null };
  };
  return {
    sent,
    mode,
    address: { dialect: 'sqlite', display: file, url: new Secret(`file:${file}`), secrets: [] },
    raw,
    query: async (sql, values = []) => {
      const { columns, rows } = await raw(sql, values);
      return rows.map((row) => Object.fromEntries(columns.map(({ name }, index) => [name, row[index]])));
    },
    execute: async (sql) => {
      sent.push(sql);
      database.exec(sql);
      return null;
    },
    script: async (sql) => {
      sent.push(sql);
      database.exec(sql);
    },
    limit: async () => {},
    cancel: async () => {},
    close: async () => {
      database.close();
    },
  };
};

const timeouts = { connectMs: 5000, lockMs: 2000, statementMs: 0, runnerLockMs: 1000, probeMs: 2000 };

/** A context for SQLite, with shadow databases in memory; `dialect` overrides parts of it. */
export const sqliteContext = (
  dialect: Partial<Dialect> = {},
): SourceContext & { readonly shadows: number[] } => {
  const shadows: number[] = [];
  return {
    shadows,
    dialect: { ...sqlite, ...dialect },
    timeouts,
    redact: redactor([]),
    withEmptyShadow: async (work) => {
      const shadow = sqliteSession(':memory:');
      shadows.push(1);
      try {
        return await work(shadow);
      } finally {
        shadows.push(-1);
        await shadow.close();
      }
    },
  };
};
