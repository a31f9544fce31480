// Finds the configuration file of a Prisma project and reads it. Knows nothing of schemas and databases.
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { runConfig } from './config-run.ts';
import { type PrismaConfig, readConfigText } from './config-text.ts';
import { exists, relative, textOf } from './files.ts';

const EXTENSIONS = ['js', 'ts', 'mjs', 'cjs', 'mts', 'cts'];

/** In the order of Prisma 7.10: `prisma7.config.*` wins, so that Prisma 7 can stand beside Prisma 8. */
const CONFIG_NAMES = ['prisma7.config', '.config/prisma7', 'prisma.config', '.config/prisma'].flatMap(
  (name) => EXTENSIONS.map((extension) => `${name}.${extension}`),
);

const namesIn = async (folder: string): Promise<readonly string[]> => {
  try {
    return await readdir(folder);
  } catch {
    return [];
  }
};

/** The configuration files that stand in a folder, the one that counts first. */
export const configsIn = async (root: string): Promise<readonly string[]> => {
  const [here, hidden] = await Promise.all([namesIn(root), namesIn(path.join(root, '.config'))]);
  const names = new Set([...here, ...hidden.map((name) => `.config/${name}`)]);
  return CONFIG_NAMES.filter((name) => names.has(name));
};

/** A configuration file of the project, read. */
export interface FoundConfig {
  /** Relative to the root. */
  readonly file: string;
  readonly config: PrismaConfig;
}

/** The configuration file of a project, read from its text, or run where the text does not tell. Throws SOURCE_INVALID. */
export const findConfig = async (root: string): Promise<FoundConfig | null> => {
  for (const file of await configsIn(root)) {
    const text = await textOf(path.join(root, file));
    if (text !== null) {
      return { file, config: readConfigText(text) ?? (await runConfig(path.join(root, file))) };
    }
  }
  return null;
};

/** A path of the configuration: relative to the file; older versions of Prisma took it from the root. */
export const configPath = async (root: string, found: FoundConfig, stated: string): Promise<string> => {
  const beside = path.resolve(root, path.dirname(found.file), stated);
  const below = path.resolve(root, stated);
  return relative(root, (await exists(beside)) || !(await exists(below)) ? beside : below);
};
