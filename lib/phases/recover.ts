// Recovery: an interrupted run explained from its journal and the target, and closed; or the ledger mended, with proof.

import path from 'node:path';
import type { Execution } from '../apply/model.ts';
import { readInterrupted } from '../apply/recover.ts';
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
import { EXIT } from '../errors/index.ts';
import type { PlannedBatch } from '../execute/index.ts';
import type { Plan } from '../plan/index.ts';
import { DOCUMENTS, renderExecution } from '../report/index.ts';
import { fingerprint, hashText, type Snapshot } from '../schema/index.ts';
import { type Analysis, observe } from './analysis.ts';
import type { Context } from './context.ts';
import { mendLedger } from './mend.ts';
import type { Outcome } from './outcome.ts';
import { continueRun, unfinishedRuns } from './run.ts';

type Seen = Pick<Analysis, 'actual' | 'ledger'>;

/** A batch that closes its migration is done exactly when the ledger says so, because both are one transaction. */
const resolver =
  (plan: Plan, seen: Seen, before: Snapshot | null) =>
  (batch: PlannedBatch): 'committed' | 'rolled-back' | null => {
    if (!batch.transactional) return null;
    if (plan.strategy === 'push' || !batch.closesLedger) {
      const now = fingerprint(seen.actual);
      if (now === plan.predicted) return 'committed';
      return before && now === fingerprint(before) ? 'rolled-back' : null;
    }
    return seen.ledger.applied.includes(batch.migration) ? 'committed' : 'rolled-back';
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

const explain = (
  plan: Plan,
  seen: Seen,
  interrupted: ReturnType<typeof readInterrupted>,
  environment: string,
): Pick<Execution, 'outcome' | 'recovery'> => {
  if (interrupted.doubtful.length > 0) {
    return {
      outcome: 'interrupted',
      recovery: [
        `The state of ${interrupted.doubtful.map((batch) => batch.migration).join(', ')} cannot be told from the journal and the ledger alone.`,
        'Compare the target with schema_snapshot.before.json and schema_snapshot.predicted.json:',
        `$ npx zx tasks/status.ts --env ${environment}`,
      ],
    };
  }
  const torn = interrupted.steps.some((step) => step.state === 'unknown' || step.state === 'failed');
  if (fingerprint(seen.actual) === plan.predicted && !torn)
    return { outcome: 'applied', recovery: [`$ npx zx tasks/verify.ts --env ${environment}`] };
  const some = interrupted.steps.some((step) => step.state === 'committed');
  return {
    outcome: some ? 'partial' : 'rolled-back',
    recovery: [`$ npx zx tasks/sync.ts --env ${environment}`],
  };
};

const close = async (context: Context, run: Run): Promise<Stored<'execution', Execution>> => {
  const plan = requireArtifact<Plan, 'plan'>(run, 'plan', 'plan');
  const approval = readArtifact<Approval>(run, 'approval');
  const before = readArtifact<Snapshot>(run, 'snapshot-before')?.artifact.body ?? null;
  const records = readJournal(run);
  const seen = await look(context);
  const interrupted = readInterrupted(
    plan.artifact.body.batches,
    records,
    resolver(plan.artifact.body, seen, before),
  );
  const { redact, world } = context;
  const started = records.findLast((record) => record.event === 'run-started');
  const body: Execution = {
    plan: plan.hash,
    approval: approval?.hash ?? hashText(''),
    steps: interrupted.steps,
    migrations: interrupted.committed.filter((batch) => batch.closesLedger).map((batch) => batch.migration),
    ...explain(plan.artifact.body, seen, interrupted, context.environment.name),
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

/** The phase by itself. */
export const recover = async (context: Context): Promise<Outcome> => {
  if (context.options.resolve || context.options.baseline !== undefined) return mendLedger(context);
  const run = context.options.task ? continueRun(context) : unfinishedRuns(context)[0];
  if (!run || !unfinishedRuns(context).some((item) => item.task === run.task)) {
    return { exitCode: EXIT.done, kind: 'recovered', data: { task: run?.task ?? null, execution: null } };
  }
  const execution = await close(context, run);
  return {
    exitCode: EXIT.done,
    kind: 'recovered',
    data: { task: run.task, folder: run.folder, execution: execution.artifact.body },
  };
};
