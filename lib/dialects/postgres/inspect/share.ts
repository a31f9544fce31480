// Shares the questions of one view between two sessions, so that the server works at two of them at once. Knows no catalogue.
import type { RawResult } from '../../contract.ts';
import type { PostgresSession } from '../session.ts';

/** A second session that is being opened; null: it could not be had, and nobody has to know. */
export type Helper = Promise<PostgresSession | null>;

export interface Sharing {
  readonly texts: readonly string[];
  /** Gets every answer, in the order of the texts. */
  readonly hear: (result: RawResult, index: number) => void;
}

/** Answers in order: those that come early wait for those before them. */
const inOrder = (hear: Sharing['hear']) => {
  const waiting = new Map<number, RawResult>();
  let next = 0;
  return {
    put: (index: number, result: RawResult): void => {
      waiting.set(index, result);
    },
    /** Hears what can be heard by now. */
    flush: (): void => {
      for (let result = waiting.get(next); result; result = waiting.get(next)) {
        waiting.delete(next);
        hear(result, next);
        next += 1;
      }
    },
  };
};

/** Behind everything that is about to be sent: the server has its next question while the last answer is put together. */
const afterSending = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Asks everything, by the first session alone until the helper is there; from then on each asks the next question when it has an answer.
 * A helper that comes too late is not waited for. Rejects with the first error of either.
 */
export const share = async (
  session: PostgresSession,
  helper: Helper,
  { texts, hear }: Sharing,
): Promise<void> => {
  const answers = inOrder(hear);
  let next = 0;
  const work = async (by: PostgresSession): Promise<void> => {
    let heard: Promise<void> | null = null;
    try {
      while (next < texts.length) {
        const index = next;
        next += 1;
        const asked = by.rawAll([texts[index] ?? ''], (result) => answers.put(index, result));
        await Promise.all([asked, heard]);
        heard = afterSending().then(answers.flush);
        heard.catch(() => undefined);
      }
      await heard;
    } catch (error) {
      // Nobody asks on.
      next = texts.length;
      throw error;
    }
  };
  let joined = false;
  const helped = helper.then(async (other) => {
    joined = other !== null && next < texts.length;
    if (joined && other) await work(other).finally(() => other.close());
    else await other?.close();
  });
  helped.catch(() => undefined);
  await work(session);
  if (joined) await helped;
  answers.flush();
};
