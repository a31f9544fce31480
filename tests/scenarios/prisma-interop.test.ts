// dbsync and the real command lines of Prisma 5, 6 and 7 on the same databases, in both directions.

import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as assert from 'uvu/assert';
import type { Session } from '../../lib/dialects/contract.ts';
import { loadDialect } from '../../lib/dialects/registry.ts';
import { loadSource } from '../../lib/sources/registry.ts';
import { redactor, Secret, type Timeouts } from '../../lib/target/index.ts';
import { NO_SERVER, startPostgres } from '../helpers/postgres.ts';
import {
  installPrisma,
  PRISMA_VERSIONS,
  type PrismaProject,
  type PrismaProjectInput,
  type PrismaVersion,
  prismaProject,
  schemaText,
} from '../helpers/prisma-cli.ts';
import { cli, refusal, run } from '../helpers/scenario.ts';
import { spec } from '../helpers/spec.ts';

const TIMEOUTS: Timeouts = {
  connectMs: 5000,
  lockMs: 2000,
  statementMs: 0,
  runnerLockMs: 500,
  probeMs: 5000,
};

const FIRST = '20250101000000_people';
const SECOND = '20250201000000_notes';
const BAD = '20250301000000_bad';

const PEOPLE = 'model Person {\n  id Int @id\n  name String @default("x")\n  @@index([name])\n}\n';
const NOTES = 'model Note {\n  id Int @id\n  text String\n}\n';
const PEOPLE_SQL =
  'CREATE TABLE "Person" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT NOT NULL DEFAULT \'x\');\nCREATE INDEX "Person_name_idx" ON "Person"("name");\n';
const PEOPLE_PG = PEOPLE_SQL.replace(
  '"id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT NOT NULL DEFAULT \'x\'',
  '"id" INTEGER NOT NULL, "name" TEXT NOT NULL DEFAULT \'x\', CONSTRAINT "Person_pkey" PRIMARY KEY ("id")',
);

// An implicit many-to-many relation: its table is kept unique by an index, but on PostgreSQL since Prisma 6 by a primary key.
const TEAMS =
  'model Team {\n  id Int @id\n  members Member[]\n}\n\nmodel Member {\n  id Int @id\n  teams Team[]\n}\n';
const joined = (table: (name: string) => string, unique: string): string =>
  `${table('Team')}${table('Member')}CREATE TABLE "_MemberToTeam" ("A" INTEGER NOT NULL, "B" INTEGER NOT NULL, CONSTRAINT "_MemberToTeam_A_fkey" FOREIGN KEY ("A") REFERENCES "Member"("id") ON DELETE CASCADE ON UPDATE CASCADE, CONSTRAINT "_MemberToTeam_B_fkey" FOREIGN KEY ("B") REFERENCES "Team"("id") ON DELETE CASCADE ON UPDATE CASCADE);
CREATE INDEX "_MemberToTeam_B_index" ON "_MemberToTeam"("B");
${unique}
`;
const TEAM_INDEX = 'CREATE UNIQUE INDEX "_MemberToTeam_AB_unique" ON "_MemberToTeam"("A", "B");';
const TEAM_KEY = 'ALTER TABLE "_MemberToTeam" ADD CONSTRAINT "_MemberToTeam_AB_pkey" PRIMARY KEY ("A", "B");';
const TEAMS_SQL = joined(
  (name) => `CREATE TABLE "${name}" ("id" INTEGER NOT NULL PRIMARY KEY);\n`,
  TEAM_INDEX,
);
const teamsPg = (version: PrismaVersion): string =>
  joined(
    (name) =>
      `CREATE TABLE "${name}" ("id" INTEGER NOT NULL, CONSTRAINT "${name}_pkey" PRIMARY KEY ("id"));\n`,
    version.startsWith('5') ? TEAM_INDEX : TEAM_KEY,
  );
const NOTES_SQL = 'CREATE TABLE "Note" ("id" INTEGER NOT NULL PRIMARY KEY, "text" TEXT NOT NULL);\n';
const NOTES_PG =
  'CREATE TABLE "Note" ("id" INTEGER NOT NULL, "text" TEXT NOT NULL, CONSTRAINT "Note_pkey" PRIMARY KEY ("id"));\n';

const server = await startPostgres();
const folder = await mkdtemp(path.join(os.tmpdir(), 'dbsync-interop-'));
const installed = new Map(PRISMA_VERSIONS.map((version) => [version, installPrisma(version)]));

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

const diffArguments = (version: PrismaVersion): readonly string[] =>
  version.startsWith('7')
    ? ['--from-config-datasource', '--to-schema', 'prisma/schema.prisma']
    : ['--from-schema-datasource', 'prisma/schema.prisma', '--to-schema-datamodel', 'prisma/schema.prisma'];

/** What both sides do with one project; `sql` is in the database's own words. */
const bothWays = async (input: PrismaProjectInput, project: PrismaProject): Promise<void> => {
  const pg = input.database === 'postgres';
  const scene = { environment: { DATABASE_URL: input.url } };
  await project.addMigration(
    FIRST,
    pg ? `${PEOPLE_PG}${teamsPg(input.version)}` : `${PEOPLE_SQL}${TEAMS_SQL}`,
  );
  await project.write('prisma/schema.prisma', schemaText(input, `${PEOPLE}\n${TEAMS}`));

  // What dbsync applies, Prisma calls up to date and equal.
  const first = await run(project.root, 'sync', { confirm: 'dev' }, scene);
  assert.is(first.kind, 'verification');
  const status = await project.prisma(['migrate', 'status']);
  assert.match(status.text, /up to date/);
  assert.is(status.code, 0);
  const diff = await project.prisma(['migrate', 'diff', ...diffArguments(input.version), '--exit-code']);
  assert.is(diff.code, 0, diff.text);
  assert.match(diff.text, 'No difference detected');

  // What Prisma applies, dbsync accepts.
  await project.addMigration(SECOND, pg ? NOTES_PG : NOTES_SQL);
  await project.write('prisma/schema.prisma', schemaText(input, `${PEOPLE}\n${TEAMS}\n${NOTES}`));
  const deployed = await project.prisma(['migrate', 'deploy']);
  assert.is(deployed.code, 0, deployed.text);
  assert.is((await run(project.root, 'status', {}, scene)).changes, false);
  assert.is((await run(project.root, 'sync', { confirm: 'dev' }, scene)).kind, 'nothing');

  // A failure that Prisma recorded, dbsync understands, and mends in a way that Prisma understands.
  await project.addMigration(BAD, 'INSERT INTO "Nowhere" VALUES (1);\n');
  const failed = await project.prisma(['migrate', 'deploy']);
  assert.is(failed.code, 1, failed.text);
  assert.match(failed.text, /P3018/);
  assert.match(failed.text, new RegExp(BAD));
  const refused = await refusal(project.root, 'plan', {}, scene);
  assert.is(refused.code, 'LEDGER_UNHEALTHY');
  assert.match(refused.message, /x-failed-in-ledger/);
  const resolve = { migration: BAD, as: 'rolled-back' } as const;
  assert.is((await run(project.root, 'recover', { resolve, confirm: 'dev' }, scene)).kind, 'mended');
  await project.removeMigration(BAD);
  assert.is((await run(project.root, 'sync', { confirm: 'dev' }, scene)).kind, 'nothing');

  // A failure that dbsync recorded, Prisma understands: P3009.
  await project.addMigration(BAD, 'INSERT INTO "Nowhere" VALUES (1);\n');
  await recordFailure(project, input);
  const blocked = await project.prisma(['migrate', 'deploy']);
  assert.is(blocked.code, 1, blocked.text);
  assert.match(blocked.text, /P3009/);
  if (input.version.startsWith('7')) {
    const resolved = await project.prisma(['migrate', 'resolve', '--rolled-back', BAD]);
    assert.is(resolved.code, 0, resolved.text);
  } else await run(project.root, 'recover', { resolve, confirm: 'dev' }, scene);
  await project.removeMigration(BAD);
  assert.is((await run(project.root, 'sync', { confirm: 'dev' }, scene)).kind, 'nothing');
};

/** Runs `work` with a writing session and the project's ledger. */
const withLedger = async <T>(
  project: PrismaProject,
  input: PrismaProjectInput,
  work: (
    session: Session,
    opened: Awaited<ReturnType<Awaited<ReturnType<typeof loadSource>>['open']>>,
  ) => Promise<T>,
): Promise<T> => {
  const dialect = await loadDialect(input.database);
  const source = await loadSource('prisma');
  const detection = await source.detect(project.root);
  if (!detection) throw new Error('no project');
  const address = dialect.address(new Secret(input.url), project.root);
  const opened = await source.open(detection, {
    dialect,
    timeouts: TIMEOUTS,
    redact: redactor([]),
    withEmptyShadow: async () => {
      throw new Error('no shadow here');
    },
  });
  const session = await dialect.connect(address, { mode: 'write', timeouts: TIMEOUTS });
  try {
    return await work(session, opened);
  } finally {
    await session.close();
    await opened.close();
  }
};

const recordFailure = (project: PrismaProject, input: PrismaProjectInput): Promise<void> =>
  withLedger(project, input, async (session, opened) => {
    const migration = opened.migrations.find((item) => item.id === BAD);
    if (!migration) throw new Error('no such migration');
    const { writer } = opened.ledger;
    const row = await writer.started(session, migration, new Date());
    await writer.failed(session, row, 'it failed here');
  });

/** While dbsync holds its lock, Prisma's deploy does nothing. */
const lockedOut = async (input: PrismaProjectInput, project: PrismaProject): Promise<void> => {
  await project.addMigration(FIRST, input.database === 'postgres' ? PEOPLE_PG : PEOPLE_SQL);
  const scene = { environment: { DATABASE_URL: input.url } };
  await run(project.root, 'sync', { confirm: 'dev' }, scene);
  await project.addMigration(SECOND, input.database === 'postgres' ? NOTES_PG : NOTES_SQL);
  const dialect = await loadDialect(input.database);
  const held = await withLedger(project, input, (session, opened) =>
    dialect.withLock(
      session,
      { waitMs: 500, toolLock: opened.ledger.toolLock, timeouts: TIMEOUTS },
      async () => project.prisma(['migrate', 'deploy']),
    ),
  );
  assert.is(held.code, 1, held.text);
  assert.match(held.text, /P1002|advisory lock|database is locked|is locked by another|timed out/i);
  assert.is((await run(project.root, 'status', {}, scene)).changes, true);
};

/** While Prisma's deploy holds its lock, dbsync's apply is refused. */
const lockedOutByPrisma = async (input: PrismaProjectInput, project: PrismaProject): Promise<void> => {
  const scene = { environment: { DATABASE_URL: input.url } };
  await project.addMigration(FIRST, PEOPLE_PG);
  await run(project.root, 'sync', { confirm: 'dev' }, scene);
  await project.addMigration(SECOND, `${NOTES_PG}SELECT pg_sleep(6);\n`);
  const dialect = await loadDialect(input.database);
  const deploying = project.prisma(['migrate', 'deploy']);
  const code = await withLedger(project, input, async (session, opened) => {
    for (let tries = 0; tries < 100; tries += 1) {
      const [row] = await session.query(
        "SELECT count(*)::int AS n FROM pg_locks WHERE locktype = 'advisory' AND granted AND objid = 72707369",
      );
      if (Number(row?.n) > 0) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const options = { waitMs: 300, toolLock: opened.ledger.toolLock, timeouts: TIMEOUTS };
    return dialect.withLock(session, options, async () => 'got it').catch((error) => error.code);
  });
  assert.is(code, 'LOCK_HELD');
  assert.is((await deploying).code, 0);
  assert.is((await run(project.root, 'sync', { confirm: 'dev' }, scene)).kind, 'nothing');
};

const withProject = async (
  input: PrismaProjectInput,
  work: (input: PrismaProjectInput, project: PrismaProject) => Promise<void>,
): Promise<void> => {
  const project = await prismaProject(input, PEOPLE);
  try {
    await work(input, project);
  } finally {
    await project.remove();
  }
};

spec("dbsync and Prisma's own command lines", ({ test, skip, after }) => {
  after(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  for (const version of PRISMA_VERSIONS) {
    const modules = installed.get(version) ?? null;
    const title = `Prisma ${version}: each accepts the other's work and failures`;
    if (modules === null) {
      skip(title, 'the registry cannot be reached');
      continue;
    }
    test(`${title} (SQLite)`, async () =>
      withProject({ version, modules, ...(await sqlite(`both-${version}`)) }, bothWays));
    if (server) {
      test(`${title} (PostgreSQL)`, async () =>
        withProject({ version, modules, ...(await postgres()) }, bothWays));
    } else skip(`${title} (PostgreSQL)`, NO_SERVER);
  }

  const modules = installed.get('7.10.1') ?? null;
  if (modules === null) {
    skip('locks and the command', 'the registry cannot be reached');
    return;
  }
  const version = '7.10.1' as const;

  test("dbsync's lock keeps Prisma out (SQLite)", async () =>
    withProject({ version, modules, ...(await sqlite('lock')) }, lockedOut));

  if (server) {
    test("dbsync's lock keeps Prisma out (PostgreSQL)", async () =>
      withProject({ version, modules, ...(await postgres()) }, lockedOut));
    test("Prisma's lock keeps dbsync out (PostgreSQL)", async () =>
      withProject({ version, modules, ...(await postgres()) }, lockedOutByPrisma));
  } else skip('locks (PostgreSQL)', NO_SERVER);

  test('a protected environment is looked at only, and another database than the environment is refused', async () =>
    withProject({ version, modules, ...(await sqlite('guard')) }, async (input, project) => {
      await project.addMigration(FIRST, PEOPLE_SQL);
      await run(project.root, 'sync', { confirm: 'dev' }, { environment: { DATABASE_URL: input.url } });
      const seen = await project.prisma(['migrate', 'status'], true);
      assert.is(seen.code, 0, seen.text);
      let code = '';
      await project.prisma(['migrate', 'reset', '--force'], true).catch((error) => {
        code = error.code;
      });
      assert.is(code, 'APPROVAL_REQUIRED');
      await project.write(
        'prisma.config.ts',
        `export default { schema: 'prisma/schema.prisma', migrations: { path: 'prisma/migrations' }, datasource: { url: 'file:${path.join(folder, 'other.db')}' } };\n`,
      );
      const redirected = await project.prisma(['migrate', 'status']);
      assert.is(redirected.code, 1);
      assert.match(redirected.text, /not the database of the dbsync environment/);
    }));

  test('as a command: the exit code is passed on, and no variable of ours is needed', async () =>
    withProject({ version, modules, ...(await sqlite('command')) }, async (input, project) => {
      await project.addMigration(FIRST, PEOPLE_SQL);
      const environment = { DATABASE_URL: input.url };
      await run(project.root, 'sync', { confirm: 'dev' }, { environment });
      const args = ['--env', 'dev', '--', 'migrate', 'status'];
      const current = await cli(project.root, 'prisma', args, { environment });
      assert.is(current.code, 0, current.stderr + current.stdout);
      assert.match(current.stdout, /up to date/);
      await project.addMigration(SECOND, NOTES_SQL);
      const behind = await cli(project.root, 'prisma', args, { environment });
      assert.is(behind.code, 1);
      assert.match(behind.stdout + behind.stderr, new RegExp(SECOND));
    }));
});
