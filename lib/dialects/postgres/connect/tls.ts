// TLS as libpq means it. Reads certificate files; opens no connection.
import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { DbsyncError } from '../../../errors/index.ts';
import { openSecret } from '../../../target/index.ts';
import type { PostgresAddress, TlsSettings } from '../address.ts';

const read = (file: string, what: string): Buffer => {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new DbsyncError('CONNECT_TLS', {
      summary: `The ${what} that the URL names cannot be read.`,
      why: `It is looked for as ${file}.`,
      next: ['Correct the path in the URL, or make the file readable for this user.'],
      cause,
    });
  }
};

const options = (tls: TlsSettings): ConnectionOptions => {
  const verifyChain = tls.mode === 'verify-ca' || tls.mode === 'verify-full';
  return {
    rejectUnauthorized: verifyChain,
    // verify-ca trusts the chain and not the name; Node checks the name only where it checks the chain.
    ...(tls.mode === 'verify-ca' && { checkServerIdentity: () => undefined }),
    ...(tls.ca && { ca: read(tls.ca, 'CA certificate') }),
    ...(tls.certificate && { cert: read(tls.certificate, 'client certificate') }),
    ...(tls.key && { key: read(tls.key, 'client key') }),
    ...(tls.identity && { pfx: read(tls.identity, 'client identity') }),
    ...(tls.passphrase && { passphrase: openSecret(tls.passphrase) }),
  };
};

/**
 * The settings to try, in order (libpq: `allow` begins without TLS, `prefer` with it; the other modes have one way).
 * A Unix socket never uses TLS. Throws CONNECT_TLS where a file cannot be read.
 */
export const tlsAttempts = (address: PostgresAddress): readonly (ConnectionOptions | false)[] => {
  if (address.socket || address.tls.mode === 'disable') return [false];
  if (address.tls.mode === 'allow') return [false, options(address.tls)];
  if (address.tls.mode === 'prefer') return [options(address.tls), false];
  return [options(address.tls)];
};
