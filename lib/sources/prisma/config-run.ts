// Runs a prisma.config file in a child process and takes plain values from it: the only code of a project that detection runs,
// and only where the file's text does not tell. The child has no environment, hence no database URL, and bounded time.
import { execFile } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { DbsyncError, messageOf } from '../../errors/index.ts';
import { redactor } from '../../target/index.ts';
import type { PrismaConfig } from './config-text.ts';
import { record } from './files.ts';
import { shown } from './words.ts';

const TIMEOUT_MS = 15_000;
const MARK = '@@dbsync-prisma-config@@';

/**
 * The child's program. `env()` of `prisma/config` throws where a variable is missing, so every URL-like variable reads as a
 * placeholder; whatever the file sets itself (dotenv) is not looked at. Only plain values are printed.
 */
const PROGRAM = `
const child = globalThis.process;
child.env = new Proxy(child.env, {
  get: (all, key) => typeof key === 'string' && /(URL|URI|DSN)$/.test(key) ? 'placeholder://unset' : Reflect.get(all, key),
});
// Prisma's own loader gives an ES module the names of a CommonJS one too.
const { createRequire } = await import('node:module');
const { fileURLToPath } = await import('node:url');
globalThis.require = createRequire(child.argv.at(-1));
globalThis.__filename = fileURLToPath(child.argv.at(-1));
globalThis.__dirname = fileURLToPath(new URL('.', child.argv.at(-1)));
const loaded = await import(child.argv.at(-1));
let config = loaded.default ?? loaded;
if (config && config.default) config = config.default;
if (typeof config === 'function') config = await config();
const text = (value) => (typeof value === 'string' ? value : null);
const list = (value) => (Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []);
const out = {
  schema: text(config.schema),
  migrations: text(config.migrations?.path),
  hasDatasource: Boolean(config.datasource),
  externalTables: list(config.tables?.external),
  externalEnums: list(config.enums?.external),
};
child.stdout.write('\\n${MARK}' + JSON.stringify(out) + '\\n', () => child.exit(0));
`;

const failed = (file: string, error: unknown, timeoutMs: number): DbsyncError => {
  const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
  const killed = error instanceof Error && 'killed' in error && error.killed === true;
  const said =
    stderr.split('\n').find((line) => /^\w*Error\b/.test(line.trim())) ??
    messageOf(error).split('\n')[0] ??
    '';
  return new DbsyncError('SOURCE_INVALID', {
    summary: `The Prisma configuration ${path.basename(file)} could not be evaluated.`,
    why: killed ? `It did not end within ${timeoutMs} ms.` : shown(redactor([])(said), 400),
    next: [
      'Write `schema` and `migrations.path` in it as plain strings: then dbsync reads them without running the file.',
      '$ npx prisma validate',
    ],
  });
};

const parse = (stdout: string): PrismaConfig | null => {
  const line = stdout.split('\n').findLast((text) => text.startsWith(MARK));
  const value = line === undefined ? null : record(JSON.parse(line.slice(MARK.length)));
  if (value === null) return null;
  const text = (item: unknown): string | null => (typeof item === 'string' ? item : null);
  const list = (item: unknown): readonly string[] => (Array.isArray(item) ? item.map(String) : []);
  return {
    schema: text(value.schema),
    migrations: text(value.migrations),
    hasDatasource: value.hasDatasource === true,
    externalTables: list(value.externalTables),
    externalEnums: list(value.externalEnums),
  };
};

/** Evaluates the file, in bounded time. Throws SOURCE_INVALID with the child's own error, redacted. */
export const runConfig = async (file: string, timeoutMs = TIMEOUT_MS): Promise<PrismaConfig> => {
  const args = ['--import', import.meta.resolve('tsx'), '--input-type=module', '--eval', PROGRAM];
  try {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [...args, '--', pathToFileURL(file).href],
      { cwd: path.dirname(file), env: {}, timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 4_000_000 },
    );
    const config = parse(stdout);
    if (config) return config;
    throw new Error('Error: it printed no result.');
  } catch (error) {
    throw failed(file, error, timeoutMs);
  }
};
