// The pace on real servers that do not let themselves be read: no right, a table that another session holds, partitions.
import mysql from 'mysql2/promise';
import pg from 'pg';
import * as assert from 'uvu/assert';
import type { Dialect, Session, TableSize } from '../../lib/dialects/contract.ts';
import { dialect as mysqlDialect } from '../../lib/dialects/mysql/index.ts';
import { dialect as postgresDialect } from '../../lib/dialects/postgres/index.ts';
import { measurePace, type Pace, STATED } from '../../lib/pace/index.ts';
import { Secret } from '../../lib/target/index.ts';
import { type TestServer as MariadbServer, mariadbMissing, startMariadb } from '../helpers/mariadb.ts';
import { NO_SERVER, serversAtHand, startPostgres, type TestServer, TIMEOUTS } from '../helpers/postgres.ts';
import { spec } from '../helpers/spec.ts';

const BYTES = 64_000_000;

/** As large as it says: what is asked is decided by that. */
const sized = (name: string, namespace: string | null = null): TableSize => ({
  namespace,
  name,
  rows: 100_000,
  exact: false,
  bytes: BYTES,
  dataBytes: BYTES,
});

const reading = async <T>(
  dialect: Dialect,
  url: string,
  work: (session: Session) => Promise<T>,
): Promise<T> => {
  const session = await dialect.connect(dialect.address(new Secret(url), '/'), {
    mode: 'read',
    timeouts: TIMEOUTS,
  });
  try {
    return await work(session);
  } finally {
    await session.close();
  }
};

const paceOf = (dialect: Dialect, session: Session, table: TableSize): Promise<Pace> =>
  measurePace({
    dialect,
    session,
    table,
    timeouts: TIMEOUTS,
    now: () => new Date(),
    withShadow: () => Promise.reject(new Error('no shadow database is made for a table that was not read')),
  });

const hasPostgres = (await serversAtHand()).length > 0 || Boolean(process.env.DBSYNC_TEST_POSTGRES_URL);

spec('pace: PostgreSQL', ({ test, skip, before, after }) => {
  if (!hasPostgres) return skip('everything', NO_SERVER);
  let server: TestServer | null = null;
  let url = '';
  let owner: pg.Client | null = null;

  const own = async (sql: string): Promise<pg.QueryResult> => {
    if (!owner) throw new Error('there is no owner');
    return owner.query(sql);
  };

  before(async () => {
    server = await startPostgres();
    if (!server) throw new Error(NO_SERVER);
    url = await server.createDatabase();
    owner = new pg.Client({ connectionString: url });
    await owner.connect();
    await own(`CREATE TABLE big (id int PRIMARY KEY, filler text);
      INSERT INTO big SELECT g, repeat('x', 200) FROM generate_series(1, 100000) g`);
    await own('ANALYZE big');
    await own(`CREATE TABLE parted (id int, filler text) PARTITION BY RANGE (id);
      CREATE TABLE "Part's ""one""" PARTITION OF parted FOR VALUES FROM (1) TO (10);
      CREATE TABLE part_two PARTITION OF parted FOR VALUES FROM (10) TO (200000);
      INSERT INTO parted SELECT g, 'x' FROM generate_series(1, 2000) g`);
    await own('ANALYZE parted');
  });
  after(async () => {
    await owner?.end();
    await server?.stop();
  });

  test('a part is read as a range, whatever is indexed', async () => {
    await reading(postgresDialect, url, async (session) => {
      const portion = await postgresDialect.pace?.portion(session, sized('big'), 4_194_304);
      if (typeof portion !== 'object') throw new Error(String(portion));
      assert.is(portion.bytes, 4_194_304);
      const plan = (await session.query(`EXPLAIN ${portion.sql}`)).map((row) => String(row['QUERY PLAN']));
      assert.ok(
        plan.some((line) => line.includes('Tid Range Scan on big')),
        plan.join('\n'),
      );
    });
  });

  test('of a partitioned table its greatest partition is read', async () => {
    await reading(postgresDialect, url, async (session) => {
      const portion = await postgresDialect.pace?.portion(session, sized('parted', 'public'), 8192);
      if (typeof portion !== 'object') throw new Error(String(portion));
      assert.ok(portion.sql.includes('FROM ONLY "public"."part_two"'), portion.sql);
    });
  });

  test('a role that may not read the table leaves the stated rates and says so', async () => {
    await own(`CREATE ROLE blind LOGIN PASSWORD 'blind'`);
    const as = Object.assign(new URL(url), { username: 'blind', password: 'blind' }).href;
    const found = await reading(postgresDialect, as, (session) =>
      paceOf(postgresDialect, session, sized('big')),
    );
    assert.equal([found.rates, found.read], [STATED, null]);
    assert.is(found.because, 'big could not be read: the role may not read it');
  });

  test('a table that another session holds is not waited for, and the limits of the session are as before', async () => {
    await own('BEGIN');
    await own('LOCK TABLE big IN ACCESS EXCLUSIVE MODE');
    try {
      await reading(postgresDialect, url, async (session) => {
        const found = await paceOf(postgresDialect, session, sized('big'));
        assert.equal([found.rates, found.read], [STATED, null]);
        assert.is(found.because, 'big could not be read: another session holds it, or waits for it');
        const [row] = await session.query(
          `SELECT current_setting('lock_timeout') AS lock, current_setting('statement_timeout') AS statement`,
        );
        assert.equal([row?.lock, row?.statement], ['5s', '10s']);
      });
    } finally {
      await own('ROLLBACK');
    }
  });
});

spec('pace: MariaDB', ({ test, skip, before, after }) => {
  const missing = mariadbMissing();
  if (missing !== null) return skip('everything', missing);
  let server: MariadbServer | null = null;
  let database = '';
  let owner: mysql.Connection | null = null;

  const urlOf = (): string => server?.url(database) ?? '';
  const own = async (sql: string): Promise<void> => {
    await owner?.query(sql);
  };

  before(async () => {
    server = await startMariadb();
    database = await server.database('pace');
    owner = await mysql.createConnection({ uri: urlOf(), multipleStatements: true });
    await own(
      `CREATE TABLE big (id int PRIMARY KEY, n int, KEY ix (n)); INSERT INTO big SELECT seq, 1 FROM seq_1_to_1000`,
    );
  });
  after(async () => {
    await owner?.end();
    await server?.stop();
  });

  test('a part is read from the table itself, and no index stands in for it', async () => {
    await reading(mysqlDialect, urlOf(), async (session) => {
      const portion = await mysqlDialect.pace?.portion(session, { ...sized('big'), rows: 1000 }, 4_194_304);
      if (typeof portion !== 'object') throw new Error(String(portion));
      const [row] = await session.query(`EXPLAIN ${portion.sql}`);
      assert.equal([row?.type, row?.key], ['ALL', null]);
    });
  });

  test('a role that may not read the table leaves the stated rates and says so', async () => {
    await own(`CREATE USER blind@'%' IDENTIFIED BY 'blind'; CREATE TABLE other (id int);
      GRANT SELECT ON other TO blind@'%'`);
    const as = Object.assign(new URL(urlOf()), { username: 'blind', password: 'blind' }).href;
    const found = await reading(mysqlDialect, as, (session) => paceOf(mysqlDialect, session, sized('big')));
    assert.equal([found.rates, found.read], [STATED, null]);
    assert.match(found.because ?? '', /^big could not be read: SELECT command denied/);
  });

  test('a table that another session holds is waited for no longer than the reading may take', async () => {
    await own('LOCK TABLES big WRITE');
    try {
      await reading(mysqlDialect, urlOf(), async (session) => {
        const found = await paceOf(mysqlDialect, session, sized('big'));
        assert.equal([found.rates, found.read], [STATED, null]);
        assert.match(
          found.because ?? '',
          /^big could not be read: .*(max_statement_time|interrupted|lock wait)/i,
        );
        const [row] = await session.query(
          'SELECT @@lock_wait_timeout AS lock_s, @@max_statement_time AS statement_s',
        );
        assert.equal([Number(row?.lock_s), Number(row?.statement_s)], [5, 10]);
      });
    } finally {
      await own('UNLOCK TABLES');
    }
  });
});
