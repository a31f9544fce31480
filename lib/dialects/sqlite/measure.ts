// Rows and bytes of tables, in bounded time: exact where the file is small enough to be read through, estimated elsewhere.
import type { Subject } from '../../schema/index.ts';
import type { Session, TableSize } from '../contract.ts';
import { timeoutsOf } from './connect.ts';
import { fold, quote } from './rules.ts';

/**
 * What a slow disk reads in a millisecond. The driver cannot interrupt a statement, so the bound must be known before it
 * begins: a file that could not be read through in the probe's time is not counted but estimated.
 */
const BYTES_PER_MS = 50_000;

const number = async (
  session: Session,
  sql: string,
  values: readonly unknown[] = [],
): Promise<number | null> => {
  const [row] = await session.query(sql, values);
  const value = row ? Object.values(row)[0] : null;
  return typeof value === 'number' ? value : null;
};

const fileBytes = async (session: Session): Promise<number> =>
  ((await number(session, 'PRAGMA main.page_count')) ?? 0) *
  ((await number(session, 'PRAGMA main.page_size')) ?? 0);

/** dbstat reads only the pages of the table that is named (https://sqlite.org/dbstat.html section 2); null where it is not there. */
const tableBytes = async (session: Session, table: string): Promise<number | null> => {
  try {
    return await number(session, `SELECT sum(pgsize) FROM dbstat('main', 1) WHERE name = ?`, [table]);
  } catch {
    return null;
  }
};

/** The first number of a table's statistics is its row count (https://sqlite.org/fileformat2.html#the_sqlite_stat1_table). */
const fromStatistics = async (session: Session, table: string): Promise<number | null> => {
  const there = await number(session, `SELECT count(*) FROM main.sqlite_schema WHERE name = 'sqlite_stat1'`);
  if (!there) return null;
  const sql = `SELECT max(CAST(stat AS INTEGER)) FROM main.sqlite_stat1 WHERE tbl = ? COLLATE NOCASE`;
  return number(session, sql, [table]);
};

/** The greatest rowid: what a table that only ever grew holds; null for tables without one. */
const fromRowid = async (session: Session, table: string): Promise<number | null> => {
  try {
    return (await number(session, `SELECT max(_rowid_) FROM main.${quote(table)}`)) ?? 0;
  } catch {
    return null;
  }
};

const rowsOf = async (
  session: Session,
  table: string,
  readable: boolean,
): Promise<{ rows: number; exact: boolean }> => {
  if (readable) {
    const rows = await number(session, `SELECT count(*) FROM main.${quote(table)}`);
    return { rows: rows ?? 0, exact: true };
  }
  const rows = (await fromStatistics(session, table)) ?? (await fromRowid(session, table)) ?? 0;
  return { rows, exact: false };
};

/** Rows and bytes of the named tables; those that are not there are left out. */
export const measure = async (
  session: Session,
  tables: readonly Pick<Subject, 'namespace' | 'name'>[],
): Promise<readonly TableSize[]> => {
  const present = await session.query(`SELECT name FROM main.sqlite_schema WHERE type = 'table'`);
  const names = new Map(present.map((row) => [fold(String(row.name)), String(row.name)]));
  const readable = (await fileBytes(session)) <= timeoutsOf(session).probeMs * BYTES_PER_MS;
  const sizes: TableSize[] = [];
  for (const { name } of tables) {
    const table = names.get(fold(name));
    if (table === undefined) continue;
    try {
      const counted = await rowsOf(session, table, readable);
      const bytes = readable ? await tableBytes(session, table) : null;
      sizes.push({ namespace: null, name: table, ...counted, bytes });
    } catch {
      // A virtual table whose module is not in this library cannot be read at all.
    }
  }
  return sizes;
};
