// Measures how fast the target reads and what a shadow database adds to that for other work. Whatever fails leaves the stated rates.
import type { Dialect, PaceQuestions, Session, TableSize } from '../dialects/contract.ts';
import { messageOf } from '../errors/index.ts';
import type { Timeouts } from '../target/index.ts';
import { type Pace, ratesOf, statedPace, type Trial } from './rates.ts';
import { type Clock, type Read, readPart } from './reading.ts';
import { tryOut } from './trial.ts';

/** Below this the stated rates say "for a moment", and no machine is so slow that it would be long. */
export const LARGE_BYTES = 16_777_216;

/** How long the reading waits for a lock: not at all, as far as the engine lets that be said. */
const LOCK_MS = 100;

export interface PaceInput {
  readonly dialect: Dialect;
  /** A session for reading on the target. */
  readonly session: Session;
  /** The largest table that the plan reads, indexes or rewrites; null where it touches none in such a way. */
  readonly table: TableSize | null;
  readonly timeouts: Timeouts;
  readonly now: Clock;
  /** Makes an empty shadow database, hands its writing session and its description on, and drops it. */
  readonly withShadow: <T>(work: (session: Session, description: string) => Promise<T>) => Promise<T>;
}

interface Tried {
  readonly trial: Trial | null;
  readonly where: string | null;
  readonly because: string | null;
}

const firstLine = (error: unknown): string => messageOf(error).split('\n')[0] ?? '';

const read = async (input: PaceInput, table: TableSize, questions: PaceQuestions): Promise<Read | string> => {
  const { session, timeouts, now } = input;
  try {
    await session.limit({ lockMs: LOCK_MS });
    return await readPart({ questions, session, table, now });
  } catch (error) {
    return firstLine(error);
  } finally {
    // A lost connection says so at the next question.
    await session.limit({ lockMs: timeouts.lockMs, statementMs: timeouts.probeMs }).catch(() => undefined);
  }
};

const tried = async (input: PaceInput, like: TableSize, questions: PaceQuestions): Promise<Tried> => {
  const { dialect, now } = input;
  try {
    return await input.withShadow(async (session, where) => ({
      trial: await tryOut({ dialect, questions, session, like, now }),
      where,
      because: null,
    }));
  } catch (error) {
    return {
      trial: null,
      where: null,
      because: `nothing was tried on a shadow database: ${firstLine(error)}`,
    };
  }
};

/**
 * How fast a plan's work on large tables goes: a part of the largest is read on the target, within a second and at most half of it, and
 * a table with such rows is indexed and written anew on a shadow database. Never fails; where nothing is large, nothing is asked.
 */
export const measurePace = async (input: PaceInput): Promise<Pace> => {
  const { dialect, table } = input;
  const questions = dialect.pace;
  if (!table || (table.dataBytes ?? table.bytes ?? 0) < LARGE_BYTES)
    return statedPace('no table of 16 MB or more is read, indexed or written anew');
  if (!questions) return statedPace(`nothing is measured on ${dialect.title}`);
  const part = await read(input, table, questions);
  if (typeof part === 'string') return statedPace(`${table.name} could not be read: ${part}`);
  const { trial, where, because } = await tried(input, table, questions);
  const { namespace, name } = table;
  return {
    rates: ratesOf(part.reading, trial),
    read: { namespace, name, bytes: Math.round(part.bytes) },
    trial: where,
    because,
  };
};
