-- absent: pg-type-advice pg-table-without-pk pg-on-delete-cascade pg-fk-without-index pg-identifier-too-long pg-json-column
-- absent: pg-wide-index pg-duplicate-assignment pg-analyze-missing pg-lock-timeout-missing pg-statement-timeout-missing
-- absent: pg-create-extension-privilege pg-add-column-default-legacy
-- found: pg-create-index-blocking
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE TABLE harbour (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code text, opened timestamptz, depth integer, facts jsonb);
CREATE TABLE berth (
  harbour_id bigint NOT NULL REFERENCES harbour (id) ON DELETE RESTRICT,
  label text,
  spot integer[],
  "the longest vessel that may be moored here while tide is low" numeric,
  PRIMARY KEY (harbour_id, label)
);
CREATE TEMPORARY TABLE heap (a integer);
CREATE TABLE berth_like (LIKE berth INCLUDING ALL);
-- migration
SET LOCAL lock_timeout = '3s';
SET LOCAL statement_timeout = '1min';
CREATE UNIQUE INDEX berth_many ON berth (harbour_id, label, spot, opened);
CREATE INDEX berth_lower ON berth (lower(label));
ALTER TABLE harbour ADD COLUMN country text DEFAULT 'PT';
UPDATE berth SET spot[1] = 2, spot[2] = 3 WHERE harbour_id = 7;
ANALYZE berth;
