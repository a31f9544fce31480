// Opens a file as a session. The driver is loaded when it is first needed; no file is ever created but in `createFile`.
// The driver is synchronous and has no interrupt: a running statement cannot be ended from outside.
import { constants } from 'node:fs';
import { access, chmod, open, stat } from 'node:fs/promises';
import path from 'node:path';
import type Database from 'better-sqlite3';
import { DbsyncError } from '../../errors/index.ts';
import type { Timeouts } from '../../target/index.ts';
import type { Address, ConnectOptions, RawResult, Row, Session } from '../contract.ts';
import { holdersOf } from './connect/holders.ts';
import { refuseOtherFiles } from './connect/one-file.ts';
import {
  driverMissing,
  fileExists,
  isDriverFault,
  noPermission,
  openingError,
  unusable,
} from './connect/opening.ts';
import { loadDriver } from './driver.ts';
import { printable, SHADOW_PREFIX } from './rules.ts';

/** The driver's connection, for this folder only. */
export type Handle = Database.Database;

interface Held {
  readonly handle: Handle;
  readonly timeouts: Timeouts;
}

const held = new WeakMap<Session, Held>();

const heldBy = (session: Session): Held => {
  const found = held.get(session);
  if (found) return found;
  throw new DbsyncError('INTERNAL', { summary: 'The session belongs to another dialect.' });
};

/** The driver's connection behind a session of this dialect. */
export const handleOf = (session: Session): Handle => heldBy(session).handle;

/** The limits that the session was opened with. */
export const timeoutsOf = (session: Session): Timeouts => heldBy(session).timeouts;

/** The file of an address of this dialect. */
export const fileOf = (address: Address): string => {
  if (address.file !== undefined) return address.file;
  throw new DbsyncError('INTERNAL', { summary: 'The address names no file.' });
};

const driver = async (): Promise<typeof Database> => {
  try {
    return await loadDriver();
  } catch (error) {
    throw driverMissing(error);
  }
};

const assertFile = async (file: string, mode: 'read' | 'write'): Promise<void> => {
  if (!(await fileExists(file))) {
    throw new DbsyncError('DATABASE_MISSING', {
      summary: `There is no file ${printable(file)}.`,
      why: 'dbsync never creates a database in passing: a mistyped path would be migrated and called a success.',
      next: ['Correct the path; an unprotected environment may say `create: true` in dbsync.config.ts.'],
    });
  }
  const info = await stat(file);
  if (!info.isFile()) throw unusable(file, 'It is not a regular file.', ['Correct the path in the URL.']);
  try {
    await access(file, mode === 'read' ? constants.R_OK : constants.R_OK | constants.W_OK);
  } catch (error) {
    throw noPermission(file, mode, error);
  }
};

/** What every connection of ours has set; the engine's own defaults, which the driver's build changes. */
const prepareHandle = (handle: Handle, mode: 'read' | 'write'): void => {
  handle.defaultSafeIntegers(true);
  handle.pragma('foreign_keys = ON');
  handle.pragma('recursive_triggers = OFF');
  if (mode === 'read') handle.pragma('query_only = ON');
  // The first look at the file: a wrong, encrypted, damaged or locked one is found out here and not in mid-run.
  handle.prepare('SELECT count(*) FROM sqlite_schema').get();
};

const openHandle = async (file: string, options: ConnectOptions): Promise<Handle> => {
  const Driver = await driver();
  let handle: Handle | undefined;
  try {
    const readonly = options.mode === 'read';
    handle = new Driver(file, { readonly, fileMustExist: true, timeout: options.timeouts.lockMs });
    prepareHandle(handle, options.mode);
    return handle;
  } catch (error) {
    handle?.close();
    if (isDriverFault(error)) throw driverMissing(error);
    throw openingError(file, options.mode, error, await holdersOf(file));
  }
};

/** Integers stay numbers where a number holds them exactly; beyond 2^53 they are bigints. */
const incoming = (value: unknown): unknown =>
  typeof value === 'bigint' && value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER
    ? Number(value)
    : value;

/** The driver binds numbers beyond 32 bits as REAL, and knows neither booleans nor undefined. */
const outgoing = (value: unknown): unknown => {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  return value === undefined ? null : value;
};

const incomingRow = (row: unknown): Row => {
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(row ?? {})) result[name] = incoming(value);
  return result;
};

const query = (handle: Handle, sql: string, values: readonly unknown[]): readonly Row[] => {
  const statement = handle.prepare(sql);
  const bound = values.map(outgoing);
  if (statement.reader) return statement.all(...bound).map(incomingRow);
  statement.run(...bound);
  return [];
};

const raw = (handle: Handle, sql: string, values: readonly unknown[]): RawResult => {
  const statement = handle.prepare(sql);
  const bound = values.map(outgoing);
  if (!statement.reader) return { columns: [], rows: [], affected: statement.run(...bound).changes };
  const rows = statement.raw(true).all(...bound) as readonly (readonly unknown[])[];
  const columns = statement.columns().map(({ name, type }) => ({ name, type }));
  return { columns, rows: rows.map((row) => row.map(incoming)), affected: null };
};

const isSeveral = (error: unknown): boolean =>
  error instanceof RangeError && /more than one statement|no statements/.test(error.message);

const execute = (handle: Handle, sql: string): number | null => {
  let statement: Database.Statement;
  try {
    statement = handle.prepare(sql);
  } catch (error) {
    if (!isSeveral(error)) throw error;
    // An adaptation may be several statements; the driver prepares only one at a time.
    handle.exec(sql);
    return null;
  }
  if (!statement.reader) return statement.run().changes;
  for (const row of statement.iterate()) void row;
  return null;
};

const sessionOf = (handle: Handle, address: Address, options: ConnectOptions): Session => {
  const session: Session = {
    mode: options.mode,
    address,
    query: async (sql, values = []) => {
      refuseOtherFiles(sql);
      return query(handle, sql, values);
    },
    raw: async (sql, values = []) => {
      refuseOtherFiles(sql);
      return raw(handle, sql, values);
    },
    execute: async (sql) => {
      refuseOtherFiles(sql);
      return execute(handle, sql);
    },
    script: async (sql) => {
      refuseOtherFiles(sql);
      handle.exec(sql);
    },
    limit: async ({ lockMs }) => {
      if (lockMs !== undefined) handle.pragma(`busy_timeout = ${Math.max(0, Math.trunc(lockMs))}`);
    },
    // The driver runs in this thread: when this is called, nothing runs.
    cancel: async () => {},
    close: async () => {
      handle.close();
    },
  };
  held.set(session, { handle, timeouts: options.timeouts });
  return session;
};

/** Opens the file, which must exist. Throws CONNECT_*, DATABASE_MISSING, DATABASE_UNUSABLE, DRIVER_MISSING. */
export const connect = async (address: Address, options: ConnectOptions): Promise<Session> => {
  const file = fileOf(address);
  await assertFile(file, options.mode);
  const handle = await openHandle(file, options);
  // A shadow database is thrown away; whether it survives a power cut is of no interest.
  if (path.basename(file).startsWith(SHADOW_PREFIX)) handle.pragma('synchronous = OFF');
  return sessionOf(handle, address, options);
};

/** Creates an empty file that only its owner may read, and refuses one that is there. */
export const createFile = async (file: string, mode = 0o600): Promise<void> => {
  const handle = await open(file, 'wx', mode);
  await handle.close();
  await chmod(file, mode);
};

/**
 * Fixes the page size and encoding of an empty file. Both must be set before anything else looks at
 * the file (https://sqlite.org/pragma.html#pragma_encoding), so no session can do it.
 */
export const formatFile = async (file: string, pageSize: number, encoding: string): Promise<void> => {
  const Driver = await driver();
  const handle = new Driver(file, { fileMustExist: true });
  try {
    handle.pragma(`page_size = ${Math.trunc(pageSize)}`);
    if (/^UTF-(8|16le|16be)$/.test(encoding)) handle.pragma(`encoding = '${encoding}'`);
    // The encoding is written into the file with the first object, and stays when that is gone.
    handle.exec('CREATE TABLE first (a); DROP TABLE first');
  } finally {
    handle.close();
  }
};
