// The reading: how fast a part of a table comes, in a fraction of a second. Sends questions only; knows no dialect.
import type { PaceQuestions, Portion, Session, TableSize } from '../dialects/contract.ts';
import type { Reading } from './rates.ts';

/** The clock of the world. */
export type Clock = () => Date;

/** First a little; where that came so fast that it says nothing, more. */
const LITTLE_BYTES = 4_194_304;
const MORE_BYTES = 33_554_432;
const TOO_SHORT_MS = 30;
/** No measured time is taken for less: clocks tick in milliseconds. */
const LEAST_MS = 2;

/** The three readings together take a second at most. */
const READING_LIMITS = { littleMs: 500, moreMs: 250 } as const;

const timed = async (session: Session, sql: string, now: Clock): Promise<number> => {
  const begun = now().getTime();
  await session.raw(sql);
  return now().getTime() - begun;
};

const secondsPerByte = (ms: number, roundTripMs: number, { bytes }: Portion): number =>
  Math.max(LEAST_MS, ms - roundTripMs) / 1000 / bytes;

/** Reads a part as it comes, and once more from memory; the way to the server and back is no part of it. */
export const readingOf = async (session: Session, portion: Portion, now: Clock): Promise<Reading> => {
  const roundTripMs = await timed(session, 'SELECT 1', now);
  const first = secondsPerByte(await timed(session, portion.sql, now), roundTripMs, portion);
  const again = secondsPerByte(await timed(session, portion.sql, now), roundTripMs, portion);
  return { first, again };
};

/** What was read, and how fast. */
export interface Read {
  readonly reading: Reading;
  readonly bytes: number;
}

const readMore = async (input: ReadInput, bytes: number): Promise<Read | null> => {
  const { questions, session, table, now } = input;
  const portion = await questions.portion(session, table, bytes);
  if (typeof portion === 'string') return null;
  await session.limit({ statementMs: READING_LIMITS.moreMs });
  try {
    return { reading: await readingOf(session, portion, now), bytes: portion.bytes };
  } catch {
    // Not within the time: the little that was read has to do.
    return null;
  }
};

export interface ReadInput {
  readonly questions: PaceQuestions;
  readonly session: Session;
  readonly table: TableSize;
  readonly now: Clock;
}

/** Reads a part of the table, at most half of it; a text says why not. Throws what the engine says. Changes the session's limits. */
export const readPart = async (input: ReadInput): Promise<Read | string> => {
  const { questions, session, table, now } = input;
  const half = (table.dataBytes ?? table.bytes ?? 0) / 2;
  const little = await questions.portion(session, table, Math.min(half, LITTLE_BYTES));
  if (typeof little === 'string') return little;
  await session.limit({ statementMs: READING_LIMITS.littleMs });
  const roundTripMs = await timed(session, 'SELECT 1', now);
  const ms = await timed(session, little.sql, now);
  const more = ms - roundTripMs < TOO_SHORT_MS ? await readMore(input, Math.min(half, MORE_BYTES)) : null;
  if (more) return more;
  await session.limit({ statementMs: READING_LIMITS.moreMs });
  const first = secondsPerByte(ms, roundTripMs, little);
  const again = secondsPerByte(await timed(session, little.sql, now), roundTripMs, little);
  return { reading: { first, again }, bytes: little.bytes };
};
