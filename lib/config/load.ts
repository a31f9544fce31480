// Finds and reads the configuration and the variables. One of two places that may read process.env (the other is cli/).
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseEnv } from 'node:util';
import { DbsyncError, messageOf } from '../errors/index.ts';
import { redactor } from '../target/index.ts';
import type { DbsyncConfig } from './define.ts';
import { judgeConfig, literalSecrets } from './judge.ts';
import { type Problem, parseConfig } from './parse.ts';
import { importTypeScript } from './typescript.ts';

/** File names that are looked for, in this order. */
export const CONFIG_FILES: readonly string[] = [
  'dbsync.config.ts',
  'dbsync.config.mts',
  'dbsync.config.js',
  'dbsync.config.mjs',
];

export interface Variable {
  readonly value: string;
  readonly origin: 'environment' | '.env';
}

export interface LoadedConfig {
  readonly file: string;
  /** Absolute folder of the configuration: where `dev/active` and `.env` are. */
  readonly root: string;
  /** Absolute folder of the project whose code declares the schema. */
  readonly project: string;
  readonly config: DbsyncConfig;
  /** A variable of the environment or of `.env`; the environment wins. */
  readonly variable: (name: string) => Variable | undefined;
}

/** A snapshot of the process's environment. */
export const processEnvironment = (): Readonly<Record<string, string | undefined>> => ({ ...process.env });

const findConfig = (cwd: string, stated: string | undefined): string => {
  const candidates = stated ? [path.resolve(cwd, stated)] : CONFIG_FILES.map((name) => path.join(cwd, name));
  const found = candidates.find((file) => existsSync(file));
  if (found) return found;
  throw new DbsyncError('CONFIG_MISSING', {
    summary: stated
      ? `There is no configuration at ${path.resolve(cwd, stated)}.`
      : `There is no dbsync.config.ts in ${cwd}.`,
    why: 'The configuration declares the environments, and dbsync never guesses a target.',
    next: ['$ npx zx tasks/init.ts', 'or pass --config <file>.'],
  });
};

const defaultOf = (module: unknown): unknown =>
  module !== null && typeof module === 'object' && 'default' in module ? module.default : undefined;

/** Without `"type": "module"` in a package.json (a Python project has none) the file becomes CommonJS, and its exports lie one deeper. */
const exportOf = (module: unknown): unknown => {
  const outer = defaultOf(module);
  const isCompiled = outer !== null && typeof outer === 'object' && '__esModule' in outer;
  return isCompiled ? defaultOf(outer) : outer;
};

/** The build runs without a loader; where this file is TypeScript itself, whatever reads it reads the configuration too. */
const needsLoader = (file: string): boolean => /\.m?ts$/.test(file) && !import.meta.url.endsWith('.ts');

/** A module that awaits what never comes would end the process without a word. */
const settled = async <T>(work: Promise<T>): Promise<T> => {
  let listener = (): void => {};
  const stuck = new Promise<never>((_resolve, reject) => {
    listener = () => reject(new Error('it awaits something that never comes'));
    process.once('beforeExit', listener);
  });
  try {
    return await Promise.race([work, stuck]);
  } finally {
    process.off('beforeExit', listener);
  }
};

const notLoaded = (file: string, cause: unknown): DbsyncError => {
  const said = messageOf(cause).split('\n')[0] ?? '';
  return new DbsyncError('CONFIG_INVALID', {
    summary: `${path.basename(file)} could not be loaded: ${redactor([])(said)}`,
    why: 'It must be a module whose default export is the result of `defineConfig({ ... })`.',
    next: /Cannot find (?:module|package) 'dbsync'/.test(said)
      ? ['$ npm install --save-dev dbsync', 'or leave `defineConfig` out: the object alone will do.']
      : ['Mend the file; reference/config.md lists every key.'],
  });
};

const importConfig = async (file: string): Promise<unknown> => {
  try {
    const module: unknown = await settled(
      needsLoader(file) ? importTypeScript(file) : import(pathToFileURL(file).href),
    );
    return exportOf(module);
  } catch (cause) {
    throw notLoaded(file, cause);
  }
};

/** Its own code may run once more here, behind a getter. */
const readConfig = (
  file: string,
  value: unknown,
): { readonly config: DbsyncConfig | null; readonly problems: readonly Problem[] } => {
  try {
    const { config, problems } = parseConfig(value);
    return {
      config,
      problems: [...problems, ...literalSecrets(value), ...(config ? judgeConfig(config) : [])],
    };
  } catch (cause) {
    throw notLoaded(file, cause);
  }
};

const invalid = (file: string, problems: readonly Problem[]): DbsyncError =>
  new DbsyncError('CONFIG_INVALID', {
    summary: `${path.basename(file)} has ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}:\n${problems
      .map((problem) => `  ${problem.path} ${problem.message}`)
      .join('\n')}`,
    why: 'Nothing is done with a configuration that is not understood as a whole.',
    next: ['Mend the keys named above; reference/config.md lists every key.'],
    details: { problems },
  });

const dotEnv = (root: string): Readonly<Record<string, string | undefined>> => {
  const file = path.join(root, '.env');
  return existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
};

const lookup = (
  environment: Readonly<Record<string, string | undefined>>,
  file: Readonly<Record<string, string | undefined>>,
): LoadedConfig['variable'] => {
  const own = (record: Readonly<Record<string, string | undefined>>, name: string): string | undefined =>
    Object.hasOwn(record, name) && record[name] !== '' ? record[name] : undefined;
  return (name) => {
    const live = own(environment, name);
    if (live !== undefined) return { value: live, origin: 'environment' };
    const stored = own(file, name);
    return stored === undefined ? undefined : { value: stored, origin: '.env' };
  };
};

/** The variables of a project: those of the environment, then those of the `.env` in its folder. */
export const variablesOf = (
  root: string,
  environment: Readonly<Record<string, string | undefined>>,
): LoadedConfig['variable'] => lookup(environment, dotEnv(root));

/** Loads the configuration. Throws CONFIG_MISSING, CONFIG_INVALID with every problem at once. */
export const loadConfig = async (options: {
  readonly cwd: string;
  readonly file?: string | undefined;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}): Promise<LoadedConfig> => {
  const file = findConfig(options.cwd, options.file);
  const value = await importConfig(file);
  const { config, problems } = readConfig(file, value);
  if (!config || problems.length > 0) throw invalid(file, problems);
  const root = path.dirname(file);
  return {
    file,
    root,
    project: path.resolve(root, config.project ?? '.'),
    config,
    variable: variablesOf(root, options.environment ?? processEnvironment()),
  };
};
