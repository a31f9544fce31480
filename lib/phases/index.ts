// The room's door: every phase as a function of the world and its options.
import { apply } from './apply.ts';
import { approve } from './approve.ts';
import { type Context, type Desk, withContext, withDesk } from './context.ts';
import { init } from './init.ts';
import { intent } from './intent.ts';
import { lint } from './lint.ts';
import type { PhaseOptions, World } from './options.ts';
import type { Outcome } from './outcome.ts';
import { diff, plan, snapshot } from './plan.ts';
import { preflight } from './preflight.ts';
import { recover } from './recover.ts';
import { rehearse } from './rehearse.ts';
import { status } from './status.ts';
import { sync } from './sync.ts';
import { verify } from './verify.ts';

export type { LintReport } from './lint.ts';
export type { AcceptOption, PhaseOptions, World } from './options.ts';
export type { Outcome } from './outcome.ts';
export { type CheckItem, type Questions, silentUi, type Ui } from './ui.ts';
export { VERSION } from './version.ts';

export type Phase = (world: World, options: PhaseOptions) => Promise<Outcome>;

const onTarget =
  (run: (context: Context) => Promise<Outcome>): Phase =>
  (world, options) =>
    withContext(world, options, run);

const atDesk =
  (run: (desk: Desk) => Promise<Outcome>): Phase =>
  (world, options) =>
    withDesk(world, options, run);

/** In the order in which a run goes through them; `lint`, `status` and `recover` stand beside it, `sync` is all of them. */
export const PHASES = {
  init,
  lint,
  intent: onTarget(intent),
  preflight: onTarget(preflight),
  snapshot: onTarget(snapshot),
  diff: onTarget(diff),
  plan: onTarget(plan),
  rehearse: onTarget(rehearse),
  approve: atDesk(approve),
  apply: onTarget(apply),
  verify: onTarget(verify),
  sync: onTarget(sync),
  status: onTarget(status),
  recover: onTarget(recover),
} as const satisfies Record<string, Phase>;

export type PhaseName = keyof typeof PHASES;
