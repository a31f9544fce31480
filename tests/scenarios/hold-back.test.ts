// Destructive migrations left for a later run: what goes before them is applied, they and what follows stay pending, and it is said.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import Database from '../helpers/better-sqlite3.ts';
import { fillSqlite } from '../helpers/bookshop-data.ts';
import { copyProject } from '../helpers/project.ts';
import { artifact, cli, databaseOf, folderOf, run, writeSqliteConfig } from '../helpers/scenario.ts';
import { spec } from '../helpers/spec.ts';

const BEFORE = '20990101000000_notes';
const DROPS = '20990102000000_drop_summary';
const AFTER = '20990103000000_more_notes';

spec('hold-back', ({ test }) => {
  test('the first destructive migration and all after it stay pending, with the reason, and come later', async () => {
    const project = await copyProject('bookshop');
    try {
      await writeSqliteConfig(project);
      await run(project.root, 'sync', { confirm: 'dev' });
      fillSqlite(databaseOf(project));
      await project.addMigration(BEFORE, 'CREATE TABLE "Memo" ("id" INTEGER NOT NULL PRIMARY KEY);\n');
      await project.addMigration(DROPS, 'ALTER TABLE "Book" DROP COLUMN "summary";\n');
      await project.addMigration(AFTER, 'ALTER TABLE "Memo" ADD COLUMN "text" TEXT;\n');

      const outcome = await run(project.root, 'sync', { confirm: 'dev', holdBack: true });
      assert.is(outcome.kind, 'verification');
      const plan = artifact(folderOf(outcome), 'plan.json');
      const held = plan.held as readonly { migration: string; reason: string }[];
      assert.equal(
        held.map((item) => item.migration),
        [DROPS, AFTER],
      );
      assert.match(held[0]?.reason ?? '', /--hold-back: sqlite-drop-column on .*summary/);
      assert.match(held[1]?.reason ?? '', new RegExp(`comes after ${DROPS}`));
      const document = readFileSync(path.join(folderOf(outcome), '02-migration-plan.md'), 'utf8');
      assert.match(document, new RegExp(`\`${DROPS}\`: held back by --hold-back`));
      const db = new Database(databaseOf(project), { readonly: true });
      const applied = db.prepare('SELECT migration_name FROM _prisma_migrations').pluck().all();
      const columns = db.prepare('SELECT name FROM pragma_table_info(?)').pluck().all('Book');
      db.close();
      assert.ok(applied.includes(BEFORE));
      assert.not.ok(applied.includes(DROPS));
      assert.ok(columns.includes('summary'));

      const again = await cli(project.root, 'sync', ['--env', 'dev', '--confirm', 'dev', '--hold-back']);
      assert.is(again.code, 0, again.stderr);
      assert.match(again.stdout, /what is pending is held back/);
      assert.match(again.stdout, new RegExp(DROPS));
      const status = await run(project.root, 'status');
      assert.is(status.changes, true);

      const accept = [{ code: 'sqlite-drop-column', reason: 'nobody reads it any more' }];
      const last = await run(project.root, 'sync', { confirm: 'dev', accept, acceptRisk: 'a test database' });
      assert.is(last.kind, 'verification');
      assert.is((await run(project.root, 'status')).changes, false);
    } finally {
      await project.remove();
    }
  });
});
