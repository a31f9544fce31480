// The room's door: every phase as a function of the world and its options, each loaded when it is first run.
import type { Context, Desk, Needs } from './context.ts';
import type { PhaseOptions, World } from './options.ts';
import type { Outcome } from './outcome.ts';

export type { LintReport } from './lint.ts';
export type { AcceptOption, PhaseOptions, World } from './options.ts';
export type { Outcome } from './outcome.ts';
export { type CheckItem, type Questions, silentUi, type Ui } from './ui.ts';
export { VERSION } from './version.ts';

export type Phase = (world: World, options: PhaseOptions) => Promise<Outcome>;

const alone =
  (load: () => Promise<Phase>): Phase =>
  async (world, options) =>
    (await load())(world, options);

type LoadPhase = () => Promise<(context: Context) => Promise<Outcome>>;

const withTarget =
  (needs: Needs) =>
  (load: LoadPhase): Phase =>
  async (world, options) => {
    const [{ withContext }, run] = await Promise.all([import('./context.ts'), load()]);
    return withContext(world, options, run, needs);
  };

const onTarget = withTarget({ analyses: true });
/** What has to be looked at is known once the ledger is read; where nothing is pending, that is often nothing. */
const looking = withTarget({ analyses: false, plans: true, looks: true });
const planning = withTarget({ analyses: true, plans: true, looks: true, rehearses: true });
/** No statement is looked at, so nothing that can do that is loaded. */
const onlyReading = withTarget({ analyses: false, looks: true });

const atDesk =
  (load: () => Promise<(desk: Desk) => Promise<Outcome>>): Phase =>
  async (world, options) => {
    const [{ withDesk }, run] = await Promise.all([import('./context.ts'), load()]);
    return withDesk(world, options, run);
  };

/** In the order in which a run goes through them; `lint`, `status` and `recover` stand beside it, `sync` is all of them. */
export const PHASES = {
  init: alone(async () => (await import('./init.ts')).init),
  lint: alone(async () => (await import('./lint.ts')).lint),
  intent: onTarget(async () => (await import('./intent.ts')).intent),
  preflight: onTarget(async () => (await import('./preflight.ts')).preflight),
  snapshot: onlyReading(async () => (await import('./plan.ts')).snapshot),
  diff: looking(async () => (await import('./plan.ts')).diff),
  plan: looking(async () => (await import('./plan.ts')).plan),
  rehearse: onTarget(async () => (await import('./rehearse.ts')).rehearse),
  approve: atDesk(async () => (await import('./approve.ts')).approve),
  apply: onTarget(async () => (await import('./apply.ts')).apply),
  verify: onTarget(async () => (await import('./verify.ts')).verify),
  sync: planning(async () => (await import('./sync.ts')).sync),
  status: onlyReading(async () => (await import('./status.ts')).status),
  recover: onTarget(async () => (await import('./recover.ts')).recover),
} as const satisfies Record<string, Phase>;

export type PhaseName = keyof typeof PHASES;
