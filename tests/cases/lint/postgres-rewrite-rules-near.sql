-- found: pg-trigger-ddl
-- absent: pg-rule-discards-writes pg-rule-redirects-writes
CREATE TABLE entry (id bigint PRIMARY KEY);
CREATE TABLE log (id bigint PRIMARY KEY);
-- migration
CREATE RULE watch AS ON DELETE TO entry DO ALSO INSERT INTO log VALUES (OLD.id);
CREATE RULE nothing AS ON UPDATE TO entry DO ALSO NOTHING;
-- migration
CREATE VIEW seen AS SELECT id FROM entry;
