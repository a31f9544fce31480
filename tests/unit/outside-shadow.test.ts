// What reaches outside of a shadow database: told from the text, refused before it is sent, and a way on where it is accepted.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as assert from 'uvu/assert';
import type { Dialect, Session, ShadowRequest } from '../../lib/dialects/contract.ts';
import { dialect as mysql } from '../../lib/dialects/mysql/index.ts';
import { dialect as postgres } from '../../lib/dialects/postgres/index.ts';
import { DbsyncError } from '../../lib/errors/index.ts';
import { type ExecuteResult, execute, type MayReachOut } from '../../lib/execute/index.ts';
import { withShadow } from '../../lib/shadow/index.ts';
import type { Project } from '../../lib/sources/contract.ts';
import { NO_SERVER, startPostgres, TIMEOUTS, withSession } from '../helpers/postgres.ts';
import { spec } from '../helpers/spec.ts';

await postgres.prepare?.();

const POSTGRES = [
  "COPY t FROM PROGRAM 'true'",
  "COPY t TO '/tmp/dbsync-reach'",
  "COPY (SELECT pg_read_file('x')) TO STDOUT",
  "SELECT lo_import('/etc/hosts')",
  "SELECT lo_export(1, '/tmp/x')",
  'SELECT pg_catalog.pg_terminate_backend(1)',
  "SELECT * FROM dblink('dbname=x', 'SELECT 1') AS d(a int)",
  "CREATE TABLE c AS SELECT * FROM ext.dblink('dbname=x', 'SELECT 1') AS d(a int)",
  "ALTER SYSTEM SET work_mem = '1MB'",
  "CREATE TABLESPACE far LOCATION '/tmp/far'",
  "CREATE SUBSCRIPTION s CONNECTION 'dbname=x' PUBLICATION p",
  'DROP SUBSCRIPTION s',
  'IMPORT FOREIGN SCHEMA public FROM SERVER far INTO near',
  "LOAD 'auto_explain'",
  "CREATE FUNCTION f() RETURNS int LANGUAGE c AS '/tmp/lib', 'f'",
];
const POSTGRES_NEAR = [
  'CREATE EXTENSION postgres_fdw',
  'COPY t FROM STDIN',
  "CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'far')",
  'CREATE FOREIGN TABLE ft (a int) SERVER far',
  "CREATE SUBSCRIPTION s CONNECTION 'dbname=x' PUBLICATION p WITH (connect = false)",
  "INSERT INTO notes VALUES ('COPY t TO PROGRAM; ALTER SYSTEM; dblink(1)')",
  "/* ALTER SYSTEM */ SELECT 1 -- pg_read_file('x')",
  "CREATE FUNCTION g() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN pg_read_file('x'); END $$",
  "CREATE VIEW v AS SELECT pg_read_file('x')",
  "CREATE FUNCTION h() RETURNS int LANGUAGE c AS '$libdir/lib', 'h'",
  'CREATE TABLE program (copy int, dblink text, system text)',
  "SELECT mine.pg_read_file('x')",
];
const MYSQL = [
  "SELECT 1 INTO OUTFILE '/tmp/x'",
  "SELECT 1 INTO DUMPFILE '/tmp/x'",
  "INSERT INTO t SELECT LOAD_FILE('/etc/hosts')",
  "LOAD DATA INFILE '/tmp/x' INTO TABLE t",
  "LOAD DATA LOCAL INFILE '/tmp/x' INTO TABLE t",
  "CREATE TABLE f (a INT) ENGINE=FEDERATED CONNECTION='mysql://far/x/y'",
  "CREATE TABLE f (a INT) ENGINE='CONNECT' TABLE_TYPE=CSV",
  'ALTER TABLE f ENGINE SPIDER',
  "CREATE TABLE d (a INT) DATA DIRECTORY='/tmp/far'",
  "CHANGE MASTER TO MASTER_HOST='far'",
  "CHANGE REPLICATION SOURCE TO SOURCE_HOST='far'",
  'START SLAVE',
  'SET GLOBAL max_connections = 1',
  'SET @a = 1, @@GLOBAL.max_connections = 1',
  'SET PERSIST max_connections = 1',
  'SHUTDOWN',
  'KILL 5',
  'USE other',
  'use `other`',
  "INSTALL PLUGIN p SONAME 'p.so'",
  "INSTALL SONAME 'p'",
  "CREATE FUNCTION u RETURNS INTEGER SONAME 'u.so'",
  "/*!50000 SELECT 1 INTO OUTFILE '/tmp/x' */",
];
const MYSQL_NEAR = [
  "SELECT 'a' INTO @a",
  "INSERT INTO t VALUES ('SELECT 1 INTO OUTFILE; SHUTDOWN', 'ENGINE=CONNECT')",
  "CREATE TABLE t (engine VARCHAR(10), `connect` INT, kill_it INT) ENGINE=InnoDB COMMENT 'ENGINE=FEDERATED'",
  'SET SESSION sql_mode = @@GLOBAL.sql_mode',
  'SET @x = @@global.max_connections',
  '-- SHUTDOWN\nSELECT 1',
  'CREATE FUNCTION f() RETURNS INT DETERMINISTIC RETURN 1',
  'CREATE PROCEDURE p() BEGIN SET GLOBAL max_connections = 1; END',
  "CREATE VIEW v AS SELECT LOAD_FILE('/x')",
  'START TRANSACTION',
  'LOCK TABLES t WRITE',
  'SELECT a FROM t USE INDEX (i)',
  "UPDATE users SET a = 'USE other' WHERE id = 1",
];

const outsideOf = (dialect: Dialect, text: string): string | undefined =>
  dialect.classify({ text, file: '', line: 1, offset: 0, index: 0 }).outside;

spec('outside: told from the text', ({ test }) => {
  const sides = [
    { dialect: postgres, reaching: POSTGRES, near: POSTGRES_NEAR },
    { dialect: mysql, reaching: MYSQL, near: MYSQL_NEAR },
  ];
  for (const { dialect, reaching, near } of sides) {
    for (const sql of reaching)
      test(`${dialect.name}: ${sql}`, () => {
        assert.type(outsideOf(dialect, sql), 'string');
        assert.ok(new RegExp(dialect.outsideHint ?? '$^', 'i').test(sql), 'the hint is part of it');
      });
    for (const sql of near)
      test(`${dialect.name}, stays inside: ${sql}`, () => assert.is(outsideOf(dialect, sql), undefined));
  }
});

/** Sends statements as a replay does; without a ledger nothing of a project is asked. */
const send = (
  session: Session,
  texts: readonly string[],
  mayReachOut?: MayReachOut,
): Promise<ExecuteResult> => {
  const steps = texts.map((sql, index) => ({
    id: `m#${index + 1}`,
    migration: 'm',
    sql,
    file: 'm.sql',
    line: index + 1,
    verb: '',
    transactional: true,
    lockTimeoutMs: 0,
    statementTimeoutMs: 0,
  }));
  const batch = {
    id: 'm',
    migration: 'm',
    transactional: true,
    because: '',
    settings: {},
    closesLedger: true,
  };
  return execute({
    dialect: postgres,
    session,
    project: { migrations: [], runner: null } as unknown as Project,
    batches: [{ ...batch, by: 'dbsync', steps }],
    ledger: false,
    ...(mayReachOut && { mayReachOut }),
    hooks: { progress: () => {}, now: () => new Date(0), signal: new AbortController().signal },
  });
};

const server = await startPostgres();

spec('outside: PostgreSQL', ({ test, skip, after }) => {
  if (!server) return skip('everything', NO_SERVER);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'dbsync-outside-'));
  after(async () => {
    await postgres.close?.();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const onShadow = async <T>(work: (session: Session) => Promise<T>, reachesOut = false): Promise<T> => {
    const url = await server.createDatabase();
    return withSession(url, async (target) => {
      const request: ShadowRequest = {
        content: 'empty',
        target,
        address: target.address,
        identity: await postgres.identify(target),
        timeouts: TIMEOUTS,
        folder: os.tmpdir(),
        reachesOut,
      };
      return withShadow(postgres, request, ({ session }) => work(session));
    });
  };

  test('a program is not run, and what came before is rolled back', () =>
    onShadow(async (session) => {
      const mark = path.join(folder, 'refused');
      const result = await send(session, ['CREATE TABLE t (a text)', `COPY t TO PROGRAM 'cat > ${mark}'`]);
      const cause = result.failure?.cause;
      assert.instance(cause, DbsyncError);
      if (cause instanceof DbsyncError) {
        assert.is(cause.code, 'REACHES_OUTSIDE');
        assert.match(cause.message, /m\.sql:2: .*COPY runs a program/);
      }
      assert.is(result.outcome, 'rolled-back');
      assert.not.ok(existsSync(mark));
    }));

  test('accepted, it runs there too', () =>
    onShadow(async (session) => {
      // The server may be another user: only that the server was asked is certain, and its own folder is writable.
      const result = await send(
        session,
        ['CREATE TABLE t (a text)', "COPY t TO PROGRAM 'cat > /dev/null'"],
        ({ line }) => line === 2,
      );
      assert.is(result.failure, null);
      assert.is(result.outcome, 'applied');
    }));

  const READS_FAR = [
    'CREATE EXTENSION file_fdw',
    'CREATE SERVER far FOREIGN DATA WRAPPER file_fdw',
    "CREATE FOREIGN TABLE far_rows (line text) SERVER far OPTIONS (filename '/etc/hosts')",
    'CREATE TABLE near (line text)',
    'CREATE VIEW shown AS SELECT * FROM far_rows',
  ];

  const wall = async (session: Session): Promise<boolean> => {
    const known = "SELECT 1 FROM pg_settings WHERE name = 'restrict_nonsystem_relation_kind'";
    return (await session.query(known)).length > 0;
  };

  for (const read of [
    'INSERT INTO near SELECT * FROM far_rows',
    'INSERT INTO near SELECT * FROM shown',
    'DO $$ BEGIN INSERT INTO near SELECT * FROM far_rows; END $$',
    'IMPORT FOREIGN SCHEMA public FROM SERVER far INTO public',
  ])
    test(`the wrapper, the server and the table are made, and this is refused: ${read}`, () =>
      onShadow(async (session) => {
        assert.is((await send(session, READS_FAR)).failure, null);
        if (!(await wall(session))) return;
        const { failure } = await send(session, [read]);
        const cause = failure?.cause;
        const told = failure?.engine.outside ?? (cause instanceof DbsyncError ? cause.code : undefined);
        assert.match(String(told), /foreign table|REACHES_OUTSIDE/);
        assert.equal(await session.query('SELECT * FROM near'), []);
      }));

  test('where the policy accepts it, foreign tables are read', () =>
    onShadow(async (session) => {
      await send(session, READS_FAR);
      assert.is((await send(session, ['INSERT INTO near SELECT * FROM far_rows'])).failure, null);
      assert.ok((await session.query('SELECT * FROM near')).length > 0);
    }, true));
});
