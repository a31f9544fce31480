// PGlite (PostgreSQL compiled to WebAssembly) in a thread of its own: found where somebody installed it, asked in the protocol's bytes,
// ended when it takes too long or too much. Everything it holds is in memory. Knows no socket and no session.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { messageOf } from '../../../errors/index.ts';

/** The package's name, for people. */
export const PACKAGE = '@electric-sql/pglite';

/** What is known of the installed package. */
export interface Package {
  /** Absolute file of its entry. */
  readonly entry: string;
  /** As its package.json says; null where that cannot be read. */
  readonly version: string | null;
  /** Absolute files of the extensions that it brings, by PostgreSQL's name for each. */
  readonly extensions: ReadonlyMap<string, string>;
}

/** What an engine begins with. */
export interface Start {
  readonly found: Package;
  readonly limits: Limits;
  /** As an engine gave it; null: PGlite's own initdb makes the data folder. */
  readonly image: ArrayBuffer | null;
  /**
   * The extensions that may be created, each with the version that it then gets; one that PGlite has not in this version is left
   * out. Null: whatever PGlite brings.
   */
  readonly versions: ReadonlyMap<string, string> | null;
}

/** The extensions of the package that need nothing from the server's start. Each is 20 to 200 KB to unpack. */
const EXTENSIONS: readonly string[] = [
  ...['bloom', 'btree_gin', 'btree_gist', 'citext', 'cube', 'dict_int', 'dict_xsyn', 'earthdistance'],
  ...['fuzzystrmatch', 'hstore', 'intarray', 'isn', 'lo', 'ltree', 'moddatetime', 'pg_trgm', 'pgcrypto'],
  ...['seg', 'tablefunc', 'tcn', 'tsm_system_rows', 'tsm_system_time', 'unaccent', 'uuid-ossp'],
];

/** The versions whose behaviour was looked at. */
export const KNOWN = /^0\.5\./;

/** The entry lies in a folder beside package.json. */
const versionOf = (entry: string): string | null => {
  try {
    const manifest: unknown = JSON.parse(readFileSync(path.join(entry, '../../package.json'), 'utf8'));
    const found: unknown = Reflect.get(Object(manifest), 'version');
    return typeof found === 'string' ? found : null;
  } catch {
    return null;
  }
};

const findFrom = (file: string): Package | null => {
  const require = createRequire(file);
  const resolve = (name: string): string | null => {
    try {
      return require.resolve(name);
    } catch {
      return null;
    }
  };
  const entry = resolve(PACKAGE);
  if (entry === null) return null;
  const extensions = new Map<string, string>();
  for (const name of EXTENSIONS) {
    const found = resolve(`${PACKAGE}/contrib/${name.replaceAll('-', '_')}`);
    if (found) extensions.set(name, found);
  }
  return { entry, version: versionOf(entry), extensions };
};

/** The package of the user's project, else the one beside dbsync; null where neither has it. */
export const findPackage = (root: string | undefined): Package | null =>
  (root === undefined ? null : findFrom(path.join(root, 'package.json'))) ?? findFrom(import.meta.url);

/** How much time and memory it may take. */
export interface Limits {
  /** Until it answers for the first time. */
  readonly startMs: number;
  /** For one message of a client. */
  readonly answerMs: number;
  /** By which the memory of this process may grow meanwhile. */
  readonly bytes: number;
}

export interface Engine {
  /** Sends one message and gives the answer to it. Rejects when the engine ended, with why. */
  ask(message: Uint8Array): Promise<Buffer>;
  /** A data folder as it is now, for another engine to begin with. */
  image(): Promise<ArrayBuffer>;
  /** Whether an answer is awaited. */
  isBusy(): boolean;
  /** Ends it at once, whatever it does. */
  stop(why: string): Promise<void>;
  /** Called once, when it ended in whatever way. */
  onEnd(hear: (why: string) => void): void;
}

/**
 * The thread's program: plain JavaScript, so that it needs no loader. It has no environment, and PGlite no folder: its files are in memory.
 * A package may be imported in two formats with other names, so what is meant is known by its shape.
 */
const PROGRAM = `
const { parentPort, workerData } = require('node:worker_threads');
const load = async (url, fits) => {
  const found = await import(url);
  return [...Object.values(found), ...Object.values(found.default ?? {})].find(fits);
};
const start = async () => {
  const PGlite = await load(workerData.entry, (one) => typeof one === 'function' && typeof one.create === 'function');
  const extensions = {};
  for (const [name, url] of workerData.extensions) extensions[name] = await load(url, (one) => typeof one?.setup === 'function');
  const image = workerData.image && new Blob([workerData.image]);
  return PGlite.create({ extensions, ...(image && { loadDataDir: image }) });
};
const furnish = async (pg) => {
  if (workerData.versions === null) return pg;
  const { rows } = await pg.query("SELECT name, version, (SELECT setting FROM pg_config() WHERE name = 'SHAREDIR') AS folder FROM pg_available_extension_versions");
  for (const [name, version] of workerData.versions) {
    const known = rows.filter((row) => row.name === name);
    if (known.length === 0) continue;
    const file = known[0].folder + '/extension/' + name + '.control';
    if (!known.some((row) => row.version === version)) pg.Module.FS.unlink(file);
    else {
      const control = pg.Module.FS.readFile(file, { encoding: 'utf8' });
      pg.Module.FS.writeFile(file, control.replace(/^default_version\\s*=.*$/m, "default_version = '" + version + "'"));
    }
  }
  return pg;
};
const database = start().then(furnish);
database.catch(() => {});
const answer = async ({ kind, bytes }) => {
  const pg = await database;
  if (kind === 'image') return (await pg.dumpDataDir('none')).arrayBuffer();
  if (kind === 'ready') return null;
  return pg.execProtocolRaw(bytes, { syncToFs: false });
};
parentPort.on('message', async (asked) => {
  try {
    parentPort.postMessage({ value: await answer(asked) });
  } catch (error) {
    parentPort.postMessage({ error: String(error?.message ?? error).slice(0, 500) });
  }
});
`;

interface Reply {
  readonly value?: Uint8Array | ArrayBuffer | null;
  readonly error?: string;
}

type Question = { readonly kind: 'ready' | 'image' } | { readonly kind: 'ask'; readonly bytes: Uint8Array };

const isReply = (value: unknown): value is Reply => typeof value === 'object' && value !== null;

/** A version as it may stand in a control file. */
const VERSION = /^[\w.-]+$/;

const launch = ({ found: { entry, extensions }, image, versions }: Start): Worker =>
  new Worker(PROGRAM, {
    eval: true,
    execArgv: [],
    env: {},
    stdin: false,
    stdout: true,
    stderr: true,
    workerData: {
      entry: pathToFileURL(entry).href,
      extensions: [...extensions]
        .filter(([name]) => versions === null || VERSION.test(versions.get(name) ?? ''))
        .map(([name, file]) => [name, pathToFileURL(file).href]),
      versions: versions && [...versions],
      image,
    },
  });

/** How often its memory is looked at while it works, in milliseconds. */
const LOOK_MS = 250;

/** Starts it. Rejects with why it could not be. */
export const startEngine = async (wish: Start): Promise<Engine> => {
  const { limits } = wish;
  const before = process.memoryUsage.rss();
  const worker = launch(wish);
  const listeners: ((why: string) => void)[] = [];
  let asked: { answer: (value: Reply['value']) => void; refuse: (error: Error) => void } | null = null;
  let ended: string | null = null;
  const end = (why: string): void => {
    if (ended !== null) return;
    ended = why;
    asked?.refuse(new Error(why));
    for (const hear of listeners) hear(why);
  };
  const stop = async (why: string): Promise<void> => {
    end(why);
    await worker.terminate();
  };
  // What the package says to the console is for its developers.
  for (const stream of [worker.stdout, worker.stderr]) stream.resume();
  worker.on('error', (error) => end(`PGlite ended: ${error.message.split('\n')[0] ?? ''}`.slice(0, 300)));
  worker.on('exit', () => end('PGlite ended by itself'));
  worker.on('message', (reply: unknown) => {
    const waiting = asked;
    if (!waiting || !isReply(reply)) return;
    asked = null;
    if (reply.error === undefined) waiting.answer(reply.value);
    else waiting.refuse(new Error(reply.error));
  });
  worker.unref();
  const send = async (question: Question, ms: number): Promise<Reply['value']> => {
    if (ended !== null) throw new Error(ended);
    const late = setTimeout(() => void stop(`PGlite was not done with a statement within ${ms} ms`), ms);
    const look = setInterval(() => {
      if (process.memoryUsage.rss() - before > limits.bytes)
        void stop(`PGlite took more than ${Math.round(limits.bytes / 2 ** 20)} MiB of memory`);
    }, LOOK_MS);
    look.unref();
    try {
      return await new Promise<Reply['value']>((answer, refuse) => {
        asked = { answer, refuse };
        worker.postMessage(question);
      });
    } finally {
      clearTimeout(late);
      clearInterval(look);
    }
  };
  try {
    await send({ kind: 'ready' }, limits.startMs);
  } catch (error) {
    await stop('it could not be started');
    throw error;
  }
  return {
    ask: async (bytes) => {
      const value = await send({ kind: 'ask', bytes }, limits.answerMs).catch(async (error: unknown) => {
        // An error of a statement is an answer; what is thrown is the end of the program (COPY FROM STDIN does it).
        await stop(`PGlite ended: ${messageOf(error)}`);
        throw new Error(ended ?? messageOf(error));
      });
      return value instanceof Uint8Array
        ? Buffer.from(value.buffer, value.byteOffset, value.length)
        : Buffer.alloc(0);
    },
    image: async () => {
      const value = await send({ kind: 'image' }, limits.startMs);
      if (value instanceof ArrayBuffer) return value;
      throw new Error('PGlite gave no image of its data');
    },
    isBusy: () => asked !== null,
    stop,
    onEnd: (hear) => {
      if (ended === null) listeners.push(hear);
      else hear(ended);
    },
  };
};
