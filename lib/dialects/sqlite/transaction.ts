// Begins, commits and rolls back a batch. Foreign keys are switched outside the transaction, where it has an effect, and no
// batch is committed that made orphans. Decides nothing about which statements belong together.
import { DbsyncError } from '../../errors/index.ts';
import type { Batch, Session } from '../contract.ts';
import { handleOf } from './connect.ts';
import { printable, quote } from './rules.ts';

/** Rows that find no parent, counted by `child -> parent`, and one by one where they are few enough. */
interface Violations {
  readonly pairs: ReadonlyMap<string, number>;
  readonly exact: ReadonlyMap<string, number> | null;
}

interface Orphan {
  readonly table: string;
  readonly rowid: unknown;
  readonly parent: string;
  readonly constraint: number;
}

/** What each session's open batch found when it began. */
const before = new WeakMap<Session, Violations>();

/** Beyond so many rows, violations are told apart by table and parent only. */
const EXACT_ROWS = 20_000;

const TABLES_WITH_KEYS = `
  SELECT DISTINCT s.name FROM main.sqlite_schema AS s JOIN pragma_foreign_key_list(s.name, 'main')
  WHERE s.type = 'table' AND s.rootpage <> 0`;

const orphansOf = async (session: Session, check: string): Promise<Orphan[]> =>
  (await session.query(check)).map((row) => ({
    table: String(row.table),
    rowid: row.rowid,
    parent: String(row.parent),
    constraint: Number(row.fkid),
  }));

/**
 * https://sqlite.org/pragma.html#pragma_foreign_key_check. One key that cannot be (its parent columns are not unique) makes
 * the engine refuse the whole question; then each table is asked alone, and such a key is a finding itself.
 */
const orphans = async (session: Session): Promise<Orphan[]> => {
  try {
    return await orphansOf(session, 'PRAGMA main.foreign_key_check');
  } catch {
    const found: Orphan[] = [];
    for (const { name } of await session.query(TABLES_WITH_KEYS)) {
      const table = String(name);
      try {
        found.push(...(await orphansOf(session, `PRAGMA main.foreign_key_check(${quote(table)})`)));
      } catch {
        found.push({ table, rowid: null, parent: 'a key that cannot be a parent', constraint: -1 });
      }
    }
    return found;
  }
};

const keyColumns = async (session: Session, table: string): Promise<Map<number, string[]>> => {
  const rows = await session.query(
    'SELECT id, "from" AS name FROM pragma_foreign_key_list(?) ORDER BY id, seq',
    [table],
  );
  const columns = new Map<number, string[]>();
  for (const { id, name } of rows) {
    columns.set(Number(id), [...(columns.get(Number(id)) ?? []), String(name)]);
  }
  return columns;
};

const valuesOf = (session: Session, orphan: Orphan, columns: readonly string[]): string => {
  if (orphan.rowid === null || columns.length === 0) return '';
  const list = columns.map((column) => `quote(${quote(column)})`).join(" || ',' || ");
  const statement = handleOf(session).prepare(
    `SELECT ${list} FROM main.${quote(orphan.table)} WHERE rowid = ?`,
  );
  return String(statement.pluck(true).get(orphan.rowid) ?? '');
};

const count = (counts: Map<string, number>, key: string): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1);
};

const pairOf = ({ table, parent }: Orphan): string => `${printable(table)} -> ${printable(parent)}`;

/** Rows are told apart by their values, not by rowid or constraint number, which a rebuilt table changes. */
const violations = async (session: Session): Promise<Violations> => {
  const found = await orphans(session);
  const pairs = new Map<string, number>();
  const exact = new Map<string, number>();
  const columns = new Map<string, Map<number, string[]>>();
  for (const orphan of found) {
    count(pairs, pairOf(orphan));
    if (found.length > EXACT_ROWS) continue;
    const known = columns.get(orphan.table) ?? (await keyColumns(session, orphan.table));
    columns.set(orphan.table, known);
    const values = valuesOf(session, orphan, known.get(orphan.constraint) ?? []);
    count(exact, `${pairOf(orphan)}\u0000${values}`);
  }
  return { pairs, exact: found.length > EXACT_ROWS ? null : exact };
};

/** How many there are more, by pair. */
const grown = (from: Violations, to: Violations): Map<string, number> => {
  const exact = from.exact !== null && to.exact !== null;
  const old = (exact ? from.exact : from.pairs) ?? from.pairs;
  const fresh = new Map<string, number>();
  for (const [key, rows] of (exact ? to.exact : to.pairs) ?? to.pairs) {
    const more = rows - (old.get(key) ?? 0);
    const pair = key.split('\u0000')[0] ?? key;
    if (more > 0) fresh.set(pair, (fresh.get(pair) ?? 0) + more);
  }
  return fresh;
};

const setForeignKeys = async (session: Session, on: boolean): Promise<void> => {
  await session.execute(`PRAGMA foreign_keys = ${on ? 'ON' : 'OFF'}`);
};

/**
 * Switches foreign keys as the batch wants, and begins its transaction if it has one. Where that fails (the file is locked),
 * everything is as it was.
 */
export const begin = async (session: Session, batch: Batch): Promise<void> => {
  await setForeignKeys(session, batch.settings.foreignKeys !== 'off');
  try {
    // IMMEDIATE: the write lock is got now, or nothing has begun.
    if (batch.transactional) await session.execute('BEGIN IMMEDIATE');
    before.set(session, await violations(session));
  } catch (error) {
    await rollback(session, batch);
    throw error;
  }
};

const assertNoNewOrphans = async (session: Session): Promise<void> => {
  const known = before.get(session);
  if (known === undefined) return;
  const fresh = grown(known, await violations(session));
  if (fresh.size === 0) return;
  const list = [...fresh].map(([pair, rows]) => `${pair}: ${rows}`).join(', ');
  throw new DbsyncError('APPLY_FAILED', {
    summary: `The migration leaves rows whose foreign key finds no parent (${list}).`,
    why: 'They were not there before it began; with foreign keys on, the application could not have written them.',
    next: ['Correct the migration so that it moves or removes these rows, and plan again.'],
    details: { violations: Object.fromEntries(fresh) },
  });
};

const release = async (session: Session): Promise<void> => {
  before.delete(session);
  await setForeignKeys(session, true);
};

/** Commits, after a look for new orphans. Throws APPLY_FAILED where there are any, and leaves the rollback to the caller. */
export const commit = async (session: Session, batch: Batch): Promise<void> => {
  await assertNoNewOrphans(session);
  if (batch.transactional || handleOf(session).inTransaction) await session.execute('COMMIT');
  await release(session);
};

/** Rolls back what can be, and turns foreign keys on again. Safe where the engine has rolled back by itself. */
export const rollback = async (session: Session, _batch: Batch): Promise<void> => {
  if (handleOf(session).inTransaction) await session.execute('ROLLBACK');
  await release(session);
};
