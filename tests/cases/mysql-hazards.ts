// Migrations with what they must be warned of. Each is run for real: `base` and `rows` make the live database, `sql` is the migration.

export interface HazardCase {
  readonly name: string;
  readonly base?: string;
  readonly sql: string;
  /** `code` or `code severity count`: the count is what the probe answers on the live rows. Every hazard must be named. */
  readonly expect: readonly string[];
  /** Hazards that the live rows dismiss. */
  readonly dismissed?: readonly string[];
}

const T = `CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, n INT, big BIGINT, name VARCHAR(50) NOT NULL DEFAULT 'x' COMMENT 'c', d DATETIME(3), price DECIMAL(10,2), e ENUM('a','b','c'), v INT AS (n + 1) VIRTUAL, note VARCHAR(50));
INSERT INTO t (n, big, name, d, price, e, note) VALUES (1, 5000000000, 'long enough', '2024-01-01 10:00:00.123', 1.25, 'c', NULL), (1, 2, 'é', '2024-01-01', 2.00, 'a', 'ß');
CREATE TABLE p (id INT PRIMARY KEY); INSERT INTO p VALUES (2);
CREATE TABLE hollow (id INT PRIMARY KEY, a INT, b VARCHAR(10));`;
const one = (
  name: string,
  sql: string,
  expect: readonly string[],
  dismissed: readonly string[] = [],
): HazardCase => ({ name, base: T, sql, expect, dismissed });
const ADVICE = 'my-algorithm-lock-missing advice';
/** The helper's server is MariaDB 10.11. */
const INSTANT = 'my-mariadb-instant-format advice';

export const HAZARD_CASES: readonly HazardCase[] = [
  one('drop table', 'DROP TABLE t', ['my-drop-table destructive 2']),
  one('drop an empty table', 'DROP TABLE hollow', ['my-drop-table breaking']),
  one('drop column', 'ALTER TABLE t DROP COLUMN name, ALGORITHM=INSTANT', [
    'my-drop-column destructive 2',
    INSTANT,
  ]),
  one('drop column without values', 'ALTER TABLE t ADD COLUMN zz INT; ALTER TABLE t DROP COLUMN zz', [
    INSTANT,
    ADVICE,
    'my-partial-file breaking',
  ]),
  one(
    'a column is replaced by one that the plan fills and renames',
    'ALTER TABLE t ADD COLUMN nb INT; UPDATE t SET nb = 1; ALTER TABLE t DROP COLUMN big; ALTER TABLE t RENAME COLUMN nb TO big',
    [
      'my-drop-column destructive 2',
      'my-rename-column breaking',
      INSTANT,
      ADVICE,
      'my-partial-file breaking',
    ],
  ),
  one('text is compared as a number', 'DELETE FROM t WHERE name = 0', ['x-misread-condition destructive 2']),
  one(
    'text is compared as a number that no text is',
    'DELETE FROM t WHERE name = 7',
    [],
    ['x-misread-condition'],
  ),
  one('drop virtual column', 'ALTER TABLE t DROP COLUMN v, ALGORITHM=INSTANT', [
    'my-drop-virtual-column advice 2',
  ]),
  one('rename by CHANGE', "ALTER TABLE t CHANGE name title VARCHAR(50) NOT NULL DEFAULT 'x' COMMENT 'c'", [
    'my-rename-column breaking',
    ADVICE,
  ]),
  one('rename column', 'ALTER TABLE t RENAME COLUMN name TO title', ['my-rename-column breaking', ADVICE]),
  one('rename table', 'RENAME TABLE t TO u', ['my-rename-table breaking']),
  one('rename table by ALTER', 'ALTER TABLE t RENAME TO u', ['my-rename-table breaking', ADVICE]),
  one('rename written as drop and add', 'ALTER TABLE t DROP COLUMN note, ADD COLUMN notes VARCHAR(50)', [
    INSTANT,
    'x-rename-as-drop-add destructive 1',
    ADVICE,
  ]),
  one('MODIFY loses attributes', 'ALTER TABLE t MODIFY name VARCHAR(50) NOT NULL', [
    'my-change-drops-attributes destructive',
    ADVICE,
  ]),
  one('MODIFY loses NOT NULL', "ALTER TABLE t MODIFY name VARCHAR(50) DEFAULT 'x' COMMENT 'c'", [
    'my-change-drops-attributes destructive',
    'my-not-null-to-null blocking',
    ADVICE,
  ]),
  one('MODIFY keeps everything', "ALTER TABLE t MODIFY name VARCHAR(60) NOT NULL DEFAULT 'x' COMMENT 'c'", [
    ADVICE,
  ]),
  one('narrow integer', 'ALTER TABLE t MODIFY big INT', ['my-narrow-int destructive 1', ADVICE]),
  one('signed to unsigned', 'ALTER TABLE t MODIFY n INT UNSIGNED', ['my-narrow-int breaking 0', ADVICE]),
  one('widen integer', 'ALTER TABLE t MODIFY n BIGINT', ['my-change-type-copy blocking', ADVICE]),
  one('narrow decimal', 'ALTER TABLE t MODIFY price DECIMAL(10,1)', [
    'my-narrow-decimal destructive 1',
    ADVICE,
  ]),
  one('number that a float rounds', 'ALTER TABLE t MODIFY big FLOAT', [
    'my-narrow-decimal destructive',
    ADVICE,
  ]),
  one('number that a double keeps', 'ALTER TABLE t MODIFY n DOUBLE', [
    'my-change-type-copy blocking',
    ADVICE,
  ]),
  one('text that becomes a number', 'ALTER TABLE t MODIFY note INT', ['my-lossy-type destructive', ADVICE]),
  one('number that becomes a short text', 'ALTER TABLE t MODIFY big VARCHAR(5)', [
    'my-narrow-string destructive 1',
    ADVICE,
  ]),
  one('number that becomes a long text', 'ALTER TABLE t MODIFY big VARCHAR(21)', [
    'my-change-type-copy blocking',
    ADVICE,
  ]),
  one('text that becomes a member', "ALTER TABLE t MODIFY note ENUM('a','b')", [
    'my-enum-set-remove destructive 1',
    ADVICE,
  ]),
  one('number that becomes bits', 'ALTER TABLE t MODIFY big BIT(4)', ['my-narrow-int destructive 1', ADVICE]),
  one('date that becomes a number', 'ALTER TABLE t MODIFY d BIGINT', ['my-lossy-type destructive', ADVICE]),
  one('text that becomes bytes', 'ALTER TABLE t MODIFY note VARBINARY(200)', [
    'my-change-type-copy blocking',
    ADVICE,
  ]),
  one('values that are computed from now on', 'ALTER TABLE t MODIFY big BIGINT AS (n + 1) STORED', [
    'my-drop-column destructive',
    ADVICE,
  ]),
  one('wider key', 'ALTER TABLE hollow MODIFY id BIGINT', ['my-change-type-copy advice', ADVICE]),
  one('narrow text', "ALTER TABLE t MODIFY name VARCHAR(5) NOT NULL DEFAULT 'x' COMMENT 'c'", [
    'my-narrow-string destructive 1',
    ADVICE,
  ]),
  one('text past 255 bytes', "ALTER TABLE t MODIFY name VARCHAR(100) NOT NULL DEFAULT 'x' COMMENT 'c'", [
    'my-varchar-length-byte blocking',
    ADVICE,
  ]),
  one('fraction of seconds', 'ALTER TABLE t MODIFY d DATETIME', ['my-narrow-temporal destructive 1', ADVICE]),
  one('time of day', 'ALTER TABLE t MODIFY d DATE', ['my-narrow-temporal destructive 1', ADVICE]),
  one('member removed that is used', "ALTER TABLE t MODIFY e ENUM('a','b')", [
    'my-enum-set-remove destructive 1',
    ADVICE,
  ]),
  one('member removed that is not used', "ALTER TABLE t MODIFY e ENUM('a','c')", [
    'my-enum-set-remove breaking 0',
    ADVICE,
  ]),
  one('member appended', "ALTER TABLE t MODIFY e ENUM('a','b','c','d')", [ADVICE]),
  one('member inserted', "ALTER TABLE t MODIFY e ENUM('z','a','b','c')", [
    'my-enum-set-reorder blocking',
    ADVICE,
  ]),
  one('to NOT NULL with NULLs', 'ALTER TABLE t MODIFY note VARCHAR(50) NOT NULL', [
    'my-nullable-to-not-null destructive 1',
    ADVICE,
  ]),
  one(
    'to NOT NULL without NULLs',
    'ALTER TABLE t MODIFY n INT NOT NULL',
    [ADVICE],
    ['my-nullable-to-not-null'],
  ),
  one('character set', 'ALTER TABLE t MODIFY note VARCHAR(50) CHARACTER SET ascii', [
    'my-charset-convert destructive 1',
    ADVICE,
  ]),
  one('character set that holds everything', 'ALTER TABLE t MODIFY note VARCHAR(50) CHARACTER SET latin1', [
    'my-charset-convert breaking 0',
    ADVICE,
    'my-utf8mb3-display-width advice',
  ]),
  one('required column without default', 'ALTER TABLE t ADD COLUMN req INT NOT NULL', [
    INSTANT,
    'my-add-not-null-implicit breaking 2',
    ADVICE,
  ]),
  one(
    'required column on an empty table',
    'ALTER TABLE hollow ADD COLUMN req INT NOT NULL',
    [INSTANT, ADVICE],
    ['my-add-not-null-implicit'],
  ),
  one('required date without default', 'ALTER TABLE t ADD COLUMN req DATE NOT NULL', [
    INSTANT,
    'my-add-not-null-date breaking 2',
    ADVICE,
  ]),
  one('required column with default', 'ALTER TABLE t ADD COLUMN req INT NOT NULL DEFAULT 0', [
    INSTANT,
    ADVICE,
  ]),
  one('stored generated column', 'ALTER TABLE t ADD COLUMN s INT AS (n + 2) STORED', [
    INSTANT,
    'my-add-stored-generated blocking',
    ADVICE,
  ]),
  one('index', 'CREATE INDEX i ON t (n)', ['my-add-index blocking']),
  one(
    'index on a table of the plan',
    'CREATE TABLE fresh (id INT PRIMARY KEY, a INT); CREATE INDEX i ON fresh (a)',
    [],
  ),
  one('unique with duplicates', 'CREATE UNIQUE INDEX i ON t (n)', [
    'my-add-index blocking',
    'my-unique-duplicates breaking 1',
  ]),
  one(
    'unique without duplicates',
    'CREATE UNIQUE INDEX i ON t (big)',
    ['my-add-index blocking'],
    ['my-unique-duplicates'],
  ),
  one('two indexes in one ALTER', 'ALTER TABLE t ADD INDEX i (n), ADD UNIQUE KEY j (id, n);', [
    'my-add-index blocking',
    'my-add-index blocking',
    ADVICE,
  ]),
  {
    name: 'drop an index that was there',
    base: 'CREATE TABLE w (id INT PRIMARY KEY, n INT, KEY i (n)); INSERT INTO w VALUES (1, 1)',
    sql: 'DROP INDEX i ON w',
    expect: ['my-drop-index advice'],
  },
  {
    name: 'drop an index that was there by ALTER',
    base: 'CREATE TABLE w (id INT PRIMARY KEY, n INT, KEY i (n)); INSERT INTO w VALUES (1, 1)',
    sql: 'ALTER TABLE w DROP INDEX i',
    expect: ['my-drop-index advice', ADVICE],
  },
  one('full text', 'CREATE FULLTEXT INDEX i ON t (note)', ['my-fulltext-spatial-index blocking']),
  one('foreign key with orphans', 'ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (n) REFERENCES p (id)', [
    'my-add-fk-copy blocking 2',
    'my-add-index blocking',
    ADVICE,
  ]),
  one('check with rows that fail', 'ALTER TABLE t ADD CONSTRAINT c CHECK (big > 3)', [
    'my-add-check blocking 1',
    ADVICE,
  ]),
  one('an index that is built and dropped again', 'CREATE INDEX i ON t (n); DROP INDEX i ON t', [
    'my-add-index blocking',
    'my-partial-file breaking',
  ]),
  one(
    'primary key',
    'ALTER TABLE p DROP PRIMARY KEY, ADD COLUMN x INT NOT NULL DEFAULT 1, ADD PRIMARY KEY (id, x)',
    [INSTANT, 'my-add-column-not-instant blocking', 'my-primary-key-change blocking', ADVICE],
  ),
  one('table without primary key', 'CREATE TABLE loose (a INT)', ['my-table-without-pk advice']),
  one('engine', 'ALTER TABLE p ENGINE=MyISAM', [
    'my-utf8mb3-display-width advice',
    'my-engine-change destructive',
    'my-row-format-compression blocking',
    ADVICE,
  ]),
  one('truncate', 'TRUNCATE t', ['my-truncate destructive 2']),
  one('checks off', 'SET foreign_key_checks = 0', ['my-fk-checks-off destructive']),
  one('checks off in the long form', 'SET @@SESSION.foreign_key_checks = OFF', [
    'my-fk-checks-off destructive',
  ]),
  one('checks on', 'SET foreign_key_checks = 1', []),
  one('mode without strictness', "SET SESSION sql_mode = ''", ['my-sql-mode destructive']),
  one('other checks off', 'SET unique_checks = 0', ['my-checks-off destructive']),
  one('constraints off', 'SET SESSION check_constraint_checks = 0', ['my-checks-off destructive']),
  one('not in the log', 'SET sql_log_bin = 0', ['my-not-replicated breaking']),
  one('a setting of the server', 'SET GLOBAL max_error_count = 64', ['my-server-setting breaking']),
  one('event that deletes', 'CREATE EVENT tidy ON SCHEDULE EVERY 1 DAY DISABLE DO DELETE FROM t', [
    'my-event-acts destructive',
  ]),
  one('event that counts', 'CREATE EVENT c ON SCHEDULE EVERY 1 DAY DISABLE DO INSERT INTO p VALUES (1)', []),
  one('trigger that deletes', 'CREATE TRIGGER g AFTER INSERT ON t FOR EACH ROW DELETE FROM p', [
    'my-trigger-acts breaking',
  ]),
  one('trigger on an empty table', 'CREATE TRIGGER g AFTER INSERT ON hollow FOR EACH ROW DELETE FROM p', [
    'my-trigger-acts advice',
  ]),
  one('counter set', 'ALTER TABLE t AUTO_INCREMENT = 9', ['my-sequence-set advice', ADVICE]),
  one('name that begins with a digit', 'ALTER TABLE t ADD COLUMN 1st INT; ALTER TABLE t DROP COLUMN big', [
    'my-drop-column destructive 2',
    INSTANT,
    ADVICE,
    'my-partial-file breaking',
  ]),
  one('view dropped', 'CREATE VIEW w AS SELECT 1; DROP VIEW w', []),
  one('definer', "CREATE DEFINER='nobody'@'%' VIEW w AS SELECT 1", ['my-definer-env breaking']),
  one('nothing', 'SELECT 1', []),
  one('a column in other letters is the same one', 'ALTER TABLE t MODIFY NOTE VARCHAR(50)', [ADVICE]),
  one('narrowed in other letters', 'ALTER TABLE t MODIFY BIG INT', ['my-narrow-int destructive 1', ADVICE]),
  one(
    'dropped and made anew is not the old one',
    "ALTER TABLE t DROP COLUMN note, ADD COLUMN note VARCHAR(5) NOT NULL DEFAULT 'x'",
    ['my-drop-column destructive 1', INSTANT, ADVICE],
  ),
  one('dropped, and another takes its name', 'ALTER TABLE t DROP COLUMN note, RENAME COLUMN n TO note', [
    'my-drop-column destructive 1',
    'my-rename-column breaking',
    INSTANT,
    ADVICE,
  ]),
  one('a key column keeps NOT NULL under another name', 'ALTER TABLE t CHANGE id uid INT AUTO_INCREMENT', [
    'my-rename-column breaking',
    ADVICE,
  ]),
  one('the engine that it has', 'ALTER TABLE t ENGINE = innodb', [
    'my-row-format-compression blocking',
    ADVICE,
  ]),
  one(
    'character set of columns to come',
    'ALTER TABLE t DEFAULT CHARACTER SET = utf8mb4 COLLATE utf8mb4_bin',
    ['my-change-default advice', ADVICE],
  ),
  {
    name: 'times of a TIMESTAMP fit a DATETIME',
    base: 'CREATE TABLE s (id INT PRIMARY KEY, t TIMESTAMP(3) NULL, d DATETIME(3)); INSERT INTO s VALUES (1, NOW(), NOW())',
    sql: 'ALTER TABLE s MODIFY t DATETIME(3)',
    expect: ['my-change-type-copy blocking', ADVICE],
  },
  {
    name: 'a TIMESTAMP of fewer digits',
    base: "CREATE TABLE s (id INT PRIMARY KEY, d DATETIME(3)); INSERT INTO s VALUES (1, '2024-01-01 10:00:00.123')",
    sql: 'ALTER TABLE s MODIFY d TIMESTAMP NULL',
    expect: ['my-narrow-temporal destructive 1', ADVICE],
  },
  one(
    'a required column whose default goes again',
    'ALTER TABLE t ADD COLUMN r INT DEFAULT 1 NOT NULL; ALTER TABLE t ALTER COLUMN r DROP DEFAULT',
    ['my-add-not-null-implicit breaking', INSTANT, ADVICE, 'my-partial-file breaking'],
  ),
];
