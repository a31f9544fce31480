-- lowered: pg-drop-view pg-drop-trigger-function
-- absent: pg-add-fk-validating pg-add-check-validating pg-unique-duplicates pg-drop-sequence pg-drop-materialized-view pg-fk-checks-off pg-session-setting-leak
CREATE TABLE book (id bigint PRIMARY KEY);
CREATE TABLE entry (id bigint PRIMARY KEY, n bigint NOT NULL, m bigint, book_id bigint, CONSTRAINT entry_book FOREIGN KEY (book_id) REFERENCES book (id), CONSTRAINT entry_n CHECK (n > 0), CONSTRAINT entry_u UNIQUE (n));
CREATE VIEW seen AS SELECT n FROM entry;
CREATE FUNCTION one() RETURNS integer LANGUAGE sql AS 'SELECT 1';
-- migration
ALTER TABLE entry ADD CONSTRAINT entry_book_2 FOREIGN KEY (book_id) REFERENCES book (id) NOT VALID;
-- migration
ALTER TABLE entry VALIDATE CONSTRAINT entry_book_2;
ALTER TABLE entry DROP CONSTRAINT entry_book;
ALTER TABLE entry RENAME CONSTRAINT entry_book_2 TO entry_book;
-- migration
ALTER TABLE entry DROP CONSTRAINT entry_u, ADD CONSTRAINT entry_u UNIQUE (n, m);
-- migration
DROP VIEW seen;
CREATE VIEW seen AS SELECT n, m FROM entry;
-- migration
DROP FUNCTION one();
CREATE FUNCTION one() RETURNS text LANGUAGE sql AS 'SELECT 1';
-- migration
CREATE SEQUENCE own;
DROP SEQUENCE own;
CREATE SEQUENCE own;
SELECT set_config('app.tenant', 'one', true);
SELECT set_config('lock_timeout', '5s', false);
