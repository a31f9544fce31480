// Where an Alembic project keeps its parts: configuration, env.py, revisions. Reads files only and starts nothing.
import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import { DbsyncError } from '../../errors/index.ts';
import { entriesOf } from '../folder.ts';
import {
  environmentSections,
  optionOf,
  parseIni,
  parseToolTable,
  type Sections,
  splitLocations,
} from './config-file.ts';

export interface Layout {
  /** Absolute folder where Alembic's commands are run. */
  readonly root: string;
  /** Absolute. */
  readonly ini: string | null;
  readonly toml: string | null;
  readonly section: string;
  /** Absolute folder of env.py, where the configuration does not say it. */
  readonly scriptLocation: string | null;
  /** Absolute folder with env.py. */
  readonly folder: string;
  readonly env: string;
  /** Absolute folders with revisions. */
  readonly versions: readonly string[];
  /** Made by Flask-Migrate: env.py needs the running application. */
  readonly flask: boolean;
  /** The scheme of the configured URL; null for a placeholder or none. */
  readonly scheme: string | null;
}

/** The file's text; null where there is none. */
export const readText = async (file: string): Promise<string | null> => {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return null;
  }
};

const isThere = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

/** A location in Alembic's three notations: absolute, relative to where it is run, `package:folder`. */
const places = (location: string, root: string): readonly string[] => {
  const [name = '', inner] = location.includes(':') && !path.isAbsolute(location) ? location.split(':') : [];
  if (inner === undefined) return [path.resolve(root, location)];
  const inPackage = path.join(...name.split('.'), inner);
  return [path.resolve(root, inPackage), path.resolve(root, 'src', inPackage)];
};

const firstWith = async (folders: readonly string[], file: string): Promise<string | null> => {
  for (const folder of folders) if (await isThere(path.join(folder, file))) return folder;
  return null;
};

/** What one configuration says, before its places are looked up. */
interface Settings {
  readonly ini: string | null;
  readonly toml: string | null;
  readonly section: string;
  readonly get: (name: string) => string | null;
}

/** The folder from which the project's code imports itself: the first one above that is no package of it. */
export const importRoot = (folder: string, top = path.parse(folder).root): string => {
  let root = folder;
  while (root !== top && entriesOf(root).some(({ name }) => name === '__init__.py'))
    root = path.dirname(root);
  return root;
};

/** A section's name; `any`: the first will do; null: there must be one that is clearly meant. */
export type SectionChoice = { readonly name: string } | 'any' | null;

const sectionMissing = (summary: string, known: readonly string[]): DbsyncError =>
  new DbsyncError('SOURCE_AMBIGUOUS', {
    summary,
    why: 'Each section is a history of its own; a person must say which one this database follows.',
    next: [
      `Choose one of these sections in dbsync.config.ts: ${known.join(', ') || 'alembic'}. For the first: tool: { section: '${known[0] ?? 'alembic'}' }.`,
    ],
  });

const chooseSection = (sections: Sections, choice: SectionChoice, file: string): string => {
  const known = environmentSections(sections);
  if (choice !== null && choice !== 'any') {
    if (known.includes(choice.name) || sections.has(choice.name)) return choice.name;
    throw sectionMissing(`${file} has no section [${choice.name}].`, known);
  }
  const [first, second] = known;
  if (first === undefined || known.includes('alembic')) return 'alembic';
  if (second === undefined || choice === 'any') return first;
  throw sectionMissing(`${file} describes several migration environments: ${known.join(', ')}.`, known);
};

const readSettings = async (config: string, section: SectionChoice): Promise<Settings> => {
  const text = (await readText(config)) ?? '';
  const here = path.dirname(config);
  if (config.endsWith('.toml')) {
    const table = parseToolTable(text) ?? new Map<string, string>();
    const beside = path.join(here, 'alembic.ini');
    const ini = (await isThere(beside)) ? beside : null;
    const sections = parseIni(ini ? ((await readText(ini)) ?? '') : '');
    const get = (name: string): string | null =>
      table.get(name)?.replaceAll('%(here)s', here).replaceAll('%%', '%') ??
      optionOf(sections, 'alembic', name, here);
    return { ini, toml: config, section: 'alembic', get };
  }
  const sections = parseIni(text);
  const chosen = chooseSection(sections, section, path.basename(config));
  return {
    ini: config,
    toml: null,
    section: chosen,
    get: (name) => optionOf(sections, chosen, name, here),
  };
};

const versionFolders = (settings: Settings, root: string, folder: string): readonly string[] => {
  const stated = settings.get('version_locations');
  if (!stated) return [path.join(folder, 'versions')];
  const separator = settings.get('path_separator') ?? settings.get('version_path_separator');
  return splitLocations(stated, settings.toml ? 'newline' : separator).flatMap((item) =>
    places(item, root).slice(0, 1),
  );
};

const schemeOf = (url: string | null): string | null => {
  const scheme = url === null ? undefined : /^([a-z][\w+]*):\/\//i.exec(url)?.[1]?.toLowerCase();
  return scheme === undefined || scheme === 'driver' ? null : scheme;
};

/** A configuration that the project's own code fills in (`script_location = {folder}`) lies beside what it is for, or above it. */
const TEMPLATE = /\{.*\}/;

const besideTemplate = (folder: string): readonly string[] =>
  entriesOf(folder)
    .filter((entry) => entry.isDirectory() && entriesOf(path.join(folder, entry.name)).some(isVersions))
    .map((entry) => path.join(folder, entry.name));

const isVersions = ({ name }: { readonly name: string }): boolean => name === 'versions';

/** Reads the layout for commands that are run in `root`; null where its env.py is not found from there. */
const layoutFrom = async (settings: Settings, root: string, here: string): Promise<Layout | null> => {
  const stated = settings.get('script_location');
  const location = stated !== null && TEMPLATE.test(stated) ? null : stated;
  const own = stated === location ? [] : besideTemplate(here);
  const folder = await firstWith(location === null ? [here, ...own] : places(location, root), 'env.py');
  if (folder === null) return null;
  const env = path.join(folder, 'env.py');
  const text = (await readText(env)) ?? '';
  return {
    root,
    ini: settings.ini,
    toml: settings.toml,
    section: settings.section,
    scriptLocation: location === null ? folder : null,
    folder,
    env,
    versions: versionFolders(settings, root, folder),
    flask: /^\s*(?:from|import)\s+flask\b/m.test(text) && text.includes('current_app'),
    scheme: schemeOf(settings.get('sqlalchemy.url')),
  };
};

/** The layout of a configuration file, tried from its own folder up to `top`. Throws SOURCE_AMBIGUOUS. */
export const findLayout = async (
  config: string,
  top: string,
  section: SectionChoice,
): Promise<Layout | null> => {
  const settings = await readSettings(config, section);
  const here = path.dirname(config);
  for (let root = here; ; root = path.dirname(root)) {
    const layout = await layoutFrom(settings, root, here);
    // A configuration that lies inside its own script folder is used from above (`alembic -c x/alembic.ini`, `flask db`).
    const inside = layout !== null && layout.folder === here && here !== top && root === here;
    if (layout) return inside ? { ...layout, root: importRoot(path.dirname(here), top) } : layout;
    if (root === top || root === path.dirname(root)) return null;
  }
};

/** The layout of a script folder without any configuration file: Alembic called from the project's own code. */
export const bareLayout = (root: string, folder: string): Layout => ({
  root,
  ini: null,
  toml: null,
  section: 'alembic',
  scriptLocation: folder,
  folder,
  env: path.join(folder, 'env.py'),
  versions: [path.join(folder, 'versions')],
  flask: false,
  scheme: null,
});
