-- found: pg-foreign-source pg-grant-revoke pg-drop-trigger-function pg-set-tablespace-am pg-session-setting-leak pg-fk-checks-off pg-drop-constraint pg-logical-replication-ddl
-- found: pg-validate-in-same-tx pg-narrow-type
-- history: partial
-- open: pg-fk-checks-off pg-narrow-type x-reaches-outside
ALTER SERVER archive OPTIONS (SET host 'other');
-- migration
DROP USER MAPPING FOR clerk SERVER archive;
-- migration
ALTER FUNCTION net(int) SECURITY DEFINER;
CREATE ROLE auditor BYPASSRLS;
ALTER VIEW seen SET (security_invoker = false);
-- migration
ALTER EVENT TRIGGER guard DISABLE;
-- migration
ALTER DATABASE books SET TABLESPACE slow;
-- migration
RESET ALL;
-- migration
ALTER TABLE entry DISABLE TRIGGER "RI_ConstraintTrigger_c_16399";
-- migration
ALTER TABLE entry ALTER CONSTRAINT entry_book NOT ENFORCED;
-- migration
CREATE SUBSCRIPTION all_books CONNECTION 'host=other' PUBLICATION books;
-- migration
ALTER TABLE author RENAME COLUMN name TO title;
ALTER TABLE entry VALIDATE CONSTRAINT entry_book;
-- migration
CREATE TABLE kept (id bigint PRIMARY KEY, code jsonb);
-- migration
ALTER TABLE kept ALTER COLUMN code TYPE varchar(20);
