// Where a plan stands, in one line, and what a person must do before it can run. Pure.
import { isNoop, type Plan } from '../../plan/model.ts';
import { count, listed, number } from '../words.ts';
import type { HazardView } from './hazards.ts';
import type { ApprovalView, RehearsalView } from './readiness.ts';

export interface Standing {
  readonly kind: 'nothing' | 'blocked' | 'decide' | 'ready' | 'approved';
  readonly headline: string;
  readonly decide: readonly string[];
}

interface Inputs {
  readonly plan: Plan;
  readonly hazards: readonly HazardView[];
  readonly rehearsal: RehearsalView;
  readonly approval: ApprovalView;
  /** `3 migrations with 12 statements`. */
  readonly work: string;
}

/** What no approval can overcome. */
const blockers = ({ plan, hazards, rehearsal }: Inputs): string[] => {
  const collisions = plan.drift.items.filter((item) => item.class === 'collides');
  const problems = plan.ledgerReport.problems.filter((problem) => problem.weight === 'blocking');
  return [
    ...collisions.map((item) => `Drift collides with the plan: ${item.description}.`),
    ...problems.map((problem) => `The ledger must be mended first: ${problem.message}`),
    ...hazards.filter((hazard) => hazard.willFail).map((hazard) => `It will fail: ${hazard.message}`),
    ...hazards
      .filter((hazard) => hazard.decision.state === 'denied')
      .map((hazard) => `Denied: ${hazard.code} on ${hazard.subject}.`),
    ...(rehearsal.state === 'failed' ? ['The rehearsal failed.'] : []),
  ];
};

const openHazards = (hazards: readonly HazardView[]): HazardView[] =>
  hazards.filter((hazard) => hazard.decision.state === 'open');

const decisions = ({ plan, hazards }: Inputs): string[] => [
  ...openHazards(hazards).map(
    (hazard) => `Accept ${hazard.code} on ${hazard.subject} with a reason, or change the migration.`,
  ),
  ...(plan.backupRequired ? ['Name a backup, let dbsync take one, or accept the risk of having none.'] : []),
  `Type the name of the environment: ${plan.target.environment}.`,
];

const openCounts = (hazards: readonly HazardView[]): string => {
  const open = openHazards(hazards);
  const destructive = open.filter((hazard) => hazard.severity === 'destructive').length;
  const other = open.length - destructive;
  const parts = [
    ...(destructive > 0 ? [count(destructive, 'destructive hazard')] : []),
    ...(other > 0 ? [count(other, destructive > 0 ? 'other hazard' : 'hazard')] : []),
  ];
  return `${listed(parts)} ${open.length === 1 ? 'needs' : 'need'} a decision`;
};

const nothing = ({ plan }: Inputs): Standing => ({
  kind: 'nothing',
  headline:
    plan.held.length > 0
      ? `Nothing to do now: ${count(plan.held.length, 'migration')} held back on purpose.`
      : `Nothing to do: ${plan.target.environment} already has what the code wants.`,
  decide: [],
});

/** The outcome of planning, for the person who must decide. */
export const standingOf = (inputs: Inputs): Standing => {
  const { plan, hazards, approval, work } = inputs;
  const blocked = blockers(inputs);
  if (blocked.length > 0) {
    const reasons = count(blocked.length, 'reason');
    return { kind: 'blocked', headline: `This plan cannot run: ${reasons} below.`, decide: blocked };
  }
  if (isNoop(plan) && !plan.createsDatabase) return nothing(inputs);
  if (approval.state === 'given') return { kind: 'approved', headline: `Approved: ${work}.`, decide: [] };
  const open = openHazards(hazards);
  const total = hazards.length === 0 ? 'no hazards' : `${number(hazards.length)} known, none open`;
  return open.length > 0
    ? { kind: 'decide', headline: `${work}; ${openCounts(hazards)}.`, decide: decisions(inputs) }
    : {
        kind: 'ready',
        headline: `${work}; hazards: ${total.replace('no hazards', 'none')}.`,
        decide: decisions(inputs),
      };
};
