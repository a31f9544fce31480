// From what a URL wishes of TLS to what the driver is told, and the one comparison that the driver leaves out. Opens no connection.
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { checkServerIdentity, TLSSocket } from 'node:tls';
import { DbsyncError } from '../../../errors/index.ts';
import type { MysqlAddress } from '../address.ts';
import type { TlsWish } from './tls.ts';

/** As the driver takes them. */
export interface SslOptions {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly rejectUnauthorized: boolean;
  readonly verifyIdentity: boolean;
}

const readPem = async (file: string | null): Promise<string | undefined> => {
  if (file === null) return undefined;
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new DbsyncError('CONNECT_TLS', {
      summary: `The certificate file ${file} that the database URL names cannot be read.`,
      next: ['Correct the path; relative paths are resolved from the project folder.'],
      cause,
    });
  }
};

/** The driver's options for a wish. Throws CONNECT_TLS where a file cannot be read or an identity is in a form that it cannot. */
export const tlsOptions = async (wish: TlsWish, host: string): Promise<SslOptions> => {
  if (wish.identity !== null) {
    throw new DbsyncError('CONNECT_TLS', {
      summary:
        'The database URL names a PKCS #12 client identity (sslidentity), which the driver cannot read.',
      next: [
        'Give the certificate and key as PEM files instead: sslcert=client.pem&sslkey=client-key.pem&ssl-ca=ca.pem',
      ],
    });
  }
  const [ca, cert, key] = await Promise.all([readPem(wish.ca), readPem(wish.cert), readPem(wish.key)]);
  const verify = wish.mode === 'verify-ca' || wish.mode === 'verify-full';
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    rejectUnauthorized: verify,
    verifyIdentity: wish.mode === 'verify-full' && isIP(host) === 0,
  };
};

/**
 * The driver names no host to TLS where the host is an IP address, and Node then compares the certificate with `localhost`; so for
 * addresses the comparison is made here. What is wrong, or null.
 */
export const addressProblem = (stream: unknown, address: MysqlAddress): Error | null => {
  if (address.tls.mode !== 'verify-full' || isIP(address.host) === 0 || address.socket !== null) return null;
  const certificate = stream instanceof TLSSocket ? stream.getPeerCertificate() : null;
  const problem = certificate
    ? checkServerIdentity(address.host, certificate)
    : new Error('the connection is not encrypted');
  return problem ? Object.assign(problem, { code: 'HANDSHAKE_SSL_ERROR' }) : null;
};
