// The fingerprint sees every attribute of every kind, and nothing that is not schema.
import { execFileSync } from 'node:child_process';
import * as assert from 'uvu/assert';
import { dialect } from '../../lib/dialects/mysql/index.ts';
import { type Change, diffSnapshots, fingerprint, type Snapshot } from '../../lib/schema/index.ts';
import { Secret } from '../../lib/target/index.ts';
import { EVERYTHING_SCRIPT } from '../cases/mysql-everything.ts';
import { SAME_CASES, SNAPSHOT_CASES, type SnapshotCase } from '../cases/mysql-snapshot.ts';
import { MYSQL_CASES, MYSQL_SAME } from '../cases/mysql-snapshot-mysql.ts';
import { mariadbMissing, startMariadb, type TestServer, TIMEOUTS } from '../helpers/mariadb.ts';
import { clientProgram, PRODUCT } from '../helpers/mysql-product.ts';
import { spec } from '../helpers/spec.ts';

const missing = mariadbMissing();

/** `column.type`, `index`, `table:reorder`: what a diff speaks of. */
const summary = (changes: readonly Change[]): string => {
  const parts = changes.map((change) => {
    if (change.action === 'alter')
      return `${change.subject.kind}.${change.attributes.map((a) => a.name).join(',')}`;
    return change.action === 'reorder' ? `${change.subject.kind}:reorder` : change.subject.kind;
  });
  return [...new Set(parts)].sort().join(',');
};

spec('mysql snapshot', ({ test, skip, elsewhere, before, after }) => {
  if (missing !== null) {
    skip('everything that needs a server', missing);
    return;
  }
  let server: TestServer;
  before(async () => {
    server = await startMariadb();
  });
  after(() => server.stop());

  const inspectNow = async (database: string): Promise<Snapshot> => {
    const address = dialect.address(new Secret(server.url(database)), '/');
    const session = await dialect.connect(address, { mode: 'read', timeouts: TIMEOUTS });
    try {
      return await dialect.inspect(session, { ignore: [] });
    } finally {
      await session.close();
    }
  };
  const snapshotOf = async (script: string): Promise<Snapshot> => {
    const database = await server.database();
    const address = dialect.address(new Secret(server.url(database)), '/');
    const session = await dialect.connect(address, { mode: 'write', timeouts: TIMEOUTS });
    try {
      await session.script(script.replaceAll('{schema}', database));
    } finally {
      await session.close();
    }
    return inspectNow(database);
  };

  const ofProduct = (only: SnapshotCase['only'], name: string, body: () => Promise<void>): void => {
    if (only === undefined || only === PRODUCT) test(name, body);
    else elsewhere(name, only);
  };

  const differing = [
    ...SNAPSHOT_CASES,
    ...MYSQL_CASES.map((one): SnapshotCase => ({ ...one, only: 'MySQL' })),
  ];
  for (const one of differing) {
    ofProduct(one.only, `differs: ${one.name}`, async () => {
      const a = await snapshotOf(`${one.base ?? 'SELECT 1'};\n${one.a}`);
      const b = await snapshotOf(`${one.base ?? 'SELECT 1'};\n${one.b}`);
      assert.is.not(fingerprint(a), fingerprint(b));
      assert.is(summary(diffSnapshots(a, b).changes), one.differs);
    });
  }

  const same = [...SAME_CASES, ...MYSQL_SAME.map((one) => ({ ...one, only: 'MySQL' as const }))];
  for (const one of same) {
    ofProduct(one.only, `same: ${one.name}`, async () => {
      const a = await snapshotOf(one.a);
      const b = await snapshotOf(one.b);
      assert.equal(diffSnapshots(a, b).changes, []);
      assert.is(fingerprint(a), fingerprint(b));
    });
  }

  test('dump and restore into a database of another name gives the same fingerprint', async () => {
    const first = await server.database('first');
    const address = dialect.address(new Secret(server.url(first)), '/');
    const session = await dialect.connect(address, { mode: 'write', timeouts: TIMEOUTS });
    await session.script(EVERYTHING_SCRIPT);
    await session.close();
    const second = await server.database('second');
    const place = ['--no-defaults', '-uroot', `-h${server.host}`, `-P${server.port}`, '--protocol=tcp'];
    const text = execFileSync(await clientProgram('dump'), [
      ...place,
      '--routines',
      '--events',
      '--no-data',
      first,
    ]);
    execFileSync(await clientProgram('client'), [...place, '--comments', second], { input: text });
    const a = await inspectNow(first);
    const b = await inspectNow(second);
    assert.equal(diffSnapshots(a, b).changes, []);
    assert.is(fingerprint(a), fingerprint(b));
    const kinds = new Set(a.objects.map((object) => object.kind));
    const sequence = PRODUCT === 'MariaDB' ? ['sequence'] : [];
    assert.equal([...kinds].sort(), ['event', 'function', 'procedure', ...sequence, 'table', 'view']);
  });

  test('what undo says brings the schema back', async () => {
    const base =
      'CREATE TABLE p (id INT PRIMARY KEY, a VARCHAR(50), n INT, KEY k (a(7), n DESC), UNIQUE u (n), FULLTEXT f (a))';
    for (const sql of [
      'CREATE TABLE x (id INT PRIMARY KEY)',
      'ALTER TABLE p ADD COLUMN x INT',
      'CREATE INDEX i ON p (n)',
      'CREATE TABLE c (id INT PRIMARY KEY, p_id INT, CONSTRAINT fk FOREIGN KEY (p_id) REFERENCES p (id))',
      'ALTER TABLE p ADD CONSTRAINT c CHECK (n > 0)',
      'CREATE VIEW v AS SELECT 1',
      ...(PRODUCT === 'MariaDB' ? ['CREATE SEQUENCE s'] : ['ALTER TABLE p ADD INDEX e ((n + 1))']),
      'CREATE TRIGGER g BEFORE INSERT ON p FOR EACH ROW SET @a = 1',
      'CREATE PROCEDURE r() SELECT 1',
      'CREATE FUNCTION r() RETURNS INT RETURN 1',
      'CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1',
      'DROP INDEX k ON p',
      'DROP INDEX u ON p',
      'DROP INDEX f ON p',
    ]) {
      const database = await server.database();
      const session = await dialect.connect(dialect.address(new Secret(server.url(database)), '/'), {
        mode: 'write',
        timeouts: TIMEOUTS,
      });
      await session.execute(base);
      const from = await dialect.inspect(session, { ignore: [] });
      await session.execute(sql);
      const { changes } = diffSnapshots(from, await dialect.inspect(session, { ignore: [] }));
      assert.ok(changes.length > 0, sql);
      for (const change of [...changes].reverse()) await session.execute(dialect.undo?.(change) ?? 'no undo');
      assert.is(fingerprint(await dialect.inspect(session, { ignore: [] })), fingerprint(from), sql);
      await session.close();
    }
  });

  test('what is to be ignored is left out, with its children and by kind', async () => {
    const database = await server.database();
    const address = dialect.address(new Secret(server.url(database)), '/');
    const session = await dialect.connect(address, { mode: 'write', timeouts: TIMEOUTS });
    await session.script(
      'CREATE TABLE _ledger (id INT); CREATE TABLE a_log (id INT); CREATE TABLE t (id INT); CREATE VIEW a_log_v AS SELECT 1; CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET @a = 1',
    );
    const found = await dialect.inspect(session, {
      ignore: [{ kind: 'table', name: '_ledger' }, { name: 'a*' }, { kind: 'trigger', name: '*' }],
    });
    await session.close();
    assert.equal(
      found.objects.map((object) => object.name),
      ['t'],
    );
    assert.equal(
      found.objects[0]?.children.map((child) => child.kind),
      ['column'],
    );
  });

  test('hostile names survive', async () => {
    const snapshot = await snapshotOf(
      "CREATE TABLE `a``b'\"; DROP` (`x``y` INT, KEY `k``;--` (`x``y`)); CREATE VIEW `v``'` AS SELECT `x``y` FROM `a``b'\"; DROP`",
    );
    assert.equal(
      snapshot.objects.map((object) => object.name),
      ['a`b\'"; DROP', "v`'"],
    );
  });
});
