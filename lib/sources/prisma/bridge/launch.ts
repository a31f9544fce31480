// What starting the project's own Prisma takes: its program, its variables, and an engine that needs no download. Starts nothing.
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { DbsyncError } from '../../../errors/index.ts';
import { openSecret } from '../../../target/index.ts';
import type { ToolCommand, ToolCommandInput } from '../../contract.ts';
import { configsIn } from '../config-file.ts';
import { exists, jsonOf, record, textOf } from '../files.ts';
import { type Provider, providerOfDialect } from '../providers.ts';
import { datasourceIn, readSchema, withoutComments } from '../schema-files.ts';
import { foldersUpward } from '../versions.ts';
import { targetHash } from './connection.ts';
import { GUARD_VARIABLES, VERSION_VARIABLE } from './serve.ts';

/** Packages that bring the command line; Prisma 7 may stand beside a Prisma 8. */
const PACKAGES: readonly string[] = ['@prisma/prisma7', 'prisma'];

/** Nothing listens there: a CLI that wants to download fails at once. */
const NO_MIRROR = 'http://127.0.0.1:9';

/** The project's own command line, and the folder of packages that it stands in. */
export interface Program {
  readonly file: string;
  readonly modules: string;
}

/** The project's own command line. Throws SOURCE_TOOL_MISSING. */
export const findProgram = async (root: string): Promise<Program> => {
  for (const folder of await foldersUpward(root)) {
    for (const name of PACKAGES) {
      const home = path.join(folder, 'node_modules', name);
      const bin = (await jsonOf(path.join(home, 'package.json')))?.bin;
      const [entry] = typeof bin === 'string' ? [bin] : Object.values(record(bin) ?? {});
      if (typeof entry === 'string')
        return { file: path.join(home, entry), modules: path.join(folder, 'node_modules') };
    }
  }
  throw new DbsyncError('SOURCE_TOOL_MISSING', {
    summary: "The project's own Prisma is not installed.",
    why: `There is no node_modules/prisma in ${root} or above it, and dbsync downloads nothing.`,
    next: ['$ npm install', "dbsync's own tasks (status, plan, sync) need no Prisma in the project."],
  });
};

const filesIn = async (folder: string): Promise<readonly string[]> => readdir(folder).catch(() => []);

/** A native engine that is there already: beside the CLI, or in Prisma's own cache. */
const hasNativeEngine = async (modules: string, home: string | undefined): Promise<boolean> => {
  const isEngine = (file: string): boolean =>
    /^schema-engine/.test(file) && !/\.(?:gz|sha256|d\.ts)$/.test(file);
  if ((await filesIn(path.join(modules, '@prisma', 'engines'))).some(isEngine)) return true;
  const version = await jsonOf(path.join(modules, '@prisma', 'engines-version', 'package.json'));
  const hash = record(version?.prisma)?.enginesVersion;
  if (home === undefined || typeof hash !== 'string') return false;
  const cache = path.join(home, '.cache', 'prisma', 'master', hash);
  for (const platform of await filesIn(cache))
    if ((await filesIn(path.join(cache, platform))).some(isEngine)) return true;
  return false;
};

const STAND_IN = 'prisma-schema-engine.mjs';

/** Whether the user names an engine, or the project has one; dbsync's own stand-in is none. */
export const nativeEngine = async (
  modules: string,
  variables: Readonly<Record<string, string | undefined>>,
): Promise<boolean> => {
  const stated = variables.PRISMA_SCHEMA_ENGINE_BINARY;
  if (stated !== undefined && stated !== '') return path.basename(stated) !== STAND_IN;
  return hasNativeEngine(modules, variables.HOME);
};

/** This package's stand-in, from the source tree and from the build alike. */
export const standIn = async (): Promise<{ readonly program: string; readonly entry: string }> => {
  const here = path.dirname(fileURLToPath(import.meta.url));
  const entry = path.join(here, import.meta.url.endsWith('.ts') ? 'serve.ts' : 'serve.js');
  for (const up of ['../../../..', '../../../../..']) {
    const program = path.resolve(here, up, 'bin', STAND_IN);
    if (await exists(program)) return { program, entry };
  }
  throw new DbsyncError('SOURCE_TOOL_MISSING', {
    summary: "dbsync's stand-in for Prisma's engine is not there.",
    why: 'bin/prisma-schema-engine.mjs is part of the package.',
    next: ['Install dbsync again.'],
  });
};

/** Variables that `env('X')` and `process.env.X` name in the datasource of prisma.config.*, but for the shadow's. */
const variablesInConfig = async (root: string): Promise<readonly string[]> => {
  for (const name of await configsIn(root)) {
    const text = await textOf(path.join(root, name));
    if (text === null) continue;
    const block = /\bdatasource\s*:\s*\{([^}]*)\}/.exec(withoutComments(text))?.[1] ?? '';
    const named = block.replace(/\bshadowDatabaseUrl\s*:[^,\n]*/g, '');
    const found = named.matchAll(/\benv\(\s*['"](\w+)['"]|\benv\.(\w+)|\benv\[\s*['"](\w+)['"]/g);
    return [...found].flatMap((match) => match[1] ?? match[2] ?? match[3] ?? []);
  }
  return [];
};

/** Every variable through which this project learns its URL. */
const urlVariables = async ({ detection, urlVariable }: ToolCommandInput): Promise<readonly string[]> => {
  const files = await readSchema(detection.root, detection.schema);
  const { url, directUrl } = datasourceIn(files, detection.schema);
  const inSchema = [url, directUrl].flatMap((setting) =>
    setting !== null && 'variable' in setting ? [setting.variable] : [],
  );
  const own = urlVariable === null ? [] : [urlVariable];
  return [...new Set([...own, ...inSchema, ...(await variablesInConfig(detection.root))])];
};

/** Commands that change no database. */
const READS: readonly RegExp[] = [
  /^migrate (?:status|diff)(?: |$)/,
  /^db pull .*--print/,
  /^(?:validate|format|version|debug|help|-v|--version|-h|--help)(?: |$)/,
  /(?:^| )(?:-h|--help)(?: |$)/,
];

const refuseWrites = ({ args, environment, isProtected }: ToolCommandInput): void => {
  if (!isProtected || READS.some((read) => read.test(args.join(' ')))) return;
  throw new DbsyncError('APPROVAL_REQUIRED', {
    summary: `"${args.slice(0, 2).join(' ')}" is not run on the protected environment "${environment}".`,
    why: "Prisma's own commands ask nobody and rehearse nothing; here they may only look (migrate status, migrate diff, validate).",
    next: [`$ npx zx tasks/sync.ts --env ${environment}`],
  });
};

const noEngine = (provider: Provider): DbsyncError =>
  new DbsyncError('SOURCE_TOOL_MISSING', {
    summary: `The project's Prisma has no native engine, and dbsync has no stand-in for it on ${provider.title}.`,
    why: "Prisma's engine as it comes in WebAssembly has no connector for this database, and dbsync downloads nothing.",
    next: [
      'Where the network allows it, let Prisma fetch its engine once:',
      '$ npx prisma version',
      'Or name one that is there: PRISMA_SCHEMA_ENGINE_BINARY=/path/to/schema-engine',
    ],
  });

/** Variables of the engine: none where the user or the project has one. Throws SOURCE_TOOL_MISSING. */
const engineVariables = async (
  input: ToolCommandInput,
  modules: string,
): Promise<Readonly<Record<string, string>>> => {
  const { variables } = input;
  const provider = providerOfDialect(input.dialect.name);
  const stated = variables.PRISMA_SCHEMA_ENGINE_BINARY;
  if (stated !== undefined && stated !== '') return {};
  if (await hasNativeEngine(modules, variables.HOME)) return {};
  if (!provider.engine) throw noEngine(provider);
  const { program, entry } = await standIn();
  return {
    PRISMA_SCHEMA_ENGINE_BINARY: program,
    DBSYNC_ENGINE_ENTRY: entry,
    [GUARD_VARIABLES.target]: targetHash(input.address),
    [GUARD_VARIABLES.readOnly]: input.isProtected ? '1' : '0',
    ...(input.detection.version !== null && { [VERSION_VARIABLE]: input.detection.version }),
    // Prisma 5 and 6 also demand a query engine before they migrate, and never load it there.
    ...(/^(?:migrate|db)$/.test(input.args[0] ?? '') && { PRISMA_QUERY_ENGINE_LIBRARY: program }),
  };
};

/** No news, no downloads, no generated client. */
export const QUIET: Readonly<Record<string, string>> = {
  CHECKPOINT_DISABLE: '1',
  PRISMA_HIDE_UPDATE_MESSAGE: '1',
  PRISMA_SKIP_POSTINSTALL_GENERATE: '1',
  PRISMA_MIGRATE_SKIP_GENERATE: '1',
  PRISMA_ENGINES_MIRROR: NO_MIRROR,
};

/** Commands with an option for the schema; `migrate diff` names its two sides itself. */
const TAKES_SCHEMA = /^(?:migrate (?!diff\b)\w+|db \w+|validate|format|generate|studio)(?: |$)/;

/** The schema that the configuration chose, which Prisma would not look for; what the user names stays. */
export const chosenSchema = ({
  args,
  stated,
  detection,
}: Pick<ToolCommandInput, 'args' | 'stated'> & {
  readonly detection: Pick<ToolCommandInput['detection'], 'schema'>;
}): readonly string[] => {
  const named = args.some((word) => /^--schema(?:=|$)/.test(word));
  if (stated.schema === undefined || named || !TAKES_SCHEMA.test(args.join(' '))) return [];
  return ['--schema', detection.schema];
};

/**
 * The project's own Prisma for one environment. What the user set of Prisma's variables stays. Throws SOURCE_TOOL_MISSING,
 * APPROVAL_REQUIRED (a protected environment is only looked at).
 */
export const prismaCommand = async (input: ToolCommandInput): Promise<ToolCommand> => {
  refuseWrites(input);
  const { detection, address, url, variables } = input;
  const program = await findProgram(detection.root);
  const engine = await engineVariables(input, program.modules);
  const value = openSecret(address.file === undefined ? url : address.url);
  const urls = Object.fromEntries((await urlVariables(input)).map((name) => [name, value]));
  const set = Object.fromEntries(
    Object.entries(variables).filter(([, text]) => text !== undefined && text !== ''),
  );
  return {
    command: process.execPath,
    args: [program.file, ...input.args, ...chosenSchema(input)],
    cwd: detection.root,
    variables: { ...QUIET, ...engine, ...set, ...urls },
  };
};
