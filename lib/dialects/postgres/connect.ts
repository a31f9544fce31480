// Opens connections, in bounded time, with the session settings that dbsync relies on. The only importer of `pg`, lazily.
import type { ConnectionOptions } from 'node:tls';
import type { Client } from 'pg';
import { DbsyncError } from '../../errors/index.ts';
import { openSecret, type Timeouts } from '../../target/index.ts';
import type { Address, ConnectOptions, Session } from '../contract.ts';
import { type PostgresAddress, postgresAddress, siblingAddress } from './address.ts';
import { driverOf } from './connect/driver.ts';
import { connectError } from './connect/errors.ts';
import { checkGreeting, checkMode, greet, isReadOnly, refusePooler } from './connect/greeting.ts';
import { tlsAttempts } from './connect/tls.ts';
import { codeOf } from './explain.ts';
import { literal, quote } from './quote.ts';
import { type PostgresSession, postgresSession, sessionOf } from './session.ts';

/**
 * While it is loaded, the driver asks which runtime it is in; without `navigator` (Node before 21) it asks the global
 * `Response`, and Node answers by loading a whole HTTP client.
 */
const withNavigator = async <T>(load: () => Promise<T>): Promise<T> => {
  if ('navigator' in globalThis) return load();
  Object.defineProperty(globalThis, 'navigator', { value: { userAgent: 'Node.js' }, configurable: true });
  try {
    return await load();
  } finally {
    Reflect.deleteProperty(globalThis, 'navigator');
  }
};

const loadClient = async (): Promise<typeof Client> => {
  try {
    return (await withNavigator(() => import('pg'))).default.Client;
  } catch (cause) {
    throw new DbsyncError('DRIVER_MISSING', {
      summary: 'The PostgreSQL driver (the npm package pg) cannot be loaded.',
      next: ['$ npm ci'],
      cause,
    });
  }
};

/** Longest time that closing may take before the socket is given up. */
const CLOSE_MS = 2000;

const within = async <T>(ms: number, work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('dbsync: no answer in time')), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};

/**
 * Ends a session that wrote nothing and holds nothing: nobody has to wait until the server has closed it, and the process may end before
 * that. DROP DATABASE and CREATE DATABASE wait for sessions that are about to end (PostgreSQL's procarray.c, CountOtherDBBackends).
 */
const leave = async (client: Client): Promise<void> => {
  // The driver has it, its types do not.
  const unref: unknown = Reflect.get(client, 'unref');
  if (typeof unref === 'function') unref.call(client);
  client.end().catch(() => undefined);
};

/** Ends a session, and waits in bounded time until the server has closed it. */
const endOf = (client: Client): Promise<void> => within(CLOSE_MS, client.end()).catch(() => undefined);

const openOnce = async (
  address: PostgresAddress,
  ssl: ConnectionOptions | false,
  ms: number,
): Promise<Client> => {
  const DriverClient = await loadClient();
  const options = address.params.get('options');
  const client = new DriverClient({
    host: address.host,
    port: address.port,
    user: address.user,
    database: address.database,
    ...(address.password && { password: openSecret(address.password) }),
    ssl,
    application_name: 'dbsync',
    keepAlive: true,
    connectionTimeoutMillis: ms,
    ...(options && { options }),
    ...(address.params.get('channel_binding') === 'require' && { enableChannelBinding: true }),
  });
  // Without a listener a connection that breaks while idle would end the process.
  client.on('error', () => undefined);
  try {
    await within(ms, client.connect());
    return client;
  } catch (error) {
    endOf(client);
    throw error;
  }
};

/** libpq goes on to its second way where the server has no TLS, or where its access rules refused the first one. */
const mayTryAgain = (error: unknown, address: PostgresAddress): boolean =>
  codeOf(error) === '28000' || connectError(error, address).code === 'CONNECT_TLS';

const openClient = async (address: PostgresAddress, ms: number): Promise<Client> => {
  const attempts = tlsAttempts(address);
  let first: unknown;
  for (const ssl of attempts) {
    try {
      return await openOnce(address, ssl, ms);
    } catch (error) {
      first ??= error;
      if (!mayTryAgain(error, address)) throw error;
    }
  }
  throw first;
};

/** A transaction that dbsync forgot must not hold its locks for longer than this. */
const IDLE_IN_TRANSACTION_MS = 600_000;

const settingsSql = (address: PostgresAddress, { mode, timeouts }: ConnectOptions): string =>
  [
    `SET TimeZone = 'UTC'`,
    'SET client_min_messages = warning',
    `SET lock_timeout = ${Math.trunc(timeouts.lockMs)}`,
    `SET statement_timeout = ${Math.trunc(timeouts.statementMs)}`,
    `SET idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_MS}`,
    ...(address.schema === null ? [] : [`SET search_path TO ${quote(address.schema)}`]),
    ...(mode === 'read' ? ['SET default_transaction_read_only = on'] : []),
    // From 14 a server may end idle sessions, and the session that holds the runner lock is idle.
    `SELECT set_config('idle_session_timeout', '0', false) WHERE current_setting('idle_session_timeout', true) IS NOT NULL`,
  ].join('; ');

const withClient = async <T>(
  address: PostgresAddress,
  ms: number,
  work: (client: Client) => Promise<T>,
): Promise<T> => {
  const client = await openClient(address, ms);
  try {
    return await work(client);
  } finally {
    await endOf(client);
  }
};

const cancelBackend = (address: PostgresAddress, pid: number, ms: number): Promise<unknown> =>
  withClient(address, ms, (client) =>
    within(ms, client.query('SELECT pg_catalog.pg_cancel_backend($1)', [pid])),
  );

/**
 * Opens a session: UTC, time limits set, unqualified names meaning the URL's schema. In `read` mode the server itself
 * refuses writes, which is verified. Throws CONNECT_*, DATABASE_MISSING, DATABASE_UNUSABLE, DRIVER_MISSING.
 */
export const connect = async (where: Address, options: ConnectOptions): Promise<Session> => {
  const address = postgresAddress(where);
  const ms = address.connectTimeoutMs ?? options.timeouts.connectMs;
  try {
    const client = await openClient(address, ms);
    try {
      const greeting = await within(ms, greet(client));
      checkGreeting(greeting, address, options.mode);
      await refusePooler(client, greeting, {
        address,
        withOther: (work) => withClient(address, ms, (other) => within(ms, work(other))),
      });
      await within(ms, client.query(settingsSql(address, options)));
      checkMode(await within(ms, isReadOnly(client)), address, options.mode);
      const cancel = (): Promise<void> =>
        cancelBackend(address, greeting.pid, ms).then(
          () => undefined,
          () => undefined,
        );
      const driver = driverOf(client, () => (options.mode === 'read' ? leave(client) : endOf(client)));
      return sessionOf({ driver, address, options, cancel, beside: () => connectBeside(address, options) });
    } catch (error) {
      endOf(client);
      throw error;
    }
  } catch (error) {
    throw connectError(error, address);
  }
};

/** Nobody waits longer for a session that could be done without. */
const BESIDE_MS = 2000;

const connectBeside = async (
  address: PostgresAddress,
  { timeouts }: ConnectOptions,
): Promise<PostgresSession> => {
  const soon: PostgresAddress = { ...address, connectTimeoutMs: BESIDE_MS };
  return postgresSession(await connect(soon, { mode: 'read', timeouts }));
};

/** Whether the database is there: only the server's own "does not exist" is a no. Throws CONNECT_*. */
export const exists = async (address: Address, timeouts: Timeouts): Promise<boolean> => {
  try {
    const session = await connect(address, { mode: 'read', timeouts });
    await session.close();
    return true;
  } catch (error) {
    if (error instanceof DbsyncError && error.code === 'DATABASE_MISSING') return false;
    throw error;
  }
};

/** A session on a database of the same server that every server has, for work on databases. */
export const connectMaintenance = async (address: PostgresAddress, timeouts: Timeouts): Promise<Session> => {
  const open = (database: string): Promise<Session> => {
    const sibling: PostgresAddress = { ...siblingAddress(address, database), schema: null };
    return connect(sibling, { mode: 'write', timeouts });
  };
  try {
    return await open('postgres');
  } catch (error) {
    if (!(error instanceof DbsyncError) || !['DATABASE_MISSING', 'CONNECT_PERMISSION'].includes(error.code))
      throw error;
    return open('template1');
  }
};

/** Creates the empty database, and the URL's schema in it. Throws CONNECT_*, or what the server says. */
export const createDatabase = async (where: Address, timeouts: Timeouts): Promise<void> => {
  const address = postgresAddress(where);
  const server = await connectMaintenance(address, timeouts);
  try {
    await server.execute(`CREATE DATABASE ${quote(address.database)}`);
  } catch (error) {
    throw connectError(error, address);
  } finally {
    await server.close();
  }
  await ensureSchema(address, timeouts);
};

/** Creates the URL's schema where it names one that is missing, as the migration tools do. */
export const ensureSchema = async (address: PostgresAddress, timeouts: Timeouts): Promise<void> => {
  if (address.schema === null || address.schema === 'public') return;
  const session = await connect(address, { mode: 'write', timeouts });
  try {
    const found = await session.query(
      `SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = ${literal(address.schema)}`,
    );
    if (found.length === 0) await session.execute(`CREATE SCHEMA ${quote(address.schema)}`);
  } finally {
    await session.close();
  }
};
