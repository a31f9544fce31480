// The rehearsal: the very plan, run by the very executor, on a replica. Pure.

import type { StepRecord } from '../execute/model.ts';
import type { LockForecast } from '../plan/locks.ts';
import type { Diff, Hash } from '../schema/index.ts';

/** What became of the migrations' own way back, tried on the replica after the plan. */
export interface WayBack {
  /** `returns`: to the schema from before. `missing`: a migration has none. */
  readonly outcome: 'returns' | 'differs' | 'failed' | 'missing';
  /** What it leaves different from before. */
  readonly difference: Diff | null;
  /** Why it failed, in the tool's words. */
  readonly failure: string | null;
}

/** Body of `rehearsal.json`. */
export interface Rehearsal {
  readonly plan: Hash;
  /** `a copy of the file with its data`. */
  readonly replica: string;
  readonly holdsData: boolean;
  /** Whether nothing is less certain than on the target itself. */
  readonly faithful: boolean;
  readonly caveats: readonly string[];
  readonly steps: readonly StepRecord[];
  readonly predicted: Hash;
  /** The fingerprint that the replica reached. */
  readonly reached: Hash;
  /** Predicted against reached. */
  readonly difference: Diff;
  /** Whether planning again on the replica found nothing to do. */
  readonly again: 'nothing' | 'something';
  readonly againMessages: readonly string[];
  readonly outcome: 'passed' | 'failed';
  /** Why it failed, in the engine's words, with the statement. */
  readonly failure: string | null;
  readonly durationMs: number;
  /** The plan's locks as this replica showed them. */
  readonly locks: readonly LockForecast[];
  /** Null: the tool's migrations have no way back of their own, or the plan did not get that far. */
  readonly wayBack: WayBack | null;
}

/** Whether it passed with the target's own rows, so that nothing fails on them. */
export const provesRows = (rehearsal: Pick<Rehearsal, 'outcome' | 'holdsData'> | null): boolean =>
  rehearsal !== null && rehearsal.outcome === 'passed' && rehearsal.holdsData;
