// Push where Prisma has no engine in process: the declared schema in dbsync's own SQL, through the same plan, rehearsal, approval and
// proof as every other change.
import { readdirSync, readFileSync } from 'node:fs';
import { chmod, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import mysql from 'mysql2/promise';
import * as assert from 'uvu/assert';
import { fillMysql } from '../helpers/bookshop-data.ts';
import { mariadbMissing, startMariadb, type TestServer } from '../helpers/mariadb.ts';
import { installPrisma, type PrismaVersion } from '../helpers/prisma-cli.ts';
import { copyProject, type ProjectCopy } from '../helpers/project.ts';
import { artifact, folderOf, refusal, run, type Scene } from '../helpers/scenario.ts';
import { spec } from '../helpers/spec.ts';

const PUSH = { strategy: 'push', reason: 'a prototype that has no history yet' } as const;
const missing = mariadbMissing();

const CONFIG = `export default { environments: {
  dev: { database: 'mysql', urlVariable: 'DATABASE_URL', protected: false },
  prod: { database: 'mysql', urlVariable: 'DATABASE_URL', protected: true },
  open: { database: 'mysql', urlVariable: 'DATABASE_URL', protected: true, allowPush: true },
} };
`;

interface Stage {
  readonly project: ProjectCopy;
  readonly scene: Scene;
  readonly sql: (text: string) => Promise<readonly Record<string, unknown>[]>;
  readonly fill: () => Promise<unknown>;
}

interface Weighed {
  readonly code: string;
  readonly subject: string;
  readonly severity: string;
  readonly willFail?: boolean;
  readonly evidence: readonly { readonly count: number | null }[];
}

const schemaFile = (project: ProjectCopy): string => path.join(project.root, 'prisma', 'schema.prisma');

const edit = async (project: ProjectCopy, ...changes: readonly (readonly [string | RegExp, string])[]) => {
  let text = readFileSync(schemaFile(project), 'utf8');
  for (const [from, to] of changes) {
    const next = text.replace(from, to);
    assert.is.not(next, text, String(from));
    text = next;
  }
  await writeFile(schemaFile(project), text);
};

/**
 * Stands in for Prisma's native schema engine, which cannot be had without a download: it speaks its protocol to the real command
 * line, looks at the database that it was given, and answers with SQL of its own.
 */
const ENGINE = `#!/usr/bin/env node
import { createInterface } from 'node:readline';
import mysql from '${import.meta.resolve('mysql2/promise')}';
const say = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n');
const answer = async ({ id, method }) => {
  if (method !== 'diff') return;
  const connection = await mysql.createConnection(process.env.DBSYNC_SHADOW_URL.replace(/\\?.*/, ''));
  const [rows] = await connection.query("SHOW TABLES LIKE 'native'");
  await connection.end();
  const script = rows.length === 0 ? '-- CreateTable\\nCREATE TABLE \`native\` (\`id\` INT PRIMARY KEY);\\n' : '-- This is an empty migration.';
  say({ id: 9, method: 'print', params: { content: script } });
  setTimeout(() => say({ id, result: { exitCode: 0 } }), 20);
};
createInterface({ input: process.stdin }).on('line', (line) => answer(JSON.parse(line)));
`;

const hazardsOf = (folder: string): readonly Weighed[] =>
  artifact(folder, 'plan.json').hazards as readonly Weighed[];
const found = (hazards: readonly Weighed[], subject: RegExp): readonly string[] =>
  hazards
    .filter((hazard) => subject.test(hazard.subject))
    .map(({ code, severity, willFail, evidence }) =>
      [code, severity, ...evidence.map(({ count }) => count), ...(willFail ? ['will fail'] : [])].join(' '),
    );

spec('push on MariaDB', ({ test, skip, before, after }) => {
  if (missing !== null) {
    skip('everything that needs a server', missing);
    return;
  }
  let server: TestServer;
  before(async () => {
    server = await startMariadb();
  });
  after(() => server.stop());

  const onStage = async (work: (stage: Stage) => Promise<void>): Promise<void> => {
    const project = await copyProject('bookshop-mysql');
    const url = server.url(await server.database());
    const connection = await mysql.createConnection({ uri: url, multipleStatements: true });
    try {
      await project.writeConfig(CONFIG);
      await work({
        project,
        fill: () => fillMysql(connection),
        scene: { environment: { DATABASE_URL: url } },
        sql: async (text) => (await connection.query(text))[0] as Record<string, unknown>[],
      });
    } finally {
      await connection.end();
      await project.remove();
    }
  };

  test('brings an empty database to the schema, proven; a second push has nothing to send; no ledger is made', () =>
    onStage(async ({ project, scene, sql }) => {
      const done = await run(project.root, 'sync', { ...PUSH, confirm: 'dev' }, scene);
      assert.is(done.kind, 'verification');
      assert.is(artifact(folderOf(done), 'plan.json').strategy, 'push');
      const tables = (await sql('SHOW TABLES')).flatMap((row) => Object.values(row));
      assert.ok(tables.includes('_BookToCategory'));
      assert.not.ok(tables.includes('_prisma_migrations'));
      const text = readFileSync(path.join(folderOf(done), '04-post-verify.md'), 'utf8');
      assert.match(text, /--baseline/);
      assert.match(text, /a prototype that has no history yet/);
      assert.is((await run(project.root, 'sync', { ...PUSH, confirm: 'dev' }, scene)).kind, 'nothing');
    }));

  test('what the schema says beyond the migrations is measured once; a later plan needs no shadow until something changes', () =>
    onStage(async ({ project, scene, sql }) => {
      const replica = async (): Promise<string> =>
        (
          artifact(folderOf(await run(project.root, 'plan', { task: 'look' }, scene)), 'plan.json')
            .prediction as {
            replica: string;
          }
        ).replica;
      await run(project.root, 'sync', { confirm: 'dev', task: 'first' }, scene);
      assert.match(await replica(), /of the run "first"/);
      await edit(project, [/^(model Publisher \{\n)/m, '$1  email String?\n']);
      assert.not.match(await replica(), /of the run/);
      assert.match(await replica(), /of the run "look"/);
      await sql('CREATE TABLE by_hand (id INT PRIMARY KEY)');
      assert.not.match(await replica(), /of the run/);
    }));

  test('changes with data at stake are hazards with counts from the live rows', () =>
    onStage(async ({ project, scene, fill, sql }) => {
      await run(project.root, 'sync', { ...PUSH, confirm: 'dev' }, scene);
      await fill();
      await edit(
        project,
        [/^ {2}city +String\?\n/m, ''],
        [/^(model Publisher \{\n)/m, '$1  email String\n'],
        [/^( {2}title +String)/m, '$1 @db.VarChar(4)'],
        [/^( {2}isbn +String)\?/m, '$1 @unique'],
        [/^ {2}shipped\n/m, ''],
      );
      await sql("UPDATE Book SET isbn = 'same'");
      await sql('UPDATE Book SET isbn = NULL LIMIT 1');
      const folder = folderOf(await run(project.root, 'plan', PUSH, scene));
      const hazards = hazardsOf(folder);
      assert.equal(found(hazards, /^column Publisher\.city$/), ['x-rename-as-drop-add destructive 10']);
      assert.equal(found(hazards, /^column Publisher\.email$/), ['my-add-not-null-implicit breaking 12']);
      assert.equal(found(hazards, /^column Book\.title$/), ['my-narrow-string destructive 160 will fail']);
      assert.equal(found(hazards, /^column Book\.isbn$/), [
        'my-nullable-to-not-null destructive 1 will fail',
      ]);
      assert.equal(found(hazards, /^column Order\.status$/), ['my-enum-set-remove destructive 83 will fail']);
      assert.ok(found(hazards, /^index Book_isbn_key/).includes('my-unique-duplicates breaking 1 will fail'));
      const document = readFileSync(path.join(folder, '02-migration-plan.md'), 'utf8');
      assert.match(
        document,
        /ALTER TABLE `Publisher` DROP COLUMN `city`,\n\s+ADD COLUMN `email` varchar\(191\) NOT NULL/,
      );
      const before = await sql('CHECKSUM TABLE Book, Publisher');
      const refused = await refusal(project.root, 'sync', { ...PUSH, confirm: 'dev' }, scene);
      assert.is(refused.exitCode, 4);
      assert.equal(await sql('CHECKSUM TABLE Book, Publisher'), before);
    }));

  test('a ledger forbids it, unless overridden by name; so does a protected environment, unless it allows push', () =>
    onStage(async ({ project, scene, sql }) => {
      await run(project.root, 'sync', { confirm: 'dev' }, scene);
      await edit(project, [/^(model Publisher \{\n)/m, '$1  email String?\n']);
      for (const phase of ['plan', 'sync'] as const)
        assert.is(
          (await refusal(project.root, phase, { ...PUSH, confirm: 'dev' }, scene)).code,
          'PUSH_REFUSED',
        );
      assert.is((await refusal(project.root, 'plan', { ...PUSH, env: 'prod' }, scene)).code, 'PUSH_REFUSED');
      const accept = [{ code: 'x-push-on-managed-db', reason: 'the ledger is thrown away next week' }];
      const done = await run(project.root, 'sync', { ...PUSH, confirm: 'dev', accept }, scene);
      assert.is(done.kind, 'verification');
      const [column] = await sql("SHOW COLUMNS FROM Publisher LIKE 'email'");
      assert.is(column?.Null, 'YES');
      await run(project.root, 'plan', { ...PUSH, env: 'open', accept }, scene);
    }));

  const added = (project: ProjectCopy, name: string): string => {
    const folder = readdirSync(project.migrationsFolder).find((item) => item.endsWith(`_${name}`)) ?? '';
    assert.match(folder, /^\d{14}_/);
    return readFileSync(path.join(project.migrationsFolder, folder, 'migration.sql'), 'utf8');
  };

  test('a schema ahead of its migrations: written for review with warnings, refused where protected, then complete', () =>
    onStage(async ({ project, scene, sql }) => {
      await run(project.root, 'sync', { confirm: 'dev' }, scene);
      const covered = await run(project.root, 'plan', { env: 'prod' }, scene);
      assert.is(artifact(folderOf(covered), 'plan.json').uncovered, '');
      await edit(
        project,
        [/^ {2}city +String\?\n/m, ''],
        [/^(model Publisher \{\n)/m, '$1  email String\n'],
        [/^( {2}isbn +String\?)/m, '$1 @unique'],
      );
      const refused = await refusal(project.root, 'plan', { env: 'prod' }, scene);
      assert.is(refused.code, 'SCHEMA_AHEAD');
      assert.match(refused.message, /ADD COLUMN `email`/);
      const draft = await refusal(project.root, 'plan', { env: 'prod', createOnly: true, name: 'x' }, scene);
      assert.is(draft.code, 'SCHEMA_AHEAD');
      const drafted = await run(project.root, 'plan', { createOnly: true, name: 'Author e-mail' }, scene);
      assert.is(drafted.kind, 'draft');
      assert.is(
        added(project, 'author_e_mail'),
        `/*
  Warnings:

  - Book_isbn_key makes isbn of \`Book\` unique: this fails while rows share a value.
  - The column \`city\` of \`Publisher\` is dropped with all of its values.
  - The column \`email\` of \`Publisher\` is required and has no default: rows that are there would get a value that nobody chose.

*/
-- AlterTable
ALTER TABLE \`Book\` ADD UNIQUE INDEX \`Book_isbn_key\` (\`isbn\`);

-- AlterTable
ALTER TABLE \`Publisher\` DROP COLUMN \`city\`,
    ADD COLUMN \`email\` varchar(191) NOT NULL;
`,
      );
      assert.equal(await sql("SHOW COLUMNS FROM Publisher LIKE 'email'"), []);
      const again = await run(project.root, 'plan', { createOnly: true, name: 'again' }, scene);
      assert.equal((again.data as { files: readonly string[] }).files, []);
      const outcome = await run(project.root, 'plan', { env: 'prod' }, scene);
      assert.is(artifact(folderOf(outcome), 'plan.json').uncovered, '');
    }));

  test('an index that a migration made by hand is said and blocks nothing', () =>
    onStage(async ({ project, scene }) => {
      await project.addMigration(
        '20990101000000_by_hand',
        "CREATE INDEX `Author_plain` ON `Author` (`name`);\nALTER TABLE `Author` ADD CONSTRAINT `named` CHECK (`name` <> '');\n",
      );
      const outcome = await run(project.root, 'plan', { env: 'prod' }, scene);
      assert.is(
        artifact(folderOf(outcome), 'plan.json').uncovered,
        '-- kept: DROP INDEX `Author_plain` ON `Author` (made by a migration, not declared in the schema)',
      );
    }));

  for (const version of ['6.19.3', '7.10.1'] satisfies readonly PrismaVersion[]) {
    test(`Prisma ${version} with a native engine (a stand-in for it) says the SQL of push and of a draft`, () =>
      onStage(async ({ project, scene, sql }) => {
        const modules = installPrisma(version);
        assert.ok(modules, 'the registry cannot be reached');
        await symlink(modules ?? '', path.join(project.root, 'node_modules'));
        const engine = path.join(project.root, 'schema-engine.mjs');
        await writeFile(engine, ENGINE);
        await chmod(engine, 0o755);
        const environment = { ...scene.environment, PRISMA_SCHEMA_ENGINE_BINARY: engine };
        const done = await run(project.root, 'sync', { ...PUSH, confirm: 'dev' }, { environment });
        assert.is(done.kind, 'verification');
        const plan = artifact(folderOf(done), 'plan.json');
        assert.match(
          JSON.stringify(plan.notes),
          new RegExp(`compared by Prisma ${version} with its native engine`),
        );
        assert.match(JSON.stringify(plan.batches), /CREATE TABLE `native`/);
        assert.equal(
          (await sql('SHOW TABLES')).flatMap((row) => Object.values(row)),
          ['native'],
        );
        assert.is(
          (await run(project.root, 'sync', { ...PUSH, confirm: 'dev' }, { environment })).kind,
          'nothing',
        );
        await run(project.root, 'plan', { createOnly: true, name: 'drafted' }, { environment });
        assert.match(added(project, 'drafted'), /CREATE TABLE `native`/);
      }));
  }
});
