// The runner lock: one named lock of the server on a connection of its own, gone with that connection. Knows no plan.
import { setTimeout as sleep } from 'node:timers/promises';
import { DbsyncError } from '../../errors/index.ts';
import { hashText, shortHash } from '../../schema/index.ts';
import type { HeldLock, LockOptions, Session } from '../contract.ts';
import { answerWithin } from '../locking.ts';
import { connect } from './connect.ts';
import { explain } from './explain.ts';
import { printable } from './quote.ts';

/** Named locks are the server's, not the schema's; a name has at most 64 characters (manual, GET_LOCK). */
export const lockName = (schema: string): string =>
  `dbsync:${shortHash(hashText(schema))}:${schema}`.slice(0, 64);

const firstCell = async (session: Session, sql: string, values?: readonly unknown[]): Promise<unknown> =>
  (await session.raw(sql, values)).rows[0]?.[0] ?? null;

/** Who holds a named lock, as far as the process list shows it to this role. */
export const lockHolder = async (session: Session, name: string): Promise<string | null> => {
  const id = await firstCell(session, 'SELECT IS_USED_LOCK(?)', [name]);
  if (id === null) return null;
  const [row] = await session.query(
    'SELECT USER AS who, HOST AS place, TIME AS seconds, INFO AS doing FROM information_schema.PROCESSLIST WHERE ID = ?',
    [Number(id)],
  );
  if (!row) return `connection ${Number(id)}`;
  return printable(
    `connection ${Number(id)} of ${String(row.who)} from ${String(row.place)}, in its state for ${String(row.seconds)} s`,
  );
};

const isGot = (answer: unknown): boolean => answer === true || (answer !== null && String(answer) === '1');

/** GET_LOCK answers 1 (got), 0 (held by another) or NULL (it could not: killed, out of memory). */
const acquireOwn = async (session: Session, name: string, waitMs: number): Promise<void> => {
  // Whole seconds only: what remains below one is no wait at all.
  const answer = await firstCell(session, 'SELECT GET_LOCK(?, ?)', [name, Math.ceil(waitMs / 1000)]);
  if (isGot(answer)) return;
  if (answer === null) {
    throw new DbsyncError('LOCK_HELD', {
      summary: 'The server could not give the runner lock: it answered NULL.',
      why: 'GET_LOCK answers NULL when the connection was killed or the server is out of memory, or where a proxy does not support it.',
      next: ['Look into the server log, and use a direct connection.'],
    });
  }
  const holder = (await lockHolder(session, name)) ?? 'a connection that has just ended';
  throw new DbsyncError('LOCK_HELD', {
    summary: `Another run holds the runner lock: ${holder}.`,
    why: 'Two runs at once could each apply half of the other.',
    next: ['Wait until it has finished.', 'If it is a leftover, end that connection with KILL.'],
    details: { lock: name, holder },
  });
};

const TRY_EVERY_MS = 250;

const HEARTBEAT_MS = 30_000;

const LOST = 'the connection that held the runner lock ended, so another run may begin at any time';

/** The tool's lock has its own SQL; it is tried until it is got or the time is over. */
const acquireTool = async (session: Session, options: LockOptions): Promise<void> => {
  const { toolLock } = options;
  if (!toolLock) return;
  const rounds = Math.max(1, Math.ceil(options.waitMs / TRY_EVERY_MS));
  for (let round = 0; round < rounds; round += 1) {
    if (isGot(await firstCell(session, toolLock.acquire))) return;
    if (round + 1 < rounds) await sleep(TRY_EVERY_MS);
  }
  const holder = await lockHolder(session, toolLock.name).catch(() => null);
  throw new DbsyncError('LOCK_HELD', {
    summary: `The migration tool holds its lock "${toolLock.name}"${holder ? `: ${holder}` : ''}.`,
    why: 'The tool is applying migrations right now, or a run of it was left behind.',
    next: ['Wait until it has finished.', 'If it is a leftover, end that connection with KILL.'],
    details: { lock: toolLock.name, holder },
  });
};

const letGo = async (session: Session, name: string, { toolLock }: LockOptions): Promise<void> => {
  if (toolLock) await session.raw(toolLock.release);
  await session.raw('SELECT RELEASE_LOCK(?)', [name]);
};

const release = async (session: Session, name: string, options: LockOptions): Promise<void> => {
  try {
    await answerWithin(options.timeouts.connectMs, letGo(session, name, options));
  } catch (error) {
    // A lost connection has released everything it held.
    if (!explain(error).connectionLost) throw error;
  } finally {
    await session.close();
  }
};

/** Asks the holder itself; no answer within the time that a connection is given counts as a lost one. */
const askHeld = async (holder: Session, name: string, ms: number): Promise<string | null> => {
  const asked = firstCell(holder, 'SELECT IS_USED_LOCK(?) = CONNECTION_ID()', [name]);
  return isGot(
    await answerWithin(
      ms,
      asked.catch(() => null),
    ),
  )
    ? null
    : LOST;
};

/**
 * Holds the runner lock, and the migration tool's where it has one, around `work`, on a connection of its own: no statement of
 * `work` can release them, and the server releases them when the process is gone. Throws LOCK_HELD.
 */
export const withLock = async <T>(
  session: Session,
  options: LockOptions,
  work: (lock: HeldLock) => Promise<T>,
): Promise<T> => {
  const [row] = await session.query('SELECT DATABASE() AS db');
  const name = lockName(String(row?.db));
  const holder = await connect(session.address, { mode: 'write', timeouts: options.timeouts });
  try {
    // An idle connection must outlive a long migration.
    await holder.execute('SET SESSION wait_timeout = 31536000');
    await acquireOwn(holder, name, options.waitMs);
    await acquireTool(holder, options);
  } catch (error) {
    await holder.close();
    throw error;
  }
  // Firewalls forget idle connections, and a silent loss shows only to one who asks.
  const heartbeat = setInterval(() => void holder.query('SELECT 1').catch(() => undefined), HEARTBEAT_MS);
  heartbeat.unref();
  try {
    return await work({
      lost: () => (holder.isLost?.() ? LOST : null),
      ask: () => askHeld(holder, name, options.timeouts.connectMs),
    });
  } finally {
    clearInterval(heartbeat);
    await release(holder, name, options);
  }
};
