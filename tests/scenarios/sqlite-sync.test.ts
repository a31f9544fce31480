// The main job on SQLite: from nothing to the declared schema, and again with nothing to do.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import Database from '../helpers/better-sqlite3.ts';
import { fillSqlite } from '../helpers/bookshop-data.ts';
import { copyProject, type ProjectCopy, readMigrations } from '../helpers/project.ts';
import {
  artifact,
  bytesOf,
  cli,
  code,
  databaseOf,
  folderOf,
  refusal,
  run,
  writeSqliteConfig,
} from '../helpers/scenario.ts';
import { spec } from '../helpers/spec.ts';

const DOCUMENTS = [
  '00-connection-check.md',
  '01-schema-drift-report.md',
  '02-migration-plan.md',
  '03-execution-log.md',
  '04-post-verify.md',
];

const withProject = async (work: (project: ProjectCopy) => Promise<void>): Promise<void> => {
  const project = await copyProject('bookshop');
  try {
    await writeSqliteConfig(project);
    await work(project);
  } finally {
    await project.remove();
  }
};

spec('sync on SQLite', ({ test }) => {
  test('creates the database, applies everything, proves it, and has nothing to do afterwards', () =>
    withProject(async (project) => {
      const first = await run(project.root, 'sync', { confirm: 'dev' });
      assert.is(first.exitCode, 0);
      assert.is(first.kind, 'verification');
      const folder = folderOf(first);
      for (const document of DOCUMENTS) assert.ok(existsSync(path.join(folder, document)), document);
      const verification = artifact(folder, 'verification.json');
      assert.is(verification.outcome, 'proven');
      assert.is(verification.predicted, verification.actual);
      assert.is((verification.tool as { status: string }).status, 'agrees');
      const before = bytesOf(databaseOf(project));
      const second = await run(project.root, 'sync', { confirm: 'dev' });
      assert.is(second.exitCode, 0);
      assert.is(second.kind, 'nothing');
      assert.is(bytesOf(databaseOf(project)), before);
    }));

  test('a migration that opens or writes another file is refused before it touches it, in the rehearsal too', () =>
    withProject(async (project) => {
      await run(project.root, 'sync', { confirm: 'dev' });
      const other = path.join(project.root, 'other.db');
      const made = new Database(other);
      made.exec('CREATE TABLE kept (id INTEGER PRIMARY KEY); INSERT INTO kept VALUES (1)');
      made.close();
      const [before, target] = [bytesOf(other), bytesOf(databaseOf(project))];
      for (const [index, sql] of [
        `/* quietly */ ATTACH DATABASE '${other}' AS other;\nDELETE FROM other.kept;`,
        `attach '' || '${other}' as other;\nDELETE FROM other.kept;`,
        `VACUUM main INTO '${other}2';`,
      ].entries()) {
        const id = `2030010${index + 1}000000_reach`;
        await project.addMigration(id, `${sql}\n`);
        const error = await refusal(project.root, 'sync', { confirm: 'dev' });
        assert.match(error.message, /another file/);
        await project.removeMigration(id);
      }
      assert.is(bytesOf(other), before);
      assert.not.ok(existsSync(`${other}2`));
      assert.is(bytesOf(databaseOf(project)), target);
      await project.addMigration(
        '20300104000000_own',
        "ATTACH ':memory:' AS scratch;\nCREATE TABLE scratch.s (a);\nDETACH scratch;\n",
      );
      assert.is((await run(project.root, 'sync', { confirm: 'dev' })).exitCode, 0);
    }));

  test("the ledger is the migration tool's own: one finished row for each file, with its checksum", () =>
    withProject(async (project) => {
      await run(project.root, 'sync', { confirm: 'dev' });
      const files = await readMigrations(project.migrationsFolder);
      const db = new Database(databaseOf(project), { readonly: true });
      const rows = db.prepare('SELECT * FROM _prisma_migrations ORDER BY migration_name').all() as Record<
        string,
        unknown
      >[];
      assert.equal(
        rows.map((row) => row.migration_name),
        files.map((file) => file.id),
      );
      for (const row of rows) {
        assert.is(row.rolled_back_at, null);
        assert.is(typeof row.finished_at, 'number');
        assert.is(row.applied_steps_count, 1);
        assert.match(String(row.checksum), /^[0-9a-f]{64}$/);
      }
      const others = db.prepare("SELECT name FROM sqlite_schema WHERE name LIKE '%dbsync%'").all();
      assert.equal(others, []);
      db.close();
    }));

  test('stops at the approval without a terminal, exit code 4, and the printed command continues', () =>
    withProject(async (project) => {
      const stopped = await refusal(project.root, 'sync');
      assert.is(stopped.code, 'APPROVAL_REQUIRED');
      assert.is(stopped.exitCode, 4);
      assert.not(existsSync(databaseOf(project)));
      const command = stopped.next.find((line) => line.startsWith('$ ')) ?? '';
      const found = /--env dev --task (\S+) --confirm dev --plan (\S+)/.exec(command);
      assert.ok(found, command);
      const done = await run(project.root, 'sync', { task: found[1], confirm: 'dev', plan: found[2] });
      assert.is(done.kind, 'verification');
    }));

  test('a database with data three migrations behind: rows that the plan does not touch are the same', () =>
    withProject(async (project) => {
      const files = await readMigrations(project.migrationsFolder);
      const last = files.at(-4)?.id;
      await run(project.root, 'sync', { confirm: 'dev', to: last });
      const db = new Database(databaseOf(project));
      fillSqlite(databaseOf(project));
      db.close();
      const outcome = await run(project.root, 'sync', { confirm: 'dev' });
      assert.is(outcome.kind, 'verification');
      const rows = artifact(folderOf(outcome), 'verification.json').rows as {
        table: string;
        before: number;
        after: number;
        touched: boolean;
      }[];
      const untouched = rows.filter((row) => !row.touched);
      assert.ok(untouched.length > 0);
      for (const row of untouched) assert.is(row.after, row.before, row.table);
      assert.ok(untouched.some((row) => row.before > 0));
    }));

  test('every artifact names the one before it, and an edited one is refused', () =>
    withProject(async (project) => {
      const outcome = await run(project.root, 'plan');
      const file = path.join(folderOf(outcome), 'artifacts', 'plan.json');
      writeFileSync(file, readFileSync(file, 'utf8').replace('"strategy": "migrate"', '"strategy": "push"'));
      assert.is(await code(project.root, 'rehearse'), 'ARTIFACT_INVALID');
    }));

  test('phases one by one reach the same as sync', () =>
    withProject(async (project) => {
      for (const phase of ['intent', 'preflight', 'snapshot', 'diff', 'plan', 'rehearse'] as const) {
        const outcome = await run(project.root, phase);
        assert.is(outcome.exitCode, 0, phase);
        assert.not(existsSync(databaseOf(project)), phase);
      }
      assert.is((await run(project.root, 'approve', { confirm: 'dev' })).kind, 'approval');
      assert.not(existsSync(databaseOf(project)));
      assert.is((await run(project.root, 'apply', { confirm: 'dev' })).kind, 'execution');
      assert.is((await run(project.root, 'verify')).kind, 'verification');
      assert.is((await run(project.root, 'status')).changes, false);
    }));

  test('status says how far a run came, also where its proof was edited', () =>
    withProject(async (project) => {
      const outcome = await run(project.root, 'sync', { confirm: 'dev' });
      const file = path.join(folderOf(outcome), 'artifacts', 'verification.json');
      writeFileSync(file, readFileSync(file, 'utf8').replace('"agrees"', '"differs"'));
      const told = await run(project.root, 'status');
      assert.is(told.exitCode, 0);
      const [last] = (told.data as { runs: readonly Record<string, unknown>[] }).runs;
      assert.is(last?.verified, true);
    }));

  test('an existing database is only read before the approval, whatever the phase', () =>
    withProject(async (project) => {
      const files = await readMigrations(project.migrationsFolder);
      await run(project.root, 'sync', { confirm: 'dev', to: files.at(4)?.id });
      const before = bytesOf(databaseOf(project));
      const names = readdirSync(project.root).sort();
      for (const phase of [
        'intent',
        'preflight',
        'snapshot',
        'diff',
        'plan',
        'rehearse',
        'status',
        'recover',
      ] as const) {
        await run(project.root, phase, { task: 'look' }).catch((error: unknown) => {
          if (phase !== 'recover') throw error;
        });
        assert.is(bytesOf(databaseOf(project)), before, phase);
      }
      assert.is(await code(project.root, 'sync', { task: 'look' }), 'APPROVAL_REQUIRED');
      assert.is(bytesOf(databaseOf(project)), before);
      assert.equal(readdirSync(project.root).sort(), names);
    }));

  test('as a process: JSON on standard output, exit codes, help', () =>
    withProject(async (project) => {
      const refused = await cli(project.root, 'sync', ['--env', 'dev', '--json'], { input: 'dev\n' });
      assert.is(refused.code, 4);
      assert.is(JSON.parse(refused.stdout).error.code, 'APPROVAL_REQUIRED');
      const done = await cli(project.root, 'sync', ['--env', 'dev', '--confirm', 'dev', '--json']);
      assert.is(done.code, 0, done.stderr);
      assert.is(JSON.parse(done.stdout).data.outcome, 'proven');
      const changes = await cli(project.root, 'status', ['--env', 'dev', '--exit-code']);
      assert.is(changes.code, 0);
      const unknown = await cli(project.root, 'plan', ['--env', 'dev', '--yes']);
      assert.is(unknown.code, 1);
      assert.match(unknown.stderr, /USAGE/);
    }));
});
