// PostgreSQL servers that need more than the private ones have: own settings, a log to read, a standby, a pooler in front. Private, on
// loopback, by the machine's own programs, ended by pid.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findServers } from '../../lib/dialects/postgres/shadow/binaries.ts';

export interface Cluster {
  readonly port: number;
  /** A superuser's URL. */
  readonly url: (database?: string) => string;
  /** Everything that the server wrote to its log. */
  readonly log: () => string;
  /** Ends it as a power cut would, or the system when memory is short; what is on disk stays. */
  readonly crash: () => Promise<void>;
  /** Starts it again after `crash`, on the same port. */
  readonly restart: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

const ids = (): { uid: number; gid: number } | Record<string, never> => {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string): number =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }).trim());
  return { uid: id('-u'), gid: id('-g') };
};

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const place = server.address();
      server.close(() => resolve(place && typeof place === 'object' ? place.port : 0));
    });
  });

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
  });

/** The folder of the machine's own programs; null where only others are at hand (they lack pg_basebackup). */
export const clusterPrograms = async (): Promise<string | null> => {
  const own = (await findServers()).find((one) => existsSync(path.join(one.folder, 'pg_basebackup')));
  return own?.folder ?? null;
};

const folderFor = (name: string): string => {
  const folder = mkdtempSync(path.join(os.tmpdir(), `dbsync-${name}-`));
  const who = ids();
  if ('uid' in who && who.uid !== undefined && who.gid !== undefined) chownSync(folder, who.uid, who.gid);
  return folder;
};

/** Starts what stands in `<folder>/data`. */
const launch = async (programs: string, folder: string, settings: readonly string[]): Promise<Cluster> => {
  const port = await freePort();
  const all = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${folder}`,
    'fsync=off',
    'shared_buffers=16MB',
    ...settings,
  ];
  const args = ['-D', path.join(folder, 'data'), ...all.flatMap((setting) => ['-c', setting])];
  let said = '';
  /** Null where it ended before it was ready. */
  const begin = async (): Promise<ChildProcess | null> => {
    const child = spawn(path.join(programs, 'postgres'), args, {
      ...ids(),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    process.once('exit', () => child.kill('SIGQUIT'));
    let own = '';
    child.stderr.on('data', (data: Buffer) => {
      own += data.toString();
      said += data.toString();
    });
    for (let round = 0; round < 600 && !/ready to accept (read-only )?connections/.test(own); round += 1) {
      if (child.exitCode !== null) return null;
      await sleep(50);
    }
    return child;
  };
  let child = await begin();
  if (!child) throw new Error(`the server ended: ${said}`);
  const end = async (signal: 'SIGQUIT' | 'SIGKILL'): Promise<void> => {
    child?.kill(signal);
    if (child) await ended(child);
  };
  return {
    port,
    url: (database = 'postgres') => `postgresql://postgres@127.0.0.1:${port}/${database}`,
    log: () => said,
    crash: () => end('SIGKILL'),
    restart: async () => {
      child = null;
      // Its children end a moment after it, and until then it cannot be started again.
      for (let round = 0; round < 100 && !child; round += 1) {
        child = await begin();
        if (!child) await sleep(100);
      }
      if (!child) throw new Error(`the server did not start again: ${said}`);
    },
    stop: async () => {
      await end('SIGQUIT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** A new server without passwords. */
export const startCluster = async (programs: string, settings: readonly string[] = []): Promise<Cluster> => {
  const folder = folderFor('cluster');
  const args = [
    '-D',
    path.join(folder, 'data'),
    '-U',
    'postgres',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--locale=C',
    '--no-sync',
  ];
  execFileSync(path.join(programs, 'initdb'), args, {
    ...ids(),
    cwd: folder,
    stdio: 'pipe',
    timeout: 60_000,
  });
  return launch(programs, folder, settings);
};

/** A streaming standby of a running server. */
export const startStandby = async (programs: string, primary: Cluster): Promise<Cluster> => {
  const folder = folderFor('standby');
  const args = [
    '-h',
    '127.0.0.1',
    '-p',
    String(primary.port),
    '-U',
    'postgres',
    '-D',
    path.join(folder, 'data'),
    '-R',
    '-X',
    'stream',
    '-c',
    'fast',
  ];
  execFileSync(path.join(programs, 'pg_basebackup'), args, {
    ...ids(),
    cwd: folder,
    stdio: 'pipe',
    timeout: 60_000,
  });
  return launch(programs, folder, ['hot_standby=on']);
};

const POOLER = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer'].find((file) => existsSync(file)) ?? null;

/** Whether there is a PgBouncer to test with. */
export const hasPooler = POOLER !== null;

export interface Pooler {
  readonly url: (database?: string) => string;
  readonly stop: () => Promise<void>;
}

/** PgBouncer in front of a server. */
export const startPooler = async (
  server: Cluster,
  mode: 'session' | 'transaction' | 'statement',
  poolSize: number,
): Promise<Pooler> => {
  const folder = folderFor('pooler');
  const port = await freePort();
  const file = path.join(folder, 'pgbouncer.ini');
  writeFileSync(
    file,
    [
      '[databases]',
      `* = host=127.0.0.1 port=${server.port} user=postgres`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${port}`,
      'unix_socket_dir =',
      'auth_type = any',
      `pool_mode = ${mode}`,
      `default_pool_size = ${poolSize}`,
    ].join('\n'),
    { mode: 0o644 },
  );
  const child = spawn(POOLER ?? '', [file], { ...ids(), stdio: 'ignore' });
  process.once('exit', () => child.kill('SIGKILL'));
  for (let round = 0; round < 200 && !(await answers(port)); round += 1) await sleep(50);
  return {
    url: (database = 'postgres') => `postgresql://postgres@127.0.0.1:${port}/${database}`,
    stop: async () => {
      child.kill('SIGKILL');
      await ended(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** The log's lines about statements, without what stands before them. */
export const statementsIn = (log: string): readonly string[] =>
  log
    .replaceAll('\n\t', ' ')
    .split('\n')
    .flatMap((line) => /(?:statement|execute [^:]*): (.*)$/.exec(line)?.[1] ?? []);
