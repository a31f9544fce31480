// Runs migrations on shadow databases and inspects what they change: on the replayed history, or on a copy of the target.
import type { Session } from '../dialects/contract.ts';
import { DbsyncError } from '../errors/index.ts';
import { batchesOf, type ExecuteResult, type PlannedBatch, type StepFailure } from '../execute/index.ts';
import type { MigrationChange, Prediction } from '../plan/index.ts';
import { diffSnapshots, type Snapshot } from '../schema/index.ts';
import { replay, withShadow } from '../shadow/index.ts';
import type { Migration } from '../sources/contract.ts';
import { type Context, shadowRequest } from './context.ts';

/** Above this many migrations only their sum is inspected; the way back is then a backup. */
const MAX_INSPECTED = 25;

interface Reached {
  readonly before: Snapshot;
  readonly after: Snapshot;
  readonly byMigration: readonly MigrationChange[];
  readonly results: readonly ExecuteResult[];
  readonly uncovered: string | null;
  readonly replica: string;
  readonly caveats: readonly string[];
}

/** A replay that failed, on its way to the place that decides what else can be tried. */
interface Broken {
  readonly broken: StepFailure;
}

const changesRows = (context: Context, batches: readonly PlannedBatch[]): boolean =>
  batches.some((batch) =>
    batch.steps.some((step) => {
      const facts = context.dialect.classify({
        text: step.sql,
        file: step.file,
        line: step.line,
        offset: 0,
        index: 0,
      });
      return facts.kind === 'dml' || facts.kind === 'opaque';
    }),
  );

const run = (context: Context, session: Session, migrations: readonly Migration[]): Promise<ExecuteResult> =>
  replay({
    dialect: context.dialect,
    session,
    project: context.project,
    migrations,
    timeouts: context.environment.target.timeouts,
    signal: context.world.signal,
    now: context.world.now,
  });

const interrupted = (): DbsyncError =>
  new DbsyncError('INTERRUPTED', {
    summary: 'The run was stopped while it looked at the target.',
    why: 'Nothing was written to the target.',
    next: ['Run the same command again.'],
  });

/** Runs the pending migrations one by one (or all at once, where they are many) and inspects what each of them changed. */
const step = async (
  context: Context,
  session: Session,
  pending: readonly Migration[],
): Promise<Omit<Reached, 'replica' | 'caveats'> | Broken> => {
  const before = await context.dialect.inspect(session, context.inspect);
  // The tool's own process takes long to start: its migrations run in one go.
  const apart = pending.length <= MAX_INSPECTED && pending.every((migration) => migration.sql !== null);
  const groups = apart ? pending.map((migration) => [migration]) : pending.length > 0 ? [pending] : [];
  const byMigration: MigrationChange[] = [];
  const results: ExecuteResult[] = [];
  let current = before;
  for (const group of groups) {
    const result = await run(context, session, group);
    results.push(result);
    if (result.failure) return result.stopped ? Promise.reject(interrupted()) : { broken: result.failure };
    const next = await context.dialect.inspect(session, context.inspect);
    const changes = group.length === 1 ? diffSnapshots(current, next).changes : null;
    for (const migration of group) {
      const batches = batchesOf(context.dialect, migration, context.environment.target.timeouts);
      byMigration.push({ migration: migration.id, changes, changesRows: changesRows(context, batches) });
    }
    current = next;
  }
  const uncovered = await context.project.uncovered(session).catch(() => null);
  return { before, after: current, byMigration, results, uncovered };
};

/** Recorded and desired state, on an empty shadow that the whole history is replayed into. */
const onHistory = (
  context: Context,
  target: Session | null,
  { applied, pending }: { applied: readonly Migration[]; pending: readonly Migration[] },
): Promise<Reached | Broken> =>
  withShadow(context.dialect, shadowRequest(context, 'empty', target), async ({ session, shadow }) => {
    const history = await run(context, session, applied);
    if (history.failure) return history.stopped ? Promise.reject(interrupted()) : { broken: history.failure };
    const reached = await step(context, session, pending);
    return 'broken' in reached
      ? reached
      : { ...reached, replica: shadow.description, caveats: shadow.caveats };
  });

/** The same on a copy of the target, where the history cannot be replayed. */
export const onCopy = (
  context: Context,
  target: Session | null,
  pending: readonly Migration[],
): Promise<Reached | Broken> =>
  withShadow(context.dialect, shadowRequest(context, 'copy', target), async ({ session, shadow }) => {
    const reached = await step(context, session, pending);
    return 'broken' in reached
      ? reached
      : { ...reached, replica: shadow.description, caveats: shadow.caveats };
  });

const describeFailure = (failure: StepFailure): string => {
  const where = failure.step ? `${failure.step.file}:${failure.step.line}` : failure.migration;
  return `${where}: ${failure.engine.message}`;
};

/** A tool that could not or must not run at all is no fault of a migration, and has a code of its own. */
const REFUSALS: ReadonlySet<string> = new Set([
  'SOURCE_REDIRECTED',
  'SOURCE_TOOL_MISSING',
  'SOURCE_UNSUPPORTED',
  'DRIVER_MISSING',
]);

export const replayFailed = (
  context: Context,
  failure: StepFailure,
  pending: readonly Migration[],
): DbsyncError => {
  const { cause } = failure;
  if (cause instanceof DbsyncError && REFUSALS.has(cause.code)) return cause;
  const isPending = pending.some((migration) => migration.id === failure.migration);
  return new DbsyncError('REPLAY_FAILED', {
    summary: context.redact(
      `The migration ${failure.migration} fails on a shadow database: ${describeFailure(failure)}`,
    ),
    why: isPending
      ? 'What fails on a shadow database would fail on the target. Nothing was written to the target.'
      : 'The history of the project does not lead to a schema. Nothing was written to the target.',
    next: [
      ...(failure.excerpt ? [context.redact(failure.excerpt)] : []),
      isPending
        ? 'Mend the migration: it is not applied yet.'
        : 'Mend the history, or squash it to a baseline that replays.',
    ],
    details: {
      migration: failure.migration,
      step: failure.step?.id ?? null,
      engineCode: failure.engine.code,
    },
  });
};

export interface Measured extends Reached {
  readonly recorded: Snapshot | null;
  readonly method: Prediction['method'];
}

/** On the history where it replays; on a copy, with the reason, where it does not. */
export const measure = async (
  context: Context,
  target: Session | null,
  ids: { applied: readonly Migration[]; pending: readonly Migration[] },
): Promise<Measured> => {
  const first = await onHistory(context, target, ids);
  if (!('broken' in first)) return { ...first, recorded: first.before, method: 'replayed' };
  if (!target) throw replayFailed(context, first.broken, ids.pending);
  const second = await onCopy(context, target, ids.pending);
  if ('broken' in second) throw replayFailed(context, second.broken, ids.pending);
  const caveat = context.redact(
    `the history does not replay from nothing (${describeFailure(first.broken)}), so drift cannot be told`,
  );
  return { ...second, recorded: null, method: 'copied', caveats: [...second.caveats, caveat] };
};
