-- found: x-non-tx-statement pg-enum-add-value-tx pg-reindex-blocking x-mixed-ddl-dml x-update-no-where
-- open: x-update-no-where
CREATE TABLE crate (id bigint PRIMARY KEY, weight bigint, kind text);
CREATE TYPE crate_kind AS ENUM ('wood');
-- migration
DROP INDEX CONCURRENTLY crate_weight;
VACUUM crate;
-- migration
ALTER TYPE crate_kind ADD VALUE 'steel' AFTER 'wood';
UPDATE crate SET kind = 'steel';
-- migration
REINDEX (CONCURRENTLY false) TABLE crate;
