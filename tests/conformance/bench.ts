// What every part of the conformance suite works with: one dialect, its engine, and sessions that are always closed.
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import type { Dialect, Session } from '../../lib/dialects/contract.ts';
import { DbsyncError } from '../../lib/errors/index.ts';
import { fingerprint, type Snapshot } from '../../lib/schema/index.ts';
import { Secret } from '../../lib/target/index.ts';
import { firstWords } from '../helpers/first-words.ts';
import type { Spec } from '../helpers/spec.ts';
import type { Engine } from './engines.ts';
import { TIMEOUTS } from './timeouts.ts';

export interface Bench {
  readonly dialect: Dialect;
  /** Started before the first test. */
  readonly engine: () => Engine;
}

export type Part = (bench: Bench, tools: Spec) => void;

/** Opens a session for the time of `work`. */
export const using = async <T>(
  { dialect }: Bench,
  url: string,
  mode: 'read' | 'write',
  work: (session: Session) => Promise<T>,
): Promise<T> => {
  const session = await dialect.connect(dialect.address(new Secret(url), '/'), { mode, timeouts: TIMEOUTS });
  try {
    return await work(session);
  } finally {
    await session.close().catch(() => undefined);
  }
};

export const reading = <T>(bench: Bench, url: string, work: (session: Session) => Promise<T>): Promise<T> =>
  using(bench, url, 'read', work);

export const writing = <T>(bench: Bench, url: string, work: (session: Session) => Promise<T>): Promise<T> =>
  using(bench, url, 'write', work);

export const inspect = (bench: Bench, url: string): Promise<Snapshot> =>
  reading(bench, url, (session) => bench.dialect.inspect(session, { ignore: [] }));

export const printOf = async (bench: Bench, url: string): Promise<string> =>
  fingerprint(await inspect(bench, url));

/** What the work throws; fails where it throws nothing. */
export const thrownBy = async (work: () => Promise<unknown>): Promise<unknown> => {
  try {
    await work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
};

/** The refusal that the work ends with; anything else that it throws is a failure. */
export const refusalOf = async (work: () => Promise<unknown>): Promise<DbsyncError> => {
  const error = await thrownBy(work);
  if (error instanceof DbsyncError) return error;
  throw error;
};

export interface Held {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly gone: Promise<void>;
}

/** Starts held.ts and waits until it holds. */
export const hold = async (
  bench: Bench,
  what: 'lock' | 'shadow',
  place: { readonly url: string; readonly folder: string },
): Promise<Held> => {
  const { NODE_OPTIONS: _dropped, ...env } = process.env;
  const file = path.join(import.meta.dirname, 'held.ts');
  const child = spawn(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), file, what, bench.dialect.name],
    {
      env: { ...env, URL_UNDER_TEST: place.url, FOLDER_UNDER_TEST: place.folder, TMPDIR: place.folder },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const line = await firstWords(child);
  return { child, pid: Number(line.split(' ')[1]), gone };
};

/** Kills it as a crash does. */
export const kill = async ({ child, gone }: Held): Promise<void> => {
  child.kill('SIGKILL');
  await gone;
};
