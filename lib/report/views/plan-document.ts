// What the plan's document, its page and its summary on the screen are made from. Decides nothing.
import type { Approval } from '../../approve/model.ts';
import type { Artifact } from '../../audit/envelope.ts';
import type { Plan } from '../../plan/model.ts';
import type { Rehearsal } from '../../rehearse/model.ts';
import type { Hash } from '../../schema/index.ts';

/** What the plan document, the page and the screen are made from. */
export interface PlanDocument {
  readonly plan: Artifact<'plan', Plan>;
  /** The plan's name. */
  readonly hash: Hash;
  readonly rehearsal: Artifact<'rehearsal', Rehearsal> | null;
  readonly approval: Artifact<'approval', Approval> | null;
  /** Exactly how this plan is approved; a line that starts with `$ ` is a command. */
  readonly approve: readonly string[];
}
