// Revisions that fail or are killed half way, on SQLite, PostgreSQL and MariaDB: what was foretold, what is told of each revision and
// statement, what the database really holds, and the way on that was named.
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import {
  type AlembicEngine,
  type AlembicStage,
  alembicCurrent,
  KINDS,
  stageOf,
  sync,
} from '../helpers/alembic-stage.ts';
import { artifact, refusal, run } from '../helpers/scenario.ts';
import { spec } from '../helpers/spec.ts';

/** A revision whose `upgrade` sends these texts. */
const revision = (id: string, below: string, texts: readonly string[]): string => `"""${id}

Revision ID: ${id}
Revises: ${below}
"""
from alembic import op

revision = "${id}"
down_revision = "${below}"
branch_labels = None
depends_on = None


def upgrade():
${texts.map((text) => `    op.execute(${JSON.stringify(text)})`).join('\n')}


def downgrade():
    raise NotImplementedError()
`;

const ONE = ['CREATE TABLE one (id INTEGER NOT NULL PRIMARY KEY)'];
const THREE = ['CREATE TABLE three (id INTEGER NOT NULL PRIMARY KEY)'];

/** The third statement of the second revision fails where the row is there already. */
const two = (row: number): readonly string[] => [
  'CREATE TABLE half (id INTEGER NOT NULL PRIMARY KEY)',
  'INSERT INTO half VALUES (1)',
  `INSERT INTO taken VALUES (${row})`,
  'CREATE TABLE whole (id INTEGER NOT NULL PRIMARY KEY)',
];

const write = (stage: AlembicStage, id: string, below: string, texts: readonly string[]): void =>
  writeFileSync(path.join(stage.root, `alembic/versions/${id}.py`), revision(id, below, texts));

interface Records {
  readonly steps: readonly { readonly id: string; readonly state: string }[];
  readonly recovery: readonly string[];
  readonly failure: { readonly migration: string | null; readonly step: string | null };
  readonly migrations: readonly string[];
}

const folderIn = (stage: AlembicStage, task: string): string =>
  path.join(stage.root, 'dev/active', task, 'db');

const recordsOf = (stage: AlembicStage, task: string): Records =>
  artifact(folderIn(stage, task), 'execution.json') as unknown as Records;

const statesOf = ({ steps }: Records): Record<string, string> =>
  Object.fromEntries(steps.map(({ id, state }) => [id, state]));

const journalOf = (stage: AlembicStage, task: string): readonly Record<string, unknown>[] =>
  readFileSync(path.join(folderIn(stage, task), 'artifacts/journal.ndjson'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** How the batch of each migration ended, by the journal; nothing for one that never began. */
const endsOf = (stage: AlembicStage, task: string): Record<string, unknown> =>
  Object.fromEntries(
    journalOf(stage, task)
      .filter(({ event }) => /^batch-(committed|failed|rolled-back)$/.test(String(event)))
      .map(({ migration, batch, event }) => [String(migration ?? batch), event]),
  );

/** A project with `taken` applied, and three revisions pending. */
const prepared = async (
  engine: AlembicEngine,
  { perMigration = false }: { readonly perMigration?: boolean } = {},
): Promise<AlembicStage> => {
  const stage = await stageOf(engine, 'plain');
  const env = path.join(stage.root, 'alembic/env.py');
  if (perMigration)
    writeFileSync(
      env,
      readFileSync(env, 'utf8').replace(
        'context.configure(connection=connection,',
        'context.configure(connection=connection, transaction_per_migration=True,',
      ),
    );
  write(stage, 'f000', 'a003', ['CREATE TABLE taken (id INTEGER NOT NULL PRIMARY KEY)']);
  await sync(stage);
  write(stage, 'f001', 'f000', ONE);
  write(stage, 'f002', 'f001', two(1));
  write(stage, 'f003', 'f002', THREE);
  return stage;
};

const ours = async (stage: AlembicStage): Promise<readonly string[]> =>
  (await stage.engine.tables(stage.url)).filter((name) => /^(one|half|whole|three)$/.test(name)).sort();

/** Plans, and lets the third statement fail at the target alone. */
const failing = async (stage: AlembicStage, task: string) => {
  const more = { task, confirm: 'dev', backup: 'a dump' };
  for (const phase of ['plan', 'rehearse', 'approve'] as const)
    await run(stage.root, phase, more, stage.scene);
  await stage.engine.exec(stage.url, 'INSERT INTO taken VALUES (1)');
  return refusal(stage.root, 'apply', more, stage.scene);
};

/** The mended file goes through, and then nothing is left to do. */
const goesOn = async (stage: AlembicStage): Promise<void> => {
  write(stage, 'f002', 'f001', two(2));
  const done = await sync(stage, { task: 'again' });
  assert.is(done.kind, 'verification');
  assert.is(artifact(folderIn(stage, 'again'), 'verification.json').outcome, 'proven');
  assert.equal(await ours(stage), ['half', 'one', 'three', 'whole']);
  assert.match(alembicCurrent(stage), /^f003 \(head\)/m);
  assert.is((await run(stage.root, 'sync', { confirm: 'dev' }, stage.scene)).kind, 'nothing');
};

const killedRun = (stage: AlembicStage, at: string): Promise<NodeJS.Signals | null> =>
  new Promise((resolve, reject) => {
    const helper = path.resolve(import.meta.dirname, '../helpers/killed-run.ts');
    const more = JSON.stringify({ backup: 'a dump' });
    const child = spawn(process.execPath, ['--import', 'tsx', helper, stage.root, at, 'SIGKILL', more], {
      stdio: 'inherit',
      timeout: 120_000,
    });
    child.on('error', reject);
    child.on('close', (_code, ended) => resolve(ended));
  });

const FIRST = 'f001#1';
const [HALF, ROW, BROKEN, WHOLE] = ['f002#1', 'f002#2', 'f002#3', 'f002#4'] as const;

const only = process.env.DBSYNC_TEST_DIALECT;
for (const kind of KINDS.filter(({ title }) => !only || title === only)) {
  spec(`alembic, failed and killed: ${kind.title}`, ({ test, skip, before, after }) => {
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

    on('a revision that breaks in Python is told by its file and line', async (engine) => {
      const stage = await stageOf(engine, 'plain');
      write(stage, 'f000', 'a003', ONE);
      const file = path.join(stage.root, 'alembic/versions/f000.py');
      writeFileSync(file, readFileSync(file, 'utf8').replace('op.execute(', 'op.no_such_operation('));
      const error = await refusal(stage.root, 'sync', { confirm: 'dev' }, stage.scene);
      assert.is(error.code, 'REPLAY_FAILED');
      assert.match(error.message, /f000\.py, line 15: op\.no_such_operation\(/);
      assert.match(error.next.join(), /the project's own code makes the first tables/);
    });

    on(
      'the third statement of the second revision of three fails: told as it is, and mended',
      async (engine) => {
        const stage = await prepared(engine);
        const whole = engine.rollsBack;
        const error = await failing(stage, 'failing');
        assert.is(error.code, whole ? 'APPLY_FAILED' : 'APPLY_PARTIAL', error.message);
        assert.match(error.message, /alembic\/versions\/f002\.py, line 17: op\.execute\("INSERT INTO taken/);
        const records = recordsOf(stage, 'failing');
        assert.equal(statesOf(records), {
          [FIRST]: whole ? 'rolled-back' : 'committed',
          [HALF]: whole ? 'rolled-back' : 'committed',
          [ROW]: 'rolled-back',
          [BROKEN]: 'failed',
          [WHOLE]: 'not-started',
          'f003#1': 'not-started',
        });
        assert.is(records.failure.migration, 'f002');
        assert.is(records.failure.step, BROKEN);
        assert.equal(records.migrations, whole ? [] : ['f001']);
        assert.equal(
          endsOf(stage, 'failing'),
          whole
            ? { f001: 'batch-rolled-back', f002: 'batch-rolled-back' }
            : { f001: 'batch-committed', f002: 'batch-failed' },
        );
        assert.equal(await ours(stage), whole ? [] : ['half', 'one']);
        assert.match(alembicCurrent(stage), whole ? /^f000$/m : /^f001$/m);
        const { atomicity } = artifact(folderIn(stage, 'failing'), 'plan.json') as {
          atomicity: { atomic: boolean; failures: { step: string; stays: number | null }[] };
        };
        assert.is(atomicity.atomic, whole);
        assert.is(atomicity.failures.find(({ step }) => step === BROKEN)?.stays, whole ? 0 : 2);
        const said = error.next.join('\n');
        assert.match(said, /sync\.ts --env dev/);
        if (whole) assert.match(said, /f001, f002, f003 still pending[\s\S]*as it was/);
        else {
          assert.match(said, /f001 applied, f002, f003 still pending/);
          assert.match(said, /f002#1: CREATE TABLE half[\s\S]*recover\.ts --env dev --applied f002/);
          assert.not.match(said, /f002#2/);
          await engine.exec(stage.url, 'DROP TABLE half');
        }
        await goesOn(stage);
      },
    );

    // Where the engine undoes the whole call, nothing is half done; a transaction for each revision is then the other way.
    if (kind.title === 'PostgreSQL') {
      on(
        'transaction_per_migration: the revisions before the failing one stay, the failing one is undone',
        async (engine) => {
          const stage = await prepared(engine, { perMigration: true });
          const error = await failing(stage, 'failing');
          assert.is(error.code, 'APPLY_PARTIAL');
          assert.equal(await ours(stage), ['one']);
          const { atomicity } = artifact(folderIn(stage, 'failing'), 'plan.json') as {
            atomicity: { atomic: boolean; summary: string; failures: { stays: number | null }[] };
          };
          assert.equal(
            atomicity.failures.map(({ stays }) => stays),
            [0, 1, 1, 1, 1, 5],
          );
          assert.match(atomicity.summary, /migrations before it stay applied/);
          assert.match(error.next.join('\n'), /f001 applied, f002, f003 still pending[\s\S]*sync\.ts/);
          await goesOn(stage);
        },
      );
    } else {
      on('what is missing is done by hand: recorded with proof, and the rest goes on', async (engine) => {
        const stage = await prepared(engine);
        await failing(stage, 'failing');
        const resolve = { migration: 'f002', as: 'applied' } as const;
        const early = await refusal(stage.root, 'recover', { resolve, confirm: 'dev' }, stage.scene);
        assert.is(early.code, 'RECOVERY_UNPROVEN');
        for (const text of two(2).slice(1)) await engine.exec(stage.url, text);
        assert.is(
          (await run(stage.root, 'recover', { resolve, confirm: 'dev' }, stage.scene)).kind,
          'mended',
        );
        assert.is((await sync(stage, { task: 'rest' })).kind, 'verification');
        assert.match(alembicCurrent(stage), /^f003 \(head\)/m);
      });
    }

    on(
      'kill -9 after the last statement, before the ledger: nothing is guessed, and a finished revision is recorded',
      async (engine) => {
        const stage = await prepared(engine);
        writeFileSync(path.join(stage.root, '.env'), `APP_URL=${stage.url}\n`);
        assert.is(await killedRun(stage, `"${WHOLE}","rows"`), 'SIGKILL');
        await run(stage.root, 'recover', {}, stage.scene);
        const records = recordsOf(stage, 'run');
        const states = statesOf(records);
        const there = await ours(stage);
        for (const [step, table] of [
          [FIRST, 'one'],
          [HALF, 'half'],
          [WHOLE, 'whole'],
        ] as const)
          assert.is(
            states[step] === 'committed',
            there.includes(table),
            `${step}: ${JSON.stringify(states)}`,
          );
        const finished = states[WHOLE] === 'committed';
        assert.is(finished, engine.dialect === 'mysql');
        assert.is(states[ROW], finished ? 'committed' : 'rolled-back');
        if (finished) {
          assert.match(
            records.recovery.join('\n'),
            /Every statement[\s\S]*recover\.ts --env dev --applied f002/,
          );
          const resolve = { migration: 'f002', as: 'applied' } as const;
          await run(stage.root, 'recover', { resolve, confirm: 'dev' }, stage.scene);
        } else if (!engine.rollsBack) await engine.exec(stage.url, 'DROP TABLE half');
        assert.is((await sync(stage, { task: 'again' })).kind, 'verification');
        assert.match(alembicCurrent(stage), /^f003 \(head\)/m);
      },
    );

    for (const at of [`"${ROW}","rows"`, `"step-started","step":"${BROKEN}"`, '"f003#1"'])
      on(
        `kill -9 at ${at}: recover says what the database holds, and the next run goes through`,
        async (engine) => {
          const stage = await prepared(engine);
          writeFileSync(path.join(stage.root, '.env'), `APP_URL=${stage.url}\n`);
          assert.is(await killedRun(stage, at), 'SIGKILL');
          const blocked = await refusal(stage.root, 'sync', { confirm: 'dev' }, stage.scene);
          assert.is(blocked.code, 'UNFINISHED_RUN');
          await run(stage.root, 'recover', {}, stage.scene);
          const records = recordsOf(stage, 'run');
          const states = statesOf(records);
          const there = await ours(stage);
          assert.is(states[FIRST] === 'committed', there.includes('one'), JSON.stringify(states));
          assert.is(states[HALF] === 'committed', there.includes('half'), JSON.stringify(states));
          assert.is(states[WHOLE] === 'committed', there.includes('whole'), JSON.stringify(states));
          const late = at.includes('f003');
          if (!late)
            assert.equal(
              [states[ROW], states[WHOLE], states['f003#1']],
              ['rolled-back', 'not-started', 'not-started'],
            );
          const said = records.recovery.join('\n');
          const row = engine.rollsBack ? 'f000' : late ? 'f002' : 'f001';
          assert.match(said, new RegExp(`The ledger holds ${row}: of this plan`));
          assert.match(alembicCurrent(stage), new RegExp(`^${row}$`, 'm'));
          assert.match(said, /sync\.ts --env dev/);
          if (!engine.rollsBack && !late) await engine.exec(stage.url, 'DROP TABLE half');
          assert.is((await sync(stage, { task: 'again' })).kind, 'verification');
          assert.is((await run(stage.root, 'sync', { confirm: 'dev' }, stage.scene)).kind, 'nothing');
          assert.equal(await ours(stage), ['half', 'one', 'three', 'whole']);
        },
      );
  });
}
