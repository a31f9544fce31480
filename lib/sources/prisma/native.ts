// The project's own Prisma with its native engine, where one is installed: asked for the SQL from a shadow database to the schema
// files (`prisma migrate diff`), on databases that the engine in process has no connector for. It downloads nothing and reaches no
// other database: its working folder is empty but for the place that dbsync names.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Address, Session } from '../../dialects/contract.ts';
import { DbsyncError } from '../../errors/index.ts';
import { openSecret } from '../../target/index.ts';
import type { Detection, SourceContext } from '../contract.ts';
import { findProgram, nativeEngine, type Program, QUIET } from './bridge/index.ts';
import type { Provider } from './providers.ts';
import type { Datasource } from './schema-files.ts';
import { versionNumbers } from './versions.ts';
import { shown } from './words.ts';

export interface NativeInput {
  readonly detection: Detection;
  readonly datasource: Datasource;
  readonly provider: Provider;
  readonly context: SourceContext;
  /** Tables that the project leaves to others. */
  readonly external: readonly string[];
}

export interface Native {
  /** `Prisma 6.19.3 with its native engine`. */
  readonly by: string;
  /**
   * Whether the database of this address can be asked about. Prisma 7 hands the URL to its engine on the command line, where others
   * on the machine can read it: there only where it opens nothing but a server of dbsync's own.
   */
  can(address: Address): boolean;
  /** The SQL from that database to the schema files; `''` where there is none. Throws SOURCE_TOOL_FAILED. */
  difference(session: Session): Promise<string>;
}

const URL_VARIABLE = 'DBSYNC_SHADOW_URL';
const CALL_MS = 120_000;

interface Answer {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const call = (args: readonly string[], cwd: string, env: Readonly<Record<string, string>>): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...args], {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: CALL_MS,
    });
    const read = { out: '', err: '' };
    child.stdout.on('data', (data: Buffer) => {
      read.out += data.toString();
    });
    child.stderr.on('data', (data: Buffer) => {
      read.err += data.toString();
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...read }));
  });

/** A schema that names the database and nothing else. */
const liveSchema = (provider: string, withUrl: boolean): string =>
  `datasource db {\n  provider = "${provider}"\n${withUrl ? `  url      = env("${URL_VARIABLE}")\n` : ''}}\n`;

/** A configuration of Prisma 7 that names the database; the project's own is not read. */
const liveConfig = (external: readonly string[]): string => {
  const tables =
    external.length === 0
      ? ''
      : `, experimental: { externalTables: true }, tables: { external: ${JSON.stringify(external)} }`;
  return [
    "import { env } from 'node:process';",
    `export default { schema: './live.prisma', datasource: { url: env.${URL_VARIABLE} }${tables} };\n`,
  ].join('\n');
};

const NOTHING = /^\s*-- This is an empty migration\.\s*$/;

/** Prisma 7 takes the database from a configuration; 5 and 6 from a schema. */
const writePlace = async (folder: string, input: NativeInput, seven: boolean): Promise<readonly string[]> => {
  const { detection, provider, external } = input;
  const to = path.resolve(detection.root, detection.schema);
  await writeFile(path.join(folder, 'live.prisma'), liveSchema(provider.names[0] ?? '', !seven));
  if (!seven) return ['--from-schema-datasource', 'live.prisma', '--to-schema-datamodel', to];
  await writeFile(path.join(folder, 'live.config.mjs'), liveConfig(external));
  return ['--config', 'live.config.mjs', '--from-config-datasource', '--to-schema', to];
};

const variablesFor = (
  input: NativeInput,
  program: Program,
  url: string,
): Readonly<Record<string, string>> => {
  const { environment = {} } = input.context.tool ?? {};
  const kept = ['PATH', 'HOME', 'PRISMA_SCHEMA_ENGINE_BINARY'].flatMap((name) => {
    const value = environment[name];
    return value === undefined || value === '' ? [] : [[name, value] as const];
  });
  // The schema of Prisma 5 and 6 names variables of its own; whatever asks for them gets the shadow database.
  const named = [input.datasource.url, input.datasource.directUrl].flatMap((setting) =>
    setting !== null && 'variable' in setting ? [[setting.variable, url] as const] : [],
  );
  return {
    ...QUIET,
    // Prisma 5 and 6 demand a query engine before they compare, and never load it there.
    PRISMA_QUERY_ENGINE_LIBRARY: program.file,
    ...Object.fromEntries([...kept, ...named]),
    [URL_VARIABLE]: url,
  };
};

const failed = (input: NativeInput, answer: Answer): DbsyncError =>
  new DbsyncError('SOURCE_TOOL_FAILED', {
    summary: `The project's own Prisma could not compare a shadow database with the schema (exit code ${answer.code ?? 'none'}).`,
    why: shown(input.context.redact(`${answer.err}\n${answer.out}`), 2000),
    next: ['$ npx prisma validate', '$ npx prisma version'],
  });

/** The project's Prisma with a native engine; null where either is missing. */
export const findNative = async (input: NativeInput): Promise<Native | null> => {
  const { detection, context, external } = input;
  if (!context.tool) return null;
  const program = await findProgram(detection.root).catch(() => null);
  if (!program || !(await nativeEngine(program.modules, context.tool.environment))) return null;
  const seven = (versionNumbers(detection.version)?.[0] ?? 0) >= 7;
  return {
    by: `Prisma ${detection.version ?? ''} with its native engine`,
    // Prisma 5 and 6 learn of others' tables from the project's own configuration only, which is not read here.
    can: (address) => (seven ? address.ephemeral === true : external.length === 0),
    difference: async (session) => {
      const folder = await mkdtemp(path.join(context.temporary ?? os.tmpdir(), 'dbsync-prisma-'));
      try {
        const place = await writePlace(folder, input, seven);
        const url = openSecret(session.address.url);
        const args = [program.file, 'migrate', 'diff', ...place, '--script'];
        const answer = await call(args, folder, variablesFor(input, program, url));
        if (answer.code !== 0)
          throw failed(input, {
            ...answer,
            err: answer.err.replaceAll(url, '<url>'),
            out: answer.out.replaceAll(url, '<url>'),
          });
        return NOTHING.test(answer.out) ? '' : answer.out.trim();
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
};
