// Recovery: an interrupted run explained from its journal and the target, and closed; a torn migration taken up again; or the
// ledger mended, with proof.

import path from 'node:path';
import type { Execution } from '../apply/model.ts';
import { type Interrupted, readInterrupted } from '../apply/recover.ts';
import type { Approval } from '../approve/index.ts';
import {
  openJournal,
  type Run,
  readArtifact,
  readJournal,
  requireArtifact,
  type Stored,
  writeArtifact,
  writeDocument,
} from '../audit/index.ts';
import type { Session } from '../dialects/contract.ts';
import { DbsyncError, EXIT } from '../errors/index.ts';
import { type PlannedBatch, stepNumber } from '../execute/index.ts';
import type { Plan } from '../plan/index.ts';
import { DOCUMENTS, renderExecution } from '../report/index.ts';
import { fingerprint, hashText, type Snapshot } from '../schema/index.ts';
import { observe } from './analysis.ts';
import { type Context, withTarget } from './context.ts';
import { mendLedger } from './mend.ts';
import type { Outcome } from './outcome.ts';
import { continueRun, unfinishedRuns } from './run.ts';
import { sync } from './sync.ts';
import { toolWaysOn } from './tool-ways-on.ts';
import { examineTorn, refuseTorn, type Torn } from './torn.ts';

type Seen = Awaited<ReturnType<typeof observe>>;

/**
 * A batch that closes its migration is done exactly when the ledger says so, because both are one transaction. The migration
 * tool's own row comes after its batch: there it is proof of what is done, and not of what is not.
 */
const resolver =
  (plan: Plan, seen: Seen, shown: { before: Snapshot | null; done: ReadonlyMap<string, number> }) =>
  (batch: PlannedBatch): 'committed' | 'rolled-back' | null => {
    if (batch.by === 'tool' && seen.ledger.applied.includes(batch.migration)) return 'committed';
    if (!batch.transactional || batch.steps.some((step) => step.committedBefore !== undefined)) return null;
    if (plan.strategy !== 'push' && batch.closesLedger && batch.by !== 'tool')
      return seen.ledger.applied.includes(batch.migration) ? 'committed' : 'rolled-back';
    const done = shown.done.get(batch.migration);
    const last = stepNumber(batch.steps.at(-1)?.id ?? '');
    if (done !== undefined && last !== null) return last <= done ? 'committed' : 'rolled-back';
    const now = fingerprint(seen.actual);
    // Where the plan leaves the schema as it is, the schema says nothing of what was committed.
    if ((plan.strategy !== 'push' && batch.by !== 'tool') || plan.from === plan.predicted) return null;
    if (now === plan.predicted) return 'committed';
    return shown.before && now === fingerprint(shown.before) ? 'rolled-back' : null;
  };

/** A migration that was begun and not finished, looked at; of this plan, where one is given. Null where there is none. */
const examine = async (
  context: Context,
  plan: Plan | null,
  seen: Seen,
): Promise<Torn | DbsyncError | null> => {
  const begun = plan && new Set(plan.batches.map((batch) => batch.migration));
  const open = seen.ledger.entries.findLast(
    (entry) => entry.state === 'failed' && (begun === null || begun.has(entry.id)),
  );
  if (!open || plan?.strategy === 'push') return null;
  try {
    return await examineTorn(context, seen, { id: open.id, next: null });
  } catch (error) {
    if (error instanceof DbsyncError) return error;
    throw error;
  }
};

/** A writing session lets the engine finish its own recovery (a hot journal, an open transaction) before anyone looks. */
const look = async (context: Context): Promise<Seen> => {
  const { dialect, address, environment } = context;
  const { timeouts } = environment.target;
  if (!(await dialect.exists(address, timeouts))) return observe(context, null);
  const session: Session = await dialect.connect(address, { mode: 'write', timeouts });
  try {
    return await observe(context, session);
  } finally {
    await session.close();
  }
};

const wayOn = (context: Context, torn: Torn | DbsyncError | null): readonly string[] => {
  const { name } = context.environment;
  if (torn === null) return [`$ npx zx tasks/sync.ts --env ${name}`];
  if (torn instanceof DbsyncError) return [torn.message, ...torn.next];
  if (!('done' in torn.verdict)) {
    const refusal = refuseTorn(context, torn);
    return [refusal.message, ...refusal.next];
  }
  const { id } = torn.migration;
  return [
    `Statements 1 to ${torn.verdict.done} of ${id} are in the database, as the live schema proves. What is behind them may still be corrected in the file; then, to go on there:`,
    `$ npx zx tasks/recover.ts --env ${name} --resume ${id}`,
  ];
};

const explain = (
  context: Context,
  plan: Plan,
  found: { seen: Seen; interrupted: Interrupted; torn: Torn | DbsyncError | null },
): Pick<Execution, 'outcome' | 'recovery'> => {
  const { seen, interrupted, torn } = found;
  const { name } = context.environment;
  const tool = toolWaysOn(context, plan, { steps: interrupted.steps, ledger: seen.ledger });
  if (interrupted.doubtful.length > 0) {
    return {
      outcome: 'interrupted',
      recovery: [
        `The state of ${[...new Set(interrupted.doubtful.map((batch) => batch.migration))].join(', ')} cannot be told from the journal, the ledger and the schema alone.`,
        ...(tool ?? []),
        ...(torn === null
          ? [
              'Compare the target with schema_snapshot.before.json and schema_snapshot.predicted.json:',
              `$ npx zx tasks/status.ts --env ${name}`,
            ]
          : wayOn(context, torn)),
      ],
    };
  }
  const complete =
    torn === null &&
    interrupted.steps.every((step) => step.state === 'committed' || step.state === 'not-started');
  if (tool === null && fingerprint(seen.actual) === plan.predicted && complete)
    return { outcome: 'applied', recovery: [`$ npx zx tasks/verify.ts --env ${name}`] };
  const some = interrupted.steps.some((step) => step.state === 'committed');
  return { outcome: some ? 'partial' : 'rolled-back', recovery: tool ?? wayOn(context, torn) };
};

const close = async (context: Context, run: Run): Promise<Stored<'execution', Execution>> => {
  const plan = requireArtifact<Plan, 'plan'>(run, 'plan', 'plan');
  const approval = readArtifact<Approval>(run, 'approval');
  const before = readArtifact<Snapshot>(run, 'snapshot-before')?.artifact.body ?? null;
  const records = readJournal(run);
  const seen = await look(context);
  const torn = await examine(context, plan.artifact.body, seen);
  const done = new Map(
    torn && 'verdict' in torn && 'done' in torn.verdict ? [[torn.migration.id, torn.verdict.done]] : [],
  );
  const interrupted = readInterrupted(plan.artifact.body.batches, records, {
    resolve: resolver(plan.artifact.body, seen, { before, done }),
    done,
  });
  const { redact, world } = context;
  const started = records.findLast((record) => record.event === 'run-started');
  const body: Execution = {
    plan: plan.hash,
    approval: approval?.hash ?? hashText(''),
    steps: interrupted.steps,
    migrations: interrupted.committed.filter((batch) => batch.closesLedger).map((batch) => batch.migration),
    ...explain(context, plan.artifact.body, { seen, interrupted, torn }),
    failure: {
      step: null,
      migration: null,
      message: 'the run ended without a word (killed, power lost, disk full)',
      engineCode: null,
      excerpt: null,
    },
    backup: null,
    rowsBefore: [],
    rowsAfter: null,
    healthBefore: [],
    startedAt: started?.at ?? world.now().toISOString(),
    finishedAt: world.now().toISOString(),
    createdDatabase: plan.artifact.body.createsDatabase,
  };
  const execution = writeArtifact(run, {
    kind: 'execution',
    previous: approval?.hash ?? null,
    body,
    at: world.now(),
    redact,
  });
  writeDocument(
    path.join(run.folder, DOCUMENTS.execution),
    redact(renderExecution({ execution: execution.artifact, plan: plan.artifact.body })),
  );
  const journal = openJournal(run, { now: world.now, redact });
  journal.write({ event: 'run-recovered', outcome: body.outcome });
  journal.close();
  return execution;
};

/** No run is open, but its migration can be: one that failed in its middle ended its run in order. */
const leftBehind = async (context: Context, run: Run | undefined): Promise<Outcome> => {
  const torn = await withTarget(context, async (session) =>
    examine(context, null, await observe(context, session)),
  );
  return {
    exitCode: torn ? EXIT.precondition : EXIT.done,
    kind: 'recovered',
    data: { task: run?.task ?? null, execution: null, next: torn ? wayOn(context, torn) : [] },
  };
};

/** The phase by itself; with `--resume`, it closes an unfinished run first and then goes all the way of a plan. */
export const recover = async (context: Context): Promise<Outcome> => {
  if (context.options.resolve || context.options.baseline !== undefined) return mendLedger(context);
  const { resume } = context.options;
  const run =
    context.options.task && resume === undefined ? continueRun(context) : unfinishedRuns(context)[0];
  if (resume !== undefined) {
    if (run) await close(context, run);
    return sync(context);
  }
  if (!run || !unfinishedRuns(context).some((item) => item.task === run.task)) {
    return leftBehind(context, run);
  }
  const execution = await close(context, run);
  return {
    exitCode: EXIT.done,
    kind: 'recovered',
    data: { task: run.task, folder: run.folder, execution: execution.artifact.body },
  };
};
