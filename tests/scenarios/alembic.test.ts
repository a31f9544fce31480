// The main job on Alembic projects, on SQLite, PostgreSQL and MariaDB: from revisions to proof, and what goes wrong on the way.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { copyAlembic, pythonWith, temporary } from '../helpers/alembic.ts';
import {
  type AlembicEngine,
  type AlembicStage,
  alembicCurrent,
  configure,
  KINDS,
  stageOf,
  sync,
} from '../helpers/alembic-stage.ts';
import { artifact, cli, folderOf, refusal, run } from '../helpers/scenario.ts';
import { spec } from '../helpers/spec.ts';

const verificationOf = (outcome: Awaited<ReturnType<typeof run>>): Record<string, unknown> => {
  assert.is(outcome.kind, 'verification');
  return artifact(folderOf(outcome), 'verification.json');
};

const everyFile = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));

/** A revision after a003 that fails half way while the file `fail-now` is there: the rehearsal cannot know. */
const FAILING = `"""two tables

Revision ID: a004
Revises: a003
"""
import os
import sqlalchemy as sa
from alembic import op

revision = "a004"
down_revision = "a003"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table("half", sa.Column("id", sa.Integer(), primary_key=True))
    if os.path.exists("fail-now"):
        op.execute("INSERT INTO no_such_table VALUES (1)")
    op.create_table("whole", sa.Column("id", sa.Integer(), primary_key=True))


def downgrade():
    op.drop_table("whole")
    op.drop_table("half")
`;

/** Projects that go from nothing to their head on every engine. */
const WHOLE: readonly (readonly [name: string, head: string, tool: string])[] = [
  ['plain', 'a003', ''],
  ['batch', 'b002', ''],
  ['data', 'd003', ''],
  ['flask', 'f001', ''],
  ['async', 'a002', ''],
];

/** What a project needs beyond Alembic and the engine's usual driver; null: it is not tried on this engine. */
const needs = (name: string, engine: string): readonly string[] | null => {
  if (name === 'flask') return ['flask_migrate'];
  if (name !== 'async') return [];
  const driver = { SQLite: 'aiosqlite', PostgreSQL: 'asyncpg' }[engine];
  return driver === undefined ? null : [driver];
};

const only = process.env.DBSYNC_TEST_DIALECT;
for (const kind of KINDS.filter(({ title }) => !only || title === only)) {
  spec(`alembic: ${kind.title}`, ({ test, skip, before, after }) => {
    const why = kind.missing();
    if (why !== null) return skip('everything', why);
    let started: AlembicEngine | null = null;
    before(async () => {
      started = await kind.start();
      if (!started && process.env.CI) throw new Error(`${kind.title} is missing`);
    });
    after(async () => await started?.stop());
    const on = (name: string, body: (engine: AlembicEngine) => Promise<void>): void =>
      test(name, async () => {
        if (!started) throw new Error(`${kind.title} could not be started`);
        await body(started);
      });

    for (const [name, head, tool] of WHOLE) {
      const modules = needs(name, kind.title);
      if (modules === null) continue;
      if (!pythonWith(...modules)) {
        skip(`alembic-${name}`, `no ${modules.join(', ')} here`);
        continue;
      }
      on(
        `alembic-${name}: from nothing to the head, proven; Alembic agrees; then nothing to do`,
        async (engine) => {
          const stage = await stageOf(engine, name, tool);
          const verification = verificationOf(await sync(stage));
          assert.is(verification.outcome, 'proven', JSON.stringify(verification.reasons));
          assert.is(verification.predicted, verification.actual);
          assert.is((verification.tool as { status: string }).status, 'agrees');
          if (!['flask', 'async'].includes(name))
            assert.match(alembicCurrent(stage), new RegExp(`^${head} \\(head\\)`, 'm'));
          assert.is((await run(stage.root, 'sync', { confirm: 'dev' }, stage.scene)).kind, 'nothing');
        },
      );
    }

    on('two heads: both on request, and a plan names every revision', async (engine) => {
      const unclear = await stageOf(engine, 'heads');
      const error = await refusal(unclear.root, 'sync', { confirm: 'dev' }, unclear.scene);
      assert.is(error.code, 'LEDGER_UNHEALTHY');
      const stage = await stageOf(engine, 'heads', "head: 'heads'");
      assert.is(verificationOf(await sync(stage)).outcome, 'proven');
      assert.match(alembicCurrent(stage), /h002[\s\S]*h004|h004[\s\S]*h002/);
    });

    on('--to a revision, +1, then the rest', async (engine) => {
      const stage = await stageOf(engine, 'plain');
      verificationOf(await sync(stage, { to: 'a001' }));
      assert.match(alembicCurrent(stage), /^a001$/m);
      verificationOf(await sync(stage, { to: '+1' }));
      assert.match(alembicCurrent(stage), /^a002$/m);
      verificationOf(await sync(stage));
      assert.match(alembicCurrent(stage), /^a003 \(head\)/m);
      const unknown = await refusal(stage.root, 'plan', { to: 'a009' }, stage.scene);
      assert.is(unknown.code, 'MIGRATION_UNKNOWN');
    });

    on(
      'the way back is tried on the replica and said in the plan; the target is not touched',
      async (engine) => {
        const stage = await stageOf(engine, 'plain');
        const file = path.join(stage.root, 'alembic/versions/a003_bio.py');
        const text = readFileSync(file, 'utf8');
        const head = text.slice(0, text.indexOf('def downgrade'));
        const folder = path.join(stage.root, 'dev/active/back/db');
        const tried = async (body: string): Promise<{ outcome: string; said: string }> => {
          writeFileSync(file, `${head}def downgrade():\n    ${body}\n`);
          for (const phase of ['plan', 'rehearse'] as const)
            await run(stage.root, phase, { task: 'back' }, stage.scene);
          const { outcome } = artifact(folder, 'rehearsal.json').wayBack as { outcome: string };
          return { outcome, said: readFileSync(path.join(folder, '02-migration-plan.md'), 'utf8') };
        };
        const own = await tried('op.drop_column("users", "bio")');
        assert.is(own.outcome, 'returns');
        assert.match(own.said, /own way back leads to the schema from before/);
        const wrong = await tried('op.create_table("left_over", sa.Column("id", sa.Integer()))');
        assert.is(wrong.outcome, 'differs');
        assert.match(wrong.said, /does not lead to the schema from before[\s\S]*left_over/);
        const failing = await tried('raise NotImplementedError("one way only")');
        assert.is(failing.outcome, 'failed');
        assert.match(failing.said, /own way back fails[\s\S]*one way only/);
        assert.is((await tried('pass')).outcome, 'missing');
        assert.equal(await engine.tables(stage.url), []);
      },
    );

    on(
      'a revision that fails at the target: what is committed is said truthfully, and there is a way on',
      async (engine) => {
        const stage = await stageOf(engine, 'plain');
        await sync(stage);
        writeFileSync(path.join(stage.root, 'alembic/versions/a004_two_tables.py'), FAILING);
        const task = 'failing';
        const more = { task, confirm: 'dev', backup: 'a dump' };
        const flag = path.join(stage.root, 'fail-now');
        for (const phase of ['plan', 'rehearse', 'approve'] as const)
          await run(stage.root, phase, more, stage.scene);
        writeFileSync(flag, '');
        const error = await refusal(stage.root, 'apply', more, stage.scene);
        rmSync(flag);
        const left = (await engine.tables(stage.url)).includes('half');
        assert.is(left, !engine.rollsBack);
        assert.is(error.code, engine.rollsBack ? 'APPLY_FAILED' : 'APPLY_PARTIAL');
        assert.is(error.exitCode, engine.rollsBack ? 5 : 6);
        assert.match(error.message, /a004[\s\S]*no_such_table/);
        const folder = path.join(stage.root, 'dev/active', task, 'db');
        const execution = artifact(folder, 'execution.json');
        const states = (execution.steps as { state: string }[]).map(({ state }) => state);
        assert.equal(
          states.slice(0, 2),
          [engine.rollsBack ? 'rolled-back' : 'committed', 'not-started'],
          JSON.stringify(execution.steps),
        );
        assert.match(alembicCurrent(stage), /^a003$/m);
        if (!engine.rollsBack) {
          assert.match(error.why ?? '', /: 1 committed/);
          await engine.exec(stage.url, 'DROP TABLE half');
        }
        assert.is(verificationOf(await sync(stage, { task: 'again' })).outcome, 'proven');
        assert.ok((await engine.tables(stage.url)).includes('whole'));
      },
    );

    on(
      'a database that has the schema and no ledger: refused, then a baseline that must be proven',
      async (engine) => {
        const stage = await stageOf(engine, 'plain');
        await sync(stage);
        await engine.exec(stage.url, 'DROP TABLE alembic_version');
        const refused = await refusal(stage.root, 'sync', { confirm: 'dev' }, stage.scene);
        assert.is(refused.code, 'LEDGER_UNHEALTHY');
        assert.match(refused.message, /x-baseline-required/);
        const unproven = await refusal(
          stage.root,
          'recover',
          { baseline: 'a001', confirm: 'dev' },
          stage.scene,
        );
        assert.is(unproven.code, 'RECOVERY_UNPROVEN');
        assert.not.ok((await engine.tables(stage.url)).includes('alembic_version'));
        await run(stage.root, 'recover', { baseline: 'a003', confirm: 'dev' }, stage.scene);
        assert.match(alembicCurrent(stage), /^a003 \(head\)/m);
        assert.is((await run(stage.root, 'sync', { confirm: 'dev' }, stage.scene)).kind, 'nothing');
      },
    );

    on('models that are ahead of the revisions are told, and nothing is guessed', async (engine) => {
      const stage = await stageOf(engine, 'plain');
      await sync(stage);
      const models = path.join(stage.root, 'app/models.py');
      const text = readFileSync(models, 'utf8');
      writeFileSync(
        models,
        text.replace('bio = Column(Text)', 'bio = Column(Text)\n    age = Column(Integer)'),
      );
      const planned = await run(stage.root, 'plan', {}, stage.scene);
      const { uncovered } = artifact(folderOf(planned), 'plan.json');
      assert.match(String(uncovered), /add column users\.age/);
    });

    on(
      'a password of any character is in nothing that a run prints or writes, also when it fails',
      async (engine) => {
        const stage = await stageOf(engine, 'broken');
        const password = `p@ss:w/o%rd#'"\\ üñ${'x'.repeat(6)}`;
        const url = await engine.hostile(stage.url, password);
        if (url === null) return;
        const spellings = [
          password,
          encodeURIComponent(password),
          encodeURI(password),
          JSON.stringify(password).slice(1, -1),
        ];
        const environment = { APP_URL: url, DBSYNC_DEBUG: '1' };
        const outputs = [
          await cli(stage.root, 'sync', ['--env', 'dev', '--confirm', 'dev', '--to', 'x001'], {
            environment,
          }),
          await cli(stage.root, 'sync', ['--env', 'dev', '--confirm', 'dev', '--json'], { environment }),
        ];
        assert.is(outputs[0]?.code, 0, outputs[0]?.stderr);
        assert.is(outputs[1]?.code, 3, outputs[1]?.stderr);
        const written = everyFile(stage.root).map((file) => readFileSync(file, 'utf8'));
        for (const text of [...outputs.flatMap((ended) => [ended.stdout, ended.stderr]), ...written])
          for (const spelling of spellings) assert.not.ok(text.includes(spelling), text.slice(0, 300));
      },
    );

    on(
      'an env.py that leads elsewhere: stopped with a code of its own, and the other place is untouched',
      async (engine) => {
        const stage = await stageOf(engine, 'redirect');
        for (const how of ['own-url', 'driver', 'other-server']) {
          const scene = { environment: { ...stage.scene.environment, REDIRECT_HOW: how } };
          const error = await refusal(stage.root, 'sync', { confirm: 'dev', task: how }, scene);
          assert.is(error.code, 'SOURCE_REDIRECTED', `${how}: ${error.message}`);
          assert.not.ok(existsSync(path.join(stage.root, 'elsewhere.db')), how);
          assert.equal(await engine.tables(stage.url), [], how);
        }
        assert.is(verificationOf(await sync(stage)).outcome, 'proven');
      },
    );
  });
}

spec('alembic: beside another source', ({ test, skip }) => {
  const [first] = KINDS;
  const why = first?.missing() ?? null;
  if (!first || why !== null) return skip('everything', why ?? 'no engine');

  test('both present: refused with the name of the option, and settled by it', async () => {
    const engine = await first.start();
    if (!engine) throw new Error('no engine');
    const stage: AlembicStage = await stageOf(engine, 'plain');
    mkdirSync(path.join(stage.root, 'prisma'));
    writeFileSync(
      path.join(stage.root, 'prisma/schema.prisma'),
      'datasource db {\n  provider = "sqlite"\n  url = env("APP_URL")\n}\nmodel A {\n  id Int @id\n}\n',
    );
    const error = await refusal(stage.root, 'sync', { confirm: 'dev' }, stage.scene);
    assert.is(error.code, 'SOURCE_AMBIGUOUS');
    assert.match(error.next.join('\n'), /--source alembic/);
    assert.is(verificationOf(await sync(stage, { source: 'alembic' })).outcome, 'proven');
  });

  test('a configuration with a section, and one without any interpreter that has Alembic', async () => {
    const engine = await first.start();
    if (!engine) throw new Error('no engine');
    const root = copyAlembic('plain');
    configure(root, engine, path.join(temporary(), 'no-python'));
    const scene = { environment: { APP_URL: await engine.database() } };
    const error = await refusal(root, 'status', {}, scene);
    assert.is(error.code, 'SOURCE_TOOL_MISSING');
    assert.match(error.next.join('\n'), /pip install alembic/);
  });
});
