// dbsync against Prisma's own command line on generated histories: looking (status, diff), applying, and having nothing to do; 400
// migrations on PostgreSQL, 40 on SQLite. The project and its databases are temporary.
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startPostgres } from '../helpers/postgres.ts';
import {
  build,
  column,
  environment,
  fixed,
  median,
  pairedRatio,
  repository,
  say,
  sayMachine,
} from './measures.ts';
import { type PrismaCli, preparePrisma } from './prisma-cli.ts';
import { type Measured, measure, type Program } from './process-tree.ts';

interface Place {
  readonly title: string;
  readonly dialect: string;
  readonly provider: string;
  readonly migrations: number;
  /** A fresh database: its URL. */
  readonly fresh: () => Promise<string>;
  readonly stop: () => Promise<void>;
}

const table = (group: number): string => `Thing${group}`;

/** Four steps of a table's life: it comes, gets a column, an index, and a reference to the table before it. */
const sqlOf = (index: number, foreignKeys: boolean): string => {
  const group = Math.floor(index / 4);
  const name = table(group);
  switch (index % 4) {
    case 0:
      return `-- CreateTable\nCREATE TABLE "${name}" (\n    "id" INTEGER NOT NULL,\n    "name" TEXT NOT NULL,\n    "note" TEXT NOT NULL DEFAULT 'none',\n    CONSTRAINT "${name}_pkey" PRIMARY KEY ("id")\n);\n`;
    case 1:
      return `-- AlterTable\nALTER TABLE "${name}" ADD COLUMN "amount" INTEGER;\n`;
    case 2:
      return `-- CreateIndex\nCREATE UNIQUE INDEX "${name}_name_key" ON "${name}"("name");\n\n-- CreateIndex\nCREATE INDEX "${name}_note_idx" ON "${name}"("note");\n`;
    default:
      return foreignKeys && group > 0
        ? `-- AlterTable\nALTER TABLE "${name}" ADD COLUMN "beforeId" INTEGER;\n\n-- AddForeignKey\nALTER TABLE "${name}" ADD CONSTRAINT "${name}_beforeId_fkey" FOREIGN KEY ("beforeId") REFERENCES "${table(group - 1)}"("id") ON DELETE SET NULL ON UPDATE CASCADE;\n`
        : `-- AlterTable\nALTER TABLE "${name}" ADD COLUMN "beforeId" INTEGER;\n`;
  }
};

const modelOf = (group: number, groups: number, foreignKeys: boolean): string => {
  const own =
    foreignKeys && group > 0
      ? `\n  before ${table(group - 1)}? @relation(fields: [beforeId], references: [id])`
      : '';
  const back = foreignKeys && group + 1 < groups ? `\n  after ${table(group + 1)}[]` : '';
  return `model ${table(group)} {\n  id Int @id\n  name String @unique\n  note String @default("none")\n  amount Int?\n  beforeId Int?${own}${back}\n  @@index([note])\n}\n`;
};

const timestamp = (index: number): string => String(20_240_101_000_000 + index);

const makeProject = (place: Place, modules: string): string => {
  const root = path.join(realpathSync(mkdtempSync(path.join(os.tmpdir(), 'dbsync-bench-'))), 'project');
  const migrations = path.join(root, 'prisma', 'migrations');
  mkdirSync(migrations, { recursive: true });
  symlinkSync(modules, path.join(root, 'node_modules'), 'junction');
  const foreignKeys = place.dialect !== 'sqlite';
  for (let index = 0; index < place.migrations; index += 1) {
    const folder = path.join(migrations, `${timestamp(index)}_step`);
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'migration.sql'), sqlOf(index, foreignKeys));
  }
  const groups = Math.ceil(place.migrations / 4);
  const models = Array.from({ length: groups }, (_none, group) => modelOf(group, groups, foreignKeys));
  const files: Readonly<Record<string, string>> = {
    'package.json': '{ "name": "bench", "private": true, "type": "module" }\n',
    'prisma/migrations/migration_lock.toml': `provider = "${place.provider}"\n`,
    'prisma/schema.prisma': `datasource db {\n  provider = "${place.provider}"\n}\n\n${models.join('\n')}`,
    'prisma.config.ts': `export default { schema: 'prisma/schema.prisma', migrations: { path: 'prisma/migrations' }, datasource: { url: process.env.DATABASE_URL } };\n`,
    'dbsync.config.ts': `export default { environments: { dev: { database: '${place.dialect}', urlVariable: 'DATABASE_URL', protected: false } } };\n`,
  };
  for (const [file, text] of Object.entries(files)) writeFileSync(path.join(root, file), text);
  return root;
};

/** Both programs on one project; the URL is an argument of each call. */
const programs = (root: string, prisma: PrismaCli) => {
  const env = environment;
  const node = (
    url: string,
    args: readonly string[],
    more: Readonly<Record<string, string>> = {},
  ): Program => ({
    command: process.execPath,
    args,
    cwd: root,
    env: { ...env, DATABASE_URL: url, ...more },
  });
  return {
    prisma: (url: string, ...args: readonly string[]) => node(url, [prisma.entry, ...args], prisma.variables),
    dbsync: (url: string, ...args: readonly string[]) =>
      node(url, [path.join(repository, 'bin', 'dbsync.mjs'), ...args]),
  };
};

const DBSYNC = ['--env', 'dev', '--accept-identity'];
const SYNC = ['sync', ...DBSYNC, '--confirm', 'dev', '--task', 'run'];

const hashOf = (root: string): string => {
  const file = path.join(root, 'dev/active/run/db/artifacts/plan.json');
  // The door: the file is dbsync's own.
  return (JSON.parse(readFileSync(file, 'utf8')) as { hash: string }).hash;
};

/** What is measured, in the order of a round; each beside what it is compared with. */
const COMPARED = {
  'migrate deploy, all': null,
  'sync of a rehearsed plan': 'migrate deploy, all',
  'sync, with rehearsal': 'migrate deploy, all',
  'migrate deploy, nothing': null,
  'sync, nothing': 'migrate deploy, nothing',
  'migrate status': null,
  status: 'migrate status',
  'migrate diff, live to schema': null,
  snapshot: 'migrate diff, live to schema',
  'diff (against live to schema)': 'migrate diff, live to schema',
  'migrate diff, history to live': null,
  'diff (against history to live)': 'migrate diff, history to live',
} as const;

type Name = keyof typeof COMPARED;
type Results = Map<Name, Measured[]>;

const LIVE_TO_SCHEMA = ['--from-config-datasource', '--to-schema', 'prisma/schema.prisma', '--exit-code'];
const HISTORY_TO_LIVE = ['--from-migrations', 'prisma/migrations', '--to-config-datasource', '--exit-code'];

const round = async (
  place: Place,
  root: string,
  prisma: PrismaCli,
  keep: (name: Name, measured: Measured) => void,
) => {
  const ask = programs(root, prisma);
  const forget = (): void => rmSync(path.join(root, 'dev'), { recursive: true, force: true });
  const timed = async (name: Name, program: Program): Promise<void> => keep(name, await measure(program));
  const [theirs, planned, ours] = [await place.fresh(), await place.fresh(), await place.fresh()];
  await timed('migrate deploy, all', ask.prisma(theirs, 'migrate', 'deploy'));
  forget();
  await measure(ask.dbsync(planned, 'plan', ...DBSYNC, '--task', 'run'));
  await measure(ask.dbsync(planned, 'rehearse', ...DBSYNC, '--task', 'run'));
  await timed('sync of a rehearsed plan', ask.dbsync(planned, ...SYNC, '--plan', hashOf(root)));
  forget();
  await timed('sync, with rehearsal', ask.dbsync(ours, ...SYNC));
  await timed('migrate deploy, nothing', ask.prisma(theirs, 'migrate', 'deploy'));
  await timed('sync, nothing', ask.dbsync(ours, ...SYNC));
  await timed('migrate status', ask.prisma(theirs, 'migrate', 'status'));
  await timed('status', ask.dbsync(ours, 'status', '--env', 'dev'));
  await timed('migrate diff, live to schema', ask.prisma(theirs, 'migrate', 'diff', ...LIVE_TO_SCHEMA));
  await timed('snapshot', ask.dbsync(ours, 'snapshot', ...DBSYNC, '--task', 'look'));
  await timed('diff (against live to schema)', ask.dbsync(ours, 'diff', ...DBSYNC, '--task', 'look'));
  await timed('migrate diff, history to live', ask.prisma(theirs, 'migrate', 'diff', ...HISTORY_TO_LIVE));
  await timed('diff (against history to live)', ask.dbsync(ours, 'diff', ...DBSYNC, '--task', 'look'));
};

const print = (results: Results): void => {
  for (const [name, measured] of results) {
    const wall = column(measured, 'wallMs');
    const base = COMPARED[name];
    const ratio = base === null ? 1 : pairedRatio(wall, column(results.get(base) ?? [], 'wallMs'));
    say(`  ${name.padEnd(32)}${fixed(median(wall) / 1000, 2).padStart(8)} s${fixed(ratio, 2).padStart(8)}`);
  }
};

const benchPlace = async (place: Place, prisma: PrismaCli, runs: number): Promise<void> => {
  const root = makeProject(place, prisma.modules);
  const results: Results = new Map();
  try {
    for (let count = 0; count <= runs; count += 1) {
      await round(place, root, prisma, (name, measured) => {
        // The first round only warms caches.
        if (count > 0) results.set(name, [...(results.get(name) ?? []), measured]);
      });
    }
    say(`${place.title}, ${place.migrations} migrations:`);
    print(results);
    say();
  } finally {
    rmSync(path.dirname(root), { recursive: true, force: true });
  }
};

const places = async (): Promise<readonly Place[]> => {
  const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'dbsync-bench-')));
  let count = 0;
  const sqlite: Place = {
    title: 'SQLite',
    dialect: 'sqlite',
    provider: 'sqlite',
    migrations: 40,
    fresh: async () => {
      count += 1;
      const file = path.join(folder, `app-${count}.db`);
      writeFileSync(file, '');
      return `file:${file}`;
    },
    stop: async () => rmSync(folder, { recursive: true, force: true }),
  };
  const server = await startPostgres();
  if (!server) return [sqlite];
  const postgres: Place = {
    title: server.title,
    dialect: 'postgres',
    provider: 'postgresql',
    migrations: 400,
    fresh: () => server.createDatabase(),
    stop: () => server.stop(),
  };
  return [sqlite, postgres];
};

/** Runs the whole benchmark. */
export const benchPrisma = async (runs: number, only?: string): Promise<void> => {
  const prisma = preparePrisma(say, path.join(repository, 'bin', 'prisma-schema-engine.mjs'));
  build();
  sayMachine();
  say(
    `Prisma ${prisma.version}, schema engine: ${prisma.engine}; medians of ${runs} rounds after a warm-up.`,
  );
  say();
  const found = await places();
  try {
    for (const place of found) if (!only || place.dialect === only) await benchPlace(place, prisma, runs);
  } finally {
    for (const place of found) await place.stop();
  }
};
