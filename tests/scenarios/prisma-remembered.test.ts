// Runs that have nothing to apply: what an earlier run proved is not replayed again, and everything that has changed since is seen.
// And a rebuild that a view is in the way of.
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { type Artifact, artifactHash } from '../../lib/audit/index.ts';
import type { Plan } from '../../lib/plan/index.ts';
import Database from '../helpers/better-sqlite3.ts';
import { copyProject, type ProjectCopy } from '../helpers/project.ts';
import { artifact, databaseOf, folderOf, refusal, run, writeSqliteConfig } from '../helpers/scenario.ts';
import { spec } from '../helpers/spec.ts';

const withProject = async (work: (project: ProjectCopy) => Promise<void>): Promise<void> => {
  const project = await copyProject('bookshop');
  try {
    await writeSqliteConfig(project);
    await work(project);
  } finally {
    await project.remove();
  }
};

const change = (project: ProjectCopy, sql: string): void => {
  const database = new Database(databaseOf(project));
  database.exec(sql);
  database.close();
};

interface Seen {
  readonly replica: string;
  readonly drift: string;
  readonly uncovered: string;
}

const look = async (project: ProjectCopy): Promise<Seen> => {
  const plan = artifact(folderOf(await run(project.root, 'plan', { task: 'look' })), 'plan.json') as {
    prediction: { replica: string };
    drift: { status: string };
    uncovered: string;
  };
  return {
    replica: plan.prediction.replica,
    drift: plan.drift.status,
    uncovered: plan.uncovered,
  };
};

const PROVEN = /^the shadow database of the run "(first|look)"/;

spec('nothing to apply', ({ test }) => {
  test('the schema that a run proved is not replayed again; a change by hand is, and is told', () =>
    withProject(async (project) => {
      await run(project.root, 'sync', { confirm: 'dev', task: 'first' });
      const same = await look(project);
      assert.match(same.replica, PROVEN);
      assert.is(same.drift, 'none');
      assert.is((await run(project.root, 'sync', { confirm: 'dev', task: 'second' })).kind, 'nothing');

      change(project, 'CREATE INDEX "by_hand" ON "Book"("title")');
      const drifted = await look(project);
      assert.not.match(drifted.replica, PROVEN);
      assert.is(drifted.drift, 'present');

      change(project, 'DROP INDEX "by_hand"');
      assert.is((await look(project)).drift, 'none');
    }));

  test('a schema file that has changed since is told without a replay', () =>
    withProject(async (project) => {
      await run(project.root, 'sync', { confirm: 'dev', task: 'first' });
      const before = await look(project);
      const file = path.join(project.root, 'prisma', 'schema.prisma');
      const text = readFileSync(file, 'utf8');
      await writeFile(file, text.replace(/^(model Publisher \{\n)/m, '$1  motto String?\n'));
      const after = await look(project);
      assert.match(after.replica, PROVEN);
      assert.not.match(before.uncovered, /motto/);
      assert.match(after.uncovered, /ADD COLUMN "motto"/);
    }));

  test('other migrations, a pending one and another ignore list are replayed', () =>
    withProject(async (project) => {
      await run(project.root, 'sync', { confirm: 'dev', task: 'first' });
      await project.addMigration('20990101000000_more', 'CREATE TABLE "More" ("id" INTEGER PRIMARY KEY);\n');
      assert.not.match((await look(project)).replica, PROVEN);
      await run(project.root, 'sync', { confirm: 'dev', task: 'second' });
      assert.match((await look(project)).replica, /the run "(second|look)"/);
      await writeFile(
        path.join(project.root, 'other.config.ts'),
        `export default { ignore: ['table:Nothing'], environments: { dev: { database: 'sqlite', url: 'file:./app.db', protected: false } } };\n`,
      );
      const other = await run(project.root, 'plan', { task: 'look', config: 'other.config.ts' });
      const { replica } = artifact(folderOf(other), 'plan.json').prediction as { replica: string };
      assert.not.match(replica, /of the run/);
    }));
});

/** What no engine would say: where it comes back, an earlier plan was taken at its word. */
const WORD = '-- a word of an earlier plan';

/** Puts the word into the stored plan of a run, with the hash that makes it whole again. */
const plant = async (folder: string): Promise<void> => {
  const file = path.join(folder, 'artifacts', 'plan.json');
  const { hash: _old, ...envelope } = JSON.parse(readFileSync(file, 'utf8')) as Artifact & { hash: string };
  const planted = { ...envelope, body: { ...(envelope.body as Plan), uncovered: WORD } };
  await writeFile(file, JSON.stringify({ hash: artifactHash(planted), ...planted }));
};

const edited = async (file: string, edit: (text: string) => string): Promise<void> => {
  const before = readFileSync(file, 'utf8');
  const after = edit(before);
  assert.is.not(after, before, file);
  await writeFile(file, after);
};

spec('what the schema files say beyond the migrations', ({ test }) => {
  /** Whether a plan asks again, after a plan was made and something else was done. */
  const asks = async (project: ProjectCopy, change: () => Promise<unknown>, more = {}): Promise<boolean> => {
    await plant(folderOf(await run(project.root, 'plan', { task: 'look', ...more })));
    await change();
    const { uncovered } = artifact(
      folderOf(await run(project.root, 'plan', { task: 'again', ...more })),
      'plan.json',
    );
    return uncovered !== WORD;
  };

  test('is taken from an earlier plan while nothing has changed, and asked again after any change', () =>
    withProject(async (project) => {
      await run(project.root, 'sync', { confirm: 'dev', task: 'first' });
      const schema = path.join(project.root, 'prisma', 'schema.prisma');
      const config = path.join(project.root, 'prisma.config.ts');
      assert.not.ok(await asks(project, async () => {}), 'the same files, the same database');
      assert.ok(
        await asks(project, () => edited(schema, (text) => `${text} `)),
        'one more character in the schema',
      );
      assert.ok(
        await asks(project, () =>
          edited(config, (text) =>
            text.replace('defineConfig({', "defineConfig({\n  tables: { external: ['Other'] },"),
          ),
        ),
        'a table that is left to others',
      );
      assert.ok(
        await asks(project, () =>
          project.addMigration('20990101000000_more', 'CREATE TABLE "More" ("id" INTEGER PRIMARY KEY);\n'),
        ),
        'one more migration, not applied yet',
      );
      await run(project.root, 'sync', { confirm: 'dev', task: 'second' });
      assert.ok(
        await asks(project, async () => change(project, 'CREATE INDEX "by_hand" ON "Book"("title")')),
        'drift',
      );
      change(project, 'DROP INDEX "by_hand"');
      const [mended, spoilt] = ['20990101000000_more', '20990101000001_more'];
      assert.ok(
        await asks(project, async () => {
          await project.removeMigration(mended);
          await project.addMigration(spoilt, 'CREATE TABLE "More" ("id" INTEGER PRIMARY KEY);\n');
          change(
            project,
            `UPDATE _prisma_migrations SET migration_name = '${spoilt}' WHERE migration_name = '${mended}'`,
          );
        }),
        'another history that leads to the same schema',
      );
    }));

  test('is asked again where the answer was no answer', () =>
    withProject(async (project) => {
      await run(project.root, 'sync', { confirm: 'dev', task: 'first' });
      const schema = path.join(project.root, 'prisma', 'schema.prisma');
      await edited(schema, (text) => text.replace('model Author {', 'model Author {\n  nonsense Nonsense'));
      const first = artifact(folderOf(await run(project.root, 'plan', { task: 'look' })), 'plan.json');
      const second = artifact(folderOf(await run(project.root, 'plan', { task: 'again' })), 'plan.json');
      assert.equal([first.uncovered, second.uncovered], [null, null]);
      assert.match(String(second.uncoveredBecause), /Nonsense/);
    }));
});

const REBUILD = `PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_Shelf" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT NOT NULL);
INSERT INTO "new_Shelf" ("id", "name") SELECT "id", "name" FROM "Shelf";
DROP TABLE "Shelf";
ALTER TABLE "new_Shelf" RENAME TO "Shelf";
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;
`;

const VIEW = `CREATE VIEW "Shelf names" AS SELECT "name" FROM "Shelf";\n`;

spec('a rebuild of a table that a view reads (SQLite)', ({ test }) => {
  test('fails on the shadow database, with the name of the view and the remedy, which helps', () =>
    withProject(async (project) => {
      await project.addMigration(
        '20990101000000_shelf',
        `CREATE TABLE "Shelf" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT);\n${VIEW}`,
      );
      await project.addMigration('20990102000000_rebuild', REBUILD);
      const refused = await refusal(project.root, 'plan', { task: 'look' });
      assert.is(refused.code, 'REPLAY_FAILED');
      assert.match(refused.message, /rebuild\/migration\.sql:6: error in view Shelf names/);
      assert.match(refused.message, /put DROP VIEW "Shelf names" before/);
      const mended = `DROP VIEW "Shelf names";\n${REBUILD}${VIEW}`;
      await project.editMigration('20990102000000_rebuild', () => mended);
      assert.is((await run(project.root, 'plan', { task: 'look' })).kind, 'plan');
    }));
});
