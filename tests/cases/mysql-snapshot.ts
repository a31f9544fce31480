// Pairs of schemas that differ in exactly one attribute of one kind of object. Each side is a script for an empty database.
import type { Product } from '../helpers/mysql-product.ts';

export interface SnapshotCase {
  readonly name: string;
  /** Before both sides. */
  readonly base?: string;
  readonly a: string;
  readonly b: string;
  /** What the diff must speak of, and nothing else: the kind of the subject, and the attribute where one is altered. */
  readonly differs: string;
  /** The one product that has such a thing, or where it is one; absent: both. */
  readonly only?: Product;
}

/** Cases that only one product has. */
const of = (only: Product, ...cases: readonly SnapshotCase[]): readonly SnapshotCase[] =>
  cases.map((one) => ({ ...one, only }));

const column = (name: string, a: string, b: string, attribute: string): SnapshotCase => ({
  name: `column: ${name}`,
  a: `CREATE TABLE t (id INT PRIMARY KEY, x ${a})`,
  b: `CREATE TABLE t (id INT PRIMARY KEY, x ${b})`,
  differs: `column.${attribute}`,
});

const table = (name: string, a: string, b: string, differs: string): SnapshotCase => ({
  name: `table: ${name}`,
  a: `CREATE TABLE t (id INT PRIMARY KEY, d DATE NOT NULL DEFAULT '2000-01-01') ${a}`,
  b: `CREATE TABLE t (id INT PRIMARY KEY, d DATE NOT NULL DEFAULT '2000-01-01') ${b}`,
  differs,
});

const index = (name: string, a: string, b: string, differs: string): SnapshotCase => ({
  name: `index: ${name}`,
  a: `CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(50), b VARCHAR(50), p POINT NOT NULL, n INT, ${a})`,
  b: `CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(50), b VARCHAR(50), p POINT NOT NULL, n INT, ${b})`,
  differs,
});

const onTable = (name: string, a: string, b: string, differs: string): SnapshotCase => ({
  name,
  base: 'CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT); CREATE TABLE u (id INT PRIMARY KEY, t_id INT, o_id INT, KEY k (t_id), KEY o (o_id))',
  a,
  b,
  differs,
});

const fk = (rest: string): string => `ALTER TABLE u ADD CONSTRAINT f FOREIGN KEY ${rest}`;
const parted = (text: string): string => `CREATE TABLE t (id INT, d DATE) ${text}`;

export const SNAPSHOT_CASES: readonly SnapshotCase[] = [
  column('type', 'INT', 'BIGINT', 'type'),
  column('length', 'VARCHAR(10)', 'VARCHAR(11)', 'type'),
  column('unsigned', 'INT', 'INT UNSIGNED', 'type'),
  column('zerofill', 'INT UNSIGNED', 'INT UNSIGNED ZEROFILL', 'type'),
  column('scale', 'DECIMAL(10,2)', 'DECIMAL(10,3)', 'type'),
  column('fraction of seconds', 'DATETIME', 'DATETIME(3)', 'type'),
  column('enum members', "ENUM('a','b')", "ENUM('a','b','c')", 'type'),
  column('enum order', "ENUM('a','b')", "ENUM('b','a')", 'type'),
  column('set members', "SET('a','b')", "SET('a','b','c')", 'type'),
  ...of('MariaDB', column('compressed', 'BLOB', 'BLOB COMPRESSED', 'type')),
  column('nullable', 'INT', 'INT NOT NULL', 'nullable'),
  column('default', 'INT DEFAULT 1', 'INT DEFAULT 2', 'default'),
  column('no default and a default', 'INT', 'INT DEFAULT 0', 'default'),
  column('literal and expression', "VARCHAR(20) DEFAULT 'uuid()'", 'VARCHAR(20) DEFAULT (uuid())', 'default'),
  column('empty text and null', 'VARCHAR(5)', "VARCHAR(5) DEFAULT ''", 'default'),
  column('the word NULL and null', 'VARCHAR(5)', "VARCHAR(5) DEFAULT 'NULL'", 'default'),
  column('quotes in a default', "VARCHAR(9) DEFAULT 'it''s'", "VARCHAR(9) DEFAULT 'it\"s'", 'default'),
  column('generated expression', 'INT AS (id + 1) VIRTUAL', 'INT AS (id + 2) VIRTUAL', 'generated'),
  column('virtual and stored', 'INT AS (id + 1) VIRTUAL', 'INT AS (id + 1) STORED', 'generatedAs'),
  column('collation', 'VARCHAR(5) COLLATE utf8mb4_bin', 'VARCHAR(5) COLLATE utf8mb4_unicode_ci', 'collation'),
  column(
    'character set',
    'VARCHAR(5) CHARACTER SET latin1 COLLATE latin1_bin',
    'VARCHAR(5) CHARACTER SET ascii COLLATE ascii_bin',
    'collation',
  ),
  column('on update', 'DATETIME', 'DATETIME ON UPDATE CURRENT_TIMESTAMP', 'onUpdate'),
  column(
    'on update precision',
    'DATETIME(6) ON UPDATE CURRENT_TIMESTAMP(6)',
    'DATETIME(3) ON UPDATE CURRENT_TIMESTAMP(3)',
    'onUpdate,type',
  ),
  column('comment', "INT COMMENT 'a'", "INT COMMENT 'b'", 'comment'),
  column('invisible', 'INT', 'INT INVISIBLE', 'invisible'),
  ...of('MariaDB', column('column-level check', 'INT CHECK (x > 0)', 'INT CHECK (x > 1)', 'check')),
  ...of('MariaDB', column('json is checked text', 'LONGTEXT COLLATE utf8mb4_bin', 'JSON', 'check')),
  {
    name: 'column: auto_increment',
    a: 'CREATE TABLE t (id INT PRIMARY KEY)',
    b: 'CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT)',
    differs: 'column.autoIncrement',
  },
  {
    name: 'column: order',
    a: 'CREATE TABLE t (a INT, b INT, c INT)',
    b: 'CREATE TABLE t (a INT, c INT, b INT)',
    differs: 'table:reorder',
  },
  {
    name: 'column: name',
    a: 'CREATE TABLE t (a INT)',
    b: 'CREATE TABLE t (A1 INT)',
    differs: 'column',
  },
  table('engine', 'ENGINE=InnoDB ROW_FORMAT=DYNAMIC', 'ENGINE=MyISAM ROW_FORMAT=DYNAMIC', 'table.engine'),
  table('collation', 'COLLATE utf8mb4_bin', 'COLLATE utf8mb4_unicode_ci', 'table.collation'),
  table('row format', 'ROW_FORMAT=DYNAMIC', 'ROW_FORMAT=COMPACT', 'table.options,rowFormat'),
  table('options', 'STATS_PERSISTENT=1', 'STATS_PERSISTENT=0', 'table.options'),
  table('comment', "COMMENT='a'", "COMMENT='b'", 'table.comment'),
  ...of('MariaDB', table('system versioning', '', 'WITH SYSTEM VERSIONING', 'table.versioned')),
  {
    name: 'table: without system versioning for a column',
    only: 'MariaDB',
    a: 'CREATE TABLE t (id INT PRIMARY KEY, x INT) WITH SYSTEM VERSIONING',
    b: 'CREATE TABLE t (id INT PRIMARY KEY, x INT WITHOUT SYSTEM VERSIONING) WITH SYSTEM VERSIONING',
    differs: 'column.withoutVersioning',
  },
  {
    name: 'table: period and a check that looks like it',
    only: 'MariaDB',
    a: 'CREATE TABLE t (a DATE NOT NULL, b DATE NOT NULL, PERIOD FOR p (a, b))',
    b: 'CREATE TABLE t (a DATE NOT NULL, b DATE NOT NULL, CONSTRAINT p CHECK (a < b))',
    differs: 'check,period',
  },
  {
    name: 'table: key without overlaps',
    only: 'MariaDB',
    a: 'CREATE TABLE t (id INT, a DATE NOT NULL, b DATE NOT NULL, PERIOD FOR p (a, b), UNIQUE u (id, p WITHOUT OVERLAPS))',
    b: 'CREATE TABLE t (id INT, a DATE NOT NULL, b DATE NOT NULL, PERIOD FOR p (a, b), UNIQUE u (id, b, a))',
    differs: 'index.withoutOverlaps',
  },
  {
    name: 'partitions: method',
    a: parted('PARTITION BY HASH (id) PARTITIONS 2'),
    b: parted('PARTITION BY LINEAR HASH (id) PARTITIONS 2'),
    differs: 'table.partitionBy',
  },
  {
    name: 'partitions: hash of the keys',
    a: parted('PARTITION BY KEY ALGORITHM = 1 (id) PARTITIONS 2'),
    b: parted('PARTITION BY KEY ALGORITHM = 2 (id) PARTITIONS 2'),
    differs: 'table.partitionBy',
  },
  {
    name: 'partitions: number',
    a: parted('PARTITION BY HASH (id) PARTITIONS 2'),
    b: parted('PARTITION BY HASH (id) PARTITIONS 3'),
    differs: 'partition',
  },
  {
    name: 'partitions: bound',
    a: parted('PARTITION BY RANGE (id) (PARTITION p VALUES LESS THAN (10))'),
    b: parted('PARTITION BY RANGE (id) (PARTITION p VALUES LESS THAN (11))'),
    differs: 'partition.values',
  },
  {
    name: 'partitions: sub-partitions',
    a: parted(
      'PARTITION BY RANGE (id) SUBPARTITION BY HASH (to_days(d)) SUBPARTITIONS 2 (PARTITION p VALUES LESS THAN (10))',
    ),
    b: parted(
      'PARTITION BY RANGE (id) SUBPARTITION BY HASH (to_days(d)) SUBPARTITIONS 3 (PARTITION p VALUES LESS THAN (10))',
    ),
    differs: 'partition.subpartitions',
  },
  {
    name: 'partitions: system time interval',
    only: 'MariaDB',
    a: 'CREATE TABLE t (id INT) WITH SYSTEM VERSIONING PARTITION BY SYSTEM_TIME INTERVAL 1 MONTH (PARTITION p0 HISTORY, PARTITION pn CURRENT)',
    b: 'CREATE TABLE t (id INT) WITH SYSTEM VERSIONING PARTITION BY SYSTEM_TIME INTERVAL 2 MONTH (PARTITION p0 HISTORY, PARTITION pn CURRENT)',
    differs: 'table.partitionBy',
  },
  index('columns', 'KEY k (a)', 'KEY k (b)', 'index.columns'),
  index('order of columns', 'KEY k (a, b)', 'KEY k (b, a)', 'index.columns'),
  index('unique', 'KEY k (a)', 'UNIQUE KEY k (a)', 'index.unique'),
  index('prefix', 'KEY k (a(5))', 'KEY k (a(6))', 'index.lengths'),
  index('no prefix', 'KEY k (a)', 'KEY k (a(6))', 'index.lengths'),
  index('direction', 'KEY k (a, b)', 'KEY k (a, b DESC)', 'index.descending'),
  ...of('MariaDB', index('ignored', 'KEY k (a)', 'KEY k (a) IGNORED', 'index.hidden')),
  index('comment', 'KEY k (a)', "KEY k (a) COMMENT 'c'", 'index.comment'),
  index('fulltext', 'KEY k (a)', 'FULLTEXT KEY k (a)', 'index.using'),
  ...of('MariaDB', index('spatial', 'KEY k (p)', 'SPATIAL KEY k (p)', 'index.lengths,using')),
  index('name', 'KEY k (a)', 'KEY l (a)', 'index'),
  {
    name: 'primary key: columns',
    a: 'CREATE TABLE t (a INT NOT NULL, b INT NOT NULL, PRIMARY KEY (a, b))',
    b: 'CREATE TABLE t (a INT NOT NULL, b INT NOT NULL, PRIMARY KEY (b, a))',
    differs: 'primary-key.columns',
  },
  onTable(
    'foreign key: column',
    fk('(t_id) REFERENCES t (id)'),
    fk('(o_id) REFERENCES t (id)'),
    'foreign-key.columns',
  ),
  onTable(
    'foreign key: on delete',
    fk('(t_id) REFERENCES t (id)'),
    fk('(t_id) REFERENCES t (id) ON DELETE CASCADE'),
    'foreign-key.onDelete',
  ),
  onTable(
    'foreign key: on update',
    fk('(t_id) REFERENCES t (id)'),
    fk('(t_id) REFERENCES t (id) ON UPDATE SET NULL'),
    'foreign-key.onUpdate',
  ),
  onTable(
    'foreign key: parent',
    fk('(t_id) REFERENCES t (id)'),
    fk('(t_id) REFERENCES u (id)'),
    'foreign-key.references',
  ),
  onTable(
    'check: expression',
    'ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)',
    'ALTER TABLE t ADD CONSTRAINT c CHECK (a > 1)',
    'check.expression',
  ),
  onTable(
    'view: query',
    'CREATE VIEW v AS SELECT id FROM t',
    'CREATE VIEW v AS SELECT id FROM t WHERE a > 0',
    'view.definition',
  ),
  onTable(
    'view: algorithm',
    'CREATE VIEW v AS SELECT id FROM t',
    'CREATE ALGORITHM=MERGE VIEW v AS SELECT id FROM t',
    'view.algorithm',
  ),
  onTable(
    'view: security',
    'CREATE VIEW v AS SELECT id FROM t',
    'CREATE SQL SECURITY INVOKER VIEW v AS SELECT id FROM t',
    'view.security',
  ),
  onTable(
    'view: definer',
    'CREATE VIEW v AS SELECT id FROM t',
    "CREATE DEFINER='someone'@'%' VIEW v AS SELECT id FROM t",
    'view.definer',
  ),
  onTable(
    'view: check option',
    'CREATE VIEW v AS SELECT id FROM t',
    'CREATE VIEW v AS SELECT id FROM t WITH CASCADED CHECK OPTION',
    'view.checkOption',
  ),
  onTable(
    'function: body',
    'CREATE FUNCTION f() RETURNS INT RETURN 1',
    'CREATE FUNCTION f() RETURNS INT RETURN 2',
    'function.definition',
  ),
  onTable(
    'function: returns',
    'CREATE FUNCTION f() RETURNS INT RETURN 1',
    'CREATE FUNCTION f() RETURNS BIGINT RETURN 1',
    'function.returns',
  ),
  onTable(
    'function: parameter',
    'CREATE FUNCTION f(a INT) RETURNS INT RETURN 1',
    'CREATE FUNCTION f(a BIGINT) RETURNS INT RETURN 1',
    'function.parameters',
  ),
  onTable(
    'function: deterministic',
    'CREATE FUNCTION f() RETURNS INT RETURN 1',
    'CREATE FUNCTION f() RETURNS INT DETERMINISTIC RETURN 1',
    'function.deterministic',
  ),
  onTable(
    'procedure: mode of a parameter',
    'CREATE PROCEDURE p(IN a INT) SELECT 1',
    'CREATE PROCEDURE p(OUT a INT) SELECT 1',
    'procedure.parameters',
  ),
  onTable(
    'procedure: data access',
    'CREATE PROCEDURE p() SELECT 1',
    'CREATE PROCEDURE p() READS SQL DATA SELECT 1',
    'procedure.dataAccess',
  ),
  onTable(
    'procedure: security',
    'CREATE PROCEDURE p() SELECT 1',
    'CREATE PROCEDURE p() SQL SECURITY INVOKER SELECT 1',
    'procedure.security',
  ),
  onTable(
    'procedure: comment',
    'CREATE PROCEDURE p() SELECT 1',
    "CREATE PROCEDURE p() COMMENT 'c' SELECT 1",
    'procedure.comment',
  ),
  onTable(
    'procedure: sql_mode',
    'CREATE PROCEDURE p() SELECT 1',
    "SET SESSION sql_mode = 'ANSI_QUOTES'; CREATE PROCEDURE p() SELECT 1",
    'procedure.sqlMode',
  ),
  onTable(
    'trigger: body',
    'CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1',
    'CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 2',
    'trigger.definition',
  ),
  onTable(
    'trigger: time',
    'CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET @a = 1',
    'CREATE TRIGGER g AFTER INSERT ON t FOR EACH ROW SET @a = 1',
    'trigger.timing',
  ),
  onTable(
    'trigger: event',
    'CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET @a = 1',
    'CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW SET @a = 1',
    'trigger.event',
  ),
  onTable(
    'trigger: table',
    'CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET @a = 1',
    'CREATE TRIGGER g BEFORE INSERT ON u FOR EACH ROW SET @a = 1',
    'trigger',
  ),
  onTable(
    'trigger: order',
    'CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET @a = 1; CREATE TRIGGER h BEFORE INSERT ON t FOR EACH ROW SET @a = 2',
    'CREATE TRIGGER h BEFORE INSERT ON t FOR EACH ROW SET @a = 2; CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET @a = 1',
    'trigger.position',
  ),
  onTable(
    'event: interval',
    'CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1',
    'CREATE EVENT e ON SCHEDULE EVERY 2 DAY DO SELECT 1',
    'event.schedule',
  ),
  onTable(
    'event: start',
    'CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1',
    "CREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2037-01-01 00:00:00' DO SELECT 1",
    'event.starts',
  ),
  onTable(
    'event: end',
    'CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1',
    "CREATE EVENT e ON SCHEDULE EVERY 1 DAY ENDS '2037-01-01 00:00:00' DO SELECT 1",
    'event.ends',
  ),
  onTable(
    'event: status',
    'CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1',
    'CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1',
    'event.status',
  ),
  onTable(
    'event: completion',
    'CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1',
    'CREATE EVENT e ON SCHEDULE EVERY 1 DAY ON COMPLETION PRESERVE DO SELECT 1',
    'event.completion',
  ),
  onTable(
    'event: body',
    'CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1',
    'CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 2',
    'event.definition',
  ),
  ...of(
    'MariaDB',
    onTable('sequence: start', 'CREATE SEQUENCE s', 'CREATE SEQUENCE s START WITH 2', 'sequence.start'),
    onTable(
      'sequence: increment',
      'CREATE SEQUENCE s',
      'CREATE SEQUENCE s INCREMENT BY 2',
      'sequence.increment',
    ),
    onTable('sequence: limits', 'CREATE SEQUENCE s', 'CREATE SEQUENCE s MAXVALUE 99', 'sequence.max'),
    onTable('sequence: cache', 'CREATE SEQUENCE s', 'CREATE SEQUENCE s CACHE 5', 'sequence.cache'),
    onTable('sequence: cycle', 'CREATE SEQUENCE s', 'CREATE SEQUENCE s CYCLE', 'sequence.cycle'),
  ),
];

/** Differences that are not schema: both sides have one fingerprint. */
export const SAME_CASES: readonly Omit<SnapshotCase, 'differs'>[] = [
  {
    name: 'rows and the AUTO_INCREMENT counter',
    a: 'CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT)',
    b: 'CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT) AUTO_INCREMENT = 500; INSERT INTO t VALUES ()',
  },
  {
    name: 'where a sequence stands',
    only: 'MariaDB',
    a: 'CREATE SEQUENCE s',
    b: 'CREATE SEQUENCE s; SELECT NEXTVAL(s)',
  },
  {
    name: 'formatting and letter case',
    a: 'CREATE TABLE t (id INT PRIMARY KEY, x VARCHAR(5) DEFAULT NULL, KEY k (x))',
    b: 'create table `t`(\n`id` integer(11) not null,\n/* c */ x varchar(5), index k(`x`), primary key(id))',
  },
  {
    name: 'order of creation',
    a: 'CREATE TABLE a (id INT PRIMARY KEY); CREATE TABLE b (id INT PRIMARY KEY, x INT, KEY x (x), KEY y (x, id))',
    b: 'CREATE TABLE b (id INT PRIMARY KEY, x INT); CREATE TABLE a (id INT PRIMARY KEY); CREATE INDEX y ON b (x, id); CREATE INDEX x ON b (x)',
  },
  {
    name: 'one statement or several',
    a: 'CREATE TABLE t (id INT PRIMARY KEY, x INT NOT NULL DEFAULT 3)',
    b: 'CREATE TABLE t (id INT); ALTER TABLE t ADD x INT; ALTER TABLE t MODIFY id INT NOT NULL, ADD PRIMARY KEY (id); ALTER TABLE t MODIFY x INT NOT NULL DEFAULT 3',
  },
  {
    name: 'the own schema by name or not',
    a: 'CREATE TABLE t (id INT PRIMARY KEY); CREATE VIEW v AS SELECT id FROM t',
    b: 'CREATE TABLE t (id INT PRIMARY KEY); CREATE VIEW v AS SELECT t.id AS id FROM `{schema}`.t',
  },
  {
    name: 'spelling of types',
    a: 'CREATE TABLE t (a BOOLEAN, b NUMERIC(5,2), c CHARACTER VARYING(9))',
    b: 'CREATE TABLE t (a TINYINT(1), b DECIMAL(5,2), c VARCHAR(9))',
  },
];
