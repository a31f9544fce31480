-- found: pg-drop-index-blocking
-- absent: pg-index-replaced-late pg-change-type-reindex
CREATE TABLE entry (id bigint PRIMARY KEY, book_id bigint, at timestamptz, code varchar(20));
CREATE INDEX entry_book ON entry (book_id);
CREATE INDEX entry_at ON entry (at);
CREATE INDEX entry_at_book ON entry (at, book_id);
-- migration
CREATE INDEX CONCURRENTLY entry_book_at ON entry (book_id, at);
DROP INDEX CONCURRENTLY entry_book;
-- migration
DROP INDEX CONCURRENTLY entry_at;
CREATE INDEX CONCURRENTLY entry_at_id ON entry (at, id);
-- migration
DROP INDEX entry_at_book;
CREATE INDEX entry_at_2 ON entry (at, book_id, id);
-- migration
ALTER TABLE entry ALTER COLUMN code TYPE varchar(20) COLLATE "C";
