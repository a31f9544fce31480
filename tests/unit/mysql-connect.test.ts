// Connecting to MariaDB: addresses, classified failures, the two walls of a read session, limits, cancel, identity.
import { createServer } from 'node:net';
import * as assert from 'uvu/assert';
import type { Session } from '../../lib/dialects/contract.ts';
import { mysqlAddress } from '../../lib/dialects/mysql/address.ts';
import { dialect } from '../../lib/dialects/mysql/index.ts';
import { DbsyncError } from '../../lib/errors/index.ts';
import { openSecret, Secret } from '../../lib/target/index.ts';
import { mariadbMissing, startMariadb, type TestServer, TIMEOUTS } from '../helpers/mariadb.ts';
import { spec } from '../helpers/spec.ts';

const parse = (url: string) => mysqlAddress(dialect.address(new Secret(url), '/project'));

const ADDRESSES: readonly (readonly [string, Record<string, unknown>])[] = [
  [
    'mysql://u:p@db.example/shop',
    { host: 'db.example', port: 3306, user: 'u', database: 'shop', password: 'p' },
  ],
  ['mariadb://u:p@db.example:3307/shop', { port: 3307 }],
  ['mysql+pymysql://u:p@db.example/shop?charset=utf8mb4', { host: 'db.example', database: 'shop' }],
  ['mysql://u:p%40ss%2Fw@h/d', { password: 'p@ss/w' }],
  ['mysql://u:p@s/s#w?d@h:3306/d', { password: 'p@s/s#w?d', host: 'h' }],
  ['mysql://u:100%@h/d', { password: '100%' }],
  ['mysql://u:a:b:c@h/d', { password: 'a:b:c', user: 'u' }],
  ['mysql://u@h/d', { password: null }],
  ['mysql://u:p@[::1]:3308/d', { host: '::1', port: 3308, display: 'u@[::1]:3308/d' }],
  [
    'mysql://u:p@localhost/d?socket=/run/my.sock',
    { socket: '/run/my.sock', display: 'u@socket:/run/my.sock/d' },
  ],
  ['mysql+pymysql://u:p@/d?unix_socket=/run/my.sock', { socket: '/run/my.sock' }],
  ['mysql://u:p@%2Frun%2Fmy.sock/d', { socket: '/run/my.sock' }],
  ['mysql://u:p@h/d?connect_timeout=3&connection_limit=5', { connectTimeoutMs: 3000 }],
  ['"mysql://u:p@h/d"', { host: 'h' }],
  ['mysql://u:p@h/d?sslpassword=a@b', { host: 'h', database: 'd' }],
  ['mysql://u:p@h/my%2Ddb', { database: 'my-db' }],
];

const TLS: readonly (readonly [string, Record<string, unknown>])[] = [
  ['', { mode: 'prefer' }],
  ['?sslaccept=strict&sslcert=ca.pem', { mode: 'verify-full', ca: '/project/ca.pem', cert: null }],
  ['?sslaccept=accept_invalid_certs', { mode: 'require' }],
  ['?ssl-mode=VERIFY_CA&ssl-ca=/x/ca.pem', { mode: 'verify-ca', ca: '/x/ca.pem' }],
  [
    '?sslcert=c.pem&sslkey=k.pem&ssl-ca=ca.pem',
    { mode: 'verify-ca', cert: '/project/c.pem', key: '/project/k.pem' },
  ],
  ['?ssl_ca=ca.pem&ssl_verify_identity=true', { mode: 'verify-full', ca: '/project/ca.pem' }],
  ['?ssl-mode=DISABLED', { mode: 'off' }],
  ['?ssl_disabled=true', { mode: 'off' }],
  ['?ssl={"rejectUnauthorized":false}', { mode: 'require' }],
  ['?ssl=true', { mode: 'verify-full' }],
];

/** Everything of which the server's read-only transactions, or else the session itself, must stop. */
const WRITES: readonly string[] = [
  'CREATE TABLE z (id INT)',
  'INSERT INTO t VALUES (1, 1)',
  'UPDATE t SET n = 2',
  'DELETE FROM t',
  'REPLACE INTO t VALUES (1, 1)',
  'TRUNCATE t',
  'DROP TABLE t',
  'ALTER TABLE t ADD x INT',
  'RENAME TABLE t TO t2',
  'CREATE INDEX i ON t (n)',
  'CREATE VIEW v AS SELECT 1',
  'CREATE DATABASE other',
  'CREATE USER x@y',
  'GRANT ALL ON *.* TO x@y',
  "SET PASSWORD = PASSWORD('x')",
  'OPTIMIZE TABLE t',
  'ANALYZE TABLE t',
  'FLUSH TABLES',
  'KILL 1',
  'SET GLOBAL max_connections = 50',
  'SET @@global.max_connections = 50',
  'SET SESSION TRANSACTION READ WRITE',
  'SET SESSION tx_read_only = 0',
  'SET transaction_read_only = OFF',
  'START TRANSACTION READ WRITE',
  "SELECT 1 INTO OUTFILE '/tmp/dbsync-no'",
  'LOCK TABLES t WRITE',
  'CALL p()',
  "PREPARE s FROM 'DROP TABLE t'",
  'BEGIN NOT ATOMIC DROP TABLE t; END',
  '/*!50000 DROP TABLE t */',
  '/*M!100000 INSERT INTO t VALUES (9, 9) */',
  '-- x\nDROP TABLE t',
  'DO SETVAL(s, 5)',
  'SELECT NEXTVAL(s)',
  'SELECT f()',
  'SELECT * FROM t FOR UPDATE SKIP LOCKED; DROP TABLE t',
  'ANALYZE UPDATE t SET n = 3',
  'EXPLAIN ANALYZE UPDATE t SET n = 3',
  "LOAD DATA INFILE 'x' INTO TABLE t",
  "XA START 'x'",
  "PURGE BINARY LOGS TO 'x'",
  'RESET MASTER',
];

/** Those that MariaDB's own read-only transactions refuse with 1792, asked on a plain connection. */
const REFUSED_BY_SERVER = [
  'CREATE TABLE z (id INT)',
  'INSERT INTO t VALUES (1, 1)',
  'DROP TABLE t',
  'ALTER TABLE t ADD x INT',
  'TRUNCATE t',
  'CREATE DATABASE other',
  'SELECT NEXTVAL(s)',
  'SELECT f()',
];
const PASSED_BY_SERVER = ['ANALYZE TABLE t', 'FLUSH TABLES', 'SET SESSION TRANSACTION READ WRITE'];

const rejected = async (work: Promise<unknown>): Promise<unknown> => {
  try {
    await work;
  } catch (error) {
    return error;
  }
  return null;
};

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  const error = await rejected(work);
  return error instanceof DbsyncError ? error.code : `not a DbsyncError: ${String(error)}`;
};

const closing = async <T>(session: Session, work: (session: Session) => Promise<T>): Promise<T> => {
  try {
    return await work(session);
  } finally {
    await session.close();
  }
};

spec('mysql address', ({ test }) => {
  test('every form of URL is read', () => {
    for (const [url, expected] of ADDRESSES) {
      const found = parse(url);
      for (const [name, value] of Object.entries(expected)) {
        const actual: unknown = Reflect.get(found, name);
        assert.is(actual instanceof Secret ? openSecret(actual) : actual, value, `${url}: ${name}`);
      }
    }
  });

  test('every spelling of TLS is read', () => {
    for (const [query, expected] of TLS) {
      const { tls } = parse(`mysql://u:p@h/d${query}`);
      for (const [name, value] of Object.entries(expected))
        assert.is(Reflect.get(tls, name), value, `${query}: ${name}`);
    }
  });

  test('the canonical URL means the same', () => {
    for (const [url] of ADDRESSES) {
      const once = parse(url);
      const again = parse(openSecret(once.url));
      for (const name of ['host', 'port', 'user', 'database', 'socket', 'display']) {
        assert.is(Reflect.get(again, name), Reflect.get(once, name), `${url}: ${name}`);
      }
      assert.is(again.password && openSecret(again.password), once.password && openSecret(once.password));
    }
  });

  test('what is not a MySQL URL is refused, without its secret', () => {
    for (const [url, code] of [
      ['postgres://u:hunter22@h/d', 'URL_PROVIDER_MISMATCH'],
      ['mysql://u:hunter22@h', 'URL_INVALID'],
      ['mysql://u:hunter22@h:99999/d', 'URL_INVALID'],
      ['u:hunter22@h/d', 'URL_INVALID'],
    ]) {
      try {
        parse(url ?? '');
        assert.unreachable();
      } catch (error) {
        assert.ok(error instanceof DbsyncError && error.code === code, `${url}: ${String(error)}`);
        assert.not.ok(`${error.message}${error.why}${error.next}`.includes('hunter22'));
      }
    }
  });

  test('a display name carries no control character', () => {
    assert.not.match(parse('mysql://u%1b[31m:p@h/d%0a').display, /[\u0000-\u001f]/);
  });
});

const missing = mariadbMissing();

spec('mysql connect', ({ test, skip, before, after }) => {
  if (missing !== null) {
    skip('everything that needs a server', missing);
    return;
  }
  let server: TestServer;
  let database: string;
  const open = (mode: 'read' | 'write', timeouts = TIMEOUTS): Promise<Session> =>
    dialect.connect(dialect.address(new Secret(server.url(database)), '/'), { mode, timeouts });
  const at = (url: string, timeouts = TIMEOUTS): Promise<Session> =>
    dialect.connect(dialect.address(new Secret(url), '/'), { mode: 'read', timeouts });

  before(async () => {
    server = await startMariadb();
    database = await server.database();
    await closing(await open('write'), async (session) => {
      await session.script(`
        CREATE TABLE t (id INT PRIMARY KEY, n INT); INSERT INTO t VALUES (1, 1);
        CREATE SEQUENCE s;
        DELIMITER //
        CREATE PROCEDURE p() BEGIN DELETE FROM t; END//
        CREATE FUNCTION f() RETURNS INT BEGIN DELETE FROM t; RETURN 1; END//
        DELIMITER ;
        CREATE TABLE big (id BIGINT PRIMARY KEY, d DATETIME(3), j JSON, n DECIMAL(30, 10));
        INSERT INTO big VALUES (9007199254740993, '2024-02-29 12:34:56.789', '{"a":1}', 1234567890123456789.0123456789)`);
    });
  });
  after(() => server.stop());

  test('values come without loss', async () => {
    await closing(await open('read'), async (session) => {
      const [row] = await session.query('SELECT * FROM big WHERE id = ?', ['9007199254740993']);
      assert.equal(
        { ...row },
        {
          id: '9007199254740993',
          d: '2024-02-29 12:34:56.789',
          j: '{"a":1}',
          n: '1234567890123456789.0123456789',
        },
      );
      const raw = await session.raw('SELECT id, d FROM big');
      assert.equal(raw.columns, [
        { name: 'id', type: 'LONGLONG' },
        { name: 'd', type: 'DATETIME' },
      ]);
      assert.equal(raw.rows, [['9007199254740993', '2024-02-29 12:34:56.789']]);
    });
  });

  test('nothing that writes passes a read session, and nothing has changed afterwards', async () => {
    await closing(await open('read'), async (session) => {
      for (const sql of WRITES) assert.ok(await rejected(session.execute(sql)), `was accepted: ${sql}`);
      const [row] = await session.query(
        'SELECT (SELECT COUNT(*) FROM t WHERE n = 1) AS kept, @@session.tx_read_only AS ro, (SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE()) AS tables',
      );
      assert.equal({ ...row }, { kept: 1, ro: 1, tables: 3 });
    });
  });

  test("the server's own read-only transactions refuse schema changes too (1792), and let some statements pass", async () => {
    await closing(await open('write'), async (session) => {
      await session.execute('SET SESSION TRANSACTION READ ONLY');
      for (const sql of REFUSED_BY_SERVER) {
        assert.is(dialect.explain(await rejected(session.execute(sql))).code, '1792 (25006)', sql);
      }
      for (const sql of PASSED_BY_SERVER) assert.is(await rejected(session.execute(sql)), null, sql);
    });
  });

  test('several statements in one are refused', async () => {
    await closing(await open('write'), async (session) => {
      assert.ok(await rejected(session.execute('SELECT 1; SELECT 2')));
    });
  });

  test('failures are classified', async () => {
    const { host, port } = server;
    await closing(await server.admin(), async (admin) => {
      await admin.execute("CREATE USER IF NOT EXISTS 'lim'@'%' IDENTIFIED BY 'p@ss w0rd/?#'");
      await admin.execute("CREATE USER IF NOT EXISTS 'tls'@'%' IDENTIFIED BY 'x'");
    });
    assert.is(await codeOf(at(`mysql://root:wrong@${host}:${port}/${database}`)), 'CONNECT_AUTH');
    assert.is(await codeOf(at(server.url('no_such_database'))), 'DATABASE_MISSING');
    assert.is(await codeOf(at(`mysql://lim:p@ss w0rd/?#@${host}:${port}/${database}`)), 'CONNECT_PERMISSION');
    assert.is(
      await codeOf(at(`mysql://lim:p%40ss%20w0rd%2F%3F%23@${host}:${port}/${database}`)),
      'CONNECT_PERMISSION',
    );
    assert.is(await codeOf(at('mysql://u:p@127.0.0.1:1/d')), 'CONNECT_REFUSED');
    assert.is(await codeOf(at('mysql://u:p@localhost/d?socket=/no/such.sock')), 'CONNECT_REFUSED');
    assert.is(await codeOf(at('mysql://u:p@no-such-host.invalid/d')), 'CONNECT_DNS');
    assert.is(await codeOf(at(server.url(database, '?ssl-mode=REQUIRED'))), 'CONNECT_TLS');
    assert.is(await codeOf(at(server.url(database, '?ssl-ca=/no/ca.pem'))), 'CONNECT_TLS');
  });

  test('a server that accepts and says nothing is given up in time', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const place = silent.address();
    const port = place && typeof place === 'object' ? place.port : 0;
    const from = performance.now();
    assert.is(
      await codeOf(at(`mysql://u:p@127.0.0.1:${port}/d`, { ...TIMEOUTS, connectMs: 400 })),
      'CONNECT_TIMEOUT',
    );
    assert.ok(performance.now() - from < 2000);
    silent.close();
  });

  test('no free connection is classified', async () => {
    const admin = await server.admin();
    await admin.execute("CREATE OR REPLACE USER 'few'@'%' IDENTIFIED BY 'x' WITH MAX_USER_CONNECTIONS 1");
    await admin.execute(`GRANT SELECT ON ${dialect.quote(database)}.* TO 'few'@'%'`);
    await admin.close();
    const url = `mysql://few:x@${server.host}:${server.port}/${database}`;
    await closing(await at(url), async () => assert.is(await codeOf(at(url)), 'CONNECT_TOO_MANY'));
  });

  test('a lock timeout is told apart, within its limit', async () => {
    const one = await open('write');
    const two = await open('write');
    await one.execute('START TRANSACTION');
    await one.execute('UPDATE t SET n = n WHERE id = 1');
    await two.limit({ lockMs: 900 });
    const from = performance.now();
    const error = dialect.explain(await rejected(two.execute('UPDATE t SET n = 5 WHERE id = 1')));
    const ddl = dialect.explain(await rejected(two.execute('ALTER TABLE t ADD COLUMN later INT')));
    assert.ok(performance.now() - from < 8000);
    assert.ok(error.lockTimeout && ddl.lockTimeout);
    assert.is(error.code, '1205 (HY000)');
    await one.execute('ROLLBACK');
    await one.close();
    await two.close();
  });

  test('a statement limit ends a statement, and is no lock timeout', async () => {
    await closing(await open('write'), async (session) => {
      await session.limit({ statementMs: 300 });
      const error = dialect.explain(
        await rejected(
          session.query('SELECT COUNT(*) FROM seq_1_to_100000 a, seq_1_to_100000 b WHERE a.seq * b.seq = 7'),
        ),
      );
      assert.is(error.code, '1969 (70100)');
      assert.not.ok(error.lockTimeout || error.connectionLost);
      await session.limit({ statementMs: 0 });
      await session.execute('DO SLEEP(0.4)');
    });
  });

  test('cancel ends what runs, from outside; a killed connection is told as lost', async () => {
    const session = await open('write');
    const running = rejected(
      session.query('SELECT COUNT(*) FROM seq_1_to_100000 a, seq_1_to_100000 b WHERE a.seq * b.seq = 7'),
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
    await session.cancel();
    assert.is(dialect.explain(await running).code, '1317 (70100)');
    const [row] = await session.query('SELECT CONNECTION_ID() AS id');
    const asleep = rejected(session.execute('DO SLEEP(20)'));
    await new Promise((resolve) => setTimeout(resolve, 200));
    const admin = await server.admin();
    await admin.execute(`KILL ${Number(row?.id)}`);
    await admin.close();
    assert.ok(dialect.explain(await asleep).connectionLost);
    assert.ok(dialect.explain(await rejected(session.query('SELECT 1'))).connectionLost);
    await session.close();
  });

  test('a syntax error has its place in the text', async () => {
    await closing(await open('write'), async (session) => {
      const sql = 'CREATE TABLE x (\n  id INT,\n  nme INT NOTT NULL\n)';
      const error = dialect.explain(await rejected(session.execute(sql)));
      assert.is(error.position, sql.lastIndexOf('NULL'));
      assert.is(error.code, '1064 (42000)');
    });
  });

  test('the same database has one identity by every way in', async () => {
    const urls = [
      server.url(database),
      `mariadb://root@localhost:${server.port}/${database}?connect_timeout=5`,
    ];
    if (server.socket !== null) urls.push(`mysql://root@localhost/${database}?socket=${server.socket}`);
    const found = [];
    for (const url of urls) found.push(await closing(await at(url), (session) => dialect.identify(session)));
    for (const identity of found) assert.ok(dialect.same(identity, found[0] ?? identity));
    const [first] = found;
    assert.match(first?.identity ?? '', new RegExp(`^mysql:[0-9a-f]{12}:${database}$`));
    assert.is(first?.product, 'MariaDB');
    assert.ok((first?.versionNumbers[0] ?? 0) >= 10);
    const other = await server.database();
    const second = await closing(await at(server.url(other)), (session) => dialect.identify(session));
    assert.not.ok(first && dialect.same(first, second));
    assert.ok(first?.facts.sql_mode !== undefined && first.facts.lower_case_table_names === 0);
  });

  test('exists and create', async () => {
    const name = `${database}_new`;
    const address = dialect.address(new Secret(server.url(name)), '/');
    assert.is(await dialect.exists(address, TIMEOUTS), false);
    await dialect.create(address, TIMEOUTS);
    assert.is(await dialect.exists(address, TIMEOUTS), true);
  });
});
