-- found: pg-grant-revoke pg-drop-policy-rls pg-trigger-ddl pg-logical-replication-ddl pg-session-setting-leak pg-drop-type pg-rename-table
-- found: pg-drop-partition pg-set-tablespace-am pg-add-stored-generated x-create-or-replace pg-rule-discards-writes
-- history: partial
-- open: pg-drop-partition pg-rule-discards-writes
ALTER TABLE ledger_entry FORCE ROW LEVEL SECURITY;
ALTER POLICY own_rows ON ledger_entry USING (owner = current_user);
CREATE RULE no_insert AS ON INSERT TO ledger_entry DO INSTEAD NOTHING;
ALTER TABLE ledger_entry DISABLE TRIGGER USER;
DROP PUBLICATION everything;
ALTER DATABASE books SET search_path = archive;
DROP CAST (text AS ledger_kind);
ALTER TYPE ledger_kind RENAME TO ledger_sort;
ALTER TABLE measure DETACH PARTITION measure_2019;
ALTER INDEX ledger_entry_pkey SET TABLESPACE slow;
ALTER TABLE ledger_entry ALTER COLUMN gross SET EXPRESSION AS (net * 2);
CREATE OR REPLACE FUNCTION net(entry ledger_entry) RETURNS numeric LANGUAGE sql AS 'SELECT 1';
GRANT auditor TO clerk;
