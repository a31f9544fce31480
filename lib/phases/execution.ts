// What became of a run, written down: `execution.json`, `03-execution-log.md`, and the error that a failed one ends with.
import path from 'node:path';
import type { Execution } from '../apply/model.ts';
import type { Approval } from '../approve/index.ts';
import { type Stored, writeArtifact, writeDocument } from '../audit/index.ts';
import type { BackupEvidence, TableSize } from '../dialects/contract.ts';
import { DbsyncError, type ErrorCode } from '../errors/index.ts';
import type { ExecuteResult } from '../execute/index.ts';
import type { Plan } from '../plan/index.ts';
import { DOCUMENTS, renderExecution } from '../report/index.ts';
import type { Rehearsed } from './approve.ts';
import type { Context } from './context.ts';
import { failureMessage } from './failed.ts';
import { toolWaysOn } from './tool-ways-on.ts';

/** An execution that was written down. */
export interface Applied {
  readonly execution: Stored<'execution', Execution>;
}

export interface Work {
  readonly context: Context;
  readonly rehearsed: Rehearsed;
  readonly plan: Plan;
  readonly approval: Stored<'approval', Approval>;
  readonly startedAt: Date;
}

/** What is known before the first statement is sent. */
export interface Prepared {
  readonly backup: BackupEvidence | null;
  readonly rowsBefore: readonly TableSize[];
  readonly healthBefore: readonly string[];
}

/** The row of a migration that a tool recorded as failed, and of which nothing is left. */
const failedRow = ({ context, plan }: Work, result: ExecuteResult): readonly string[] => {
  const migration = result.failure?.migration;
  const byTool = plan.batches.some((batch) => batch.by === 'tool');
  if (!byTool || migration === undefined || !context.project.runner?.recordsFailures) return [];
  return [
    `If status says that ${migration} failed (the tool's own row), nothing of it is left to undo; mend the ledger first:`,
    `$ npx zx tasks/recover.ts --env ${plan.target.environment} --rolled-back ${migration}`,
  ];
};

const recovery = (work: Work, result: ExecuteResult): readonly string[] => {
  const where = `--env ${work.plan.target.environment}`;
  if (result.outcome === 'applied') return [];
  const { context, plan } = work;
  const byTool = toolWaysOn(context, plan, {
    steps: result.steps,
    ledger: null,
    recorded: result.migrations,
  });
  if (byTool) return byTool;
  const unmended = failedRow(work, result);
  const broken = result.failure?.migration;
  const torn =
    broken !== undefined &&
    (result.steps.some((step) => step.migration === broken && step.state === 'committed') ||
      work.plan.batches.some((batch) => batch.migration === broken && batch.resumes !== undefined));
  if (result.outcome === 'rolled-back' && !torn) {
    return [
      ...unmended,
      `${unmended.length > 0 ? 'The schema' : 'The target'} is as it was. Mend the migration or the data, then:`,
      `$ npx zx tasks/sync.ts ${where}`,
    ];
  }
  if (result.steps.some((step) => step.state === 'unknown')) {
    return [
      'The state of a statement is unknown; look before anything else is written:',
      `$ npx zx tasks/recover.ts ${where} --task ${work.rehearsed.run.task}`,
    ];
  }
  if (torn || result.remains.length > 0) {
    const { migrations, ledger } = work.context.project;
    const text = migrations.find((migration) => migration.id === broken)?.sql;
    const resumable = torn && typeof text === 'string' && ledger.writer.resumed !== undefined;
    return [
      ...(torn ? [`Part of ${broken} is committed; 03-execution-log.md says which statements.`] : []),
      ...result.remains.map((remains) => `The failed statement is not undone as a whole: ${remains}`),
      ...(resumable
        ? [
            'What is behind them may be corrected in the file; then, to go on there:',
            `$ npx zx tasks/recover.ts ${where} --resume ${broken}`,
          ]
        : []),
      `${resumable ? 'Or finish' : 'Finish'} them or take them back by hand, or restore the backup. What the ledger says then, and the command that mends it:`,
      `$ npx zx tasks/status.ts ${where}`,
    ];
  }
  return [
    ...unmended,
    `Applied and kept: ${result.migrations.join(', ') || 'nothing'}. The failing migration was undone as a whole; mend it, then:`,
    `$ npx zx tasks/sync.ts ${where}`,
  ];
};

/** Writes the execution and its document. */
export const writeExecution = (
  work: Work,
  result: ExecuteResult,
  known: Prepared & Pick<Execution, 'rowsAfter'>,
): Applied => {
  const { context, rehearsed, approval, plan } = work;
  const { failure } = result;
  const body: Execution = {
    plan: rehearsed.plan.hash,
    approval: approval.hash,
    steps: result.steps,
    migrations: result.migrations,
    outcome: result.outcome,
    failure: failure && {
      step: failure.step?.id ?? null,
      migration: failure.migration,
      message: failureMessage(failure),
      engineCode: failure.engine.code,
      excerpt: failure.excerpt,
    },
    recovery: recovery(work, result),
    ...known,
    startedAt: work.startedAt.toISOString(),
    finishedAt: context.world.now().toISOString(),
    createdDatabase: plan.createsDatabase,
  };
  const { redact, world } = context;
  const execution = writeArtifact(rehearsed.run, {
    kind: 'execution',
    previous: approval.hash,
    body,
    at: world.now(),
    redact,
  });
  const text = redact(renderExecution({ execution: execution.artifact, plan }));
  writeDocument(path.join(rehearsed.run.folder, DOCUMENTS.execution), text);
  return { execution };
};

const FAILURES: Readonly<Record<Exclude<Execution['outcome'], 'applied'>, ErrorCode>> = {
  'rolled-back': 'APPLY_FAILED',
  partial: 'APPLY_PARTIAL',
  interrupted: 'INTERRUPTED',
};

const part = (number: number, state: string): readonly string[] =>
  number === 0 ? [] : [`${number} ${state}`];

/** An execution that did not go through, as the error that ends the run. */
export const demandApplied = (work: Work, body: Execution): void => {
  if (body.outcome === 'applied') return;
  const count = (state: string): number => body.steps.filter((step) => step.state === state).length;
  const parts = [
    `${count('committed')} committed`,
    ...part(count('rolled-back') + count('failed'), 'undone'),
    ...part(count('unknown'), 'unknown'),
    ...part(count('not-started'), 'not started'),
  ];
  const step = work.plan.batches.flatMap((batch) => batch.steps).find(({ id }) => id === body.failure?.step);
  const place = step ? `${step.file}:${step.line}` : body.failure?.migration;
  const where = place ? ` in ${place}` : '';
  throw new DbsyncError(FAILURES[body.outcome], {
    summary: [
      `${body.outcome === 'interrupted' ? 'The run was stopped' : 'The run failed'}${where}: ${body.failure?.message ?? ''}`,
      ...(body.failure?.excerpt ? [body.failure.excerpt] : []),
    ].join('\n'),
    why: `Of ${body.steps.length} ${body.steps.length === 1 ? 'statement' : 'statements'}: ${parts.join(', ')}.`,
    next: body.recovery,
    details: { outcome: body.outcome, log: path.join(work.rehearsed.run.folder, DOCUMENTS.execution) },
  });
};
