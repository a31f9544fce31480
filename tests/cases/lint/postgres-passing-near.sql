-- history: partial
-- absent: pg-not-valid-never-validated pg-set-unlogged pg-narrow-type pg-drop-constraint pg-rows-refused
ALTER TABLE event VALIDATE CONSTRAINT event_name_not_null;
ALTER TABLE event ALTER COLUMN name SET NOT NULL;
ALTER TABLE event DROP CONSTRAINT event_name_not_null;
-- migration
CREATE TABLE log (id bigint PRIMARY KEY, name varchar(40));
-- migration
ALTER TABLE log ALTER COLUMN name TYPE varchar(80);
ALTER TABLE log ALTER COLUMN name TYPE text;
-- migration
ALTER TABLE log ADD CONSTRAINT log_name_given CHECK (name IS NOT NULL) NOT VALID;
ALTER TABLE log VALIDATE CONSTRAINT log_name_given;
ALTER TABLE log ALTER COLUMN name SET NOT NULL;
ALTER TABLE log DROP CONSTRAINT log_name_given;
