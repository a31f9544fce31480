// On an empty target the run that measured the plan is its rehearsal; whatever the target holds, there is a replica of its own.
import { readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as assert from 'uvu/assert';
import Database from '../helpers/better-sqlite3.ts';
import { NO_SERVER, startPostgres } from '../helpers/postgres.ts';
import { copyProject, type ProjectCopy } from '../helpers/project.ts';
import { artifact, databaseOf, folderOf, refusal, run, writeSqliteConfig } from '../helpers/scenario.ts';
import { spec } from '../helpers/spec.ts';

const KEPT = /, as empty as the target, in the run that measured the plan$/;

interface Told {
  readonly rehearsal: Readonly<Record<string, unknown>>;
  /** Replicas that a rehearsal made. */
  readonly replicas: number;
}

const synced = async (
  project: ProjectCopy,
  options: Parameters<typeof run>[2] = {},
  environment: Readonly<Record<string, string>> = {},
): Promise<Told> => {
  let replicas = 0;
  const onProgress = (status: string): void => {
    if (status === 'Rehearsal: making a replica') replicas += 1;
  };
  const outcome = await run(
    project.root,
    'sync',
    { confirm: 'dev', ...options },
    { onProgress, environment },
  );
  assert.is(outcome.exitCode, 0);
  assert.is(artifact(folderOf(outcome), 'verification.json').outcome, 'proven');
  return { rehearsal: artifact(folderOf(outcome), 'rehearsal.json'), replicas };
};

const withProject = async (work: (project: ProjectCopy) => Promise<void>): Promise<void> => {
  const project = await copyProject('bookshop');
  try {
    await writeSqliteConfig(project);
    await work(project);
  } finally {
    await project.remove();
  }
};

const shadowFiles = (): readonly string[] =>
  readdirSync(os.tmpdir()).filter((name) => name.startsWith('dbsync_shadow_'));

const server = await startPostgres();

spec('a rehearsal on an empty target', ({ test, skip, after }) => {
  after(() => server?.stop());

  test('the run that measured the plan is the rehearsal, with every statement and the proof', () =>
    withProject(async (project) => {
      const { rehearsal, replicas } = await synced(project, { task: 'first' });
      assert.is(replicas, 0);
      assert.match(String(rehearsal.replica), KEPT);
      assert.is(rehearsal.outcome, 'passed');
      assert.is(rehearsal.again, 'nothing');
      assert.is(rehearsal.predicted, rehearsal.reached);
      const plan = artifact(path.join(project.root, 'dev/active/first/db'), 'plan.json');
      const planned = (plan.batches as { steps: { id: string }[] }[]).flatMap(({ steps }) => steps);
      const ran = rehearsal.steps as { id: string; state: string }[];
      assert.ok(ran.length > 0);
      assert.equal(
        ran.map(({ id }) => id),
        planned.map(({ id }) => id),
      );
      assert.ok(ran.every(({ state }) => state === 'committed'));
    }));

  test('a target with objects gets a copy of its own, also where a run goes on with the first migrations', () =>
    withProject(async (project) => {
      await synced(project, { task: 'one', to: '+1' });
      const { rehearsal, replicas } = await synced(project, { task: 'rest' });
      assert.is(replicas, 1);
      assert.is(rehearsal.replica, 'a copy of the file with its data');
    }));

  test('a table that is ignored is in a copy and not in the history: a copy is made', () =>
    withProject(async (project) => {
      const database = new Database(databaseOf(project));
      database.exec('CREATE TABLE Author_backup (id INTEGER)');
      database.close();
      await writeSqliteConfig(project, [{}], "ignore: ['table:Author_backup'],");
      const { replicas } = await synced(project, { task: 'ignored' });
      assert.is(replicas, 1);
    }));

  test('a plan and a rehearsal that are run one by one each have a shadow of their own', () =>
    withProject(async (project) => {
      await run(project.root, 'plan', { task: 'apart' });
      await run(project.root, 'rehearse', { task: 'apart' });
      const folder = path.join(project.root, 'dev/active/apart/db');
      assert.is(artifact(folder, 'rehearsal.json').replica, 'an empty file of the same library');
    }));

  test('a plan that is refused before its rehearsal leaves no shadow behind', () =>
    withProject(async (project) => {
      const before = shadowFiles();
      await writeSqliteConfig(project, [{ create: true, more: "policy: { 'sqlite-trigger-acts': 'deny' }" }]);
      const error = await refusal(project.root, 'sync', { confirm: 'dev', task: 'refused' });
      assert.is(error.code, 'HAZARD_DENIED');
      assert.equal(shadowFiles(), before);
    }));

  if (!server) skip('PostgreSQL', NO_SERVER);
  else
    test(`${server.title}: the private server runs the plan once, and its outcome is the target's`, async () => {
      const project = await copyProject('bookshop-postgres');
      try {
        await project.writeConfig(
          "export default { source: 'prisma', environments: { dev: { database: 'postgres', urlVariable: 'SHOP_URL', protected: false } } };\n",
        );
        const url = await server.createDatabase();
        const { rehearsal, replicas } = await synced(
          project,
          { task: 'first', acceptIdentity: true, backup: 'nothing is there' },
          { SHOP_URL: url },
        );
        assert.is(replicas, 0);
        assert.match(String(rehearsal.replica), KEPT);
      } finally {
        await project.remove();
      }
    });
});
