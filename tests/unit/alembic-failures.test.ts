// What happens when a migration fails, hangs, or is interrupted: what is said, what is left, and that nothing keeps running.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import type { Address } from '../../lib/dialects/contract.ts';
import type { DbsyncError } from '../../lib/errors/index.ts';
import { openBridge } from '../../lib/sources/alembic/bridge.ts';
import {
  copyAlembic,
  emptyFile,
  errorOf,
  everythingIn,
  listening,
  NO_PYTHON,
  openAlembic,
  pythonWith,
  temporary,
  upgrade,
  using,
} from '../helpers/alembic.ts';
import { spec } from '../helpers/spec.ts';

const fresh = (): Promise<Address> => emptyFile(path.join(temporary(), 'app.db'));
const tables = (address: Address): Promise<readonly string[]> =>
  using(address, 'read', async (session) =>
    (await session.query("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")).map(
      ({ name }) => String(name),
    ),
  );

/** Processes that work in the folder. */
const processesOf = (folder: string): readonly string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
      } catch {
        return false; // gone, or not ours to read
      }
    });

spec('alembic: failures', ({ test, skip }) => {
  const python = pythonWith();
  if (!python) return skip('everything', NO_PYTHON);

  test('a failing statement: revision, file, line, statement and what is left', async () => {
    const project = await openAlembic(copyAlembic('broken'));
    const address = await fresh();
    const heard = listening();
    const error = (await errorOf(async () =>
      project.runner?.run(project.migrations.slice(0, 2), address, heard.hooks),
    )) as DbsyncError;
    assert.is(error.code, 'SOURCE_TOOL_FAILED');
    assert.match(error.message, /in revision x002: no such table: no_such_table/);
    assert.match(error.why ?? '', /alembic\/versions\/x002_fails\.py, line \d+: op\.execute/);
    assert.match(error.why ?? '', /INSERT INTO no_such_table/);
    assert.is(error.details.revision, 'x002');
    assert.ok(heard.events.includes('fail x002'));
    assert.not.ok(heard.events.includes('finished x002'));
    const report = await using(address, 'read', (session) =>
      project.ledger.read(session, { targetHasObjects: true }),
    );
    assert.equal(report.applied, ['x001']);
    assert.equal(report.pending, ['x002', 'x003']);
    assert.ok((await tables(address)).includes('half'), 'SQLite keeps what a failed revision made');
    assert.ok(project.notes.some((note) => note.includes('leaves the DDL that ran before')));
  });

  test('an exception of the revision itself: type, message, place', async () => {
    const root = copyAlembic('broken');
    const broken = path.join(root, 'alembic/versions/x002_fails.py');
    writeFileSync(broken, readFileSync(broken, 'utf8').replace(/ {4}op\.execute.*\n/, ''));
    const project = await openAlembic(root);
    const error = await errorOf(async () => upgrade(project, await fresh()));
    assert.match(
      error.message,
      /RuntimeError while running the revisions in revision x003: cannot go on with sqlite/,
    );
    assert.match(error.why ?? '', /x003_raises\.py, line \d+/);
    assert.ok(everythingIn(error));
  });

  test('the file to correct is the one in which it happened: a model, a module above the script folder, env.py', async () => {
    const root = copyAlembic('plain');
    const models = path.join(root, 'app/models.py');
    const sound = readFileSync(models, 'utf8');
    writeFileSync(models, `${sound}\nraise ValueError("half a model")\n`);
    const error = (await errorOf(async () => upgrade(await openAlembic(root), await fresh()))) as DbsyncError;
    assert.match(error.message, /ValueError .*: half a model/);
    assert.equal(error.next, [`Correct app/models.py at line ${sound.split('\n').length + 1}.`]);
    writeFileSync(models, sound);
    const env = path.join(root, 'alembic/env.py');
    const text = readFileSync(env, 'utf8');
    const line = 'config = context.config\n';
    writeFileSync(env, text.replace(line, `${line}own = config.shop_settings\n`));
    const missing = (await errorOf(async () =>
      upgrade(await openAlembic(root), await fresh()),
    )) as DbsyncError;
    assert.match(
      missing.next[0] ?? '',
      /^Let alembic\/env\.py do without what only the project's own command sets/,
    );
    writeFileSync(env, text.replace(line, `${line}print("run shop-manage instead")\nraise SystemExit(1)\n`));
    const left = (await errorOf(async () => upgrade(await openAlembic(root), await fresh()))) as DbsyncError;
    assert.match(left.why ?? '', /It printed last: .*run shop-manage instead/s);
  });

  test('a revision that does not parse is refused when the project is opened', async () => {
    const root = copyAlembic('broken');
    writeFileSync(path.join(root, 'alembic/versions/x004.py'), 'def upgrade(:\n');
    const error = await errorOf(() => openAlembic(root));
    assert.ok(['SOURCE_INVALID', 'SOURCE_TOOL_FAILED'].includes(error.code ?? ''), error.code);
    assert.match(everythingIn(error), /x004\.py/);
  });

  test('a down_revision that nobody has', async () => {
    const root = copyAlembic('plain');
    const file = path.join(root, 'alembic/versions/a002_posts.py');
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace('down_revision = "a001"', 'down_revision = "gone"'),
    );
    const error = await errorOf(() => openAlembic(root));
    assert.is(error.code, 'SOURCE_INVALID', everythingIn(error));
    assert.match(everythingIn(error), /gone/);
  });

  test('an env.py that does nothing, and one that never commits', async () => {
    const root = copyAlembic('plain');
    const env = path.join(root, 'alembic/env.py');
    const text = readFileSync(env, 'utf8');
    writeFileSync(env, 'print("hello")\n');
    assert.is((await errorOf(() => openAlembic(root))).code, 'SOURCE_UNSUPPORTED');
    const bad = text.replace(
      '        context.configure(connection',
      '        connection.begin()\n        context.configure(connection',
    );
    writeFileSync(env, bad);
    const project = await openAlembic(root);
    const address = await fresh();
    const error = await errorOf(() => upgrade(project, address));
    assert.match(error.message, /never committed/);
    assert.equal(
      (await using(address, 'read', (session) => project.ledger.read(session, { targetHasObjects: false })))
        .applied,
      [],
    );
  });

  for (const how of ['sleep', 'loop', 'stubborn', 'statement']) {
    test(`hanging (${how}), then interrupted: stopped by id, with nothing left running`, async () => {
      const root = copyAlembic('hang');
      const bench = await openAlembic(root, { environment: { HANG_HOW: how } });
      const address = await fresh();
      const stop = new AbortController();
      const heard = listening(stop.signal);
      const started = process.hrtime.bigint();
      const hooks = {
        ...heard.hooks,
        onMigration: (id: string, phase: string) => {
          if (id === 's002' && phase === 'started') setTimeout(() => stop.abort(), 700);
        },
      };
      const error = await errorOf(async () => bench.runner?.run(bench.migrations, address, hooks));
      const seconds = Number(process.hrtime.bigint() - started) / 1e9;
      assert.is(error.code, 'INTERRUPTED', everythingIn(error));
      assert.match(error.message, /in revision s002|asked to stop/);
      assert.ok(seconds < 30, `${seconds} s`);
      assert.ok(processesOf(root).length <= 1, 'the warmed Python alone');
      await bench.close();
      assert.equal(processesOf(root), []);
      const report = await using(address, 'read', (session) =>
        bench.ledger.read(session, { targetHasObjects: true }),
      );
      assert.equal(report.applied, ['s001']);
    });
  }

  test('silence: a run that says nothing for too long is stopped without being asked', async () => {
    const root = copyAlembic('hang');
    const bridge = openBridge({ environment: { PATH: process.env.PATH }, redact: (text) => text });
    const program = path.join(root, 'quiet.py');
    writeFileSync(program, 'import time\ntime.sleep(600)\n');
    const outcome = await bridge.ask({
      command: [python, program],
      cwd: root,
      request: {},
      secrets: [],
      silentMs: 500,
    });
    assert.not.ok(outcome.ok);
    if (!outcome.ok) {
      assert.is(outcome.failure.kind, 'interrupted');
      assert.match(outcome.failure.message, 'nothing happened for 500 ms');
    }
    assert.equal(processesOf(root), []);
  });

  test('an abort before the run sends nothing', async () => {
    const project = await openAlembic(copyAlembic('plain'));
    const address = await fresh();
    const stop = new AbortController();
    stop.abort();
    const heard = listening(stop.signal);
    const error = await errorOf(async () => project.runner?.run(project.migrations, address, heard.hooks));
    assert.is(error.code, 'INTERRUPTED');
    assert.equal(heard.statements, []);
    assert.equal(await tables(address), []);
  });

  test('a Python that dies: its last words', async () => {
    const root = copyAlembic('plain');
    const file = path.join(root, 'alembic/versions/a002_posts.py');
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace(
        'def upgrade():',
        'def upgrade():\n    import os, sys\n    sys.stderr.write("last words\\n")\n    sys.stderr.flush()\n    os._exit(9)',
      ),
    );
    const project = await openAlembic(root);
    const error = await errorOf(async () => upgrade(project, await fresh()));
    assert.is(error.code, 'SOURCE_TOOL_FAILED');
    assert.match(error.message, /exit code 9/);
    assert.match(error.why ?? '', 'last words');
  });

  test('a parent that is gone: the child stops by itself', async () => {
    const root = copyAlembic('hang');
    const database = (await fresh()).file ?? '';
    const parent = path.join(root, 'parent.mts');
    const lib = path.resolve(import.meta.dirname, '../helpers/alembic.ts');
    writeFileSync(
      parent,
      `import { openAlembic, listening, emptyFile } from ${JSON.stringify(lib)};\nconst project = await openAlembic(${JSON.stringify(root)});\nconst address = await emptyFile(${JSON.stringify(database)});\nconst heard = listening();\nproject.runner?.run(project.migrations, address, { ...heard.hooks, onMigration: (id, phase) => { if (id === 's002') process.kill(process.pid, 'SIGKILL'); } });\n`,
    );
    const repository = path.resolve(import.meta.dirname, '../..');
    const ran = spawnSync(process.execPath, ['--import', 'tsx', parent], {
      cwd: repository,
      timeout: 60_000,
      encoding: 'utf8',
    });
    assert.is(ran.signal, 'SIGKILL', ran.stderr);
    for (let i = 0; i < 40 && processesOf(root).length > 0; i += 1) await sleep(250);
    assert.equal(processesOf(root), []);
  });
});
