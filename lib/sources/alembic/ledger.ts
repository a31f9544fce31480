// Alembic's ledger: one row for each head that is applied. Reads it on the session it is given, and stamps it as Alembic does.
import { readFile } from 'node:fs/promises';
import type { Session } from '../../dialects/contract.ts';
import { DbsyncError } from '../../errors/index.ts';
import type { Ledger, LedgerWriter } from '../contract.ts';
import { below, graphOf } from './graph.ts';
import { judge } from './judge.ts';
import type { Workbench } from './setup.ts';

const tableName = (bench: Workbench): string => {
  const { quote } = bench.context.dialect;
  const { table, schema } = bench.env;
  return schema === null ? quote(table) : `${quote(schema)}.${quote(table)}`;
};

const unreadable = (bench: Workbench, error: unknown): DbsyncError => {
  const read = bench.context.dialect.explain(error);
  return new DbsyncError('LEDGER_UNREADABLE', {
    summary: `Alembic's ledger ${bench.env.table} is there but cannot be read.`,
    why: read.message,
    next: [
      `Grant SELECT on ${bench.env.table} to the role of this environment's URL, or use the role that runs migrations.`,
    ],
    details: { engineCode: read.code },
    cause: error,
  });
};

/** The ledger's rows; null where there is no table. Throws LEDGER_UNREADABLE. */
export const readRows = async (session: Session, bench: Workbench): Promise<readonly string[] | null> => {
  const { quote, facts } = bench.context.dialect;
  const ask = bench.provider.tableExists({ ...bench.env, quote, placeholder: facts.placeholder });
  try {
    const [found] = await session.query(ask.sql, ask.values);
    if (found === undefined || found.present === null) return null;
    const rows = await session.query(
      `SELECT ${quote('version_num')} FROM ${tableName(bench)} ORDER BY ${quote('version_num')}`,
    );
    return rows.map((row) => String(row.version_num));
  } catch (error) {
    throw unreadable(bench, error);
  }
};

/** Which of the ids some revision file still names. */
const mentionedIn = async (bench: Workbench, ids: readonly string[]): Promise<ReadonlySet<string>> => {
  if (ids.length === 0) return new Set();
  const texts = await Promise.all(
    bench.history.revisions.map(({ path }) => readFile(path, 'utf8').catch(() => '')),
  );
  return new Set(ids.filter((id) => texts.some((text) => text.includes(id))));
};

const notOurs = (what: string): DbsyncError =>
  new DbsyncError('SOURCE_UNSUPPORTED', {
    summary: `Alembic's ledger cannot record that a revision ${what}.`,
    why: 'It holds nothing but the ids of the applied heads, and Alembic itself writes them when it runs a revision.',
    next: ['Run the revision, or record it as applied with proof:', '$ npx zx tasks/recover.ts --env <env>'],
  });

/** Moves the rows as `alembic stamp` does: the revision takes the place of those that it implies. */
const stamp = async (session: Session, bench: Workbench, id: string): Promise<void> => {
  const graph = graphOf(bench.history);
  const { quote, facts } = bench.context.dialect;
  const [table, column] = [tableName(bench), quote('version_num')];
  const rows = (await readRows(session, bench)) ?? [];
  if (rows.some((row) => row === id || below(graph, row).has(id))) return;
  const [first, ...others] = rows.filter((row) => below(graph, id).has(row));
  for (const row of others) {
    await session.raw(`DELETE FROM ${table} WHERE ${column} = ${facts.placeholder(1)}`, [row]);
  }
  if (first === undefined) {
    await session.raw(`INSERT INTO ${table} (${column}) VALUES (${facts.placeholder(1)})`, [id]);
    return;
  }
  const sql = `UPDATE ${table} SET ${column} = ${facts.placeholder(1)} WHERE ${column} = ${facts.placeholder(2)}`;
  await session.raw(sql, [id, first]);
};

const writerOf = (bench: Workbench): LedgerWriter => ({
  ensure: async (session) => {
    if ((await readRows(session, bench)) !== null) return;
    const { quote } = bench.context.dialect;
    // The DDL of alembic.runtime.migration.MigrationContext, version_table_pk included.
    await session.execute(
      `CREATE TABLE ${tableName(bench)} (${quote('version_num')} VARCHAR(32) NOT NULL, CONSTRAINT ${quote(`${bench.env.table}_pkc`)} PRIMARY KEY (${quote('version_num')}))`,
    );
  },
  started: () => Promise.reject(notOurs('was started')),
  finished: () => Promise.reject(notOurs('finished')),
  failed: () => Promise.reject(notOurs('failed')),
  rolledBack: () => Promise.reject(notOurs('was rolled back')),
  applied: (session, migration) => stamp(session, bench, migration.id),
});

/** The ledger of an opened project. */
export const ledgerOf = (bench: Workbench): Ledger => ({
  objects: [
    {
      kind: 'table',
      name: bench.env.table,
      ...(bench.env.schema !== null && { namespace: bench.env.schema }),
    },
  ],
  read: async (session, { targetHasObjects }) => {
    const rows = session ? await readRows(session, bench) : null;
    const known = new Set(bench.history.revisions.map(({ id }) => id));
    const unknown = (rows ?? []).filter((id) => !known.has(id));
    return judge({
      rows,
      history: bench.history,
      targetHasObjects,
      head: bench.context.tool?.head ?? null,
      mentioned: await mentionedIn(bench, unknown),
    });
  },
  writer: writerOf(bench),
  toolLock: null,
});
