// What the text of a statement says, and how a migration falls into batches. No server.
import * as assert from 'uvu/assert';
import { refuseBeyond, refuseWrites } from '../../lib/dialects/mysql/guards.ts';
import { dialect } from '../../lib/dialects/mysql/index.ts';
import { splitStatements } from '../../lib/sql/index.ts';
import { spec } from '../helpers/spec.ts';

const split = (sql: string) => splitStatements(sql, { file: 'm.sql', rules: dialect.scan });
const facts = (sql: string) => {
  const [statement] = split(sql);
  if (!statement) throw new Error(`nothing in ${sql}`);
  return dialect.classify(statement);
};

/** Statement, kind, verb, tables. */
const CASES: readonly (readonly [string, string, string, string])[] = [
  ['CREATE TABLE `t` (id INT)', 'ddl', 'CREATE TABLE', 't'],
  [
    'create table if not exists db.`t` (id int, foreign key (x) references u (id))',
    'ddl',
    'CREATE TABLE',
    't,u',
  ],
  ['CREATE TEMPORARY TABLE t SELECT * FROM a JOIN b', 'ddl', 'CREATE TEMPORARY TABLE', 't,a,b'],
  ['CREATE TABLE t LIKE u', 'ddl', 'CREATE TABLE', 't,u'],
  ['CREATE OR REPLACE TABLE t (id INT)', 'ddl', 'CREATE OR REPLACE TABLE', 't'],
  ['ALTER TABLE `t` ADD CONSTRAINT `f` FOREIGN KEY (`x`) REFERENCES `u`(`id`)', 'ddl', 'ALTER TABLE', 't,u'],
  ['ALTER ONLINE IGNORE TABLE t ADD x INT', 'ddl', 'ALTER ONLINE IGNORE TABLE', 't'],
  ['DROP TABLE IF EXISTS a, `b`', 'ddl', 'DROP TABLE', 'a,b'],
  ['RENAME TABLE a TO b, c TO d', 'ddl', 'RENAME TABLE', 'a,b,c,d'],
  ['TRUNCATE t', 'ddl', 'TRUNCATE', 't'],
  ['TRUNCATE TABLE t', 'ddl', 'TRUNCATE', 't'],
  ['CREATE UNIQUE INDEX i ON t (a)', 'ddl', 'CREATE UNIQUE INDEX', 't'],
  ['CREATE FULLTEXT INDEX i ON db.t (a)', 'ddl', 'CREATE FULLTEXT INDEX', 't'],
  ['DROP INDEX i ON t', 'ddl', 'DROP INDEX', 't'],
  [
    'CREATE ALGORITHM=MERGE DEFINER=`a`@`%` SQL SECURITY INVOKER VIEW v AS SELECT * FROM t',
    'ddl',
    'CREATE VIEW',
    'v,t',
  ],
  [
    'CREATE DEFINER=CURRENT_USER() TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET @a = 1',
    'ddl',
    'CREATE TRIGGER',
    't',
  ],
  ["CREATE DEFINER='a'@'localhost' PROCEDURE p() BEGIN DELETE FROM t; END", 'ddl', 'CREATE PROCEDURE', ''],
  ['CREATE SEQUENCE s', 'ddl', 'CREATE SEQUENCE', ''],
  ['CREATE DATABASE x', 'ddl', 'CREATE DATABASE', ''],
  ['GRANT SELECT ON t TO x', 'ddl', 'GRANT', ''],
  ['/*!50001 CREATE TABLE t (id INT) */', 'ddl', 'CREATE TABLE', 't'],
  ['-- AlterTable\nALTER TABLE t ADD x INT', 'ddl', 'ALTER TABLE', 't'],
  ['INSERT INTO t SELECT * FROM u', 'dml', 'INSERT', 't,u'],
  ['INSERT IGNORE t VALUES (1)', 'dml', 'INSERT', 't'],
  ['REPLACE INTO db.t VALUES (1)', 'dml', 'REPLACE', 't'],
  ['UPDATE LOW_PRIORITY t SET a = 1', 'dml', 'UPDATE', 't'],
  ['UPDATE a JOIN b ON a.id = b.id SET a.x = b.x', 'dml', 'UPDATE', 'a,b'],
  ['DELETE FROM t WHERE id IN (SELECT id FROM u)', 'dml', 'DELETE', 't,u'],
  ['WITH c AS (SELECT 1 FROM a) UPDATE t SET x = 1', 'dml', 'WITH UPDATE', 't,a'],
  ['WITH c AS (SELECT 1 FROM a) SELECT * FROM c', 'query', 'WITH', 'a,c'],
  ["SELECT 'DROP TABLE t' FROM x", 'query', 'SELECT', 'x'],
  ['SET foreign_key_checks = 0', 'session', 'SET', ''],
  ['USE other', 'session', 'USE', ''],
  ['START TRANSACTION', 'transaction', 'START', ''],
  ['BEGIN', 'transaction', 'BEGIN', ''],
  ['BEGIN NOT ATOMIC DELETE FROM t; END', 'opaque', 'BEGIN', ''],
  ['CALL p()', 'opaque', 'CALL', ''],
  ["PREPARE s FROM 'DROP TABLE t'", 'opaque', 'PREPARE', ''],
  ['FROBNICATE t', 'opaque', 'FROBNICATE', ''],
];

spec('mysql scan', ({ test }) => {
  for (const [sql, kind, verb, tables] of CASES) {
    test(sql.replaceAll('\n', ' '), () => {
      const found = facts(sql);
      assert.is(found.kind, kind);
      assert.is(found.verb, verb);
      assert.is(found.tables.map((table) => table.name).join(','), tables);
      assert.is(found.kind === 'opaque', found.opaque !== undefined);
      assert.is(found.transactional, kind === 'dml' || kind === 'query');
    });
  }

  test('DELIMITER and bodies come as one statement each', () => {
    const statements = split(
      'CREATE TABLE a (id INT);\nDELIMITER //\nCREATE TRIGGER g BEFORE INSERT ON a FOR EACH ROW BEGIN SET NEW.id = 1; SET @x = 2; END//\nDELIMITER ;\nINSERT INTO a VALUES (1);',
    );
    assert.equal(
      statements.map((one) => facts(one.text).verb),
      ['CREATE TABLE', 'CREATE TRIGGER', 'INSERT'],
    );
  });

  test('every schema statement is a batch of its own, and neighbouring data statements are one', () => {
    const found = dialect.batches(
      split(
        'CREATE TABLE a (id INT); ALTER TABLE a ADD x INT; INSERT INTO a VALUES (1); UPDATE a SET x = 1; SELECT 1; DROP TABLE a; SET @a = 1; SET @b = 2; CALL p(); DELETE FROM b',
      ),
    );
    assert.equal(
      found.map((batch) => [batch.transactional, batch.statements.length]),
      [
        [false, 1],
        [false, 1],
        [true, 3],
        [false, 1],
        [false, 2],
        [false, 1],
        [true, 1],
      ],
    );
    assert.match(found[0]?.because ?? '', 'commit');
    assert.equal(found.flatMap((batch) => batch.statements).length, 10);
  });

  test("a file's own transaction is sent as it is", () => {
    const found = dialect.batches(
      split(
        'START TRANSACTION; INSERT INTO a VALUES (1); SAVEPOINT s; ROLLBACK TO SAVEPOINT s; COMMIT; INSERT INTO b VALUES (1)',
      ),
    );
    assert.equal(
      found.map((batch) => [batch.transactional, batch.statements.length]),
      [
        [false, 5],
        [true, 1],
      ],
    );
  });

  test('questions pass a read session', () => {
    for (const sql of [
      'SELECT 1',
      '(SELECT 1) UNION (SELECT 2)',
      'SHOW CREATE TABLE t',
      'WITH a AS (SELECT 1) SELECT * FROM a',
      'SET SESSION lock_wait_timeout = 5',
      "SELECT 'INTO OUTFILE'",
      'EXPLAIN SELECT 1',
      '/* x */ SELECT 1',
      'START TRANSACTION READ ONLY',
      'SET STATEMENT max_statement_time = 1 FOR SELECT 1',
      '',
    ]) {
      assert.not.throws(() => refuseWrites(sql), sql);
    }
  });

  test("a shadow on the target's server refuses its name, and nothing that only looks like it", () => {
    const target = { schema: 'shop', eventsRun: true, others: ['Crm', 'orders'] };
    for (const sql of [
      'INSERT INTO shop.t VALUES (1)',
      'UPDATE `shop`.`t` SET a = 1',
      'SELECT * FROM a JOIN Shop . b',
      'USE shop',
      'DROP DATABASE `shop`',
      'DROP DATABASE IF EXISTS shop',
      'CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1',
      '/*!50000 DELETE FROM shop.t */',
      'INSERT INTO crm.log VALUES (1)',
      'INSERT INTO `Crm`.log SELECT * FROM t',
      'UPDATE t JOIN crm.log l ON l.id = t.id SET l.n = 1',
      'DELETE crm.log FROM crm.log JOIN t ON t.id = log.id',
      'DROP TABLE IF EXISTS crm.log',
      'DROP SCHEMA IF EXISTS crm',
      'CREATE TABLE x (id INT, FOREIGN KEY (id) REFERENCES crm.log (id))',
      'CREATE TRIGGER g AFTER INSERT ON t FOR EACH ROW INSERT INTO crm.log SELECT 1',
      'CREATE DEFINER = `a`@`b` PROCEDURE p() BEGIN SELECT 1; DELETE FROM crm.log; END',
      'USE crm',
      'CALL crm.p()',
      'SELECT crm.f()',
      'WITH x AS (SELECT 1) UPDATE crm.log SET n = 1',
      'RENAME TABLE t TO crm.t',
    ]) {
      assert.throws(
        () => refuseBeyond(sql, target),
        (error: Error) => error.name === 'DbsyncError',
        sql,
      );
    }
    for (const sql of [
      "INSERT INTO t VALUES ('shop.t')",
      'ALTER TABLE shop ADD x INT',
      'SELECT t.shop FROM t',
      '-- shop.t\nSELECT 1',
      'CREATE TABLE workshop.t (id INT)',
      'DROP TABLE IF EXISTS orders',
      'SELECT orders.id FROM orders',
      'INSERT INTO t SELECT * FROM crm.log',
      'CREATE OR REPLACE VIEW v AS SELECT * FROM crm.log',
      'CREATE TABLE t2 AS SELECT * FROM crm.log',
      'ALTER TABLE orders ADD crm INT',
    ]) {
      assert.not.throws(() => refuseBeyond(sql, target), sql);
    }
  });
});
