// Real Prisma command lines for tests: installed once into a cache below the temporary folder, without their scripts, and run with
// dbsync's engine in the native one's place. Downloads nothing but the packages themselves.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { loadDialect } from '../../lib/dialects/registry.ts';
import { loadSource } from '../../lib/sources/registry.ts';
import { Secret } from '../../lib/target/index.ts';

export const PRISMA_VERSIONS = ['5.22.0', '6.19.3', '7.10.1'] as const;
export type PrismaVersion = (typeof PRISMA_VERSIONS)[number];

const INSTALL_MS = 180_000;
const CALL_MS = 60_000;

/** The folder of one installed version; null where the registry cannot be reached. */
export const installPrisma = (version: PrismaVersion): string | null => {
  const folder = path.join(process.env.DBSYNC_TEST_TOOLS ?? os.tmpdir(), `dbsync-test-prisma-${version}`);
  const modules = path.join(folder, 'node_modules');
  if (existsSync(path.join(modules, 'prisma', 'build', 'index.js'))) return modules;
  process.stderr.write(`INSTALLING prisma@${version} into ${folder} (kept as a cache)\n`);
  const quiet = ['--ignore-scripts', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
  const args = ['install', ...quiet, '--prefix', folder, `prisma@${version}`];
  const done = spawnSync('npm', args, { stdio: 'ignore', timeout: INSTALL_MS });
  return done.status === 0 ? modules : null;
};

export interface PrismaProjectInput {
  readonly version: PrismaVersion;
  readonly modules: string;
  /** As in dbsync's configuration, and as in a datasource block. */
  readonly database: 'sqlite' | 'postgres' | 'mysql';
  readonly provider: 'sqlite' | 'postgresql' | 'mysql';
  readonly url: string;
}

export interface PrismaAnswer {
  readonly code: number | null;
  /** Both streams. */
  readonly text: string;
}

export interface PrismaProject {
  readonly root: string;
  readonly write: (file: string, text: string) => Promise<void>;
  readonly addMigration: (id: string, sql: string) => Promise<void>;
  readonly removeMigration: (id: string) => Promise<void>;
  /** Runs the project's own CLI as `dbsync prisma` starts it. */
  readonly prisma: (args: readonly string[], isProtected?: boolean) => Promise<PrismaAnswer>;
  readonly remove: () => Promise<void>;
}

/** The declared schema of the test's project, as that version writes its datasource. */
export const schemaText = (input: PrismaProjectInput, models: string): string => {
  const url = input.version.startsWith('7') ? '' : '\n  url      = env("DATABASE_URL")';
  return `datasource db {\n  provider = "${input.provider}"${url}\n}\n\n${models}`;
};

const CONFIG_SEVEN = `import { defineConfig } from 'prisma/config';
export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env.DATABASE_URL },
});
`;

const answerOf = (
  command: { command: string; args: readonly string[]; cwd: string },
  env: NodeJS.ProcessEnv,
): Promise<PrismaAnswer> =>
  new Promise((resolve, reject) => {
    const child = spawn(command.command, [...command.args], {
      cwd: command.cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: CALL_MS,
    });
    let text = '';
    child.stdout.on('data', (data: Buffer) => {
      text += data.toString();
    });
    child.stderr.on('data', (data: Buffer) => {
      text += data.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, text }));
  });

const startPrisma = async (
  root: string,
  input: PrismaProjectInput,
  call: { readonly args: readonly string[]; readonly isProtected: boolean },
): Promise<PrismaAnswer> => {
  const dialect = await loadDialect(input.database);
  const source = await loadSource('prisma');
  const detection = await source.detect(root);
  if (!detection || !source.command) throw new Error('The project is none of Prisma.');
  const url = new Secret(input.url);
  const command = await source.command({
    ...call,
    detection,
    stated: {},
    dialect,
    address: dialect.address(url, root),
    url,
    urlVariable: 'DATABASE_URL',
    environment: 'dev',
    variables: { PATH: process.env.PATH, HOME: root },
  });
  return answerOf(command, { ...command.variables });
};

/** A project in a fresh folder, with that Prisma as its own. */
export const prismaProject = async (input: PrismaProjectInput, models: string): Promise<PrismaProject> => {
  const root = await realpath(await mkdtemp(path.join(os.tmpdir(), 'dbsync-prisma-')));
  const migrations = path.join(root, 'prisma', 'migrations');
  const write = async (file: string, text: string): Promise<void> => {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true });
    await writeFile(path.join(root, file), text);
  };
  await mkdir(migrations, { recursive: true });
  await symlink(input.modules, path.join(root, 'node_modules'));
  await write('package.json', '{ "name": "interop", "private": true, "type": "module" }\n');
  await write('prisma/schema.prisma', schemaText(input, models));
  await write('prisma/migrations/migration_lock.toml', `provider = "${input.provider}"\n`);
  if (input.version.startsWith('7')) await write('prisma.config.ts', CONFIG_SEVEN);
  await write(
    'dbsync.config.ts',
    `export default { environments: { dev: { database: '${input.database}', urlVariable: 'DATABASE_URL', protected: false, create: true } } };\n`,
  );
  return {
    root,
    write,
    addMigration: (id, sql) => write(`prisma/migrations/${id}/migration.sql`, sql),
    removeMigration: (id) => rm(path.join(migrations, id), { recursive: true }),
    prisma: (args, isProtected = false) => startPrisma(root, input, { args, isProtected }),
    remove: () => rm(root, { recursive: true, force: true }),
  };
};
