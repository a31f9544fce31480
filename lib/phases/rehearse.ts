// The rehearsal: the very plan, by the very executor, on a replica of the target; then planned again, which must find nothing.
import { type Run, requireArtifact, type Stored, writeArtifact } from '../audit/index.ts';
import type { Session } from '../dialects/contract.ts';
import { DbsyncError, EXIT } from '../errors/index.ts';
import { type ExecuteResult, execute } from '../execute/index.ts';
import { forecastLocks, type Plan, withEffects } from '../plan/index.ts';
import type { Rehearsal } from '../rehearse/model.ts';
import { describeChange, diffSnapshots, fingerprint, isEmpty, type Snapshot } from '../schema/index.ts';
import { type OpenShadow, withShadow } from '../shadow/index.ts';
import { type Context, shadowRequest, withTarget } from './context.ts';
import { writePlanDocument } from './documents.ts';
import { describeFailure } from './failed.ts';
import { demandFresh } from './gate.ts';
import type { KeptRun } from './kept.ts';
import type { Outcome } from './outcome.ts';
import { mayReachOut } from './outside.ts';
import type { Made } from './plan.ts';
import { refusePlan } from './refuse.ts';
import { continueRun } from './run.ts';
import { tryWayBack } from './way-back.ts';

/** Plans again on the replica: the ledger must have nothing pending, and push nothing to send. */
const planAgain = async (context: Context, session: Session, plan: Plan): Promise<readonly string[]> => {
  if (plan.strategy === 'push') {
    const preview = await context.project.push(session);
    return preview.sql.trim() === '' ? [] : ['push would still change something'];
  }
  const report = await context.project.ledger.read(session, { targetHasObjects: true });
  const held = new Set(plan.held.map((item) => item.migration));
  const left = report.pending.filter((id) => !held.has(id));
  const blocking = report.problems.filter((problem) => problem.weight === 'blocking');
  return [...left.map((id) => `${id} is still pending`), ...blocking.map((problem) => problem.message)];
};

const perform = (
  context: Context,
  session: Session,
  plan: Plan,
  report: (status: string) => void,
): Promise<ExecuteResult> =>
  execute({
    dialect: context.dialect,
    session,
    project: context.project,
    batches: plan.batches,
    ledger: plan.strategy === 'migrate',
    observed: true,
    mayReachOut: mayReachOut(context),
    hooks: {
      progress: (done, total, current) => report(`${done}/${total} ${current}`),
      now: context.world.now,
      signal: context.world.signal,
    },
  });

/** A replica of the structure alone has a ledger without rows: what the target has applied is recorded there too. */
const prepare = async (context: Context, open: OpenShadow, plan: Plan): Promise<void> => {
  if (plan.strategy === 'push' || plan.ledgerReport.applied.length === 0) return;
  const { writer } = context.project.ledger;
  const there = await context.project.ledger.read(open.session, { targetHasObjects: true });
  const known = new Set(there.applied);
  const missing = plan.ledgerReport.applied.filter((id) => !known.has(id));
  if (missing.length > 0) await writer.ensure(open.session);
  for (const id of missing) {
    const migration = context.project.migrations.find((item) => item.id === id);
    if (migration) await writer.applied(open.session, migration, context.world.now());
  }
};

const failureText = (result: ExecuteResult): string | null => {
  const { failure } = result;
  if (!failure) return null;
  return [describeFailure(failure), ...(failure.excerpt ? [failure.excerpt] : [])].join('\n');
};

/** The schemas that the plan leads from and to. */
interface Snapshots {
  readonly before: Snapshot;
  readonly predicted: Snapshot;
}

interface Performed {
  readonly open: OpenShadow;
  /** What it ran on, and whether all rows of the target were there. */
  readonly replica: Pick<Rehearsal, 'replica' | 'holdsData'>;
  readonly result: ExecuteResult;
  readonly plan: Stored<'plan', Plan>;
  readonly snapshots: Snapshots;
  readonly startedAt: Date;
}

/** The plan's locks as this replica showed them; where it holds the rows, its times stand for the estimates. */
const locksOf = (context: Context, { replica, result, plan, snapshots }: Performed): Rehearsal['locks'] => {
  const { batches, tables, pace } = plan.artifact.body;
  const timed = result.steps.flatMap(({ id, durationMs }) =>
    durationMs === null ? [] : [[id, durationMs] as const],
  );
  return forecastLocks({
    batches: withEffects(context.dialect, batches, result.steps),
    sizes: tables,
    pace,
    before: snapshots.before,
    lockExcludesWriters: context.dialect.facts.lockExcludesWriters ?? false,
    ...(replica.holdsData && { durations: new Map(timed) }),
  });
};

const assemble = async (context: Context, performed: Performed): Promise<Rehearsal> => {
  const { open, result, plan, snapshots } = performed;
  const body = plan.artifact.body;
  const reached = await context.dialect.inspect(open.session, context.inspect);
  // A replica without the target's own objects is compared with what the change itself leads to.
  const difference = diffSnapshots(snapshots.predicted, reached);
  const againMessages = result.failure ? [] : await planAgain(context, open.session, body);
  const failure = failureText(result);
  const passed = failure === null && isEmpty(difference) && againMessages.length === 0;
  return {
    plan: plan.hash,
    ...performed.replica,
    faithful: open.shadow.caveats.length === 0,
    caveats: open.shadow.caveats,
    steps: result.steps,
    predicted: body.predicted,
    reached: fingerprint(reached),
    difference,
    again: againMessages.length === 0 ? 'nothing' : 'something',
    againMessages,
    outcome: passed ? 'passed' : 'failed',
    failure,
    durationMs: context.world.now().getTime() - performed.startedAt.getTime(),
    locks: locksOf(context, performed),
    wayBack: passed ? await tryWayBack(context, open, body, snapshots.before) : null,
  };
};

/** An empty target: the run that measured the plan is its rehearsal, and nothing that the target holds was missing there. */
const assembleKept = async (
  context: Context,
  { open, result, startedAt }: KeptRun,
  told: Pick<Performed, 'plan' | 'snapshots'>,
): Promise<Rehearsal> => {
  try {
    const replica = `${open.shadow.description}, as empty as the target, in the run that measured the plan`;
    return await assemble(context, {
      open,
      result,
      startedAt,
      replica: { replica, holdsData: true },
      ...told,
    });
  } finally {
    await open.close();
  }
};

const rehearseOn = (
  context: Context,
  target: Session | null,
  made: Made,
  snapshots: Snapshots,
): Promise<Rehearsal> =>
  context.world.ui.work('Rehearsal', async (report) => {
    const plan = made.plan.artifact.body;
    const startedAt = context.world.now();
    const kept = await context.keeper?.take(plan);
    if (kept) return assembleKept(context, kept, { plan: made.plan, snapshots });
    if (plan.strategy === 'push') await context.project.prepare?.(target);
    report('making a replica');
    return withShadow(context.dialect, shadowRequest(context, 'copy', target), async (open) => {
      await prepare(context, open, plan);
      const result = await perform(context, open.session, plan, report);
      const { description: replica, holdsData } = open.shadow;
      const told = { replica: { replica, holdsData }, plan: made.plan, snapshots, startedAt };
      return assemble(context, { open, result, ...told });
    });
  });

const refuse = (body: Rehearsal, run: Run, environment: string): DbsyncError => {
  const lost = body.difference.changes.map((change) => `  ${describeChange(change)}`);
  const again = `$ npx zx tasks/plan.ts --env ${environment} --task ${run.task}`;
  if (body.failure !== null) {
    return new DbsyncError('REHEARSAL_FAILED', {
      summary: `The plan fails on ${body.replica}:\n${body.failure}`,
      why: 'What fails on a replica would fail on the target. Nothing was written to the target.',
      next: ['Mend the migration or the data that it trips over, then plan again.', again],
    });
  }
  return new DbsyncError('REHEARSAL_DIVERGED', {
    summary: `The rehearsal did not lead where the plan says:\n${[...lost, ...body.againMessages.map((line) => `  ${line}`)].join('\n')}`,
    why: 'Usually the live schema was changed by hand where the plan works (a rebuild drops what it does not know). Nothing was written to the target.',
    next: ['Bring the hand-made change into a migration, or take it back, then plan again.', again],
  });
};

/** Rehearses a plan and writes `rehearsal.json`. Throws REHEARSAL_FAILED, REHEARSAL_DIVERGED, PLAN_STALE, SHADOW_*. */
export const rehearsePlan = async (
  context: Context,
  target: Session | null,
  made: Made,
): Promise<Stored<'rehearsal', Rehearsal>> => {
  const { run, plan } = made;
  const { redact, world } = context;
  refusePlan(context, plan.artifact.body);
  const snapshots = {
    before: requireArtifact<Snapshot>(run, 'snapshot-before', 'plan').artifact.body,
    predicted: requireArtifact<Snapshot>(run, 'snapshot-predicted', 'plan').artifact.body,
  };
  const body = await rehearseOn(context, target, made, snapshots);
  // Another run may have changed the target meanwhile; then nothing is wrong with the migrations.
  if (body.outcome === 'failed') await demandFresh(context, target, made);
  const stored = writeArtifact(run, {
    kind: 'rehearsal',
    previous: plan.hash,
    body,
    at: world.now(),
    redact,
  });
  writePlanDocument(context, run, plan);
  if (body.outcome === 'failed') throw refuse(stored.artifact.body, run, context.environment.name);
  return stored;
};

/** The phase by itself. */
export const rehearse = async (context: Context): Promise<Outcome> => {
  const run = continueRun(context);
  const plan = requireArtifact<Plan, 'plan'>(run, 'plan', 'plan');
  const stored = await withTarget(context, async (session) => {
    await demandFresh(context, session, { run, plan });
    return rehearsePlan(context, session, { run, plan });
  });
  return {
    exitCode: EXIT.done,
    kind: 'rehearsal',
    data: { task: run.task, hash: stored.hash, ...stored.artifact.body },
  };
};
