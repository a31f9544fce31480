// Runs migrations on shadow databases and inspects what they change: on the replayed history, or on a copy of the target.
import type { Session } from '../dialects/contract.ts';
import { DbsyncError, messageOf } from '../errors/index.ts';
import { batchesOf, type ExecuteResult, type PlannedBatch, type StepFailure } from '../execute/index.ts';
import type { MigrationChange, Prediction } from '../plan/index.ts';
import { diffSnapshots, fingerprint, type Snapshot } from '../schema/index.ts';
import { replay, withShadow } from '../shadow/index.ts';
import type { Coverage, Migration } from '../sources/contract.ts';
import { type Context, shadowRequest } from './context.ts';
import { describeFailure } from './failed.ts';
import { mayReachOut } from './outside.ts';
import { replayFailed } from './replay-failed.ts';
import type { Resumption } from './resume.ts';

/** Above this many migrations only their sum is inspected; the way back is then a backup. */
const MAX_INSPECTED = 25;

/** Asks the source. A plan stands without its answer, and then says why it lacks it. */
export const coverageOn = async (context: Context, session: Session): Promise<Coverage> => {
  try {
    return { uncovered: await context.project.uncovered(session), because: null };
  } catch (cause) {
    const why = cause instanceof DbsyncError && cause.why !== undefined ? ` ${cause.why}` : '';
    return { uncovered: null, because: context.redact(`${messageOf(cause)}${why}`) };
  }
};

interface Reached {
  readonly before: Snapshot;
  readonly after: Snapshot;
  readonly byMigration: readonly MigrationChange[];
  readonly results: readonly ExecuteResult[];
  readonly coverage: Coverage;
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

const run = (
  context: Context,
  session: Session,
  migrations: readonly Migration[],
  how: { readonly observed?: boolean; readonly resumed?: Resumption | null } = {},
): Promise<ExecuteResult> =>
  replay({
    part: how.resumed ? { migration: how.resumed.migration, batches: how.resumed.tail } : null,
    dialect: context.dialect,
    session,
    project: context.project,
    migrations,
    timeouts: context.environment.target.timeouts,
    signal: context.world.signal,
    now: context.world.now,
    mayReachOut: mayReachOut(context),
    observed: how.observed ?? false,
  });

const replayPart = (context: Context, session: Session, resumed: Resumption): Promise<ExecuteResult> =>
  replay({
    part: { migration: resumed.migration, batches: resumed.head },
    dialect: context.dialect,
    session,
    project: context.project,
    migrations: [resumed.migration],
    timeouts: context.environment.target.timeouts,
    signal: context.world.signal,
    now: context.world.now,
    mayReachOut: mayReachOut(context),
  });

/** What was applied, what will be, and which of it was begun already. */
export interface Measurable {
  readonly applied: readonly Migration[];
  readonly pending: readonly Migration[];
  readonly resumed: Resumption | null;
  /** Whether the pending ones need no rehearsal but this run, from what the history led to; null: they do in any case. */
  readonly rehearsing: ((recorded: Snapshot) => boolean) | null;
}

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
  resumed: Resumption | null,
): Promise<Omit<Reached, 'replica' | 'caveats'> | Broken> => {
  const before = await context.dialect.inspect(session, context.inspect);
  // The tool's own process takes long to start: its migrations run in one go.
  const apart = pending.length <= MAX_INSPECTED && pending.every((migration) => migration.sql !== null);
  const groups = apart ? pending.map((migration) => [migration]) : pending.length > 0 ? [pending] : [];
  const byMigration: MigrationChange[] = [];
  const results: ExecuteResult[] = [];
  let current = before;
  for (const group of groups) {
    const result = await run(context, session, group, { observed: true, resumed });
    results.push(result);
    if (result.failure) return result.stopped ? Promise.reject(interrupted()) : { broken: result.failure };
    const next = await context.dialect.inspect(session, context.inspect);
    const changes = group.length === 1 ? diffSnapshots(current, next).changes : null;
    for (const migration of group) {
      const batches =
        migration.id === resumed?.migration.id
          ? resumed.tail
          : batchesOf(context.dialect, migration, context.environment.target.timeouts);
      byMigration.push({ migration: migration.id, changes, changesRows: changesRows(context, batches) });
    }
    current = next;
  }
  const coverage = await coverageOn(context, session);
  return { before, after: current, byMigration, results, coverage };
};

/** Runs that went well, as one. */
const joined = (results: readonly ExecuteResult[]): ExecuteResult => ({
  steps: results.flatMap((result) => result.steps),
  migrations: results.flatMap((result) => result.migrations),
  outcome: 'applied',
  failure: null,
  stopped: false,
  captured: results.flatMap((result) => result.captured),
  remains: results.flatMap((result) => result.remains),
});

/** Recorded and desired state, on an empty shadow that the whole history is replayed into. */
const onHistory = (
  context: Context,
  target: Session | null,
  { applied, pending, resumed, rehearsing }: Measurable,
): Promise<Reached | Broken> =>
  withShadow(context.dialect, shadowRequest(context, 'empty', target), async ({ session, shadow }, keep) => {
    const history = await run(context, session, applied);
    if (history.failure) return history.stopped ? Promise.reject(interrupted()) : { broken: history.failure };
    // The part of a torn migration that is in the target already belongs to what was before.
    const head = resumed && (await replayPart(context, session, resumed));
    if (head?.failure) return { broken: head.failure };
    const startedAt = context.world.now();
    const reached = await step(context, session, pending, resumed);
    if ('broken' in reached) return reached;
    if (rehearsing?.(reached.before)) {
      await context.keeper?.keep({
        open: keep(),
        result: joined(reached.results),
        from: fingerprint(reached.before),
        migrations: pending.map(({ id }) => id),
        startedAt,
      });
    }
    return { ...reached, replica: shadow.description, caveats: shadow.caveats };
  });

/** The same on a copy of the target, where the history cannot be replayed. */
export const onCopy = (
  context: Context,
  target: Session | null,
  pending: readonly Migration[],
  resumed: Resumption | null = null,
): Promise<Reached | Broken> =>
  withShadow(context.dialect, shadowRequest(context, 'copy', target), async ({ session, shadow }) => {
    const reached = await step(context, session, pending, resumed);
    return 'broken' in reached
      ? reached
      : { ...reached, replica: shadow.description, caveats: shadow.caveats };
  });

export interface Measured extends Reached {
  readonly recorded: Snapshot | null;
  readonly method: Prediction['method'];
}

/** On the history where it replays; on a copy, with the reason, where it does not. */
export const measure = async (
  context: Context,
  target: Session | null,
  ids: Measurable,
): Promise<Measured> => {
  await context.project.prepare?.(target);
  const first = await onHistory(context, target, ids);
  if (!('broken' in first)) return { ...first, recorded: first.before, method: 'replayed' };
  if (!target) throw replayFailed(context, first.broken, ids.pending);
  const second = await onCopy(context, target, ids.pending, ids.resumed);
  if ('broken' in second) throw replayFailed(context, second.broken, ids.pending);
  const caveat = context.redact(
    `the history does not replay from nothing (${describeFailure(first.broken)}), so drift cannot be told`,
  );
  return { ...second, recorded: null, method: 'copied', caveats: [...second.caveats, caveat] };
};
