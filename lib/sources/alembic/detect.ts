// Recognises an Alembic project from its files, up to five folders down. Starts no interpreter and reads no database.
import path from 'node:path';
import { DbsyncError } from '../../errors/index.ts';
import type { Detection } from '../contract.ts';
import { entriesOf } from '../folder.ts';
import { parseToolTable } from './config-file.ts';
import { bareLayout, findLayout, importRoot, type Layout, readText } from './layout.ts';
import { dialectOfScheme } from './providers.ts';

/** Most projects are found near; a nearer one is never given up for what lies deep in another part of a repository. */
const NEAR = 3;
const DEEP = 2;
const MAX_FOLDERS = 3000;
const SKIPPED = new Set([
  'node_modules',
  'site-packages',
  'venv',
  'env',
  '__pycache__',
  'dist',
  'build',
  'target',
  'vendor',
]);

/** The folder of one migration of another tool, by its timestamp: a history has hundreds of them, and none holds a project. */
const ONE_MIGRATION = /^\d{14}_/;

interface Found {
  readonly configs: readonly string[];
  readonly pyprojects: readonly string[];
  readonly bare: readonly string[];
}

/** Walks that many levels breadth first, so that the nearest configuration comes first; `below`: the folders of the next level. */
const walk = (folders: readonly string[], levels: number): Found & { readonly below: readonly string[] } => {
  const found = { configs: [] as string[], pyprojects: [] as string[], bare: [] as string[] };
  let level = folders;
  for (let depth = 0, seen = 0; depth < levels && level.length > 0; depth += 1) {
    const below: string[] = [];
    for (const folder of level) {
      seen += 1;
      if (seen > MAX_FOLDERS) return { ...found, below: [] };
      const entries = entriesOf(folder);
      const names = new Set(entries.map((entry) => entry.name));
      if (names.has('alembic.ini')) found.configs.push(path.join(folder, 'alembic.ini'));
      if (names.has('pyproject.toml')) found.pyprojects.push(path.join(folder, 'pyproject.toml'));
      if (names.has('env.py') && names.has('versions')) found.bare.push(folder);
      for (const entry of entries) {
        const hidden =
          entry.name.startsWith('.') || SKIPPED.has(entry.name) || ONE_MIGRATION.test(entry.name);
        if (entry.isDirectory() && !hidden) below.push(path.join(folder, entry.name));
      }
    }
    level = below.sort();
  }
  return { ...found, below: level };
};

const depthOf = (file: string): number => file.split(path.sep).length;

/** The nearest; two at the same distance are two projects. */
const nearest = (files: readonly string[], root: string): string | null => {
  const [first, second] = files;
  if (first !== undefined && second !== undefined && depthOf(first) === depthOf(second)) {
    throw new DbsyncError('SOURCE_AMBIGUOUS', {
      summary: `This project has several Alembic environments: ${files.map((file) => path.relative(root, file)).join(', ')}.`,
      why: 'Each is a history of its own; a person must say which one this database follows.',
      next: ['Set `project` in dbsync.config.ts to the folder of the one that is meant.'],
    });
  }
  return first ?? null;
};

const withTable = async (files: readonly string[]): Promise<readonly string[]> => {
  const kept: string[] = [];
  for (const file of files) if (parseToolTable((await readText(file)) ?? '')) kept.push(file);
  return kept;
};

const bareFolder = async (folders: readonly string[], root: string): Promise<Layout | null> => {
  const ours: string[] = [];
  for (const folder of folders) {
    const text = (await readText(path.join(folder, 'env.py'))) ?? '';
    if (/^\s*from alembic import .*\bcontext\b/m.test(text)) ours.push(folder);
  }
  const folder = nearest(ours, root);
  return folder === null ? null : bareLayout(importRoot(path.dirname(folder), root), folder);
};

const LOCKED = [
  'uv.lock',
  'poetry.lock',
  'Pipfile.lock',
  'requirements.txt',
  'requirements-dev.txt',
  'pyproject.toml',
];

/** The version that the project's own files pin; null where none does. */
const pinnedVersion = async (folders: readonly string[]): Promise<string | null> => {
  for (const folder of folders) {
    for (const name of LOCKED) {
      const text = (await readText(path.join(folder, name))) ?? '';
      const found =
        /^name = "alembic"\nversion = "([^"]+)"/m.exec(text) ??
        /"alembic": \{[^}]*"version": "==([^"]+)"/.exec(text) ??
        /^\s*["']?alembic(?:\[\w+\])?\s*==\s*([\d.]+)/m.exec(text);
      if (found?.[1]) return found[1];
    }
  }
  return null;
};

const describe = async (layout: Layout, top: string): Promise<Detection> => {
  const relative = (file: string): string => path.relative(layout.root, file) || '.';
  const config = layout.toml ?? layout.ini;
  const evidence = [config, layout.env].filter((file) => file !== null);
  return {
    source: 'alembic',
    root: layout.root,
    evidence: evidence.map((file) => path.relative(top, file)),
    schema: relative(layout.env),
    migrations: layout.versions.map(relative).join(', '),
    version: await pinnedVersion([...new Set([layout.root, top])]),
    dialect: layout.scheme === null ? null : dialectOfScheme(layout.scheme),
    ...(config !== null && { config: relative(config) }),
  };
};

/** A configuration with several sections and no default one is still a project; `open` asks which. */
const layoutOf = async (config: string, root: string): Promise<Layout> => {
  const layout = await findLayout(config, root, 'any');
  if (layout) return layout;
  throw new DbsyncError('SOURCE_INVALID', {
    summary: `${path.relative(root, config)} names a script_location without an env.py.`,
    why: 'Alembic runs env.py from there; nothing can be known of the history without it.',
    next: [
      'Correct `script_location`, or run `alembic init` for a new project.',
      'A relative location is resolved from the folder where Alembic is run.',
    ],
  });
};

/** The project among what was found. */
const projectOf = async (found: Found, top: string): Promise<Detection | null> => {
  const config = nearest(found.configs, top) ?? nearest(await withTable(found.pyprojects), top);
  if (config !== null) {
    const toml = path.join(path.dirname(config), 'pyproject.toml');
    const preferToml = !config.endsWith('.toml') && (await withTable([toml])).length > 0;
    return describe(await layoutOf(preferToml ? toml : config, top), top);
  }
  const bare = await bareFolder(found.bare, top);
  return bare ? describe(bare, top) : null;
};

/** Finds the project. Throws SOURCE_AMBIGUOUS, SOURCE_INVALID. */
export const detect = async (root: string): Promise<Detection | null> => {
  const top = path.resolve(root);
  const near = walk([top], NEAR + 1);
  return (await projectOf(near, top)) ?? projectOf(walk(near.below, DEEP), top);
};
