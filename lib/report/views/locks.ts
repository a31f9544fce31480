// The locks of a plan, table by table: what waits, for which statement, and about how long. Pure.
import type { Pace } from '../../pace/index.ts';
import type { LockForecast, Plan } from '../../plan/model.ts';
import type { Rehearsal } from '../../rehearse/model.ts';
import { bytes, count, duration, tableName } from '../words.ts';

export interface LockView {
  readonly table: string;
  readonly lock: string;
  /** `reads and writes`. */
  readonly blocks: string;
  /** `2. ALTER TABLE`, `the run`. */
  readonly statement: string;
  /** `about 12 s, to the end of its transaction (3 statements)`. */
  readonly held: string;
  /** What the estimate is made of and where it is from; one line. */
  readonly basis: string;
}

export interface LocksView {
  readonly locks: readonly LockView[];
  /** What all of them have in common. */
  readonly notes: readonly string[];
}

const BLOCKS: Readonly<Record<LockForecast['blocks'], string>> = {
  all: 'reads and writes',
  writes: 'writes',
  schema: 'other schema changes',
  rows: 'writes to the rows that it changes',
  nothing: 'nothing',
};

const untilOf = (lock: LockForecast): string => {
  if (lock.until === 'run') return 'to the end of the run, with its checks and its backup on top';
  if (lock.until === 'statement') return 'to the end of the statement';
  return `to the end of its transaction (${count(lock.statements, 'statement')})`;
};

/** Below this an estimate from rates says nothing. */
const MOMENT_MS = 1000;

const lengthOf = ({ heldMs }: LockForecast): string => {
  if (heldMs === null) return 'for a time that is not known';
  return heldMs < MOMENT_MS ? 'for a moment' : `for about ${duration(heldMs)}`;
};

const SHOWN = 3;

const basisOf = (lock: LockForecast): string => {
  const more = lock.estimate.length - SHOWN;
  const parts = [
    lock.basis === 'measured' ? 'seen on the shadow database' : "known from the statement's text, not seen",
    ...lock.estimate.slice(0, SHOWN),
    ...(more > 0 ? [`and ${more} more`] : []),
    ...(lock.because === null ? [] : [lock.because]),
  ];
  return parts.join('; ');
};

/** The locks as the rehearsal of this plan showed them, or, before it, as they were seen when the plan was made. */
export const locksView = (plan: Plan, rehearsal: Rehearsal | null): LocksView => {
  const steps = plan.batches.flatMap((batch) => batch.steps);
  const locks = rehearsal?.outcome === 'passed' ? rehearsal.locks : plan.locks;
  const statementOf = (id: string | null): string => {
    const index = steps.findIndex((step) => step.id === id);
    return index < 0 ? 'the run' : `${index + 1}. ${steps[index]?.verb ?? ''}`;
  };
  const views = locks.map((lock) => ({
    table: lock.table ? tableName(lock.table) : 'the whole database',
    lock: lock.lock,
    blocks: BLOCKS[lock.blocks],
    statement: statementOf(lock.step),
    held: `${lengthOf(lock)}, ${untilOf(lock)}`,
    basis: basisOf(lock),
  }));
  return { locks: views, notes: notesOf(plan, views) };
};

const megabytes = (bytesPerSecond: number): string => `${bytesPerSecond / 1_000_000} MB/s`;

/** Where the rates come from. */
const paceOf = ({ rates, read, trial, because }: Pace): string => {
  const said = `${megabytes(rates.scan)} for reading, ${megabytes(rates.index)} for building an index, ${megabytes(rates.rewrite)} for writing anew`;
  const why = because === null ? '' : ` (${because})`;
  if (read === null) return `The rates are stated and not measured on this server: ${said}${why}.`;
  const reading = `when the plan was made, ${bytes(read.bytes)} of ${tableName(read)} were read on the target`;
  if (trial === null)
    return `The rates are ${said}. Reading was measured: ${reading}; what the other work adds is stated${why}.`;
  return `The rates are measured: ${said}. ${reading[0]?.toUpperCase() ?? ''}${reading.slice(1)}; what the other work adds was timed with rows as wide on ${trial}, and how fast the target's disk writes is not known.`;
};

const notesOf = ({ timeouts, pace }: Plan, views: readonly LockView[]): readonly string[] => {
  if (views.length === 0) return [];
  const wait = timeouts.lockMs === 0 ? 'without a limit' : `for at most ${duration(timeouts.lockMs)}`;
  return [
    'Times are estimates, right in their order of magnitude: the size of the table divided by a rate, or what the rehearsal took where it had the rows.',
    paceOf(pace),
    `A statement that must wait for its lock waits ${wait}, and whoever comes after it waits behind it.`,
  ];
};
