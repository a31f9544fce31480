// One object of every kind, in the words of the product that the tests run on.
import { PRODUCT, type Product } from '../helpers/mysql-product.ts';

/** What the products write differently, or only one of them has. */
interface Words {
  /** Defaults of JSON and TEXT, which are expressions on MySQL. */
  readonly json: string;
  readonly text: string;
  readonly uuid: string;
  readonly place: string;
  readonly hidden: string;
  readonly own: string;
}

const WORDS: Readonly<Record<Product, Words>> = {
  MariaDB: {
    json: "'{}'",
    text: "'x'",
    uuid: 'UUID DEFAULT uuid()',
    place: 'POINT NOT NULL',
    hidden: 'IGNORED',
    own: `
CREATE TABLE history (id INT PRIMARY KEY, x INT WITHOUT SYSTEM VERSIONING, y INT) WITH SYSTEM VERSIONING;
CREATE TABLE spans (id INT NOT NULL, a DATE NOT NULL, b DATE NOT NULL, PERIOD FOR p (a, b), UNIQUE (id, p WITHOUT OVERLAPS));
CREATE SEQUENCE numbers START WITH 5 INCREMENT BY 2 MAXVALUE 1000 CACHE 10 CYCLE;`,
  },
  MySQL: {
    json: '(json_object())',
    text: "('x')",
    uuid: 'CHAR(36) DEFAULT (uuid())',
    place: 'POINT NOT NULL SRID 4326',
    hidden: 'INVISIBLE',
    own: `
CREATE TABLE calculated (id INT PRIMARY KEY, tags JSON, n INT, code VARBINARY(8) DEFAULT 'a''b',
  KEY many ((CAST(tags->'$.ids' AS UNSIGNED ARRAY))), KEY sum (n, (n + 1) DESC), CONSTRAINT wished CHECK (n > 0) NOT ENFORCED);
CREATE VIEW named (one, \`the other\`) AS SELECT id, n FROM calculated;`,
  },
};

const { json, text, uuid, place, hidden, own } = WORDS[PRODUCT];

/** One of everything that the server has, for the way through dump and restore and for copies. */
export const EVERYTHING_SCRIPT = `
CREATE TABLE parent (id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(191) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL DEFAULT 'it''s' COMMENT 'c''x',
  e ENUM('a','b,c','d''e') DEFAULT 'a', s SET('x','y'), g VARCHAR(20) AS (concat(e,'x')) STORED, h INT AS (q + 1) VIRTUAL INVISIBLE, bits BIT(3) DEFAULT b'101',
  j JSON DEFAULT ${json}, u ${uuid}, price DECIMAL(10,2) UNSIGNED DEFAULT 0.00, q YEAR, place ${place}, raw BINARY(3) DEFAULT 'ab\\0', long_text TEXT DEFAULT ${text},
  at DATETIME(3) DEFAULT current_timestamp(3) ON UPDATE current_timestamp(3), ts TIMESTAMP NOT NULL DEFAULT '2020-01-01 00:00:00',
  UNIQUE KEY un (name), KEY ka (long_text(7)), KEY kd (price DESC, q), KEY ki (q) ${hidden}, FULLTEXT KEY ft (long_text) COMMENT 'ft', SPATIAL KEY sp (place),
  CONSTRAINT ck CHECK (price >= 0 AND name <> 'x''y')) COMMENT='all ''kinds''' ROW_FORMAT=DYNAMIC;
CREATE TABLE child (id INT PRIMARY KEY, parent_id BIGINT UNSIGNED, CONSTRAINT child_parent FOREIGN KEY (parent_id) REFERENCES parent (id) ON DELETE SET NULL ON UPDATE CASCADE);
CREATE TABLE parts (id INT, d DATE) PARTITION BY RANGE (to_days(d)) SUBPARTITION BY HASH (id) SUBPARTITIONS 2 (PARTITION p0 VALUES LESS THAN (738000) COMMENT 'x', PARTITION p1 VALUES LESS THAN MAXVALUE);${own}
CREATE SQL SECURITY INVOKER VIEW b_view AS SELECT id, name FROM parent WHERE name = 'a.b' WITH CASCADED CHECK OPTION;
CREATE VIEW a_view AS SELECT b.id, c.id AS child FROM b_view b JOIN child c ON c.parent_id = b.id;
DELIMITER //
CREATE PROCEDURE proc(IN a INT, OUT b VARCHAR(20) CHARACTER SET latin1, INOUT c DECIMAL(10,2)) COMMENT 'pc' MODIFIES SQL DATA
BEGIN
  DECLARE x INT;
  SET x = (SELECT MAX(id) FROM child); -- a comment; with a semicolon
  IF x > 1 THEN DELETE FROM child WHERE id = x; END IF;
END//
CREATE FUNCTION func(x INT) RETURNS VARCHAR(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DETERMINISTIC RETURN concat('a', x)//
CREATE TRIGGER t1 BEFORE INSERT ON child FOR EACH ROW BEGIN SET NEW.id = NEW.id; END//
CREATE TRIGGER t2 BEFORE INSERT ON child FOR EACH ROW PRECEDES t1 SET @x = 2//
CREATE EVENT ev ON SCHEDULE EVERY 1 DAY STARTS '2037-01-01 00:00:00' ON COMPLETION PRESERVE DISABLE COMMENT 'ev' DO BEGIN DELETE FROM child WHERE id < 0; END//
DELIMITER ;
`;
