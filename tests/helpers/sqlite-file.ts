// Real SQLite files for tests: a temporary folder, files made from SQL, sessions that are always closed.
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Session } from '../../lib/dialects/contract.ts';
import { addressOf } from '../../lib/dialects/sqlite/address.ts';
import { connect, createFile, handleOf } from '../../lib/dialects/sqlite/connect.ts';
import { inspect } from '../../lib/dialects/sqlite/inspect.ts';
import type { Snapshot } from '../../lib/schema/index.ts';
import type { Timeouts } from '../../lib/target/index.ts';

export const timeouts: Timeouts = {
  connectMs: 2_000,
  lockMs: 300,
  statementMs: 0,
  runnerLockMs: 1_000,
  probeMs: 2_000,
};

/** A folder that is gone when the process is. */
export const temporaryFolder = async (): Promise<string> => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'dbsync-sqlite-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** Opens a session for the time of `work`. */
export const withSession = async <T>(
  file: string,
  mode: 'read' | 'write',
  work: (session: Session) => Promise<T>,
): Promise<T> => {
  const session = await connect(addressOf(file, path.dirname(file)), { mode, timeouts });
  try {
    return await work(session);
  } finally {
    await session.close();
  }
};

/** A new file in the folder that holds what the script makes. */
export const makeFile = async (folder: string, name: string, sql: string): Promise<string> => {
  const file = path.join(folder, name);
  await createFile(file);
  await withSession(file, 'write', (session) => session.script(sql));
  return file;
};

/**
 * Writes into sqlite_schema what another build of the library would have stored: our build refuses double-quoted strings
 * where it makes an object, and reads them without complaint.
 */
export const restore = (session: Session, replacements: readonly (readonly [string, string])[]): void => {
  const handle = handleOf(session);
  handle.unsafeMode(true);
  handle.pragma('writable_schema = ON');
  for (const [from, to] of replacements) {
    handle.prepare('UPDATE sqlite_schema SET sql = replace(sql, ?, ?)').run(from, to);
  }
  handle.pragma('writable_schema = RESET');
  handle.unsafeMode(false);
};

/** The schema that a script makes, from a new file. */
export const snapshotOfScript = async (
  file: string,
  sql: string,
  stored: readonly (readonly [string, string])[] = [],
): Promise<Snapshot> => {
  await createFile(file);
  try {
    return await withSession(file, 'write', async (session) => {
      await session.script(sql);
      if (stored.length > 0) restore(session, stored);
      return inspect(session, { ignore: [] });
    });
  } finally {
    rmSync(file, { force: true });
  }
};
