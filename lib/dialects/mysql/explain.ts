// Reads the driver's errors: which are a lock timeout, which a lost connection, and why a connection could not be made.
// Trusts the server's number and never its name, for MariaDB's names differ (and some of mysql2's are MySQL's for the same number).
import { DbsyncError, type ErrorCode, messageOf } from '../../errors/index.ts';
import type { EngineError } from '../contract.ts';

/** The fields of an error by mysql2, as far as they are there. */
export interface DriverError {
  readonly errno: number | null;
  readonly code: string | null;
  readonly sqlState: string | null;
  readonly message: string;
}

const field = (error: object, name: string): unknown => Reflect.get(error, name);

/** Reads a thrown value's fields. */
export const driverError = (error: unknown): DriverError => {
  if (typeof error !== 'object' || error === null)
    return { errno: null, code: null, sqlState: null, message: String(error) };
  const errno = field(error, 'errno');
  const code = field(error, 'code');
  const sqlState = field(error, 'sqlState');
  return {
    // Errors of the operating system carry negative numbers.
    errno: typeof errno === 'number' && errno > 0 ? errno : null,
    code: typeof code === 'string' ? code : null,
    sqlState: typeof sqlState === 'string' && sqlState !== '' ? sqlState : null,
    message: messageOf(error),
  };
};

// https://mariadb.com/kb/en/mariadb-error-codes/ and https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html
/** 1205 lock wait timeout; 1969 max_statement_time (MariaDB); 3024 max_execution_time (MySQL). */
const LOCK_TIMEOUTS: ReadonlySet<number> = new Set([1205]);
/** 1053 shutdown, 1927 killed, 2006 gone away, 2013 lost, 4031 disconnected by the server for inactivity. */
const LOST: ReadonlySet<number> = new Set([1053, 1927, 2006, 2013, 4031]);
const LOST_CODES =
  /^(PROTOCOL_CONNECTION_LOST|ECONNRESET|EPIPE|ETIMEDOUT|ECONNREFUSED|EHOSTUNREACH|PROTOCOL_ENQUEUE_AFTER_\w+)$/;

/** `... near 'x' at line 3`: the server names a line of the statement, not an offset. */
const NEAR = /near '([\s\S]*)' at line (\d+)$/;

/** Offset of the server's excerpt in the statement, where it can be found. */
const positionIn = (message: string, statement: string): number | null => {
  const excerpt = NEAR.exec(message)?.[1];
  if (excerpt === undefined || excerpt === '') return null;
  const offset = statement.indexOf(excerpt);
  return offset >= 0 ? offset : null;
};

const statementOf = (error: unknown): string | null => {
  const sql = typeof error === 'object' && error !== null ? field(error, 'sql') : null;
  return typeof sql === 'string' ? sql : null;
};

/** See `Dialect.explain`. A statement timeout (1969, 3024) is not a lock timeout: the statement had begun. */
export const explain = (error: unknown): EngineError => {
  const found = driverError(error);
  const sql = statementOf(error);
  const lost =
    (found.errno !== null && LOST.has(found.errno)) ||
    (found.errno === null && found.code !== null && LOST_CODES.test(found.code)) ||
    /closed state/.test(found.message);
  return {
    message: found.message,
    code: found.errno === null ? found.code : `${found.errno}${found.sqlState ? ` (${found.sqlState})` : ''}`,
    position: sql === null ? null : positionIn(found.message, sql),
    lockTimeout: found.errno !== null && LOCK_TIMEOUTS.has(found.errno),
    connectionLost: lost,
  };
};

interface Cause {
  readonly code: ErrorCode;
  readonly summary: (where: string) => string;
  readonly next: readonly string[];
}

const AUTH: Cause = {
  code: 'CONNECT_AUTH',
  summary: (where) => `The server at ${where} refused the user or the password.`,
  next: ['Check user and password in the database URL; special characters may be percent-encoded.'],
};
const DENIED: Cause = {
  code: 'CONNECT_PERMISSION',
  summary: (where) => `The user may not use the database at ${where}, or it does not exist.`,
  next: ['Grant the user access to this database; servers answer the same where the database is missing.'],
};
const TOO_MANY: Cause = {
  code: 'CONNECT_TOO_MANY',
  summary: (where) => `The server at ${where} has no free connection.`,
  next: ['Wait, close idle connections, or raise max_connections.'],
};
const TLS: Cause = {
  code: 'CONNECT_TLS',
  summary: (where) => `A TLS connection to ${where} could not be made.`,
  next: [
    'Check the certificate parameters of the URL: sslcert or ssl-ca for the authority, sslaccept or ssl-mode for how strict.',
  ],
};
const HOST_REFUSED: Cause = {
  code: 'CONNECT_PERMISSION',
  summary: (where) => `The server at ${where} does not accept connections from this host.`,
  next: ['Allow this host for the user; after many failed attempts an administrator must run FLUSH HOSTS.'],
};

const BY_NUMBER: Readonly<Record<number, Cause>> = {
  1045: AUTH,
  1698: AUTH,
  1862: AUTH,
  4151: AUTH,
  3118: AUTH,
  1044: DENIED,
  1142: DENIED,
  1049: {
    code: 'DATABASE_MISSING',
    summary: (where) => `The database at ${where} does not exist.`,
    next: ['Create it, or set create: true for an environment where dbsync may create it.'],
  },
  1040: TOO_MANY,
  1203: TOO_MANY,
  1226: TOO_MANY,
  1129: HOST_REFUSED,
  1130: HOST_REFUSED,
  3159: TLS,
};

const BY_CODE: readonly (readonly [RegExp, Cause])[] = [
  [/^HANDSHAKE_(NO_)?SSL|^ERR_TLS|CERT|^ERR_SSL|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/, TLS],
  [
    /^(ENOTFOUND|EAI_AGAIN|EAI_\w+)$/,
    {
      code: 'CONNECT_DNS',
      summary: (where) => `The host of ${where} is not known to the name service.`,
      next: ['Check the host name in the database URL, and the network.'],
    },
  ],
  [
    /^(ECONNREFUSED|ENOENT|EHOSTUNREACH|ENETUNREACH|ECONNRESET|PROTOCOL_CONNECTION_LOST)$/,
    {
      code: 'CONNECT_REFUSED',
      summary: (where) => `Nothing accepts connections at ${where}.`,
      next: ['Check that the server is running and that host, port or socket are right.'],
    },
  ],
  [
    /TIMEDOUT|TIMEOUT/,
    {
      code: 'CONNECT_TIMEOUT',
      summary: (where) => `The server at ${where} did not answer in time.`,
      next: ['Check host, port and firewall; raise timeouts.connectMs if the server is only slow.'],
    },
  ],
];

const OTHER: Cause = {
  code: 'CONNECT_FAILED',
  summary: (where) => `No connection to ${where} could be made.`,
  next: ['Try the same address with the mysql or mariadb client from this machine.'],
};

/** Turns a failed connection into its classified cause. `display` names the place without secrets. */
export const connectError = (error: unknown, display: string): DbsyncError => {
  if (error instanceof DbsyncError) return error;
  const found = driverError(error);
  const cause =
    (found.errno !== null ? BY_NUMBER[found.errno] : undefined) ??
    BY_CODE.find(([pattern]) => pattern.test(found.code ?? ''))?.[1] ??
    OTHER;
  // The server's text names the user and host that it saw, never the password.
  return new DbsyncError(cause.code, {
    summary: cause.summary(display),
    why:
      found.errno === null
        ? `The driver says: ${found.message}.`
        : `The server says: ${found.message} (${found.errno}).`,
    next: cause.next,
    details: { errno: found.errno, code: found.code },
    cause: error,
  });
};
