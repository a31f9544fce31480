// Real PostgreSQL servers for tests: private, on loopback, in the temporary folder, gone with the test process.
//
// DBSYNC_TEST_POSTGRES_URL names a server that is used in place of the machine's own (a superuser's URL).
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { Address, Session } from '../../lib/dialects/contract.ts';
import { parseAddress, siblingAddress } from '../../lib/dialects/postgres/address.ts';
import { connect } from '../../lib/dialects/postgres/connect.ts';
import { type Binaries, findServers } from '../../lib/dialects/postgres/shadow/binaries.ts';
import { type PrivateServer, startServer } from '../../lib/dialects/postgres/shadow/server.ts';
import { openSecret, Secret, type Timeouts } from '../../lib/target/index.ts';

export const TIMEOUTS: Timeouts = {
  connectMs: 10_000,
  lockMs: 5000,
  statementMs: 60_000,
  runnerLockMs: 1000,
  probeMs: 10_000,
};

export interface TestServer {
  readonly title: string;
  readonly major: number;
  /** A superuser's URL of the database `postgres`. */
  readonly url: string;
  /** The programs that run it; null for a server that was given by URL. */
  readonly binaries: Binaries | null;
  /** The URL of another database on it. */
  urlOf(database: string): string;
  /** Makes an empty database and gives its URL. */
  createDatabase(name?: string): Promise<string>;
  stop(): Promise<void>;
}

/** An address from a URL. */
export const addressOf = (url: string): ReturnType<typeof parseAddress> => parseAddress(new Secret(url), '/');

/** Opens a session, runs `work`, closes it. */
export const withSession = async <T>(
  address: Address | string,
  work: (session: Session) => Promise<T>,
  mode: 'read' | 'write' = 'write',
): Promise<T> => {
  const session = await connect(typeof address === 'string' ? addressOf(address) : address, {
    mode,
    timeouts: TIMEOUTS,
  });
  try {
    return await work(session);
  } finally {
    await session.close();
  }
};

const wrap = (title: string, url: string, server: PrivateServer | null, major: number): TestServer => {
  const urlOf = (database: string): string => openSecret(siblingAddress(addressOf(url), database).url);
  return {
    title,
    major,
    url,
    binaries: server?.binaries ?? null,
    urlOf,
    createDatabase: async (name = `test_${randomBytes(6).toString('hex')}`) => {
      await withSession(url, (session) =>
        session.execute(`CREATE DATABASE "${name.replaceAll('"', '""')}" TEMPLATE template0`),
      );
      return urlOf(name);
    },
    stop: async () => {
      await server?.stop();
    },
  };
};

const isDebianRoot = (): boolean =>
  process.getuid?.() === 0 && existsSync('/etc/debian_version') && existsSync('/usr/bin/apt-get');

/** Installs Debian's server where that is possible and nothing is there yet, and says so. */
const installOnDebian = (): void => {
  process.stderr.write('INSTALLING postgresql with apt-get: the tests need a PostgreSQL server\n');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = ['-o', 'Dpkg::Use-Pty=0', '-y', '--no-install-recommends'];
  spawnSync('apt-get', ['update'], { env, stdio: 'ignore', timeout: 120_000 });
  spawnSync('apt-get', ['install', ...options, 'postgresql', 'postgresql-contrib'], {
    env,
    stdio: 'ignore',
    timeout: 300_000,
  });
};

const onMachine = (servers: readonly Binaries[]): readonly Binaries[] =>
  servers.filter((one) => one.origin === "the machine's own").sort((a, b) => b.major - a.major);

/** The machine's own programs, newest first, and the ones from npm. Installs Debian's where none are there. */
export const serversAtHand = async (): Promise<readonly Binaries[]> => {
  let servers = await findServers();
  if (onMachine(servers).length === 0 && isDebianRoot()) {
    installOnDebian();
    servers = await findServers();
  }
  return [...onMachine(servers).slice(0, 1), ...servers.filter((one) => one.origin !== "the machine's own")];
};

const start = async (binaries: Binaries): Promise<TestServer> => {
  // What stands for a target is no relative of the shadows that are made for it.
  const server = await startServer(binaries, { lineage: 'target' });
  const url = `postgresql://${server.user}:${server.password}@127.0.0.1:${server.port}/postgres`;
  return wrap(`PostgreSQL ${binaries.version}`, url, server, binaries.major);
};

const given = async (url: string): Promise<TestServer> => {
  const major = await withSession(url, async (session) => {
    const [row] = await session.query(`SELECT current_setting('server_version_num')::int / 10000 AS major`);
    return Number(row?.major);
  });
  return wrap(`PostgreSQL ${major} by DBSYNC_TEST_POSTGRES_URL`, url, null, major);
};

/** Starts the first server at hand; null where there is none, so that the caller can skip loudly. */
export const startPostgres = async (): Promise<TestServer | null> => {
  const url = process.env.DBSYNC_TEST_POSTGRES_URL;
  if (url) return given(url);
  const [binaries] = await serversAtHand();
  return binaries ? start(binaries) : null;
};

/** Starts one server of every major version at hand, oldest first. */
export const startEveryPostgres = async (): Promise<readonly TestServer[]> => {
  const url = process.env.DBSYNC_TEST_POSTGRES_URL;
  if (url) return [await given(url)];
  const servers: TestServer[] = [];
  for (const binaries of await serversAtHand()) servers.push(await start(binaries));
  return servers.sort((a, b) => a.major - b.major);
};

/** Why a test is skipped. */
export const NO_SERVER = 'no PostgreSQL server at hand: install one, or set DBSYNC_TEST_POSTGRES_URL';

/** Whether a process with this id exists and is not a zombie. */
export const isRunning = (pid: number): boolean => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};
