-- found: pg-add-fk-validating pg-add-check-validating pg-add-unique-constraint pg-unique-duplicates pg-change-primary-key pg-drop-sequence pg-drop-materialized-view pg-fk-checks-off pg-session-setting-leak
-- open: pg-drop-sequence pg-fk-checks-off
CREATE TABLE book (id bigint PRIMARY KEY);
CREATE TABLE entry (id bigint PRIMARY KEY, n bigint NOT NULL, m bigint, book_id bigint, CONSTRAINT entry_book FOREIGN KEY (book_id) REFERENCES book (id), CONSTRAINT entry_n CHECK (n > 0), CONSTRAINT entry_u UNIQUE (n, m));
CREATE SEQUENCE counter;
CREATE MATERIALIZED VIEW sums AS SELECT n FROM entry;
-- migration
ALTER TABLE entry DROP CONSTRAINT entry_book;
ALTER TABLE entry ADD CONSTRAINT entry_book FOREIGN KEY (book_id) REFERENCES book (id) ON DELETE SET NULL;
-- migration
ALTER TABLE entry DROP CONSTRAINT entry_n, ADD CONSTRAINT entry_n CHECK (n > 1);
-- migration
ALTER TABLE entry DROP CONSTRAINT entry_u, ADD CONSTRAINT entry_u UNIQUE (n);
-- migration
ALTER TABLE entry DROP CONSTRAINT entry_pkey, ADD PRIMARY KEY (id, n);
-- migration
DROP SEQUENCE counter;
CREATE SEQUENCE counter;
-- migration
DROP MATERIALIZED VIEW sums;
CREATE MATERIALIZED VIEW sums AS SELECT n, m FROM entry;
-- migration
SELECT set_config('session_replication_role', 'replica', false);
