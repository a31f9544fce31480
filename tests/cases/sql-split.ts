// Files of SQL and the statements that they hold, for each set of lexical rules. Data only.
import type { ScanRules } from '../../lib/sql/index.ts';

export const POSTGRES: ScanRules = {
  dollarQuotes: true,
  backticks: false,
  brackets: false,
  doubleQuotes: 'identifier',
  backslashEscapes: 'e-strings',
  hashComments: false,
  dashNeedsSpace: false,
  returnEndsComment: true,
  nestedComments: true,
  executableComments: false,
  delimiterDirective: false,
  compoundBodies: true,
};

export const MYSQL: ScanRules = {
  dollarQuotes: false,
  backticks: true,
  brackets: false,
  doubleQuotes: 'string',
  backslashEscapes: 'always',
  hashComments: true,
  dashNeedsSpace: true,
  nestedComments: false,
  executableComments: true,
  digitNames: true,
  delimiterDirective: true,
  compoundBodies: true,
};

export const SQLITE: ScanRules = {
  dollarQuotes: false,
  backticks: true,
  brackets: true,
  doubleQuotes: 'identifier',
  backslashEscapes: 'never',
  hashComments: false,
  dashNeedsSpace: false,
  nestedComments: false,
  executableComments: false,
  delimiterDirective: false,
  compoundBodies: true,
};

export interface SplitCase {
  readonly name: string;
  readonly rules: ScanRules;
  readonly text: string;
  readonly statements: readonly string[];
}

/** Cases whose pieces, joined with the terminator, are the text itself: `parts` are both input and expectation. */
const whole = (name: string, rules: ScanRules, parts: readonly string[]): SplitCase => ({
  name,
  rules,
  text: parts.map((part) => `${part};\n`).join(''),
  statements: parts,
});

const SHARED: readonly SplitCase[] = [POSTGRES, MYSQL, SQLITE].flatMap((rules, index) => {
  const of = ['postgres', 'mysql', 'sqlite'][index] ?? '';
  return [
    { name: `${of}: nothing`, rules, text: '', statements: [] },
    { name: `${of}: only comments`, rules, text: '-- a;\n/* b; */\n', statements: [] },
    { name: `${of}: empty statements`, rules, text: ';;\n ; -- x\n;', statements: [] },
    {
      name: `${of}: no last terminator`,
      rules,
      text: 'SELECT 1;\nSELECT 2',
      statements: ['SELECT 1', 'SELECT 2'],
    },
    {
      name: `${of}: byte order mark, carriage returns, comment above`,
      rules,
      text: '\ufeff-- CreateTable\r\nCREATE TABLE a (\r\n  b int\r\n);\r\nSELECT 1;\r\n',
      statements: ['CREATE TABLE a (\r\n  b int\r\n)', 'SELECT 1'],
    },
    whole(`${of}: comments inside are kept`, rules, ['SELECT 1 -- one; really\n, 2', 'SELECT /* ; */ 3']),
    whole(`${of}: quotes hide semicolons`, rules, [`SELECT 'a;b', 'it''s; c'`, `SELECT ';' AS "x;y"`]),
    whole(`${of}: BEGIN and COMMIT are transactions`, rules, ['BEGIN', 'SELECT 1', 'COMMIT']),
    whole(`${of}: BEGIN TRANSACTION, END`, rules, [
      'BEGIN TRANSACTION',
      'SELECT CASE WHEN 1 THEN 2 END',
      'END',
      'SELECT 3',
    ]),
    whole(`${of}: tables named after blocks`, rules, [
      'CREATE TABLE begin_log (a int)',
      'DROP TABLE IF EXISTS loop1',
      'SELECT 1',
    ]),
  ];
});

const OF_POSTGRES: readonly SplitCase[] = [
  whole('postgres: dollar quotes', POSTGRES, [
    'CREATE FUNCTION f() RETURNS int AS $$ BEGIN RETURN 1; END; $$ LANGUAGE plpgsql',
    'DO $do$ BEGIN PERFORM $x$;$x$; EXECUTE $y$a;b$y$; END $do$',
    'SELECT $$;$$, $a$ $$ ; $b$ ; $a$, 2',
  ]),
  whole('postgres: a dollar within a name opens nothing', POSTGRES, ['SELECT a$b$c', 'SELECT d$b$']),
  whole('postgres: E strings', POSTGRES, ["SELECT E'a\\';b', 'c\\'", "SELECT e'\\\\', 1"]),
  whole('postgres: nested comments', POSTGRES, ['SELECT 1 /* a /* b; */ c; */ + 2', 'SELECT 3']),
  whole('postgres: BEGIN ATOMIC', POSTGRES, [
    'CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN a > 1 THEN 2 END; SELECT 3; END',
    'CREATE OR REPLACE PROCEDURE p() LANGUAGE sql SET search_path = a BEGIN ATOMIC INSERT INTO t VALUES (1); END',
    'SELECT 4',
  ]),
  whole('postgres: a function without a body of words', POSTGRES, [
    'CREATE FUNCTION f(begin int) RETURNS trigger RETURN (SELECT CASE WHEN begin > 1 THEN 1 END)',
    'CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW EXECUTE FUNCTION f()',
    'SELECT 1',
  ]),
  whole('postgres: a rule with several commands', POSTGRES, [
    'CREATE RULE r AS ON INSERT TO t DO ALSO (INSERT INTO a VALUES (1); INSERT INTO b VALUES (2))',
    'SELECT 1',
  ]),
  {
    name: 'postgres: a return ends a comment',
    rules: POSTGRES,
    text: '-- a\rDROP TABLE t;',
    statements: ['DROP TABLE t'],
  },
  whole('postgres: operators and casts', POSTGRES, [
    "SELECT '{}'::jsonb ? 'a', 1 @> 2, a[1:2], @ -1",
    'SELECT U&\'d\\0061;\', U&"x;y"',
  ]),
];

const OF_MYSQL: readonly SplitCase[] = [
  whole('mysql: backslash escapes', MYSQL, ['SELECT \'it\\\'s; x\', "a\\";b"', "SELECT '\\\\', 1"]),
  {
    name: 'mysql: hash comments',
    rules: MYSQL,
    text: 'SELECT 1 # one; two\n;#;\nSELECT 2',
    statements: ['SELECT 1', 'SELECT 2'],
  },
  {
    name: 'mysql: two dashes without a space are an operator',
    rules: MYSQL,
    text: 'SELECT 5--1;\n--x;\n-- y;\nSELECT 2',
    statements: ['SELECT 5--1', '--x', 'SELECT 2'],
  },
  whole('mysql: executable comments are code', MYSQL, [
    '/*!40101 SET NAMES utf8 */',
    'CREATE TABLE a (b int) /*!50100 PARTITION BY HASH (b) */',
    '/*M!100100 SET @a = 1 */',
  ]),
  {
    name: 'mysql: DELIMITER lines',
    rules: MYSQL,
    text: 'SELECT 1;\nDELIMITER //\nCREATE PROCEDURE p()\nBEGIN\n  SELECT 1; SELECT "//";\nEND//\nSELECT 2 //\ndelimiter ;\nSELECT 3;',
    statements: [
      'SELECT 1',
      'CREATE PROCEDURE p()\nBEGIN\n  SELECT 1; SELECT "//";\nEND',
      'SELECT 2',
      'SELECT 3',
    ],
  },
  {
    name: 'mysql: a delimiter of dollars directly behind a word',
    rules: MYSQL,
    text: 'DELIMITER $$\r\nCREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW BEGIN SET @a = 1; END$$\r\nDELIMITER ;\r\nSELECT 1;',
    statements: ['CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW BEGIN SET @a = 1; END', 'SELECT 1'],
  },
  {
    name: 'mysql: a column named delimiter',
    rules: MYSQL,
    text: 'CREATE TABLE t (\n  delimiter varchar(10),\n  b int\n);\nSELECT 1;',
    statements: ['CREATE TABLE t (\n  delimiter varchar(10),\n  b int\n)', 'SELECT 1'],
  },
  whole('mysql: bodies without DELIMITER', MYSQL, [
    'CREATE PROCEDURE p(IN a INT) BEGIN DECLARE x INT DEFAULT 0; IF a > 1 THEN SET x = 1; ELSEIF a > 2 THEN SET x = 2; ELSE SET x = 3; END IF; END',
    'CREATE DEFINER=`root`@`%` FUNCTION f() RETURNS INT DETERMINISTIC BEGIN RETURN IF(1 > 0, 1, 2); END',
    'CREATE DEFINER=admin@localhost PROCEDURE q() lbl: LOOP LEAVE lbl; END LOOP lbl',
    'CREATE PROCEDURE w() WHILE @a < 3 DO SET @a = @a + 1; END WHILE',
    'CREATE PROCEDURE r() REPEAT SET @a = @a + 1; UNTIL @a > 3 END REPEAT',
    'CREATE PROCEDURE c(a INT) CASE a WHEN 1 THEN SELECT 1; WHEN 2 THEN BEGIN END; ELSE SELECT CASE WHEN a THEN IF(a, 1, 2) ELSE 3 END; END CASE',
    'CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW IF NOT (NEW.a > 1) THEN SET NEW.a = 2; END IF',
    'CREATE TRIGGER IF NOT EXISTS t2 AFTER UPDATE ON x FOR EACH ROW FOLLOWS t BEGIN DELETE FROM y WHERE a = OLD.a; END',
    'CREATE EVENT e ON SCHEDULE EVERY 1 DAY ON COMPLETION PRESERVE DO BEGIN DELETE FROM a; DELETE FROM b; END',
    'CREATE PROCEDURE h() BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; RESIGNAL; END; START TRANSACTION; COMMIT; END',
    'SELECT 1',
  ]),
  whole('mysql: bodies of one simple statement', MYSQL, [
    'CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW SET NEW.a = IF(NEW.a > 1, 1, REPEAT(1, 2))',
    'CREATE FUNCTION f() RETURNS CHAR(9) RETURN REPEAT("a", 3)',
    'CREATE PROCEDURE p() SELECT IF(1, 2, 3), CASE WHEN 1 THEN 2 END',
    'CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM a WHERE IF(b, 1, 0)',
    'ALTER EVENT e DO BEGIN DELETE FROM a; END',
    'DROP PROCEDURE IF EXISTS p',
    'SELECT 1',
  ]),
  whole('mysql: compound statements outside of routines', MYSQL, [
    'BEGIN NOT ATOMIC SET @a = 1; IF @a THEN SELECT 1; END IF; END',
    'IF @a THEN SELECT 1; END IF',
    'SELECT 1',
  ]),
  whole('mysql: a dump of a trigger', MYSQL, [
    '/*!50003 CREATE*/ /*!50017 DEFINER=`a`@`b`*/ /*!50003 TRIGGER `t` BEFORE INSERT ON `x` FOR EACH ROW BEGIN SET @a = 1; END */',
    'SELECT 1',
  ]),
];

const OF_SQLITE: readonly SplitCase[] = [
  whole('sqlite: names in brackets and backticks', SQLITE, ['SELECT [a;b] FROM `c;d`', 'SELECT "e;f"']),
  whole('sqlite: a backslash escapes nothing', SQLITE, ["SELECT 'a\\'", "SELECT 'b'"]),
  whole('sqlite: triggers', SQLITE, [
    'CREATE TRIGGER t AFTER INSERT ON x BEGIN UPDATE x SET a = CASE WHEN b THEN 1 ELSE 2 END; DELETE FROM y; END',
    'CREATE TEMP TRIGGER IF NOT EXISTS t2 INSTEAD OF UPDATE OF a, begin ON v FOR EACH ROW WHEN CASE new.a WHEN 1 THEN 1 END BEGIN SELECT 1; END',
    'CREATE TRIGGER begin_t AFTER DELETE ON x BEGIN SELECT CASE WHEN 1 THEN CASE WHEN 2 THEN 3 END END; END',
    'SELECT 1',
  ]),
  whole('sqlite: columns named begin and end', SQLITE, [
    'CREATE TRIGGER t AFTER UPDATE OF "begin" ON x BEGIN UPDATE x SET end = new.end, begin = 1 WHERE end > 2; SELECT CASE WHEN end > 1 THEN end END; END',
    'SELECT 1',
  ]),
  whole('sqlite: comments between the words of a trigger', SQLITE, [
    'CREATE -- ;\n TRIGGER /* ; */ t AFTER INSERT ON x BEGIN -- it; is\n SELECT 1; /* END; */ END',
    'SELECT 1',
  ]),
];

export const SPLIT_CASES: readonly SplitCase[] = [...SHARED, ...OF_POSTGRES, ...OF_MYSQL, ...OF_SQLITE];

/** Texts that no client would accept; scanning must end, lose nothing and keep order. */
export const HOSTILE: readonly { readonly name: string; readonly text: string }[] = [
  { name: 'an open string', text: "SELECT 'abc" },
  { name: 'an open identifier', text: 'SELECT "abc' },
  { name: 'an open bracket', text: 'SELECT [abc' },
  { name: 'an open comment', text: 'SELECT 1 /* abc /* ' },
  { name: 'an open dollar quote', text: 'SELECT $a$ abc $b$ $' },
  { name: 'an open E string that ends in a backslash', text: "SELECT E'abc\\" },
  { name: 'an executable comment without end', text: '/*!50000 SELECT 1; ' },
  { name: 'a close without open', text: '*/ SELECT */ 1;' },
  { name: 'NUL and control characters', text: 'SELECT \u0000, \u001b[2J; \u0007' },
  { name: 'a lone surrogate', text: 'SELECT \ud800; SELECT "\udc00"' },
  { name: 'a DELIMITER line without delimiter', text: 'DELIMITER \nSELECT 1;' },
  { name: 'only BEGINs', text: 'CREATE TRIGGER t AFTER INSERT ON x '.concat('BEGIN '.repeat(2000)) },
  { name: 'only ENDs', text: 'CREATE TRIGGER t AFTER INSERT ON x '.concat('END; '.repeat(2000)) },
  { name: 'deep comments', text: '/*'.repeat(5000) },
];
