// What the conformance suite needs of each engine and cannot ask its dialect: fresh databases, a driver of its own, and the
// engine's own words for things that every engine has. Knows nothing of dbsync but the names of its dialects.
import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import mysql from 'mysql2/promise';
import pg from 'pg';
import type { ToolLock } from '../../lib/dialects/contract.ts';
import Database from '../helpers/better-sqlite3.ts';
import { mariadbMissing, startMariadb } from '../helpers/mariadb.ts';
import { NO_SERVER, startPostgres } from '../helpers/postgres.ts';

/** A value as SQL writes it, and the text that must come back. */
export type Lossless = readonly [sql: string, text: string];

export interface Engine {
  /** A new, empty database; its URL. */
  fresh(): Promise<string>;
  /** The URL of a database that is not there. */
  absent(): string;
  /** Another spelling of the same database's URL. */
  alias(url: string): string;
  /** Runs a script by the engine's own driver, without dbsync. */
  exec(url: string, sql: string): Promise<void>;
  /** The names of everything that could hold a database, so that leftovers show. */
  databases(): Promise<readonly string[]>;
  stop(): Promise<void>;
  /** Whether the engine itself has no such name for a table. */
  readonly refuses: (name: string) => boolean;
  /** The column type of a short text that may be indexed, and of one that is shorter. */
  readonly text: string;
  readonly shorter: string;
  /** The statement that names the own connection, and one that ends the connection with that number; null: there is none. */
  readonly connection: { readonly own: string; readonly end: (id: unknown) => string } | null;
  /** A statement that takes seconds; null: nothing can end one from outside. */
  readonly slow: string | null;
  /** How long a lock timeout takes at least, in milliseconds. */
  readonly shortestLockMs: number;
  readonly toolLock: ToolLock | null;
  /** What a session for reading must refuse besides ordinary DDL and DML on the table `t (id, name)`. */
  readonly writes: readonly string[];
  readonly values: readonly Lossless[];
  /** Scripts with words of their own, for the grouping of statements. */
  readonly scripts: readonly string[];
  /** Objects that a careless reader of a dump trips over. */
  readonly awkward: readonly string[];
}

export interface EngineKind {
  readonly missing: () => string | null;
  readonly start: () => Promise<Engine | null>;
}

const withPg = async <T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};

const startPostgresEngine = async (): Promise<Engine | null> => {
  const server = await startPostgres();
  if (!server) return null;
  return {
    fresh: () => server.createDatabase(),
    absent: () => server.urlOf('nobody_made_this'),
    alias: (url) =>
      Object.assign(new URL(url.replace(/^postgresql:/, 'postgres:')), { hostname: 'localhost' }).href,
    exec: (url, sql) => withPg(url, async (client) => void (await client.query(sql))),
    databases: () =>
      withPg(server.url, async (client) =>
        (await client.query<{ datname: string }>('SELECT datname FROM pg_database')).rows.map(
          (row) => row.datname,
        ),
      ),
    stop: server.stop,
    refuses: () => false,
    text: 'varchar(40)',
    shorter: 'varchar(2)',
    connection: {
      own: 'SELECT pg_backend_pid()',
      end: (id) => `SELECT pg_terminate_backend(${Number(id)})`,
    },
    slow: 'SELECT pg_sleep(20)',
    shortestLockMs: 100,
    toolLock: {
      name: "the tool's lock",
      acquire: 'SELECT pg_try_advisory_lock(72707369)',
      release: 'SELECT pg_advisory_unlock(72707369)',
    },
    writes: [
      "COPY t FROM PROGRAM 'true'",
      'TRUNCATE t',
      'CREATE SEQUENCE s',
      "SELECT setval('existing', 7)",
      'SELECT * INTO copied FROM t',
      'CREATE MATERIALIZED VIEW m AS SELECT 1 AS one',
      'DO $$ BEGIN INSERT INTO t VALUES (9); END $$',
      'WITH gone AS (DELETE FROM t RETURNING *) SELECT * FROM gone',
      'CREATE ROLE made_by_reading',
      'CREATE DATABASE made_by_reading',
      "COMMENT ON TABLE t IS 'x'",
      'GRANT SELECT ON t TO PUBLIC',
      'SELECT id FROM t FOR UPDATE',
    ],
    values: [
      ['9007199254740993::bigint', '9007199254740993'],
      ['12345678901234567890.123456789::numeric', '12345678901234567890.123456789'],
      ["'2024-02-29 23:59:59.123456+05:30'::timestamptz", '2024-02-29 18:29:59.123456+00'],
      ["'0044-03-15 BC'::date", '0044-03-15 BC'],
      ["'infinity'::timestamp", 'infinity'],
      ['(0.1::float8 + 0.2::float8)', '0.30000000000000004'],
      ["'é😀 \u0301'::text", 'é😀 \u0301'],
      ['\'{"a": 1.10}\'::json', '{"a": 1.10}'],
      ["'\\x00ff'::bytea", '\\x00ff'],
    ],
    awkward: [
      'CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN\nCREATE TABLE x (id int);\nEND $$',
      'CREATE VIEW v AS SELECT id FROM t',
      "COMMENT ON TABLE t IS 'CREATE TABLE \n\\. ; --'",
    ],
    scripts: [
      'CREATE TABLE a (id int); CREATE INDEX CONCURRENTLY i ON a (id); ALTER TABLE a ADD b int;',
      'BEGIN; CREATE TABLE a (id int); COMMIT; VACUUM a;',
      "CREATE TYPE e AS ENUM ('a'); ALTER TYPE e ADD VALUE 'b'; CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1; $$;",
      "SET lock_timeout = '1s'; CREATE TABLE a (id int);",
    ],
  };
};

const withMysql = async <T>(url: string, work: (connection: mysql.Connection) => Promise<T>): Promise<T> => {
  const connection = await mysql.createConnection({ uri: url, multipleStatements: true, charset: 'utf8mb4' });
  try {
    return await work(connection);
  } finally {
    await connection.end();
  }
};

const startMariadbEngine = async (): Promise<Engine | null> => {
  const server = await startMariadb();
  const names = async (): Promise<readonly string[]> => {
    const session = await server.admin();
    try {
      return (await session.query('SHOW DATABASES')).map((row) => String(row.Database));
    } finally {
      await session.close();
    }
  };
  return {
    fresh: async () => server.url(await server.database('conform')),
    absent: () => server.url('nobody_made_this'),
    alias: (url) => Object.assign(new URL(url), { hostname: 'localhost' }).href,
    exec: (url, sql) => withMysql(url, async (connection) => void (await connection.query(sql))),
    databases: names,
    stop: server.stop,
    // https://mariadb.com/kb/en/identifier-names/: nothing beyond U+FFFF, no space at the end.
    refuses: (name) => /[\u{10000}-\u{10ffff}]| $/u.test(name),
    text: 'varchar(40)',
    shorter: 'varchar(2)',
    connection: { own: 'SELECT CONNECTION_ID()', end: (id) => `KILL ${Number(id)}` },
    // MySQL's SLEEP alone ends with a value and no error when it is interrupted (manual, "SLEEP").
    slow: 'SELECT 1 FROM (SELECT 1 AS one) AS row_of_one WHERE SLEEP(20)',
    shortestLockMs: 1000,
    toolLock: {
      name: "the tool's lock",
      acquire: "SELECT GET_LOCK('prisma_migrate', 0)",
      release: "SELECT RELEASE_LOCK('prisma_migrate')",
    },
    writes: [
      'TRUNCATE TABLE t',
      'REPLACE INTO t VALUES (9, NULL)',
      'RENAME TABLE t TO u',
      'CREATE SEQUENCE s',
      'CREATE DATABASE made_by_reading',
      "CREATE USER made_by_reading IDENTIFIED BY 'x'",
      'ANALYZE TABLE t',
      'OPTIMIZE TABLE t',
      "SELECT 1 INTO OUTFILE '/tmp/made_by_reading'",
      'LOCK TABLES t WRITE',
      'SET GLOBAL max_connections = 99',
      'START TRANSACTION READ WRITE',
      'SET SESSION TRANSACTION READ WRITE',
      'FLUSH TABLES',
      'SELECT id FROM t FOR UPDATE; INSERT INTO t VALUES (9, NULL)',
      'CALL nothing()',
      "PREPARE p FROM 'DROP TABLE t'",
      "EXECUTE IMMEDIATE 'DROP TABLE t'",
      '/*!50000 DROP TABLE t */',
      'BEGIN NOT ATOMIC DROP TABLE t; END',
    ],
    values: [
      ['CAST(9007199254740993 AS SIGNED)', '9007199254740993'],
      ['CAST(18446744073709551615 AS UNSIGNED)', '18446744073709551615'],
      ["CAST('12345678901234567890.123456789' AS DECIMAL(30, 9))", '12345678901234567890.123456789'],
      ["CAST('2024-02-29 23:59:59.123456' AS DATETIME(6))", '2024-02-29 23:59:59.123456'],
      ["CAST('838:59:59' AS TIME)", '838:59:59'],
      ['0.1e0 + 0.2e0', '0.30000000000000004'],
      ["'é😀 \u0301'", 'é😀 \u0301'],
      ["x'00ff'", '00ff'],
    ],
    awkward: [
      'CREATE PROCEDURE p()\nBEGIN\nCREATE TABLE `x` (id int);\nEND',
      'CREATE VIEW v AS SELECT id FROM t',
      "ALTER TABLE t COMMENT 'CREATE TABLE `\n; --'",
      'CREATE TABLE `with ``tick` (id int)',
      ...(server.product === 'MariaDB' ? ['CREATE SEQUENCE s'] : []),
    ],
    scripts: [
      'CREATE TABLE a (id int); CREATE INDEX i ON a (id); ALTER TABLE a ADD b int;',
      'DELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END//\nDELIMITER ;\nSELECT 1;',
      'START TRANSACTION; INSERT INTO a VALUES (1); COMMIT;',
      'SET FOREIGN_KEY_CHECKS = 0; DROP TABLE a; SET FOREIGN_KEY_CHECKS = 1;',
      'INSERT INTO a VALUES (1); UPDATE a SET id = 2;',
    ],
  };
};

const startFileEngine = async (): Promise<Engine> => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'dbsync-conform-'));
  let count = 0;
  const fileOf = (url: string): string => url.replace(/^(file|sqlite):/, '');
  return {
    fresh: async () => {
      count += 1;
      const file = path.join(folder, `fresh-${count}.db`);
      writeFileSync(file, '');
      return `file:${file}`;
    },
    absent: () => `file:${path.join(folder, 'nobody-made-this.db')}`,
    alias: (url) => {
      count += 1;
      const link = path.join(folder, `link-${count}.db`);
      symlinkSync(fileOf(url), link);
      return `file:${link}`;
    },
    exec: async (url, sql) => {
      const database = new Database(fileOf(url), { fileMustExist: true });
      database.exec(sql);
      database.close();
    },
    databases: async () => readdirSync(folder),
    stop: async () => rmSync(folder, { recursive: true, force: true }),
    refuses: () => false,
    text: 'varchar(40)',
    shorter: 'varchar(2)',
    connection: null,
    slow: null,
    shortestLockMs: 100,
    toolLock: null,
    writes: [
      'REPLACE INTO t VALUES (9, NULL)',
      'PRAGMA user_version = 7',
      'VACUUM',
      'REINDEX',
      'ANALYZE',
      "ATTACH ':memory:' AS m; CREATE TABLE m.x (a); INSERT INTO t VALUES (9, NULL)",
      'PRAGMA query_only = OFF; DROP TABLE t',
      'CREATE VIRTUAL TABLE v USING fts5(a)',
      'BEGIN IMMEDIATE; DELETE FROM t; COMMIT',
    ],
    values: [
      ['9007199254740993', '9007199254740993'],
      ['-9223372036854775808', '-9223372036854775808'],
      ["'12345678901234567890.123456789'", '12345678901234567890.123456789'],
      ["'2024-02-29T23:59:59.123456+05:30'", '2024-02-29T23:59:59.123456+05:30'],
      ['0.1 + 0.2', '0.30000000000000004'],
      ["'é😀 \u0301'", 'é😀 \u0301'],
      ["x'00ff'", '00ff'],
    ],
    awkward: [
      'CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END',
      'CREATE VIEW v AS SELECT id FROM t',
      'CREATE TABLE "with ""quote" (id int)',
    ],
    scripts: [
      'CREATE TABLE a (id int); CREATE INDEX i ON a (id); ALTER TABLE a ADD b int;',
      'PRAGMA foreign_keys=OFF; CREATE TABLE n (id int); DROP TABLE a; PRAGMA foreign_keys=ON;',
      'BEGIN; CREATE TABLE a (id int); COMMIT; VACUUM;',
      'CREATE TRIGGER g AFTER INSERT ON a BEGIN SELECT 1; SELECT 2; END; SELECT 3;',
    ],
  };
};

/** By the dialect's name. A dialect that has no engine here fails its suite. */
export const ENGINES: Readonly<Record<string, EngineKind>> = {
  sqlite: { missing: () => null, start: startFileEngine },
  postgres: {
    missing: () => (process.env.DBSYNC_TEST_SKIP_SERVERS ? NO_SERVER : null),
    start: startPostgresEngine,
  },
  mysql: {
    missing: () =>
      process.env.DBSYNC_TEST_SKIP_SERVERS ? 'DBSYNC_TEST_SKIP_SERVERS is set' : mariadbMissing(),
    start: startMariadbEngine,
  },
};
