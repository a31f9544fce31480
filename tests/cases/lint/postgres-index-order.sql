-- found: pg-index-replaced-late pg-change-type-reindex
CREATE TABLE entry (id bigint PRIMARY KEY, book_id bigint, at timestamptz, code varchar(20));
CREATE INDEX entry_book ON entry (book_id);
CREATE INDEX entry_code ON entry (code);
-- migration
DROP INDEX CONCURRENTLY entry_book;
CREATE INDEX CONCURRENTLY entry_book_at ON entry (book_id, at);
-- migration
ALTER TABLE entry ALTER COLUMN code TYPE varchar(20) COLLATE "C";
