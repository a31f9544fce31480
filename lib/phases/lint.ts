// `lint`: the hazards of migration files, from their texts alone. Needs no environment, no URL, no driver, no database.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  CONFIG_FILES,
  DEFAULT_TIMEOUTS,
  type Environment,
  type LoadedConfig,
  loadConfig,
  resolveEnvironment,
} from '../config/index.ts';
import type { AssumedServer, Dialect, Offline } from '../dialects/contract.ts';
import { dialectNames, loadDialect } from '../dialects/registry.ts';
import { DbsyncError, EXIT } from '../errors/index.ts';
import { type Linted, lintMigrations } from '../plan/index.ts';
import { annotations, sarif } from '../report/index.ts';
import {
  applyPolicy,
  type Decision,
  type Hazard,
  type InlineProblem,
  inlineAcceptances,
  PROCESS_RULES,
} from '../risk/index.ts';
import type { Detection, Migration } from '../sources/contract.ts';
import { detectSource, loadSource } from '../sources/registry.ts';
import { redactor } from '../target/index.ts';
import type { PhaseOptions, World } from './options.ts';
import type { Outcome } from './outcome.ts';
import { statedBy } from './stated.ts';
import { VERSION } from './version.ts';

/** What `--json` prints. */
export interface LintReport {
  readonly dialect: string;
  readonly server: { readonly product: string; readonly version: string; readonly assumed: boolean };
  readonly migrations: number;
  readonly statements: number;
  readonly hazards: readonly Hazard[];
  /** One for each hazard, in the same order. */
  readonly decisions: readonly Decision[];
  /** Comments that look like an acceptance and are none. */
  readonly problems: readonly InlineProblem[];
}

/** Where the migrations come from, and whose database they are for. */
interface Material {
  readonly dialect: Dialect;
  readonly offline: Offline;
  readonly migrations: readonly Migration[];
  readonly wanted: (migration: Migration) => boolean;
  /** The history is known from its beginning. */
  readonly complete: boolean;
  /** Ids of migrations in code whose SQL the tool wrote: its lines are not the file's. */
  readonly written: ReadonlySet<string>;
  /** What the migrations' files are relative to. */
  readonly root: string;
}

const usage = (summary: string, next: readonly string[]): DbsyncError =>
  new DbsyncError('USAGE', { summary, next });

const configOf = async (world: World, options: PhaseOptions): Promise<LoadedConfig | null> => {
  const there = CONFIG_FILES.some((name) => existsSync(path.join(world.cwd, name)));
  if (options.config === undefined && options.env === undefined && !there) return null;
  return loadConfig({ cwd: world.cwd, file: options.config, environment: world.environment });
};

const offlineOf = (dialect: Dialect): Offline => {
  if (dialect.offline) return dialect.offline;
  throw new DbsyncError('DIALECT_UNSUPPORTED', {
    summary: `Texts for ${dialect.title} cannot be analysed without a database.`,
    next: ['$ npx zx tasks/plan.ts --env <env>'],
  });
};

const dialectOf = async (name: string | null | undefined): Promise<Dialect> => {
  if (name) return loadDialect(name);
  throw usage('It is not known which database the migrations are for.', [
    `Name one: ${dialectNames()
      .map((known) => `--dialect ${known}`)
      .join('  ')}`,
  ]);
};

const noShadow = (): never => {
  throw new DbsyncError('INTERNAL', { summary: 'The analysis of texts asked for a database.' });
};

/** The project's own history, opened without an environment. */
const historyOf = async (
  world: World,
  detection: Detection,
  dialect: Dialect,
): Promise<{ readonly migrations: readonly Migration[]; readonly written: ReadonlySet<string> }> => {
  const source = await loadSource(detection.source);
  const project = await source.open(detection, {
    dialect,
    timeouts: DEFAULT_TIMEOUTS,
    redact: redactor([]),
    withEmptyShadow: async () => noShadow(),
    tool: { environment: world.environment },
  });
  try {
    const { migrations } = project;
    if (!project.texts || migrations.every(({ sql }) => sql !== null))
      return { migrations, written: new Set() };
    const texts = await project.texts();
    const withText = migrations.map((one) => ({ ...one, sql: one.sql ?? texts.get(one.id) ?? null }));
    return { migrations: withText, written: new Set(texts.keys()) };
  } finally {
    await project.close();
  }
};

const fileMigration = (world: World, file: string): Migration => {
  const absolute = path.resolve(world.cwd, file);
  if (!existsSync(absolute)) throw usage(`There is no file ${file}.`, ['--files <path> [<path> ...]']);
  const relative = path.relative(world.cwd, absolute);
  return { id: relative, file: relative, sql: readFileSync(absolute, 'utf8'), checksum: '' };
};

/** Migrations behind `since`, that one included. Throws MIGRATION_UNKNOWN. */
const sinceFilter = (migrations: readonly Migration[], since: string | undefined): Material['wanted'] => {
  if (since === undefined) return () => true;
  const from = migrations.findIndex(({ id }) => id === since);
  if (from < 0) {
    throw new DbsyncError('MIGRATION_UNKNOWN', {
      summary: `The project has no migration called "${since}".`,
      next: ['--since names the first migration that is judged; those before it are only read.'],
    });
  }
  const wanted = new Set(migrations.slice(from).map(({ id }) => id));
  return ({ id }) => wanted.has(id);
};

/** The detected project; null where files alone are judged and no project is there. */
const detected = async (
  world: World,
  options: PhaseOptions,
  loaded: LoadedConfig | null,
): Promise<Detection | null> => {
  const root = loaded?.project ?? world.cwd;
  try {
    const stated = { ...loaded?.config, ...statedBy(options, world) };
    return await detectSource(root, options.source ?? loaded?.config.source ?? null, stated);
  } catch (error) {
    if (options.files && options.files.length > 0 && error instanceof DbsyncError) return null;
    throw error;
  }
};

/** Files alone, in the order given: what was there before them is not known. */
const filesAlone = async (
  world: World,
  options: PhaseOptions,
  name: string | null | undefined,
): Promise<Material> => {
  const dialect = await dialectOf(name);
  const migrations = (options.files ?? []).map((file) => fileMigration(world, file));
  return {
    dialect,
    offline: offlineOf(dialect),
    migrations,
    wanted: () => true,
    written: new Set(),
    complete: false,
    root: world.cwd,
  };
};

const gather = async (
  world: World,
  options: PhaseOptions,
  parts: { readonly loaded: LoadedConfig | null; readonly environment: Environment | null },
): Promise<Material> => {
  const detection = await detected(world, options, parts.loaded);
  const name = options.dialect ?? parts.environment?.target.dialect ?? detection?.dialect;
  const files = options.files ?? [];
  if (!detection) return filesAlone(world, options, name);
  const dialect = await dialectOf(name);
  const { migrations, written } = await historyOf(world, detection, dialect);
  const material = {
    dialect,
    offline: offlineOf(dialect),
    migrations,
    written,
    complete: true,
    root: detection.root,
  };
  if (files.length === 0) return { ...material, wanted: sinceFilter(migrations, options.since) };
  const asked = new Set(files.map((file) => path.resolve(world.cwd, file)));
  const own = (migration: Migration): boolean => asked.has(path.resolve(detection.root, migration.file));
  // Files that belong to the history are read on top of it; any other file stands alone.
  return migrations.filter(own).length === asked.size
    ? { ...material, wanted: own }
    : filesAlone(world, options, name);
};

const serverOf = (offline: Offline, version: string | undefined): AssumedServer => {
  const server = offline.server(version ?? null);
  if (server) return server;
  throw usage(`--server-version ${version ?? ''} is not a version of this database.`, [
    'It is written as numbers with points, such as --server-version 15.4.',
  ]);
};

/** Paths as the reader's tools know them: from the folder in which the command was started. */
const withFiles = (
  hazards: readonly Hazard[],
  { root, written }: Material,
  world: World,
): readonly Hazard[] =>
  hazards.map((hazard) =>
    hazard.file === undefined
      ? hazard
      : {
          ...hazard,
          ...(written.has(hazard.migration ?? '') && { line: 1 }),
          file: path.relative(world.cwd, path.resolve(root, hazard.file)).split(path.sep).join('/'),
        },
  );

const decide = (
  linted: Linted,
  material: Material,
  environment: Environment | null,
): Pick<LintReport, 'decisions' | 'problems'> => {
  const inline = material.migrations
    .filter(material.wanted)
    .map(({ id, file, sql }) =>
      inlineAcceptances({ migration: id, file, text: sql ?? '' }, material.dialect.scan),
    );
  const decisions = applyPolicy(linted.hazards, {
    rules: environment?.policy ?? {},
    inline: inline.flatMap(({ acceptances }) => acceptances),
    inlineAllowed: environment?.inlineAcceptance ?? true,
  });
  return { decisions, problems: inline.flatMap(({ problems }) => problems) };
};

const isOpen = ({ decision }: Decision): boolean => decision === 'open' || decision === 'denied';

const outcomeOf = (report: LintReport, options: PhaseOptions, offline: Offline): Outcome => {
  const exitCode = report.decisions.some(isOpen) ? EXIT.precondition : EXIT.done;
  const rules = [...PROCESS_RULES, ...offline.rules];
  if (options.format === 'sarif')
    return { exitCode, kind: 'document', data: { text: sarif(report, rules, VERSION) } };
  if (options.format === 'github') return { exitCode, kind: 'document', data: { text: annotations(report) } };
  return { exitCode, kind: 'lint', data: report };
};

/** The phase by itself. Throws USAGE, CONFIG_*, SOURCE_*, DIALECT_UNSUPPORTED, MIGRATION_UNKNOWN. */
export const lint = async (world: World, options: PhaseOptions): Promise<Outcome> => {
  const loaded = await configOf(world, options);
  const environment =
    loaded && options.env !== undefined ? resolveEnvironment(loaded, options.env, true) : null;
  const material = await gather(world, options, { loaded, environment });
  const server = serverOf(material.offline, options.serverVersion);
  const linted = lintMigrations({ ...material, server });
  const report: LintReport = {
    dialect: material.dialect.name,
    server: {
      product: server.product,
      version: server.version.join('.'),
      assumed: options.serverVersion === undefined,
    },
    migrations: linted.migrations,
    statements: linted.statements,
    ...decide(linted, material, environment),
    hazards: withFiles(linted.hazards, material, world),
  };
  return outcomeOf(report, options, material.offline);
};
