// A plan that is known to fail on the rows as they are: what the person is told to do next, and what nobody is asked to accept.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import * as assert from 'uvu/assert';
import type { Plan } from '../../lib/plan/index.ts';
import { fillPostgres } from '../helpers/bookshop-data.ts';
import { NO_SERVER, serversAtHand, startPostgres, type TestServer } from '../helpers/postgres.ts';
import { copyProject, type ProjectCopy } from '../helpers/project.ts';
import { artifact, folderOf, refusal, run, type Scene } from '../helpers/scenario.ts';
import { spec } from '../helpers/spec.ts';

const CONFIG = `export default { source: 'prisma', environments: { dev: { database: 'postgres', urlVariable: 'SHOP_URL', protected: false } } };\n`;

const UNIQUE = 'CREATE UNIQUE INDEX "twice" ON "Publisher" ("city");';
const REASON = 'somebody mends the rows right now';

const hasPostgres = (await serversAtHand()).length > 0 || Boolean(process.env.DBSYNC_TEST_POSTGRES_URL);

spec('known failure', ({ test, skip, before, after }) => {
  if (!hasPostgres) return skip('everything', NO_SERVER);
  let server: TestServer | null = null;
  let project: ProjectCopy | null = null;
  let scene: Scene = {};

  before(async () => {
    server = await startPostgres();
    if (!server) throw new Error(NO_SERVER);
    project = await copyProject('bookshop-postgres');
    await project.writeConfig(CONFIG);
    const SHOP_URL = await server.createDatabase();
    scene = { environment: { SHOP_URL } };
    const { root } = project;
    const plan = artifact(folderOf(await run(root, 'plan', {}, scene)), 'plan.json') as unknown as Plan;
    const accept = plan.decisions
      .filter((one) => one.decision === 'open')
      .map(({ code }) => ({ code, reason: REASON }));
    await run(root, 'sync', { confirm: 'dev', backup: 'none', accept }, scene);
    const client = new pg.Client({ connectionString: SHOP_URL });
    await client.connect();
    await fillPostgres(client);
    await client.query(`UPDATE "Publisher" SET "city" = 'one'`);
    await client.end();
  });
  after(async () => {
    await project?.remove();
    await server?.stop();
  });

  const stage = async (sql: string): Promise<{ root: string; folder: string; document: () => string }> => {
    if (!project) throw new Error('there is no project');
    await project.removeMigration('20260901000000_twice').catch(() => undefined);
    await project.addMigration('20260901000000_twice', sql);
    const folder = folderOf(await run(project.root, 'plan', {}, scene));
    await run(project.root, 'rehearse', {}, scene);
    return {
      root: project.root,
      folder,
      document: () => readFileSync(path.join(folder, '02-migration-plan.md'), 'utf8'),
    };
  };

  test('it is not offered for approval: the rows or the migration are mended, and a new plan is made', async () => {
    const { root, document } = await stage(UNIQUE);
    assert.ok(document().includes('This plan cannot run'));
    assert.ok(document().includes('Decision: **none: mend the rows or the migration, then plan again**'));
    assert.not.ok(document().includes('--accept'));
    for (const options of [{}, { confirm: 'dev' }]) {
      const error = await refusal(root, 'approve', options, scene);
      assert.is(error.exitCode, 4);
      assert.not.ok(error.next.join('\n').includes('--accept'), error.next.join('\n'));
      assert.ok(error.next.some((line) => line.startsWith('pg-unique-duplicates on ')));
      assert.ok(error.next.at(-1)?.startsWith('$ npx zx tasks/plan.ts --env dev --task '));
    }
  });

  test('a person at a terminal is not asked for a reason', async () => {
    const { root } = await stage(UNIQUE);
    const asked: string[] = [];
    const error = await refusal(root, 'approve', {}, { ...scene, answers: [REASON, 'dev'], asked });
    assert.is(error.code, 'APPROVAL_HAZARDS');
    assert.match(error.message, /^The plan is known to fail: pg-unique-duplicates \(/);
    assert.equal(asked, []);
  });

  test('an acceptance that nobody proposed counts', async () => {
    const { root } = await stage(UNIQUE);
    const accept = [{ code: 'pg-unique-duplicates', reason: REASON }];
    assert.is((await run(root, 'approve', { confirm: 'dev', accept }, scene)).kind, 'approval');
  });

  test('what the server cannot read is shown with the number that its line has in the file', async () => {
    if (!project) throw new Error('there is no project');
    await project.removeMigration('20260901000000_twice').catch(() => undefined);
    await project.addMigration(
      '20260901000000_twice',
      'SELECT 1;\n\n-- why\nCREATE TABLE "t" (\n  "a" int\n  "b" int\n);\n',
    );
    const error = await refusal(project.root, 'plan', {}, scene);
    assert.is(error.code, 'REPLAY_FAILED');
    assert.ok(
      error.next.some((line) => line.includes('> 6 |   "b" int')),
      error.next.join('\n'),
    );
  });

  test('where an earlier statement changes the rows, nothing is certain and it is asked as ever', async () => {
    const { document } = await stage(`UPDATE "Publisher" SET "city" = "id"::text;\n${UNIQUE}`);
    assert.not.ok(document().includes('This plan cannot run'));
  });
});
