// Opening a project: the interpreter that is chosen, what is asked of env.py, and what is said where that fails.
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import {
  copyAlembic,
  emptyFile,
  errorOf,
  NO_PYTHON,
  openAlembic,
  pythonWith,
  upgrade,
  using,
} from '../helpers/alembic.ts';
import { spec } from '../helpers/spec.ts';

/** A program that is the given Python under another path. */
const wrapper = (file: string, python: string): string => {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\nexec ${python} "$@"\n`);
  chmodSync(file, 0o755);
  return file;
};

/** Read by the command of a project that calls Alembic itself (`config.set_main_option("url", ...)`). */
const OWN_CONFIGURATION = `from alembic import context
from sqlalchemy import create_engine, pool

from shop.models import Base

url = context.config.get_section(context.config.config_ini_section).pop("url")
if context.is_offline_mode():
    context.configure(url=url, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()
else:
    with create_engine(url, poolclass=pool.NullPool).connect() as connection:
        context.configure(connection=connection, target_metadata=Base.metadata)
        with context.begin_transaction():
            context.run_migrations()
`;

spec('alembic: opening a project', ({ test, skip }) => {
  const python = pythonWith();
  if (!python) return skip('everything', NO_PYTHON);

  for (const [title, where, environment] of [
    ["the project's .venv", '.venv', {}],
    ["the project's venv", 'venv', {}],
    ['the active virtual environment', 'elsewhere', { VIRTUAL_ENV: 'elsewhere' }],
  ] as const) {
    test(`the interpreter: ${title}`, async () => {
      const root = copyAlembic('plain');
      wrapper(path.join(root, where, 'bin/python'), python);
      const active = 'VIRTUAL_ENV' in environment ? { VIRTUAL_ENV: path.join(root, where) } : {};
      const project = await openAlembic(root, { environment: { PATH: '/nowhere', ...active }, search: true });
      assert.match(project.notes.join('\n'), title);
      assert.match(project.title, /^Alembic \d+\.\d+/);
    });
  }

  test('the interpreter: one without Alembic is passed over, and the next is asked', async () => {
    const root = copyAlembic('plain');
    const bare = path.join(root, '.venv/bin/python');
    wrapper(bare, `${python} -S -E`);
    wrapper(path.join(root, 'venv/bin/python'), python);
    const project = await openAlembic(root, { environment: { PATH: '/nowhere' }, search: true });
    assert.match(project.notes.join('\n'), "the project's venv");
  });

  for (const [name, lock, options] of [
    ['uv', 'uv.lock', 'run --no-sync python'],
    ['poetry', 'poetry.lock', 'run python'],
  ] as const) {
    test(`the interpreter: ${name} run is asked for it, changes nothing, and gives way to a virtual environment`, async () => {
      const root = copyAlembic('plain');
      writeFileSync(path.join(root, lock), '');
      const bin = path.join(root, 'programs');
      const said = path.join(root, 'said');
      mkdirSync(bin);
      const program = `#!/bin/sh\necho "$@" >> ${said}\nwhile [ "$1" != python ]; do shift; done\nshift\nexec ${python} "$@"\n`;
      writeFileSync(path.join(bin, name), program);
      chmodSync(path.join(bin, name), 0o755);
      const environment = { PATH: `${bin}:/usr/bin:/bin` };
      const project = await openAlembic(root, { environment, search: true });
      assert.match(project.notes.join('\n'), `(by ${name} run)`);
      const calls = readFileSync(said, 'utf8').trim().split('\n');
      assert.is(calls.length, 1, 'it chooses the interpreter, and does not run it again');
      assert.ok(calls[0]?.startsWith(`${options} /`), calls[0]);
      wrapper(path.join(root, '.venv/bin/python'), python);
      const own = await openAlembic(root, { environment, search: true });
      assert.match(own.notes.join('\n'), "the project's .venv");
      assert.is(readFileSync(said, 'utf8').trim().split('\n').length, 1);
      await Promise.all([project.close(), own.close()]);
    });
  }

  test('named sections: one must be chosen, and the chosen one is opened', async () => {
    const root = copyAlembic('plain');
    const ini = path.join(root, 'alembic.ini');
    const text = readFileSync(ini, 'utf8').replace('[alembic]', '[billing]');
    writeFileSync(ini, `${text}\n[stock]\nscript_location = %(here)s/alembic\n`);
    assert.is((await errorOf(() => openAlembic(root))).code, 'SOURCE_AMBIGUOUS');
    const project = await openAlembic(root, { tool: { section: 'stock' } });
    assert.is(project.migrations.length, 3);
    assert.is(
      (await errorOf(() => openAlembic(root, { tool: { section: 'none' } }))).code,
      'SOURCE_AMBIGUOUS',
    );
  });

  test('an interpreter without Alembic: what was tried, and the command that installs it', async () => {
    const root = copyAlembic('plain');
    const error = await errorOf(() => openAlembic(root, { tool: { interpreter: [python, '-S'] } }));
    assert.is(error.code, 'SOURCE_TOOL_MISSING');
    assert.match(error.why ?? '', /without Alembic|does not start/);
    const none = await errorOf(() => openAlembic(root, { tool: { interpreter: ['/no/such/python'] } }));
    assert.is(none.code, 'SOURCE_TOOL_MISSING');
    assert.match(none.why ?? '', /does not start/);
  });

  test('an Alembic that cannot be imported is said to be there, and why it cannot', async () => {
    const root = copyAlembic('plain');
    const modules = path.join(root, 'modules/mako');
    mkdirSync(modules, { recursive: true });
    writeFileSync(path.join(modules, '__init__.py'), 'import no_such_package\n');
    const environment = { PYTHONPATH: path.dirname(modules) };
    const error = await errorOf(() => openAlembic(root, { environment }));
    assert.is(error.code, 'SOURCE_TOOL_MISSING');
    assert.match(error.why ?? '', /cannot import its alembic: No module named 'no_such_package'/);
    assert.not.match(error.message, /installed/);
  });

  test("a project that makes Alembic's configuration by its own code: from above its package, with the option that env.py reads", async () => {
    const root = copyAlembic('plain');
    mkdirSync(path.join(root, 'shop'));
    writeFileSync(path.join(root, 'shop/__init__.py'), '');
    writeFileSync(path.join(root, 'shop/models.py'), 'from app.models import Base\n');
    renameSync(path.join(root, 'alembic'), path.join(root, 'shop/migrations'));
    rmSync(path.join(root, 'alembic.ini'));
    writeFileSync(path.join(root, 'shop/migrations/env.py'), OWN_CONFIGURATION);
    const project = await openAlembic(root);
    const address = await emptyFile(path.join(root, 'shop.db'));
    await upgrade(project, address);
    await using(address, 'read', async (session) => {
      assert.is((await project.ledger.read(session, { targetHasObjects: true })).applied.length, 3);
    });
    await project.close();
  });

  test('a project that cannot be imported: the module and the line', async () => {
    const root = copyAlembic('plain');
    writeFileSync(path.join(root, 'app/models.py'), 'import no_such_package\n');
    const error = await errorOf(() => openAlembic(root));
    assert.is(error.code, 'SOURCE_TOOL_FAILED');
    assert.match(error.message, 'no_such_package');
    assert.match(error.why ?? '', /app\/models\.py, line 1/);
  });
});
