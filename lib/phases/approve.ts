// The approval: a person types the environment's name. It needs the plan's artifacts and no database.

import { randomUUID } from 'node:crypto';
import {
  type Acceptance,
  type Approval,
  type ApprovalContext,
  acceptancesFor,
  type BackupDecision,
  certainFailures,
  detectActor,
  judgeApproval,
  openHazards,
  uncoveredHazards,
} from '../approve/index.ts';
import { type Run, readArtifact, requireArtifact, type Stored, writeArtifact } from '../audit/index.ts';
import { DbsyncError, EXIT } from '../errors/index.ts';
import { isNoop, type Plan } from '../plan/index.ts';
import type { Rehearsal } from '../rehearse/model.ts';
import { type Hazard, hazardId } from '../risk/index.ts';
import { shortHash } from '../schema/index.ts';
import type { Desk } from './context.ts';
import { howToApprove, writePlanDocument } from './documents.ts';
import type { Outcome } from './outcome.ts';
import { continueRun, usedApprovals } from './run.ts';
import type { Questions } from './ui.ts';

/** A plan that was rehearsed, ready to be approved. */
export interface Rehearsed {
  readonly run: Run;
  readonly plan: Stored<'plan', Plan>;
  readonly rehearsal: Stored<'rehearsal', Rehearsal>;
}

const MIN_REASON = 8;

/** What an approval of this plan is judged against. */
const approvalContext = (context: Desk, rehearsed: Rehearsed): ApprovalContext => ({
  plan: rehearsed.plan.artifact.body,
  planHash: rehearsed.plan.hash,
  rehearsalHash: rehearsed.rehearsal.hash,
  task: rehearsed.run.task,
  now: context.world.now(),
  used: usedApprovals(context),
});

const nextFor = ({ plan, run, rehearsal }: Rehearsed): readonly string[] =>
  howToApprove(plan, run, rehearsal.artifact.body);

/** `--plan` names the plan that was seen; another one is not approved by it. Throws APPROVAL_FOREIGN. */
const checkPlanOption = (context: Desk, rehearsed: Rehearsed): void => {
  const wanted = context.options.plan?.replace(/^sha256:/, '');
  if (wanted === undefined) return;
  const actual = rehearsed.plan.hash.replace(/^sha256:/, '');
  if (wanted.length >= 8 && actual.startsWith(wanted)) return;
  throw new DbsyncError('APPROVAL_FOREIGN', {
    summary: `--plan ${wanted} is not the plan of this run, which is ${shortHash(actual)}.`,
    why: 'A confirmation that names a plan is good for that plan only.',
    next: ['Look at the plan, then:', ...nextFor(rehearsed)],
  });
};

const backupFromOptions = (context: Desk, plan: Plan): BackupDecision | null => {
  const { backup, acceptRisk } = context.options;
  if (!plan.backupRequired) return { kind: 'not-needed' };
  if (backup !== undefined && backup.trim() !== '') return { kind: 'external', reference: backup.trim() };
  if (acceptRisk !== undefined && acceptRisk.trim().length >= MIN_REASON)
    return { kind: 'risk-accepted', reason: acceptRisk.trim() };
  return context.environment.backup.take
    ? { kind: 'take', method: 'dbsync takes and verifies one before the first write' }
    : null;
};

const tooShort = (answer: string): string | null =>
  answer.trim().length >= MIN_REASON ? null : `A reason has at least ${MIN_REASON} characters (Ctrl-C ends).`;

const askBackup = async (context: Desk, plan: Plan, questions: Questions): Promise<BackupDecision> => {
  const given = backupFromOptions(context, plan);
  if (given) return given;
  const kind = await questions.choice('This plan can destroy data. What stands behind it?', [
    { name: 'external', message: 'a backup or snapshot that exists: I name it' },
    { name: 'risk-accepted', message: 'nothing: I accept the risk and say why' },
  ]);
  const isNamed = kind === 'external';
  const message = isNamed ? 'Name of the backup' : 'Why no backup is needed';
  const empty = (answer: string): string | null => (answer.trim() === '' ? 'It has a name.' : null);
  const text = (await questions.text(message, '', isNamed ? empty : tooShort)).trim();
  return isNamed ? { kind: 'external', reference: text } : { kind: 'risk-accepted', reason: text };
};

const optionAcceptances = (context: Desk, plan: Plan): readonly Acceptance[] =>
  (context.options.accept ?? []).flatMap((item) => acceptancesFor(plan, item.code, item.reason));

const askHazard = async (hazard: Hazard, questions: Questions): Promise<Acceptance> => {
  const evidence = hazard.evidence.map((item) => `${item.question}: ${item.count ?? 'unknown'}`).join('; ');
  const reason = await questions.text(
    `${hazard.code}: ${hazard.message}${evidence ? ` [${evidence}]` : ''} Accept it, because`,
    '',
    tooShort,
  );
  if (reason.trim().length >= MIN_REASON)
    return { id: hazardId(hazard), code: hazard.code, reason: reason.trim() };
  throw new DbsyncError('APPROVAL_HAZARDS', {
    summary: `${hazard.code} was not accepted.`,
    why: `A hazard is accepted with a reason of at least ${MIN_REASON} characters; the reason is kept.`,
    next: ['Run the same command again.'],
  });
};

/** Nobody is asked to accept what is known to fail. */
const knownToFail = (rehearsed: Rehearsed, hazards: readonly Hazard[]): DbsyncError =>
  new DbsyncError('APPROVAL_HAZARDS', {
    summary: `The plan is known to fail: ${hazards.map((hazard) => `${hazard.code} (${hazard.subject})`).join(', ')}.`,
    why: 'The rows as they are make a statement of it fail. Nothing was written to the target.',
    next: nextFor(rehearsed),
  });

interface Answers {
  readonly typed: string;
  readonly accepted: readonly Acceptance[];
  readonly backup: BackupDecision;
}

const askPerson = async (context: Desk, rehearsed: Rehearsed, questions: Questions): Promise<Answers> => {
  const plan = rehearsed.plan.artifact.body;
  context.world.ui.show({
    kind: 'plan',
    data: { hash: rehearsed.plan.hash, task: rehearsed.run.task, folder: rehearsed.run.folder, ...plan },
  });
  const { body: rehearsal } = rehearsed.rehearsal.artifact;
  // What the rehearsal could not show is part of what is approved.
  if (!rehearsal.faithful)
    context.world.ui.show({
      kind: 'rehearsal',
      data: {
        hash: rehearsed.rehearsal.hash,
        task: rehearsed.run.task,
        folder: rehearsed.run.folder,
        ...rehearsal,
      },
    });
  const accepted = [...optionAcceptances(context, plan)];
  const failing = certainFailures(plan, rehearsal);
  if (uncoveredHazards(plan, accepted).some((hazard) => failing.includes(hazard)))
    throw knownToFail(rehearsed, failing);
  for (const hazard of uncoveredHazards(plan, accepted)) accepted.push(await askHazard(hazard, questions));
  const backup = await askBackup(context, plan, questions);
  const { environment, display } = plan.target;
  const typed = await questions.text(`To change ${display}, type the environment's name (${environment})`);
  return { typed, accepted, backup };
};

const required = (rehearsed: Rehearsed): DbsyncError =>
  new DbsyncError('APPROVAL_REQUIRED', {
    summary: `The plan ${shortHash(rehearsed.plan.hash)} for "${rehearsed.plan.artifact.body.target.environment}" is not approved. Nothing was written to the target.`,
    why: 'Before any write a person confirms the environment by typing its name.',
    next: nextFor(rehearsed),
  });

const missingBackup = (rehearsed: Rehearsed, given: string | undefined): DbsyncError =>
  new DbsyncError('APPROVAL_BACKUP', {
    summary:
      given === undefined
        ? 'The plan can destroy data, and nothing is said of a backup.'
        : `The plan can destroy data, and "${given}" is no reason to accept the risk: a reason has at least ${MIN_REASON} characters.`,
    why: 'Destructive changes are applied with a backup behind them, or with the risk accepted in so many words.',
    next: [
      "--backup <name of an existing backup>   or   --accept-risk '<why none is needed>'",
      ...nextFor(rehearsed),
    ],
  });

const gatherAnswers = async (context: Desk, rehearsed: Rehearsed): Promise<Answers> => {
  const plan = rehearsed.plan.artifact.body;
  const { confirm } = context.options;
  const { questions } = context.world.ui;
  if (confirm === undefined && questions) return askPerson(context, rehearsed, questions);
  if (confirm === undefined) throw required(rehearsed);
  const backup = backupFromOptions(context, plan);
  if (!backup) throw missingBackup(rehearsed, context.options.acceptRisk);
  return { typed: confirm, accepted: optionAcceptances(context, plan), backup };
};

/** Which command continues is part of every refusal. */
const withNext = (error: DbsyncError, rehearsed: Rehearsed): DbsyncError =>
  new DbsyncError(error.code, {
    summary: error.message,
    ...(error.why !== undefined && { why: error.why }),
    next: nextFor(rehearsed),
    details: {
      ...error.details,
      open: openHazards(rehearsed.plan.artifact.body).map(({ code, subject }) => ({ code, subject })),
    },
  });

/** Asks for and writes `approval.json`. Throws APPROVAL_*. */
export const approvePlan = async (
  context: Desk,
  rehearsed: Rehearsed,
): Promise<Stored<'approval', Approval>> => {
  checkPlanOption(context, rehearsed);
  const plan = rehearsed.plan.artifact.body;
  const actor = detectActor(context.world.surroundings);
  const { identity, instance, environment, display } = plan.target;
  // The person's own confirmation is all that comes from a terminal; an option is not a person.
  const terminal = actor.terminal && context.options.confirm === undefined;
  const answers = await gatherAnswers(context, rehearsed);
  const now = context.world.now();
  const body: Approval = {
    plan: rehearsed.plan.hash,
    rehearsal: rehearsed.rehearsal.hash,
    target: { environment, identity, instance, display },
    typed: answers.typed,
    actor: { ...actor, terminal, kind: actor.kind === 'person' && !terminal ? 'automation' : actor.kind },
    accepted: answers.accepted,
    backup: answers.backup,
    approvedAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + context.environment.approvalMinutes * 60_000).toISOString(),
    nonce: randomUUID(),
  };
  const refusal = judgeApproval(body, approvalContext(context, rehearsed));
  if (refusal) throw withNext(refusal, rehearsed);
  const { redact } = context;
  const stored = writeArtifact(rehearsed.run, {
    kind: 'approval',
    previous: rehearsed.rehearsal.hash,
    body,
    at: now,
    redact,
  });
  writePlanDocument(context, rehearsed.run, rehearsed.plan);
  return stored;
};

/** The run's plan and its rehearsal. Throws RUN_MISSING, REHEARSAL_MISSING. */
export const requireRehearsed = (context: Desk, run: Run): Rehearsed => {
  const plan = requireArtifact<Plan, 'plan'>(run, 'plan', 'plan');
  const rehearsal = requireArtifact<Rehearsal, 'rehearsal'>(run, 'rehearsal', 'rehearse');
  if (rehearsal.artifact.body.plan === plan.hash && rehearsal.artifact.body.outcome === 'passed')
    return { run, plan, rehearsal };
  throw new DbsyncError('REHEARSAL_MISSING', {
    summary: `The plan ${shortHash(plan.hash)} has no rehearsal that passed.`,
    why: 'A plan runs only if it was rehearsed, as it is, on a replica.',
    next: [`$ npx zx tasks/rehearse.ts --env ${context.environment.name} --task ${run.task}`],
  });
};

/** What the run holds for an approval: a good one, a refusal of the one it holds, or nothing. */
export const storedApproval = (
  context: Desk,
  rehearsed: Rehearsed,
): { readonly good: Stored<'approval', Approval> | null; readonly refusal: DbsyncError | null } => {
  const stored = readArtifact<Approval, 'approval'>(rehearsed.run, 'approval');
  if (!stored) return { good: null, refusal: null };
  const refusal = judgeApproval(stored.artifact.body, approvalContext(context, rehearsed));
  return refusal ? { good: null, refusal } : { good: stored, refusal: null };
};

/** The phase by itself. */
export const approve = async (context: Desk): Promise<Outcome> => {
  const rehearsed = requireRehearsed(context, continueRun(context));
  const plan = rehearsed.plan.artifact.body;
  if (isNoop(plan) && !plan.createsDatabase)
    return { exitCode: EXIT.done, kind: 'nothing', data: { task: rehearsed.run.task, target: plan.target } };
  const stored = await approvePlan(context, rehearsed);
  return {
    exitCode: EXIT.done,
    kind: 'approval',
    data: { task: rehearsed.run.task, hash: stored.hash, ...stored.artifact.body },
  };
};
