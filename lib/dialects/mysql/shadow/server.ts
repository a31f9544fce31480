// A private, throwaway MySQL or MariaDB server on loopback, in a folder of its own, gone with this process. Knows no target.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DbsyncError, messageOf } from '../../../errors/index.ts';
import { discard, furnish, type Owner, templateFile } from '../../template.ts';
import type { Binaries } from './binaries.ts';

/** Every folder and database that dbsync makes for a shadow begins so; leftovers are known by it. */
export const SHADOW_PREFIX = 'dbsync_shadow_';
/** The only account that can log in to a private server over the network; its password is random. */
const USER = 'dbsync';
const ENVIRONMENT = { LC_ALL: 'C', PATH: '/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin' };

export interface PrivateServer {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  stop(): Promise<void>;
}

export interface ServerWish {
  readonly binaries: Binaries;
  /** Options of the server program without their dashes. */
  readonly options: readonly string[];
  /** Whether the server answers a login; asked until it does. */
  readonly answers: (server: Omit<PrivateServer, 'stop'>) => Promise<boolean>;
}

const unavailable = (summary: string, cause?: unknown): DbsyncError =>
  new DbsyncError('SHADOW_UNAVAILABLE', {
    summary,
    ...(cause !== undefined && { why: messageOf(cause).split('\n').slice(-5).join(' '), cause }),
    next: ['Offer a database for the purpose (shadowUrl), or install the server program on this machine.'],
  });

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const place = server.address();
      const port = typeof place === 'object' && place ? place.port : 0;
      server.close(() => resolve(port));
    });
  });

/** The server refuses to run as root; there the system's own account for it. */
const account = async (): Promise<Owner> => {
  if (typeof process.getuid !== 'function' || process.getuid() !== 0) return null;
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const entry = lines.find(([user]) => user === 'mysql');
  if (entry) return { uid: Number(entry[2]), gid: Number(entry[3]) };
  throw unavailable('There is no mysql account that may run a server as long as dbsync runs as root.');
};

const makeFolder = async (who: Owner): Promise<string> => {
  const folder = await mkdtemp(path.join(os.tmpdir(), SHADOW_PREFIX));
  await mkdir(path.join(folder, 'tmp'));
  for (const place of [folder, path.join(folder, 'tmp')]) {
    await chmod(place, 0o700);
    if (who) await chown(place, who.uid, who.gid);
  }
  return folder;
};

/** Small logs and little durability: nobody keeps this database. */
const COMMON: readonly string[] = ['innodb-flush-log-at-trx-commit=0', 'innodb-doublewrite=OFF'];
/** MariaDB only: MySQL has replaced this option by another. */
const MARIADB: readonly string[] = [
  'innodb-log-file-size=8M',
  'innodb-buffer-pool-size=32M',
  'performance-schema=OFF',
];

interface Place {
  readonly folder: string;
  readonly who: Owner;
  /** The option that names the account, where there is one. */
  readonly user: readonly string[];
}

/** What the server can only be told when its data folder is made. */
const foldingOf = (wish: ServerWish): readonly string[] =>
  wish.options.filter((option) => option.startsWith('lower-case-table-names')).map((option) => `--${option}`);

/** `loose`: 8.0.30 brought the option; without `NULL` the folder of Debian's packages must be there. */
const INITIALISER: readonly string[] = [
  '--initialize-insecure',
  '--loose-innodb-redo-log-capacity=8M',
  '--secure-file-priv=NULL',
  '--skip-log-bin',
  ...COMMON.map((option) => `--${option}`),
];

/** Keys and the server's identifier, which MySQL makes anew at its start where they are missing. */
const OWN = /\.pem$|^auto\.cnf$/;

/**
 * Runs a program to its end, and ends it with everything that it started when this process is gone, kill -9 included: a shell at the head
 * of a group of its own watches its standard input. `3`: what is put into the background has none of its own.
 */
const ATTENDED =
  'exec 3<&0; "$@" 3<&- & p=$!; (cat <&3 >/dev/null 2>&1; kill -9 -$$) & w=$!; wait $p; s=$?; kill $w; exit $s';
const ATTENDED_MS = 120_000;

const attended = async (program: string, args: readonly string[], folder: string): Promise<void> => {
  const child = spawn('/bin/sh', ['-c', ATTENDED, 'dbsync', program, ...args], {
    cwd: folder,
    env: ENVIRONMENT,
    stdio: ['pipe', 'ignore', 'pipe'],
    detached: true,
  });
  let said = '';
  child.stderr.on('data', (data: Buffer) => {
    said = `${said}${data}`.slice(-2000);
  });
  const timer = setTimeout(() => child.stdin.end(), ATTENDED_MS);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (code !== 0) throw new Error(said.trim() || `${path.basename(program)} ended with ${code}`);
  } finally {
    clearTimeout(timer);
  }
};

const initialise = async (wish: ServerWish, { folder, user }: Place): Promise<void> => {
  const { binaries } = wish;
  const data = path.join(folder, 'data');
  // In its own: a server that starts removes every `#sql` file of its temporary folder, those of a running one included.
  const places = [...user, `--datadir=${data}`, `--tmpdir=${path.join(folder, 'tmp')}`, ...foldingOf(wish)];
  if (binaries.installer !== null) {
    await attended(binaries.installer, ['--no-defaults', ...INSTALLER, ...places], folder);
    return;
  }
  await attended(binaries.server, ['--no-defaults', ...INITIALISER, ...places], folder);
  const own = (await readdir(data)).filter((name) => OWN.test(name));
  await Promise.all(own.map((name) => rm(path.join(data, name))));
};

const INSTALLER: readonly string[] = [
  '--auth-root-authentication-method=socket',
  '--skip-test-db',
  '--innodb-log-file-size=8M',
];

const template = async (wish: ServerWish, owner: Owner): Promise<string | null> => {
  const { server, installer } = wish.binaries;
  const [programs, options] = installer === null ? [[server], INITIALISER] : [[server, installer], INSTALLER];
  return templateFile({ programs, options: [...options, ...foldingOf(wish)], owner });
};

/** Run once at the start by the server itself: the password never stands in an argument list. */
const initFile = (binaries: Binaries, password: string): string =>
  [
    `CREATE USER IF NOT EXISTS '${USER}'@'%' IDENTIFIED BY '${password}';`,
    `GRANT ALL PRIVILEGES ON *.* TO '${USER}'@'%' WITH GRANT OPTION;`,
    ...(binaries.product === 'MySQL' ? [`ALTER USER 'root'@'localhost' IDENTIFIED BY '${password}';`] : []),
  ].join('\n');

/**
 * A shell holds the folder from the beginning and the server from the word `go`; it ends both when its standard input closes: that
 * happens when this process ends in whatever way, kill -9 included. An empty folder may stay, where the one around it is not the
 * account's. Nothing is worth an orderly shutdown.
 */
const GUARD =
  'd=$1; shift; if read -r go; then "$@" & p=$!; cat >/dev/null; kill -9 $p; wait $p; fi; for i in 1 2 3; do rm -rf "$d"; [ -z "$(ls -A "$d" 2>/dev/null)" ] && break; sleep 1; done';

/** Starts the guard; the server follows with `go`. */
const guard = (wish: ServerWish, folder: string, port: number, user: readonly string[]): ChildProcess => {
  const options = [
    `datadir=${path.join(folder, 'data')}`,
    `socket=${path.join(folder, 's.sock')}`,
    `pid-file=${path.join(folder, 'pid')}`,
    `tmpdir=${path.join(folder, 'tmp')}`,
    `log-error=${path.join(folder, 'error.log')}`,
    `init-file=${path.join(folder, 'init.sql')}`,
    `port=${port}`,
    'bind-address=127.0.0.1',
    'skip-name-resolve',
    'event-scheduler=OFF',
    ...(wish.binaries.product === 'MySQL'
      ? ['mysqlx=OFF', 'skip-log-bin', 'secure-file-priv=NULL', 'loose-innodb-redo-log-capacity=8M']
      : MARIADB),
    ...COMMON,
    ...wish.options,
  ].map((option) => `--${option}`);
  return spawn(
    '/bin/sh',
    ['-c', GUARD, 'dbsync', folder, wish.binaries.server, '--no-defaults', ...user, ...options],
    {
      cwd: folder,
      env: ENVIRONMENT,
      stdio: ['pipe', 'ignore', 'ignore'],
      // A Ctrl-C at the terminal is for dbsync, which still needs the server to end in order.
      detached: true,
    },
  );
};

const START_ATTEMPTS = 1500;
const START_PAUSE_MS = 20;

const waitUntilReady = async (
  wish: ServerWish,
  folder: string,
  server: Omit<PrivateServer, 'stop'>,
): Promise<void> => {
  const log = path.join(folder, 'error.log');
  for (let attempt = 0; attempt < START_ATTEMPTS; attempt += 1) {
    if (await wish.answers(server)) return;
    const said = await readFile(log, 'utf8').catch(() => '');
    if (/\[ERROR\].*(Aborting|Shutdown complete)/i.test(said)) {
      throw new Error(
        said
          .split('\n')
          .filter((line) => line.includes('[ERROR]'))
          .slice(0, 3)
          .join(' '),
      );
    }
    await sleep(START_PAUSE_MS);
  }
  throw new Error('it did not answer in time');
};

const stopper = (child: ChildProcess, folder: string): (() => Promise<void>) => {
  let stopped: Promise<void> | null = null;
  const stop = async (): Promise<void> => {
    const gone = new Promise<void>((resolve) => {
      if (child.exitCode !== null) resolve();
      else child.once('exit', () => resolve());
    });
    child.ref();
    child.stdin?.end();
    await Promise.race([gone, sleep(10_000, undefined, { ref: false })]);
    await rm(folder, { recursive: true, force: true });
  };
  return () => {
    stopped ??= stop();
    return stopped;
  };
};

const writeInitFile = async (wish: ServerWish, { folder, who }: Place, password: string): Promise<string> => {
  const file = path.join(folder, 'init.sql');
  await writeFile(file, initFile(wish.binaries, password), { mode: 0o600 });
  if (who) await chown(file, who.uid, who.gid);
  return file;
};

/**
 * Makes a data folder, starts a server on it and waits for it. It does not keep this process from ending, and ends with it.
 * Throws SHADOW_UNAVAILABLE; leaves nothing behind then.
 */
export const startServer = async (wish: ServerWish): Promise<PrivateServer> => {
  const who = await account();
  const folder = await makeFolder(who);
  const password = randomBytes(18).toString('hex');
  const place: Place = { folder, who, user: who ? ['--user=mysql'] : [] };
  let file: string | null = null;
  let stop = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const port = await freePort();
    const child = guard(wish, folder, port, place.user);
    stop = stopper(child, folder);
    file = await template(wish, who);
    await furnish({ file, folder, owner: who }, () => initialise(wish, place));
    const init = await writeInitFile(wish, place, password);
    child.stdin?.write('go\n');
    await waitUntilReady(wish, folder, { port, user: USER, password });
    await rm(init, { force: true });
    child.unref();
    if (child.stdin instanceof net.Socket) child.stdin.unref();
    return { port, user: USER, password, stop };
  } catch (error) {
    await stop();
    await discard(file);
    throw unavailable(`A private ${wish.binaries.product} server could not be started.`, error);
  }
};
