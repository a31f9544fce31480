// Prisma's ledger, written exactly as Prisma's engine writes it: each statement on the caller's session, in its transaction.
//
// Facts: schema-engine/connectors/sql-schema-connector/src/migration_persistence.rs.
import { randomUUID } from 'node:crypto';
import type { Session } from '../../dialects/contract.ts';
import { DbsyncError } from '../../errors/index.ts';
import type { LedgerWriter, Migration } from '../contract.ts';
import { LEDGER_TABLE, type LedgerAccess, readRows } from './ledger.ts';
import { shown } from './words.ts';

/** One ledger to write: its statements, with names and values in the dialect's way. */
interface Writing {
  /** The ledger's quoted name. */
  readonly table: string;
  readonly name: (column: string) => string;
  readonly mark: (position: number) => string;
  readonly time: (at: Date) => string | number;
}

const insert = async (
  { table, name, mark }: Writing,
  session: Session,
  row: Readonly<Record<string, unknown>>,
): Promise<void> => {
  const columns = Object.keys(row);
  const marks = columns.map((_, index) => mark(index + 1)).join(', ');
  const names = columns.map(name).join(', ');
  await session.raw(`INSERT INTO ${table} (${names}) VALUES (${marks})`, Object.values(row));
};

/** Sets columns of the row with that id; `more` is SQL without values. */
const update = async (
  { table, name, mark }: Writing,
  session: Session,
  change: { readonly id: string; readonly column: string; readonly value: unknown; readonly more?: string },
): Promise<void> => {
  const sets = `${name(change.column)} = ${mark(1)}${change.more ?? ''}`;
  await session.raw(`UPDATE ${table} SET ${sets} WHERE ${name('id')} = ${mark(2)}`, [
    change.value,
    change.id,
  ]);
};

const unfinished = ({ name }: Writing): string =>
  `${name('finished_at')} IS NULL AND ${name('rolled_back_at')} IS NULL`;

const done = ({ name }: Writing): string =>
  `${name('finished_at')} IS NOT NULL AND ${name('rolled_back_at')} IS NULL`;

/** How many rows that migration has in that condition. */
const count = async (
  { table, name, mark }: Writing,
  session: Session,
  where: { readonly migration: string; readonly condition: string },
): Promise<number> => {
  const sql = `SELECT ${name('id')} FROM ${table} WHERE ${name('migration_name')} = ${mark(1)} AND ${where.condition}`;
  return (await session.query(sql, [where.migration])).length;
};

/** Marks every unfinished row of that migration as rolled back, as Prisma does for both kinds of `resolve`. */
const closeUnfinished = async (
  writing: Writing,
  session: Session,
  row: { readonly migration: string; readonly at: Date },
): Promise<void> => {
  const { table, name, mark, time } = writing;
  const sql = `UPDATE ${table} SET ${name('rolled_back_at')} = ${mark(1)} WHERE ${name('migration_name')} = ${mark(2)} AND ${unfinished(writing)}`;
  await session.raw(sql, [time(row.at), row.migration]);
};

const markRolledBack = async (
  writing: Writing,
  session: Session,
  row: { migration: string; at: Date },
): Promise<void> => {
  const condition = unfinished(writing);
  if ((await count(writing, session, { migration: row.migration, condition })) === 0) {
    throw new DbsyncError('MIGRATION_UNKNOWN', {
      summary: `The ledger has no failed migration called ${shown(row.migration)}.`,
      why: 'Only a migration that was started and neither finished nor rolled back can be marked as rolled back.',
      next: ['$ npx zx tasks/status.ts --env <env>'],
    });
  }
  await closeUnfinished(writing, session, row);
};

/** Writes nothing where the migration already counts as applied. */
const markApplied = async (
  writing: Writing,
  session: Session,
  row: { migration: Migration; at: Date },
): Promise<void> => {
  const { id: migration, checksum } = row.migration;
  if ((await count(writing, session, { migration, condition: done(writing) })) > 0) return;
  await closeUnfinished(writing, session, { migration, at: row.at });
  const at = writing.time(row.at);
  await insert(writing, session, {
    id: randomUUID(),
    checksum,
    finished_at: at,
    migration_name: migration,
    logs: '',
    started_at: at,
    applied_steps_count: 0,
  });
};

/**
 * The open row goes on: Prisma counts a row as applied by its finish alone, so the failure's own words stay in the log, with a
 * line below them that says where the migration went on. The checksum becomes that of the text which completes it.
 */
const reopen = async (
  writing: Writing,
  session: Session,
  { migration, at, note }: { migration: Migration; at: Date; note: string },
): Promise<string> => {
  const { table, name, mark, time } = writing;
  const select = `SELECT ${name('id')}, ${name('logs')} FROM ${table} WHERE ${name('migration_name')} = ${mark(1)} AND ${unfinished(writing)} ORDER BY ${name('started_at')} DESC`;
  const [row] = await session.query(select, [migration.id]);
  if (!row) {
    const id = randomUUID();
    const { checksum, id: migration_name } = migration;
    await insert(writing, session, { id, checksum, started_at: time(at), migration_name });
    return id;
  }
  const id = String(row.id);
  const logs = [row.logs, `${note} (${at.toISOString()})`]
    .filter((text) => text !== null && text !== '')
    .join('\n');
  await session.raw(
    `UPDATE ${table} SET ${name('logs')} = ${mark(1)}, ${name('checksum')} = ${mark(2)} WHERE ${name('id')} = ${mark(3)}`,
    [logs, migration.checksum, id],
  );
  return id;
};

/** The writer of one database's ledger. */
export const ledgerWriter = (access: LedgerAccess): LedgerWriter => {
  const { dialect, provider } = access;
  const writing: Writing = {
    table: dialect.quote(LEDGER_TABLE),
    name: dialect.quote,
    mark: dialect.facts.placeholder,
    time: provider.writeTime,
  };
  const steps = writing.name('applied_steps_count');
  return {
    ensure: async (session) => {
      if ((await readRows(session, access)) === null) await session.execute(provider.ledgerDdl);
    },
    started: async (session, { checksum, id: migration_name }, at) => {
      const id = randomUUID();
      await insert(writing, session, { id, checksum, started_at: writing.time(at), migration_name });
      return id;
    },
    resumed: (session, migration, { at, note }) => reopen(writing, session, { migration, at, note }),
    finished: (session, id, at) =>
      update(writing, session, {
        id,
        column: 'finished_at',
        value: writing.time(at),
        more: `, ${steps} = ${steps} + 1`,
      }),
    failed: (session, id, logs) => update(writing, session, { id, column: 'logs', value: logs }),
    rolledBack: (session, migration, at) => markRolledBack(writing, session, { migration, at }),
    applied: (session, migration, at) => markApplied(writing, session, { migration, at }),
  };
};
