-- lowered: pg-rename-table
CREATE TABLE ledger (id bigint PRIMARY KEY, amount numeric);
-- migration
ALTER TABLE ledger RENAME TO ledger_entry;
CREATE VIEW ledger AS SELECT * FROM ledger_entry;
