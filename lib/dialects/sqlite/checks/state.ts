// Checks of what the file holds and of who else uses it. The only one that opens a writing connection is `busy`; it writes nothing.
import type { CheckContext, Session, Verdict } from '../../contract.ts';
import { holdersOf } from '../connect/holders.ts';
import { connect, fileOf } from '../connect.ts';
import { explain } from '../explain.ts';
import { integrityMessages, orphanCounts, staleTables } from '../health.ts';
import { printable } from '../rules.ts';

const SKIPPED: Verdict = { status: 'skipped', message: 'There is no database to look at.' };

const isBusy = (error: unknown): boolean =>
  explain(error).lockTimeout || (error instanceof Error && 'code' in error && error.code === 'LOCK_HELD');

const tryWriteLock = async (context: CheckContext): Promise<boolean> => {
  const lockMs = Math.min(context.timeouts.lockMs, 1_000);
  let session: Session | null = null;
  try {
    session = await connect(context.address, { mode: 'write', timeouts: { ...context.timeouts, lockMs } });
    await session.execute('BEGIN IMMEDIATE');
    await session.execute('ROLLBACK');
    return true;
  } catch (error) {
    if (isBusy(error)) return false;
    throw error;
  } finally {
    await session?.close();
  }
};

/**
 * Whether a write lock can be had: BEGIN IMMEDIATE takes it and ROLLBACK gives it back, with nothing written between. The
 * reading session stays open beside it, so that closing the other one does not fold a WAL into the file (wal.html section 6).
 */
export const busy = async (context: CheckContext): Promise<Verdict> => {
  if (!context.session) return SKIPPED;
  const holders = await holdersOf(fileOf(context.address));
  const facts = { holders };
  const users = holders.length > 0 ? ` Open elsewhere: ${holders.join(', ')}.` : '';
  if (await tryWriteLock(context)) return { status: 'ok', message: `Nobody is writing.${users}`, facts };
  return {
    status: 'failed',
    code: 'LOCK_HELD',
    message: `Another process is writing, or holds the file exclusively.${users}`,
    remedy: [
      'Wait until it is done, or stop it.',
      `$ fuser -v '${printable(fileOf(context.address)).replaceAll("'", "'\\''")}'`,
    ],
    facts,
  };
};

/** As `measure`: the driver cannot interrupt, so what could not be read in time is not begun. */
const BYTES_PER_MS = 50_000;

/** Whether the pages of the file are sound; large files are left to `health`. */
export const integrity = async (context: CheckContext): Promise<Verdict> => {
  if (!context.session) return SKIPPED;
  const { page_count: pages, page_size: size } = context.identity?.facts ?? {};
  const bytes = Number(pages ?? 0) * Number(size ?? 0);
  if (bytes > context.timeouts.probeMs * BYTES_PER_MS) {
    return {
      status: 'skipped',
      message: `Not looked at: ${bytes} bytes cannot be read within the probe timeout.`,
      remedy: ['$ sqlite3 <file> "PRAGMA integrity_check"'],
    };
  }
  const messages = await integrityMessages(context.session, true);
  if (messages.length === 0) return { status: 'ok', message: 'quick_check says ok' };
  return {
    status: 'failed',
    code: 'DATABASE_UNUSABLE',
    message: `The file is damaged: ${messages.slice(0, 3).join('; ')}`,
    remedy: ['Restore it from a backup, or recover it with the sqlite3 shell (.recover).'],
    facts: { messages },
  };
};

/** Rows whose foreign key finds no parent, as they stand before anything is done. */
export const orphans = async (context: CheckContext): Promise<Verdict> => {
  if (!context.session) return SKIPPED;
  try {
    const counts = await orphanCounts(context.session);
    if (counts.length === 0) return { status: 'ok', message: 'None are missing.' };
    const list = counts.map(
      ({ table, parent, rows }) => `${printable(table)} -> ${printable(parent)}: ${rows}`,
    );
    return {
      status: 'warning',
      message: `Rows whose foreign key finds no parent: ${list.join(', ')}`,
      remedy: [
        'Mend them first: a table rebuild copies them, and a restored key would refuse them.',
        '$ sqlite3 <file> "PRAGMA foreign_key_check"',
      ],
      facts: {
        orphans: Object.fromEntries(counts.map(({ table, parent, rows }) => [`${table} -> ${parent}`, rows])),
      },
    };
  } catch (error) {
    return {
      status: 'warning',
      message: `Foreign keys cannot be checked: ${printable(explain(error).message)}`,
      remedy: ['Make the columns that the key refers to a primary key or unique.'],
    };
  }
};

/** Tables that an interrupted rebuild left. */
export const leftovers = async (context: CheckContext): Promise<Verdict> => {
  if (!context.session) return SKIPPED;
  const names = await staleTables(context.session);
  if (names.length === 0) return { status: 'ok', message: 'None were found.' };
  const list = names.map(printable).join(', ');
  return {
    status: 'warning',
    message: `Left by a table rebuild that did not finish: ${list}`,
    remedy: [
      'Compare each with the table it was to replace, then drop it: the next rebuild of that table would fail on it.',
    ],
    facts: { tables: names },
  };
};

/** First versions of what migrations use (https://sqlite.org/changes.html). */
const SINCE: readonly { readonly feature: string; readonly version: readonly number[] }[] = [
  { feature: 'RENAME COLUMN', version: [3, 25, 0] },
  { feature: 'generated columns', version: [3, 31, 0] },
  { feature: 'DROP COLUMN, RETURNING', version: [3, 35, 0] },
  { feature: 'STRICT tables', version: [3, 37, 0] },
  { feature: 'ALTER TABLE for NOT NULL and CHECK', version: [3, 53, 0] },
];

const isBefore = (a: readonly number[], b: readonly number[]): boolean => {
  for (const [index, number] of b.entries()) {
    const own = a[index] ?? 0;
    if (own !== number) return own < number;
  }
  return false;
};

/** The library that dbsync brings; the application may bring another. */
export const library = async (context: CheckContext): Promise<Verdict> => {
  if (!context.identity) return SKIPPED;
  const { version, versionNumbers } = context.identity;
  const lacking = SINCE.filter((one) => isBefore(versionNumbers, one.version)).map((one) => one.feature);
  const facts = { version, lacking };
  if (lacking.length === 0) {
    return {
      status: 'ok',
      message: `SQLite ${version} here; the application's own library may be older.`,
      facts,
    };
  }
  return {
    status: 'warning',
    message: `SQLite ${version} does not know: ${lacking.join('; ')}.`,
    remedy: ['Migrations that use these fail here.'],
    facts,
  };
};
