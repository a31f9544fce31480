// Whether an approval is good for a plan, here and now. Pure: everything short of a complete approval is a refusal.
import { DbsyncError } from '../errors/index.ts';
import type { Plan } from '../plan/model.ts';
import { type Hash, shortHash } from '../schema/index.ts';
import type { Approval, BackupDecision } from './model.ts';
import { uncoveredHazards } from './requirements.ts';

export interface ApprovalContext {
  readonly plan: Plan;
  readonly planHash: Hash;
  readonly rehearsalHash: Hash;
  readonly task: string;
  readonly now: Date;
  /** Nonces of approvals that were used. */
  readonly used: ReadonlySet<string>;
}

/** The command with which a person approves this plan. */
const approveCommand = (context: Pick<ApprovalContext, 'plan' | 'task'>): string =>
  `$ npx zx tasks/approve.ts --env ${context.plan.target.environment} --task ${context.task}`;

/** Whether the backup decision is enough for what the plan can destroy. */
const backupSuffices = (plan: Plan, backup: BackupDecision): boolean =>
  !plan.backupRequired || backup.kind !== 'not-needed';

const foreign = (approval: Approval, context: ApprovalContext): string | null => {
  const { target } = context.plan;
  if (approval.plan !== context.planHash) {
    return `it approves plan ${shortHash(approval.plan)}, and this is plan ${shortHash(context.planHash)}`;
  }
  if (approval.rehearsal !== context.rehearsalHash) return 'it was given for another rehearsal of the plan';
  if (approval.target.environment !== target.environment)
    return `it was given for "${approval.target.environment}"`;
  if (approval.target.identity !== target.identity || approval.target.instance !== target.instance) {
    return `it was given for another database (${approval.target.display})`;
  }
  return null;
};

const refuse = (
  code: ConstructorParameters<typeof DbsyncError>[0],
  summary: string,
  context: ApprovalContext,
): DbsyncError =>
  new DbsyncError(code, {
    summary,
    why: 'An approval is for one plan, one database and one use, and for a limited time.',
    next: [approveCommand(context)],
  });

const typedWrong = (approval: Approval, context: ApprovalContext): DbsyncError | null =>
  approval.typed === context.plan.target.environment
    ? null
    : refuse(
        'APPROVAL_NAME_MISMATCH',
        `"${approval.typed}" was typed; the environment is "${context.plan.target.environment}".`,
        context,
      );

const actorInsufficient = (approval: Approval, context: ApprovalContext): DbsyncError | null => {
  if (!context.plan.target.protected) return null;
  if (approval.actor.kind === 'agent') {
    return refuse(
      'APPROVAL_AGENT',
      `An automated agent (${approval.actor.marker}) may not approve for the protected environment "${context.plan.target.environment}".`,
      context,
    );
  }
  if (approval.actor.kind === 'person' && approval.actor.terminal) return null;
  return refuse(
    'APPROVAL_NO_TERMINAL',
    `The protected environment "${context.plan.target.environment}" needs an approval that a person made at a terminal for this very plan.`,
    context,
  );
};

/** Null where the approval is complete; otherwise the refusal. */
export const judgeApproval = (approval: Approval, context: ApprovalContext): DbsyncError | null => {
  const other = foreign(approval, context);
  if (other) return refuse('APPROVAL_FOREIGN', `The approval is not for this plan: ${other}.`, context);
  if (context.used.has(approval.nonce))
    return refuse('APPROVAL_USED', 'The approval was used before.', context);
  if (Date.parse(approval.expiresAt) <= context.now.getTime()) {
    return refuse('APPROVAL_EXPIRED', `The approval expired at ${approval.expiresAt}.`, context);
  }
  const person = typedWrong(approval, context) ?? actorInsufficient(approval, context);
  if (person) return person;
  const missing = uncoveredHazards(context.plan, approval.accepted);
  if (missing.length > 0) {
    const list = missing.map((hazard) => `${hazard.code} (${hazard.subject})`).join(', ');
    return refuse('APPROVAL_HAZARDS', `These hazards are not accepted: ${list}.`, context);
  }
  if (!backupSuffices(context.plan, approval.backup)) {
    return refuse('APPROVAL_BACKUP', 'The plan can destroy data, and nothing is said of a backup.', context);
  }
  return null;
};
