// The proof: the target inspected again and held against what was promised, by every witness there is.
import path from 'node:path';
import type { Execution } from '../apply/model.ts';
import {
  isStarted,
  type Run,
  readArtifact,
  requireArtifact,
  type Stored,
  writeArtifact,
  writeDocument,
} from '../audit/index.ts';
import type { HealthFinding, Session } from '../dialects/contract.ts';
import { DbsyncError, EXIT } from '../errors/index.ts';
import type { Plan } from '../plan/index.ts';
import { workingTree } from '../preflight/index.ts';
import { DOCUMENTS, renderVerification } from '../report/index.ts';
import { diffSnapshots, fingerprint, type Snapshot } from '../schema/index.ts';
import type { LedgerReport, ToolVerdict } from '../sources/contract.ts';
import { compareRows, judgeVerification, runCompatibility, type Verification } from '../verify/index.ts';
import { type Analysis, observe } from './analysis.ts';
import { type Context, withTarget } from './context.ts';
import type { Outcome } from './outcome.ts';
import { continueRun } from './run.ts';

const COMPATIBILITY_TIMEOUT_MS = 600_000;

/** The plan that was applied, and how. */
interface Claim {
  readonly run: Run;
  readonly plan: Plan;
  readonly predicted: Snapshot;
  readonly execution: Stored<'execution', Execution> | null;
}

const ledgerState = (plan: Plan, report: LedgerReport): Verification['ledger'] => {
  if (plan.strategy === 'push') return { complete: true, messages: ['push keeps no ledger'] };
  const held = new Set(plan.held.map((item) => item.migration));
  const missing = report.pending.filter((id) => !held.has(id));
  const blocking = report.problems.filter((problem) => problem.weight === 'blocking');
  const messages = [
    ...missing.map((id) => `${id} is not recorded as applied`),
    ...blocking.map((problem) => problem.message),
  ];
  return {
    complete: messages.length === 0,
    messages:
      messages.length === 0
        ? [
            `${report.applied.length} ${report.applied.length === 1 ? 'migration' : 'migrations'} recorded as applied`,
          ]
        : messages,
  };
};

const toolVerdict = (context: Context, plan: Plan, session: Session): Promise<ToolVerdict> => {
  if (plan.held.length > 0 || plan.strategy === 'push') {
    const why =
      plan.strategy === 'push'
        ? 'push leaves no history to ask about'
        : 'migrations are held back, so the tool cannot agree yet';
    return Promise.resolve({
      by: context.project.title,
      status: 'unavailable',
      against: [],
      messages: [why],
    });
  }
  return context.project.verdict(session);
};

const compatibility = (context: Context): Promise<Verification['compatibility']> => {
  const configured = context.loaded.config.compatibility;
  if (!configured) return Promise.resolve(null);
  return context.world.ui.work('Compatibility', () =>
    runCompatibility({
      command: configured.command,
      cwd: context.loaded.project,
      environment: context.world.environment,
      timeoutMs: configured.timeoutMs ?? COMPATIBILITY_TIMEOUT_MS,
      redact: context.redact,
      now: context.world.now,
      signal: context.world.signal,
    }),
  );
};

/** What is left to do for the source of truth: files committed together, or the way back from push to migrations. */
const upkeep = async (context: Context, plan: Plan): Promise<readonly string[]> => {
  if (plan.strategy === 'push') {
    return [
      `Push was chosen because: ${plan.reason ?? ''}`,
      'To go back to versioned migrations: write one migration that holds this change, then record it as applied:',
      `$ npx zx tasks/recover.ts --env ${plan.target.environment} --baseline <migration>`,
    ];
  }
  const { detection } = context;
  const verdict = await workingTree(
    detection.root,
    [detection.schema, detection.migrations].map((file) => path.resolve(detection.root, file)),
  );
  return verdict.status === 'warning' ? [verdict.message, ...(verdict.remedy ?? [])] : [];
};

const touches =
  (context: Context, plan: Plan) =>
  (table: { namespace: string | null; name: string }): boolean => {
    const same = (other: { namespace: string | null; name: string }): boolean =>
      other.name === table.name && (other.namespace === null || other.namespace === table.namespace);
    return (
      plan.tables.some(same) ||
      plan.change.changes.some((change) => same(change.subject.parent ?? change.subject)) ||
      plan.batches.some((batch) =>
        batch.steps.some((step) => {
          const facts = context.dialect.classify({
            text: step.sql,
            file: step.file,
            line: step.line,
            offset: 0,
            index: 0,
          });
          return facts.kind === 'opaque' || facts.tables.some(same);
        }),
      )
    );
  };

/** Whether the target holds objects that the configuration leaves out of every snapshot; the tool knows of no such list. */
const hidesObjects = async (context: Context, session: Session, actual: Snapshot): Promise<boolean> => {
  if (!context.loaded.config.ignore?.length) return false;
  const whole = await context.dialect.inspect(session, { ignore: context.project.ledger.objects });
  return fingerprint(whole) !== fingerprint(actual);
};

interface Witnessed {
  readonly hidden: boolean;
  readonly seen: Pick<Analysis, 'actual' | 'ledger'>;
  readonly tool: ToolVerdict;
  readonly health: readonly HealthFinding[];
  readonly project: Verification['compatibility'];
  readonly upkeep: readonly string[];
}

const witness = async (context: Context, claim: Claim, session: Session): Promise<Witnessed> => {
  const seen = await observe(context, session);
  const tool = await toolVerdict(context, claim.plan, session);
  const health = await context.dialect.health(session);
  return {
    seen,
    tool,
    hidden: tool.status === 'disagrees' && (await hidesObjects(context, session, seen.actual)),
    health,
    project: await compatibility(context),
    upkeep: await upkeep(context, claim.plan),
  };
};

const conclude = (context: Context, claim: Claim, witnessed: Witnessed): Verification => {
  const execution = claim.execution?.artifact.body;
  const evidence = {
    execution: claim.execution?.hash ?? null,
    predicted: claim.plan.predicted,
    actual: fingerprint(witnessed.seen.actual),
    remaining: diffSnapshots(claim.predicted, witnessed.seen.actual),
    ledger: ledgerState(claim.plan, witnessed.seen.ledger),
    tool: witnessed.tool,
    driftKnown: claim.plan.drift.status !== 'none' || witnessed.hidden,
    health: witnessed.health,
    rows: compareRows(execution?.rowsBefore ?? [], execution?.rowsAfter ?? [], touches(context, claim.plan)),
    compatibility: witnessed.project,
    upkeep: witnessed.upkeep,
  };
  const othersWrite = context.dialect.facts.lockExcludesWriters !== true;
  const judged = judgeVerification(
    { ...evidence, healthBefore: execution?.healthBefore ?? [] },
    { othersWrite },
  );
  return { ...evidence, ...judged };
};

const refuse = (body: Verification, folder: string): DbsyncError =>
  new DbsyncError('VERIFY_MISMATCH', {
    summary: `The target is not what was promised:\n${body.reasons.map((reason) => `  ${reason}`).join('\n')}`,
    why: 'The change was applied; something else is also true now, and the record says what.',
    next: [
      `Read ${path.join(folder, DOCUMENTS.verification)}, and compare schema_snapshot.predicted.json with schema_snapshot.after.json.`,
    ],
    details: { reasons: body.reasons },
  });

/** Verifies what a run applied and writes `04-post-verify.md`. Throws VERIFY_MISMATCH. */
export const verifyRun = (context: Context, claim: Claim): Promise<Stored<'verification', Verification>> =>
  withTarget(context, async (session) => {
    if (!session)
      throw new DbsyncError('DATABASE_MISSING', {
        summary: 'The database that was changed is gone.',
        next: [],
      });
    const witnessed = await context.world.ui.work('Verification', () => witness(context, claim, session));
    const body = conclude(context, claim, witnessed);
    const { redact, world } = context;
    const previous = claim.execution?.hash ?? null;
    writeArtifact(claim.run, {
      kind: 'snapshot-after',
      previous,
      body: witnessed.seen.actual,
      at: world.now(),
      redact,
    });
    const stored = writeArtifact(claim.run, {
      kind: 'verification',
      previous,
      body,
      at: world.now(),
      redact,
    });
    const document = renderVerification({ verification: stored.artifact, target: claim.plan.target });
    writeDocument(path.join(claim.run.folder, DOCUMENTS.verification), redact(document));
    if (body.outcome === 'mismatch') throw refuse(stored.artifact.body, claim.run.folder);
    return stored;
  });

/** What the run claims to have reached. Throws RUN_MISSING. */
export const claimOf = (run: Run): Claim => ({
  run,
  plan: requireArtifact<Plan, 'plan'>(run, 'plan', 'plan').artifact.body,
  predicted: requireArtifact<Snapshot>(run, 'snapshot-predicted', 'plan').artifact.body,
  execution: readArtifact<Execution, 'execution'>(run, 'execution'),
});

/** The phase by itself. */
export const verify = async (context: Context): Promise<Outcome> => {
  const run = continueRun(context, isStarted);
  requireArtifact<Execution>(run, 'execution', 'apply');
  const claim = claimOf(run);
  const stored = await verifyRun(context, claim);
  return {
    exitCode: EXIT.done,
    kind: 'verification',
    data: {
      target: claim.plan.target,
      task: run.task,
      folder: run.folder,
      hash: stored.hash,
      ...stored.artifact.body,
    },
  };
};
