// The table behind an implicit many-to-many relation: what the engine of Prisma 6 says of it, for a project of Prisma 5.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { dialect as postgres } from '../../lib/dialects/postgres/index.ts';
import type { Project, SourceContext } from '../../lib/sources/contract.ts';
import { source } from '../../lib/sources/prisma/index.ts';
import { inWordsOf } from '../../lib/sources/prisma/join-keys.ts';
import { redactor } from '../../lib/target/index.ts';
import {
  NO_SERVER,
  serversAtHand,
  startPostgres,
  type TestServer,
  TIMEOUTS,
  withSession,
} from '../helpers/postgres.ts';
import { spec } from '../helpers/spec.ts';

const five = inWordsOf('5.22.0');

const ADDED = '-- AlterTable\nALTER TABLE "_AToB" ADD CONSTRAINT "_AToB_AB_pkey" PRIMARY KEY ("A", "B");';
const DROPPED = '-- DropIndex\nDROP INDEX "_AToB_AB_unique";';
const INDEX = '-- CreateIndex\nCREATE UNIQUE INDEX "_AToB_AB_unique" ON "_AToB"("A", "B");';
const OTHER = '-- CreateIndex\nCREATE INDEX "a_x_idx" ON "a"("x");';

const CASES: readonly (readonly [name: string, script: string, expected: string])[] = [
  ['the key instead of the index is no change', `${ADDED}\n\n${DROPPED}`, ''],
  ['what else there is stays as it is', `${ADDED}\n\n${OTHER}\n\n${DROPPED}`, OTHER],
  ['where the index is missing, it is made', ADDED, INDEX],
  ['an index that goes without a key goes', DROPPED, DROPPED],
  [
    'in a namespace',
    '-- AlterTable\nALTER TABLE "s"."_AToB" ADD CONSTRAINT "_AToB_AB_pkey" PRIMARY KEY ("A", "B");\n\n-- DropIndex\nDROP INDEX "s"."_AToB_AB_unique";',
    '',
  ],
  [
    'a table is made with the index',
    `-- CreateTable\nCREATE TABLE "_AToB" (\n    "A" TEXT NOT NULL,\n    "B" TEXT NOT NULL,\n\n    CONSTRAINT "_AToB_AB_pkey" PRIMARY KEY ("A","B")\n);\n\n${OTHER}`,
    `-- CreateTable\nCREATE TABLE "_AToB" (\n    "A" TEXT NOT NULL,\n    "B" TEXT NOT NULL\n);\n\n${INDEX}\n\n${OTHER}`,
  ],
];

spec('prisma: implicit many-to-many relations in words', ({ test }) => {
  for (const [name, script, expected] of CASES)
    test(name, () => {
      assert.is(five(script), expected);
      assert.is(inWordsOf('6.0.0')(script), script, 'Prisma 6 means it');
      assert.is(inWordsOf(null)(script), script, 'an unknown version is told what the engine says');
    });
});

const MODELS =
  'model Post {\n  id Int @id\n  tags Tag[]\n}\n\nmodel Tag {\n  id Int @id\n  posts Post[]\n}\n';
const LATER =
  'model Book {\n  id Int @id\n  shelves Shelf[]\n}\n\nmodel Shelf {\n  id Int @id\n  books Book[]\n}\n';
/** As Prisma 5.22 writes it. */
const HISTORY = `CREATE TABLE "Post" ("id" INTEGER NOT NULL, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Tag" ("id" INTEGER NOT NULL, CONSTRAINT "Tag_pkey" PRIMARY KEY ("id"));
CREATE TABLE "_PostToTag" ("A" INTEGER NOT NULL, "B" INTEGER NOT NULL);
CREATE UNIQUE INDEX "_PostToTag_AB_unique" ON "_PostToTag"("A", "B");
CREATE INDEX "_PostToTag_B_index" ON "_PostToTag"("B");
ALTER TABLE "_PostToTag" ADD CONSTRAINT "_PostToTag_A_fkey" FOREIGN KEY ("A") REFERENCES "Post"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "_PostToTag" ADD CONSTRAINT "_PostToTag_B_fkey" FOREIGN KEY ("B") REFERENCES "Tag"("id") ON DELETE CASCADE ON UPDATE CASCADE;
`;

const hasPostgres = process.env.DBSYNC_TEST_POSTGRES_URL !== undefined || (await serversAtHand()).length > 0;

spec('prisma: implicit many-to-many relations on PostgreSQL', ({ test, skip, before, after }) => {
  if (!hasPostgres) {
    skip('everything', NO_SERVER);
    return;
  }
  let server: TestServer | null = null;
  let root = '';
  before(async () => {
    server = await startPostgres();
    root = await mkdtemp(path.join(os.tmpdir(), 'dbsync-join-'));
    await mkdir(path.join(root, 'prisma/migrations/20240101000000_init'), { recursive: true });
    await writeFile(path.join(root, 'prisma/migrations/migration_lock.toml'), 'provider = "postgresql"\n');
    await writeFile(path.join(root, 'prisma/migrations/20240101000000_init/migration.sql'), HISTORY);
  });
  after(async () => {
    await server?.stop();
    await rm(root, { recursive: true, force: true });
  });
  const database = async (): Promise<string> => {
    assert.ok(server);
    return server.createDatabase();
  };
  const context: SourceContext = {
    dialect: postgres,
    timeouts: TIMEOUTS,
    redact: redactor([]),
    withEmptyShadow: async (work) => withSession(await database(), work),
  };
  const open = async (version: string, models: string): Promise<Project> => {
    await writeFile(path.join(root, 'package.json'), JSON.stringify({ dependencies: { prisma: version } }));
    const block = 'datasource db {\n  provider = "postgresql"\n  url = env("DATABASE_URL")\n}\n';
    await writeFile(path.join(root, 'prisma/schema.prisma'), `${block}\n${models}`);
    const detection = await source.detect(root);
    assert.ok(detection);
    return source.open(detection, context);
  };
  const migrated = async (project: Project): Promise<string> => {
    const url = await database();
    await withSession(url, async (session) => {
      await project.ledger.writer.ensure(session);
      for (const migration of project.migrations) {
        const id = await project.ledger.writer.started(session, migration, new Date(0));
        await session.script(migration.sql ?? '');
        await project.ledger.writer.finished(session, id, new Date(0));
      }
    });
    return url;
  };

  test('the history of a Prisma 5 covers its schema; a Prisma 6 wants the key', async () => {
    const older = await open('5.22.0', MODELS);
    const url = await migrated(older);
    assert.is(await withSession(url, (session) => older.uncovered(session)), '');
    const verdict = await withSession(url, (session) => older.verdict(session));
    assert.match(verdict.messages.join(' '), 'is what the schema declares');
    assert.is((await withSession(url, (session) => older.push(session))).sql, '');
    const newer = await open('6.19.0', MODELS);
    assert.match((await withSession(url, (session) => newer.uncovered(session))) ?? '', '_PostToTag_AB_pkey');
    await Promise.all([older.close(), newer.close()]);
  });

  test('a migration that is written for a Prisma 5 makes the index', async () => {
    const project = await open('5.22.0', MODELS + LATER);
    const url = await migrated(project);
    const files = await withSession(
      url,
      async (session) => (await project.createOnly?.(session, 'books', new Date(0))) ?? [],
    );
    const sql = await readFile(path.join(root, files[0] ?? ''), 'utf8');
    assert.match(sql, 'CREATE UNIQUE INDEX "_BookToShelf_AB_unique" ON "_BookToShelf"("A", "B");');
    assert.not.match(sql, '_AB_pkey');
    await withSession(url, (session) => session.script(sql));
    assert.is(await withSession(url, (session) => project.uncovered(session)), '');
    await project.close();
  });
});
