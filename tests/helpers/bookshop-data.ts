// Fills a bookshop database with the rows of bookshop-rows.ts, at whatever migration level it is: tables and columns that the
// level lacks are left out. Knows nothing of migrations but how to run SQL text.

import type { Connection, RowDataPacket } from 'mysql2/promise';
import type { Client } from 'pg';
import Database from './better-sqlite3.ts';
import { type BookshopOptions, bookshopRows, type Cell } from './bookshop-rows.ts';
import type { MigrationFile } from './project.ts';

export type { BookshopOptions } from './bookshop-rows.ts';

/** Rows that were inserted, by table; tables that the level lacks are not named. */
export type RowCounts = Readonly<Record<string, number>>;

/** Keeps the tables and columns that the database has: one list of column names and one of values per table. */
const fitting = (
  options: BookshopOptions,
  columnsOf: ReadonlyMap<string, ReadonlySet<string>>,
): readonly { table: string; columns: readonly string[]; values: readonly (readonly Cell[])[] }[] =>
  bookshopRows(options).flatMap(({ table, rows }) => {
    const known = columnsOf.get(table);
    if (known === undefined) return [];
    const columns = Object.keys(rows[0] ?? {}).filter((column) => known.has(column));
    return [{ table, columns, values: rows.map((row) => columns.map((column) => row[column] ?? null)) }];
  });

const grouped = (rows: readonly (readonly [string, string])[]): ReadonlyMap<string, ReadonlySet<string>> => {
  const map = new Map<string, Set<string>>();
  for (const [table, column] of rows) map.set(table, (map.get(table) ?? new Set<string>()).add(column));
  return map;
};

/** A date as UTC text without an offset: no driver's time zone can shift it. */
const plainDate = (cell: Cell): Cell =>
  cell instanceof Date ? cell.toISOString().slice(0, 23).replace('T', ' ') : cell;

const sqliteCell = (cell: Cell): string | number | null => {
  if (cell instanceof Date) return cell.toISOString().replace('Z', '+00:00');
  return typeof cell === 'boolean' ? Number(cell) : cell;
};

/** Applies migrations to a SQLite file as they stand, but for the string literals in double quotes that this driver refuses. */
export const migrateSqlite = (file: string, migrations: readonly MigrationFile[]): void => {
  const database = new Database(file);
  try {
    for (const { sql } of migrations) database.exec(sql.replaceAll('= "paper"', "= 'paper'"));
  } finally {
    database.close();
  }
};

/** Fills the file in one transaction; dates are written as Prisma 7 writes them (ISO 8601 text with an offset). */
export const fillSqlite = (file: string, options: BookshopOptions = {}): RowCounts => {
  const database = new Database(file, { fileMustExist: true });
  try {
    if (options.orphans === true) database.pragma('foreign_keys = OFF');
    const found = database
      .prepare<[], [string, string]>(
        "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'",
      )
      .raw()
      .all();
    const counts: Record<string, number> = {};
    database.transaction(() => {
      for (const { table, columns, values } of fitting(options, grouped(found))) {
        const names = columns.map((column) => `"${column}"`).join(', ');
        const insert = database.prepare(
          `INSERT INTO "${table}" (${names}) VALUES (${columns.map(() => '?').join(', ')})`,
        );
        for (const row of values) insert.run(row.map(sqliteCell));
        counts[table] = values.length;
      }
    })();
    return counts;
  } finally {
    database.close();
  }
};

/** Fills the database behind the client in one transaction; sequences continue after the last row. */
export const fillPostgres = async (client: Client, options: BookshopOptions = {}): Promise<RowCounts> => {
  const found = await client.query<{ table_name: string; column_name: string }>(
    'SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()',
  );
  const columnsOf = grouped(found.rows.map((row) => [row.table_name, row.column_name]));
  const counts: Record<string, number> = {};
  await client.query('BEGIN');
  try {
    for (const { table, columns, values } of fitting(options, columnsOf)) {
      const names = columns.map((column) => `"${column}"`).join(', ');
      let next = 0;
      const tuples = values.map((row) => `(${row.map(() => `$${++next}`).join(', ')})`).join(', ');
      await client.query(`INSERT INTO "${table}" (${names}) VALUES ${tuples}`, values.flat().map(plainDate));
      if (columns.includes('id')) {
        await client.query(
          `SELECT setval(pg_get_serial_sequence('"${table}"', 'id'), (SELECT max(id) FROM "${table}"))`,
        );
      }
      counts[table] = values.length;
    }
    await client.query('COMMIT');
    return counts;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
};

/** Fills the connection's database in one transaction. */
export const fillMysql = async (
  connection: Connection,
  options: BookshopOptions = {},
): Promise<RowCounts> => {
  const [found] = await connection.query<RowDataPacket[]>(
    'SELECT table_name AS t, column_name AS c FROM information_schema.columns WHERE table_schema = database()',
  );
  const columnsOf = grouped(found.map((row) => [String(row.t), String(row.c)]));
  const counts: Record<string, number> = {};
  await connection.beginTransaction();
  try {
    for (const { table, columns, values } of fitting(options, columnsOf)) {
      const names = columns.map((column) => `\`${column}\``).join(', ');
      const rows = values.map((row) => row.map(plainDate));
      await connection.query(`INSERT INTO \`${table}\` (${names}) VALUES ?`, [rows]);
      counts[table] = values.length;
    }
    await connection.commit();
    return counts;
  } catch (error) {
    await connection.rollback();
    throw error;
  }
};
