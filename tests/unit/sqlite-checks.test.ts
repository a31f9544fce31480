import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import type { CheckContext, Session, Verdict } from '../../lib/dialects/contract.ts';
import { parseAddress } from '../../lib/dialects/sqlite/address.ts';
import { isShared, mountOf } from '../../lib/dialects/sqlite/checks/disk.ts';
import { checks } from '../../lib/dialects/sqlite/checks/index.ts';
import { connect, handleOf } from '../../lib/dialects/sqlite/connect.ts';
import { DRIVER } from '../../lib/dialects/sqlite/driver.ts';
import { health } from '../../lib/dialects/sqlite/health.ts';
import { identify } from '../../lib/dialects/sqlite/identify.ts';
import { measure } from '../../lib/dialects/sqlite/measure.ts';
import { scan } from '../../lib/dialects/sqlite/rules.ts';
import { classify } from '../../lib/dialects/sqlite/scan.ts';
import { splitStatements } from '../../lib/sql/index.ts';
import { Secret } from '../../lib/target/index.ts';
import { spec } from '../helpers/spec.ts';
import { makeFile, temporaryFolder, timeouts, withSession } from '../helpers/sqlite-file.ts';

let folder = '';
let count = 0;

const newRoot = (): string => {
  count += 1;
  const root = path.join(folder, `project${count}`);
  mkdirSync(root);
  return root;
};

const verdict = async (id: string, context: CheckContext): Promise<Verdict> => {
  const check = checks.find((one) => one.id === id);
  if (!check) throw new Error(`no check ${id}`);
  return check.run(context);
};

const contextOf = async (
  root: string,
  url: string,
  session: Session | null,
  rest: Partial<CheckContext> = {},
): Promise<CheckContext> => ({
  address: parseAddress(new Secret(url), root),
  session,
  identity: session && (await identify(session)),
  timeouts,
  create: false,
  root,
  touched: [],
  toolLock: null,
  ...rest,
});

/** Runs one check on a file of its own with an open reading session. */
const onFile = async (id: string, sql: string, rest: Partial<CheckContext> = {}): Promise<Verdict> => {
  const root = newRoot();
  await makeFile(root, 'dev.db', sql);
  const session = await connect(parseAddress(new Secret('file:dev.db'), root), { mode: 'read', timeouts });
  try {
    return await verdict(id, await contextOf(root, 'file:dev.db', session, rest));
  } finally {
    await session.close();
  }
};

spec('sqlite checks', ({ test, before }) => {
  before(async () => {
    folder = await temporaryFolder();
  });

  test('a healthy file passes every check, and each failure would bring a remedy', async () => {
    for (const { id } of checks) {
      const { status, message } = await onFile(id, 'CREATE TABLE t (a)');
      assert.is(status, 'ok', `${id}: ${message}`);
    }
    assert.is(new Set(checks.map(({ id }) => id)).size, checks.length);
  });

  test('without a database no check fails but the one that says so', async () => {
    const root = newRoot();
    for (const { id } of checks) {
      const { status, code, remedy } = await verdict(id, await contextOf(root, 'file:sub/dev.db', null));
      if (id === 'sqlite-file') {
        assert.is(status, 'failed');
        assert.is(code, 'DATABASE_MISSING');
        assert.ok(remedy?.some((line) => line.startsWith('$ ')));
      } else {
        assert.ok(['ok', 'skipped'].includes(status), id);
      }
    }
    const allowed = await verdict(
      'sqlite-file',
      await contextOf(root, 'file:sub/dev.db', null, { create: true }),
    );
    assert.is(allowed.status, 'ok');
    assert.match(allowed.message, /will be created\. Its folder .* made too/);
    assert.ok(allowed.message.includes(path.join(root, 'sub/dev.db')));
  });

  test('an empty file may be the work of a wrong path', async () => {
    const root = newRoot();
    writeFileSync(path.join(root, 'dev.db'), '');
    const found = await verdict('sqlite-file', await contextOf(root, 'file:dev.db', null));
    assert.is(found.status, 'warning');
    assert.match(found.message, /0 bytes/);
  });

  test('the same relative URL from another folder is another file', async () => {
    const root = newRoot();
    mkdirSync(path.join(root, 'schema'));
    const own = await makeFile(root, 'dev.db', 'CREATE TABLE t (a)');
    const other = await makeFile(path.join(root, 'schema'), 'dev.db', 'CREATE TABLE t (a)');
    const found = await verdict('sqlite-namesakes', await contextOf(root, 'file:./dev.db', null));
    assert.is(found.status, 'warning');
    assert.ok(found.message.includes(own) && found.message.includes(other));
    assert.is((await verdict('sqlite-namesakes', await contextOf(root, `file:${own}`, null))).status, 'ok');
  });

  test('journal mode and what lies beside the file are told', async () => {
    const wal = await onFile('sqlite-journal', 'PRAGMA journal_mode=WAL; CREATE TABLE t (a)');
    assert.is(wal.status, 'warning');
    assert.match(wal.message, /even idle/);
    const root = newRoot();
    const file = await makeFile(root, 'dev.db', 'CREATE TABLE t (a)');
    writeFileSync(`${file}-journal`, 'x');
    const hot = await verdict('sqlite-journal', await contextOf(root, 'file:dev.db', null));
    assert.is(hot.status, 'warning');
    assert.equal(hot.facts, { journalMode: 'unknown', '-journal': 1 });
    assert.match(hot.remedy?.join(' ') ?? '', /Never delete the journal/);
  });

  for (const mode of ['DELETE', 'WAL']) {
    test(`${mode}: asking for the write lock changes no byte and no time of any file`, async () => {
      const root = newRoot();
      const file = await makeFile(root, 'dev.db', `PRAGMA journal_mode=${mode}; CREATE TABLE t (a)`);
      await withSession(file, 'write', async (application) => {
        await application.execute('INSERT INTO t VALUES (1)');
        const session = await connect(parseAddress(new Secret('file:dev.db'), root), {
          mode: 'read',
          timeouts,
        });
        const context = await contextOf(root, 'file:dev.db', session);
        const names = mode === 'WAL' ? [file, `${file}-wal`] : [file];
        const state = () => names.map((name) => [readFileSync(name).toString('hex'), statSync(name).mtimeMs]);
        // Only the engine's own handles may be closed here while it holds locks; none are held now.
        const earlier = state();
        assert.is((await verdict('sqlite-busy', context)).status, 'ok');
        assert.equal(state(), earlier);
        await application.execute('BEGIN IMMEDIATE');
        const busy = await verdict('sqlite-busy', context);
        await application.execute('ROLLBACK');
        assert.is(busy.status, 'failed');
        assert.is(busy.code, 'LOCK_HELD');
        await session.close();
      });
    });
  }

  test('a WAL that a dead application left is not folded into the file by the question', async () => {
    const root = newRoot();
    const file = await makeFile(root, 'dev.db', 'PRAGMA journal_mode=WAL; CREATE TABLE t (a)');
    const driver = path.resolve('node_modules', DRIVER);
    const script = `const d = new (require(${JSON.stringify(driver)}))(${JSON.stringify(file)}); d.exec('INSERT INTO t VALUES (1)'); process.kill(process.pid, 'SIGKILL');`;
    await once(spawn(process.execPath, ['-e', script]), 'exit');
    const wal = readFileSync(`${file}-wal`);
    assert.ok(wal.length > 0);
    const bytes = readFileSync(file);
    const session = await connect(parseAddress(new Secret('file:dev.db'), root), { mode: 'read', timeouts });
    assert.equal(await session.query('SELECT a FROM t'), [{ a: 1 }]);
    assert.is((await verdict('sqlite-busy', await contextOf(root, 'file:dev.db', session))).status, 'ok');
    await session.close();
    assert.ok(readFileSync(file).equals(bytes));
    assert.ok(readFileSync(`${file}-wal`).equals(wal));
  });

  test('orphans are counted by table, leftovers named, damage failed', async () => {
    const orphans = await onFile(
      'sqlite-orphans',
      'CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (x REFERENCES p); PRAGMA foreign_keys=OFF; INSERT INTO c VALUES (1), (2)',
    );
    assert.is(orphans.status, 'warning');
    assert.equal(orphans.facts, { orphans: { 'c -> p': 2 } });
    const leftovers = await onFile(
      'sqlite-leftovers',
      'CREATE TABLE a (x); CREATE TABLE new_a (x); CREATE TABLE new_things (x); CREATE TABLE _some_tmp_b (x)',
    );
    assert.equal(leftovers.facts, { tables: ['_some_tmp_b', 'new_a'] });
  });

  test('large files are not read through where the probe timeout would not do', async () => {
    const sql =
      'CREATE TABLE t (id INTEGER PRIMARY KEY, a); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) INSERT INTO t (a) SELECT zeroblob(200) FROM n';
    const short = { ...timeouts, probeMs: 1 };
    assert.is((await onFile('sqlite-integrity', sql, { timeouts: short })).status, 'skipped');
    const root = newRoot();
    await makeFile(root, 'dev.db', sql);
    const address = parseAddress(new Secret('file:dev.db'), root);
    for (const [probeMs, exact] of [
      [2_000, true],
      [1, false],
    ] as const) {
      const session = await connect(address, { mode: 'read', timeouts: { ...timeouts, probeMs } });
      const sizes = await measure(session, [
        { namespace: null, name: 'T' },
        { namespace: null, name: 'absent' },
      ]);
      assert.is(sizes.length, 1);
      assert.is(sizes[0]?.rows, 1_000);
      assert.is(sizes[0]?.exact, exact);
      assert.is(sizes[0]?.bytes === null, !exact);
      await session.close();
    }
  });

  test('statistics estimate a large table without a rowid', async () => {
    const root = newRoot();
    const file = await makeFile(
      root,
      'dev.db',
      `CREATE TABLE t (a INT PRIMARY KEY, b) WITHOUT ROWID;
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO t SELECT i, zeroblob(100) FROM n; ANALYZE;`,
    );
    const session = await connect(parseAddress(new Secret(`file:${file}`), root), {
      mode: 'read',
      timeouts: { ...timeouts, probeMs: 1 },
    });
    assert.equal(await measure(session, [{ namespace: null, name: 't' }]), [
      { namespace: null, name: 't', rows: 2_000, exact: false, bytes: null },
    ]);
    await session.close();
  });

  test('the mount that holds a path is found, and shared ones are known', () => {
    const mounts =
      'rootfs / rootfs rw 0 0\n/dev/sda / ext4 rw 0 0\nsrv:/x /mnt/my\\040share nfs4 rw 0 0\n//h/s /mnt/my cifs rw 0 0\nu@h: /mnt/s fuse.sshfs rw 0 0\n';
    assert.equal(mountOf(mounts, '/home/a.db'), { point: '/', type: 'ext4' });
    assert.equal(mountOf(mounts, '/mnt/my share/a.db'), { point: '/mnt/my share', type: 'nfs4' });
    assert.equal(mountOf(mounts, '/mnt/myth/a.db'), { point: '/', type: 'ext4' });
    assert.is(mountOf('', '/a'), null);
    for (const type of ['nfs', 'nfs4', 'cifs', 'smb3', '9p', 'fuse.sshfs'])
      assert.ok(isShared({ point: '/', type }), type);
    for (const type of ['ext4', 'xfs', 'btrfs', 'overlay', 'tmpfs', 'apfs', 'fuse.fuseblk'])
      assert.not(isShared({ point: '/', type }), type);
  });

  if (process.getuid?.() !== 0) {
    test('what cannot be written is failed', async () => {
      const root = newRoot();
      chmodSync(await makeFile(root, 'dev.db', 'CREATE TABLE t (a)'), 0o400);
      assert.is(
        (await verdict('sqlite-permissions', await contextOf(root, 'file:dev.db', null))).code,
        'CONNECT_PERMISSION',
      );
    });
  }

  test('health names orphans, damage, leftovers, and what does not compile', async () => {
    const file = await makeFile(
      newRoot(),
      'ill.db',
      `CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (x REFERENCES p); CREATE TABLE new_c (x);
       CREATE TABLE g (a); CREATE VIEW good AS SELECT "text" AS x FROM p; CREATE VIEW bad AS SELECT nope FROM nowhere;
       CREATE TRIGGER fine AFTER INSERT ON p BEGIN SELECT "text"; END;
       CREATE TRIGGER wrong AFTER UPDATE ON g BEGIN INSERT INTO nowhere VALUES (1); END;
       PRAGMA foreign_keys=OFF; INSERT INTO c VALUES (1), (2), (3);`,
    );
    await withSession(file, 'read', async (session) => {
      const found = await health(session);
      assert.equal(
        found.map(({ code, subject, count: rows }) => `${code} ${subject} ${rows}`),
        [
          'orphans table c 3',
          'stale-rebuild-table table new_c 1',
          'broken-view view bad 1',
          'broken-trigger table g 1',
        ],
      );
      assert.ok(found.every(({ remedy, message }) => remedy && message));
    });
  });

  test('health names damage', async () => {
    const file = await makeFile(
      newRoot(),
      'damaged.db',
      'CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 2), (3, 4);',
    );
    await withSession(file, 'write', async (session) => {
      const handle = handleOf(session);
      handle.unsafeMode(true);
      handle.pragma('writable_schema = ON');
      handle.exec(
        "CREATE INDEX j ON t (a); UPDATE sqlite_schema SET sql = 'CREATE INDEX j ON t (b)' WHERE name = 'j'",
      );
    });
    await withSession(file, 'read', async (session) => {
      assert.equal(
        (await health(session)).map(({ code }) => code),
        ['damaged'],
      );
    });
  });

  for (const [text, kind, verb, transactional, tables] of [
    ['CREATE TABLE a (x REFERENCES b)', 'ddl', 'CREATE TABLE', true, ['a', 'b']],
    ['CREATE UNIQUE INDEX i ON a (x)', 'ddl', 'CREATE UNIQUE INDEX', true, ['a']],
    ['ALTER TABLE a RENAME TO b', 'ddl', 'ALTER TABLE', true, ['a', 'b']],
    ['DROP TABLE IF EXISTS a', 'ddl', 'DROP TABLE', true, ['a']],
    ['DROP INDEX i', 'ddl', 'DROP INDEX', true, []],
    ['CREATE VIEW v AS SELECT * FROM a JOIN b', 'ddl', 'CREATE VIEW', true, ['a', 'b']],
    [
      'CREATE TRIGGER x AFTER INSERT ON a BEGIN DELETE FROM b; END',
      'ddl',
      'CREATE TRIGGER',
      true,
      ['a', 'b'],
    ],
    ['CREATE VIRTUAL TABLE f USING fts5(x)', 'ddl', 'CREATE VIRTUAL TABLE', true, ['f']],
    ['INSERT INTO a SELECT * FROM b', 'dml', 'INSERT', true, ['a', 'b']],
    ['WITH w AS (SELECT * FROM b) UPDATE a SET x = (SELECT x FROM w)', 'dml', 'WITH', true, ['b', 'a']],
    ['DELETE FROM "A b" WHERE x IN c', 'dml', 'DELETE', true, ['A b', 'c']],
    ['REPLACE INTO a VALUES (1)', 'dml', 'REPLACE', true, ['a']],
    ['SELECT 1', 'query', 'SELECT', true, []],
    ['EXPLAIN QUERY PLAN SELECT * FROM a', 'query', 'EXPLAIN', true, ['a']],
    ['BEGIN', 'transaction', 'BEGIN', false, []],
    ['SAVEPOINT s', 'transaction', 'SAVEPOINT', true, []],
    ['PRAGMA foreign_keys=OFF', 'session', 'PRAGMA', false, []],
    ['PRAGMA journal_mode=WAL', 'session', 'PRAGMA', false, []],
    ['PRAGMA foreign_key_check', 'session', 'PRAGMA', true, []],
    ["ATTACH 'x' AS y", 'session', 'ATTACH', false, []],
    ['VACUUM', 'ddl', 'VACUUM', false, []],
    ['SELEC 1', 'opaque', '', true, []],
  ] as const) {
    test(`classify: ${text}`, () => {
      const [statement] = splitStatements(text, { file: 'x', rules: scan });
      if (!statement) throw new Error('no statement');
      const said = classify(statement);
      assert.is(said.kind, kind);
      assert.is(said.verb, verb);
      assert.is(said.transactional, transactional);
      assert.equal(
        said.tables.map(({ name }) => name),
        tables,
      );
      assert.is(said.opaque !== undefined, kind === 'opaque');
    });
  }
});
