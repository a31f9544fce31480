// Copies a live file with the online backup API (https://sqlite.org/backup.html): a consistent image that includes what still
// lies in the WAL, while others go on reading. Works from a read-only session; never touches the source.
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Session } from '../contract.ts';
import { COMPANIONS } from './connect/holders.ts';
import { createFile, handleOf } from './connect.ts';

/** How many pages are copied before this thread does something else. */
const PAGES_AT_A_TIME = 5_000;

/** Removes a file of ours and what the engine put beside it. */
export const removeFile = async (file: string): Promise<void> => {
  for (const suffix of ['', ...COMPANIONS]) await rm(file + suffix, { force: true });
};

/** Copies the session's file into a new one that only its owner may read. Refuses a file that is there. */
export const copyInto = async (session: Session, file: string): Promise<void> => {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await createFile(file);
  try {
    await handleOf(session).backup(file, { progress: () => PAGES_AT_A_TIME });
  } catch (error) {
    await removeFile(file);
    throw error;
  }
};

/** Runs `work` while the session sees one unchanging state of the file. */
export const withSnapshot = async <T>(session: Session, work: () => Promise<T>): Promise<T> => {
  if (handleOf(session).inTransaction) return work();
  await session.execute('BEGIN');
  try {
    await session.query('SELECT count(*) FROM sqlite_schema');
    return await work();
  } finally {
    await session.execute('COMMIT');
  }
};
