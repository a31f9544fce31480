-- found: pg-fk-checks-off pg-catalog-write x-delete-no-where x-update-no-where pg-sequence-narrow pg-fk-type-mismatch
-- open: pg-fk-checks-off pg-catalog-write x-delete-no-where x-update-no-where
CREATE TABLE a (id bigint PRIMARY KEY, n int);
CREATE TABLE b (id bigint PRIMARY KEY, a_id int, n int);
CREATE TABLE keep (id bigint PRIMARY KEY);
CREATE SEQUENCE s;
-- migration
SET LOCAL session_replication_role = 'replica';
-- migration
ALTER TABLE a DISABLE TRIGGER ALL;
-- migration
DELETE FROM pg_enum WHERE enumlabel = 'old';
-- migration
MERGE INTO a USING keep ON a.id = keep.id WHEN NOT MATCHED BY SOURCE THEN DELETE;
-- migration
MERGE INTO b USING keep ON true WHEN MATCHED THEN UPDATE SET n = 1;
-- migration
ALTER SEQUENCE s AS smallint;
-- migration
ALTER TABLE b ADD CONSTRAINT b_a FOREIGN KEY (a_id) REFERENCES a (id) NOT VALID;
