// Real Alembic projects on SQLite: what is read, run, compared and written, with the machine's own Python.
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import type { Address } from '../../lib/dialects/contract.ts';
import type { DbsyncError } from '../../lib/errors/index.ts';
import { source } from '../../lib/sources/alembic/index.ts';
import { downgrade } from '../../lib/sources/alembic/runner.ts';
import { openWorkbench } from '../../lib/sources/alembic/setup.ts';
import { redactor, Secret } from '../../lib/target/index.ts';
import {
  copyAlembic,
  dialectOf,
  emptyFile,
  errorOf,
  listening,
  NO_PYTHON,
  openAlembic,
  pythonWith,
  TIMEOUTS,
  temporary,
  upgrade,
  using,
} from '../helpers/alembic.ts';
import { spec } from '../helpers/spec.ts';

const names = (address: Address): Promise<readonly string[]> =>
  using(address, 'read', async (session) =>
    (await session.query('SELECT name FROM sqlite_master ORDER BY name')).map((row) => String(row.name)),
  );
const fresh = (): Promise<Address> => emptyFile(path.join(temporary(), 'app.db'));
const read = (project: Awaited<ReturnType<typeof openAlembic>>, address: Address, targetHasObjects = true) =>
  using(address, 'read', (session) => project.ledger.read(session, { targetHasObjects }));

spec('alembic: projects on SQLite', ({ test, skip }) => {
  const python = pythonWith();
  if (!python) return skip('everything', NO_PYTHON);

  test('plain: history, pending, preview, run, ledger, models, verdict', async () => {
    const root = copyAlembic('plain');
    const project = await openAlembic(root);
    const address = await fresh();
    assert.equal(
      project.migrations.map(({ id, file, sql, title }) => [id, file, sql, title]),
      [
        ['a001', 'alembic/versions/a001_users.py', null, 'create users'],
        ['a002', 'alembic/versions/a002_posts.py', null, 'create posts'],
        ['a003', 'alembic/versions/a003_bio.py', null, 'add users.bio'],
      ],
    );
    const before = await read(project, address, false);
    assert.equal(before.pending, ['a001', 'a002', 'a003']);
    assert.equal(before.problems, []);
    const preview = await project.preview?.(before);
    assert.match(preview?.sql ?? '', /CREATE TABLE users[\s\S]*ADD COLUMN bio/);
    assert.equal(await names(address), [], 'reading changed the database');

    const heard = await upgrade(project, address);
    const texts = heard.statements
      .filter(({ ledger }) => !ledger)
      .map(({ migration, text }) => `${migration} ${text.split('\n')[0]}`);
    assert.equal(texts, [
      'a001 CREATE TABLE users (',
      'a002 CREATE TABLE posts (',
      'a002 CREATE INDEX ix_posts_title ON posts (title)',
      'a003 ALTER TABLE users ADD COLUMN bio TEXT',
    ]);
    assert.is(heard.statements.filter(({ ledger }) => ledger).length, 4);
    assert.equal(
      heard.events.filter((event) => event.includes('a003')),
      ['started a003', 'send a003', 'done a003', 'send a003', 'done a003', 'finished a003', 'commit a003'],
    );
    const after = await read(project, address);
    assert.equal(after.applied, ['a001', 'a002', 'a003']);
    assert.equal(after.pending, []);
    assert.is.not(after.state, before.state);
    await using(address, 'read', async (session) => {
      assert.is(await project.uncovered(session), '');
      const verdict = await project.verdict(session);
      assert.is(verdict.status, 'agrees', verdict.messages.join('\n'));
    });
    await project.close();
  });

  test('one revision at a time, as a plan runs them; and never another set', async () => {
    const project = await openAlembic(copyAlembic('plain'));
    const address = await fresh();
    await upgrade(project, address, ['a001']);
    assert.equal((await read(project, address)).applied, ['a001']);
    const skipped = await errorOf(() => upgrade(project, address, ['a003']));
    assert.is(skipped.code, 'PLAN_STALE');
    assert.match(skipped.message, /a002, a003/);
    const again = await errorOf(() => upgrade(project, address, ['a001', 'a002']));
    assert.is(again.code, 'PLAN_STALE');
    await upgrade(project, address, ['a002']);
    await upgrade(project, address, ['a003']);
    assert.equal((await read(project, address)).applied, ['a001', 'a002', 'a003']);
  });

  test('a difference with an empty line in its SQL is one difference, and known to the verdict', async () => {
    const plain = copyAlembic('plain');
    const models = path.join(plain, 'app/models.py');
    const text = readFileSync(models, 'utf8');
    const note = '\n    note = Column(Text, server_default="a\\n\\nb")';
    writeFileSync(models, text.replace('    __tablename__ = "users"', `    __tablename__ = "users"${note}`));
    const project = await openAlembic(plain);
    const address = await fresh();
    await upgrade(project, address);
    await using(address, 'read', async (session) => {
      assert.match((await project.uncovered(session)) ?? '', "DEFAULT 'a\n\nb'");
      assert.is((await project.verdict(session)).status, 'agrees');
    });
  });

  test('a wrong set on an empty database leaves not even the ledger behind', async () => {
    const project = await openAlembic(copyAlembic('plain'));
    const address = await fresh();
    assert.is((await errorOf(() => upgrade(project, address, ['a002']))).code, 'PLAN_STALE');
    assert.equal(await names(address), []);
  });

  test('models ahead of the migrations: said as English and SQL, known to the verdict, and written on demand', async () => {
    const plain = copyAlembic('plain');
    rmSync(path.join(plain, 'alembic/versions/a003_bio.py'));
    const project = await openAlembic(plain);
    const address = await fresh();
    await upgrade(project, address);
    await using(address, 'read', async (session) => {
      const unknown = await project.verdict(session);
      assert.is(unknown.status, 'disagrees');
      assert.is(
        await project.uncovered(session),
        '-- add column users.bio TEXT\nALTER TABLE users ADD COLUMN bio TEXT;',
      );
      const verdict = await project.verdict(session);
      assert.is(verdict.status, 'agrees');
      assert.ok(verdict.messages.some((line) => line.includes('as before: add column users.bio')));
    });
    const files = await using(
      address,
      'read',
      async (session) => (await project.createOnly?.(session, 'bio of users', new Date(0))) ?? [],
    );
    assert.is(files.length, 1);
    assert.match(files[0] ?? '', /^alembic\/versions\/.*bio_of_users\.py$/);
    assert.match(
      readFileSync(path.join(plain, files[0] ?? ''), 'utf8'),
      /add_column\('users', sa\.Column\('bio'/,
    );
    const again = await openAlembic(plain);
    assert.is(again.migrations.length, 3);
    assert.is.not(again.filesHash, project.filesHash);
  });

  test("batch: SQLite's rebuild of a table, statement by statement, with its rows", async () => {
    const project = await openAlembic(copyAlembic('batch'));
    const address = await fresh();
    const heard = await upgrade(project, address);
    const words = heard.statements.map(({ text }) => text.split(/\s+/).slice(0, 3).join(' '));
    for (const word of [
      'CREATE TABLE _alembic_tmp_items',
      'INSERT INTO _alembic_tmp_items',
      'DROP TABLE items',
    ])
      assert.ok(words.includes(word), word);
    await using(address, 'read', async (session) => {
      assert.equal(
        (await session.query('SELECT label FROM items ORDER BY id')).map(({ label }) => label),
        ['one', 'two'],
      );
      assert.is(await project.uncovered(session), '');
    });
  });

  test('a table with many unnamed constraints and indexes is written in the same words each time', async () => {
    const root = copyAlembic('batch');
    const columns = Array.from({ length: 8 }, (_, index) => `c${index}`);
    const made = columns.map((name) => `sa.Column("${name}", sa.Integer(), index=True)`).join(', ');
    const unique = columns.map((name) => `sa.UniqueConstraint("${name}", "id")`).join(', ');
    writeFileSync(
      path.join(root, 'alembic/versions/b003_many.py'),
      `import sqlalchemy as sa
from alembic import op

revision = "b003"
down_revision = "b002"


def upgrade():
    sa.Table("many", sa.MetaData(), sa.Column("id", sa.Integer(), primary_key=True), ${made}, ${unique}).create(op.get_bind())
    with op.batch_alter_table("many") as batch:
        batch.add_column(sa.Column("more", sa.Integer()))
`,
    );
    writeFileSync(
      path.join(root, 'app/models.py'),
      `${readFileSync(path.join(root, 'app/models.py'), 'utf8')}
import sqlalchemy as sa
sa.Table("more", Base.metadata, sa.Column("id", sa.Integer(), primary_key=True), ${made}, ${unique})
`,
    );
    const said: string[] = [];
    for (const _ of [1, 2, 3]) {
      const project = await openAlembic(root);
      const address = await fresh();
      const { statements } = await upgrade(project, address);
      const uncovered = await using(address, 'read', (session) => project.uncovered(session));
      said.push([...statements.map(({ text }) => text), uncovered].join(';\n'));
      await project.close();
    }
    assert.match(said[0] ?? '', /UNIQUE \(c0, id\),\s+UNIQUE \(c1, id\)/);
    assert.match(said[0] ?? '', /create table more/);
    assert.is(said[1], said[0]);
    assert.is(said[2], said[0]);
  });

  test('data: own variable, own ledger, prints, warnings, reads, autocommit, a transaction for each revision', async () => {
    const project = await openAlembic(copyAlembic('data'));
    const address = await fresh();
    assert.equal(project.ledger.objects, [{ kind: 'table', name: 'schema_versions' }]);
    assert.ok(project.notes.some((note) => note.includes('transaction_per_migration')));
    const before = await read(project, address, false);
    const preview = await project.preview?.(before);
    assert.is(preview?.sql, null);
    assert.match(preview?.why ?? '', /rehearsal/);
    const heard = await upgrade(project, address);
    assert.is(heard.statements.filter(({ text }) => text.startsWith('UPDATE people')).length, 2);
    assert.ok(
      heard.statements.some(
        ({ migration, text }) => migration === 'd002' && text.startsWith('SELECT id, full_name'),
      ),
    );
    await using(address, 'read', async (session) => {
      const rows = await session.query('SELECT first_name FROM people ORDER BY id');
      assert.equal(
        rows.map((row) => row.first_name),
        ['Ada', 'Alan'],
      );
      assert.is(await project.uncovered(session), null, 'no models: nothing can be told');
    });
    assert.equal(
      (await names(address)).filter((name) => name.includes('version')).includes('alembic_version'),
      false,
    );
    assert.equal((await read(project, address)).pending, []);
  });

  if (pythonWith('aiosqlite')) {
    test('async: env.py that awaits its engine', async () => {
      const project = await openAlembic(copyAlembic('async'));
      const address = await fresh();
      const heard = await upgrade(project, address);
      assert.equal([...new Set(heard.statements.map(({ migration }) => migration))], ['a001', 'a002']);
      assert.equal((await read(project, address)).applied, ['a001', 'a002']);
    });
  } else skip('async: env.py that awaits its engine', 'no aiosqlite here');

  const flask = pythonWith('flask_migrate');
  if (flask) {
    test('flask: the application is made as `flask db` makes it', async () => {
      const project = await openAlembic(copyAlembic('flask'), { tool: { interpreter: [flask] } });
      const address = await fresh();
      await upgrade(project, address);
      await using(address, 'read', async (session) => {
        assert.equal((await project.ledger.read(session, { targetHasObjects: true })).applied, ['f001']);
        assert.is(await project.uncovered(session), '');
        assert.is((await project.verdict(session)).status, 'agrees');
      });
    });

    test('flask: FLASK_APP names the application, and without it the error says so', async () => {
      const root = copyAlembic('flask');
      const app = path.join(root, 'app.py');
      mkdirSync(path.join(root, 'shop'));
      writeFileSync(
        path.join(root, 'shop/factory.py'),
        `${readFileSync(app, 'utf8')}\n\ndef create_app():\n    return app\n`,
      );
      rmSync(app);
      const tool = { interpreter: [flask] };
      const error = (await errorOf(() => openAlembic(root, { tool }))) as DbsyncError;
      assert.match(error.message, /Flask cannot make the application: Could not locate/);
      assert.match(error.next.join(), /FLASK_APP=shop:create_app/);
      const environment = { FLASK_APP: 'shop.factory:create_app' };
      const project = await openAlembic(root, { tool, environment });
      const address = await fresh();
      await upgrade(project, address);
      await using(address, 'read', async (session) => assert.is(await project.uncovered(session), ''));
      writeFileSync(path.join(root, 'shop/factory.py'), 'import no_such_package\n');
      const broken = (await errorOf(() => openAlembic(root, { tool, environment }))) as DbsyncError;
      assert.match(broken.message, /No module named 'no_such_package'/);
      assert.match(broken.why ?? '', /FLASK_APP=shop\.factory:create_app/);
    });
  } else skip('flask: the application is made as `flask db` makes it', 'no Flask-Migrate here');

  test('downgrade on a shadow: exactly the named revisions, by their own code', async () => {
    const root = copyAlembic('plain');
    const detection = await source.detect(root);
    assert.ok(detection);
    const bench = await openWorkbench(detection, {
      dialect: dialectOf('sqlite'),
      timeouts: TIMEOUTS,
      redact: redactor([]),
      tool: { environment: { PATH: process.env.PATH }, interpreter: [python] },
      withEmptyShadow: () => Promise.reject(new Error('not needed')),
    });
    const project = await openAlembic(root);
    const address = await fresh();
    await upgrade(project, address);
    const undone = project.migrations.filter(({ id }) => id !== 'a001');
    await downgrade(bench, undone, address, listening().hooks);
    assert.equal((await read(project, address)).applied, ['a001']);
    assert.equal(await names(address), ['alembic_version', 'sqlite_autoindex_alembic_version_1', 'users']);
    assert.is(await downgrade(bench, project.migrations.slice(0, 1), address, listening().hooks), true);
    assert.equal((await read(project, address)).applied, []);
    await bench.close();
  });

  test('a revision with an empty downgrade has no way back, and nothing is undone', async () => {
    const root = copyAlembic('plain');
    const file = path.join(root, 'alembic/versions/a002_posts.py');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, `${text.slice(0, text.indexOf('def downgrade'))}def downgrade():\n    """None."""\n`);
    const project = await openAlembic(root);
    const address = await fresh();
    await upgrade(project, address);
    assert.is(await project.runner?.undo?.(project.migrations, address, listening().hooks), false);
    assert.equal((await read(project, address)).applied, ['a001', 'a002', 'a003']);
  });

  test('a file that is missing is created by nothing', async () => {
    const project = await openAlembic(copyAlembic('plain'));
    const file = path.join(temporary(), 'absent.db');
    const address = dialectOf('sqlite').address(new Secret(`file:${file}`), '/');
    assert.is((await errorOf(() => upgrade(project, address))).code, 'DATABASE_MISSING');
    assert.not.ok(existsSync(file));
    assert.equal((await project.ledger.read(null, { targetHasObjects: false })).pending.length, 3);
  });

  test('reading writes nothing: neither into the database nor into the project', async () => {
    const root = copyAlembic('plain');
    const project = await openAlembic(root);
    const address = await fresh();
    await upgrade(project, address);
    const bytes = readFileSync(address.file ?? '');
    const at = statSync(address.file ?? '').mtimeMs;
    await using(address, 'read', async (session) => {
      await project.uncovered(session);
      await project.verdict(session);
    });
    assert.ok(bytes.equals(readFileSync(address.file ?? '')));
    assert.is(statSync(address.file ?? '').mtimeMs, at);
    assert.not.ok(existsSync(path.join(root, 'app/__pycache__')), 'no compiled files in the project');
    assert.not.ok(existsSync(path.join(root, 'alembic/versions/__pycache__')));
  });

  test('a hook that throws stops the run before the statement is sent', async () => {
    const project = await openAlembic(copyAlembic('plain'));
    const address = await fresh();
    const heard = listening();
    const error = await errorOf(async () =>
      project.runner?.run(project.migrations, address, {
        ...heard.hooks,
        onStatement: (statement) => {
          if (statement.text.startsWith('CREATE TABLE posts')) throw new Error('the journal is full');
        },
      }),
    );
    assert.is(error.message, 'the journal is full');
    assert.not.ok((await names(address)).includes('posts'));
  });

  test('push is refused', async () => {
    const project = await openAlembic(copyAlembic('plain'));
    const error = await using(await fresh(), 'read', (session) => errorOf(() => project.push(session)));
    assert.is(error.code, 'PUSH_REFUSED');
  });
});
