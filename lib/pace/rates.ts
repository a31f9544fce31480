// How fast a server reads, indexes and rewrites: stated, or worked out of what was timed. Pure; knows no connection and no clock.
import type { TableEffect, TableSize } from '../dialects/contract.ts';

/** Work that takes the longer the larger the table is. */
export type Work = Exclude<TableEffect['work'], 'none' | 'unknown'>;

/** Bytes per second. */
export type Rates = Readonly<Record<Work, number>>;

/** What the times of a plan are worked out with. */
export interface Pace {
  readonly rates: Rates;
  /** What was read of which table of the target, when the plan was made; null: nothing, and all rates are stated. */
  readonly read: (Pick<TableSize, 'namespace' | 'name'> & { readonly bytes: number }) | null;
  /** The shadow database where an index was built and a table written anew; null: what these add to reading is stated. */
  readonly trial: string | null;
  /** Why something is stated and not measured; null where nothing is. */
  readonly because: string | null;
}

/** Where nothing was measured: what a busy server with ordinary solid-state disks does. Only an order of magnitude; the documents say so. */
export const STATED: Rates = { scan: 200_000_000, index: 50_000_000, rewrite: 40_000_000 };

/** The stated rates, and why it is these. */
export const statedPace = (because: string): Pace => ({ rates: STATED, read: null, trial: null, because });

/** Seconds per byte of reading on the target: as it came, and once more from memory. */
export interface Reading {
  readonly first: number;
  readonly again: number;
}

/** Seconds per byte on the shadow database, reading from memory. */
export type Trial = Readonly<Record<Work, number>>;

const STATED_TRIAL: Trial = { scan: 1 / STATED.scan, index: 1 / STATED.index, rewrite: 1 / STATED.rewrite };

/** No target is taken to be more than so many times as quick as the machine of the rehearsal: times so short are mere noise. */
const MOST_QUICKER = 4;

/** One significant digit: more would be pretence, and equal plans would seldom have equal names. */
const rounded = (bytesPerSecond: number): number => Number(bytesPerSecond.toPrecision(1));

/**
 * A table comes as fast as it was read at first, from disk or from memory. What sorting and writing add was timed on the shadow database,
 * and takes the target as much longer as reading from memory takes it longer.
 */
export const ratesOf = ({ first, again }: Reading, trial: Trial | null): Rates => {
  const { scan, index, rewrite } = trial ?? STATED_TRIAL;
  const slower = trial ? Math.max(1 / MOST_QUICKER, Math.min(again, first) / scan) : 1;
  const rate = (work: number): number => rounded(1 / (first + Math.max(0, work - scan) * slower));
  return { scan: rounded(1 / first), index: rate(index), rewrite: rate(rewrite) };
};
