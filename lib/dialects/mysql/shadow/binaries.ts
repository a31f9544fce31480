// Programs at hand: servers for a private throwaway one, and the clients that dump and restore. Starts nothing but `--version`.
import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export type Product = 'MariaDB' | 'MySQL';

export interface Binaries {
  readonly product: Product;
  readonly version: string;
  readonly server: string;
  /** MariaDB's script that makes a data folder; MySQL's server does it itself. */
  readonly installer: string | null;
}

const FOLDERS: readonly string[] = [
  '/usr/sbin',
  '/usr/libexec',
  '/usr/bin',
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/local/mysql/bin',
  '/usr/local/mariadb/bin',
  '/opt/homebrew/bin',
  '/opt/homebrew/opt/mysql/bin',
  '/opt/homebrew/opt/mariadb/bin',
];

const isRunnable = (file: string): Promise<boolean> =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  );

/** The first of the names that is in one of the usual folders. */
export const findProgram = async (names: readonly string[]): Promise<string | null> => {
  for (const name of names) {
    for (const folder of FOLDERS) {
      const file = path.join(folder, name);
      if (await isRunnable(file)) return file;
    }
  }
  return null;
};

const describe = async (server: string): Promise<Binaries | null> => {
  const { stdout } = await run(server, ['--no-defaults', '--version'], { timeout: 10_000 }).catch(() => ({
    stdout: '',
  }));
  const version = /Ver (\d+\.\d+\.\d+)/.exec(stdout)?.[1];
  if (version === undefined) return null;
  if (!/mariadb/i.test(stdout)) return { product: 'MySQL', version, server, installer: null };
  const installer = await findProgram(['mariadb-install-db', 'mysql_install_db']);
  return installer === null ? null : { product: 'MariaDB', version, server, installer };
};

export interface ClientProgram {
  readonly file: string;
  /** Whose it is: the two read different options. */
  readonly product: Product;
}

const CLIENTS = { dump: ['mariadb-dump', 'mysqldump'], client: ['mariadb', 'mysql'] } as const;

/** MariaDB's say `10.19 Distrib 10.11.19-MariaDB` or `from 11.4.2-MariaDB`, under MySQL's names too. */
const productOf = async (file: string): Promise<Product | null> => {
  const { stdout } = await run(file, ['--no-defaults', '--version'], { timeout: 10_000 }).catch(() => ({
    stdout: '',
  }));
  if (stdout === '') return null;
  return /\d-MariaDB/.test(stdout) ? 'MariaDB' : 'MySQL';
};

/** A dump or client program of the server's own product, else of the other's. MariaDB's packages bring a `mysqldump` and a `mysql` too. */
export const findClient = async (
  kind: keyof typeof CLIENTS,
  product: string,
): Promise<ClientProgram | null> => {
  let other: ClientProgram | null = null;
  for (const name of CLIENTS[kind]) {
    for (const folder of FOLDERS) {
      const file = path.join(folder, name);
      const own = (await isRunnable(file)) ? await productOf(file) : null;
      if (own === product) return { file, product: own };
      if (own) other ??= { file, product: own };
    }
  }
  return other;
};

/** A server program of the wanted product, or of any where none is wanted. MariaDB's packages bring a `mysqld` too: every place is asked. */
export const findBinaries = async (product: string | null): Promise<Binaries | null> => {
  for (const name of ['mariadbd', 'mysqld']) {
    for (const folder of FOLDERS) {
      const file = path.join(folder, name);
      const found = (await isRunnable(file)) ? await describe(file) : null;
      if (found && (product === null || found.product === product)) return found;
    }
  }
  return null;
};
