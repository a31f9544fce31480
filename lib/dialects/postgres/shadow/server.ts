// A private, throwaway PostgreSQL server on loopback, in a folder of its own, gone with this process. Knows no target.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { DbsyncError, messageOf } from '../../../errors/index.ts';
import { discard, furnish, type Owner, templateFile } from '../../template.ts';
import type { Binaries } from './binaries.ts';
import { throwawayPlace } from './place.ts';

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
const account = async (): Promise<Owner> => {
  if (typeof process.getuid !== 'function' || process.getuid() !== 0) return null;
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

/** The superuser that initdb makes. */
const USER = 'postgres';

/** What the rules of access ask for; until 13 the server's own default is md5. */
const ENCRYPTION = 'password_encryption=scram-sha-256';

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
  'max_wal_size=1GB',
  'max_locks_per_transaction=1024',
  'log_min_messages=fatal',
  ENCRYPTION,
];

/** For the single-user mode: its errors are heard, the statement is not. */
const ALONE: readonly string[] = [
  ...['fsync=off', 'full_page_writes=off', 'shared_buffers=1MB'],
  ...['log_min_messages=error', 'log_min_error_statement=panic', ENCRYPTION],
];

/**
 * A shell holds the folder from the beginning and the server from the word `go`; it ends both when its standard input closes: that
 * happens when this process ends in whatever way, kill -9 included. An empty folder may stay, where the one around it is not the
 * account's. SIGQUIT is PostgreSQL's immediate shutdown, without a checkpoint; SIGKILL would leave its shared memory behind
 * (https://www.postgresql.org/docs/current/server-shutdown.html).
 */
const GUARD =
  'd=$1; shift; if read -r go; then "$@" & p=$!; cat >/dev/null; kill -QUIT $p; wait $p; fi; for i in 1 2 3; do rm -rf "$d"; [ -z "$(ls -A "$d" 2>/dev/null)" ] && break; sleep 1; done';

const ENVIRONMENT = { LC_ALL: 'C', PATH: '/usr/bin:/bin' };

/** Nobody can log in to what initdb makes: the password and the rules that ask for it come with each server. */
const INITDB: readonly string[] = [
  ...['-U', USER, '-A', 'reject', '-E', 'UTF8', '--locale=C'],
  ...['--no-sync', '--wal-segsize=1'],
];

/** From 14 on initdb can leave out what to do next; what it says is read by nobody. */
const initdbOptions = ({ major }: Binaries): readonly string[] =>
  major < 14 ? INITDB : [...INITDB, '--no-instructions'];

const initialise = async (binaries: Binaries, folder: string, owner: Owner): Promise<void> => {
  await run(
    path.join(binaries.folder, 'initdb'),
    ['-D', path.join(folder, 'data'), ...initdbOptions(binaries)],
    {
      ...owner,
      cwd: folder,
      env: ENVIRONMENT,
      timeout: 60_000,
    },
  );
};

/** Who may log in, in place of the template's file: whoever has the password. */
const RULES = ['local all', 'local replication', 'host all', 'host replication']
  .map((kind) => `${kind} all ${kind.startsWith('host') ? '127.0.0.1/32 ' : ''}scram-sha-256\n`)
  .join('');

const rulesOf = (folder: string): string => path.join(folder, 'hba.conf');

/**
 * Sets the superuser's password in the single-user mode, which takes statements from its standard input and lets nobody else in
 * (https://www.postgresql.org/docs/current/app-postgres.html#APP-POSTGRES-SINGLE-USER).
 */
const setPassword = async (
  binaries: Binaries,
  folder: string,
  login: { readonly owner: Owner; readonly password: string },
): Promise<void> => {
  const settings = ALONE.flatMap((setting) => ['-c', setting]);
  const args = ['--single', '-D', path.join(folder, 'data'), ...settings, '-j', 'postgres'];
  const options = { ...login.owner, cwd: folder, env: ENVIRONMENT, timeout: 60_000 };
  const done = run(path.join(binaries.folder, 'postgres'), args, options);
  done.child.stdin?.on('error', () => undefined);
  done.child.stdin?.end(`ALTER ROLE ${USER} PASSWORD '${login.password}';\n\n`);
  if (/(ERROR|FATAL|PANIC): /.test((await done).stderr)) throw new Error('its password could not be set');
};

/** Starts the guard; the server follows with `go`. */
const guard = (binaries: Binaries, folder: string, port: number, owner: Owner): ChildProcess => {
  const settings = [
    ...SETTINGS,
    `port=${port}`,
    `hba_file=${rulesOf(folder)}`,
    `unix_socket_directories=${os.platform() === 'win32' ? '' : folder}`,
  ];
  const args = ['-D', path.join(folder, 'data'), ...settings.flatMap((setting) => ['-c', setting])];
  const program = path.join(binaries.folder, 'postgres');
  return spawn('/bin/sh', ['-c', GUARD, 'dbsync', folder, program, ...args], {
    ...owner,
    cwd: folder,
    env: ENVIRONMENT,
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

export interface ServerOptions {
  /**
   * Whose template it is made from. Servers of one lineage, version and machine share PostgreSQL's system identifier, which names
   * a database together with its number; a server that stands for a target has another lineage than shadows have.
   */
  readonly lineage?: string;
}

const templateOf = (binaries: Binaries, owner: Owner, { lineage }: ServerOptions): Promise<string | null> =>
  templateFile({
    programs: ['postgres', 'initdb'].map((name) => path.join(binaries.folder, name)),
    options: [...INITDB, binaries.version, lineage ?? 'shadow'],
    owner,
  });

/** The folder, which the account owns only when nothing is left to be written into it from outside. */
const makeFolder = async (owner: Owner): Promise<string> => {
  const folder = await mkdtemp(path.join(await throwawayPlace(), SHADOW_PREFIX));
  await writeFile(rulesOf(folder), RULES, { mode: 0o644 });
  if (owner) await chown(folder, owner.uid, owner.gid);
  return folder;
};

/**
 * Starts a private server with a random password. It does not keep this process from ending, and ends with it. Throws
 * SHADOW_UNAVAILABLE.
 */
export const startServer = async (
  binaries: Binaries,
  options: ServerOptions = {},
): Promise<PrivateServer> => {
  const owner = await account();
  const folder = await makeFolder(owner);
  const password = randomBytes(24).toString('base64url');
  let file: string | null = null;
  let stop = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const port = await freePort();
    const child = guard(binaries, folder, port, owner);
    stop = stopper(child, folder);
    file = await templateOf(binaries, owner, options);
    await furnish({ file, folder, owner }, () => initialise(binaries, folder, owner));
    await setPassword(binaries, folder, { owner, password });
    child.stdin?.write('go\n');
    await waitUntilReady(child, folder, port);
    release(child);
    return { binaries, port, user: USER, password, folder, pid: child.pid ?? 0, stop };
  } catch (error) {
    await stop();
    await discard(file);
    if (error instanceof DbsyncError) throw error;
    throw unavailable(`A private PostgreSQL ${binaries.version} server could not be started.`, error);
  }
};
