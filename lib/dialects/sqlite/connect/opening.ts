// Why a file could not be opened, in words and codes for the reader. Opens nothing.
import { stat } from 'node:fs/promises';
import { DbsyncError, messageOf } from '../../../errors/index.ts';
import { DRIVER } from '../driver.ts';
import { explain } from '../explain.ts';
import { printable } from '../rules.ts';

const shellWord = (text: string): string => `'${printable(text).replaceAll("'", "'\\''")}'`;

/** The driver is absent, or does not fit this Node.js. */
export const driverMissing = (cause: unknown): DbsyncError =>
  new DbsyncError('DRIVER_MISSING', {
    summary: 'The driver better-sqlite3 is not installed or was built for another Node.js.',
    why: 'It is an optional dependency with native code; without it no SQLite file can be opened.',
    next: [
      '$ npm install --include=optional',
      ...(DRIVER === 'better-sqlite3' ? ['$ npm rebuild better-sqlite3'] : []),
    ],
    details: { cause: messageOf(cause) },
    cause,
  });

/** The file is there and is no database that can be used. */
export const unusable = (file: string, why: string, next: readonly string[], cause?: unknown): DbsyncError =>
  new DbsyncError('DATABASE_UNUSABLE', {
    summary: `${printable(file)} cannot be used as a database.`,
    why,
    next,
    ...(cause !== undefined && { cause }),
  });

/** The system does not grant the file or its folder. */
export const noPermission = (file: string, mode: 'read' | 'write', cause?: unknown): DbsyncError =>
  new DbsyncError('CONNECT_PERMISSION', {
    summary: `${printable(file)} may not be ${mode === 'read' ? 'read' : 'written'} by this user.`,
    why: 'The file or its folder does not grant it.',
    next: [`$ ls -l ${shellWord(file)}`, 'Run as the user that owns the file, or grant access.'],
    ...(cause !== undefined && { cause }),
  });

/** The code of a system error; empty where it has none. */
const causeCode = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';

/** The causes of a failed opening, by the engine's extended code (https://sqlite.org/rescode.html). */
export const openingError = (
  file: string,
  mode: 'read' | 'write',
  error: unknown,
  holders: readonly string[],
): DbsyncError => {
  const { code, message } = explain(error);
  if (code?.startsWith('SQLITE_BUSY') || code?.startsWith('SQLITE_LOCKED')) {
    const by = holders.length > 0 ? `${holders.join(', ')} holds` : 'Another process holds';
    return new DbsyncError('LOCK_HELD', {
      summary: `${printable(file)} is locked by another process.`,
      why: `${by} the exclusive lock: a migration, a VACUUM, or an application in exclusive mode.`,
      details: { holders },
      next: ['Wait until it is done, or stop it.', `$ fuser -v ${shellWord(file)}`],
      cause: error,
    });
  }
  if (code === 'SQLITE_NOTADB') {
    return unusable(
      file,
      'It is not an SQLite database, or it is encrypted.',
      ['Check which file the URL names.'],
      error,
    );
  }
  if (code?.startsWith('SQLITE_CORRUPT')) {
    return unusable(file, `It is damaged (${message}).`, ['Restore it from a backup.'], error);
  }
  if (code?.startsWith('SQLITE_READONLY')) {
    const why =
      'It was left by an interrupted write (a journal lies beside it), which only a writing connection can repair.';
    return unusable(
      file,
      why,
      ['Open it once with the application or the sqlite3 shell, then run this again.'],
      error,
    );
  }
  if (code?.startsWith('SQLITE_CANTOPEN') || code === 'SQLITE_PERM') return noPermission(file, mode, error);
  return new DbsyncError('CONNECT_FAILED', {
    summary: `${printable(file)} could not be opened.`,
    why: printable(message),
    next: [`$ ls -l ${shellWord(file)}`],
    cause: error,
  });
};

/** Whether an error comes from loading the native part of the driver. */
export const isDriverFault = (error: unknown): boolean =>
  /bindings file|NODE_MODULE_VERSION|ERR_DLOPEN_FAILED|better_sqlite3\.node/.test(
    `${causeCode(error)} ${messageOf(error)}`,
  );

/** Whether the file is there. Throws CONNECT_PERMISSION where that cannot be told. */
export const fileExists = async (file: string): Promise<boolean> => {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(causeCode(error))) return false;
    throw noPermission(file, 'read', error);
  }
};
