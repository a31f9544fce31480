// A private, throwaway PostgreSQL server on loopback, in a folder of its own, gone with this process. Knows no target.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { DbsyncError, messageOf } from '../../errors/index.ts';
import type { Binaries } from './binaries.ts';

const run = promisify(execFile);

/** Every folder and database that dbsync makes for a shadow begins so; leftovers are known by it. */
export const SHADOW_PREFIX = 'dbsync_shadow_';

export interface PrivateServer {
  readonly binaries: Binaries;
  readonly port: number;
  /** The superuser that initdb made. */
  readonly user: string;
  readonly password: string;
  /** Holds everything of it; removed with it. */
  readonly folder: string;
  /** The process to stop it by. */
  readonly pid: number;
  stop(): Promise<void>;
}

/** Who runs the server: PostgreSQL refuses to run as root, so there the system's own account for it, or nobody. */
interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

const account = async (): Promise<Account> => {
  if (typeof process.getuid !== 'function' || process.getuid() !== 0) return {};
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const entry = lines.find(([user]) => user === name);
    if (entry) return { uid: Number(entry[2]), gid: Number(entry[3]) };
  }
  throw unavailable('There is no account that may run a PostgreSQL server as long as dbsync runs as root.');
};

const unavailable = (summary: string, cause?: unknown): DbsyncError =>
  new DbsyncError('SHADOW_UNAVAILABLE', {
    summary,
    ...(cause !== undefined && { why: messageOf(cause).split('\n').slice(0, 5).join(' '), cause }),
    next: ['Offer a database for the purpose (shadowUrl), or install PostgreSQL’s server on this machine.'],
  });

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });

/** Durability is worth nothing in a database that nobody keeps; many locks, as a whole history may run in one go. */
const SETTINGS: readonly string[] = [
  'listen_addresses=127.0.0.1',
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'autovacuum=off',
  'jit=off',
  'wal_level=logical',
  'max_wal_senders=2',
  'max_connections=40',
  'max_prepared_transactions=4',
  'shared_buffers=32MB',
  'max_locks_per_transaction=1024',
  'log_min_messages=fatal',
];

/**
 * A shell holds the folder from the beginning and the server from the word `go`; it ends both when its standard input closes: that
 * happens when this process ends in whatever way, kill -9 included. SIGQUIT is PostgreSQL's immediate shutdown, without a
 * checkpoint; SIGKILL would leave its shared memory behind (https://www.postgresql.org/docs/current/server-shutdown.html).
 */
const GUARD =
  'd=$1; shift; if read -r go; then "$@" & p=$!; cat >/dev/null; kill -QUIT $p; wait $p; fi; for i in 1 2 3; do rm -rf "$d" && break; sleep 1; done';

const initialise = async (
  binaries: Binaries,
  folder: string,
  who: Account,
  password: string,
): Promise<void> => {
  const file = path.join(folder, 'password');
  await writeFile(file, password, { mode: 0o600 });
  if (who.uid !== undefined && who.gid !== undefined) await chown(file, who.uid, who.gid);
  const args = ['-D', path.join(folder, 'data'), '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${file}`];
  args.push('-E', 'UTF8', '--locale=C', '--no-sync');
  await run(path.join(binaries.folder, 'initdb'), args, {
    ...who,
    cwd: folder,
    env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' },
    timeout: 60_000,
  });
  await rm(file);
};

/** Starts the guard; the server follows with `go`. */
const guard = (binaries: Binaries, folder: string, port: number, who: Account): ChildProcess => {
  const settings = [
    ...SETTINGS,
    `port=${port}`,
    `unix_socket_directories=${os.platform() === 'win32' ? '' : folder}`,
  ];
  const args = ['-D', path.join(folder, 'data'), ...settings.flatMap((setting) => ['-c', setting])];
  const program = path.join(binaries.folder, 'postgres');
  return spawn('/bin/sh', ['-c', GUARD, 'dbsync', folder, program, ...args], {
    ...who,
    cwd: folder,
    env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' },
    stdio: ['pipe', 'ignore', 'pipe'],
    // A Ctrl-C at the terminal is for dbsync, which still needs the server to end in order.
    detached: true,
  });
};

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

const START_ATTEMPTS = 600;
const START_PAUSE_MS = 20;

const isReady = async (folder: string, port: number): Promise<boolean> => {
  const state = await readFile(path.join(folder, 'data', 'postmaster.pid'), 'utf8').catch(() => '');
  return state.split('\n')[7]?.trim() === 'ready' && (await answers(port));
};

const waitUntilReady = async (child: ChildProcess, folder: string, port: number): Promise<void> => {
  let said = '';
  child.stderr?.on('data', (data: Buffer) => {
    said = `${said}${data}`.slice(-2000);
  });
  for (let attempt = 0; attempt < START_ATTEMPTS; attempt += 1) {
    if (child.exitCode !== null) throw new Error(said.trim() || `the server ended with ${child.exitCode}`);
    if (await isReady(folder, port)) return;
    await sleep(START_PAUSE_MS);
  }
  throw new Error(`the server was not ready in time ${said}`.trim());
};

const STOP_MS = 10_000;

const stopper = (child: ChildProcess, folder: string): (() => Promise<void>) => {
  let stopped: Promise<void> | null = null;
  const stop = async (): Promise<void> => {
    const ended = new Promise<void>((resolve) => {
      if (child.exitCode !== null) resolve();
      else child.once('exit', () => resolve());
    });
    child.ref();
    child.stdin?.end();
    await Promise.race([ended, sleep(STOP_MS, undefined, { ref: false })]);
    await rm(folder, { recursive: true, force: true });
  };
  return () => {
    stopped ??= stop();
    return stopped;
  };
};

const release = (child: ChildProcess): void => {
  child.unref();
  child.stderr?.resume();
  for (const stream of [child.stdin, child.stderr]) if (stream instanceof net.Socket) stream.unref();
};

/**
 * Starts a private server with a random password. It does not keep this process from ending, and ends with it. Throws
 * SHADOW_UNAVAILABLE.
 */
export const startServer = async (binaries: Binaries): Promise<PrivateServer> => {
  const folder = await mkdtemp(path.join(os.tmpdir(), SHADOW_PREFIX));
  const password = randomBytes(24).toString('base64url');
  let stop = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const who = await account();
    if (who.uid !== undefined && who.gid !== undefined) await chown(folder, who.uid, who.gid);
    const port = await freePort();
    const child = guard(binaries, folder, port, who);
    stop = stopper(child, folder);
    await initialise(binaries, folder, who, password);
    child.stdin?.write('go\n');
    await waitUntilReady(child, folder, port);
    release(child);
    return { binaries, port, user: 'postgres', password, folder, pid: child.pid ?? 0, stop };
  } catch (error) {
    await stop();
    if (error instanceof DbsyncError) throw error;
    throw unavailable(`A private PostgreSQL ${binaries.version} server could not be started.`, error);
  }
};
