// The runner lock: a session lock on a connection of its own, outside any transaction, gone with the process.
import { setTimeout as sleep } from 'node:timers/promises';
import { DbsyncError } from '../../errors/index.ts';
import type { HeldLock, LockOptions, Row, Session, ToolLock } from '../contract.ts';
import { answerWithin } from '../locking.ts';
import { connect } from './connect.ts';
import { printable } from './quote.ts';

/** Advisory lock (two 4-byte keys, the name "dbsy" and 1): of dbsync's own, in each database by itself. */
const CLASS_KEY = 0x64627379;
const OBJECT_KEY = 1;

const ACQUIRE = `SELECT pg_catalog.pg_try_advisory_lock(${CLASS_KEY}, ${OBJECT_KEY}) AS got`;
const RELEASE = `SELECT pg_catalog.pg_advisory_unlock(${CLASS_KEY}, ${OBJECT_KEY}) AS got`;

/** Held by the very session that asks: false behind a pooler that gives every statement another session. */
const HELD_HERE = `SELECT count(*)::int AS held FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND granted
  AND classid = ${CLASS_KEY} AND objid = ${OBJECT_KEY} AND objsubid = 2 AND pid = pg_catalog.pg_backend_pid()`;

/** Who holds an advisory lock of this database: by its two numbers, and whether it was taken with one key or two. */
const HOLDERS = `
SELECT a.pid, a.usename AS "user", a.application_name AS application, pg_catalog.host(a.client_addr) AS address, a.state,
  a.backend_start::timestamptz(0)::text AS since, a.xact_start::timestamptz(0)::text AS "transactionSince"
FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.pid <> pg_catalog.pg_backend_pid()
  AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
  AND ($1::bigint IS NULL OR l.classid::bigint = $1 AND l.objid::bigint = $2 AND l.objsubid = $3)`;

/** The numbers under which a lock stands in pg_locks: classid, objid, objsubid. */
export interface LockNumbers {
  readonly classId: string;
  readonly objectId: string;
  readonly keys: 1 | 2;
}

const OWN: LockNumbers = { classId: String(CLASS_KEY), objectId: String(OBJECT_KEY), keys: 2 };

/** Reads the key out of a tool's SQL, such as `pg_try_advisory_lock(72707369)`; null where it holds none as a number. */
export const numbersOf = (lock: ToolLock): LockNumbers | null => {
  const key = /advisory_lock\s*\(\s*(-?\d+)\s*\)/i.exec(lock.acquire)?.[1];
  if (key === undefined) return null;
  const bits = BigInt.asUintN(64, BigInt(key));
  return { classId: String(bits >> 32n), objectId: String(bits & 0xffffffffn), keys: 1 };
};

/** One session that holds a lock, for people. */
export interface Holder {
  readonly pid: number;
  readonly text: string;
}

const text = (value: unknown, fallback: string): string =>
  typeof value === 'string' && value !== '' ? printable(value) : fallback;

const holderOf = (row: Row): Holder => {
  const where = row.address === null ? '' : ` from ${text(row.address, '?')}`;
  const state = text(row.state, 'state unknown');
  return {
    pid: Number(row.pid),
    text: `process ${Number(row.pid)} of role ${text(row.user, '?')}, application "${text(row.application, 'unnamed')}"${where}, connected since ${text(row.since, '?')} (${state})`,
  };
};

/** Who holds the lock with these numbers; any advisory lock of this database where the numbers are not known. */
export const lockHolders = async (
  session: Session,
  numbers: LockNumbers | null,
): Promise<readonly Holder[]> => {
  const values = numbers ? [numbers.classId, numbers.objectId, numbers.keys] : [null, null, null];
  return (await session.query(HOLDERS, values)).map(holderOf);
};

/** Who holds dbsync's own lock. */
export const runnerHolders = (session: Session): Promise<readonly Holder[]> => lockHolders(session, OWN);

const isGot = (rows: readonly Row[]): boolean => {
  const [value] = Object.values(rows[0] ?? {});
  return value === true || value === 't' || value === 1 || value === '1';
};

const heldError = async (
  session: Session,
  name: string,
  numbers: LockNumbers | null,
): Promise<DbsyncError> => {
  const holders = await lockHolders(session, numbers);
  const [first] = holders;
  return new DbsyncError('LOCK_HELD', {
    summary: `${name} is held by another session.`,
    why:
      holders.length > 0
        ? holders.map((holder) => holder.text).join('; ')
        : 'The holder ended while it was being asked for.',
    next: [
      'Wait until that run has ended, then try again.',
      ...(first ? [`If it is known to be dead: SELECT pg_terminate_backend(${first.pid}) ends it.`] : []),
    ],
    details: { holders: holders.map(({ pid }) => pid) },
  });
};

interface Wanted {
  readonly name: string;
  readonly acquire: string;
  readonly numbers: LockNumbers | null;
}

const POLL_MS = 200;

/** Asks until it is got or the time is over; never waits inside the server, where a waiting statement blocks others. */
const acquire = async (session: Session, wanted: Wanted, waitMs: number): Promise<void> => {
  const attempts = Math.max(1, Math.ceil(waitMs / POLL_MS));
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    if (isGot(await session.query(wanted.acquire))) return;
    if (attempt < attempts - 1) await sleep(POLL_MS);
  }
  throw await heldError(session, wanted.name, wanted.numbers);
};

const requireSessionLock = async (session: Session): Promise<void> => {
  const [row] = await session.query(HELD_HERE);
  if (row?.held === 1) return;
  throw new DbsyncError('DATABASE_UNUSABLE', {
    summary: `${session.address.display} does not keep one session: a lock that was taken is not held a moment later.`,
    why: 'A pooler in transaction mode gives every statement another session of the server.',
    next: ['Use the direct URL of the server, or a port of the pooler in session mode.'],
  });
};

const LOST = 'the connection that held the runner lock ended, so another run may begin at any time';

/** Asks the holder itself; no answer within the time that a connection is given counts as a lost one. */
const askHeld = async (holder: Session, ms: number): Promise<string | null> => {
  const rows = await answerWithin(
    ms,
    holder.query(HELD_HERE).catch(() => null),
  );
  return rows?.[0]?.held === 1 ? null : LOST;
};

/** Firewalls forget idle connections; the lock's connection is idle for as long as the work takes. */
const HEARTBEAT_MS = 30_000;

/**
 * Holds dbsync's lock, and the migration tool's own where there is one, around `work`. Both are taken on a connection of
 * its own that is never in a transaction: an open one would keep CREATE INDEX CONCURRENTLY waiting for ever.
 * Throws LOCK_HELD with the holder.
 */
export const withLock = async <T>(
  session: Session,
  options: LockOptions,
  work: (lock: HeldLock) => Promise<T>,
): Promise<T> => {
  const holder = await connect(session.address, { mode: 'read', timeouts: options.timeouts });
  let heartbeat: NodeJS.Timeout | undefined;
  try {
    await acquire(holder, { name: "dbsync's runner lock", acquire: ACQUIRE, numbers: OWN }, options.waitMs);
    await requireSessionLock(holder);
    if (options.toolLock) {
      const { name, acquire: sql } = options.toolLock;
      await acquire(holder, { name, acquire: sql, numbers: numbersOf(options.toolLock) }, options.waitMs);
    }
    heartbeat = setInterval(() => void holder.query('SELECT 1').catch(() => undefined), HEARTBEAT_MS);
    heartbeat.unref();
    return await work({
      lost: () => (holder.isLost?.() ? LOST : null),
      ask: () => askHeld(holder, options.timeouts.connectMs),
    });
  } finally {
    clearInterval(heartbeat);
    await release(holder, options);
  }
};

/** Closing the connection releases everything; the statements before it make it so at once even behind a pooler. */
const release = async (holder: Session, { toolLock, timeouts }: LockOptions): Promise<void> => {
  const asked = [...(toolLock ? [toolLock.release] : []), RELEASE].map((sql) =>
    holder.query(sql).catch(() => undefined),
  );
  await answerWithin(timeouts.connectMs, Promise.all(asked));
  await holder.close();
};
