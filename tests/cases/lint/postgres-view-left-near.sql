-- stands: pg-rename-table
CREATE TABLE ledger (id bigint PRIMARY KEY, amount numeric);
CREATE TABLE journal (id bigint PRIMARY KEY);
CREATE TABLE tariff (id bigint PRIMARY KEY);
-- migration
ALTER TABLE ledger RENAME TO ledger_entry;
CREATE VIEW ledger AS SELECT * FROM ledger_entry WHERE amount > 0;
ALTER TABLE journal RENAME TO journal_entry;
CREATE VIEW journal AS SELECT id FROM journal_entry;
ALTER TABLE tariff RENAME TO tariff_old;
-- migration
CREATE VIEW tariff AS SELECT * FROM tariff_old;
