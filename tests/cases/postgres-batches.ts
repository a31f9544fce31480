// How migrations are grouped: each batch as `tx:` or `no:` with the number of its statements.

export interface BatchCase {
  readonly name: string;
  readonly sql: string;
  readonly is: readonly string[];
}

export const BATCH_CASES: readonly BatchCase[] = [
  {
    name: 'everything in one transaction',
    sql: 'CREATE TABLE a (x int); CREATE INDEX i ON a (x); INSERT INTO a VALUES (1)',
    is: ['tx:3'],
  },
  { name: 'nothing', sql: '-- nothing', is: [] },
  { name: 'an index built concurrently', sql: 'CREATE INDEX CONCURRENTLY i ON a (x)', is: ['no:1'] },
  {
    name: 'split around it',
    sql: 'CREATE TABLE a (x int); CREATE UNIQUE INDEX CONCURRENTLY i ON a (x); DROP TABLE b; DROP TABLE c',
    is: ['tx:1', 'no:1', 'tx:2'],
  },
  { name: 'drop concurrently', sql: 'DROP INDEX CONCURRENTLY i', is: ['no:1'] },
  {
    name: 'reindex concurrently',
    sql: 'REINDEX INDEX CONCURRENTLY i; REINDEX TABLE t',
    is: ['no:1', 'tx:1'],
  },
  { name: 'reindex with options', sql: 'REINDEX (CONCURRENTLY) TABLE t', is: ['no:1'] },
  { name: 'reindex database', sql: 'REINDEX DATABASE d', is: ['no:1'] },
  { name: 'vacuum and analyze', sql: 'VACUUM t; ANALYZE t', is: ['no:1', 'tx:1'] },
  {
    name: 'databases, tablespaces, settings',
    sql: `CREATE DATABASE d; DROP DATABASE d; ALTER SYSTEM SET a = 'b'; CREATE TABLESPACE t LOCATION '/x'; DROP TABLESPACE t`,
    is: ['no:1', 'no:1', 'no:1', 'no:1', 'no:1'],
  },
  {
    name: 'detach concurrently',
    sql: 'ALTER TABLE a DETACH PARTITION b CONCURRENTLY; ALTER TABLE a DETACH PARTITION c',
    is: ['no:1', 'tx:1'],
  },
  {
    name: 'refresh concurrently can be in a transaction',
    sql: 'REFRESH MATERIALIZED VIEW CONCURRENTLY m',
    is: ['tx:1'],
  },
  {
    name: 'subscriptions',
    sql: `CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p; DROP SUBSCRIPTION s`,
    is: ['no:1', 'no:1'],
  },
  { name: 'discard all', sql: 'DISCARD ALL; DISCARD PLANS', is: ['no:1', 'tx:1'] },
  {
    name: 'a level that is set after BEGIN belongs to it',
    sql: 'BEGIN; SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SET LOCAL lock_timeout = 0; DROP TABLE t; COMMIT',
    is: ['tx:2'],
  },
  {
    name: 'a level that is set after a query stays where it is',
    sql: 'BEGIN; DROP TABLE t; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; COMMIT',
    is: ['tx:2'],
  },
  {
    name: 'an enum value that nobody uses',
    sql: `ALTER TYPE e ADD VALUE 'x'; CREATE TABLE a (y int)`,
    is: ['tx:2'],
  },
  {
    name: 'an enum value that the file uses',
    sql: `CREATE TABLE a (y int); ALTER TYPE e ADD VALUE 'x'; ALTER TABLE t ALTER s SET DEFAULT 'x'`,
    is: ['tx:1', 'no:1', 'tx:1'],
  },
  {
    name: 'several of them',
    sql: `ALTER TYPE e ADD VALUE 'x'; ALTER TYPE e ADD VALUE 'y'; UPDATE t SET s = 'y' WHERE s = 'x'`,
    is: ['no:1', 'no:1', 'tx:1'],
  },
  {
    name: 'an enum value with a quote',
    sql: `ALTER TYPE e ADD VALUE 'it''s'; UPDATE t SET s = 'it''s'`,
    is: ['no:1', 'tx:1'],
  },
  {
    name: 'an enum of the same transaction',
    sql: `CREATE TYPE e AS ENUM ('a'); ALTER TYPE e ADD VALUE 'x'; CREATE TABLE t (s e DEFAULT 'x')`,
    is: ['tx:3'],
  },
  {
    name: "the file's own frame",
    sql: 'BEGIN; CREATE TABLE a (x int); CREATE TABLE b (x int); COMMIT',
    is: ['tx:2'],
  },
  {
    name: 'two frames and something between',
    sql: 'BEGIN; CREATE TABLE a (x int); COMMIT; CREATE TABLE b (x int); START TRANSACTION; CREATE TABLE c (x int); END',
    is: ['tx:1', 'tx:1', 'tx:1'],
  },
  {
    name: 'a commit in the middle',
    sql: 'CREATE TABLE a (x int); COMMIT; CREATE TABLE b (x int)',
    is: ['tx:1', 'tx:1'],
  },
  {
    name: 'a frame that is rolled back',
    sql: 'CREATE TABLE z (x int); BEGIN; CREATE TABLE a (x int); ROLLBACK; CREATE TABLE b (x int)',
    is: ['tx:1', 'no:3', 'tx:1'],
  },
  {
    name: 'savepoints stay where they are',
    sql: 'SAVEPOINT s; CREATE TABLE a (x int); ROLLBACK TO SAVEPOINT s; RELEASE s',
    is: ['tx:4'],
  },
  {
    name: 'concurrently in a frame stays there, to fail as the file would',
    sql: 'BEGIN; CREATE INDEX CONCURRENTLY i ON a (x); COMMIT',
    is: ['tx:1'],
  },
  {
    name: 'a text that the parser does not know',
    sql: 'FROBNICATE THE table; CREATE TABLE a (x int)',
    is: ['tx:2'],
  },
  {
    name: 'bodies with semicolons',
    sql: `CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$; CREATE FUNCTION g() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END; DO $x$ BEGIN PERFORM 1; END $x$`,
    is: ['tx:3'],
  },
];
