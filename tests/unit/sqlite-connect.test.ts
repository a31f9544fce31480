import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { addressOf, parseAddress } from '../../lib/dialects/sqlite/address.ts';
import { fileExists } from '../../lib/dialects/sqlite/connect/opening.ts';
import { connect } from '../../lib/dialects/sqlite/connect.ts';
import { DRIVER } from '../../lib/dialects/sqlite/driver.ts';
import { explain } from '../../lib/dialects/sqlite/explain.ts';
import { identify, same } from '../../lib/dialects/sqlite/identify.ts';
import { DbsyncError, type ErrorCode } from '../../lib/errors/index.ts';
import { openSecret, Secret } from '../../lib/target/index.ts';
import { spec } from '../helpers/spec.ts';
import { makeFile, temporaryFolder, timeouts, withSession } from '../helpers/sqlite-file.ts';

const ADDRESSES: readonly (readonly [url: string, file: string])[] = [
  ['file:./dev.db', '/project/dev.db'],
  ['file:dev.db', '/project/dev.db'],
  ['file:../dev.db', '/dev.db'],
  ['file:/abs/dev.db', '/abs/dev.db'],
  ['file:///abs/dev.db', '/abs/dev.db'],
  ['file://localhost/abs/dev.db', '/abs/dev.db'],
  ['file:///abs/my%20dev.db', '/abs/my dev.db'],
  ['file:./my dev.db', '/project/my dev.db'],
  ['file:./dev.db?connection_limit=1&socket_timeout=10', '/project/dev.db'],
  ['file:dev.db?mode=rw', '/project/dev.db'],
  ['sqlite:dev.db', '/project/dev.db'],
  ['sqlite:./dev.db', '/project/dev.db'],
  ['sqlite:///dev.db', '/project/dev.db'],
  ['sqlite:////abs/dev.db', '/abs/dev.db'],
  ['sqlite+aiosqlite:///sub/dev.db', '/project/sub/dev.db'],
  ['SQLITE:///dev.db', '/project/dev.db'],
];

const REFUSED: readonly (readonly [url: string, code: ErrorCode])[] = [
  ['', 'URL_INVALID'],
  ['dev.db', 'URL_INVALID'],
  ['/abs/dev.db', 'URL_INVALID'],
  ['file:', 'URL_INVALID'],
  ['file:?mode=rw', 'URL_INVALID'],
  ['file:folder/', 'URL_INVALID'],
  ['file::memory:', 'URL_INVALID'],
  ['file::memory:?cache=shared', 'URL_INVALID'],
  ['file:dev.db?mode=memory', 'URL_INVALID'],
  ['sqlite://', 'URL_INVALID'],
  ['sqlite:///:memory:', 'URL_INVALID'],
  ['sqlite://host/dev.db', 'URL_INVALID'],
  ['file://host/dev.db', 'URL_INVALID'],
  ['file:///a%ZZ', 'URL_INVALID'],
  ['postgres://u:s3cret@h/db', 'URL_PROVIDER_MISMATCH'],
  ['mysql://u:s3cret@h/db', 'URL_PROVIDER_MISMATCH'],
  ['libsql://x.turso.io', 'URL_PROVIDER_MISMATCH'],
];

const codeOf = async (work: () => unknown): Promise<string> => {
  try {
    await work();
    return 'no error';
  } catch (error) {
    assert.instance(error, DbsyncError);
    return error instanceof DbsyncError ? error.code : '';
  }
};

let folder = '';
const open = (file: string, mode: 'read' | 'write') => connect(addressOf(file, folder), { mode, timeouts });

spec('sqlite connect', ({ test, skip, before }) => {
  before(async () => {
    folder = await temporaryFolder();
  });

  for (const [url, file] of ADDRESSES) {
    test(`address: ${url}`, () => {
      const address = parseAddress(new Secret(url), '/project');
      assert.is(address.file, file);
      assert.is(address.display, file);
      assert.is(openSecret(address.url), `file:${file}`);
      assert.is(parseAddress(address.url, '/elsewhere').file, file, 'its own URL leads back to it');
    });
  }

  for (const [url, code] of REFUSED) {
    test(`refused: ${url || 'nothing'}`, async () => {
      assert.is(await codeOf(() => parseAddress(new Secret(url), '/project')), code);
      try {
        parseAddress(new Secret(url), '/project');
      } catch (error) {
        assert.not.match(`${error} ${JSON.stringify(error)}`, /s3cret/);
      }
    });
  }

  test('a missing file is never created, in either mode', async () => {
    const file = path.join(folder, 'missing.db');
    assert.is(await codeOf(() => open(file, 'read')), 'DATABASE_MISSING');
    assert.is(await codeOf(() => open(file, 'write')), 'DATABASE_MISSING');
    assert.is(await codeOf(() => open(path.join(folder, 'no', 'such', 'x.db'), 'write')), 'DATABASE_MISSING');
    assert.not(existsSync(file));
    assert.is(await fileExists(file), false);
  });

  test('what is no database is said to be none', async () => {
    const text = path.join(folder, 'text.db');
    writeFileSync(text, 'this is not a database, but it is long enough to look at. '.repeat(20));
    assert.is(await codeOf(() => open(text, 'read')), 'DATABASE_UNUSABLE');
    assert.is(await codeOf(() => open(folder, 'read')), 'DATABASE_UNUSABLE');
    const file = await makeFile(folder, 'whole.db', 'CREATE TABLE t (a); CREATE TABLE u (a);');
    const bytes = readFileSync(file);
    bytes.fill(0xff, 100, 2_000);
    const damaged = path.join(folder, 'damaged.db');
    writeFileSync(damaged, bytes);
    assert.is(await codeOf(() => open(damaged, 'read')), 'DATABASE_UNUSABLE');
  });

  if (process.getuid?.() === 0) {
    test('a file that another user may not read is CONNECT_PERMISSION', async () => {
      const file = await makeFile(folder, 'secret.db', 'CREATE TABLE t (a)');
      chmodSync(folder, 0o755);
      chmodSync(file, 0o600);
      const script = `import { connect } from ${JSON.stringify(path.resolve('lib/dialects/sqlite/connect.ts'))};
        import { addressOf } from ${JSON.stringify(path.resolve('lib/dialects/sqlite/address.ts'))};
        process.setgid(65534); process.setuid(65534);
        for (const mode of ['read', 'write']) await connect(addressOf(${JSON.stringify(file)}, '/'), { mode, timeouts: ${JSON.stringify(timeouts)} }).then(() => console.log('opened'), (error) => console.log(error.code));`;
      const child = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
        encoding: 'utf8',
      });
      assert.is(child.stdout, 'CONNECT_PERMISSION\nCONNECT_PERMISSION\n', child.stderr);
    });
  } else {
    skip('a file that another user may not read is CONNECT_PERMISSION', 'needs root to become another user');
  }

  test('a reading session cannot write, and leaves every byte as it was', async () => {
    const file = await makeFile(folder, 'read.db', 'CREATE TABLE t (a); INSERT INTO t VALUES (1)');
    const bytes = readFileSync(file);
    await withSession(file, 'read', async (session) => {
      for (const sql of [
        'INSERT INTO t VALUES (2)',
        'CREATE TABLE u (a)',
        'PRAGMA user_version = 7',
        'DROP TABLE t',
        'PRAGMA journal_mode = WAL',
      ]) {
        await session.execute(sql).then(
          () => {},
          () => {},
        );
      }
      await session.script('PRAGMA query_only = OFF');
      const error = await session.execute('INSERT INTO t VALUES (2)').then(() => null, explain);
      assert.match(error?.code ?? '', /^SQLITE_READONLY/);
    });
    assert.ok(readFileSync(file).equals(bytes));
  });

  test('values: big integers, blobs, booleans and declared types survive', async () => {
    const file = await makeFile(
      folder,
      'values.db',
      'CREATE TABLE t (i BIGINT, r REAL, s VARCHAR(9), b BLOB, d DATETIME)',
    );
    await withSession(file, 'write', async (session) => {
      const big = 9_007_199_254_740_993n;
      await session.query('INSERT INTO t VALUES (?, ?, ?, ?, ?)', [
        big,
        1.5,
        true,
        Buffer.from([1, 2]),
        1_700_000_000_000,
      ]);
      const [row] = await session.query('SELECT *, typeof(d) AS kind FROM t');
      assert.is(row?.i, big);
      assert.is(row?.r, 1.5);
      assert.is(row?.s, '1');
      assert.equal(row?.b, Buffer.from([1, 2]));
      assert.is(row?.d, 1_700_000_000_000);
      assert.is(row?.kind, 'integer');
      const raw = await session.raw('SELECT i, s AS x, 1 + 1 AS y FROM t WHERE r = ?', [1.5]);
      assert.equal(raw.columns, [
        { name: 'i', type: 'BIGINT' },
        { name: 'x', type: 'VARCHAR(9)' },
        { name: 'y', type: null },
      ]);
      assert.equal(raw.rows, [[big, '1', 2]]);
      assert.is((await session.raw('UPDATE t SET r = 2')).affected, 1);
      assert.is(await session.execute('DELETE FROM t'), 1);
      assert.is(await session.execute('CREATE TABLE u (a)'), 0);
    });
  });

  test('connections have the settings that the application has', async () => {
    const file = await makeFile(folder, 'settings.db', 'CREATE TABLE t (a)');
    await withSession(file, 'write', async (session) => {
      for (const [name, expected] of [
        ['foreign_keys', 1],
        ['recursive_triggers', 0],
        ['busy_timeout', timeouts.lockMs],
      ] as const) {
        assert.is(Object.values((await session.query(`PRAGMA ${name}`))[0] ?? {})[0], expected, name);
      }
      await session.limit({ lockMs: 42 });
      assert.is(Object.values((await session.query('PRAGMA busy_timeout'))[0] ?? {})[0], 42);
    });
  });

  test('identity follows the file, not the path', async () => {
    const project = path.join(folder, 'project');
    mkdirSync(path.join(project, 'db'), { recursive: true });
    const file = await makeFile(path.join(project, 'db'), 'app.db', 'CREATE TABLE t (a)');
    const other = await makeFile(folder, 'other.db', 'CREATE TABLE t (a)');
    linkSync(file, path.join(folder, 'hard.db'));
    symlinkSync(file, path.join(project, 'soft.db'));
    const identityOf = async (name: string) => {
      const session = await connect(addressOf(name, project), { mode: 'read', timeouts });
      try {
        return await identify(session);
      } finally {
        await session.close();
      }
    };
    const own = await identityOf(file);
    assert.is(own.identity, 'sqlite:db/app.db');
    assert.is(own.product, 'SQLite');
    assert.equal(own.versionNumbers, own.version.split('.').map(Number));
    assert.is(own.facts.journal_mode, 'delete');
    assert.is(own.facts.wal, false);
    assert.is((await identityOf(path.join(project, 'soft.db'))).identity, own.identity);
    assert.ok(same(own, await identityOf(path.join(project, 'soft.db'))));
    assert.ok(same(own, await identityOf(path.join(folder, 'hard.db'))));
    assert.not(same(own, await identityOf(other)));
    assert.is((await identityOf(other)).identity, `sqlite:${other}`);
  });

  test('a file that another process holds exclusively is said to be locked', async () => {
    const file = await makeFile(folder, 'held.db', 'CREATE TABLE t (a)');
    await withSession(file, 'write', async (other) => {
      await other.execute('BEGIN EXCLUSIVE');
      assert.is(await codeOf(() => open(file, 'read')), 'LOCK_HELD');
      await other.execute('ROLLBACK');
    });
  });

  test('a file that an interrupted write left is not repaired in passing by a reading session', async () => {
    const file = await makeFile(folder, 'hot.db', 'CREATE TABLE t (a)');
    const script = `const d = new (require(${JSON.stringify(path.resolve('node_modules', DRIVER))}))(${JSON.stringify(file)});
      d.pragma('cache_size = 2'); d.exec('BEGIN');
      for (let i = 0; i < 200; i++) d.exec("INSERT INTO t VALUES (zeroblob(4000))");
      process.kill(process.pid, 'SIGKILL');`;
    spawnSync(process.execPath, ['-e', script]);
    assert.ok(statSync(`${file}-journal`).size > 0);
    const bytes = readFileSync(file);
    assert.is(await codeOf(() => open(file, 'read')), 'DATABASE_UNUSABLE');
    assert.ok(readFileSync(file).equals(bytes));
    await withSession(file, 'write', async (session) => {
      assert.equal(
        await session.query('SELECT count(*) AS n FROM t'),
        [{ n: 0 }],
        'a writing one undoes the interrupted write',
      );
    });
  });

  test('without the driver the remedy is its installation', () => {
    const hook = `export const resolve = (name, context, next) => { if (name === ${JSON.stringify(DRIVER)}) throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' }); return next(name, context); };`;
    const script = `import { register } from 'node:module';
      register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hook)}));
      const { connect } = await import(${JSON.stringify(path.resolve('lib/dialects/sqlite/connect.ts'))});
      const { addressOf } = await import(${JSON.stringify(path.resolve('lib/dialects/sqlite/address.ts'))});
      await connect(addressOf(${JSON.stringify(path.resolve('package.json'))}, '/'), { mode: 'read', timeouts: ${JSON.stringify(timeouts)} }).catch((error) => console.log(error.code, error.next[0]));`;
    const child = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    assert.is(child.stdout, 'DRIVER_MISSING $ npm install --include=optional\n', child.stderr);
  });
});
