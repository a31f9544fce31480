// Drift in its three classes, and every way in which a plan goes stale between its making and its use.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import Database from '../helpers/better-sqlite3.ts';
import { copyProject, type ProjectCopy } from '../helpers/project.ts';
import {
  artifact,
  bytesOf,
  code,
  databaseOf,
  folderOf,
  refusal,
  run,
  writeSqliteConfig,
} from '../helpers/scenario.ts';
import { spec } from '../helpers/spec.ts';

const NEXT = '20260901000000_add_note';

const withSynced = async (work: (project: ProjectCopy) => Promise<void>): Promise<void> => {
  const project = await copyProject('bookshop');
  try {
    await writeSqliteConfig(project);
    await run(project.root, 'sync', { confirm: 'dev' });
    await work(project);
  } finally {
    await project.remove();
  }
};

const byHand = (project: ProjectCopy, sql: string): void => {
  const db = new Database(databaseOf(project));
  db.exec(sql);
  db.close();
};

const addNote = (project: ProjectCopy): Promise<void> =>
  project.addMigration(NEXT, 'ALTER TABLE "Publisher" ADD COLUMN "note" TEXT;\n');

const approved = async (project: ProjectCopy): Promise<void> => {
  await addNote(project);
  await run(project.root, 'plan');
  await run(project.root, 'rehearse');
  await run(project.root, 'approve', { confirm: 'dev' });
};

const items = (folder: string): { class: string; description: string }[] =>
  artifact(folder, 'schema_drift.json').items as { class: string; description: string }[];

spec('drift and stale plans', ({ test }) => {
  test('an object of nobody is unmanaged: the plan goes on around it, and it is still there afterwards', () =>
    withSynced(async (project) => {
      byHand(
        project,
        'CREATE TABLE handmade (id INTEGER PRIMARY KEY, "x y" TEXT); CREATE INDEX handmade_idx ON "Publisher" ("city")',
      );
      await addNote(project);
      const planned = await run(project.root, 'plan');
      assert.equal(
        items(folderOf(planned)).map((item) => item.class),
        ['unmanaged', 'unmanaged'],
      );
      const done = await run(project.root, 'sync', { confirm: 'dev' });
      assert.is(done.kind, 'verification');
      const db = new Database(databaseOf(project), { readonly: true });
      assert.is(
        db
          .prepare("SELECT count(*) FROM sqlite_schema WHERE name IN ('handmade', 'handmade_idx')")
          .pluck()
          .get(),
        2,
      );
      db.close();
    }));

  test('a managed object that was changed by hand is reported as changed', () =>
    withSynced(async (project) => {
      byHand(project, 'ALTER TABLE "Coupon" ADD COLUMN "handmade" TEXT');
      await addNote(project);
      const planned = await run(project.root, 'plan');
      const [item] = items(folderOf(planned));
      assert.is(item?.class, 'changed');
      assert.match(item?.description ?? '', /Coupon\.handmade/);
    }));

  test('drift where the plan works blocks, says both sides, and nothing is written', () =>
    withSynced(async (project) => {
      byHand(project, 'ALTER TABLE "Publisher" ADD COLUMN "note" TEXT DEFAULT \'mine\'');
      await addNote(project);
      const before = bytesOf(databaseOf(project));
      const error = await refusal(project.root, 'sync', { confirm: 'dev' });
      assert.is(error.code, 'DRIFT_COLLIDES');
      assert.is(error.exitCode, 3);
      assert.match(error.message, /Publisher\.note/);
      assert.is(bytesOf(databaseOf(project)), before);
    }));

  test('a rebuild that would drop a hand-made index does not pass the rehearsal', () =>
    withSynced(async (project) => {
      byHand(project, 'CREATE INDEX hot_fix ON "Publisher" ("city")');
      await project.addMigration(
        NEXT,
        `PRAGMA foreign_keys=OFF;
CREATE TABLE "new_Publisher" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "name" TEXT NOT NULL, "city" TEXT, "note" TEXT);
INSERT INTO "new_Publisher" ("id", "name", "city") SELECT "id", "name", "city" FROM "Publisher";
DROP TABLE "Publisher";
ALTER TABLE "new_Publisher" RENAME TO "Publisher";
CREATE UNIQUE INDEX "Publisher_name_key" ON "Publisher"("name");
PRAGMA foreign_keys=ON;
`,
      );
      const error = await refusal(project.root, 'sync', { confirm: 'dev' });
      assert.is(error.code, 'REHEARSAL_DIVERGED');
      assert.match(error.message, /hot_fix/);
    }));

  test('the schema changed after the approval: refused, and the difference is named', () =>
    withSynced(async (project) => {
      await approved(project);
      byHand(project, 'CREATE TABLE late (id INTEGER)');
      const before = bytesOf(databaseOf(project));
      const error = await refusal(project.root, 'apply', { confirm: 'dev' });
      assert.is(error.code, 'PLAN_STALE');
      assert.match(error.message, /create table late/);
      assert.is(bytesOf(databaseOf(project)), before);
    }));

  test('the schema changed between the plan and its rehearsal: the plan is stale, not the migration wrong', () =>
    withSynced(async (project) => {
      await addNote(project);
      await run(project.root, 'plan');
      byHand(project, 'CREATE TABLE late (id INTEGER)');
      const error = await refusal(project.root, 'rehearse');
      assert.is(error.code, 'PLAN_STALE');
      assert.match(error.message, /create table late/);
    }));

  test('another run changes the target while a rehearsal is on: the plan is stale', () =>
    withSynced(async (project) => {
      await addNote(project);
      let late = false;
      const onProgress = (status: string): void => {
        if (late || !status.startsWith('Rehearsal: making a replica')) return;
        late = true;
        byHand(project, 'ALTER TABLE Publisher ADD COLUMN note TEXT');
      };
      const error = await refusal(project.root, 'sync', { confirm: 'dev' }, { onProgress });
      assert.ok(late);
      assert.is(error.code, 'PLAN_STALE');
    }));

  test('the ledger changed after the approval: refused', () =>
    withSynced(async (project) => {
      await approved(project);
      byHand(
        project,
        `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
         VALUES ('x', 'y', '${NEXT}', 1, 2, 1)`,
      );
      const error = await refusal(project.root, 'apply', { confirm: 'dev' });
      assert.is(error.code, 'PLAN_STALE');
      assert.match(error.message, new RegExp(`${NEXT} was applied by someone else`));
    }));

  test('the files changed after the approval: refused', () =>
    withSynced(async (project) => {
      await approved(project);
      await project.editMigration(NEXT, (sql) => sql.replace('TEXT', 'BLOB'));
      assert.is(await code(project.root, 'apply', { confirm: 'dev' }), 'PLAN_STALE');
    }));

  test('the database file was replaced after the approval: refused, although every byte is the same', () =>
    withSynced(async (project) => {
      await approved(project);
      const file = databaseOf(project);
      const bytes = readFileSync(file);
      renameSync(file, `${file}.old`);
      writeFileSync(file, bytes);
      const error = await refusal(project.root, 'apply', { confirm: 'dev' });
      assert.is(error.code, 'PLAN_STALE');
      assert.match(error.message, /replaced/);
    }));

  test('an edited migration that was applied already blocks; only line endings do not', () =>
    withSynced(async (project) => {
      await project.editMigration('20250203141845_add_reviews', (sql) => sql.replaceAll('\n', '\r\n'));
      assert.is((await run(project.root, 'sync', { confirm: 'dev' })).kind, 'nothing');
      await project.editMigration('20250203141845_add_reviews', (sql) => `${sql}-- and one more thing\n`);
      const error = await refusal(project.root, 'sync', { confirm: 'dev' });
      assert.is(error.code, 'LEDGER_UNHEALTHY');
      assert.match(error.message, /x-edited-migration/);
      assert.is(error.exitCode, 3);
    }));

  test('a database without a ledger but with tables needs a baseline, which is recorded with proof only', () =>
    withSynced(async (project) => {
      byHand(project, 'DROP TABLE _prisma_migrations');
      const error = await refusal(project.root, 'sync', { confirm: 'dev' });
      assert.is(error.code, 'LEDGER_UNHEALTHY');
      assert.match(error.message, /x-baseline-required/);
      const half = '20250509120018_drop_customer_fax';
      assert.is(await code(project.root, 'recover', { baseline: half, confirm: 'dev' }), 'RECOVERY_UNPROVEN');
      assert.is(
        await code(project.root, 'recover', { baseline: '20260218093055_gifts_and_categories' }),
        'APPROVAL_REQUIRED',
      );
      const mended = await run(project.root, 'recover', {
        baseline: '20260218093055_gifts_and_categories',
        confirm: 'dev',
      });
      assert.is(mended.kind, 'mended');
      assert.is((await run(project.root, 'sync', { confirm: 'dev' })).kind, 'nothing');
    }));
});
