// The run that measured a plan, kept open on its shadow where a rehearsal could only repeat it: the target is empty, so that a copy of it
// is an empty shadow too. One run of all phases measures and rehearses; a rehearsal by itself makes its own replica.
import type { Environment, LoadedConfig } from '../config/index.ts';
import type { ExecuteResult } from '../execute/index.ts';
import type { Plan } from '../plan/index.ts';
import { fingerprint, type Hash, hasObjects, type Snapshot } from '../schema/index.ts';
import type { KeptShadow } from '../shadow/index.ts';
import type { Project } from '../sources/contract.ts';
import type { PhaseOptions } from './options.ts';

/** The planned migrations as they ran, in the order of the plan, and the shadow that they ran on. */
export interface KeptRun {
  readonly open: KeptShadow;
  readonly result: ExecuteResult;
  /** What the shadow held before them. */
  readonly from: Hash;
  readonly migrations: readonly string[];
  readonly startedAt: Date;
}

/** Holds at most one run. */
export interface Keeper {
  /** What is kept from now on; what was kept before is dropped. */
  keep(run: KeptRun): Promise<void>;
  /** The run that is this plan's, for a caller who closes its shadow; null where there is none. */
  take(plan: Plan): Promise<KeptRun | null>;
  close(): Promise<void>;
}

/** What decides whether a run may be kept. */
interface Circumstances {
  readonly keeper: Keeper | null;
  readonly loaded: Pick<LoadedConfig, 'config'>;
  readonly environment: Pick<Environment, 'shadow'>;
  readonly options: Pick<PhaseOptions, 'resume'>;
  readonly project: Pick<Project, 'uncoveredWrites'>;
}

/**
 * Whether a rehearsal could only repeat the run on a shadow that the history led to the given schema: a copy of the target (null: it does
 * not exist yet) could hold no row, and no object that anyone made. What is ignored is in no snapshot and could be in a copy; a database
 * that is offered as the shadow is there once, so that nothing is kept on it; nor on one that another question has written to.
 */
export const repeats = (
  { keeper, loaded, environment, options, project }: Circumstances,
  actual: Snapshot | null,
): ((recorded: Snapshot) => boolean) | null =>
  keeper &&
  !loaded.config.ignore?.length &&
  !environment.shadow.url &&
  options.resume === undefined &&
  !project.uncoveredWrites
    ? (recorded) => actual === null || (!hasObjects(actual) && fingerprint(actual) === fingerprint(recorded))
    : null;

const isOf = (run: KeptRun, plan: Plan): boolean => {
  const planned = [...new Set(plan.batches.map((batch) => batch.migration))];
  return run.from === plan.from && planned.join('\n') === run.migrations.join('\n');
};

export const createKeeper = (): Keeper => {
  let kept: KeptRun | null = null;
  const release = (): KeptRun | null => {
    const run = kept;
    kept = null;
    return run;
  };
  const close = async (): Promise<void> => release()?.open.close();
  return {
    keep: async (run) => {
      await close();
      kept = run;
    },
    take: async (plan) => {
      if (kept && isOf(kept, plan)) return release();
      await close();
      return null;
    },
    close,
  };
};
