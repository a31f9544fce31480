-- lowered: x-non-tx-statement pg-enum-add-value-tx
-- absent: pg-create-index-blocking pg-reindex-blocking
CREATE TABLE crate (id bigint PRIMARY KEY, weight bigint);
CREATE TYPE crate_kind AS ENUM ('wood');
-- migration
CREATE INDEX CONCURRENTLY crate_weight ON crate (weight);
-- migration
ALTER TYPE crate_kind ADD VALUE 'steel' AFTER 'wood';
