// The schema files of a Prisma project and their datasource block. Reads text; knows no engine and no database.
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { DbsyncError, messageOf } from '../../errors/index.ts';

export interface SchemaFile {
  /** Relative to the folder that the caller named, with `/`. */
  readonly path: string;
  readonly content: string;
}

/** A member that is text: written there, or named by a variable. */
export type Setting = { readonly literal: string } | { readonly variable: string };

export interface Datasource {
  /** The file that holds the block. */
  readonly file: string;
  readonly provider: string | null;
  readonly url: Setting | null;
  readonly directUrl: Setting | null;
  readonly schemas: readonly string[];
  readonly relationMode: string | null;
}

const MAX_DEPTH = 6;
const SKIPPED = new Set(['node_modules', 'migrations', '.git']);

const collect = async (folder: string, depth: number): Promise<readonly string[]> => {
  if (depth > MAX_DEPTH) return [];
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const at = path.join(folder, entry.name);
    if (entry.isDirectory() && !SKIPPED.has(entry.name)) found.push(...(await collect(at, depth + 1)));
    else if (entry.isFile() && entry.name.endsWith('.prisma')) found.push(at);
  }
  return found.sort();
};

/** The schema files behind a path: the file itself, or every `.prisma` file of the folder. Throws SOURCE_INVALID. */
export const readSchema = async (root: string, schema: string): Promise<readonly SchemaFile[]> => {
  const target = path.resolve(root, schema);
  try {
    const files = (await stat(target)).isDirectory() ? await collect(target, 0) : [target];
    return await Promise.all(
      files.map(async (file) => ({
        path: path.relative(root, file).split(path.sep).join('/'),
        content: await readFile(file, 'utf8'),
      })),
    );
  } catch (error) {
    throw new DbsyncError('SOURCE_INVALID', {
      summary: `The Prisma schema ${schema} cannot be read.`,
      why: messageOf(error),
      next: ['Correct the path in prisma.config or package.json (`prisma.schema`), or restore the file.'],
      cause: error,
    });
  }
};

/** The text with every comment blanked; strings and offsets stay. */
export const withoutComments = (text: string): string =>
  text.replace(/"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (part) =>
    part.startsWith('"') ? part : part.replace(/[^\n]/g, ' '),
  );

const unquote = (text: string): string => {
  try {
    return String(JSON.parse(text));
  } catch {
    return text.slice(1, -1);
  }
};

const settingOf = (value: string | undefined): Setting | null => {
  const found = value === undefined ? null : /^(?:env\s*\(\s*("[^"]*")\s*\)|("(?:[^"\\]|\\.)*"))/.exec(value);
  if (found?.[1]) return { variable: unquote(found[1]) };
  return found?.[2] ? { literal: unquote(found[2]) } : null;
};

const literalOf = (value: string | undefined): string | null => {
  const setting = settingOf(value);
  return setting && 'literal' in setting ? setting.literal : null;
};

/** The members of a block, one on each line; the values as written. */
const membersOf = (body: string): ReadonlyMap<string, string> => {
  const members = new Map<string, string>();
  for (const found of body.matchAll(/^[ \t]*(\w+)[ \t]*=[ \t]*(\[[^\]]*\]|[^\n]*)/gm)) {
    members.set(found[1] ?? '', (found[2] ?? '').trim());
  }
  return members;
};

/** The datasource block of one file; null where it has none. */
export const datasourceOf = (file: SchemaFile): Datasource | null => {
  const text = withoutComments(file.content);
  const found = /(?:^|\n)[ \t]*datasource[ \t]+\w+[ \t]*\{((?:"(?:[^"\\\n]|\\.)*"|[^"}])*)\}/.exec(text);
  if (!found) return null;
  const members = membersOf(found[1] ?? '');
  const list = [...(members.get('schemas') ?? '').matchAll(/"(?:[^"\\]|\\.)*"/g)];
  return {
    file: file.path,
    provider: literalOf(members.get('provider')),
    url: settingOf(members.get('url')),
    directUrl: settingOf(members.get('directUrl')),
    schemas: list.map((item) => unquote(item[0])),
    // Its name up to Prisma 4, which Prisma still reads.
    relationMode: literalOf(members.get('relationMode') ?? members.get('referentialIntegrity')),
  };
};

/** The one datasource block of a schema. Throws SOURCE_INVALID where there is none, or more than one. */
export const datasourceIn = (files: readonly SchemaFile[], schema: string): Datasource => {
  const [first, second] = files.map(datasourceOf).filter((block) => block !== null);
  if (first && !second) return first;
  throw new DbsyncError('SOURCE_INVALID', {
    summary: first
      ? `The Prisma schema ${schema} has a datasource block in ${first.file} and another in ${second?.file}.`
      : `The Prisma schema ${schema} has no datasource block.`,
    why: 'Prisma needs exactly one, and dbsync reads from it which database the schema is for.',
    next: ['$ npx prisma validate'],
  });
};
