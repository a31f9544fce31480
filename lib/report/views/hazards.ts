// Hazards as a person reads them: worst first, each with its evidence, its remedy and what was decided about it. Pure.
import type { Approval } from '../../approve/model.ts';
import type { HazardDecision, Plan } from '../../plan/model.ts';
import { provesRows, type Rehearsal } from '../../rehearse/model.ts';
import { type Evidence, type Hazard, hazardId, SEVERITIES, type Severity } from '../../risk/index.ts';
import { clause, listed, number } from '../words.ts';

export interface HazardView {
  readonly code: string;
  readonly severity: Severity;
  readonly subject: string;
  readonly message: string;
  readonly remedy: string;
  /** The safer SQL, or ''. */
  readonly rewrite: string;
  /** `prisma/migrations/2_drop/migration.sql:3`, or ''. */
  readonly where: string;
  readonly evidence: readonly string[];
  /** Why its severity is not the catalogue's, or ''. */
  readonly adjusted: string;
  /** Certain failure, and no rehearsal with the rows says otherwise. */
  readonly willFail: boolean;
  readonly decision: DecisionView;
  readonly docs: string;
}

export interface DecisionView {
  /** The id that an acceptance must name, or '' where nothing is open. */
  readonly acceptAs: string;
  readonly state: HazardDecision['decision'];
  /** One line: `needs a decision`, `accepted: <reason>`; '' where the severity needs none and nobody said otherwise. */
  readonly line: string;
}

export interface HazardGroup {
  readonly severity: Severity;
  /** `Destructive`. */
  readonly title: string;
  /** What the severity means, in one sentence. */
  readonly meaning: string;
  readonly hazards: readonly HazardView[];
}

/** Title and meaning of each severity. */
const SEVERITY_WORDS: Readonly<Record<Severity, { readonly title: string; readonly meaning: string }>> = {
  destructive: { title: 'Destructive', meaning: 'Data can be lost.' },
  blocking: {
    title: 'Blocking',
    meaning: 'A running application waits, or a whole table is read or rewritten.',
  },
  breaking: {
    title: 'Breaking',
    meaning: 'Application code, a dependent object or the migration itself fails.',
  },
  advice: { title: 'To read', meaning: 'Needs a human eye; nothing is lost by itself.' },
};

const evidenceLine = (evidence: Evidence): string => {
  if (evidence.count === null) {
    const why = evidence.unanswered ? ` (${clause(evidence.unanswered)})` : '';
    return `${evidence.question}: not answered${why}`;
  }
  const samples = evidence.samples.length > 0 ? ` (such as ${listed(evidence.samples)})` : '';
  return `${evidence.question}: ${evidence.exact ? '' : 'about '}${number(evidence.count)}${samples}`;
};

const decided = (by: string, reason: string | null): string => (reason ? `${by}: ${clause(reason)}` : by);

const decisionLine = (decision: HazardDecision): string => {
  const source =
    decision.by === 'inline' ? ' in the migration file' : decision.by === 'policy' ? ' by the policy' : '';
  switch (decision.decision) {
    case 'open':
      return decided('needs a decision', decision.reason);
    case 'allowed':
      return decided(`allowed${source}`, decision.reason);
    case 'accepted':
      return decided(`accepted${source}`, decision.reason);
    case 'denied':
      return decided(`denied${source}`, decision.reason);
  }
};

/** Allowed because of its severity alone: the group says that once. */
const isDefault = ({ decision, by }: HazardDecision): boolean => decision === 'allowed' && by === null;

const decisionView = (decision: HazardDecision | null, approval: Approval | null): DecisionView => {
  if (!decision) return { acceptAs: '', state: 'open', line: 'needs a decision' };
  const state = decision.decision;
  if (state !== 'open')
    return { acceptAs: '', state, line: isDefault(decision) ? '' : decisionLine(decision) };
  const acceptance = approval?.accepted.find(
    (item) => item.code === decision.code && (item.id === '' || item.id === decision.id),
  );
  return acceptance
    ? { acceptAs: '', state: 'accepted', line: decided('accepted in the approval', acceptance.reason) }
    : { acceptAs: decision.id, state, line: decisionLine(decision) };
};

const place = (hazard: Hazard): string => {
  if (!hazard.file) return hazard.migration ?? '';
  return hazard.line === undefined ? hazard.file : `${hazard.file}:${hazard.line}`;
};

/** Nobody is asked to accept what is known to fail. */
const toMend = (decision: DecisionView): DecisionView =>
  decision.state === 'open'
    ? { ...decision, acceptAs: '', line: 'none: mend the rows or the migration, then plan again' }
    : decision;

const DISPROVED = 'the rehearsal with these very rows passed, although the question says that it fails';

const hazardView = (hazard: Hazard, decision: DecisionView, disproved: boolean): HazardView => ({
  code: hazard.code,
  severity: hazard.severity,
  subject: hazard.subject,
  message: hazard.message,
  remedy: hazard.remedy,
  rewrite: hazard.rewrite ?? '',
  where: place(hazard),
  evidence: [...hazard.evidence.map(evidenceLine), ...(hazard.willFail && disproved ? [DISPROVED] : [])],
  adjusted: hazard.adjusted ?? '',
  willFail: hazard.willFail === true && !disproved,
  decision: hazard.willFail && !disproved ? toMend(decision) : decision,
  docs: `reference/hazards.md#${hazard.code}`,
});

interface Known {
  readonly plan: Plan;
  /** The approval and the rehearsal of this very plan, where there are any. */
  readonly approval: Approval | null;
  readonly rehearsal: Pick<Rehearsal, 'outcome' | 'holdsData'> | null;
}

/** Every hazard of the plan, in the plan's order. */
export const hazardViews = ({ plan, approval, rehearsal }: Known): HazardView[] => {
  const decisions = new Map(plan.decisions.map((decision) => [decision.id, decision] as const));
  const disproved = provesRows(rehearsal);
  return plan.hazards.map((hazard) =>
    hazardView(hazard, decisionView(decisions.get(hazardId(hazard)) ?? null, approval), disproved),
  );
};

/** Certain failures first, then what still needs a decision, then the rest. */
const urgency = (hazard: HazardView): number =>
  hazard.willFail ? 0 : hazard.decision.state === 'denied' ? 1 : hazard.decision.state === 'open' ? 2 : 3;

const groupOf = (severity: Severity, hazards: readonly HazardView[]): HazardGroup => {
  const { title, meaning } = SEVERITY_WORDS[severity];
  const undecided = hazards.some((hazard) => hazard.decision.line === '');
  return {
    severity,
    title,
    meaning: undecided ? `${meaning} What shows no decision needs none.` : meaning,
    hazards: [...hazards].sort((a, b) => urgency(a) - urgency(b)),
  };
};

/** By severity, worst first; severities without hazards are left out. */
export const hazardGroups = (hazards: readonly HazardView[]): HazardGroup[] =>
  SEVERITIES.map((severity) =>
    groupOf(
      severity,
      hazards.filter((hazard) => hazard.severity === severity),
    ),
  ).filter((group) => group.hazards.length > 0);

/** `2 destructive, 1 blocking`; '' without hazards. */
export const hazardCounts = (groups: readonly HazardGroup[]): string =>
  groups
    .map((group) => `${group.hazards.length} ${group.severity === 'advice' ? 'to read' : group.severity}`)
    .join(', ');
