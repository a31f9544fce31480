// What a plan demands of whoever approves it. Pure.
import type { Plan } from '../plan/model.ts';
import { provesRows, type Rehearsal } from '../rehearse/model.ts';
import { type Hazard, hazardId } from '../risk/index.ts';
import type { Acceptance } from './model.ts';

/** The hazards that are still open: each must be accepted by its code and with a reason. */
export const openHazards = (plan: Plan): readonly Hazard[] => {
  const open = new Set(
    plan.decisions.filter((decision) => decision.decision === 'open').map((decision) => decision.id),
  );
  return plan.hazards.filter((hazard) => open.has(hazardId(hazard)));
};

/**
 * The open hazards that make the plan fail on the rows as they are. They are mended and not accepted; an acceptance that somebody gives
 * unasked counts all the same. None where a rehearsal with those very rows passed: then the hazard is what is wrong.
 */
export const certainFailures = (
  plan: Plan,
  rehearsal: Pick<Rehearsal, 'outcome' | 'holdsData'> | null,
): readonly Hazard[] =>
  provesRows(rehearsal) ? [] : openHazards(plan).filter((hazard) => hazard.willFail === true);

/** The hazards that no acceptance covers. An acceptance covers one hazard by its id, or every hazard of its code. */
export const uncoveredHazards = (plan: Plan, accepted: readonly Acceptance[]): readonly Hazard[] =>
  openHazards(plan).filter(
    (hazard) =>
      !accepted.some((item) => item.code === hazard.code && (item.id === '' || item.id === hazardId(hazard))),
  );

/** Turns `--accept code=reason` into acceptances of every open hazard of that code. */
export const acceptancesFor = (plan: Plan, code: string, reason: string): readonly Acceptance[] =>
  openHazards(plan)
    .filter((hazard) => hazard.code === code)
    .map((hazard) => ({ id: hazardId(hazard), code, reason }));
