// Pairs of schemas: those that differ in one thing only, and those that say the same in other words.

export interface SnapshotCase {
  readonly title: string;
  readonly a: string;
  readonly b: string;
  /** Replacements in the stored text of `b`, for what only other builds of the library store. */
  readonly stored?: readonly (readonly [string, string])[];
}

const table = (body: string, options = ''): string => `CREATE TABLE t (${body})${options};`;
const parent =
  'CREATE TABLE p (id INTEGER PRIMARY KEY, a INT, b INT, UNIQUE (a, b)); CREATE TABLE q (id INTEGER PRIMARY KEY);';
const key = (rest: string): string =>
  `${parent} CREATE TABLE t (x INT, y INT, CONSTRAINT f FOREIGN KEY (x) REFERENCES p (id)${rest});`;
const view = (select: string): string => `CREATE TABLE t (a INT, b TEXT); CREATE VIEW v AS ${select};`;
const index = (rest: string): string => `CREATE TABLE t (a TEXT, b TEXT); CREATE ${rest};`;
const trigger = (text: string): string =>
  `CREATE TABLE t (a INT, b TEXT); CREATE TABLE log (a INT, b TEXT); CREATE TRIGGER ${text};`;

/** Each pair differs in exactly what its title says. */
export const DIFFERENT: readonly SnapshotCase[] = [
  { title: 'a table more', a: table('a'), b: `${table('a')} CREATE TABLE u (a);` },
  { title: 'table name', a: table('a'), b: 'CREATE TABLE u (a);' },
  { title: 'STRICT', a: table('a INT'), b: table('a INT', ' STRICT') },
  { title: 'WITHOUT ROWID', a: table('a INT PRIMARY KEY'), b: table('a INT PRIMARY KEY', ' WITHOUT ROWID') },
  {
    title: 'AUTOINCREMENT',
    a: table('a INTEGER PRIMARY KEY'),
    b: table('a INTEGER PRIMARY KEY AUTOINCREMENT'),
  },
  {
    title: 'virtual table module',
    a: 'CREATE VIRTUAL TABLE f USING fts4(a)',
    b: 'CREATE VIRTUAL TABLE f USING fts5(a)',
  },
  {
    title: 'virtual table arguments',
    a: 'CREATE VIRTUAL TABLE f USING fts5(a)',
    b: 'CREATE VIRTUAL TABLE f USING fts5(a, prefix=2)',
  },
  {
    title: 'virtual table column option',
    a: 'CREATE VIRTUAL TABLE f USING fts5(a)',
    b: 'CREATE VIRTUAL TABLE f USING fts5(a UNINDEXED)',
  },
  { title: 'column more', a: table('a'), b: table('a, b') },
  { title: 'column order', a: table('a, b'), b: table('b, a') },
  { title: 'column name', a: table('a'), b: table('b') },
  { title: 'letter case of a column name', a: table('a'), b: table('A') },
  { title: 'declared type', a: table('a VARCHAR(10)'), b: table('a VARCHAR(20)') },
  { title: 'affinity', a: table('a INT'), b: table('a TEXT') },
  { title: 'no type', a: table('a'), b: table('a BLOB') },
  { title: 'NOT NULL', a: table('a INT'), b: table('a INT NOT NULL') },
  {
    title: 'NOT NULL ON CONFLICT',
    a: table('a INT NOT NULL'),
    b: table('a INT NOT NULL ON CONFLICT IGNORE'),
  },
  { title: 'NOT NULL name', a: table('a INT NOT NULL'), b: table('a INT CONSTRAINT n NOT NULL') },
  { title: 'default', a: table('a INT'), b: table('a INT DEFAULT 1') },
  { title: 'default value', a: table('a INT DEFAULT 1'), b: table('a INT DEFAULT 2') },
  { title: 'default of another kind', a: table("a TEXT DEFAULT '1'"), b: table('a TEXT DEFAULT 1') },
  {
    title: 'letter case of a default string',
    a: table("a TEXT DEFAULT 'x'"),
    b: table("a TEXT DEFAULT 'X'"),
  },
  {
    title: 'spaces in a default string',
    a: table("a TEXT DEFAULT 'x y'"),
    b: table("a TEXT DEFAULT 'x  y'"),
  },
  { title: 'a comment inside a string', a: table("a TEXT DEFAULT 'x'"), b: table("a TEXT DEFAULT 'x --'") },
  { title: 'sign of a default', a: table('a INT DEFAULT 1'), b: table('a INT DEFAULT -1') },
  { title: 'default NULL and none', a: table('a INT'), b: table('a INT DEFAULT NULL') },
  {
    title: 'default CURRENT_TIMESTAMP and CURRENT_DATE',
    a: table('a DEFAULT CURRENT_TIMESTAMP'),
    b: table('a DEFAULT CURRENT_DATE'),
  },
  { title: 'default TRUE and the string', a: table('a DEFAULT TRUE'), b: table("a DEFAULT 'true'") },
  {
    title: 'default expression',
    a: table("a DEFAULT (datetime('now'))"),
    b: table("a DEFAULT (date('now'))"),
  },
  { title: 'collation', a: table('a TEXT'), b: table('a TEXT COLLATE NOCASE') },
  { title: 'generated', a: table('a INT, b INT'), b: table('a INT, b INT AS (a)') },
  { title: 'generated expression', a: table('a INT, b INT AS (a + 1)'), b: table('a INT, b INT AS (a + 2)') },
  { title: 'generated stored', a: table('a INT, b INT AS (a)'), b: table('a INT, b INT AS (a) STORED') },
  { title: 'primary key', a: table('a INT'), b: table('a INT PRIMARY KEY') },
  {
    title: 'primary key columns',
    a: table('a INT, b INT, PRIMARY KEY (a)'),
    b: table('a INT, b INT, PRIMARY KEY (a, b)'),
  },
  {
    title: 'primary key column order',
    a: table('a INT, b INT, PRIMARY KEY (a, b)'),
    b: table('a INT, b INT, PRIMARY KEY (b, a)'),
  },
  {
    title: 'primary key sort order',
    a: table('a INT, PRIMARY KEY (a)'),
    b: table('a INT, PRIMARY KEY (a DESC)'),
  },
  {
    title: 'primary key conflict clause',
    a: table('a INT PRIMARY KEY'),
    b: table('a INT PRIMARY KEY ON CONFLICT REPLACE'),
  },
  { title: 'primary key name', a: table('a INT PRIMARY KEY'), b: table('a INT CONSTRAINT k PRIMARY KEY') },
  {
    title: 'primary key collation',
    a: table('a TEXT, PRIMARY KEY (a)'),
    b: table('a TEXT, PRIMARY KEY (a COLLATE NOCASE)'),
  },
  {
    title: 'the rowid and an INT that is not',
    a: table('a INTEGER PRIMARY KEY'),
    b: table('a INT PRIMARY KEY'),
  },
  {
    title: 'INTEGER PRIMARY KEY DESC is no rowid',
    a: table('a INTEGER, PRIMARY KEY (a DESC)'),
    b: table('a INTEGER PRIMARY KEY DESC'),
  },
  { title: 'unique', a: table('a INT'), b: table('a INT UNIQUE') },
  { title: 'unique columns', a: table('a, b, UNIQUE (a)'), b: table('a, b, UNIQUE (a, b)') },
  { title: 'unique column order', a: table('a, b, UNIQUE (a, b)'), b: table('a, b, UNIQUE (b, a)') },
  { title: 'unique name', a: table('a, UNIQUE (a)'), b: table('a, CONSTRAINT u UNIQUE (a)') },
  { title: 'unique conflict clause', a: table('a UNIQUE'), b: table('a UNIQUE ON CONFLICT IGNORE') },
  {
    title: 'unique collation',
    a: table('a TEXT, UNIQUE (a)'),
    b: table('a TEXT, UNIQUE (a COLLATE NOCASE)'),
  },
  {
    title: 'unique constraint and unique index',
    a: table('a UNIQUE'),
    b: `${table('a')} CREATE UNIQUE INDEX i ON t (a);`,
  },
  {
    title: 'foreign key',
    a: `${parent} ${table('x INT')}`,
    b: `${parent} ${table('x INT REFERENCES p (id)')}`,
  },
  {
    title: 'foreign key table',
    a: `${parent} ${table('x INT REFERENCES p (id)')}`,
    b: `${parent} ${table('x INT REFERENCES q (id)')}`,
  },
  {
    title: 'foreign key columns',
    a: key(''),
    b: `${parent} CREATE TABLE t (x INT, y INT, CONSTRAINT f FOREIGN KEY (y) REFERENCES p (id));`,
  },
  {
    title: 'foreign key referenced columns',
    a: `${parent} ${table('x, y, CONSTRAINT f FOREIGN KEY (x, y) REFERENCES p (a, b)')}`,
    b: `${parent} ${table('x, y, CONSTRAINT f FOREIGN KEY (x, y) REFERENCES p (b, a)')}`,
  },
  { title: 'ON DELETE', a: key(' ON DELETE CASCADE'), b: key(' ON DELETE SET NULL') },
  { title: 'ON DELETE and none', a: key(''), b: key(' ON DELETE RESTRICT') },
  { title: 'ON UPDATE', a: key(''), b: key(' ON UPDATE CASCADE') },
  { title: 'MATCH', a: key(''), b: key(' MATCH FULL') },
  { title: 'DEFERRABLE', a: key(''), b: key(' DEFERRABLE') },
  { title: 'INITIALLY DEFERRED', a: key(' DEFERRABLE'), b: key(' DEFERRABLE INITIALLY DEFERRED') },
  {
    title: 'INITIALLY DEFERRED on a column',
    a: `${parent} ${table('x INT REFERENCES p DEFERRABLE')}`,
    b: `${parent} ${table('x INT REFERENCES p DEFERRABLE INITIALLY DEFERRED')}`,
  },
  { title: 'foreign key name', a: key(''), b: key('').replace('CONSTRAINT f', 'CONSTRAINT g') },
  { title: 'check', a: table('a INT'), b: table('a INT CHECK (a > 0)') },
  {
    title: 'check expression',
    a: table('a INT, CONSTRAINT c CHECK (a > 0)'),
    b: table('a INT, CONSTRAINT c CHECK (a >= 0)'),
  },
  {
    title: 'check name',
    a: table('a INT, CONSTRAINT c CHECK (a > 0)'),
    b: table('a INT, CONSTRAINT d CHECK (a > 0)'),
  },
  {
    title: 'the same check twice',
    a: table('a INT, CHECK (a > 0)'),
    b: table('a INT, CHECK (a > 0), CHECK (a > 0)'),
  },
  { title: 'string in a check', a: table("a CHECK (a IN ('x'))"), b: table("a CHECK (a IN ('X'))") },
  {
    title: 'parentheses that matter',
    a: table('a CHECK (a OR (a AND 0))'),
    b: table('a CHECK ((a OR a) AND 0)'),
  },
  { title: 'parentheses at both ends', a: table('a CHECK ((a) AND (0))'), b: table('a CHECK ((a AND 0))') },
  { title: 'index', a: table('a'), b: `${table('a')} CREATE INDEX i ON t (a);` },
  { title: 'index name', a: index('INDEX i ON t (a)'), b: index('INDEX j ON t (a)') },
  { title: 'index unique', a: index('INDEX i ON t (a)'), b: index('UNIQUE INDEX i ON t (a)') },
  { title: 'index columns', a: index('INDEX i ON t (a)'), b: index('INDEX i ON t (b)') },
  { title: 'index column order', a: index('INDEX i ON t (a, b)'), b: index('INDEX i ON t (b, a)') },
  { title: 'index sort order', a: index('INDEX i ON t (a)'), b: index('INDEX i ON t (a DESC)') },
  { title: 'index collation', a: index('INDEX i ON t (a)'), b: index('INDEX i ON t (a COLLATE NOCASE)') },
  { title: 'index expression', a: index('INDEX i ON t (lower(a))'), b: index('INDEX i ON t (upper(a))') },
  { title: 'index column and expression', a: index('INDEX i ON t (a)'), b: index('INDEX i ON t (lower(a))') },
  { title: 'partial index', a: index('INDEX i ON t (a)'), b: index('INDEX i ON t (a) WHERE b IS NULL') },
  {
    title: 'partial index condition',
    a: index("INDEX i ON t (a) WHERE b = 'x'"),
    b: index("INDEX i ON t (a) WHERE b = 'y'"),
  },
  { title: 'view', a: table('a INT, b TEXT'), b: view('SELECT a FROM t') },
  { title: 'view definition', a: view('SELECT a FROM t'), b: view('SELECT b FROM t') },
  {
    title: 'view column list',
    a: view('SELECT a FROM t'),
    b: view('SELECT a FROM t').replace('VIEW v', 'VIEW v (x)'),
  },
  { title: 'view alias', a: view('SELECT a AS x FROM t'), b: view('SELECT a AS y FROM t') },
  { title: 'letter case of a view alias', a: view('SELECT a AS x FROM t'), b: view('SELECT a AS X FROM t') },
  {
    title: 'column or string in a view',
    a: view('SELECT "b" AS x FROM t'),
    b: view("SELECT 'b' AS x FROM t"),
  },
  {
    title: 'trigger timing',
    a: trigger('x BEFORE INSERT ON t BEGIN SELECT 1; END'),
    b: trigger('x AFTER INSERT ON t BEGIN SELECT 1; END'),
  },
  {
    title: 'trigger event',
    a: trigger('x AFTER INSERT ON t BEGIN SELECT 1; END'),
    b: trigger('x AFTER DELETE ON t BEGIN SELECT 1; END'),
  },
  {
    title: 'trigger columns',
    a: trigger('x AFTER UPDATE ON t BEGIN SELECT 1; END'),
    b: trigger('x AFTER UPDATE OF a ON t BEGIN SELECT 1; END'),
  },
  {
    title: 'trigger condition',
    a: trigger('x AFTER INSERT ON t WHEN new.a > 0 BEGIN SELECT 1; END'),
    b: trigger('x AFTER INSERT ON t WHEN new.a > 1 BEGIN SELECT 1; END'),
  },
  {
    title: 'trigger body',
    a: trigger('x AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.a, 1); END'),
    b: trigger('x AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.a, 2); END'),
  },
  {
    title: 'trigger table',
    a: trigger('x AFTER INSERT ON t BEGIN SELECT 1; END'),
    b: trigger('x AFTER INSERT ON log BEGIN SELECT 1; END'),
  },
  {
    title: 'trigger INSTEAD OF on a view',
    a: view('SELECT a FROM t'),
    b: `${view('SELECT a FROM t')} CREATE TRIGGER x INSTEAD OF DELETE ON v BEGIN SELECT 1; END;`,
  },
];

/** Each pair means the same. */
export const SAME: readonly SnapshotCase[] = [
  {
    title: 'layout, comments, letter case',
    a: 'CREATE TABLE t (a INTEGER NOT NULL DEFAULT 1, b TEXT CHECK (a > 0 AND b IS NOT NULL))',
    b: `create   table t(\n  a integer not null /* why */ default 1, -- the first\n  b text check( A>0 and\tB is not null )\n)`,
  },
  {
    title: 'four ways of quoting',
    a: 'CREATE TABLE "t" ("a b" TEXT, "c" TEXT CHECK ("a b" <> c)); CREATE INDEX "i" ON "t" ("a b") WHERE "c" = 1',
    b: 'CREATE TABLE [t] ([a b] TEXT, `c` TEXT CHECK (`a b` <> [c])); CREATE INDEX i ON `t` ([a b]) WHERE [c] = 1',
  },
  {
    title: 'quoted with doubled quotes',
    a: 'CREATE TABLE t ("a""b" INT CHECK ("a""b" > 0))',
    b: 'CREATE TABLE t (`a"b` INT CHECK ([a"b] > 0))',
  },
  {
    title: 'names in single quotes',
    a: 'CREATE TABLE t (a INT, b INT)',
    b: "CREATE TABLE 't' ('a' INT, 'b' INT)",
  },
  { title: 'type spelling', a: table('a VARCHAR(10, 2)'), b: table('a varchar ( 10 , 2 )') },
  { title: 'operators', a: table('a CHECK (a != 1 AND a = 2)'), b: table('a CHECK (a <> 1 AND a == 2)') },
  { title: 'sign of a default, in parentheses', a: table('a DEFAULT -1'), b: table('a default ( - 1 )') },
  {
    title: 'parentheses around the whole',
    a: table('a DEFAULT 1 CHECK (a > 0)'),
    b: table('a DEFAULT (1) CHECK (((a > 0)))'),
  },
  {
    title: 'constraint of the column or of the table',
    a: table('a INT PRIMARY KEY, b UNIQUE'),
    b: table('a INT, b, UNIQUE (b), PRIMARY KEY (a)'),
  },
  {
    title: 'order of constraints',
    a: table('a, CHECK (a > 0), CHECK (a > 1)'),
    b: table('a, CHECK (a > 1), CHECK (a > 0)'),
  },
  {
    title: 'implied parent key',
    a: `${parent} ${table('x INT REFERENCES p')}`,
    b: `${parent} ${table('x INT REFERENCES p (id)')}`,
  },
  {
    title: 'letter case of a parent',
    a: `${parent} ${table('x INT REFERENCES p (id)')}`,
    b: `${parent} ${table('x INT REFERENCES P (id)')}`,
  },
  { title: 'NO ACTION and nothing', a: key(''), b: key(' ON DELETE NO ACTION ON UPDATE NO ACTION') },
  { title: 'immediate and nothing', a: key(''), b: key(' NOT DEFERRABLE INITIALLY DEFERRED') },
  {
    title: 'collation of the column, said again',
    a: table('a TEXT COLLATE NOCASE, UNIQUE (a)'),
    b: table('a TEXT COLLATE nocase, UNIQUE (a COLLATE NOCASE)'),
  },
  {
    title: 'ascending and nothing',
    a: index('INDEX i ON t (a, b)'),
    b: index('INDEX i ON t (a ASC, b ASC)'),
  },
  { title: 'function names', a: index('INDEX i ON t (lower(a))'), b: index('INDEX i ON t ( LOWER( a ) )') },
  { title: 'IF NOT EXISTS', a: index('INDEX i ON t (a)'), b: index('INDEX IF NOT EXISTS i ON t (a)') },
  {
    title: 'view in other letters',
    a: view('SELECT a, count(*) AS "n" FROM t WHERE b COLLATE NOCASE = 1 GROUP BY a'),
    b: view('select A,\n COUNT( * ) as n from "t" where [b] collate nocase=1 -- x\n group by a'),
  },
  {
    title: 'types in CAST',
    a: view('SELECT CAST(a AS TEXT) AS x FROM t'),
    b: view('SELECT cast (a as text) AS x FROM t'),
  },
  {
    title: 'trigger in other letters',
    a: trigger('x BEFORE UPDATE OF a, b ON t WHEN new.a > 0 BEGIN UPDATE log SET a = new.a; END'),
    b: trigger('"x" update of B, a on [t] for each row when NEW.a>0 begin update log set a=NEW."a" ; end'),
  },
  {
    title: 'ADD COLUMN and CREATE TABLE',
    a: "CREATE TABLE t (a INT, b TEXT NOT NULL DEFAULT 'x' CHECK (b <> ''), c INT REFERENCES t (a))",
    b: `CREATE TABLE t (a INT); ALTER TABLE t ADD COLUMN b TEXT NOT NULL DEFAULT 'x' CHECK (b <> ''); ALTER TABLE "t" ADD c INT REFERENCES t (a)`,
  },
  {
    title: 'DROP COLUMN and CREATE TABLE',
    a: 'CREATE TABLE t (a INT, c INT CHECK (c > 0))',
    b: 'CREATE TABLE t (a INT, b INT, c INT CHECK (c > 0)); ALTER TABLE t DROP COLUMN b',
  },
  {
    title: 'RENAME TO and CREATE TABLE',
    a: 'CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (x INT REFERENCES p (id), CHECK (x > 0)); CREATE INDEX i ON c (x) WHERE x > 0; CREATE VIEW v AS SELECT id FROM p',
    b: 'CREATE TABLE old (id INTEGER PRIMARY KEY); CREATE TABLE oldc (x INT REFERENCES old (id), CHECK (x > 0)); CREATE INDEX i ON oldc (x) WHERE x > 0; CREATE VIEW v AS SELECT id FROM old; ALTER TABLE old RENAME TO p; ALTER TABLE oldc RENAME TO c',
  },
  {
    title: 'RENAME COLUMN and CREATE TABLE',
    a: 'CREATE TABLE t (b INT CHECK (b > 0), c INT, UNIQUE (b)); CREATE INDEX i ON t (b DESC); CREATE TRIGGER x AFTER UPDATE OF b ON t BEGIN UPDATE t SET c = new.b; END',
    b: 'CREATE TABLE t (a INT CHECK (a > 0), c INT, UNIQUE (a)); CREATE INDEX i ON t (a DESC); CREATE TRIGGER x AFTER UPDATE OF a ON t BEGIN UPDATE t SET c = new.a; END; ALTER TABLE t RENAME COLUMN a TO b',
  },
  {
    title: 'a rebuilt table',
    a: 'CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "name" TEXT NOT NULL)',
    b: 'CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT); CREATE TABLE "new_User" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "name" TEXT NOT NULL); INSERT INTO "new_User" ("id", "name") SELECT "id", \'\' FROM "User"; DROP TABLE "User"; ALTER TABLE "new_User" RENAME TO "User"',
  },
  {
    title: 'statistics and sequences of the engine',
    a: table('a INTEGER PRIMARY KEY AUTOINCREMENT'),
    b: `${table('a INTEGER PRIMARY KEY AUTOINCREMENT')} INSERT INTO t VALUES (NULL); ANALYZE;`,
  },
  { title: 'data', a: table('a'), b: `${table('a')} INSERT INTO t VALUES (1), (2);` },
  {
    title: 'CREATE TABLE AS',
    a: 'CREATE TABLE t (a INT, b TEXT); CREATE TABLE u (a INT, b TEXT)',
    b: 'CREATE TABLE t (a INT, b TEXT); CREATE TABLE u AS SELECT * FROM t',
  },
  {
    title: 'double-quoted default',
    a: table("a TEXT DEFAULT 'internal'"),
    b: table('a TEXT DEFAULT "internal"'),
  },
  { title: 'bare word default', a: table("a TEXT DEFAULT 'internal'"), b: table('a TEXT DEFAULT internal') },
  {
    title: 'virtual table quoting',
    a: "CREATE VIRTUAL TABLE f USING fts5(a, b UNINDEXED, tokenize='porter ascii')",
    b: 'CREATE VIRTUAL TABLE f USING FTS5( "a",  "b" UNINDEXED, tokenize = "porter ascii" )',
  },
  {
    title: 'double-quoted strings in a check',
    a: table("k TEXT CHECK (k IN ('a', 'b'))"),
    b: table("k TEXT CHECK (k IN ('a', 'b'))"),
    stored: [["'a', 'b'", '"a", "b"']],
  },
  {
    title: 'double-quoted string in a partial index',
    a: index("INDEX i ON t (a) WHERE b = 'it''s'"),
    b: index("INDEX i ON t (a) WHERE b = 'it''s'"),
    stored: [["'it''s'", '"it\'s"']],
  },
  {
    title: 'double-quoted string in a view',
    a: view("SELECT a, 'other' AS x FROM t"),
    b: view('SELECT a, "other" AS x FROM t'),
  },
  {
    title: 'double-quoted string in a trigger',
    a: trigger("x AFTER INSERT ON t BEGIN INSERT INTO log VALUES (1, 'other'); END"),
    b: trigger('x AFTER INSERT ON t BEGIN INSERT INTO log VALUES (1, "other"); END'),
  },
  {
    title: 'double-quoted string in a view on a view',
    a: `${view('SELECT a AS n FROM t')} CREATE VIEW w AS SELECT n, 'z' AS y FROM v;`,
    b: `${view('SELECT a AS n FROM t')} CREATE VIEW w AS SELECT "n", "z" AS "y" FROM "v";`,
  },
];
