// The declared schema ahead of its migrations: written as a migration where that is allowed, refused where it is not, and
// hand-written objects that no schema file can say are no reason for either.
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { NO_SERVER, startPostgres } from '../helpers/postgres.ts';
import { copyProject, type ProjectCopy } from '../helpers/project.ts';
import {
  artifact,
  bytesOf,
  cli,
  databaseOf,
  folderOf,
  refusal,
  run,
  writeSqliteConfig,
} from '../helpers/scenario.ts';
import { spec } from '../helpers/spec.ts';

const server = await startPostgres();

const schemaFile = (project: ProjectCopy): string => path.join(project.root, 'prisma', 'schema.prisma');

const editSchema = async (project: ProjectCopy, edit: (text: string) => string): Promise<void> => {
  const file = schemaFile(project);
  const before = readFileSync(file, 'utf8');
  const after = edit(before);
  assert.is.not(after, before);
  await writeFile(file, after);
};

/** A dropped column, a required column, a unique index. */
const change = (text: string): string =>
  text
    .replace(/^ {2}city +String\?\n/m, '')
    .replace(/^( {2}isbn +String\?)/m, '$1 @unique')
    .replace(/^(model Publisher \{\n)/m, '$1  email String\n');

const withSqlite = async (work: (project: ProjectCopy) => Promise<void>): Promise<void> => {
  const project = await copyProject('bookshop');
  try {
    await writeSqliteConfig(project, [{ create: true }, { name: 'prod', protected: true }]);
    await work(project);
  } finally {
    await project.remove();
  }
};

const folders = (project: ProjectCopy): readonly string[] =>
  readdirSync(project.migrationsFolder).filter((name) => /^\d{14}_/.test(name));

spec('the schema ahead of its migrations', ({ test, skip, after }) => {
  after(async () => server?.stop());

  test('a schema that Prisma rejects leaves the plan, which says why it cannot be compared', () =>
    withSqlite(async (project) => {
      await editSchema(project, (text) => text.replace(/^(model Publisher \{\n)/m, '$1  email Strin\n'));
      const planned = await run(project.root, 'plan');
      const folder = folderOf(planned);
      const plan = artifact(folder, 'plan.json');
      assert.is(plan.uncovered, null);
      assert.match(String(plan.uncoveredBecause), /Prisma rejects the schema.*Strin/s);
      const document = readFileSync(path.join(folder, '02-migration-plan.md'), 'utf8');
      assert.match(document, /could not be told: Prisma rejects the schema/);
    }));

  test("create-only writes a migration with Prisma's own warnings, touches no database, and is then complete", () =>
    withSqlite(async (project) => {
      await run(project.root, 'sync', { confirm: 'dev' });
      const bytes = bytesOf(databaseOf(project));
      const before = folders(project);
      await editSchema(project, change);
      const drafted = await run(project.root, 'plan', { createOnly: true, name: 'Author e-mail' });
      assert.is(drafted.kind, 'draft');
      assert.is(drafted.exitCode, 0);
      const [added] = folders(project).filter((name) => !before.includes(name));
      assert.match(added ?? '', /^\d{14}_author_e_mail$/);
      const sql = readFileSync(path.join(project.migrationsFolder, added ?? '', 'migration.sql'), 'utf8');
      assert.match(sql, /Warnings:/);
      assert.match(sql, /drop the column `city` on the `Publisher` table/);
      assert.match(sql, /required column `email` to the `Publisher` table without a default value/);
      assert.match(sql, /unique constraint covering the columns `\[isbn\]`/);
      assert.is(bytesOf(databaseOf(project)), bytes);
      const again = await run(project.root, 'plan', { createOnly: true, name: 'again' });
      assert.equal((again.data as { files: readonly string[] }).files, []);
      assert.is(folders(project).length, before.length + 1);
      const outcome = await run(project.root, 'plan', { env: 'prod' });
      assert.is(artifact(folderOf(outcome), 'plan.json').uncovered, '');
    }));

  test('a protected environment: no draft, and no plan that would bring less than the code declares', () =>
    withSqlite(async (project) => {
      await run(project.root, 'sync', { confirm: 'dev' });
      await editSchema(project, change);
      const before = folders(project);
      const draft = await refusal(project.root, 'plan', { env: 'prod', createOnly: true, name: 'x' });
      assert.is(draft.code, 'SCHEMA_AHEAD');
      assert.is(draft.exitCode, 3);
      assert.equal(folders(project), before);
      const planned = await refusal(project.root, 'plan', { env: 'prod' });
      assert.is(planned.code, 'SCHEMA_AHEAD');
      assert.match(planned.message, /email/);
      // The plan is written down for reading; it goes no further.
      assert.is((await refusal(project.root, 'rehearse', { env: 'prod' })).code, 'SCHEMA_AHEAD');
      const open = await run(project.root, 'plan');
      const document = readFileSync(path.join(folderOf(open), '02-migration-plan.md'), 'utf8');
      assert.match(document, /Not complete: the declared schema needs more than the migrations bring/);
    }));

  test('a draft needs a name, on the command line too', () =>
    withSqlite(async (project) => {
      assert.is((await refusal(project.root, 'plan', { createOnly: true })).code, 'USAGE');
      await editSchema(project, change);
      const done = await cli(project.root, 'diff', ['--env', 'dev', '--create-only', '--name', 'by hand']);
      assert.is(done.code, 0, done.stderr);
      assert.match(done.stdout, /Written for review: prisma\/migrations\/\d{14}_by_hand\/migration\.sql/);
    }));

  if (!server) {
    skip('hand-written objects', NO_SERVER);
    return;
  }
  test('hand-written indexes, partitions and generated columns stay, are said, and block nothing', async () => {
    const project = await copyProject('bookshop-postgres');
    try {
      const url = await server.createDatabase();
      await project.writeConfig(
        `export default { environments: { prod: { database: 'postgres', urlVariable: 'DATABASE_URL', protected: true }, dev: { database: 'postgres', urlVariable: 'DATABASE_URL', protected: false } } };\n`,
      );
      await project.addMigration(
        '20990101000000_by_hand',
        `CREATE INDEX "Author_lower" ON "Author" (lower("name"));
CREATE INDEX "Author_named" ON "Author" ("name") WHERE "name" <> '';
CREATE INDEX "Author_plain" ON "Author" ("name");
`,
      );
      const scene = { environment: { DATABASE_URL: url } };
      const outcome = await run(project.root, 'plan', { env: 'prod' }, scene);
      const uncovered = String(artifact(folderOf(outcome), 'plan.json').uncovered);
      assert.match(uncovered, /kept: DROP INDEX "Author_plain" \(made by a migration/);
      assert.not.match(uncovered, /^(?!-- kept: ).*\S/m);
      const document = readFileSync(path.join(folderOf(outcome), '02-migration-plan.md'), 'utf8');
      assert.match(document, /The migrations cover the declared schema\. They also made objects/);
      await editSchema(project, change);
      const refused = await refusal(project.root, 'plan', { env: 'prod' }, scene);
      assert.is(refused.code, 'SCHEMA_AHEAD');
      await run(project.root, 'plan', { env: 'dev', createOnly: true, name: 'next' }, scene);
      const added = folders(project).find((name) => name.endsWith('_next')) ?? '';
      const sql = readFileSync(path.join(project.migrationsFolder, added, 'migration.sql'), 'utf8');
      assert.not.match(sql, /^DROP INDEX "Author_(lower|named)"/m);
      assert.match(sql, /ADD COLUMN +"email" TEXT NOT NULL/);
    } finally {
      await project.remove();
    }
  });
});
