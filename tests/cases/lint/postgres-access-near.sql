-- absent: pg-grant-revoke pg-drop-policy-rls pg-trigger-ddl pg-session-setting-leak pg-rename-table pg-drop-partition x-create-or-replace
-- absent: pg-add-primary-key pg-add-unique-constraint pg-add-check-validating pg-rewrite-maintenance pg-create-index-blocking
CREATE TABLE ledger_entry (id bigint PRIMARY KEY, kind text, a bigint);
ALTER TABLE ledger_entry ENABLE ROW LEVEL SECURITY;
CREATE TYPE colour AS ENUM ('red');
CREATE OR REPLACE FUNCTION one() RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE TABLE measure (id bigint, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
-- migration
SET application_name = 'migration';
SET idle_in_transaction_session_timeout = '1min';
CREATE TYPE colour_new AS ENUM ('red', 'blue');
ALTER TYPE colour RENAME TO colour_old;
ALTER TYPE colour_new RENAME TO colour;
ALTER TABLE ledger_entry DROP CONSTRAINT IF EXISTS ledger_entry_kind;
CREATE INDEX measure_day ON ONLY measure (day);
-- migration
ALTER TABLE ledger_entry ADD CONSTRAINT ledger_entry_kind UNIQUE USING INDEX kind_index;
-- migration
ALTER TABLE ledger_entry RENAME CONSTRAINT ledger_entry_kind TO ledger_entry_sort;
-- migration
VACUUM (FULL false) ledger_entry;
