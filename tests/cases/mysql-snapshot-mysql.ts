// As mysql-snapshot.ts, for what only MySQL has, or says in another way than MariaDB.
import type { SnapshotCase } from './mysql-snapshot.ts';

const column = (name: string, a: string, b: string, attribute: string): SnapshotCase => ({
  name: `column: ${name}`,
  a: `CREATE TABLE t (id INT PRIMARY KEY, x ${a})`,
  b: `CREATE TABLE t (id INT PRIMARY KEY, x ${b})`,
  differs: `column.${attribute}`,
});

const within = (name: string, a: string, b: string, differs: string): SnapshotCase => ({
  name,
  a: `CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20), n INT, j JSON, ${a})`,
  b: `CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20), n INT, j JSON, ${b})`,
  differs,
});

const array = (expression: string): string => `KEY k ((CAST(${expression} ARRAY)))`;

/** `show_gipk_in_create_table_and_information_schema` is off on a server that hides its own keys; dbsync sees them all the same. */
const GENERATED_KEY = 'SET SESSION sql_generate_invisible_primary_key = ON; CREATE TABLE t (a INT)';

export const MYSQL_CASES: readonly SnapshotCase[] = [
  column('kind of vector', 'VECTOR(3)', 'VECTOR(4)', 'type'),
  column('reference system', 'POINT NOT NULL SRID 0', 'POINT NOT NULL SRID 4326', 'srid'),
  column('no reference system', 'POINT NOT NULL', 'POINT NOT NULL SRID 0', 'srid'),
  column('expression default', 'CHAR(36) DEFAULT (uuid())', 'CHAR(36) DEFAULT (lower(uuid()))', 'default'),
  column('literal and the same as an expression', "TEXT DEFAULT ('1')", 'TEXT DEFAULT (1)', 'default'),
  column('default of JSON', 'JSON DEFAULT (json_array())', 'JSON DEFAULT (json_object())', 'default'),
  column('moment and expression', 'DATETIME DEFAULT NOW()', 'DATETIME DEFAULT (NOW())', 'default'),
  column('bytes', "VARBINARY(9) DEFAULT 'ab'", "VARBINARY(9) DEFAULT '0x6162'", 'default'),
  column('kept from a secondary engine', 'INT', 'INT NOT SECONDARY', 'extra'),
  column('generated and invisible', 'INT AS (id) VIRTUAL', 'INT AS (id) VIRTUAL INVISIBLE', 'invisible'),
  within('index: expression', 'KEY k ((n + 1))', 'KEY k ((n + 2))', 'index.columns'),
  within(
    'index: text in an expression',
    "KEY k ((concat(a, 'x')))",
    "KEY k ((concat(a, 'y')))",
    'index.columns',
  ),
  within('index: order of an expression', 'KEY k ((n + 1), n)', 'KEY k (n, (n + 1))', 'index.columns'),
  within('index: direction of an expression', 'KEY k ((n + 1))', 'KEY k ((n + 1) DESC)', 'index.descending'),
  within('index: expression and column', 'KEY k ((n + 0))', 'KEY k (n)', 'index.columns'),
  within(
    'index: type of many values',
    array("j->'$.a' AS UNSIGNED"),
    array("j->'$.a' AS SIGNED"),
    'index.columns',
  ),
  within(
    'index: path of many values',
    array("j->'$.a' AS SIGNED"),
    array("j->'$.b' AS SIGNED"),
    'index.columns',
  ),
  within('index: invisible', 'KEY k (n)', 'KEY k (n) INVISIBLE', 'index.hidden'),
  within('index: parser', 'FULLTEXT KEY k (a)', 'FULLTEXT KEY k (a) WITH PARSER ngram', 'index.parser'),
  within(
    'check: not enforced',
    'CONSTRAINT c CHECK (n > 0)',
    'CONSTRAINT c CHECK (n > 0) NOT ENFORCED',
    'check.enforced',
  ),
  {
    name: "table: a key of the server's making",
    a: 'CREATE TABLE t (a INT)',
    b: GENERATED_KEY,
    differs: 'column,primary-key,table:reorder',
  },
  {
    name: 'table: secondary engine',
    a: 'CREATE TABLE t (a INT)',
    b: 'CREATE TABLE t (a INT) SECONDARY_ENGINE = elsewhere',
    differs: 'table.options',
  },
  {
    name: 'table: compressed pages',
    a: 'CREATE TABLE t (a INT)',
    b: "CREATE TABLE t (a INT) COMPRESSION = 'zlib'",
    differs: 'table.options',
  },
  {
    name: 'view: names of columns',
    a: 'CREATE VIEW v (a, b) AS SELECT 1, 2',
    b: 'CREATE VIEW v (a, c) AS SELECT 1, 2',
    differs: 'view.columns',
  },
  {
    name: 'view: materialized',
    a: 'CREATE TABLE t (id INT PRIMARY KEY); CREATE VIEW v AS SELECT id FROM t',
    b: 'CREATE TABLE t (id INT PRIMARY KEY); CREATE MATERIALIZED VIEW v AS SELECT id FROM t',
    differs: 'view.sort',
  },
  {
    name: 'function: language',
    a: "CREATE FUNCTION f() RETURNS INT DETERMINISTIC LANGUAGE JAVASCRIPT AS 'RETURN 1'",
    b: 'CREATE FUNCTION f() RETURNS INT DETERMINISTIC RETURN 1',
    differs: 'function.language',
  },
];

/** Differences that are not schema. */
export const MYSQL_SAME: readonly Omit<SnapshotCase, 'differs'>[] = [
  {
    name: 'statistics of values',
    a: 'CREATE TABLE t (a INT)',
    b: 'CREATE TABLE t (a INT); INSERT INTO t VALUES (1), (2); ANALYZE TABLE t UPDATE HISTOGRAM ON a WITH 4 BUCKETS',
  },
  {
    name: 'who wrote the invisible key',
    a: 'CREATE TABLE t (my_row_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT INVISIBLE PRIMARY KEY, a INT)',
    b: GENERATED_KEY,
  },
];
