// The runner lock: the engine's own exclusive lock on the file, held over many transactions by locking_mode=EXCLUSIVE
// (https://sqlite.org/pragma.html#pragma_locking_mode). Every other process gets SQLITE_BUSY, readers included; the kernel
// drops it with the process. Writes nothing to the file, and never opens it but through the driver: closing any other handle
// of the same file in this process would drop the lock (https://sqlite.org/howtocorrupt.html section 2.2).
import { setTimeout as sleep } from 'node:timers/promises';
import { DbsyncError } from '../../errors/index.ts';
import type { HeldLock, LockOptions, Session } from '../contract.ts';
import { companionsOf, holdersOf } from './connect/holders.ts';
import { fileOf, handleOf, timeoutsOf } from './connect.ts';
import { explain } from './explain.ts';
import { printable } from './rules.ts';

/** How long one attempt blocks this thread, and how long it pauses before the next. */
const ATTEMPT_MS = 100;
const PAUSE_MS = 50;

const release = async (session: Session): Promise<void> => {
  const handle = handleOf(session);
  if (handle.inTransaction) await session.execute('ROLLBACK');
  await session.execute('PRAGMA main.locking_mode = NORMAL');
  // The lock is let go only when the file is next read.
  await session.query('SELECT count(*) FROM sqlite_schema');
};

const attempt = async (session: Session): Promise<boolean> => {
  try {
    await session.execute('PRAGMA main.locking_mode = EXCLUSIVE');
    await session.execute('BEGIN EXCLUSIVE');
    await session.execute('COMMIT');
    return true;
  } catch (error) {
    if (!explain(error).lockTimeout) throw error;
    await releaseQuietly(session);
    return false;
  }
};

/** A failed attempt may hold a shared lock still; where even reading is refused, it holds none. */
const releaseQuietly = async (session: Session): Promise<void> => {
  try {
    await release(session);
  } catch (error) {
    if (!explain(error).lockTimeout) throw error;
  }
};

const heldElsewhere = async (file: string, waitMs: number): Promise<DbsyncError> => {
  const holders = await holdersOf(file);
  const companions = [...(await companionsOf(file))].map(([suffix, bytes]) => `${suffix} (${bytes} bytes)`);
  const by = holders.length > 0 ? holders.join(', ') : 'another process that this system does not name';
  // walformat.html section 2.2: every open connection of a WAL file holds a shared lock on it.
  const idle = companions.some((name) => name.startsWith('-wal'))
    ? ' In WAL mode every open connection counts, an idle one too.'
    : '';
  return new DbsyncError('LOCK_HELD', {
    summary: `The exclusive lock on ${printable(file)} was not got within ${waitMs} ms.`,
    why: `It is held by ${by}${companions.length > 0 ? `; beside the file lie ${companions.join(', ')}` : ''}.${idle}`,
    next: [
      'Stop the application or the other migration, or wait until it is done, and run this again.',
      `$ fuser -v '${printable(file).replaceAll("'", "'\\''")}'`,
    ],
    details: { holders, companions },
  });
};

const acquire = async (session: Session, waitMs: number): Promise<void> => {
  const attempts = 1 + Math.floor(Math.max(0, waitMs) / (ATTEMPT_MS + PAUSE_MS));
  await session.limit({ lockMs: Math.min(ATTEMPT_MS, Math.max(0, waitMs)) });
  try {
    for (let number = 1; number <= attempts; number += 1) {
      if (await attempt(session)) return;
      if (number < attempts) await sleep(PAUSE_MS);
    }
  } finally {
    await session.limit({ lockMs: timeoutsOf(session).lockMs });
  }
  throw await heldElsewhere(fileOf(session.address), waitMs);
};

/**
 * Holds the lock around `work`; `session` must be a writing one and goes on reading and writing. Waits `waitMs` at most.
 * The migration tool's own lock on a file is this very one, so `toolLock` is not needed. Throws LOCK_HELD.
 */
export const withLock = async <T>(
  session: Session,
  options: LockOptions,
  work: (lock: HeldLock) => Promise<T>,
): Promise<T> => {
  await acquire(session, options.waitMs);
  try {
    // The lock is the session's own: it ends with the session, and then nothing can be sent either.
    return await work({ lost: () => null, ask: async () => null });
  } finally {
    await release(session);
  }
};

/** Lets go of the lock, runs `work` in another process of this run, and takes the lock again. Throws LOCK_HELD. */
export const lend = async (
  session: Session,
  options: LockOptions,
  work: () => Promise<void>,
): Promise<void> => {
  await release(session);
  try {
    await work();
  } finally {
    await acquire(session, options.waitMs);
  }
};
