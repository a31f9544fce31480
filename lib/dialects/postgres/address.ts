// Where a PostgreSQL database is, read from its URL. Opens no connection and reads no environment.
import os from 'node:os';
import path from 'node:path';
import { DbsyncError } from '../../errors/index.ts';
import { openSecret, Secret } from '../../target/index.ts';
import type { Address } from '../contract.ts';
import { buildUrl, decodePercent, parseUrl, type UrlParts } from './connect/url.ts';
import type { Likeness } from './inspect/likeness.ts';

/** How TLS is used, in libpq's words (https://www.postgresql.org/docs/current/libpq-ssl.html, table 32.1). */
export type SslMode = 'disable' | 'allow' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';

export interface TlsSettings {
  readonly mode: SslMode;
  /** Absolute files. */
  readonly ca: string | null;
  readonly certificate: string | null;
  readonly key: string | null;
  /** PKCS#12 file (Prisma's `sslidentity`). */
  readonly identity: string | null;
  readonly passphrase: Secret | null;
}

export interface PostgresAddress extends Address {
  readonly dialect: 'postgres';
  /** As written, such as `postgresql+psycopg2`: a shadow's URL keeps it. */
  readonly scheme: string;
  readonly host: string;
  /** Whether `host` is a folder with a Unix socket. */
  readonly socket: boolean;
  readonly port: number;
  readonly user: string;
  readonly password: Secret | null;
  readonly database: string;
  /** The namespace that unqualified names mean; null: the server's own search path. */
  readonly schema: string | null;
  readonly tls: TlsSettings;
  readonly params: ReadonlyMap<string, string>;
  readonly connectTimeoutMs: number | null;
  /** Of a shadow whose server speaks otherwise than the target's: what its schema is to be read as. */
  readonly likeness?: Likeness;
}

/** URL schemes: PostgreSQL's own two, and SQLAlchemy's `dialect+driver`. The first is what dbsync writes. */
export const URL_SCHEMES: readonly string[] = [
  'postgresql',
  'postgres',
  'postgresql+psycopg2',
  'postgresql+psycopg',
  'postgresql+asyncpg',
  'postgresql+pg8000',
  'postgresql+psycopg2cffi',
];

/** Relative files in a URL that dbsync itself wrote: there are none. */
const ROOT = path.parse(os.tmpdir()).root;

const FORM = 'postgresql://user:password@host:5432/database';
const SSL_MODES: readonly string[] = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'];

const invalid = (summary: string, why?: string): DbsyncError =>
  new DbsyncError('URL_INVALID', { summary, ...(why && { why }), next: [`Write it as ${FORM}.`] });

const sslMode = (params: ReadonlyMap<string, string>): SslMode => {
  const given = params.get('sslmode') ?? params.get('ssl');
  const strict = params.get('sslaccept');
  if (strict === 'strict') return 'verify-full';
  if (given === undefined || given === '') return strict === undefined ? 'prefer' : 'require';
  if (given === 'true' || given === 'no-verify') return 'require';
  if (given === 'false') return 'disable';
  const mode = SSL_MODES.find((known) => known === given);
  if (!mode) throw invalid(`The URL's sslmode is not one that exists.`, `Known: ${SSL_MODES.join(', ')}.`);
  return mode as SslMode;
};

/** Prisma's `sslcert` is the server's CA; libpq's is the client's certificate and comes with `sslkey`. */
const tlsSettings = (params: ReadonlyMap<string, string>, root: string): TlsSettings => {
  const file = (name: string): string | null => {
    const value = params.get(name);
    return value ? path.resolve(root, value) : null;
  };
  const key = file('sslkey');
  const rootCert = params.get('sslrootcert') === 'system' ? null : file('sslrootcert');
  const ca = rootCert ?? (key ? null : file('sslcert'));
  const passphrase = params.get('sslpassword');
  const asked = sslMode(params);
  // "If a root CA file exists, the behavior of sslmode=require will be the same as that of verify-ca" (libpq).
  const mode =
    params.get('sslrootcert') === 'system'
      ? 'verify-full'
      : asked === 'require' && rootCert
        ? 'verify-ca'
        : asked;
  return {
    mode,
    ca,
    certificate: key ? file('sslcert') : null,
    key,
    identity: file('sslidentity'),
    passphrase: passphrase ? new Secret(passphrase) : null,
  };
};

const requireKnownScheme = (scheme: string): void => {
  if (URL_SCHEMES.includes(scheme)) return;
  throw new DbsyncError('URL_PROVIDER_MISMATCH', {
    summary: `The URL begins with "${scheme.slice(0, 40)}://", which does not name a PostgreSQL server.`,
    why: 'dbsync speaks to the database itself, not to a proxy with a protocol of its own.',
    next: [`Give the direct URL: ${FORM}.`],
  });
};

interface Endpoint {
  readonly host: string;
  readonly socket: boolean;
  readonly port: number;
}

const endpoint = (parts: UrlParts): Endpoint => {
  const host = parts.params.get('host') || parts.host;
  if (host.includes(',')) {
    throw invalid(
      'The URL names several servers.',
      'dbsync changes exactly one server and must know which: with a list, the driver chooses.',
    );
  }
  const port = Number(parts.params.get('port') || parts.port || 5432);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw invalid('The port in the URL is not a port.');
  const bare = host.startsWith('[') ? host.slice(1, -1) : decodePercent(host);
  if (bare === '') return { host: 'localhost', socket: false, port };
  return { host: bare, socket: bare.startsWith('/'), port };
};

const connectTimeout = (params: ReadonlyMap<string, string>): number | null => {
  const seconds = Number(params.get('connect_timeout') ?? 0);
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 120) * 1000 : null;
};

const displayOf = (user: string, at: Endpoint, database: string): string => {
  const host = at.host.includes(':') ? `[${at.host}]` : at.host;
  const text = at.socket
    ? `${user}@${host} (port ${at.port})/${database}`
    : `${user}@${host}:${at.port}/${database}`;
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, '?');
};

/** Parses a PostgreSQL URL. Throws URL_INVALID, URL_PROVIDER_MISMATCH; neither names the URL. */
export const parseAddress = (url: Secret, root: string): PostgresAddress => {
  const parts = parseUrl(openSecret(url));
  if (!parts) throw invalid('The URL cannot be read.', 'It has no server part that dbsync understands.');
  requireKnownScheme(parts.scheme);
  const { params } = parts;
  const at = endpoint(parts);
  const database = params.get('dbname') || parts.database;
  if (!database) throw invalid('The URL names no database.', 'A default would be a guess.');
  const user = params.get('user') || parts.user || os.userInfo().username;
  const given = params.get('password') ?? parts.password;
  const password = given ? new Secret(given) : null;
  const tls = tlsSettings(params, root);
  return {
    dialect: 'postgres',
    display: displayOf(user, at, database),
    url: new Secret(
      buildUrl({ scheme: parts.scheme, user, password: given ?? null, ...at, database, params }),
    ),
    secrets: [password, tls.passphrase].filter((secret) => secret !== null),
    scheme: parts.scheme,
    ...at,
    user,
    password,
    database,
    schema: params.get('schema') || null,
    tls,
    params,
    connectTimeoutMs: connectTimeout(params),
  };
};

/** Narrows an address to this dialect's. Throws URL_PROVIDER_MISMATCH for another dialect's. */
export const postgresAddress = (address: Address): PostgresAddress =>
  'tls' in address && address.dialect === 'postgres'
    ? (address as PostgresAddress)
    : parseAddress(address.url, ROOT);

/** An address whose schema is to be read as another server's. */
export const withLikeness = (address: PostgresAddress, likeness: Likeness | null): PostgresAddress =>
  likeness ? { ...address, likeness } : address;

/** Parameters that say how to reach the original server, and so mean nothing for another one. */
const SERVER_PARAMS = /^(ssl|options|pgbouncer|channel_binding|target_session_attrs|connect_timeout)/;

/** Another server's database, in a URL of the same kind: scheme, schema and driver parameters are kept, TLS is not. */
export const otherAddress = (
  like: PostgresAddress,
  to: { readonly port: number; readonly user: string; readonly password: string; readonly database: string },
): PostgresAddress => {
  const params = new Map([...like.params].filter(([name]) => !SERVER_PARAMS.test(name)));
  const url = buildUrl({ ...to, scheme: like.scheme, host: '127.0.0.1', socket: false, params });
  return parseAddress(new Secret(url), ROOT);
};

/** The same server and login, another database. */
export const siblingAddress = (like: PostgresAddress, database: string): PostgresAddress => {
  const password = like.password && openSecret(like.password);
  const url = buildUrl({ ...like, password, database });
  return { ...parseAddress(new Secret(url), ROOT), tls: like.tls };
};
