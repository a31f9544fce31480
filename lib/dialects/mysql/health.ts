// What is wrong with a database as it stands: views that do not work, damaged tables, orphans, leftovers. Reads, and nothing heavy:
// CHECK TABLE would read every page.
import type { HealthFinding, Row, Session } from '../contract.ts';
import { literal, printable, quote } from './quote.ts';
import { probe } from './session.ts';
import { SHADOW_PREFIX } from './shadow/server.ts';

/** Orphans are looked for in tables of up to so many rows, by the server's estimate; larger ones are a probe of their own. */
const ORPHAN_ROWS = 200_000;

/**
 * The server writes into a view's or table's comment what it met when it opened it. MariaDB opens only what it must: naming TABLE_ROWS
 * makes it (measured on 10.11).
 */
const broken = async (session: Session): Promise<HealthFinding[]> => {
  const rows = await session.query(
    `SELECT TABLE_NAME AS name, TABLE_TYPE AS type, TABLE_COMMENT AS comment, TABLE_ROWS AS opened
     FROM information_schema.TABLES
     WHERE TABLE_SCHEMA = DATABASE()
       AND ((TABLE_TYPE = 'VIEW' AND TABLE_COMMENT <> 'VIEW')
         OR (TABLE_TYPE <> 'VIEW' AND ENGINE IS NULL))`,
  );
  return rows.map((row) => {
    const view = row.type === 'VIEW';
    const name = printable(String(row.name));
    return {
      code: view ? 'invalid-view' : 'damaged-table',
      subject: `${view ? 'view' : 'table'} ${name}`,
      message: printable(`${name} cannot be opened: ${String(row.comment)}`),
      remedy: view
        ? 'Drop the view, or bring back what it reads.'
        : 'Look into the server log, and restore the table.',
      count: 1,
    };
  });
};

export interface Key {
  readonly table: string;
  readonly name: string;
  readonly columns: readonly string[];
  /** Null: the same schema. */
  readonly parentSchema: string | null;
  readonly parent: string;
  readonly parentColumns: readonly string[];
}

const keysOf = (rows: readonly Row[]): readonly Key[] => {
  const keys = new Map<string, Key>();
  for (const row of rows) {
    const id = `${String(row.tbl)}\u0000${String(row.name)}`;
    const known = keys.get(id);
    keys.set(id, {
      table: String(row.tbl),
      name: String(row.name),
      columns: [...(known?.columns ?? []), String(row.col)],
      parentSchema: String(row.ref_schema),
      parent: String(row.ref_table),
      parentColumns: [...(known?.parentColumns ?? []), String(row.ref_col)],
    });
  }
  return [...keys.values()];
};

const smallTables = async (session: Session): Promise<ReadonlySet<string>> => {
  const rows = await session.query(
    `SELECT TABLE_NAME AS name FROM information_schema.TABLES
     WHERE TABLE_SCHEMA = DATABASE() AND TABLE_ROWS <= ${ORPHAN_ROWS}`,
  );
  return new Set(rows.map((row) => String(row.name)));
};

/** FROM and WHERE of the rows `c` whose reference leads nowhere; rows with a NULL in it refer to nothing. */
export const orphansFrom = (key: Key): string => {
  const on = key.columns.map(
    (column, index) => `p.${quote(key.parentColumns[index] ?? '')} = c.${quote(column)}`,
  );
  const set = key.columns.map((column) => `c.${quote(column)} IS NOT NULL`);
  const parent =
    key.parentSchema === null ? quote(key.parent) : `${quote(key.parentSchema)}.${quote(key.parent)}`;
  return `FROM ${quote(key.table)} c
    WHERE ${set.join(' AND ')} AND NOT EXISTS
      (SELECT 1 FROM ${parent} p WHERE ${on.join(' AND ')})`;
};

const orphansOf = async (session: Session, key: Key): Promise<HealthFinding[]> => {
  try {
    const [row] = await probe(session, `SELECT COUNT(*) AS n ${orphansFrom(key)}`);
    const count = Number(row?.n ?? 0);
    if (count === 0) return [];
    const [table, parent] = [printable(key.table), printable(key.parent)];
    return [
      {
        code: 'orphans',
        subject: `table ${table}`,
        message: `${count} rows of ${table} refer to rows of ${parent} that do not exist.`,
        remedy: 'Remove these rows, set their reference to NULL, or bring the missing rows back.',
        count,
      },
    ];
  } catch {
    // Too long, or the parent cannot be read: nothing is known, and nothing is claimed.
    return [];
  }
};

const orphans = async (session: Session): Promise<HealthFinding[]> => {
  const rows = await session.query(
    `SELECT TABLE_NAME AS tbl, CONSTRAINT_NAME AS name, COLUMN_NAME AS col, REFERENCED_TABLE_SCHEMA AS ref_schema,
            REFERENCED_TABLE_NAME AS ref_table, REFERENCED_COLUMN_NAME AS ref_col
     FROM information_schema.KEY_COLUMN_USAGE
     WHERE TABLE_SCHEMA = DATABASE() AND REFERENCED_TABLE_NAME IS NOT NULL
     ORDER BY TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION`,
  );
  const small = rows.length > 0 ? await smallTables(session) : new Set<string>();
  const found: HealthFinding[] = [];
  for (const key of keysOf(rows)) if (small.has(key.table)) found.push(...(await orphansOf(session, key)));
  return found;
};

/** Shadow databases of runs that did not end in order: nobody is connected to them, as far as this role may see. */
export const leftovers = async (session: Session): Promise<HealthFinding[]> => {
  const pattern = `${SHADOW_PREFIX.replaceAll('_', '\\_')}%`;
  const rows = await session.query(
    `SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA WHERE SCHEMA_NAME LIKE ${literal(pattern)}
       AND NOT EXISTS (SELECT 1 FROM information_schema.PROCESSLIST WHERE DB = SCHEMA_NAME)`,
  );
  return rows.map((row) => ({
    code: 'leftover-shadow',
    subject: `database ${printable(String(row.name))}`,
    message: `${printable(String(row.name))} is a shadow database that an interrupted run left behind.`,
    remedy: `Drop it: DROP DATABASE ${printable(quote(String(row.name)))}`,
    count: 1,
  }));
};

/** See `Dialect.health`. */
export const health = async (session: Session): Promise<readonly HealthFinding[]> => [
  ...(await broken(session)),
  ...(await orphans(session)),
  ...(await leftovers(session)),
];
