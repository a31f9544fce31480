-- found: pg-trigger-ddl pg-rename-column pg-change-type-rewrite
-- absent: pg-foreign-source pg-grant-revoke pg-drop-trigger-function pg-set-tablespace-am pg-session-setting-leak pg-fk-checks-off pg-drop-constraint pg-validate-in-same-tx pg-narrow-type
-- history: partial
ALTER FOREIGN TABLE far ADD COLUMN note text;
ALTER FUNCTION net(int) STABLE;
CREATE ROLE reader LOGIN NOSUPERUSER;
ALTER VIEW seen SET (check_option = local);
ALTER EVENT TRIGGER guard ENABLE;
RESET work_mem;
DISCARD PLANS;
-- migration
ALTER TABLE entry DISABLE TRIGGER audited;
ALTER TABLE entry ALTER CONSTRAINT entry_book DEFERRABLE;
-- migration
ALTER TABLE author RENAME COLUMN name TO title;
-- migration
ALTER TABLE entry VALIDATE CONSTRAINT entry_book;
-- migration
CREATE TABLE kept (id bigint PRIMARY KEY, code uuid, n bigint);
-- migration
ALTER TABLE kept ALTER COLUMN code TYPE varchar(36), ALTER COLUMN n TYPE varchar(20);
