// The runner lock: what it is asked for with, and what is known while it is held. Part of the dialects' contract.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Timeouts } from '../target/index.ts';

/** The migration tool's own runner lock, as SQL for this dialect; the first column of the first row says whether it was got. */
export interface ToolLock {
  readonly name: string;
  readonly acquire: string;
  readonly release: string;
}

export interface LockOptions {
  readonly waitMs: number;
  readonly toolLock: ToolLock | null;
  readonly timeouts: Timeouts;
}

/** The runner lock while work goes on under it. */
export interface HeldLock {
  /** Why it is no longer held (its connection ended); null as long as nothing is known against it. Asks nobody. */
  readonly lost: () => string | null;
  /** As `lost`, and the server is asked, in bounded time: a connection can end without a word, or be another one behind a pooler. */
  readonly ask: () => Promise<string | null>;
}

/** The answer, or null where none came in time: a connection that a network forgot gives none, and no error either. */
export const answerWithin = async <T>(ms: number, asked: Promise<T>): Promise<T | null> => {
  const over = new AbortController();
  try {
    return await Promise.race([asked, sleep(ms, null, { signal: over.signal })]);
  } finally {
    over.abort();
  }
};
