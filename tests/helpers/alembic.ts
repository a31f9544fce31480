// Alembic projects for tests: a copy of a fixture in a temporary folder, opened with the machine's own Python on a real database.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Address, Dialect, Session } from '../../lib/dialects/contract.ts';
import { dialect as mysql } from '../../lib/dialects/mysql/index.ts';
import { dialect as postgres } from '../../lib/dialects/postgres/index.ts';
import { dialect as sqlite } from '../../lib/dialects/sqlite/index.ts';
import { source } from '../../lib/sources/alembic/index.ts';
import type { Project, RunHooks, SentStatement, ToolSettings } from '../../lib/sources/contract.ts';
import { redactor, Secret, type Timeouts } from '../../lib/target/index.ts';

await postgres.prepare?.();

export const ALEMBIC_PROJECTS = path.resolve(import.meta.dirname, '../fixtures/projects');

export const TIMEOUTS: Timeouts = {
  connectMs: 5000,
  lockMs: 2000,
  statementMs: 60_000,
  runnerLockMs: 1000,
  probeMs: 5000,
};

const CANDIDATES = [process.env.DBSYNC_TEST_PYTHON, 'python3', '/usr/bin/python3'];
const PACKAGES = ['alembic', 'python3-psycopg2', 'python3-pymysql', 'python3-asyncpg', 'python3-aiosqlite'];

/** Whether one interpreter has all modules. */
const has = (python: string, modules: readonly string[]): boolean =>
  spawnSync(python, ['-c', modules.map((name) => `import ${name}`).join('\n')], { stdio: 'ignore' })
    .status === 0;

const installOnDebian = (): void => {
  if (!existsSync('/usr/bin/apt-get') || process.getuid?.() !== 0) return;
  process.stderr.write('INSTALLING alembic with apt-get: the tests need a Python with Alembic\n');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['update'], { env, stdio: 'ignore', timeout: 120_000 });
  spawnSync('apt-get', ['install', '-y', ...PACKAGES], { env, stdio: 'ignore', timeout: 300_000 });
};

const find = (modules: readonly string[]): string | null =>
  CANDIDATES.find((python): python is string => !!python && has(python, modules)) ?? null;

/** The Python that has Alembic and the named modules; null where there is none. */
export const pythonWith = (...modules: readonly string[]): string | null => {
  const found = find(['alembic', ...modules]);
  if (found || find(['alembic'])) return found;
  installOnDebian();
  return find(['alembic', ...modules]);
};

const DIALECTS = [sqlite, postgres, mysql];

/** The dialect of that name. */
export const dialectOf = (name: string): Dialect => {
  const found = DIALECTS.find((dialect) => dialect.name === name);
  if (!found) throw new Error(`no dialect ${name}`);
  return found;
};

export const NO_PYTHON = 'no Python with Alembic here: install alembic, or set DBSYNC_TEST_PYTHON';

const folders: string[] = [];

/** A fresh temporary folder, gone with the process. */
export const temporary = (): string => {
  if (folders.length === 0) {
    process.on('exit', () => {
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    });
  }
  const folder = mkdtempSync(path.join(os.tmpdir(), 'dbsync-alembic-'));
  folders.push(folder);
  return folder;
};

/** Copies `tests/fixtures/projects/alembic-<name>`. */
export const copyAlembic = (name: string): string => {
  const root = path.join(temporary(), 'project');
  cpSync(path.join(ALEMBIC_PROJECTS, `alembic-${name}`), root, { recursive: true });
  return root;
};

export interface OpenOptions {
  readonly dialect?: Dialect;
  readonly timeouts?: Partial<Timeouts>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly tool?: Partial<ToolSettings>;
  /** Looks for the interpreter as a user's run does. */
  readonly search?: boolean;
  readonly secrets?: readonly Secret[];
}

/** Opens the project in the folder. Its empty shadow database is a file, or `shadow` for the servers. */
export const openAlembic = async (
  root: string,
  options: OpenOptions = {},
  shadow: Address | null = null,
): Promise<Project> => {
  const dialect = options.dialect ?? sqlite;
  const timeouts = { ...TIMEOUTS, ...options.timeouts };
  const detection = await source.detect(root);
  if (!detection) throw new Error(`no Alembic project in ${root}`);
  const python = pythonWith();
  return source.open(detection, {
    dialect,
    timeouts,
    redact: redactor(options.secrets ?? []),
    tool: {
      environment: { PATH: process.env.PATH ?? '', HOME: os.homedir(), ...options.environment },
      ...(python && !options.search && { interpreter: [python] }),
      ...options.tool,
    },
    withEmptyShadow: async (work) => {
      const address = shadow ?? (await emptyFile(path.join(temporary(), 'shadow.db')));
      return using(address, 'write', work);
    },
  });
};

/** An empty database file. */
export const emptyFile = async (file: string): Promise<Address> => {
  writeFileSync(file, '');
  return sqlite.address(new Secret(`file:${file}`), path.dirname(file));
};

/** Opens a session for the time of `work`. */
export const using = async <T>(
  address: Address,
  mode: 'read' | 'write',
  work: (session: Session) => Promise<T>,
): Promise<T> => {
  const dialect = dialectOf(address.dialect);
  const session = await dialect.connect(address, { mode, timeouts: TIMEOUTS });
  try {
    return await work(session);
  } finally {
    await session.close();
  }
};

export interface Heard {
  readonly hooks: RunHooks;
  readonly statements: SentStatement[];
  /** Every call in order, as one word or two. */
  readonly events: string[];
}

/** Hooks that remember. */
export const listening = (signal: AbortSignal = new AbortController().signal): Heard => {
  const statements: SentStatement[] = [];
  const events: string[] = [];
  return {
    statements,
    events,
    hooks: {
      signal,
      onStatement: (statement) => {
        statements.push(statement);
        events.push(`send ${statement.migration}`);
      },
      onOutcome: (statement, { error }) => {
        events.push(`${error ? 'fail' : 'done'} ${statement.migration}`);
      },
      onTransaction: (what, migration) => {
        events.push(migration === null ? what : `${what} ${migration}`);
      },
      onMigration: (migration, phase) => {
        events.push(`${phase} ${migration}`);
      },
    },
  };
};

/** Runs the migrations with these ids, or all of them. */
export const upgrade = async (
  project: Project,
  address: Address,
  ids: readonly string[] | null = null,
): Promise<Heard> => {
  const heard = listening();
  const chosen = project.migrations.filter(({ id }) => ids === null || ids.includes(id));
  await project.runner?.run(chosen, address, heard.hooks);
  return heard;
};

/** The error that the work throws; fails where it throws none. */
export const errorOf = async (
  work: () => Promise<unknown>,
): Promise<Error & { code?: string; why?: string }> => {
  try {
    await work();
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

/** Everything that an error says, to any reader. */
export const everythingIn = (error: Error): string =>
  JSON.stringify({ ...error, message: error.message, stack: error.stack });
