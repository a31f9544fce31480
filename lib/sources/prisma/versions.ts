// Which Prisma a project uses, as far as its files tell. Reads package.json files only; runs nothing.
import path from 'node:path';
import { exists, jsonOf, record } from './files.ts';

export interface PrismaVersion {
  /** `7.10.1`; for a range its lowest version. */
  readonly version: string;
  /** Where it was read, for people: `node_modules/prisma`, `package.json`. */
  readonly from: string;
}

/** Packages that carry Prisma's version; `@prisma/prisma7` is Prisma 7 beside a Prisma 8. */
const INSTALLED = ['@prisma/prisma7', 'prisma', '@prisma/client', '@prisma/engines'] as const;

/** How many folders upward a package may be hoisted. */
const MAX_LEVELS = 8;

/** The folder and those above it, nearest first; never past a repository's root. */
export const foldersUpward = async (folder: string): Promise<readonly string[]> => {
  const found: string[] = [];
  let at = path.resolve(folder);
  while (found.length < MAX_LEVELS) {
    found.push(at);
    const parent = path.dirname(at);
    if (parent === at || (await exists(path.join(at, '.git')))) break;
    at = parent;
  }
  return found;
};

const installedVersion = async (folders: readonly string[]): Promise<PrismaVersion | null> => {
  for (const name of INSTALLED) {
    for (const folder of folders) {
      const manifest = await jsonOf(path.join(folder, 'node_modules', name, 'package.json'));
      if (typeof manifest?.version === 'string') {
        return { version: manifest.version, from: `node_modules/${name}` };
      }
    }
  }
  return null;
};

/** The lowest version of a range: `^6.19.0` is 6.19.0. Null for words such as `latest` and `catalog:`. */
export const lowestOf = (range: string): string | null => {
  const found = /^(?:npm:[^@]+@|workspace:)?[\s^~>=v]*(\d+)(?:\.(\d+|x|\*))?(?:\.(\d+|x|\*))?(-[\w.]+)?/.exec(
    range,
  );
  if (!found) return null;
  const number = (part: string | undefined): string => (part && /^\d+$/.test(part) ? part : '0');
  return `${number(found[1])}.${number(found[2])}.${number(found[3])}${found[4] ?? ''}`;
};

const rangeIn = (manifest: Readonly<Record<string, unknown>>): string | null => {
  for (const name of INSTALLED) {
    for (const group of ['devDependencies', 'dependencies', 'peerDependencies', 'optionalDependencies']) {
      const range = record(manifest[group])?.[name];
      if (typeof range === 'string') return lowestOf(range);
    }
  }
  return null;
};

/**
 * Prisma's version: of the installed packages, else of the nearest package.json that names one, else null.
 * `@prisma/engines-version` is not asked: its number is that of the engines (7.1.1 for Prisma 6.19.3), not Prisma's.
 */
export const prismaVersion = async (root: string): Promise<PrismaVersion | null> => {
  const folders = await foldersUpward(root);
  const installed = await installedVersion(folders);
  if (installed) return installed;
  for (const folder of folders) {
    const manifest = await jsonOf(path.join(folder, 'package.json'));
    const version = manifest ? rangeIn(manifest) : null;
    if (version !== null) return { version, from: 'package.json' };
  }
  return null;
};

/** `7.10.1` as [7, 10, 1]; null for null. */
export const versionNumbers = (version: string | null): readonly number[] | null => {
  const found = version === null ? null : /^(\d+)\.(\d+)\.(\d+)/.exec(version);
  return found ? found.slice(1, 4).map(Number) : null;
};
