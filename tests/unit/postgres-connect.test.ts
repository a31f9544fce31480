// Connecting to PostgreSQL: sessions that cannot write, settings that hold, and every failure told apart.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { connect, createDatabase, exists } from '../../lib/dialects/postgres/connect.ts';
import { explain } from '../../lib/dialects/postgres/explain.ts';
import { identify, same } from '../../lib/dialects/postgres/identify.ts';
import { DbsyncError } from '../../lib/errors/index.ts';
import {
  addressOf,
  NO_SERVER,
  startEveryPostgres,
  type TestServer,
  TIMEOUTS,
  withSession,
} from '../helpers/postgres.ts';
import { spec } from '../helpers/spec.ts';

const servers = await startEveryPostgres();
const scratch = mkdtempSync(path.join(os.tmpdir(), 'dbsync-test-'));

const failure = async (url: string, connectMs = 3000): Promise<DbsyncError> => {
  try {
    const session = await connect(addressOf(url), { mode: 'read', timeouts: { ...TIMEOUTS, connectMs } });
    await session.close();
  } catch (error) {
    if (error instanceof DbsyncError) return error;
    throw error;
  }
  throw new Error('the connection succeeded');
};

const withUrl = (url: string, change: Partial<Pick<URL, 'username' | 'password' | 'hostname'>>): string =>
  Object.assign(new URL(url), change).href;

const loginUrl = (url: string, username: string, password: string): string =>
  withUrl(url, { username, password });

const expectCode = async (url: string, code: string, connectMs?: number): Promise<void> => {
  const error = await failure(url, connectMs);
  assert.is(error.code, code, `${error.message} ${error.why}`);
  assert.ok(error.next.length > 0);
  const password = new URL(url).password;
  if (password)
    assert.not.ok(
      `${error.message} ${error.why} ${error.next.join()}`.includes(decodeURIComponent(password)),
    );
};

/** A self-signed CA and a server certificate for "localhost" only; null where there is no openssl. */
const certificates = (): { readonly ca: string } | null => {
  try {
    const run = (...args: string[]): void =>
      void execFileSync('openssl', args, { cwd: scratch, stdio: 'ignore' });
    run(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      'ca.key',
      '-out',
      'ca.pem',
      '-days',
      '2',
      '-subj',
      '/CN=test ca',
    );
    run(
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      'server.key',
      '-out',
      'server.csr',
      '-subj',
      '/CN=localhost',
    );
    run(
      'x509',
      '-req',
      '-in',
      'server.csr',
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-out',
      'server.pem',
      '-days',
      '2',
    );
    return { ca: path.join(scratch, 'ca.pem') };
  } catch {
    return null;
  }
};

/** Gives the server a certificate by SQL alone, and reloads it. */
const enableTls = async (server: TestServer): Promise<void> => {
  await withSession(server.url, async (session) => {
    const [row] = await session.query('SHOW data_directory');
    const folder = String(row?.data_directory);
    for (const name of ['server.pem', 'server.key']) {
      const text = readFileSync(path.join(scratch, name), 'utf8');
      await session.execute(
        `COPY (SELECT unnest(string_to_array('${text.trim()}', E'\\n'))) TO '${path.join(folder, name)}'`,
      );
      await session.execute(`COPY (SELECT 1) TO PROGRAM 'chmod 600 ${path.join(folder, name)}'`);
    }
    await session.execute(`ALTER SYSTEM SET ssl_cert_file = 'server.pem'`);
    await session.execute(`ALTER SYSTEM SET ssl_key_file = 'server.key'`);
    await session.execute('ALTER SYSTEM SET ssl = on');
    await session.query('SELECT pg_reload_conf()');
  });
  await sleep(500);
};

const isEncrypted = (url: string): Promise<boolean> =>
  withSession(url, async (session) => {
    const [row] = await session.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
    return row?.ssl === true;
  });

spec('postgres connect', ({ test, skip, after }) => {
  after(async () => {
    for (const server of servers) await server.stop();
    rmSync(scratch, { recursive: true, force: true });
  });
  const [server] = servers;
  if (!server) {
    skip('everything', NO_SERVER);
    return;
  }
  const { url } = server;

  test('a read session refuses every write, also in a transaction of its own', async () => {
    const database = await server.createDatabase();
    await withSession(database, (session) => session.execute('CREATE TABLE t (a int)'));
    await withSession(
      database,
      async (session) => {
        for (const sql of [
          'CREATE TABLE u (a int)',
          'INSERT INTO t VALUES (1)',
          'DROP TABLE t',
          'BEGIN; DELETE FROM t',
          `SELECT setval('x', 1)`,
        ]) {
          const message = await session.script(sql).then(
            () => '',
            (error: unknown) => explain(error).message,
          );
          assert.match(message, /read-only|does not exist/, sql);
          await session.script('ROLLBACK');
        }
      },
      'read',
    );
  });

  test('settings: UTC, time limits, name, and the schema of the URL, whatever it is called', async () => {
    const database = await server.createDatabase();
    const name = 'we"ird; DROP SCHEMA x';
    await withSession(`${database}?schema=${encodeURIComponent(name)}`, async (session) => {
      await session.execute(`CREATE SCHEMA "we""ird; DROP SCHEMA x"`);
      await session.execute('CREATE TABLE here (a int)');
      const [row] = await session.query(
        `SELECT current_setting('TimeZone') z, current_setting('lock_timeout') l, current_setting('statement_timeout') s,
          current_setting('application_name') a, (SELECT schemaname FROM pg_tables WHERE tablename = 'here') n`,
      );
      assert.equal(row, { z: 'UTC', l: '5s', s: '1min', a: 'dbsync', n: name });
      await session.limit({ lockMs: 250, statementMs: 0 });
      const [now] = await session.query(
        `SELECT current_setting('lock_timeout') l, current_setting('statement_timeout') s`,
      );
      assert.equal(now, { l: '250ms', s: '0' });
    });
  });

  test('rows as objects, rows as text with type numbers, and how many rows changed', async () => {
    await withSession(await server.createDatabase(), async (session) => {
      assert.equal(await session.query('SELECT $1::int AS n, NULL AS x', [5]), [{ n: 5, x: null }]);
      const raw = await session.raw('SELECT $1::bigint AS n, true AS yes', ['9007199254740993']);
      assert.equal(raw.rows, [['9007199254740993', 't']]);
      assert.equal(raw.columns, [
        { name: 'n', type: 20 },
        { name: 'yes', type: 16 },
      ]);
      assert.is(await session.execute('CREATE TABLE t AS SELECT generate_series(1, 3) AS a'), null);
      assert.is(await session.execute('UPDATE t SET a = a + 1 WHERE a > 1'), 2);
      assert.is(await session.execute('SELECT * FROM t'), null);
    });
  });

  test('cancel ends what runs; the session lives on', async () => {
    await withSession(url, async (session) => {
      const running = session.query('SELECT pg_sleep(30)').then(
        () => 'slept',
        (error: unknown) => explain(error).code,
      );
      await sleep(200);
      await session.cancel();
      assert.is(await running, '57014');
      assert.equal(await session.query('SELECT 1 AS one'), [{ one: 1 }]);
    });
  });

  test('errors: place in characters, lock timeout, lost connection', async () => {
    const database = await server.createDatabase();
    await withSession(database, async (session) => {
      const sql = `SELECT 'ümläut', nothere FROM pg_class`;
      const syntax = await session.query(sql).catch((error: unknown) => explain(error));
      assert.is('position' in syntax && syntax.position, sql.indexOf('nothere'));
      assert.is('code' in syntax && syntax.code, '42703');
      await session.execute('CREATE TABLE t (a int)');
      await session.script('BEGIN; LOCK TABLE t');
      await withSession(database, async (other) => {
        await other.limit({ lockMs: 100 });
        const waited = await other.query('SELECT * FROM t').catch((error: unknown) => explain(error));
        assert.is('lockTimeout' in waited && waited.lockTimeout, true);
      });
      await session.script('ROLLBACK');
      const [me] = await session.query('SELECT pg_backend_pid() AS pid');
      await withSession(url, (other) => other.query('SELECT pg_terminate_backend($1)', [me?.pid]));
      await sleep(100);
      const lost = await session.query('SELECT 1').catch((error: unknown) => explain(error));
      assert.is('connectionLost' in lost && lost.connectionLost, true);
    });
  });

  test('identity: the same database by two addresses, another one by its number', async () => {
    const database = await server.createDatabase();
    const one = await withSession(database, identify, 'read');
    const two = await withSession(withUrl(database, { hostname: 'localhost' }), identify, 'read');
    const other = await withSession(url, identify, 'read');
    assert.match(one.identity, /^pg:\d{15,}:\d+$/);
    assert.ok(same(one, two));
    assert.not.ok(same(one, other));
    assert.is(one.versionNumbers[0], server.major);
    assert.is(one.facts.in_recovery, false);
  });

  test('a role that may not read the control file still has an identity, and it is told', async () => {
    const database = await server.createDatabase();
    await withSession(database, (session) =>
      session.script(
        `CREATE ROLE weak LOGIN PASSWORD 'weak'; REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC`,
      ),
    );
    const weak = await withSession(loginUrl(database, 'weak', 'weak'), identify, 'read');
    assert.is(weak.facts.identity_weak, true);
    assert.match(weak.identity, /^pg:127\.0\.0\.1:\d+:\d+$/);
  });

  test('exists and create', async () => {
    const wanted = `${server.urlOf('made "by" test')}?schema=inner`;
    assert.is(await exists(addressOf(wanted), TIMEOUTS), false);
    await createDatabase(addressOf(wanted), TIMEOUTS);
    assert.is(await exists(addressOf(wanted), TIMEOUTS), true);
    const rows = await withSession(wanted, (session) =>
      session.query(`SELECT 1 FROM pg_namespace WHERE nspname = 'inner'`),
    );
    assert.is(rows.length, 1);
  });

  test('DATABASE_MISSING', () => expectCode(server.urlOf('nothere'), 'DATABASE_MISSING'));
  test('CONNECT_AUTH: wrong password', () =>
    expectCode(withUrl(url, { password: 'wrongpassword' }), 'CONNECT_AUTH'));
  test('CONNECT_AUTH: no password', () => expectCode(withUrl(url, { password: '' }), 'CONNECT_AUTH'));
  test('CONNECT_AUTH: unknown role', () =>
    expectCode(withUrl(url, { username: 'nobodyatall' }), 'CONNECT_AUTH'));
  test('CONNECT_DNS', () => expectCode('postgresql://a:secretpw@nothere.invalid/d', 'CONNECT_DNS', 15_000));
  test('CONNECT_REFUSED', () => expectCode('postgresql://a:secretpw@127.0.0.1:1/d', 'CONNECT_REFUSED'));
  test('CONNECT_REFUSED: no socket', () =>
    expectCode('postgresql://a:secretpw@localhost/d?host=/nothere', 'CONNECT_REFUSED'));
  test('CONNECT_TLS: a server without it', () => expectCode(`${url}?sslmode=require`, 'CONNECT_TLS'));
  test('CONNECT_TLS: no CA file', () =>
    expectCode(`${url}?sslmode=verify-full&sslrootcert=/nothere.pem`, 'CONNECT_TLS'));

  test('CONNECT_TIMEOUT: a port that never answers, in bounded time', async () => {
    const silent = net.createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const started = performance.now();
    await expectCode(`postgresql://a:secretpw@127.0.0.1:${port}/d`, 'CONNECT_TIMEOUT', 700);
    assert.ok(performance.now() - started < 10_000);
    silent.close();
  });

  test('CONNECT_PERMISSION: a role without the right to connect', async () => {
    const database = await server.createDatabase('closed');
    await withSession(url, (session) =>
      session.script(
        `CREATE ROLE outsider LOGIN PASSWORD 'outsiderpw'; REVOKE CONNECT ON DATABASE closed FROM PUBLIC`,
      ),
    );
    await expectCode(loginUrl(database, 'outsider', 'outsiderpw'), 'CONNECT_PERMISSION');
  });

  test('CONNECT_TOO_MANY', async () => {
    await withSession(url, (session) =>
      session.script(`CREATE ROLE crowd LOGIN PASSWORD 'crowdpw' CONNECTION LIMIT 0`),
    );
    await expectCode(loginUrl(url, 'crowd', 'crowdpw'), 'CONNECT_TOO_MANY');
  });

  test('DATABASE_UNUSABLE: a database that admits nobody', async () => {
    const database = await server.createDatabase('shut');
    await withSession(url, (session) => session.script('ALTER DATABASE shut ALLOW_CONNECTIONS false'));
    await expectCode(database, 'DATABASE_UNUSABLE');
  });

  const made = certificates();
  if (!made) skip('TLS modes', 'no openssl on this machine');
  else if (!server.binaries || !existsSync('/bin/chmod'))
    skip('TLS modes', 'the server is not ours to give a certificate');
  else
    test('TLS modes mean what libpq means', async () => {
      const host = withUrl(url, { hostname: 'localhost' });
      await enableTls(server);
      assert.is(await isEncrypted(`${host}?sslmode=disable`), false);
      assert.is(await isEncrypted(host), true, 'prefer is the default');
      assert.is(await isEncrypted(`${host}?sslmode=require`), true);
      assert.is(await isEncrypted(`${host}?sslmode=verify-full&sslrootcert=${made.ca}`), true);
      const byNumber = withUrl(host, { hostname: '127.0.0.1' });
      assert.is(await isEncrypted(`${byNumber}?sslmode=verify-ca&sslrootcert=${made.ca}`), true);
      await expectCode(`${byNumber}?sslmode=verify-full&sslrootcert=${made.ca}`, 'CONNECT_TLS');
      await expectCode(`${host}?sslmode=verify-full`, 'CONNECT_TLS');
    });
});
