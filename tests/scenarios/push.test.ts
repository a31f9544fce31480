// Push: only when chosen, with a reason, where it is allowed; through the same plan, rehearsal, approval and proof.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import Database from '../helpers/better-sqlite3.ts';
import { copyProject, type ProjectCopy } from '../helpers/project.ts';
import {
  artifact,
  bytesOf,
  code,
  databaseOf,
  folderOf,
  run,
  writeSqliteConfig,
} from '../helpers/scenario.ts';
import { spec } from '../helpers/spec.ts';

const PUSH = { strategy: 'push', reason: 'a prototype that has no history yet' } as const;

const withProject = async (work: (project: ProjectCopy) => Promise<void>): Promise<void> => {
  const project = await copyProject('bookshop');
  try {
    await writeSqliteConfig(project, [{ create: true }, { name: 'prod', protected: true }]);
    await work(project);
  } finally {
    await project.remove();
  }
};

spec('push', ({ test }) => {
  test('needs a reason, and an environment that allows it', () =>
    withProject(async (project) => {
      assert.is(await code(project.root, 'plan', { strategy: 'push' }), 'STRATEGY_REASON_REQUIRED');
      assert.is(
        await code(project.root, 'plan', { strategy: 'push', reason: 'because' }),
        'STRATEGY_REASON_REQUIRED',
      );
      assert.is(await code(project.root, 'plan', { ...PUSH, env: 'prod' }), 'PUSH_REFUSED');
    }));

  test('brings an empty database to the schema, proven; a second push has nothing to send; no ledger is made', () =>
    withProject(async (project) => {
      const planned = await run(project.root, 'plan', PUSH);
      const plan = artifact(folderOf(planned), 'plan.json');
      assert.is(plan.strategy, 'push');
      assert.is(plan.reason, PUSH.reason);
      const first = await run(project.root, 'sync', { ...PUSH, confirm: 'dev' });
      assert.is(first.kind, 'verification');
      const db = new Database(databaseOf(project), { readonly: true });
      assert.is(
        db.prepare("SELECT count(*) FROM sqlite_schema WHERE name = '_prisma_migrations'").pluck().get(),
        0,
      );
      assert.ok(
        Number(db.prepare("SELECT count(*) FROM sqlite_schema WHERE type = 'table'").pluck().get()) > 10,
      );
      db.close();
      const before = bytesOf(databaseOf(project));
      assert.is((await run(project.root, 'sync', { ...PUSH, confirm: 'dev' })).kind, 'nothing');
      assert.is(bytesOf(databaseOf(project)), before);
    }));

  test('says the way back to versioned migrations', () =>
    withProject(async (project) => {
      const outcome = await run(project.root, 'sync', { ...PUSH, confirm: 'dev' });
      const text = readFileSync(path.join(folderOf(outcome), '04-post-verify.md'), 'utf8');
      assert.match(text, /--baseline/);
      assert.match(text, /a prototype that has no history yet/);
    }));
});
