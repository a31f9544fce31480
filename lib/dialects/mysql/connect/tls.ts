// What a URL wishes of TLS, from the parameters of Prisma, SQLAlchemy's drivers and the mysql client. Reads no file.

/** `off`, `prefer` (TLS where the server has it, unverified), `require` (unverified), `verify-ca`, `verify-full`. */
export type TlsMode = 'off' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';

export interface TlsWish {
  readonly mode: TlsMode;
  /** Absolute files. */
  readonly ca: string | null;
  readonly cert: string | null;
  readonly key: string | null;
  /** A PKCS #12 bundle (Prisma's `sslidentity`) and its password's parameter is `sslpassword`. */
  readonly identity: string | null;
  readonly identityPassword: string | null;
}

// https://dev.mysql.com/doc/refman/8.4/en/connection-options.html#option_general_ssl-mode
const MODES: Readonly<Record<string, TlsMode>> = {
  disabled: 'off',
  disable: 'off',
  preferred: 'prefer',
  required: 'require',
  require: 'require',
  trust: 'require',
  verify_ca: 'verify-ca',
  'verify-ca': 'verify-ca',
  verify_identity: 'verify-full',
  'verify-full': 'verify-full',
};

const first = (parameters: ReadonlyMap<string, string>, names: readonly string[]): string | null => {
  for (const name of names) {
    const value = parameters.get(name);
    if (value !== undefined && value !== '') return value;
  }
  return null;
};

const isTrue = (value: string | null): boolean => value !== null && /^(1|true|yes|on)$/i.test(value);

const modeOf = (parameters: ReadonlyMap<string, string>, has: { ca: boolean; client: boolean }): TlsMode => {
  const named = first(parameters, ['ssl-mode', 'ssl_mode', 'sslmode'])?.toLowerCase();
  if (named !== undefined && MODES[named]) return MODES[named];
  if (isTrue(first(parameters, ['ssl_disabled']))) return 'off';
  // Prisma: `strict` verifies chain and name; `accept_invalid_certs` only encrypts.
  const accept = first(parameters, ['sslaccept'])?.toLowerCase();
  if (accept === 'strict') return 'verify-full';
  if (accept === 'accept_invalid_certs') return 'require';
  if (isTrue(first(parameters, ['ssl_verify_identity']))) return 'verify-full';
  // mysql2 writes JSON: {"rejectUnauthorized":true}.
  const ssl = first(parameters, ['ssl']);
  if (ssl !== null) return /false/i.test(ssl) ? (ssl.startsWith('{') ? 'require' : 'off') : 'verify-full';
  if (has.ca) return 'verify-ca';
  return has.client ? 'require' : 'prefer';
};

/** Reads every spelling; files are made absolute by `absolute`. */
export const tlsWish = (
  parameters: ReadonlyMap<string, string>,
  absolute: (file: string) => string,
): TlsWish => {
  const file = (names: readonly string[]): string | null => {
    const value = first(parameters, names);
    return value === null ? null : absolute(value);
  };
  const clientKey = file(['ssl_key', 'ssl-key', 'sslkey']);
  // Prisma's `sslcert` is the server's (root) certificate; beside a key it is the client's, as in the mysql client.
  const sslcert = file(['sslcert']);
  const ca = file(['ssl_ca', 'ssl-ca', 'sslca', 'sslrootcert']) ?? (clientKey === null ? sslcert : null);
  const identity = file(['sslidentity']);
  return {
    mode: modeOf(parameters, { ca: ca !== null, client: clientKey !== null || identity !== null }),
    ca,
    cert: file(['ssl_cert', 'ssl-cert']) ?? (clientKey === null ? null : sslcert),
    key: clientKey,
    identity,
    identityPassword: first(parameters, ['sslpassword']),
  };
};
