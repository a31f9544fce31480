// What is, what was recorded, and what will be: three snapshots from one inspector, and the changes between them.
import type { Session, TableSize } from '../dialects/contract.ts';
import { DbsyncError } from '../errors/index.ts';
import { batchesOf, type ExecuteResult, type PlannedBatch } from '../execute/index.ts';
import type { MigrationChange, Prediction, Strategy } from '../plan/index.ts';
import {
  type Diff,
  diffSnapshots,
  fingerprint,
  hasObjects,
  patchSnapshot,
  type Snapshot,
  snapshotOf,
} from '../schema/index.ts';
import type { LedgerReport, Migration } from '../sources/contract.ts';
import type { Context } from './context.ts';
import { measure, onCopy, replayFailed } from './measure.ts';
import { pushMigration } from './push.ts';
import { type Hold, holdBack, selectPending } from './select.ts';
import { type Located, locate } from './target-ref.ts';

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
  readonly migrations: readonly Migration[];
  readonly held: readonly { readonly migration: string; readonly reason: string }[];
  readonly batches: readonly PlannedBatch[];
  readonly byMigration: readonly MigrationChange[];
  /** Words that were replaced on the shadow, by step. */
  readonly notes: ReadonlyMap<string, string>;
  readonly uncovered: string | null;
}

/** Statements that only the tool knew, as captured while it ran on the shadow. */
const fillCaptured = (
  batches: readonly PlannedBatch[],
  results: readonly ExecuteResult[],
  context: Context,
): readonly PlannedBatch[] => {
  const captured = results.flatMap((result) => result.captured);
  const { lockMs, statementMs } = context.environment.target.timeouts;
  return batches.map((batch) => {
    if (batch.by !== 'tool') return batch;
    const own = captured.filter((item) => item.migration === batch.migration);
    const steps = own.map((item, index) => {
      const statement = { text: item.text, file: batch.migration, line: index + 1, offset: 0, index };
      const facts = context.dialect.classify(statement);
      return {
        id: `${batch.migration}#${index + 1}`,
        migration: batch.migration,
        sql: item.text,
        file: batch.migration,
        line: index + 1,
        verb: facts.verb,
        transactional: facts.transactional,
        ...(facts.lock !== undefined && { lock: facts.lock }),
        ...(facts.opaque !== undefined && { opaque: facts.opaque }),
        lockTimeoutMs: lockMs,
        statementTimeoutMs: statementMs,
      };
    });
    return { ...batch, steps };
  });
};

const notesOf = (results: readonly ExecuteResult[]): ReadonlyMap<string, string> =>
  new Map(
    results.flatMap((result) =>
      result.steps.flatMap((record) => (record.note === null ? [] : [[record.id, record.note]])),
    ),
  );

const demandHealthy = (context: Context, ledger: LedgerReport): void => {
  const blocking = ledger.problems.filter((problem) => problem.weight === 'blocking');
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

const analyzePush = async (context: Context, session: Session | null): Promise<Analysis> => {
  const seen = await observe(context, session);
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
    recorded: null,
    predicted: reached.after,
    change,
    prediction,
    migrations: pending,
    held: [],
    batches,
    byMigration: reached.byMigration,
    notes: notesOf(reached.results),
    uncovered: null,
  };
};

const analyzeMigrate = async (
  context: Context,
  session: Session | null,
  hold: Hold | null,
): Promise<Analysis> => {
  const seen = await observe(context, session);
  demandHealthy(context, seen.ledger);
  const byId = new Map(context.project.migrations.map((migration) => [migration.id, migration]));
  const known = (ids: readonly string[]): Migration[] => ids.flatMap((id) => byId.get(id) ?? []);
  const pending = selectPending(known(seen.ledger.pending), context.options.to);
  const { selected, held } = holdBack(pending, hold);
  const measured = await measure(context, session, {
    applied: known(seen.ledger.applied),
    pending: selected,
  });
  const change = diffSnapshots(measured.before, measured.after);
  const planned = selected.flatMap((item) =>
    batchesOf(context.dialect, item, context.environment.target.timeouts),
  );
  return {
    ...seen,
    recorded: measured.recorded,
    predicted: measured.recorded ? patchSnapshot(seen.actual, change) : measured.after,
    change,
    prediction: { method: measured.method, replica: measured.replica, caveats: measured.caveats },
    migrations: selected,
    held,
    batches: fillCaptured(planned, measured.results, context),
    byMigration: measured.byMigration,
    notes: notesOf(measured.results),
    uncovered: held.length > 0 ? null : measured.uncovered,
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
  }
  return [...named.values()];
};
