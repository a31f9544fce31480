import path from 'node:path';
import * as assert from 'uvu/assert';
import { inspect } from '../../lib/dialects/sqlite/inspect.ts';
import { diffSnapshots, fingerprint, patchSnapshot } from '../../lib/schema/index.ts';
import { DIFFERENT, SAME, type SnapshotCase } from '../cases/sqlite-snapshot.ts';
import { spec } from '../helpers/spec.ts';
import { makeFile, restore, snapshotOfScript, temporaryFolder, withSession } from '../helpers/sqlite-file.ts';

let folder = '';
let count = 0;

const pair = async (one: SnapshotCase) => {
  count += 1;
  const a = await snapshotOfScript(path.join(folder, `a${count}.db`), one.a);
  const b = await snapshotOfScript(path.join(folder, `b${count}.db`), one.b, one.stored);
  return { a, b };
};

spec('sqlite snapshot', ({ test, before }) => {
  before(async () => {
    folder = await temporaryFolder();
  });

  for (const one of DIFFERENT) {
    test(`differs: ${one.title}`, async () => {
      const { a, b } = await pair(one);
      assert.is.not(fingerprint(a), fingerprint(b));
      const forth = diffSnapshots(a, b);
      assert.ok(forth.changes.length > 0, 'the diff shows what the fingerprint sees');
      assert.equal(patchSnapshot(a, forth), b);
      assert.equal(patchSnapshot(b, diffSnapshots(b, a)), a);
    });
  }

  for (const one of SAME) {
    test(`same: ${one.title}`, async () => {
      const { a, b } = await pair(one);
      assert.equal(b, a);
      assert.is(fingerprint(a), fingerprint(b));
    });
  }

  test('siblings never share a key, whatever they are called', async () => {
    const { a } = await pair({
      title: '',
      a: 'CREATE TABLE t (a, CONSTRAINT x CHECK (a > 0), CONSTRAINT x CHECK (a > 1), CHECK (a > 2), CHECK (a > 2), UNIQUE (a), CONSTRAINT x UNIQUE (a))',
      b: '',
    });
    const keys = (a.objects[0]?.children ?? []).map(({ kind, name }) => `${kind} ${name}`);
    assert.is(new Set(keys).size, keys.length);
    assert.is(keys.filter((key) => key.startsWith('check')).length, 4);
  });

  test('internal and shadow tables are left out, automatic indexes are their constraint', async () => {
    const { a } = await pair({
      title: '',
      a: 'CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT, b UNIQUE); CREATE VIRTUAL TABLE f USING fts5(x); INSERT INTO t VALUES (1, 2); ANALYZE;',
      b: '',
    });
    assert.equal(
      a.objects.map(({ kind, name }) => `${kind} ${name}`),
      ['table f', 'table t'],
    );
    assert.equal(
      a.objects[1]?.children.map(({ kind }) => kind),
      ['column', 'column', 'primary-key', 'unique'],
    );
  });

  test('a broken view and a virtual table without its module do not stop the inspection', async () => {
    const file = await makeFile(
      folder,
      'odd.db',
      'CREATE TABLE t (a); CREATE VIEW broken AS SELECT nope FROM nowhere; CREATE VIRTUAL TABLE f USING fts5(a)',
    );
    await withSession(file, 'write', async (session) =>
      restore(session, [['fts5(a)', 'not_here(a, "b c")']]),
    );
    const snapshot = await withSession(file, 'read', (session) => inspect(session, { ignore: [] }));
    assert.equal(
      snapshot.objects.map(({ name }) => name),
      ['f', 'f_config', 'f_content', 'f_data', 'f_docsize', 'f_idx', 't', 'broken'],
    );
    assert.equal(snapshot.objects[0]?.attributes, { arguments: ['a', '"b c"'], module: 'not_here' });
  });

  test('ignore leaves out tables by name, and children where their kind is named', async () => {
    const file = await makeFile(
      folder,
      'ignore.db',
      'CREATE TABLE _ledger (a); CREATE TABLE t (a); CREATE INDEX own ON t (a); CREATE INDEX ext_1 ON t (a)',
    );
    const snapshot = await withSession(file, 'read', (session) =>
      inspect(session, { ignore: [{ name: '_ledger' }, { name: 'own' }, { kind: 'index', name: 'ext_*' }] }),
    );
    assert.equal(
      snapshot.objects.map(({ name }) => name),
      ['t'],
    );
    assert.equal(
      snapshot.objects[0]?.children.map(({ name }) => name),
      ['a', 'own'],
    );
  });

  test('hostile names pass through unharmed', async () => {
    const file = await makeFile(
      folder,
      'hostile.db',
      `CREATE TABLE "a""; DROP TABLE b; --" ("x'y" INT CHECK ("x'y" > 0), "select" TEXT)`,
    );
    const snapshot = await withSession(file, 'read', (session) => inspect(session, { ignore: [] }));
    assert.is(snapshot.objects[0]?.name, 'a"; DROP TABLE b; --');
    assert.equal(
      snapshot.objects[0]?.children.map(({ name }) => name),
      ["x'y", 'select', `("x'y" > 0)`],
    );
  });

  test('5,000 tables are inspected whole', async () => {
    const columns = Array.from({ length: 10 }, (_, index) => `"c${index}" TEXT NOT NULL DEFAULT 'x'`).join(
      ', ',
    );
    const sql = Array.from(
      { length: 5_000 },
      (_, index) => `CREATE TABLE "T${index}" ("id" TEXT NOT NULL PRIMARY KEY, ${columns});`,
    ).join('\n');
    const file = await makeFile(folder, 'many.db', `BEGIN; ${sql} COMMIT;`);
    const snapshot = await withSession(file, 'read', (session) => inspect(session, { ignore: [] }));
    assert.is(snapshot.objects.length, 5_000);
  });
});
