// Why a connection failed, in words with a remedy. Never repeats the URL; knows the address only by its display name.
import { DbsyncError, type ErrorCode, type ErrorParts, messageOf } from '../../../errors/index.ts';
import type { PostgresAddress } from '../address.ts';
import { codeOf } from '../explain.ts';

interface Cause {
  readonly error: unknown;
  readonly code: string | null;
  readonly message: string;
}

interface Class {
  readonly code: ErrorCode;
  readonly when: (cause: Cause) => boolean;
  readonly summary: string;
  readonly why?: string;
  readonly next: readonly string[];
}

const TLS_CODE =
  /^(SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|CERT_|ERR_TLS|ERR_SSL|ERR_OSSL|EPROTO|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE)/;

const of =
  (...codes: readonly string[]) =>
  ({ code }: Cause): boolean =>
    code !== null && codes.includes(code);
const says =
  (words: RegExp) =>
  ({ message }: Cause): boolean =>
    words.test(message);

/** First match wins. `{place}`, `{host}`, `{role}` and `{database}` are filled from the address. */
const CLASSES: readonly Class[] = [
  {
    code: 'CONNECT_DNS',
    when: of('ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA', 'EAI_NONAME', 'EAI_FAIL'),
    summary: 'The server name {host} cannot be resolved.',
    why: 'No such name, or no name server that knows it from here (a VPN, a private network).',
    next: ['Check the host in the URL.', '$ getent hosts {host}'],
  },
  {
    code: 'CONNECT_TIMEOUT',
    when: (cause) =>
      of('ETIMEDOUT')(cause) || says(/timeout expired|connection timeout|dbsync: no answer/i)(cause),
    summary: 'No answer from {place} in time.',
    why: 'A firewall that drops packets, a wrong port, or a server that sleeps or is overloaded.',
    next: [
      'Check network, security group and port.',
      'Raise timeouts.connectMs, or connect_timeout in the URL.',
    ],
  },
  {
    code: 'CONNECT_TLS',
    when: (cause) =>
      TLS_CODE.test(cause.code ?? '') || says(/does not support SSL|establishing an SSL connection/i)(cause),
    summary: 'TLS with {place} failed.',
    why: 'The server has no TLS, or its certificate is not the one that sslmode and sslrootcert demand.',
    next: ['Give the CA with sslrootcert=<file>, or state another sslmode in the URL.'],
  },
  {
    code: 'CONNECT_TLS',
    when: (cause) =>
      of('28000')(cause) && says(/no encryption|SSL off|requires? .*(ssl|certificate)/i)(cause),
    summary: '{place} refuses connections without TLS, or without a client certificate.',
    next: [
      'Add sslmode=require (better: verify-full) to the URL; for client certificates sslcert and sslkey.',
    ],
  },
  {
    code: 'CONNECT_PERMISSION',
    when: (cause) => of('28000')(cause) && says(/pg_hba\.conf|not permitted to log in/i)(cause),
    summary: '{place} does not admit the role {role} to the database {database} from here.',
    why: 'A rule in the server’s pg_hba.conf, or a role without LOGIN.',
    next: ['Ask the administrator to admit this role from this address.'],
  },
  {
    code: 'CONNECT_AUTH',
    when: (cause) =>
      of('28P01', '28000')(cause) ||
      says(/password must be a string|SASL|authentication failed|no such user|password required/i)(cause),
    summary: '{place} refuses the role {role} or its password.',
    next: ['Check user and password in the URL; a password with special characters is percent-encoded.'],
  },
  {
    code: 'DATABASE_MISSING',
    when: (cause) => of('3D000')(cause) || says(/database .* does not exist|no such database/i)(cause),
    summary: 'There is no database {database} on {host}.',
    why: 'dbsync creates a missing database only where the configuration says create: true.',
    next: ['Check the name in the URL, or create the database first.'],
  },
  {
    code: 'CONNECT_PERMISSION',
    when: of('42501', 'EACCES', 'EPERM'),
    summary: 'The role {role} may not connect to {place}.',
    next: ['Grant CONNECT on the database to the role; for a socket, check the rights of its folder.'],
  },
  {
    code: 'CONNECT_TOO_MANY',
    when: (cause) =>
      of('53300')(cause) || says(/too many (clients|connections)|remaining connection slots/i)(cause),
    summary: '{place} has no free connection.',
    next: ['Close idle sessions or lower the pools of the applications, then try again.'],
  },
  {
    code: 'CONNECT_REFUSED',
    when: of(
      'ECONNREFUSED',
      'ENOENT',
      'EHOSTUNREACH',
      'ENETUNREACH',
      'EHOSTDOWN',
      'EADDRNOTAVAIL',
      'ECONNRESET',
    ),
    summary: 'Nothing accepts PostgreSQL connections at {place}.',
    why: 'The server is not running, listens elsewhere, or cuts the connection.',
    next: ['Check host and port in the URL, and that the server runs.', '$ pg_isready -h {host}'],
  },
  {
    code: 'DATABASE_UNUSABLE',
    when: (cause) => of('55000')(cause) || says(/not (currently )?accepting connections/i)(cause),
    summary: '{place} accepts no connections now.',
    why: 'It is starting, stopping, in recovery, or closed by its administrator.',
    next: ['Wait, then try again.'],
  },
];

const ANY: Class = {
  code: 'CONNECT_FAILED',
  when: () => true,
  summary: 'Connecting to {place} failed.',
  next: ['Read the server’s own words above; its log says more.'],
};

/** The error that a person reads. What is a DbsyncError already stays as it is. */
export const connectError = (error: unknown, address: PostgresAddress): DbsyncError => {
  if (error instanceof DbsyncError) return error;
  const cause: Cause = { error, code: codeOf(error), message: messageOf(error) };
  const found = CLASSES.find((entry) => entry.when(cause)) ?? ANY;
  const shown: Readonly<Record<string, string>> = {
    place: address.display,
    host: address.host,
    role: address.user,
    database: address.database,
  };
  const fill = (text: string): string =>
    text.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
      (shown[name] ?? '').replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, '?'),
    );
  const words = cause.message ? `The answer was: ${cause.message.split('\n')[0]}` : '';
  const why = [found.why ? fill(found.why) : '', words].filter(Boolean).join(' ');
  const parts: ErrorParts = {
    summary: fill(found.summary),
    ...(why && { why }),
    next: found.next.map(fill),
    details: { engineCode: cause.code },
    cause: error,
  };
  return new DbsyncError(found.code, parts);
};
