// An option file for the server's own client programs: the password stands in it and never in an argument list. Gone after use.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openSecret } from '../../target/index.ts';
import type { MysqlAddress } from './address.ts';
import type { Product } from './shadow/binaries.ts';

/** Values of option files: in double quotes, with backslashes escaped (manual, "Using Option Files"). */
const value = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

const tlsLines = (address: MysqlAddress, product: Product): string[] => {
  const { tls } = address;
  const files: [string, string | null][] = [
    ['ssl-ca', tls.ca],
    ['ssl-cert', tls.cert],
    ['ssl-key', tls.key],
  ];
  const lines = files.flatMap(([name, file]) => (file === null ? [] : [`${name}=${value(file)}`]));
  const verifies = tls.mode === 'verify-ca' || tls.mode === 'verify-full';
  if (product === 'MariaDB') {
    if (tls.mode === 'off') return ['skip-ssl', ...lines];
    return [
      ...(tls.mode === 'prefer' ? [] : ['ssl']),
      ...(verifies ? ['ssl-verify-server-cert'] : []),
      ...lines,
    ];
  }
  const modes = {
    off: 'DISABLED',
    prefer: 'PREFERRED',
    require: 'REQUIRED',
    'verify-ca': 'VERIFY_CA',
    'verify-full': 'VERIFY_IDENTITY',
  };
  // Without TLS a password of caching_sha2_password travels under the server's key, which the program must be told to ask for.
  const key = tls.mode === 'off' ? ['loose-get-server-public-key'] : [];
  return [`ssl-mode=${modes[tls.mode]}`, ...key, ...lines];
};

/** The text of the file. */
const optionText = (address: MysqlAddress, product: Product): string =>
  [
    '[client]',
    `user=${value(address.user)}`,
    ...(address.password ? [`password=${value(openSecret(address.password))}`] : []),
    ...(address.socket === null
      ? [`host=${value(address.host)}`, `port=${address.port}`, 'protocol=tcp']
      : [`socket=${value(address.socket)}`]),
    ...tlsLines(address, product),
    '',
  ].join('\n');

/** Runs `work` with an option file for a program of the product, that only this user can read; it is removed whatever happens. */
export const withOptionFile = async <T>(
  address: MysqlAddress,
  product: Product,
  work: (file: string) => Promise<T>,
): Promise<T> => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'dbsync-options-'));
  try {
    const file = path.join(folder, 'client.cnf');
    await writeFile(file, optionText(address, product), { mode: 0o600, flag: 'wx' });
    return await work(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
