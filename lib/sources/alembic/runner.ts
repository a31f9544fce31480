// Runs given revisions by Alembic itself, on one address, and passes on what it sends. Decides nothing about what may run.
import type { Address } from '../../dialects/contract.ts';
import { DbsyncError } from '../../errors/index.ts';
import type {
  LedgerReport,
  Migration,
  MigrationPreview,
  RunHooks,
  SentStatement,
  ToolRunner,
} from '../contract.ts';
import { type Json, numberOrNull, textOf, textOrNull, textsOf } from './answer.ts';
import { graphOf, lineage, topsOf } from './graph.ts';
import type { Question, Workbench } from './setup.ts';

/** Added to the statement limit before silence counts as hanging: connecting, importing, Python's own work. */
const PATIENCE_MS = 30_000;

const silenceLimit = (bench: Workbench): number => {
  const { statementMs, lockMs, connectMs } = bench.context.timeouts;
  return statementMs === 0 ? 0 : statementMs + lockMs + connectMs + PATIENCE_MS;
};

/** The `migration` of a statement that env.py itself sent, outside of every revision. */
export const OUTSIDE = 'env.py';

/** Translates the bridge's events into calls of the hooks. */
const relay = (hooks: RunHooks): ((event: Json) => void) => {
  let current: SentStatement | null = null;
  const ended = (event: Json, error: { message: string; code: string | null } | null): void => {
    if (!current) return;
    const outcome = {
      durationMs: numberOrNull(event.durationMs),
      rows: numberOrNull(event.rows),
      inTransaction: typeof event.open === 'boolean' ? event.open : null,
      error,
    };
    hooks.onOutcome?.(current, outcome);
    current = null;
  };
  return (event) => {
    const kind = textOf(event.event);
    const what = textOf(event.what);
    const phase = textOf(event.phase);
    if (kind === 'statement') {
      current = {
        migration: textOf(event.revision) || OUTSIDE,
        text: textOf(event.text).trim(),
        ledger: event.ledger === true,
      };
      hooks.onStatement(current);
    } else if (kind === 'done') ended(event, null);
    else if (kind === 'broke') ended(event, { message: textOf(event.message), code: textOrNull(event.code) });
    else if (kind === 'transaction' && (what === 'begin' || what === 'commit' || what === 'rollback'))
      hooks.onTransaction?.(what, textOrNull(event.revision));
    else if (kind === 'revision' && (phase === 'started' || phase === 'finished'))
      hooks.onMigration?.(textOf(event.id), phase);
  };
};

const runQuestion = (
  bench: Workbench,
  address: Address,
  hooks: RunHooks,
): Omit<Question, 'do' | 'doing'> => ({
  address,
  readOnly: false,
  ahead: hooks.ahead ?? false,
  silentMs: silenceLimit(bench),
  signal: hooks.signal,
  onEvent: relay(hooks),
});

/**
 * Undoes the given revisions by their own `downgrade()`. For shadow databases: on real data it is a plan of its own. False: one that
 * changes something has no `downgrade()`, or an empty one, and nothing was run.
 */
export const downgrade = async (
  bench: Workbench,
  migrations: readonly Migration[],
  address: Address,
  hooks: RunHooks,
): Promise<boolean> => {
  const graph = graphOf(bench.history);
  const undone = new Set(migrations.map(({ id }) => id));
  const kept = new Set([...lineage(graph, [...undone])].filter((id) => !undone.has(id)));
  const target = topsOf(graph, kept);
  const [first, second] = target;
  if (second !== undefined) {
    throw new DbsyncError('SOURCE_UNSUPPORTED', {
      summary: 'These revisions cannot be undone in one step: they end in several revisions.',
      next: ['Undo one branch at a time.'],
    });
  }
  const answer = await bench.ask({
    ...runQuestion(bench, address, hooks),
    do: 'downgrade',
    doing: 'undoing the revisions',
    more: { watch: true, revisions: [...undone], to: first ?? 'base' },
  });
  return textsOf(answer.without).length === 0;
};

/** Upgrades exactly the given revisions. Throws PLAN_STALE where Alembic would run others, and the error of what failed. */
export const runnerOf = (bench: Workbench): ToolRunner => ({
  rollsBack: bench.provider.rollsBack,
  run: async (migrations, address, hooks) => {
    if (migrations.length === 0) return;
    await bench.ask({
      ...runQuestion(bench, address, hooks),
      do: 'upgrade',
      doing: 'running the revisions',
      more: { watch: true, revisions: migrations.map(({ id }) => id) },
    });
  },
  undo: (migrations, address, hooks) => downgrade(bench, migrations, address, hooks),
});

/** Alembic's offline SQL of what is pending, where the revisions allow it. */
export const previewOf = async (bench: Workbench, report: LedgerReport): Promise<MigrationPreview> => {
  const graph = graphOf(bench.history);
  const rows = report.entries.map(({ id }) => id);
  if (report.pending.length === 0) return { sql: '', why: null };
  if (rows.length > 1 || rows.some((id) => !graph.byId.has(id)))
    return { sql: null, why: 'Offline SQL starts from one known revision; the database is elsewhere.' };
  try {
    const answer = await bench.ask({
      do: 'sql',
      doing: 'writing offline SQL',
      address: null,
      readOnly: true,
      more: {
        from: rows[0] ?? null,
        targets: topsOf(graph, new Set([...report.applied, ...report.pending])),
      },
    });
    return { sql: textOf(answer.sql), why: null };
  } catch (error) {
    if (!(error instanceof DbsyncError)) throw error;
    return {
      sql: null,
      why: `A revision needs the database to say its SQL (${error.message}); the rehearsal shows the real statements.`,
    };
  }
};

/** Alembic announces each revision in its offline SQL (alembic/runtime/migration.py, run_migrations). */
const RUNNING = /^-- Running upgrade .*?-> ([^\s,]+).*$/gm;

/** What ends a revision there: its row of the ledger, and the transaction's words behind it. */
const LEDGER_ROW = /^(?:INSERT INTO|UPDATE|DELETE FROM)\b.*\bversion_num\b/m;

const byRevision = (sql: string): ReadonlyMap<string, string> => {
  const heads = [...sql.matchAll(RUNNING)];
  return new Map(
    heads.map((head, at) => {
      const text = sql.slice(head.index + head[0].length, heads[at + 1]?.index);
      return [head[1] ?? '', text.split(LEDGER_ROW)[0] ?? ''];
    }),
  );
};

const offlineSql = async (
  bench: Workbench,
  from: string | null,
  targets: readonly string[],
): Promise<string> => {
  const more = { from, targets };
  const answer = await bench.ask({
    do: 'sql',
    doing: 'writing offline SQL',
    address: null,
    readOnly: true,
    more,
  });
  return textOf(answer.sql);
};

/** The offline SQL of every revision that can be written without a database; all at once where that goes, else one by one. */
export const offlineTexts = async (bench: Workbench): Promise<ReadonlyMap<string, string>> => {
  const { revisions } = bench.history;
  const all = new Set(revisions.map(({ id }) => id));
  try {
    return byRevision(await offlineSql(bench, null, topsOf(graphOf(bench.history), all)));
  } catch (error) {
    if (!(error instanceof DbsyncError)) throw error;
  }
  const texts = new Map<string, string>();
  for (const { id, parents } of revisions) {
    // A merge has several parents and no SQL of its own worth a failure.
    if (parents.length > 1) continue;
    try {
      const found = byRevision(await offlineSql(bench, parents[0] ?? null, [id])).get(id);
      if (found !== undefined) texts.set(id, found);
    } catch (error) {
      if (!(error instanceof DbsyncError)) throw error;
    }
  }
  return texts;
};
