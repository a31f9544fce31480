// A migration on PostgreSQL whose statements outside of a transaction fail on the data: what is left behind, and how it goes on.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { NO_SERVER, startPostgres, withSession } from '../helpers/postgres.ts';
import { copyProject, readMigrations } from '../helpers/project.ts';
import { artifact, folderOf, refusal, run } from '../helpers/scenario.ts';
import { spec } from '../helpers/spec.ts';

const TORN = '20260201000000_code';

const server = await startPostgres();

spec('a torn migration on PostgreSQL', ({ test, skip, after }) => {
  after(() => server?.stop());
  if (!server) {
    skip('everything', NO_SERVER);
    return;
  }

  test('an index that was built CONCURRENTLY and failed: the leftover is named, then the migration goes on', async () => {
    const url = await server.createDatabase();
    const project = await copyProject('bookshop-postgres');
    const scene = { environment: { SHOP_URL: url } };
    const { root } = project;
    try {
      for (const { id } of await readMigrations(project.migrationsFolder)) await project.removeMigration(id);
      await writeFile(
        path.join(root, 'prisma/schema.prisma'),
        'datasource db {\n  provider = "postgresql"\n}\n\nmodel item {\n  id Int @id\n  code String @unique(map: "item_code")\n  note String?\n}\n',
      );
      await project.writeConfig(
        "export default { source: 'prisma', environments: { dev: { database: 'postgres', urlVariable: 'SHOP_URL', protected: false } } };\n",
      );
      await project.addMigration(
        '20260101000000_item',
        'CREATE TABLE item (id INT NOT NULL, CONSTRAINT item_pkey PRIMARY KEY (id));\n',
      );
      await run(root, 'sync', { confirm: 'dev' }, scene);
      await withSession(url, (session) => session.execute('INSERT INTO item VALUES (1), (2)'));
      await project.addMigration(
        TORN,
        "ALTER TABLE item ADD COLUMN code TEXT NOT NULL DEFAULT 'x';\nCREATE UNIQUE INDEX CONCURRENTLY item_code ON item (code);\nALTER TABLE item ALTER COLUMN code DROP DEFAULT;\nALTER TABLE item ADD COLUMN note TEXT;\n",
      );
      const planned = await run(root, 'plan', { task: 'look' }, scene);
      const accept = (
        artifact(folderOf(planned), 'plan.json').decisions as { code: string; decision: string }[]
      )
        .filter((item) => item.decision === 'open')
        .map(({ code }) => ({ code, reason: 'accepted by the test' }));
      const options = { confirm: 'dev', accept, backup: 'none needed' };
      const failed = await refusal(root, 'sync', { ...options, task: 'run' }, scene);
      assert.is(failed.code, 'APPLY_PARTIAL', failed.message);

      const refused = await refusal(root, 'recover', { ...options, resume: TORN }, scene);
      assert.is(refused.code, 'RESUME_REFUSED');
      assert.match(refused.message, /item_code/);
      const checked = await run(root, 'preflight', { task: 'check' }, scene);
      assert.match(JSON.stringify(checked.data), /DROP INDEX CONCURRENTLY public\.item_code/);

      await withSession(url, (session) =>
        session.script("DROP INDEX item_code; UPDATE item SET code = 'c' || id"),
      );
      const resumed = await run(root, 'recover', { ...options, resume: TORN }, scene);
      assert.is(resumed.kind, 'verification');
      const verification = artifact(folderOf(resumed), 'verification.json');
      assert.is(verification.outcome, 'proven');
      assert.is((verification.tool as { status: string }).status, 'agrees');
      assert.is((await run(root, 'sync', { confirm: 'dev' }, scene)).kind, 'nothing');
    } finally {
      await project.remove();
    }
  });
});
