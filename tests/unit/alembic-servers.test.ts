// Alembic projects on real servers: URLs with every character, whole runs, models, data, failures, ledgers.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import type { Address } from '../../lib/dialects/contract.ts';
import type { DbsyncError } from '../../lib/errors/index.ts';
import type { LedgerReport, Project } from '../../lib/sources/contract.ts';
import { copyAlembic, dialectOf, errorOf, upgrade, using } from '../helpers/alembic.ts';
import { onServers } from '../helpers/alembic-servers.ts';

const read = (project: Project, address: Address): Promise<LedgerReport> =>
  using(address, 'read', (session) => project.ledger.read(session, { targetHasObjects: true }));

onServers('projects', (here, { test }) => {
  test('a whole project, with a password of awkward characters', async () => {
    const address = await here.fresh();
    const project = await here.open(copyAlembic('plain'), address);
    assert.equal((await project.ledger.read(null, { targetHasObjects: false })).pending, [
      'a001',
      'a002',
      'a003',
    ]);
    const heard = await upgrade(project, address);
    assert.equal(
      heard.statements.filter(({ ledger }) => !ledger).map(({ migration }) => migration),
      ['a001', 'a002', 'a002', 'a003'],
    );
    assert.equal((await read(project, address)).applied, ['a001', 'a002', 'a003']);
    await using(address, 'read', async (session) => {
      assert.is(await project.uncovered(session), '');
      const verdict = await project.verdict(session);
      assert.is(verdict.status, 'agrees', verdict.messages.join('\n'));
    });
  });

  test('one revision at a time', async () => {
    const address = await here.fresh();
    const project = await here.open(copyAlembic('plain'), address);
    for (const id of ['a001', 'a002', 'a003']) await upgrade(project, address, [id]);
    assert.equal((await read(project, address)).pending, []);
  });

  test("models ahead: SQL in this database's words", async () => {
    const root = copyAlembic('plain');
    const models = path.join(root, 'app/models.py');
    writeFileSync(
      models,
      readFileSync(models, 'utf8').replace(
        'bio = Column(Text)',
        'bio = Column(Text, nullable=False)\n    age = Column(Integer)',
      ),
    );
    const address = await here.fresh();
    const project = await here.open(root, address);
    await upgrade(project, address);
    const text = await using(address, 'read', (session) => project.uncovered(session));
    assert.match(text ?? '', /-- add column users\.age INTEGER\nALTER TABLE users ADD COLUMN age INTEGER/);
    assert.match(
      text ?? '',
      /-- change users\.bio: to NOT NULL\nALTER TABLE users (ALTER COLUMN bio SET NOT NULL|MODIFY bio TEXT NOT NULL)/,
    );
  });

  test('data: own variable, own ledger, rows that a revision reads', async () => {
    const address = await here.fresh();
    const root = copyAlembic('data');
    const project = await here.open(root, address);
    const heard = await upgrade(project, address);
    assert.equal((await read(project, address)).pending, []);
    const rows = await using(address, 'read', (session) =>
      session.query('SELECT first_name FROM people ORDER BY id'),
    );
    assert.equal(
      rows.map((row) => row.first_name),
      ['Ada', 'Alan'],
    );
    if (here.isPostgres) {
      const create = heard.statements.find(({ text }) => text.startsWith('CREATE INDEX'));
      assert.match(create?.text ?? '', 'CREATE INDEX CONCURRENTLY');
    }
  });

  test('placeholders and percent signs are told as the engine writes them, not as the driver does', async () => {
    const address = await here.fresh();
    const root = copyAlembic('plain');
    const file = path.join(root, 'alembic/versions/a003_bio.py');
    const sent = `op.get_bind().execute(sa.text("SELECT id FROM users WHERE email LIKE '50%' AND id = :id"), {"id": 1})`;
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace('def upgrade():\n', `def upgrade():\n    ${sent}\n`),
    );
    const heard = await upgrade(await here.open(root, address), address);
    const told = heard.statements.find(({ text }) => text.startsWith('SELECT id'))?.text;
    const mark = here.isPostgres ? '$1' : '?';
    assert.is(told, `SELECT id FROM users WHERE email LIKE '50%' AND id = ${mark}`);
  });

  test("the questions of SQLAlchemy's inspector are queries, whatever functions of the catalogue they call", async () => {
    const address = await here.fresh();
    const root = copyAlembic('plain');
    const file = path.join(root, 'alembic/versions/a003_bio.py');
    const asks = `inspector = sa.inspect(op.get_bind())
    for table in inspector.get_table_names() + inspector.get_view_names():
        for what in ("columns", "pk_constraint", "foreign_keys", "indexes", "unique_constraints", "check_constraints", "table_comment"):
            getattr(inspector, "get_" + what)(table)
    inspector.has_table("users")
    inspector.get_schema_names()
    sa.MetaData().reflect(op.get_bind())
`;
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace('def upgrade():\n', `def upgrade():\n    ${asks}`),
    );
    const heard = await upgrade(await here.open(root, address), address, null);
    const place = { file: '', line: 1, offset: 0, index: 0 };
    const kinds = heard.statements
      .filter(({ migration, ledger }) => migration === 'a003' && !ledger)
      .map(({ text }) => [dialectOf(address.dialect).classify({ text, ...place }).kind, text] as const);
    const others = kinds.filter(([kind]) => kind !== 'query');
    assert.equal(
      others.map(([, text]) => text),
      ['ALTER TABLE users ADD COLUMN bio TEXT'],
    );
    assert.ok(kinds.length > 5, 'the inspector asked nothing');
  });

  test('a failing revision: what is said, masked, and what the engine kept', async () => {
    const address = await here.fresh();
    const project = await here.open(copyAlembic('broken'), address);
    const error = (await errorOf(() => upgrade(project, address, ['x001', 'x002']))) as DbsyncError;
    assert.match(error.message, /in revision x002/);
    assert.match(error.message, here.isPostgres ? /\[42P01\]/ : /\[1146\]/);
    const { applied } = await read(project, address);
    assert.equal(applied, here.isPostgres ? [] : ['x001']);
  });

  test('a ledger of its own name', async () => {
    const address = await here.fresh();
    const project = await here.open(copyAlembic('data'), address);
    assert.is(project.ledger.objects[0]?.name, 'schema_versions');
    assert.is((await read(project, address)).exists, false);
    await upgrade(project, address, ['d001']);
    assert.is((await read(project, address)).exists, true);
  });
});
