// What Python read, as its children noted it, and one word for the state of all that now. Reads files; starts nothing.
import { createHash, type Hash as Digest, scrypt } from 'node:crypto';
import { readdirSync, readFileSync, type Stats, statSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { hashText } from '../../schema/index.ts';
import type { Redact } from '../../target/index.ts';
import type { Forgotten } from '../contract.ts';
import { type Json, recordOf, textOf, textOrNull } from './answer.ts';
import { DRIVER_VARIABLES } from './providers.ts';

/** Everything that was read, as texts of one line each: a list of its own for every kind of question. Plain JSON. */
export interface Reads {
  /** Files whose content counts. */
  readonly files: string;
  /** Files of the interpreter and of packages, whose size and date count. */
  readonly libraries: string;
  /** `<word for the names in it> <folder>`. */
  readonly folders: string;
  /** `<what was there> <path>`, where only that was asked. */
  readonly looked: string;
  /** Variables of the environment; null: it was looked through as a whole. */
  readonly variables: readonly string[] | null;
}

/** What children noted, put together. */
export interface Notebook {
  /** Hears one answer; what failed has none. */
  add(answer: Json | null): void;
  /** Everything, or why nothing follows from it. */
  read(): { readonly reads: Reads } | Forgotten;
}

const linesOf = (text: string): readonly string[] => (text === '' ? [] : text.split('\n'));

const joined = (lines: Iterable<string>): string => [...lines].sort().join('\n');

/** Two children that found another state at one place: it changed while they ran. */
const twice = (lines: Iterable<string>): string | null => {
  const seen = new Set<string>();
  for (const line of lines) {
    const place = line.slice(line.indexOf(' ') + 1);
    if (seen.has(place)) return place;
    seen.add(place);
  }
  return null;
};

/** An empty notebook. */
export const openNotebook = (): Notebook => {
  const lists = { files: new Set<string>(), libraries: new Set<string>(), folders: new Set<string>() };
  const [looked, names] = [new Set<string>(), new Set<string>()];
  let [everything, refused] = [false, null as string | null];
  return {
    add: (answer) => {
      const told = recordOf(answer?.reads);
      if (!answer?.reads) refused ??= 'a question to Python failed';
      refused ??= textOrNull(told.refused);
      everything ||= told.everything === true;
      const into: Readonly<Record<string, Set<string>>> = { ...lists, looked, names };
      for (const [name, lines] of Object.entries(into))
        for (const line of linesOf(textOf(told[name]))) lines.add(line);
    },
    read: () => {
      const changed = twice(lists.folders) ?? twice(looked);
      if (refused !== null) return { because: refused };
      if (changed !== null) return { because: `${changed} changed in the meantime` };
      const variables = everything ? null : [...names].sort();
      const { files, libraries, folders } = lists;
      return {
        reads: {
          files: joined(files),
          libraries: joined(libraries),
          folders: joined(folders),
          looked: joined(looked),
          variables,
        },
      };
    },
  };
};

const statOf = (file: string): Stats | null => statSync(file, { throwIfNoEntry: false }) ?? null;

const orNull = <T>(work: () => T): T | null => {
  try {
    return work();
  } catch {
    return null;
  }
};

/** As `kind` of dbsync_reads.py. */
const kindOf = (place: string): string => {
  const found = orNull(() => statOf(place));
  if (!found) return 'absent';
  if (found.isDirectory()) return 'folder';
  return found.isFile() ? `file-${found.size}` : 'other';
};

/** What SQLite keeps beside an open file. */
const BESIDE = /^(.+)-(?:journal|wal|shm)$/s;

/** As `listing` of dbsync_reads.py. */
const listingOf = (folder: string): string => {
  const entries = orNull(() => readdirSync(folder, { withFileTypes: true }));
  if (!entries) return 'absent';
  const names = entries.map((entry) => {
    const linked =
      entry.isSymbolicLink() && orNull(() => statOf(path.join(folder, entry.name)))?.isDirectory();
    return entry.isDirectory() || linked === true ? `${entry.name}/` : entry.name;
  });
  const all = new Set(names);
  const own = all.has('dev/') && orNull(() => readdirSync(path.join(folder, 'dev')).join()) === 'active';
  const kept = names.filter((name) => {
    const of = BESIDE.exec(name)?.[1];
    return name !== '__pycache__/' && !(own && name === 'dev/') && !(of !== undefined && all.has(of));
  });
  const sorted = kept.map((name) => Buffer.from(name)).sort(Buffer.compare);
  const digest = createHash('sha256');
  for (const [index, name] of sorted.entries()) digest.update(index === 0 ? '' : '\0').update(name);
  return digest.digest('hex');
};

const placeOf = (line: string): readonly [word: string, place: string] => {
  const at = line.indexOf(' ');
  return [line.slice(0, at), line.slice(at + 1)];
};

/** Whether every folder and every place is as Python found it. */
const asNoted = ({ folders, looked }: Reads): boolean =>
  linesOf(folders).every((line) => {
    const [word, place] = placeOf(line);
    return listingOf(place) === word;
  }) &&
  linesOf(looked).every((line) => {
    const [word, place] = placeOf(line);
    return kindOf(place) === word;
  });

/** A larger one is no schema's; reading it each time would cost more than asking Python. */
const MOST_BYTES = 16_000_000;

const addFile = (digest: Digest, file: string): boolean => {
  const found = orNull(() => statOf(file));
  if (found && (!found.isFile() || found.size > MOST_BYTES)) return false;
  const content = found ? orNull(() => readFileSync(file)) : null;
  digest.update(`${file}\0${content ? content.length : 'absent'}\0`);
  if (content) digest.update(content);
  return true;
};

const addLibrary = (digest: Digest, file: string): boolean => {
  const found = orNull(() => statOf(file));
  digest.update(`${file}\0${found ? `${found.size} ${found.mtimeMs}` : 'absent'}\0`);
  return true;
};

/** The state of everything that was read; null where it is not what Python found, or cannot be told. */
export const stateOf = (reads: Reads): string | null => {
  if (!asNoted(reads)) return null;
  const digest = createHash('sha256');
  const whole =
    linesOf(reads.files).every((file) => addFile(digest, file)) &&
    linesOf(reads.libraries).every((file) => addLibrary(digest, file));
  return whole ? digest.digest('hex') : null;
};

/** A file that was changed after Python was started: which of its states Python read is not known. */
export const changedSince = ({ files, libraries }: Reads, since: number): string | null =>
  [...linesOf(files), ...linesOf(libraries)].find((file) => {
    const found = orNull(() => statOf(file));
    return found !== null && found.ctimeMs >= since;
  }) ?? null;

/** What Python, libpq and SQLAlchemy read by themselves, some of it before anybody noted it. None of it is secret. */
const ALWAYS = /^(?:PYTHON|LC_|LANG|TZ$|PATH$|HOME$|VIRTUAL_ENV$|PG|SQLALCHEMY|ALEMBIC|DISABLE_SQLALCHEMY)/;

export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Set by the bridge itself: the address of the database. */
  readonly set: readonly string[];
  readonly redact: Redact;
}

const derive = promisify<string, string, number, Buffer>(scrypt);
const KEY_BYTES = 32;

/**
 * One word for the values of the variables that were read. It lies in an artifact, and values can be short secrets of other
 * services: then it is as costly to guess from as a stored password. It holds none of the database's own.
 */
export const variablesWord = async (
  { variables }: Reads,
  { environment, set, redact }: Surroundings,
  salt: string,
): Promise<string> => {
  const left = new Set([...set, ...DRIVER_VARIABLES, 'NODE_OPTIONS']);
  const counts = (name: string): boolean =>
    !left.has(name) && (variables === null || ALWAYS.test(name) || variables.includes(name));
  const values = Object.entries(environment)
    .filter(([name, value]) => value !== undefined && counts(name))
    .map(([name, value]) => [name, redact(value ?? '')] as const)
    .sort();
  const text = JSON.stringify(values);
  if (values.every(([name]) => ALWAYS.test(name))) return hashText(text);
  const key = await derive(text, salt, KEY_BYTES);
  return key.toString('hex');
};
