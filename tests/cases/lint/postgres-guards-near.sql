-- found: x-dml-without-backup pg-trigger-ddl
-- absent: pg-fk-checks-off pg-catalog-write x-delete-no-where x-update-no-where pg-sequence-narrow pg-fk-type-mismatch
CREATE TABLE a (id bigint PRIMARY KEY, v varchar(20) UNIQUE);
CREATE TABLE b (id bigint PRIMARY KEY, a_id bigint, v text);
CREATE TABLE keep (id bigint PRIMARY KEY);
CREATE SEQUENCE s;
-- migration
SET LOCAL session_replication_role = 'origin';
ALTER TABLE a DISABLE TRIGGER USER;
SELECT count(*) FROM pg_class;
-- migration
MERGE INTO a USING keep ON a.id = keep.id WHEN MATCHED THEN DELETE;
MERGE INTO a USING keep ON a.id = keep.id WHEN NOT MATCHED BY SOURCE AND a.v = 'x' THEN DELETE;
-- migration
ALTER SEQUENCE s AS bigint;
CREATE SEQUENCE s2;
ALTER SEQUENCE s2 AS smallint;
-- migration
ALTER TABLE b ADD CONSTRAINT b_a FOREIGN KEY (a_id) REFERENCES a NOT VALID;
ALTER TABLE b ADD CONSTRAINT b_v FOREIGN KEY (v) REFERENCES a (v) NOT VALID;
