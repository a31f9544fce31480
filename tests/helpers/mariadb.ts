// A private throwaway MariaDB for tests, or MySQL where the environment asks for it: own data folder, own port, stopped by its
// process id. Missing engine: a loud, counted skip.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from '../../lib/dialects/contract.ts';
import { connectServer } from '../../lib/dialects/mysql/connect.ts';
import { dialect } from '../../lib/dialects/mysql/index.ts';
import { Secret, type Timeouts } from '../../lib/target/index.ts';
import { GIVEN_URL, MYSQLD, makeMysqlData, PRODUCT, type Product } from './mysql-product.ts';

/** Generous enough for a loaded machine, short enough to fail in. */
export const TIMEOUTS: Timeouts = {
  connectMs: 10_000,
  lockMs: 10_000,
  statementMs: 60_000,
  runnerLockMs: 2_000,
  probeMs: 10_000,
};

export interface TestServer {
  /** A URL of a database on it, for root. */
  url(database: string, parameters?: string): string;
  /** A fresh, empty database; dropped with the server. */
  database(prefix?: string): Promise<string>;
  /** A session on the server and no database. */
  admin(): Promise<Session>;
  readonly product: Product;
  readonly socket: string | null;
  readonly port: number;
  readonly host: string;
  /** Ends it as a power cut would, or the system when memory is short; what is on disk stays. Private servers only. */
  crash(): Promise<void>;
  /** Starts it again after `crash`, on the same port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const onPath = (name: string): string | null => {
  const places = [
    ...(process.env.PATH ?? '').split(path.delimiter),
    '/usr/sbin',
    '/usr/local/sbin',
    '/usr/libexec',
  ];
  for (const place of places) {
    const file = path.join(place, name);
    if (place && existsSync(file)) return file;
  }
  return null;
};

const installOnDebian = (): void => {
  if (!existsSync('/etc/debian_version') || process.getuid?.() !== 0) return;
  process.stderr.write("mariadbd is missing: installing Debian's mariadb-server for the tests\n");
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['install', '-y', '--no-install-recommends', 'mariadb-server'], {
    env,
    stdio: 'ignore',
    timeout: 300_000,
  });
};

/** Null where tests can run; else why they cannot. */
export const mariadbMissing = (): string | null => {
  if (GIVEN_URL) return null;
  if (PRODUCT === 'MySQL')
    return MYSQLD ? null : 'DBSYNC_TEST_MYSQL_PRODUCT asks for MySQL, and there is no mysqld of MySQL here';
  if (!onPath('mariadbd')) installOnDebian();
  return onPath('mariadbd') && onPath('mariadb-install-db')
    ? null
    : 'no mariadbd here; set DBSYNC_TEST_MYSQL_URL or install mariadb-server';
};

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const place = server.address();
      server.close(() =>
        place && typeof place === 'object' ? resolve(place.port) : reject(new Error('no port')),
      );
    });
  });

const mysqlIds = (): { uid: number; gid: number } | null => {
  if (process.getuid?.() !== 0) return null;
  const id = (flag: string): number =>
    Number(execFileSync('id', [flag, 'mysql'], { encoding: 'utf8' }).trim());
  return { uid: id('-u'), gid: id('-g') };
};

const serverOver = (base: string): Omit<TestServer, 'socket'> => {
  const parsed = new URL(base);
  const url = (database: string, parameters = ''): string => {
    const copy = new URL(base);
    copy.pathname = `/${encodeURIComponent(database)}`;
    return `${copy.toString()}${parameters}`;
  };
  const admin = (): Promise<Session> =>
    connectServer(dialect.address(new Secret(url('unused')), '/'), { mode: 'write', timeouts: TIMEOUTS });
  const made: string[] = [];
  const notOurs = (): Promise<never> => Promise.reject(new Error('this server was not started here'));
  return {
    url,
    admin,
    product: PRODUCT,
    crash: notOurs,
    restart: notOurs,
    stop: async () => {
      const session = await admin();
      for (const name of made) await session.execute(`DROP DATABASE IF EXISTS ${dialect.quote(name)}`);
      await session.close();
    },
    host: parsed.hostname,
    port: Number(parsed.port || 3306),
    database: async (prefix = 'test') => {
      const name = `${prefix}_${randomBytes(5).toString('hex')}`;
      made.push(name);
      const session = await admin();
      await session.execute(`CREATE DATABASE ${dialect.quote(name)} CHARACTER SET utf8mb4`);
      await session.close();
      return name;
    },
  };
};

/** What the servers that are started here are; a given one may be another. */
const STARTED: Product = MYSQLD ? 'MySQL' : 'MariaDB';

/** What only one of the products has or needs; MySQL's root is of `localhost` alone, which takes names. */
const OPTIONS: Readonly<Record<Product, readonly string[]>> = {
  MariaDB: ['--innodb-log-file-size=8M', '--skip-name-resolve'],
  // A binary log would let no function be made that does not say what it does.
  MySQL: ['--innodb-redo-log-capacity=16M', '--mysqlx=OFF', '--skip-log-bin', '--secure-file-priv=NULL'],
};

/**
 * Starts a server with further options. Without them the one that DBSYNC_TEST_MYSQL_URL names is taken, where it does.
 * DBSYNC_TEST_MYSQL_PRODUCT=MySQL starts MySQL's servers in place of MariaDB's.
 */
export const startMariadb = async (options: readonly string[] = []): Promise<TestServer> => {
  if (GIVEN_URL && options.length === 0) return { ...serverOver(GIVEN_URL), socket: null };
  const folder = mkdtempSync(path.join(os.tmpdir(), 'dbsync-mariadb-'));
  const ids = mysqlIds();
  chmodSync(folder, 0o755);
  if (ids) chownSync(folder, ids.uid, ids.gid);
  const user = ids ? ['--user=mysql'] : [];
  const data = path.join(folder, 'data');
  const tmp = path.join(folder, 'tmp');
  mkdirSync(tmp);
  if (ids) chownSync(tmp, ids.uid, ids.gid);
  if (MYSQLD) await makeMysqlData(MYSQLD.server, folder, ids);
  else {
    execFileSync(
      onPath('mariadb-install-db') ?? '',
      [
        '--no-defaults',
        ...user,
        `--datadir=${data}`,
        `--tmpdir=${tmp}`,
        '--auth-root-authentication-method=normal',
        '--skip-test-db',
        '--innodb-log-file-size=8M',
      ],
      { stdio: 'pipe', timeout: 60_000 },
    );
  }
  const port = await freePort();
  const socket = path.join(folder, 's.sock');
  const server = serverOver(`mysql://root@127.0.0.1:${port}/`);
  const launch = async (): Promise<() => Promise<void>> => {
    const child = spawn(
      MYSQLD?.server ?? onPath('mariadbd') ?? '',
      [
        '--no-defaults',
        ...user,
        `--datadir=${data}`,
        `--socket=${socket}`,
        `--port=${port}`,
        '--bind-address=127.0.0.1',
        `--log-error=${path.join(folder, 'error.log')}`,
        `--tmpdir=${tmp}`,
        ...OPTIONS[STARTED],
        '--innodb-flush-log-at-trx-commit=0',
        '--innodb-doublewrite=OFF',
        '--innodb-buffer-pool-size=64M',
        ...options,
      ],
      { stdio: 'ignore' },
    );
    let exited = false;
    const gone = new Promise<void>((resolve) =>
      child.once('exit', () => {
        exited = true;
        resolve();
      }),
    );
    process.once('exit', () => child.kill('SIGKILL'));
    for (let round = 0; round < 1000; round += 1) {
      if (exited) throw new Error('the server ended before it answered');
      const session = await server.admin().catch(() => null);
      if (session) {
        await session.close();
        break;
      }
      if (round === 999) throw new Error('the server did not answer within 30 s');
      await sleep(30);
    }
    return () => {
      child.kill('SIGKILL');
      return gone;
    };
  };
  let end = await launch();
  return {
    ...server,
    product: STARTED,
    socket,
    crash: () => end(),
    restart: async () => {
      end = await launch();
    },
    stop: async () => {
      // Nobody keeps its data: an orderly shutdown takes seconds.
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
