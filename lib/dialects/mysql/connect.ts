// Opens connections: the only file that knows the driver. Knows no schema and no SQL but what a session needs to be itself.
import type { Connection, ConnectionOptions } from 'mysql2';
import { DbsyncError } from '../../errors/index.ts';
import { openSecret } from '../../target/index.ts';
import type { Address, ConnectOptions } from '../contract.ts';
import { type MysqlAddress, mysqlAddress } from './address.ts';
import { addressProblem, tlsOptions } from './connect/tls-options.ts';
import { connectError, driverError } from './explain.ts';
import { type Answer, type MysqlSession, makeSession, type Question, type Wire } from './session.ts';

type Driver = typeof import('mysql2');

/**
 * Client flags that are left out: LOCAL_FILES (no file of this machine is ever sent), FOUND_ROWS (rows changed are wanted, not rows
 * matched), IGNORE_SPACE (it would become part of the sql_mode that routines remember).
 */
const FLAGS = ['-LOCAL_FILES', '-FOUND_ROWS', '-IGNORE_SPACE', '-ODBC'];

const loadDriver = async (): Promise<Driver> => {
  try {
    const loaded = await import('mysql2');
    return loaded.default ?? loaded;
  } catch (cause) {
    throw new DbsyncError('DRIVER_MISSING', {
      summary: 'The MySQL driver cannot be loaded.',
      next: ['$ npm install mysql2'],
      cause,
    });
  }
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** The protocol's names of column types (manual, "Column Definition"), for callers that convert values themselves. */
const TYPE_NAMES: Readonly<Record<number, string>> = {
  0: 'DECIMAL',
  1: 'TINY',
  2: 'SHORT',
  3: 'LONG',
  4: 'FLOAT',
  5: 'DOUBLE',
  6: 'NULL',
  7: 'TIMESTAMP',
  8: 'LONGLONG',
  9: 'INT24',
  10: 'DATE',
  11: 'TIME',
  12: 'DATETIME',
  13: 'YEAR',
  15: 'VARCHAR',
  16: 'BIT',
  242: 'VECTOR',
  245: 'JSON',
  246: 'NEWDECIMAL',
  247: 'ENUM',
  248: 'SET',
  249: 'TINY_BLOB',
  250: 'MEDIUM_BLOB',
  251: 'LONG_BLOB',
  252: 'BLOB',
  253: 'VAR_STRING',
  254: 'STRING',
  255: 'GEOMETRY',
};

const typeName = (type: unknown): string | number | null =>
  typeof type === 'number' ? (TYPE_NAMES[type] ?? type) : null;

/** A procedure answers with several result sets; the first that holds rows is the answer. */
const firstSet = (rows: unknown, fields: unknown): Answer => {
  if (!Array.isArray(rows)) {
    const affected = isRecord(rows) && typeof rows.affectedRows === 'number' ? rows.affectedRows : null;
    return { rows: [], fields: [], affected };
  }
  const several =
    Array.isArray(fields) &&
    fields.length > 0 &&
    fields.some((item) => item === undefined || Array.isArray(item));
  if (several) return firstSet(rows[0], fields[0]);
  const columns = Array.isArray(fields) ? fields.filter(isRecord) : [];
  return {
    rows,
    fields: columns.map((column) => ({
      name: String(column.name),
      type: typeName(column.columnType),
    })),
    affected: null,
  };
};

/** Without values as text; with values as a prepared statement, so that no sql_mode can change what a value means. */
const ask = (connection: Connection, question: Question): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const done = (error: unknown, rows: unknown, fields: unknown): void => {
      if (error) reject(error);
      else resolve(firstSet(rows, fields));
    };
    const options = { sql: question.sql, rowsAsArray: question.asArrays };
    if (question.values === undefined || question.values.length === 0) connection.query(options, done);
    // The driver's own type of a bindable value; anything else makes it throw, which is right.
    else connection.execute({ ...options, values: [...question.values] as never }, done);
  });

/** Ends a connection politely, and without politeness when the server does not answer. */
const endConnection = (connection: Connection, graceMs: number): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => {
      connection.destroy();
      resolve();
    }, graceMs);
    connection.end(() => {
      clearTimeout(timer);
      resolve();
    });
  });

const CLOSE_GRACE_MS = 2000;

const wireOf = (driver: Connection): Wire => {
  let lost = false;
  const note = (): void => {
    lost = true;
  };
  driver.on('error', note);
  driver.on('end', note);
  return {
    ask: (question) => ask(driver, question),
    isLost: () => lost,
    end: () => endConnection(driver, CLOSE_GRACE_MS),
  };
};

const LOOPBACK = /^(localhost|127(\.\d+){3}|::1)$/i;

interface Opening {
  readonly address: MysqlAddress;
  readonly timeoutMs: number;
  /** False: connect to the server and to no database. */
  readonly withDatabase: boolean;
}

const driverOptions = (opening: Opening, ssl: ConnectionOptions['ssl']): ConnectionOptions => {
  const { address } = opening;
  return {
    ...(address.socket === null
      ? { host: address.host, port: address.port }
      : { socketPath: address.socket }),
    ...(address.user && { user: address.user }),
    ...(address.password && { password: openSecret(address.password) }),
    ...(opening.withDatabase && { database: address.database }),
    ...(ssl !== undefined && { ssl }),
    charset: 'utf8mb4',
    connectTimeout: opening.timeoutMs,
    // Values as the server writes them: dates are text, whole numbers beyond 2^53 are text, decimals are text, JSON is text.
    dateStrings: true,
    supportBigNumbers: true,
    jsonStrings: true,
    timezone: 'Z',
    multipleStatements: false,
    maxPreparedStatements: 64,
    flags: FLAGS,
    connectAttributes: { program_name: 'dbsync' },
  };
};

/** One attempt, ended from outside when its time is over: the driver's own timeout does not bound a silent handshake. */
const attempt = (driver: Driver, options: ConnectionOptions, timeoutMs: number): Promise<Connection> =>
  new Promise((resolve, reject) => {
    const connection = driver.createConnection(options);
    const timer = setTimeout(() => {
      connection.destroy();
      reject(Object.assign(new Error(`no answer within ${timeoutMs} ms`), { code: 'ETIMEDOUT' }));
    }, timeoutMs);
    connection.once('error', (error) => {
      clearTimeout(timer);
      connection.destroy();
      reject(error);
    });
    connection.once('connect', () => {
      clearTimeout(timer);
      // A later loss surfaces in the statement that meets it; without a listener it would end the process.
      connection.removeAllListeners('error');
      connection.on('error', () => undefined);
      resolve(connection);
    });
  });

const open = async (opening: Opening): Promise<Connection> => {
  const { tls, socket, host } = opening.address;
  const driver = await loadDriver();
  const local = socket !== null || LOOPBACK.test(host);
  const wanted = tls.mode === 'prefer' ? !local : tls.mode !== 'off';
  const ssl = wanted ? await tlsOptions(tls, host) : undefined;
  try {
    return await attempt(driver, driverOptions(opening, ssl), opening.timeoutMs);
  } catch (error) {
    const plain = tls.mode === 'prefer' && driverError(error).code === 'HANDSHAKE_NO_SSL_SUPPORT';
    if (!plain) throw error;
    return attempt(driver, driverOptions(opening, undefined), opening.timeoutMs);
  }
};

const openClassified = async (opening: Opening): Promise<Connection> => {
  try {
    const connection = await open(opening);
    const problem = addressProblem(Reflect.get(connection, 'stream'), opening.address);
    if (!problem) return connection;
    connection.destroy();
    throw problem;
  } catch (error) {
    throw connectError(error, opening.address.display);
  }
};

const openingOf = (address: Address, connectMs: number, withDatabase: boolean): Opening => {
  const own = mysqlAddress(address);
  const timeoutMs = Math.min(connectMs, own.connectTimeoutMs ?? connectMs);
  return { address: own, timeoutMs: Math.max(1, timeoutMs), withDatabase };
};

const sessionOn = async (opening: Opening, options: ConnectOptions): Promise<MysqlSession> => {
  const connection = await openClassified(opening);
  try {
    return await makeSession(wireOf(connection), {
      address: opening.address,
      mode: options.mode,
      timeouts: options.timeouts,
      // Ending a statement needs a second connection; it gets no more time than the first had.
      openSecond: async () => wireOf(await open({ ...opening, withDatabase: false })),
    });
  } catch (error) {
    connection.destroy();
    throw connectError(error, opening.address.display);
  }
};

/** A session on the address's database. Throws CONNECT_*, DATABASE_MISSING, DRIVER_MISSING within `connectMs` (twice that with TLS fallback). */
export const connect = (address: Address, options: ConnectOptions): Promise<MysqlSession> =>
  sessionOn(openingOf(address, options.timeouts.connectMs, true), options);

/** A session on the server and no database, for asking and creating. Throws as `connect` does. */
export const connectServer = (address: Address, options: ConnectOptions): Promise<MysqlSession> =>
  sessionOn(openingOf(address, options.timeouts.connectMs, false), options);
