// The migrations folder: names, texts, checksums, and everything that is wrong with the files themselves. Reads files only.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { DbsyncError, messageOf } from '../../errors/index.ts';
import type { LedgerProblem, Migration } from '../contract.ts';
import { entriesOf } from '../folder.ts';
import { textOf } from './files.ts';

export interface History {
  /** In order of application: by name. */
  readonly migrations: readonly Migration[];
  /** Folder -> its whole text, byte order mark included: what Prisma's engine reads. */
  readonly texts: ReadonlyMap<string, string>;
  /** The text of migration_lock.toml; null where there is none. */
  readonly lockFile: string | null;
  readonly problems: readonly LedgerProblem[];
}

const FILE = 'migration.sql';
const BOM = '\uFEFF';

/** Prisma's checksum of a migration: lower-case hex SHA-256 of its UTF-8 text. */
export const checksumOf = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

const problem = (
  code: string,
  weight: LedgerProblem['weight'],
  parts: { readonly migration: string; readonly message: string; readonly remedy: readonly string[] },
): LedgerProblem => ({ code, weight, ...parts });

/** The folders of migrations, by name; none where the folder itself is missing. Throws SOURCE_INVALID. */
const foldersIn = async (folder: string): Promise<readonly string[]> => {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw new DbsyncError('SOURCE_INVALID', {
      summary: `The migrations folder ${folder} cannot be read.`,
      why: messageOf(error),
      cause: error,
    });
  }
};

/** What lies in a folder, by name; hidden files are nobody's migration. */
const namesIn = (folder: string): readonly string[] =>
  entriesOf(folder)
    .map((entry) => entry.name)
    .filter((name) => !name.startsWith('.'))
    .sort();

// ignoreBOM keeps the byte order mark in the text, where Prisma's checksum has it too.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The file's text, or what keeps it from being one. Histories have hundreds of small files; asked for in turn, each would wait for a thread. */
const readText = (file: string): { text: string } | { missing: true } | { bad: string } => {
  try {
    return { text: decoder.decode(readFileSync(file)) };
  } catch (error) {
    if (error instanceof TypeError) return { bad: 'it is not UTF-8 text' };
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { missing: true };
    return { bad: messageOf(error) };
  }
};

/** Prisma's engine refuses such a folder (P3015), whatever else is in it; some projects keep there what a program of their own runs. */
const withoutFile = (id: string, file: string, others: readonly string[]): LedgerProblem =>
  problem('x-deleted-migration', 'blocking', {
    migration: id,
    ...(others.length === 0
      ? {
          message: `The migration folder ${id} holds no ${FILE}: its file was deleted, or the folder is a leftover.`,
          remedy: [`Restore ${file} from version control, or delete the empty folder.`],
        }
      : {
          message: `The migration folder ${id} holds ${others.slice(0, 3).join(', ')} and no ${FILE}: nothing that Prisma would run.`,
          remedy: [
            'Restore the migration.sql that is missing; or keep what another program runs outside of the migrations folder.',
            'Where the project copies the migrations of SQL to a folder of their own before it deploys, name that folder: `migrations` in dbsync.config.ts.',
          ],
        }),
  });

const badFile = (id: string, file: string, why: string): LedgerProblem =>
  problem('x-unparseable', 'blocking', {
    migration: id,
    message: `${file} cannot be read as SQL: ${why}.`,
    remedy: [`Save ${file} as UTF-8 text, or restore it from version control.`],
  });

const byteOrderMark = (id: string, file: string): LedgerProblem =>
  problem('x-unparseable', 'warning', {
    migration: id,
    message: `${file} starts with a byte order mark; Prisma's own deploy sends it to the database, which may reject it. dbsync leaves it out.`,
    remedy: [`Save ${file} as UTF-8 without a byte order mark, while it is not applied anywhere.`],
  });

/** Pairs of migrations that share what must be each one's own. */
const duplicates = (
  migrations: readonly Migration[],
  by: {
    readonly key: (migration: Migration) => string | null;
    readonly what: string;
    readonly remedy: string;
  },
): readonly LedgerProblem[] => {
  const first = new Map<string, string>();
  const found: LedgerProblem[] = [];
  for (const migration of migrations) {
    const key = by.key(migration);
    const before = key === null ? undefined : first.get(key);
    if (key !== null && before === undefined) first.set(key, migration.id);
    if (before !== undefined) {
      found.push(
        problem('x-duplicate-version', 'warning', {
          migration: migration.id,
          message: `The migrations ${before} and ${migration.id} have the same ${by.what}.`,
          remedy: [by.remedy],
        }),
      );
    }
  }
  return found;
};

const duplicateProblems = (migrations: readonly Migration[]): readonly LedgerProblem[] => [
  ...duplicates(migrations, {
    key: (migration) => /^\d{14}/.exec(migration.id)?.[0] ?? null,
    what: 'timestamp, so only the rest of their names decides which runs first',
    remedy: 'Give the one that is not applied anywhere a later timestamp.',
  }),
  ...duplicates(migrations, {
    key: (migration) => (migration.sql?.trim() ? migration.checksum : null),
    what: 'text, so the same statements run twice',
    remedy: 'Delete the copy, if it is one and is not applied anywhere.',
  }),
];

/** Reads the history below `root`. Throws SOURCE_INVALID where the folder itself cannot be read. */
export const readHistory = async (root: string, migrationsFolder: string): Promise<History> => {
  const folder = path.resolve(root, migrationsFolder);
  const migrations: Migration[] = [];
  const texts = new Map<string, string>();
  const problems: LedgerProblem[] = [];
  for (const id of await foldersIn(folder)) {
    const file = `${migrationsFolder}/${id}/${FILE}`;
    const content = readText(path.join(folder, id, FILE));
    if ('missing' in content) problems.push(withoutFile(id, file, namesIn(path.join(folder, id))));
    else if ('bad' in content) problems.push(badFile(id, file, content.bad));
    else {
      const { text } = content;
      texts.set(id, text);
      if (text.startsWith(BOM)) problems.push(byteOrderMark(id, file));
      migrations.push({
        id,
        file,
        sql: text.startsWith(BOM) ? text.slice(1) : text,
        checksum: checksumOf(text),
      });
    }
  }
  const lockFile = await textOf(path.join(folder, 'migration_lock.toml'));
  return { migrations, texts, lockFile, problems: [...problems, ...duplicateProblems(migrations)] };
};

/** The provider that migration_lock.toml names; null where it names none. */
export const lockedProvider = (lockFile: string): string | null =>
  /^\s*provider\s*=\s*["']([^"']*)["']/m.exec(lockFile)?.[1] ?? null;
