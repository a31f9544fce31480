// Alembic projects with nothing to apply: what an earlier run heard from Python is not asked again as long as everything that Python
// read then is the same, and whatever differs is asked anew.
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { temporary } from '../helpers/alembic.ts';
import {
  type AlembicEngine,
  type AlembicStage,
  configure,
  KINDS,
  stageOf,
  sync,
} from '../helpers/alembic-stage.ts';
import { artifact, folderOf, run } from '../helpers/scenario.ts';
import { spec } from '../helpers/spec.ts';

/** Read by env.py besides the models: a helper, a package of the user's own, a text, a folder, a variable, a file that may not be. */
const READER = `import os
import house
from app import helper

here = os.path.dirname(__file__)
NAMES = [line.strip() for line in open(os.path.join(here, "names.txt"))]
PARTS = sorted(os.listdir(os.path.join(here, "parts")))
FLAG = os.environ.get("HOUSE_FLAG", "off")
EXTRA = os.path.exists(os.path.join(here, "extra"))
`;

interface Stage extends AlembicStage {
  readonly env: string;
  /** The user's own packages. */
  readonly packages: string;
  readonly home: string;
}

/** What Python says of itself in one line. */
const ask = (python: string, code: string, env: Readonly<Record<string, string>>): string =>
  spawnSync(python, ['-c', code], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', ...env },
  }).stdout.trim();

/** The plain project, which reads more, and a user's folder whose `usercustomize` counts each start of Python. */
const stage = async (engine: AlembicEngine): Promise<Stage> => {
  const plain = await stageOf(engine, 'plain');
  const home = temporary();
  // The interpreter itself: a program that chooses one (pyenv) could choose another the next time.
  const python = ask(plain.python, 'import sys; print(sys.executable)', {});
  configure(plain.root, engine, python);
  const packages = ask(python, 'import site; print(site.getusersitepackages())', { PYTHONUSERBASE: home });
  mkdirSync(path.join(packages, 'house-1.0.dist-info'), { recursive: true });
  writeFileSync(path.join(packages, 'house.py'), 'VERSION = 1\n');
  writeFileSync(
    path.join(packages, 'usercustomize.py'),
    `open(${JSON.stringify(path.join(home, 'starts'))}, "a").write("x")\n`,
  );
  const env = path.join(plain.root, 'alembic/env.py');
  mkdirSync(path.join(plain.root, 'alembic/parts'));
  for (const [name, text] of [
    ['alembic/names.txt', 'one\n'],
    ['alembic/parts/a.txt', ''],
    ['app/helper.py', 'VALUE = 1\n'],
  ] as const)
    writeFileSync(path.join(plain.root, name), text);
  writeFileSync(env, `${READER}${readFileSync(env, 'utf8')}`);
  const environment = { ...plain.scene.environment, PYTHONUSERBASE: home };
  return { ...plain, env, packages, home, scene: { environment } };
};

interface Seen {
  readonly remembered: boolean;
  /** Whether Python ran at all. */
  readonly started: boolean;
  readonly drift: string;
  readonly pending: number;
  readonly uncovered: string | null;
}

const look = async (at: Stage, environment: Readonly<Record<string, string>> = {}): Promise<Seen> => {
  const log = path.join(at.home, 'starts');
  rmSync(log, { force: true });
  const scene = { environment: { ...at.scene.environment, ...environment } };
  const folder = folderOf(await run(at.root, 'plan', { task: 'look' }, scene));
  const plan = artifact(folder, 'plan.json') as {
    prediction: { replica: string };
    drift: { status: string };
    uncovered: string | null;
    batches: readonly unknown[];
  };
  return {
    remembered: /^the shadow database of the run/.test(plan.prediction.replica),
    started: existsSync(log),
    drift: plan.drift.status,
    pending: plan.batches.length,
    uncovered: plan.uncovered,
  };
};

const FRESH = { remembered: true, started: false, drift: 'none', pending: 0, uncovered: '' };

const edit = (file: string, text: string): (() => void) => {
  const before = readFileSync(file, 'utf8');
  writeFileSync(file, `${before}${text}`);
  return () => writeFileSync(file, before);
};

const added = (file: string, text = ''): (() => void) => {
  writeFileSync(file, text);
  return () => rmSync(file);
};

const removed = (file: string): (() => void) => {
  const before = readFileSync(file, 'utf8');
  rmSync(file);
  return () => writeFileSync(file, before);
};

/** Ways to change what Python reads, each with its way back. */
const CHANGES: readonly (readonly [name: string, change: (at: Stage) => () => void])[] = [
  [
    'a revision that is applied',
    ({ root }) => edit(path.join(root, 'alembic/versions/a001_users.py'), '\n# more\n'),
  ],
  ['env.py', ({ env }) => edit(env, '\n# more\n')],
  ['the models', ({ root }) => edit(path.join(root, 'app/models.py'), '\n# more\n')],
  ['a module that env.py imports', ({ root }) => edit(path.join(root, 'app/helper.py'), '# more\n')],
  ['alembic.ini', ({ root }) => edit(path.join(root, 'alembic.ini'), '# more\n')],
  ['a text that env.py reads', ({ root }) => edit(path.join(root, 'alembic/names.txt'), 'two\n')],
  ['a new file in a folder that is listed', ({ root }) => added(path.join(root, 'alembic/parts/b.txt'))],
  ['a file less in that folder', ({ root }) => removed(path.join(root, 'alembic/parts/a.txt'))],
  ['a file that was asked for and was not there', ({ root }) => added(path.join(root, 'alembic/extra'))],
  ['a module that would go first', ({ root }) => added(path.join(root, 'house.py'), 'VERSION = 9\n')],
  [
    'another version of a package',
    ({ packages }) => {
      mkdirSync(path.join(packages, 'house-1.1.dist-info'));
      return () => rmSync(path.join(packages, 'house-1.1.dist-info'), { recursive: true });
    },
  ],
];

/** Code after which nothing is remembered, put in front of env.py. */
const UNTOLD: readonly (readonly [name: string, code: string])[] = [
  ['a process', 'import subprocess\nsubprocess.run(["true"], check=True)\n'],
  ['os.system', 'import os\nos.system("true")\n'],
  ['a fork', 'import os\nif os.fork() == 0:\n    os._exit(0)\n'],
  ['a file that is written', 'open(__file__ + ".log", "w").close()\n'],
  [
    'another server',
    'import socket\ntry:\n    socket.create_connection(("127.0.0.1", 9), 1)\nexcept OSError:\n    pass\n',
  ],
  [
    'the name of another host',
    'import socket\ntry:\n    socket.getaddrinfo("other.invalid", 80)\nexcept OSError:\n    pass\n',
  ],
  ['the system itself', 'open("/proc/self/stat").close()\n'],
  ['a native library', 'import ctypes.util, ctypes\nctypes.CDLL("libc.so.6")\n'],
];

const only = process.env.DBSYNC_TEST_DIALECT;
for (const kind of KINDS.filter(({ title }) => !only || title === only)) {
  spec(`alembic with nothing to apply: ${kind.title}`, ({ test, skip, before, after }) => {
    const why = kind.missing();
    if (why !== null) return skip('everything', why);
    let started: AlembicEngine | null = null;
    before(async () => {
      started = await kind.start();
    });
    after(async () => await started?.stop());
    const on = (name: string, body: (engine: AlembicEngine) => Promise<void>): void =>
      test(name, async () => {
        if (!started) throw new Error(`${kind.title} could not be started`);
        await body(started);
      });

    on('no Python is started; a change by hand is replayed and told', async (engine) => {
      const at = await stage(engine);
      await sync(at);
      assert.equal(await look(at), FRESH);
      assert.equal(await look(at), FRESH, 'and once more, from the run that was remembered itself');
      assert.is((await run(at.root, 'sync', { confirm: 'dev', task: 'again' }, at.scene)).kind, 'nothing');

      await engine.exec(at.url, 'CREATE INDEX by_hand ON users (email)');
      const drifted = await look(at);
      assert.equal([drifted.remembered, drifted.started, drifted.drift], [false, true, 'present']);
      await engine.exec(
        at.url,
        kind.title === 'MariaDB' ? 'DROP INDEX by_hand ON users' : 'DROP INDEX by_hand',
      );
      assert.equal(await look(at), FRESH);
    });

    on('a new revision is seen, replayed and then remembered with the others', async (engine) => {
      const at = await stage(engine);
      await sync(at);
      const text = readFileSync(path.join(at.root, 'alembic/versions/a003_bio.py'), 'utf8');
      const next = text.replaceAll('a003', 'a004').replaceAll('a002', 'a003').replaceAll('bio', 'motto');
      writeFileSync(path.join(at.root, 'alembic/versions/a004_motto.py'), next);
      appendFileSync(path.join(at.root, 'app/models.py'), '\n\nUser.motto = Column(Text)\n');
      const ahead = await look(at);
      assert.equal([ahead.remembered, ahead.pending > 0], [false, true]);
      await sync(at);
      assert.equal(await look(at), FRESH);
    });

    if (kind.title !== 'SQLite') return;

    on('whatever is changed is asked anew, and what is changed back is known again', async (engine) => {
      const at = await stage(engine);
      await sync(at);
      for (const [name, change] of CHANGES) {
        assert.equal(await look(at), FRESH, `before ${name}`);
        const back = change(at);
        const seen = await look(at);
        assert.equal([seen.remembered, seen.started], [false, true], name);
        back();
      }
      assert.equal(await look(at), FRESH);
    });

    on(
      'a variable that the code reads counts, another does not; its value is not written down',
      async (engine) => {
        const at = await stage(engine);
        await sync(at);
        assert.equal(await look(at, { HOUSE_OTHER: 'on' }), FRESH);
        assert.is((await look(at, { HOUSE_FLAG: 'a-word-of-nobody' })).remembered, false);
        assert.equal(await look(at, { HOUSE_FLAG: 'a-word-of-nobody' }), FRESH);
        const memory = readFileSync(
          path.join(at.root, 'dev/active/look/db/artifacts/source_memory.json'),
          'utf8',
        );
        assert.not.match(memory, /a-word-of-nobody/);
        assert.equal(await look(at), FRESH, 'the run before knows it without the variable');
      },
    );

    on('a package that was changed in place is seen', async (engine) => {
      const at = await stage(engine);
      await sync(at);
      assert.equal(await look(at), FRESH);
      edit(path.join(at.packages, 'house.py'), '# more\n');
      assert.is((await look(at)).remembered, false);
      assert.equal(await look(at), FRESH);
    });

    on('the models ahead of the revisions are told from memory as they were told before', async (engine) => {
      const at = await stage(engine);
      await sync(at);
      appendFileSync(path.join(at.root, 'app/models.py'), '\n\nUser.motto = Column(Text)\n');
      const first = await look(at);
      assert.match(first.uncovered ?? '', /motto/);
      assert.equal(await look(at), { ...first, remembered: true, started: false });
    });

    on('a memory that somebody edited is not taken', async (engine) => {
      const at = await stage(engine);
      await sync(at, { task: 'only' });
      const file = path.join(at.root, 'dev/active/only/db/artifacts/source_memory.json');
      writeFileSync(file, readFileSync(file, 'utf8').replace('"a003"', '"a004"'));
      assert.is((await look(at)).remembered, false);
    });

    on('a plan that leaves revisions out remembers nothing', async (engine) => {
      const at = await stage(engine);
      await run(at.root, 'plan', { task: 'part', to: 'a002' }, at.scene);
      assert.is(existsSync(path.join(at.root, 'dev/active/part/db/artifacts/source_memory.json')), false);
    });

    for (const [name, code] of UNTOLD)
      on(`what cannot be told is not remembered: ${name}`, async (engine) => {
        const at = await stage(engine);
        const text = readFileSync(at.env, 'utf8');
        writeFileSync(at.env, `${code}${text}`);
        await sync(at);
        assert.is((await look(at)).remembered, false);
        const memory = artifact(path.join(at.root, 'dev/active/look/db'), 'source_memory.json');
        assert.is(typeof memory.because, 'string');
        assert.is(memory.content, undefined);
      });
  });
}
