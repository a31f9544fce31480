// `executor: 'tool'`: the project's own Prisma applies the plan, and dbsync keeps the gate, the lock, the journal and the proof.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as assert from 'uvu/assert';
import type { Session } from '../../lib/dialects/contract.ts';
import { loadDialect } from '../../lib/dialects/registry.ts';
import { Secret } from '../../lib/target/index.ts';
import { NO_SERVER, startPostgres } from '../helpers/postgres.ts';
import {
  installPrisma,
  type PrismaProject,
  type PrismaProjectInput,
  type PrismaVersion,
  prismaProject,
} from '../helpers/prisma-cli.ts';
import { artifact, folderOf, refusal, run } from '../helpers/scenario.ts';
import { spec } from '../helpers/spec.ts';

const FIRST = '20250101000000_people';
const SECOND = '20250201000000_notes';

const PEOPLE = 'model Person {\n  id Int @id\n  name String @default("x")\n  @@index([name])\n}\n';
const PEOPLE_SQL =
  'CREATE TABLE "Person" (\n  "id" INTEGER NOT NULL,\n  "name" TEXT NOT NULL DEFAULT \'x\',\n  CONSTRAINT "Person_pkey" PRIMARY KEY ("id")\n);\nCREATE INDEX "Person_name_idx" ON "Person"("name");\n';
const NOTES_SQL =
  'CREATE TABLE "Note" (\n  "id" INTEGER NOT NULL,\n  "text" TEXT NOT NULL,\n  CONSTRAINT "Note_pkey" PRIMARY KEY ("id")\n);\n';

const server = await startPostgres();
const folder = await mkdtemp(path.join(os.tmpdir(), 'dbsync-executor-'));

type Base = Omit<PrismaProjectInput, 'version' | 'modules'>;

const sqlite = async (name: string): Promise<Base> => ({
  database: 'sqlite',
  provider: 'sqlite',
  url: `file:${path.join(folder, `${name}.db`)}`,
});

const postgres = async (): Promise<Base> => ({
  database: 'postgres',
  provider: 'postgresql',
  url: (await server?.createDatabase()) ?? '',
});

const TIMEOUTS = { connectMs: 5000, lockMs: 2000, statementMs: 0, runnerLockMs: 500, probeMs: 5000 };

const withSession = async <T>(
  input: PrismaProjectInput,
  work: (session: Session) => Promise<T>,
): Promise<T> => {
  const dialect = await loadDialect(input.database);
  const address = dialect.address(new Secret(input.url), folder);
  const session = await dialect.connect(address, { mode: 'write', timeouts: TIMEOUTS });
  try {
    return await work(session);
  } finally {
    await session.close();
  }
};

/** Waits until a migration sleeps on the target, and says which application holds Prisma's lock then. */
const waitForLock = async (session: Session): Promise<readonly string[]> => {
  const sleeping =
    "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()";
  for (let tries = 0; tries < 600; tries += 1) {
    if ((await session.query(sleeping)).length > 0) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const rows = await session.query(
    "SELECT a.application_name AS name FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE l.locktype = 'advisory' AND l.granted AND l.objid = 72707369",
  );
  return rows.map((row) => String(row.name));
};

const config = (input: PrismaProjectInput, more = ''): string =>
  `export default { environments: { dev: { database: '${input.database}', urlVariable: 'DATABASE_URL', protected: false, create: true, executor: 'tool', ${more} } } };\n`;

interface Scene {
  readonly input: PrismaProjectInput;
  readonly project: PrismaProject;
  readonly world: { readonly environment: Readonly<Record<string, string>> };
}

const withProject = async (input: PrismaProjectInput, work: (scene: Scene) => Promise<void>) => {
  const project = await prismaProject(input, PEOPLE);
  try {
    await project.write('dbsync.config.ts', config(input));
    await project.addMigration(FIRST, PEOPLE_SQL);
    await work({ input, project, world: { environment: { DATABASE_URL: input.url } } });
  } finally {
    await project.remove();
  }
};

const journalOf = (task: string): readonly Record<string, unknown>[] =>
  readFileSync(path.join(task, 'artifacts', 'journal.ndjson'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const stepsOf = (task: string): readonly (readonly [string, string])[] =>
  (artifact(task, 'execution.json').steps as { id: string; state: string }[]).map(
    ({ id, state }) => [id, state] as const,
  );

/** The processes of this test that know the database: by their arguments or their variables. */
const whoKnows = (secret: string): readonly string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      const read = (file: string): string => {
        try {
          return readFileSync(`/proc/${pid}/${file}`, 'utf8').replaceAll('\0', ' ');
        } catch {
          return '';
        }
      };
      const line = read('cmdline');
      const ours = line.startsWith(process.execPath) || /^node\b/.test(line);
      return ours && `${line} ${read('environ')}`.includes(secret) ? [line] : [];
    });

/** A file as an application leaves it that keeps a write-ahead log. */
const createInWal = async (input: PrismaProjectInput): Promise<void> => {
  const dialect = await loadDialect(input.database);
  await dialect.create(dialect.address(new Secret(input.url), folder), TIMEOUTS);
  await withSession(input, (session) => session.execute('PRAGMA journal_mode = WAL'));
};

/** The statements go through Prisma, into the journal, to the environment's database, and up to the wanted migration. */
const applies = async ({ project, world, input }: Scene): Promise<void> => {
  await project.addMigration(SECOND, NOTES_SQL);
  const elsewhere = path.join(folder, `elsewhere-${input.version}.db`);
  await project.write('.env', `DATABASE_URL=file:${elsewhere}\n`);
  if (input.version.startsWith('7')) {
    await createInWal(input);
    await project.write(
      'prisma.config.ts',
      `export default { schema: 'prisma/schema.prisma', migrations: { path: 'prisma/migrations' }, datasource: { url: 'file:${elsewhere}' } };\n`,
    );
  }
  const surroundings = { environment: { ...world.environment, NODE_OPTIONS: '--require ./nowhere.cjs' } };
  const first = await run(project.root, 'sync', { confirm: 'dev', task: 'first', to: FIRST }, surroundings);
  assert.is(first.kind, 'verification');
  assert.equal(stepsOf(folderOf(first)), [
    [`${FIRST}#1`, 'committed'],
    [`${FIRST}#2`, 'committed'],
  ]);
  const events = journalOf(folderOf(first));
  const at = (event: string, more: (record: Record<string, unknown>) => boolean = () => true): number =>
    events.findIndex((record) => record.event === event && more(record));
  const [began, sent, done, closed] = [
    at('tool-begin'),
    at('step-started', (record) => record.by === 'tool' && record.step === `${FIRST}#1`),
    at('step-done', (record) => record.step === `${FIRST}#1`),
    at('tool-commit'),
  ];
  assert.ok(0 < began && began < sent && sent < done && done < closed);
  assert.is(existsSync(elsewhere), false);
  const { ledger } = (await run(project.root, 'status', {}, surroundings)).data as {
    ledger: { pending: readonly string[]; problems: readonly unknown[] };
  };
  assert.equal(ledger.pending, [SECOND]);
  assert.equal(ledger.problems, []);
};

/** What the rehearsal cannot see fails on the target: told to the statement, with the row that Prisma writes, and mended. */
const fails = async ({ project, world, input }: Scene): Promise<void> => {
  await project.write('plain.config.ts', config(input).replace("executor: 'tool'", "executor: 'dbsync'"));
  await run(project.root, 'sync', { confirm: 'dev', task: 'first', config: 'plain.config.ts' }, world);
  await withSession(input, (session) => session.execute(`INSERT INTO "Person" VALUES (1, 'live')`));
  const insert = `SELECT pg_sleep(1);\nINSERT INTO "Person" VALUES (1, 'again')`;
  await project.addMigration(SECOND, `${NOTES_SQL}${insert};\nCREATE INDEX "late" ON "Note"("text");\n`);
  let known: readonly string[] | null = existsSync('/proc') ? null : [];
  const scene = {
    ...world,
    onProgress: (status: string) => {
      if (status.startsWith('Apply:')) known ??= whoKnows(new URL(input.url).pathname.slice(1));
    },
  };
  const options = { confirm: 'dev', task: 'second' };
  const running = refusal(project.root, 'sync', options, scene);
  const holders = await withSession(input, (session) => waitForLock(session));
  const refused = await running;
  assert.is(refused.code, 'APPLY_FAILED', refused.message);
  assert.match(refused.message, /duplicate key/);
  assert.equal(holders, ['dbsync']);
  assert.equal(known, [], 'no child has the URL among its arguments or variables');
  const task = path.join(project.root, 'dev', 'active', 'second', 'db');
  assert.equal(stepsOf(task), [
    [`${SECOND}#1`, 'rolled-back'],
    [`${SECOND}#2`, 'rolled-back'],
    [`${SECOND}#3`, 'failed'],
    [`${SECOND}#4`, 'not-started'],
  ]);
  const failure = artifact(task, 'execution.json').failure as { step: string; engineCode: string };
  assert.is(failure.step, `${SECOND}#3`);
  assert.is(failure.engineCode, '23505');
  assert.is((await refusal(project.root, 'plan', {}, world)).code, 'LEDGER_UNHEALTHY');
  assert.match(refused.next.join('\n'), new RegExp(`--rolled-back ${SECOND}`));
  const resolve = { migration: SECOND, as: 'rolled-back' } as const;
  assert.is((await run(project.root, 'recover', { resolve, confirm: 'dev' }, world)).kind, 'mended');
  assert.is((await run(project.root, 'status', {}, world)).changes, true);
};

/** Ctrl-C stops between two statements, and the batch is undone. */
const stops = async ({ project, world }: Scene): Promise<void> => {
  const stop = new AbortController();
  const onProgress = (status: string): void => {
    if (status.startsWith('Apply:')) stop.abort();
  };
  const scene = { ...world, signal: stop.signal, onProgress };
  const refused = await refusal(project.root, 'sync', { confirm: 'dev', task: 'first' }, scene);
  assert.is(refused.code, 'INTERRUPTED', refused.message);
  const task = path.join(project.root, 'dev', 'active', 'first', 'db');
  assert.equal(stepsOf(task), [
    [`${FIRST}#1`, 'rolled-back'],
    [`${FIRST}#2`, 'not-started'],
  ]);
};

const killedRun = (root: string, at: number, url: string): Promise<NodeJS.Signals | null> =>
  new Promise((resolve, reject) => {
    const helper = path.resolve(import.meta.dirname, '../helpers/killed-run.ts');
    const child = spawn(process.execPath, ['--import', 'tsx', helper, root, String(at)], {
      env: { ...process.env, DATABASE_URL: url },
      stdio: 'inherit',
      timeout: 120_000,
    });
    child.on('error', reject);
    child.on('close', (_code, ended) => resolve(ended));
  });

/** kill -9 before the commit: the engine is alone, and must not go on. */
const isKilled = async ({ project, world, input }: Scene): Promise<void> => {
  await project.write(
    'dbsync.config.ts',
    config(input).replace("urlVariable: 'DATABASE_URL'", `url: '${input.url}'`),
  );
  // Records: run-started, batch-started, four statements of Prisma's own and of the ledger, begin, two statements with their ends.
  assert.is(await killedRun(project.root, 11, input.url), 'SIGKILL');
  const task = path.join(project.root, 'dev', 'active', 'run', 'db');
  assert.is(journalOf(task).at(-1)?.event, 'step-done');
  assert.is((await run(project.root, 'recover', {}, world)).kind, 'recovered');
  assert.equal(stepsOf(task), [
    [`${FIRST}#1`, 'rolled-back'],
    [`${FIRST}#2`, 'rolled-back'],
  ]);
  const resolve = { migration: FIRST, as: 'rolled-back' } as const;
  assert.is((await run(project.root, 'recover', { resolve, confirm: 'dev' }, world)).kind, 'mended');
};

spec("the project's own Prisma as the executor", ({ test, skip, after }) => {
  after(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const withVersion = (
    version: PrismaVersion,
    title: string,
    work: (input: Pick<PrismaProjectInput, 'version' | 'modules'>) => Promise<void>,
  ): void => {
    const modules = installPrisma(version);
    if (modules === null) skip(`Prisma ${version}: ${title}`, 'the registry cannot be reached');
    else test(`Prisma ${version}: ${title}`, () => work({ version, modules }));
  };

  for (const version of ['5.22.0', '7.10.1'] as const)
    withVersion(
      version,
      'applies the plan on the named database, statement by statement (SQLite)',
      async (by) => withProject({ ...by, ...(await sqlite(`applies-${version}`)) }, applies),
    );

  withVersion('7.10.1', 'Ctrl-C stops it between two statements (SQLite)', async (by) =>
    withProject({ ...by, ...(await sqlite('stops')) }, stops),
  );

  withVersion('7.10.1', 'kill -9 of dbsync leaves an engine that commits nothing more (SQLite)', async (by) =>
    withProject({ ...by, ...(await sqlite('killed')) }, isKilled),
  );

  const failing =
    'a failure on the target is told to the statement; lock and URL stay with dbsync (PostgreSQL)';
  if (server)
    withVersion('6.19.3', failing, async (by) => withProject({ ...by, ...(await postgres()) }, fails));
  else skip(failing, NO_SERVER);

  test('MySQL and MariaDB: refused, with the reason', async () => {
    const input = { version: '7.10.1', modules: folder, database: 'mysql', provider: 'mysql' } as const;
    const url = 'mysql://nobody:nothing@127.0.0.1:1/none';
    await withProject({ ...input, url }, async ({ project, world }) => {
      const refused = await refusal(project.root, 'status', {}, world);
      assert.is(refused.code, 'SOURCE_UNSUPPORTED');
      assert.match(refused.message, /own command line on MySQL/);
    });
  });
});
