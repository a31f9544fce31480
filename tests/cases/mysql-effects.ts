// By which algorithm MariaDB changes tables, as MariaDB 10.11 answers, with rows and without.

export interface AlgorithmCase {
  readonly sql: string;
  /** `LOCK-WORDS work`, `as known` where the statement has no choice. */
  readonly way: string;
}

interface Table {
  readonly name: string;
  readonly sql: string;
  readonly rows: string;
}

/** What stands there before each statement, as far as it is named in it; `t` refers to `p`. */
export const TABLES: readonly Table[] = [
  {
    name: 'p',
    sql: 'CREATE TABLE p (id int PRIMARY KEY, n int)',
    rows: 'INSERT INTO p VALUES (1, 1), (2, 2)',
  },
  {
    name: 't',
    sql: `CREATE TABLE t (id int PRIMARY KEY AUTO_INCREMENT, n int, m int NOT NULL, s varchar(20), l varchar(100), e enum('a','b'),
      d datetime, txt text, pid int, KEY k (n), CONSTRAINT fk0 FOREIGN KEY (m) REFERENCES p (id))`,
    rows: `INSERT INTO t (n, m, s, l, e, d, txt, pid) VALUES (1, 1, 'x', 'y', 'a', '2020-01-01', 'z', 1), (2, 2, 'x', 'y', 'b', '2020-01-01', 'z', 2)`,
  },
  { name: 'nopk', sql: 'CREATE TABLE nopk (n int)', rows: 'INSERT INTO nopk VALUES (1)' },
  {
    name: 'my',
    sql: 'CREATE TABLE my (id int PRIMARY KEY, n int) ENGINE=MyISAM',
    rows: 'INSERT INTO my VALUES (1, 1)',
  },
  {
    name: 'ft',
    sql: 'CREATE TABLE ft (id int PRIMARY KEY, txt text, FULLTEXT KEY f (txt))',
    rows: `INSERT INTO ft VALUES (1, 'x')`,
  },
  {
    name: 'comp',
    sql: 'CREATE TABLE comp (id int PRIMARY KEY, n int) ROW_FORMAT=COMPRESSED',
    rows: 'INSERT INTO comp VALUES (1, 1)',
  },
  {
    name: 'pt',
    sql: `CREATE TABLE pt (id int NOT NULL, n int)
      PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN (1000))`,
    rows: 'INSERT INTO pt VALUES (1, 1)',
  },
];

const INSTANT = 'ALGORITHM=INSTANT none';
const INDEX = 'ALGORITHM=NOCOPY, LOCK=NONE index';
const REBUILD = 'ALGORITHM=INPLACE, LOCK=NONE rewrite';
const REBUILD_SHARED = 'ALGORITHM=INPLACE, LOCK=SHARED rewrite';
const COPY = 'ALGORITHM=COPY, LOCK=SHARED rewrite';
const KNOWN = 'as known';

const all = (way: string, ...texts: readonly string[]): readonly AlgorithmCase[] =>
  texts.map((sql) => ({ sql, way }));

export const CASES: readonly AlgorithmCase[] = [
  ...all(
    INSTANT,
    'ALTER TABLE t ADD COLUMN c int',
    'ALTER TABLE t ADD COLUMN c int NOT NULL',
    'ALTER TABLE t ADD COLUMN c int NOT NULL DEFAULT 5',
    'ALTER TABLE t ADD COLUMN c int FIRST',
    'ALTER TABLE t ADD COLUMN c datetime DEFAULT now()',
    'ALTER TABLE t ADD COLUMN c int AS (n + 1) VIRTUAL',
    'ALTER TABLE t DROP COLUMN s',
    'ALTER TABLE t MODIFY s varchar(30)',
    'ALTER TABLE t MODIFY l varchar(300)',
    "ALTER TABLE t MODIFY e enum('a','b','c')",
    'ALTER TABLE t ALTER COLUMN n SET DEFAULT 3',
    'ALTER TABLE t CHANGE n nn int',
    'ALTER TABLE t RENAME COLUMN n TO nn',
    'ALTER TABLE t RENAME TO tt',
    'ALTER TABLE t RENAME INDEX k TO kk',
    'ALTER TABLE t DROP FOREIGN KEY fk0',
    "ALTER TABLE t COMMENT='x' -- a comment at the end",
    'ALTER TABLE t AUTO_INCREMENT=100',
    'ALTER TABLE pt ADD COLUMN c int',
  ),
  ...all(
    INDEX,
    'ALTER TABLE t ADD INDEX k2 (s)',
    'ALTER TABLE t ADD UNIQUE k2 (id, s)',
    'CREATE INDEX z ON t (s)',
    'CREATE UNIQUE INDEX `z z` ON t (id, s) /* a comment at the end */',
  ),
  ...all(
    'ALGORITHM=NOCOPY, LOCK=NONE none',
    'ALTER TABLE t DROP INDEX k',
    'ALTER TABLE t DROP COLUMN n',
    'DROP INDEX k ON t',
    'DROP INDEX IF EXISTS `k` ON `t`',
  ),
  ...all(
    REBUILD,
    'ALTER TABLE t MODIFY n int NOT NULL',
    'ALTER TABLE t MODIFY m int NULL',
    'ALTER TABLE nopk ADD PRIMARY KEY (n)',
    'ALTER TABLE t DROP PRIMARY KEY, ADD PRIMARY KEY (id, m)',
    'ALTER TABLE t ENGINE=InnoDB',
    'ALTER TABLE t ROW_FORMAT=COMPRESSED',
    'ALTER TABLE t FORCE',
    'ALTER TABLE comp ADD COLUMN c int',
    'ALTER TABLE t ADD COLUMN c int, ADD INDEX k3 (c)',
  ),
  ...all(
    REBUILD_SHARED,
    'ALTER TABLE t ADD FULLTEXT k2 (txt)',
    'CREATE FULLTEXT INDEX z ON t (txt)',
    'ALTER TABLE ft ADD COLUMN c int',
  ),
  ...all(
    COPY,
    'ALTER TABLE t ADD COLUMN c int AS (n + 1) STORED',
    'ALTER TABLE t MODIFY n bigint',
    'ALTER TABLE t MODIFY l varchar(50)',
    "ALTER TABLE t MODIFY e enum('c','a','b')",
    'ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (pid) REFERENCES p (id)',
    'ALTER TABLE t ADD CHECK (n > 0)',
    'ALTER TABLE t CONVERT TO CHARACTER SET latin1',
    'ALTER TABLE my ADD COLUMN c int',
    'ALTER TABLE t MODIFY id bigint AUTO_INCREMENT',
    'ALTER TABLE t MODIFY s varchar(20) CHARACTER SET ucs2',
  ),
  ...all(
    KNOWN,
    'ALTER TABLE pt DROP PARTITION p0',
    'ALTER TABLE pt ADD PARTITION (PARTITION p2 VALUES LESS THAN (2000))',
    'ALTER TABLE t ADD COLUMN c int, ALGORITHM=INPLACE',
    'CREATE INDEX z ON t (s) LOCK=SHARED',
    'ALTER TABLE t /*! ADD COLUMN c int */',
    'OPTIMIZE TABLE t',
    'TRUNCATE TABLE nopk',
    'DROP TABLE nopk',
    'UPDATE t SET n = n + 1',
  ),
];
