// What is, what was recorded, and what will be: three snapshots from one inspector, and the changes between them.
import type { Session, TableSize } from '../dialects/contract.ts';
import { DbsyncError } from '../errors/index.ts';
import { batchesOf, type ExecuteResult, type PlannedBatch } from '../execute/index.ts';
import {
  type MigrationChange,
  type Plan,
  type Prediction,
  type Strategy,
  withEffects,
} from '../plan/index.ts';
import { judgeLedgerForPush } from '../preflight/index.ts';
import {
  type Diff,
  diffSnapshots,
  fingerprint,
  type Hash,
  hasObjects,
  patchSnapshot,
  type Snapshot,
  snapshotOf,
} from '../schema/index.ts';
import type { Coverage, Forgotten, LedgerReport, Memory, Migration } from '../sources/contract.ts';
import { fillCaptured } from './captured.ts';
import type { Context } from './context.ts';
import { repeats } from './kept.ts';
import { coverageOn, type Measured, measure, onCopy } from './measure.ts';
import { pushMigration } from './push.ts';
import { coverageHash, provenBy, replayHash } from './remembered.ts';
import { replayFailed } from './replay-failed.ts';
import { type Resumption, resumption } from './resume.ts';
import { type Hold, holdBack, selectPending } from './select.ts';
import { type Located, locate } from './target-ref.ts';
import { isResumed } from './torn.ts';

/** Everything that was measured before anyone decides anything. */
export interface Analysis {
  readonly located: Located;
  readonly actual: Snapshot;
  readonly ledger: LedgerReport;
  /** Null where the history does not replay: then drift cannot be told. */
  readonly recorded: Snapshot | null;
  readonly predicted: Snapshot;
  readonly change: Diff;
  readonly prediction: Prediction;
  readonly replayed: Plan['replayed'];
  readonly migrations: readonly Migration[];
  readonly held: readonly { readonly migration: string; readonly reason: string }[];
  readonly batches: readonly PlannedBatch[];
  readonly byMigration: readonly MigrationChange[];
  /** Words that were replaced on the shadow, by step. */
  readonly notes: ReadonlyMap<string, string>;
  readonly coverage: Coverage;
  /** What that was asked of; null where a later plan must ask again. */
  readonly coverageOf: Hash | null;
  /** The migration that is taken up again. */
  readonly resumed: Resumption | null;
  /** What the project's code said, for a later plan; null where it was not asked for everything, or there is none. */
  readonly memory: Memory | Forgotten | null;
}

/** Push covers everything by itself, and where migrations are held back the answer is no news. */
const NOT_ASKED: Coverage = { uncovered: null, because: null };

const withSeen = (
  { dialect }: Context,
  batches: readonly PlannedBatch[],
  results: readonly ExecuteResult[],
): readonly PlannedBatch[] =>
  withEffects(
    dialect,
    batches,
    results.flatMap((result) => result.steps),
  );

const notesOf = (results: readonly ExecuteResult[]): ReadonlyMap<string, string> =>
  new Map(
    results.flatMap((result) =>
      result.steps.flatMap((record) => (record.note === null ? [] : [[record.id, record.note]])),
    ),
  );

const demandHealthy = (context: Context, ledger: LedgerReport): void => {
  const blocking = ledger.problems.filter(
    (problem) => problem.weight === 'blocking' && !isResumed(context, problem),
  );
  if (blocking.length === 0) return;
  throw new DbsyncError('LEDGER_UNHEALTHY', {
    summary: `The ledger is not in order:\n${blocking.map((problem) => `  ${problem.code}: ${problem.message}`).join('\n')}`,
    why: "A plan on top of a history that is not the database's own would be a guess. Nothing was written to the target.",
    next: [...new Set(blocking.flatMap((problem) => problem.remedy))].map((line) =>
      line.replaceAll('<env>', context.environment.name),
    ),
    details: { problems: ledger.problems },
  });
};

/** The live schema and ledger, without a shadow: what the gate compares. */
export const observe = async (
  context: Context,
  session: Session | null,
): Promise<Pick<Analysis, 'located' | 'actual' | 'ledger'>> => {
  const located = await locate(context, session);
  const actual = session
    ? await context.dialect.inspect(session, context.inspect)
    : snapshotOf(context.dialect.name, []);
  const ledger = await context.project.ledger.read(session, { targetHasObjects: hasObjects(actual) });
  return { located, actual, ledger };
};

/** Where migrations are recorded, push goes past them; a person says so by name. Throws PUSH_REFUSED. */
const demandUnmanaged = (context: Context, ledger: LedgerReport): void => {
  const accepted = (context.options.accept ?? []).map((item) => item.code);
  const verdict = judgeLedgerForPush(ledger, accepted);
  if (verdict.status !== 'failed') return;
  throw new DbsyncError('PUSH_REFUSED', {
    summary: `Push is refused on this database: ${verdict.message}.`,
    why: 'Nothing was written to the target.',
    next: [...(verdict.remedy ?? [])],
  });
};

/** Loads what looks at statements, and starts the tool's engine beside it: both take long, and are needed only where something is measured. */
const getReady = async ({ dialect, project }: Context): Promise<void> => {
  project.warm?.();
  await dialect.prepare?.();
};

const analyzePush = async (context: Context, session: Session | null): Promise<Analysis> => {
  const seen = await observe(context, session);
  demandUnmanaged(context, seen.ledger);
  await getReady(context);
  const migration = await pushMigration(context, session);
  const pending = migration ? [migration] : [];
  const reached = await onCopy(context, session, pending);
  if ('broken' in reached) throw replayFailed(context, reached.broken, pending);
  const batches = pending.flatMap((item) =>
    batchesOf(context.dialect, item, context.environment.target.timeouts),
  );
  const prediction = { method: 'copied', replica: reached.replica, caveats: reached.caveats } as const;
  const change = diffSnapshots(reached.before, reached.after);
  return {
    ...seen,
    actual: session ? seen.actual : reached.before,
    resumed: null,
    recorded: null,
    predicted: reached.after,
    change,
    prediction,
    replayed: null,
    migrations: pending,
    held: [],
    batches: withSeen(context, batches, reached.results),
    byMigration: reached.byMigration,
    notes: notesOf(reached.results),
    coverage: NOT_ASKED,
    coverageOf: null,
    memory: null,
  };
};

/** Without a shadow database, where nothing is pending and an earlier replay is proof; null where it must be measured. */
const remembered = async (
  context: Context,
  session: Session | null,
  seen: Pick<Analysis, 'located' | 'actual'>,
  applied: readonly Migration[],
): Promise<Measured | null> => {
  const { recalled, uncoveredOnTarget } = context.project;
  const proof = session && provenBy(context, seen, applied);
  if (!proof || !(recalled || proof.coverage || uncoveredOnTarget)) return null;
  const { actual } = seen;
  return {
    before: actual,
    after: actual,
    recorded: actual,
    byMigration: [],
    results: [],
    coverage: recalled?.coverage ?? proof.coverage ?? (await coverageOn(context, session)),
    method: 'replayed',
    replica: `the shadow database of the run "${proof.task}", which these very migrations led to this very schema${recalled ? ', with the very files that their code reads' : ''}`,
    caveats: [],
  };
};

const analyzeMigrate = async (
  context: Context,
  session: Session | null,
  hold: Hold | null,
): Promise<Analysis> => {
  const seen = await observe(context, session);
  demandHealthy(context, seen.ledger);
  const { resume } = context.options;
  if (resume !== undefined || seen.ledger.pending.length > 0) await getReady(context);
  const resumed = resume === undefined ? null : await resumption(context, seen, resume);
  const byId = new Map(context.project.migrations.map((migration) => [migration.id, migration]));
  const known = (ids: readonly string[]): Migration[] => ids.flatMap((id) => byId.get(id) ?? []);
  const pending = selectPending(known(seen.ledger.pending), context.options.to);
  const { selected, held } = holdBack(pending, hold);
  const applied = known(seen.ledger.applied);
  const proven =
    seen.ledger.pending.length === 0 && !resumed ? await remembered(context, session, seen, applied) : null;
  if (!proven) await getReady(context);
  const measured =
    proven ??
    (await measure(context, session, {
      applied,
      pending: selected,
      resumed,
      rehearsing: repeats(context, session ? seen.actual : null),
    }));
  // A database that is yet to be made holds what a new one holds, which on some engines is something.
  const actual = session ? seen.actual : measured.before;
  const change = diffSnapshots(measured.before, measured.after);
  const planned = selected.flatMap((item) =>
    item.id === resumed?.migration.id
      ? resumed.tail
      : batchesOf(context.dialect, item, context.environment.target.timeouts),
  );
  return {
    ...seen,
    actual,
    resumed,
    recorded: measured.recorded,
    predicted: measured.recorded ? patchSnapshot(actual, change) : measured.after,
    change,
    prediction: { method: measured.method, replica: measured.replica, caveats: measured.caveats },
    replayed: measured.recorded && {
      before: replayHash(context, applied),
      after: replayHash(context, [...applied, ...selected]),
    },
    migrations: selected,
    held,
    batches: withSeen(context, fillCaptured(planned, measured.results, context), measured.results),
    byMigration: measured.byMigration,
    notes: notesOf(measured.results),
    coverage: held.length > 0 ? NOT_ASKED : measured.coverage,
    coverageOf:
      held.length > 0 || !measured.recorded
        ? null
        : coverageHash(context, seen.located, [...applied, ...selected]),
    // Of a migration that was not run nobody knows what its code reads.
    memory:
      measured.recorded && held.length === 0 && !resumed
        ? ((await context.project.remember?.(measured.coverage)) ?? null)
        : null,
  };
};

/**
 * Measures everything that a plan is made of, without the migrations that are held back. Throws LEDGER_UNHEALTHY, REPLAY_FAILED,
 * SHADOW_*, MIGRATION_UNKNOWN.
 */
export const analyze = (
  context: Context,
  session: Session | null,
  chosen: { readonly strategy: Strategy; readonly hold: Hold | null },
): Promise<Analysis> =>
  chosen.strategy === 'push' ? analyzePush(context, session) : analyzeMigrate(context, session, chosen.hold);

/** The difference between the recorded and the live schema; null where the recorded one is unknown. */
export const driftOf = (analysis: Analysis): Diff | null =>
  analysis.recorded && fingerprint(analysis.recorded) !== fingerprint(analysis.actual)
    ? diffSnapshots(analysis.recorded, analysis.actual)
    : analysis.recorded
      ? { from: fingerprint(analysis.recorded), to: fingerprint(analysis.actual), changes: [] }
      : null;

/** Tables that exist before and that the plan touches, by structure or by text. */
export const touchedTables = (
  context: Context,
  analysis: Analysis,
): readonly Pick<TableSize, 'namespace' | 'name'>[] => {
  const named = new Map<string, { namespace: string | null; name: string }>();
  const add = (table: { namespace: string | null; name: string }): void => {
    const found = analysis.actual.objects.find(
      (object) =>
        object.kind === 'table' &&
        object.name === table.name &&
        (table.namespace === null || object.namespace === table.namespace),
    );
    if (found)
      named.set(`${found.namespace ?? ''}\u0000${found.name}`, {
        namespace: found.namespace,
        name: found.name,
      });
  };
  for (const change of analysis.change.changes) add(change.subject.parent ?? change.subject);
  for (const planned of analysis.batches.flatMap((batch) => batch.steps)) {
    const statement = { text: planned.sql, file: planned.file, line: planned.line, offset: 0, index: 0 };
    context.dialect.classify(statement).tables.forEach(add);
    planned.effects?.forEach(add);
  }
  return [...named.values()];
};
