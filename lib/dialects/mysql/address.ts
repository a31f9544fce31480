// Where a MySQL or MariaDB database is, parsed from any of the URL forms that its tools write. Opens no connection.
import { isAbsolute, resolve } from 'node:path';
import { DbsyncError } from '../../errors/index.ts';
import { openSecret, Secret } from '../../target/index.ts';
import type { Address } from '../contract.ts';
import { type TlsWish, tlsWish } from './connect/tls.ts';
import { printable } from './quote.ts';

export interface ShadowOf {
  /** The target's schema, which may not be named; null: it is on another server. */
  readonly schema: string | null;
  /** The server's event scheduler runs: an event made in the shadow would run, too. */
  readonly eventsRun: boolean;
  /** Every other schema of the server that the role can see: what is written there is written before anybody approved it. */
  readonly others: readonly string[];
}

export interface MysqlAddress extends Address {
  readonly host: string;
  readonly port: number;
  /** A Unix socket; it wins over host and port. */
  readonly socket: string | null;
  readonly user: string;
  readonly password: Secret | null;
  readonly database: string;
  readonly tls: TlsWish;
  /** The URL's own connect timeout; the shorter of it and the configuration's counts. */
  readonly connectTimeoutMs: number | null;
  /** For a shadow on a server that is not dbsync's own: what no statement on this address may touch. */
  readonly shadowOf: ShadowOf | null;
}

/** `mysql:`, `mariadb:`, and SQLAlchemy's `mysql+pymysql:`. */
export const URL_SCHEMES: readonly string[] = ['mysql', 'mariadb'];
const SCHEME = /^([a-z][a-z0-9]*)(?:\+[a-z0-9_]+)?:\/\//i;
// Host, optional port, one path segment, and parameters; what stands before the `@` may hold any character at all.
const PLACE = /^(\[[^\]]+\]|[^:/?#@[\]]*)(?::(\d{1,5}))?\/([^/?#@:]+)(?:\?((?:[\w.-]+=[^&]*&?)*))?$/;
const DEFAULT_PORT = 3306;

const invalid = (summary: string, why?: string): DbsyncError =>
  new DbsyncError('URL_INVALID', {
    summary,
    ...(why && { why }),
    next: ['Write it as mysql://user:password@host:3306/database, with special characters percent-encoded.'],
  });

/** Percent-decoded where it is percent-encoded, else as written. */
const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

interface Pieces {
  readonly user: string;
  readonly password: string | null;
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** The first `@` that has a place behind it ends the credentials, so that a raw password may hold `@`, `/`, `?` and `#`. */
const splitPlace = (rest: string): { credentials: string; place: RegExpExecArray } | null => {
  for (let at = rest.indexOf('@'); at >= 0; at = rest.indexOf('@', at + 1)) {
    const place = PLACE.exec(rest.slice(at + 1));
    if (place) return { credentials: rest.slice(0, at), place };
  }
  const place = PLACE.exec(rest);
  return place ? { credentials: '', place } : null;
};

const parameterMap = (query: string): ReadonlyMap<string, string> => {
  const parameters = new Map<string, string>();
  for (const pair of query.split('&').filter(Boolean)) {
    const [name = '', ...value] = pair.split('=');
    parameters.set(name.toLowerCase(), decoded(value.join('=')));
  }
  return parameters;
};

const parsePieces = (text: string): Pieces => {
  const rest = text.replace(SCHEME, '');
  const split = splitPlace(rest);
  if (!split) {
    throw invalid(
      'The database URL cannot be read.',
      'It must name a host and a database after the credentials.',
    );
  }
  const { credentials, place } = split;
  const colon = credentials.indexOf(':');
  const port = place[2] ? Number(place[2]) : DEFAULT_PORT;
  if (port < 1 || port > 65_535) throw invalid(`The database URL names port ${port}, which does not exist.`);
  return {
    user: decoded(colon < 0 ? credentials : credentials.slice(0, colon)),
    password: colon < 0 ? null : decoded(credentials.slice(colon + 1)),
    host: decoded(place[1] ?? '').replaceAll(/^\[|\]$/g, ''),
    port,
    database: decoded(place[3] ?? ''),
    parameters: parameterMap(place[4] ?? ''),
  };
};

/** Prisma `socket`, SQLAlchemy `unix_socket`, mysql2 `socketPath`, or a percent-encoded path in the host's place. */
const socketOf = (pieces: Pieces): string | null => {
  const { parameters, host } = pieces;
  const path = parameters.get('socket') ?? parameters.get('unix_socket') ?? parameters.get('socketpath');
  return path ?? (isAbsolute(host) ? host : null);
};

/** Prisma and the drivers of Python count `connect_timeout` in seconds; 0 means no limit of its own. */
const connectTimeout = (parameters: ReadonlyMap<string, string>): number | null => {
  const seconds = Number(parameters.get('connect_timeout') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : null;
};

const placeOf = (parts: { host: string; port: number; socket: string | null }): string => {
  if (parts.socket !== null) return `socket:${parts.socket}`;
  return `${parts.host.includes(':') ? `[${parts.host}]` : parts.host}:${parts.port}`;
};

/** For people: who, where, which database. */
export const displayOf = (
  parts: Pick<MysqlAddress, 'user' | 'host' | 'port' | 'socket' | 'database'>,
): string => printable(`${parts.user ? `${parts.user}@` : ''}${placeOf(parts)}/${parts.database}`);

/** The canonical URL: every part percent-encoded, the parameters as they were given. */
export const urlOf = (
  parts: Pick<MysqlAddress, 'user' | 'password' | 'host' | 'port' | 'socket' | 'database'>,
  parameters: ReadonlyMap<string, string>,
): string => {
  const password = parts.password ? `:${encodeURIComponent(openSecret(parts.password))}` : '';
  const credentials = parts.user ? `${encodeURIComponent(parts.user)}${password}@` : '';
  const host = parts.host.includes(':') ? `[${parts.host}]` : parts.host;
  const all = new Map(parameters);
  if (parts.socket !== null) all.set('socket', parts.socket);
  const query = [...all].map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  const place = `${isAbsolute(host) ? 'localhost' : host}:${parts.port}`;
  return `mysql://${credentials}${place}/${encodeURIComponent(parts.database)}${query ? `?${query}` : ''}`;
};

/**
 * Parses a URL. Certificates are looked for relative to `root`.
 * Throws URL_PROVIDER_MISMATCH for another database's scheme, URL_INVALID for what cannot be read.
 */
export const address = (url: Secret, root: string): MysqlAddress => {
  const text = openSecret(url)
    .trim()
    .replaceAll(/^(["'])(.*)\1$/g, '$2');
  const scheme = SCHEME.exec(text)?.[1]?.toLowerCase();
  if (!scheme) throw invalid('The database URL has no scheme.');
  if (!URL_SCHEMES.includes(scheme)) {
    throw new DbsyncError('URL_PROVIDER_MISMATCH', {
      summary: `The database URL starts with ${scheme}://, but the environment says it is a MySQL or MariaDB database.`,
      next: ['Correct the environment in dbsync.config.ts, or the variable that holds the URL.'],
    });
  }
  const pieces = parsePieces(text);
  const socket = socketOf(pieces);
  const host = isAbsolute(pieces.host) || pieces.host === '' ? 'localhost' : pieces.host;
  if (socket !== null && !isAbsolute(socket))
    throw invalid('The socket in the database URL is not an absolute path.');
  const password = pieces.password === null ? null : new Secret(pieces.password);
  const sslPassword = pieces.parameters.get('sslpassword');
  const parts = { ...pieces, host, socket, password };
  return {
    dialect: 'mysql',
    display: displayOf(parts),
    url: new Secret(urlOf(parts, pieces.parameters)),
    secrets: [url, ...(password ? [password] : []), ...(sslPassword ? [new Secret(sslPassword)] : [])],
    host,
    port: pieces.port,
    socket,
    user: pieces.user,
    password,
    database: pieces.database,
    tls: tlsWish(pieces.parameters, (file) => resolve(root, file)),
    connectTimeoutMs: connectTimeout(pieces.parameters),
    shadowOf: null,
  };
};

/** The same server and credentials with another database, for shadows. */
export const withDatabase = (
  base: MysqlAddress,
  database: string,
  shadowOf: ShadowOf | null,
): MysqlAddress => {
  const { parameters } = parsePieces(openSecret(base.url));
  const parts = { ...base, database };
  const url = new Secret(urlOf(parts, parameters));
  return {
    ...parts,
    display: displayOf(parts),
    url,
    secrets: [...base.secrets, url],
    shadowOf,
    ...(shadowOf && { shared: true }),
  };
};

const isMysqlAddress = (value: Address): value is MysqlAddress =>
  value.dialect === 'mysql' && 'database' in value;

/** Narrows what the contract hands back to what this dialect made. */
export const mysqlAddress = (value: Address): MysqlAddress => {
  if (isMysqlAddress(value)) return value;
  throw new DbsyncError('INTERNAL', { summary: `An address of ${value.dialect} reached the MySQL dialect.` });
};
