// The apply: under the lock, through the gate, with a journal; then what became of every statement, written down.
import type { Execution } from '../apply/model.ts';
import type { Approval } from '../approve/index.ts';
import {
  type Journal,
  type JournalRecord,
  openJournal,
  readArtifact,
  requireArtifact,
  type Stored,
} from '../audit/index.ts';
import type { HeldLock, LockOptions, Session, TableSize } from '../dialects/contract.ts';
import { DbsyncError, EXIT, messageOf } from '../errors/index.ts';
import { type ExecuteResult, execute } from '../execute/index.ts';
import { isNoop, type Plan } from '../plan/index.ts';
import type { Snapshot } from '../schema/index.ts';
import { approvePlan, type Rehearsed, requireRehearsed, storedApproval } from './approve.ts';
import { takeBackup } from './backup.ts';
import type { Context } from './context.ts';
import { type Applied, demandApplied, type Work, writeExecution } from './execution.ts';
import { demandFresh } from './gate.ts';
import type { Outcome } from './outcome.ts';
import { continueRun, unfinishedRuns } from './run.ts';

const refuseUnfinished = (context: Context): void => {
  const [run] = unfinishedRuns(context);
  if (!run) return;
  throw new DbsyncError('UNFINISHED_RUN', {
    summary: `The run "${run.task}" was interrupted while it wrote.`,
    why: 'What it left behind must be understood before anything else is written.',
    next: [`$ npx zx tasks/recover.ts --env ${context.environment.name} --task ${run.task}`],
  });
};

/** The approval: the stored one where it is good (and, without a terminal, confirmed again), or one that is given now. */
const obtainApproval = async (
  context: Context,
  rehearsed: Rehearsed,
): Promise<Stored<'approval', Approval>> => {
  const { good: stored, refusal } = storedApproval(context, rehearsed);
  // Only a person can replace an approval that is no longer good for a protected environment.
  if (refusal && rehearsed.plan.artifact.body.target.protected && !context.world.ui.questions) throw refusal;
  if (!stored) return approvePlan(context, rehearsed);
  const { confirm } = context.options;
  const { environment } = rehearsed.plan.artifact.body.target;
  if (confirm === environment || (confirm === undefined && context.world.ui.questions)) return stored;
  throw new DbsyncError(confirm === undefined ? 'APPROVAL_REQUIRED' : 'APPROVAL_NAME_MISMATCH', {
    summary:
      confirm === undefined
        ? 'The plan is approved, but nobody confirms it here.'
        : `--confirm ${confirm} is not the environment's name.`,
    why: 'Without a terminal the environment is typed in full as an option.',
    next: [
      `$ npx zx tasks/apply.ts --env ${environment} --task ${rehearsed.run.task} --confirm ${environment}`,
    ],
  });
};

const everyTable = (
  context: Context,
  session: Session,
  { objects }: Snapshot,
): Promise<readonly TableSize[]> =>
  context.dialect.measure(
    session,
    objects.filter((object) => object.kind === 'table'),
  );

const healthKeys = async (context: Context, session: Session): Promise<readonly string[]> =>
  (await context.dialect.health(session)).map((finding) => `${finding.code} ${finding.subject}`);

const lockOptions = (context: Context): LockOptions => {
  const { timeouts } = context.environment.target;
  return { waitMs: timeouts.runnerLockMs, toolLock: context.project.ledger.toolLock, timeouts };
};

/** A journal that cannot be written stops the run once; what follows is the way out, and must not fail for it again. */
const guarded = (journal: Journal): ((record: JournalRecord) => void) => {
  let broken = false;
  return (record) => {
    if (broken) return;
    try {
      journal.write(record);
    } catch (cause) {
      broken = true;
      throw new Error(`the journal cannot be written: ${messageOf(cause)}`, { cause });
    }
  };
};

/** The session that writes, and the lock that it writes under. */
interface Held {
  readonly session: Session;
  readonly lock: HeldLock;
}

const run = (
  work: Work,
  { session, lock }: Held,
  record: (record: JournalRecord) => void,
): Promise<ExecuteResult> => {
  const { context, plan } = work;
  return context.world.ui.work('Apply', (report) =>
    execute({
      dialect: context.dialect,
      session,
      project: context.project,
      batches: plan.batches,
      ledger: plan.strategy === 'migrate',
      lend: (tool) =>
        context.dialect.lend ? context.dialect.lend(session, lockOptions(context), tool) : tool(),
      hooks: {
        record,
        progress: (done, total, current) => report(`${done}/${total} ${current}`),
        now: context.world.now,
        signal: context.world.signal,
        lock,
      },
    }),
  );
};

const underLock = async (
  work: Work,
  held: Held,
  by: { readonly record: (record: JournalRecord) => void; readonly before: Snapshot },
): Promise<Applied> => {
  const { context } = work;
  const { session } = held;
  const { record, before } = by;
  const rowsBefore = await everyTable(context, session, before);
  const healthBefore = await healthKeys(context, session);
  const backup = await takeBackup(work, session, rowsBefore);
  if (backup) record({ event: 'backup-taken', file: backup.file, sha256: backup.sha256 });
  const result = await run(work, held, record);
  record({ event: 'statements-ended', outcome: result.outcome });
  const rowsAfter =
    result.outcome === 'applied'
      ? await everyTable(context, session, await context.dialect.inspect(session, context.inspect))
      : null;
  const applied = writeExecution(work, result, { backup, rowsBefore, rowsAfter, healthBefore });
  const unknown = result.steps.some((step) => step.state === 'unknown');
  if (!unknown) record({ event: 'run-finished', outcome: result.outcome });
  return applied;
};

/** Between the gate and the first statement: from here on the run is in the journal. */
const journaled = async (work: Work, held: Held, before: Snapshot): Promise<Applied> => {
  const { context, rehearsed, approval } = work;
  const journal = openJournal(rehearsed.run, { now: context.world.now, redact: context.redact });
  try {
    const record = guarded(journal);
    record({
      event: 'run-started',
      plan: rehearsed.plan.hash,
      approval: approval.hash,
      nonce: approval.artifact.body.nonce,
      actor: context.world.surroundings.user,
      host: context.world.surroundings.host,
    });
    return await underLock(work, held, { record, before });
  } finally {
    journal.close();
  }
};

const refuseCreated = async (work: Work): Promise<void> => {
  const { context, plan } = work;
  if (!(await context.dialect.exists(context.address, plan.timeouts))) return;
  throw new DbsyncError('PLAN_STALE', {
    summary: 'The plan creates the database, and by now there is one.',
    why: 'What was planned for an empty database is not applied to one that somebody else made. Nothing was written to it.',
    next: [`$ npx zx tasks/plan.ts --env ${plan.target.environment} --task ${work.rehearsed.run.task}`],
  });
};

const connected = async (work: Work): Promise<Applied> => {
  const { context, plan } = work;
  const { dialect, address, environment } = context;
  const { timeouts } = environment.target;
  if (plan.createsDatabase) {
    await refuseCreated(work);
    await dialect.create(address, timeouts);
  }
  const session = await dialect.connect(address, { mode: 'write', timeouts });
  try {
    return await dialect.withLock(session, lockOptions(context), async (lock) =>
      journaled(work, { session, lock }, await demandFresh(work.context, session, work.rehearsed)),
    );
  } finally {
    await session.close();
  }
};

/** A run that went through is not applied again, whatever its approval says. */
const refuseFinished = (context: Context, rehearsed: Rehearsed): void => {
  const execution = readArtifact<Execution>(rehearsed.run, 'execution')?.artifact.body;
  if (execution?.outcome !== 'applied' || execution.plan !== rehearsed.plan.hash) return;
  throw new DbsyncError('RUN_FINISHED', {
    summary: `The run "${rehearsed.run.task}" is applied already.`,
    why: 'A plan and its approval are good for one run.',
    next: [
      `$ npx zx tasks/verify.ts --env ${context.environment.name} --task ${rehearsed.run.task}`,
      `$ npx zx tasks/sync.ts --env ${context.environment.name}`,
    ],
  });
};

/** Applies an approved plan. Throws APPROVAL_*, UNFINISHED_RUN, LOCK_HELD, PLAN_STALE, BACKUP_*, APPLY_*, INTERRUPTED. */
export const applyPlan = async (context: Context, rehearsed: Rehearsed): Promise<Applied> => {
  refuseUnfinished(context);
  refuseFinished(context, rehearsed);
  const approval = await obtainApproval(context, rehearsed);
  const plan = rehearsed.plan.artifact.body;
  const work: Work = { context, rehearsed, plan, approval, startedAt: context.world.now() };
  const applied = await connected(work);
  demandApplied(work, applied.execution.artifact.body);
  return applied;
};

/** The phase by itself. */
export const apply = async (context: Context): Promise<Outcome> => {
  const runFolder = continueRun(context);
  const rehearsed = requireRehearsed(context, runFolder);
  const plan = requireArtifact<Plan, 'plan'>(runFolder, 'plan', 'plan').artifact.body;
  if (isNoop(plan) && !plan.createsDatabase)
    return { exitCode: EXIT.done, kind: 'nothing', data: { task: runFolder.task, target: plan.target } };
  const { execution } = await applyPlan(context, rehearsed);
  return {
    exitCode: EXIT.done,
    kind: 'execution',
    data: {
      task: runFolder.task,
      folder: runFolder.folder,
      hash: execution.hash,
      ...execution.artifact.body,
    },
  };
};
