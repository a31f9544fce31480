// All phases in order. It stops where a phase refuses; a plan that was seen before is continued, not made again.
import { type Run, readArtifact } from '../audit/index.ts';
import { EXIT } from '../errors/index.ts';
import { isNoop, type Plan } from '../plan/index.ts';
import { applyPlan } from './apply.ts';
import { type Rehearsed, requireRehearsed, storedApproval } from './approve.ts';
import { type Context, withTarget } from './context.ts';
import { declareIntent } from './intent.ts';
import type { Outcome } from './outcome.ts';
import { makePlan } from './plan.ts';
import { checkConnection, demandPassed } from './preflight.ts';
import { rehearsePlan } from './rehearse.ts';
import { continueRun } from './run.ts';
import { claimOf, verifyRun } from './verify.ts';

/** The run that a command continues: it names its plan (`--plan`), or the run holds an approval that is still good. */
const reviewed = (context: Context): Rehearsed | null => {
  const { plan, task } = context.options;
  if (plan === undefined && task === undefined) return null;
  const run = findRun(context);
  if (!run || !readArtifact<Plan>(run, 'plan') || !readArtifact(run, 'rehearsal')) return null;
  if (plan !== undefined) return requireRehearsed(context, run);
  const rehearsed = requireRehearsed(context, run);
  return storedApproval(context, rehearsed).good ? rehearsed : null;
};

const findRun = (context: Context): Run | null => {
  try {
    return continueRun(context);
  } catch {
    return null;
  }
};

const nothing = (run: Run, plan: Plan): Outcome => ({
  exitCode: EXIT.done,
  kind: 'nothing',
  changes: false,
  data: {
    task: run.task,
    folder: run.folder,
    target: plan.target,
    drift: plan.drift,
    held: plan.held,
    uncovered: plan.uncovered,
    uncoveredBecause: plan.uncoveredBecause,
    applied: plan.ledgerReport.applied.length,
  },
});

/** Everything up to the approval. Null where there is nothing to do. */
const prepare = async (context: Context): Promise<Rehearsed | Outcome> => {
  const declared = await declareIntent(context);
  const { run } = declared;
  demandPassed(await checkConnection(context, run), run);
  return withTarget(context, async (session) => {
    const made = await makePlan(context, session, declared);
    const plan = made.plan.artifact.body;
    if (isNoop(plan) && !plan.createsDatabase) return nothing(run, plan);
    const rehearsal = await rehearsePlan(context, session, made);
    return { run, plan: made.plan, rehearsal };
  });
};

/** From intent to proof. Throws what the phases throw. */
export const sync = async (context: Context): Promise<Outcome> => {
  const prepared = reviewed(context) ?? (await prepare(context));
  if ('kind' in prepared) return prepared;
  const { world } = context;
  const { run, plan } = prepared;
  if (context.options.confirm !== undefined || !world.ui.questions) {
    world.ui.show({
      kind: 'plan',
      data: { hash: plan.hash, task: run.task, folder: run.folder, ...plan.artifact.body },
    });
  }
  const { execution } = await applyPlan(context, prepared);
  world.ui.show({
    kind: 'execution',
    data: { task: run.task, folder: run.folder, ...execution.artifact.body },
  });
  const verification = await verifyRun(context, claimOf(run));
  const data = {
    task: run.task,
    folder: run.folder,
    target: plan.artifact.body.target,
    plan: plan.hash,
    hash: verification.hash,
    ...verification.artifact.body,
  };
  return { exitCode: EXIT.done, kind: 'verification', changes: true, data };
};
