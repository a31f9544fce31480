// Everything short of a complete approval is a refusal: nothing is written to the target, and the exact next command is said.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import Database from '../helpers/better-sqlite3.ts';
import { fillSqlite } from '../helpers/bookshop-data.ts';
import { copyProject, type ProjectCopy } from '../helpers/project.ts';
import {
  artifact,
  bytesOf,
  cli,
  code,
  databaseOf,
  folderOf,
  refusal,
  run,
  type Scene,
  writeSqliteConfig,
} from '../helpers/scenario.ts';
import { spec } from '../helpers/spec.ts';

const DROP = '20260901000000_drop_publisher_city';

interface Stage {
  readonly project: ProjectCopy;
  readonly prod: { readonly env: string };
}

/** A protected and an unprotected environment on one database that holds data, with one destructive migration pending. */
const withStage = async (work: (stage: Stage) => Promise<void>, more = ''): Promise<void> => {
  const project = await copyProject('bookshop');
  try {
    await writeSqliteConfig(project, [
      { create: true, more },
      { name: 'prod', protected: true, more },
    ]);
    await run(project.root, 'sync', { confirm: 'dev' });
    fillSqlite(databaseOf(project));
    await project.addMigration(DROP, 'ALTER TABLE "Publisher" DROP COLUMN "city";\n');
    const schema = path.join(project.root, 'prisma/schema.prisma');
    writeFileSync(
      schema,
      readFileSync(schema, 'utf8').replace(/(model Publisher \{[^}]*?)\n\s+city\s+String\?/, '$1'),
    );
    await work({ project, prod: { env: 'prod' } });
  } finally {
    await project.remove();
  }
};

const REASON = 'nobody has read it since spring';
const accept = [{ code: 'sqlite-drop-column', reason: REASON }];

/** A person who accepts the hazard and types the name. */
const person = (typed: string): Scene => ({ answers: [REASON, typed] });

const planned = async (stage: Stage, env: 'dev' | 'prod'): Promise<string> => {
  const outcome = await run(stage.project.root, 'plan', { env });
  await run(stage.project.root, 'rehearse', { env });
  return folderOf(outcome);
};

spec('approval', ({ test }) => {
  test('a destructive plan names its hazard with the live count, and demands a backup', () =>
    withStage(async (stage) => {
      const plan = artifact(await planned(stage, 'prod'), 'plan.json');
      const hazards = plan.hazards as { code: string; severity: string; evidence: { count: number }[] }[];
      const drop = hazards.find((hazard) => hazard.code === 'sqlite-drop-column');
      assert.is(drop?.severity, 'destructive');
      assert.ok((drop?.evidence[0]?.count ?? 0) > 0);
      assert.is(plan.backupRequired, true);
    }));

  test('a wrong name, another letter case, a name with a space: refused, nothing written', () =>
    withStage(async ({ project }) => {
      const before = bytesOf(databaseOf(project));
      await run(project.root, 'plan', {});
      await run(project.root, 'rehearse', {});
      for (const confirm of ['Dev', 'DEV', 'dev ', ' dev', 'prod', 'y', 'yes', '']) {
        const error = await refusal(project.root, 'approve', { confirm, accept });
        assert.is(error.code, 'APPROVAL_NAME_MISMATCH', JSON.stringify(confirm));
        assert.is(error.exitCode, 4);
        assert.ok(error.next.some((line) => line.startsWith('$ ')));
      }
      assert.is(bytesOf(databaseOf(project)), before);
    }));

  test('piped input is not a person', () =>
    withStage(async ({ project }) => {
      const before = bytesOf(databaseOf(project));
      const ended = await cli(
        project.root,
        'sync',
        ['--env', 'dev', '--accept', `sqlite-drop-column=${REASON}`],
        {
          input: 'dev\nyes\ndev\n',
        },
      );
      assert.is(ended.code, 4, ended.stdout + ended.stderr);
      assert.match(ended.stderr, /APPROVAL_REQUIRED/);
      assert.is(bytesOf(databaseOf(project)), before);
    }));

  test('hazards are accepted by code and with a reason', () =>
    withStage(async ({ project }) => {
      await run(project.root, 'plan', {});
      await run(project.root, 'rehearse', {});
      assert.is(await code(project.root, 'approve', { confirm: 'dev' }), 'APPROVAL_HAZARDS');
      const other = [{ code: 'sqlite-drop-table', reason: REASON }];
      assert.is(await code(project.root, 'approve', { confirm: 'dev', accept: other }), 'APPROVAL_HAZARDS');
      const short = await cli(project.root, 'approve', [
        '--env',
        'dev',
        '--confirm',
        'dev',
        '--accept',
        'sqlite-drop-column=ok',
      ]);
      assert.is(short.code, 1);
      assert.is((await run(project.root, 'approve', { confirm: 'dev', accept })).kind, 'approval');
    }));

  test('a destructive plan without a backup and without an accepted risk is refused', () =>
    withStage(async ({ project }) => {
      await run(project.root, 'plan', {});
      await run(project.root, 'rehearse', {});
      assert.is(await code(project.root, 'approve', { confirm: 'dev', accept }), 'APPROVAL_BACKUP');
      const short = await refusal(project.root, 'approve', { confirm: 'dev', accept, acceptRisk: 'no' });
      assert.is(short.code, 'APPROVAL_BACKUP');
      assert.match(short.message, /"no" is no reason to accept the risk: a reason has at least 8 characters/);
      const named = await run(project.root, 'approve', {
        confirm: 'dev',
        accept,
        backup: 'snapshot-2026-09-01',
      });
      assert.equal((named.data as { backup: unknown }).backup, {
        kind: 'external',
        reference: 'snapshot-2026-09-01',
      });
    }, 'backup: { take: false }'));

  test('protected: an option is not a person, an agent may not approve, a person at a terminal may', () =>
    withStage(async (stage) => {
      const { project, prod } = stage;
      await planned(stage, 'prod');
      const before = bytesOf(databaseOf(project));
      assert.is(
        await code(project.root, 'approve', { ...prod, confirm: 'prod', accept }),
        'APPROVAL_NO_TERMINAL',
      );
      const agent = { ...person('prod'), environment: { CLAUDECODE: '1' } };
      assert.is(await code(project.root, 'approve', prod, agent), 'APPROVAL_AGENT');
      assert.is(await code(project.root, 'approve', prod, person('Prod')), 'APPROVAL_NAME_MISMATCH');
      assert.is(
        await code(project.root, 'apply', { ...prod, confirm: 'prod', accept }),
        'APPROVAL_NO_TERMINAL',
      );
      assert.is(bytesOf(databaseOf(project)), before);
      assert.is((await run(project.root, 'approve', prod, person('prod'))).kind, 'approval');
      // The deploy job has no terminal: it confirms by name, and the person's approval counts.
      assert.is(await code(project.root, 'apply', prod), 'APPROVAL_REQUIRED');
      assert.is(await code(project.root, 'apply', { ...prod, confirm: 'prd' }), 'APPROVAL_NAME_MISMATCH');
      const applied = await run(project.root, 'apply', { ...prod, confirm: 'prod' });
      assert.is(applied.kind, 'execution');
      const backup = (applied.data as { backup: { file: string; sha256: string } | null }).backup;
      assert.ok(backup && existsSync(backup.file));
      const saved = new Database(backup.file, { readonly: true });
      assert.ok(saved.prepare('SELECT city FROM Publisher').all().length > 0);
      saved.close();
      assert.is((await run(project.root, 'verify', prod)).kind, 'verification');
    }));

  test('an agent may approve for an unprotected environment', () =>
    withStage(async ({ project }) => {
      await run(project.root, 'plan', {});
      await run(project.root, 'rehearse', {});
      const outcome = await run(
        project.root,
        'approve',
        { confirm: 'dev', accept },
        { environment: { CLAUDECODE: '1' } },
      );
      assert.is((outcome.data as { actor: { kind: string } }).actor.kind, 'agent');
    }));

  test('an approval needs no database: it can be given at a desk', () =>
    withStage(async (stage) => {
      await planned(stage, 'prod');
      const { renameSync } = await import('node:fs');
      const file = databaseOf(stage.project);
      renameSync(file, `${file}.away`);
      assert.is((await run(stage.project.root, 'approve', stage.prod, person('prod'))).kind, 'approval');
      renameSync(`${file}.away`, file);
      assert.is(
        (await run(stage.project.root, 'apply', { ...stage.prod, confirm: 'prod' })).kind,
        'execution',
      );
    }));

  test('an approval expires', () =>
    withStage(async (stage) => {
      const { project, prod } = stage;
      await planned(stage, 'prod');
      await run(project.root, 'approve', prod, person('prod'));
      const later = { now: () => new Date(Date.now() + 61 * 60_000) };
      const before = bytesOf(databaseOf(project));
      // The expired one does not count, and an option is no person for a new one.
      assert.is(await code(project.root, 'apply', { ...prod, confirm: 'prod' }, later), 'APPROVAL_EXPIRED');
      assert.is(bytesOf(databaseOf(project)), before);
    }));

  test('an approval is used once', () =>
    withStage(async (stage) => {
      const { project, prod } = stage;
      const folder = await planned(stage, 'prod');
      await run(project.root, 'approve', prod, person('prod'));
      const file = databaseOf(project);
      const copy = readFileSync(file);
      await run(project.root, 'apply', { ...prod, confirm: 'prod' });
      // The database is set back byte for byte, and the record of the execution is gone; the approval is spent all the same.
      writeFileSync(file, copy);
      const { rmSync } = await import('node:fs');
      assert.is(await code(project.root, 'apply', { ...prod, confirm: 'prod' }), 'RUN_FINISHED');
      rmSync(path.join(folder, 'artifacts', 'execution.json'));
      const task = path.basename(path.dirname(folder));
      assert.is(await code(project.root, 'apply', { ...prod, task, confirm: 'prod' }), 'APPROVAL_USED');
    }));

  test('an approval of another plan, another environment or an edited approval does not count', () =>
    withStage(async (stage) => {
      const { project, prod } = stage;
      const folder = await planned(stage, 'prod');
      await run(project.root, 'approve', prod, person('prod'));
      const approval = path.join(folder, 'artifacts', 'approval.json');
      const kept = readFileSync(approval, 'utf8');
      writeFileSync(approval, kept.replace('"expiresAt": "2', '"expiresAt": "3'));
      assert.is(await code(project.root, 'apply', { ...prod, confirm: 'prod' }), 'ARTIFACT_INVALID');
      await project.addMigration('20260902000000_more', 'CREATE VIEW "More" AS SELECT 1 AS one;\n');
      await planned(stage, 'prod');
      writeFileSync(approval, kept);
      assert.is(await code(project.root, 'apply', { ...prod, confirm: 'prod' }), 'APPROVAL_FOREIGN');
    }));

  test('--plan binds a confirmation to the plan that was seen', () =>
    withStage(async ({ project }) => {
      const outcome = await run(project.root, 'plan', {});
      await run(project.root, 'rehearse', {});
      const { hash } = outcome.data as { hash: string };
      assert.is(
        await code(project.root, 'approve', { confirm: 'dev', accept, plan: 'abcdef0123456789' }),
        'APPROVAL_FOREIGN',
      );
      assert.is(
        await code(project.root, 'approve', { confirm: 'dev', accept, plan: hash.slice(7, 11) }),
        'APPROVAL_FOREIGN',
      );
      assert.is(
        (await run(project.root, 'approve', { confirm: 'dev', accept, plan: hash.slice(7, 19) })).kind,
        'approval',
      );
    }));

  test("a policy can deny and accept by code; a denied hazard is nobody's to accept", async () => {
    await withStage(async ({ project }) => {
      assert.is(await code(project.root, 'plan', {}), 'HAZARD_DENIED');
    }, "policy: { 'sqlite-drop-column': 'deny' }");
    await withStage(async ({ project }) => {
      const outcome = await run(project.root, 'sync', { confirm: 'dev' });
      assert.is(outcome.kind, 'verification');
    }, "policy: { 'sqlite-drop-column': { accept: 'development data only' } }");
  });
});
