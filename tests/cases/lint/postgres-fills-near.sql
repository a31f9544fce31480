-- found: x-update-no-where x-where-always-true x-dml-without-backup
-- open: x-update-no-where x-where-always-true
CREATE TABLE users (id bigint PRIMARY KEY, name text, note text);
CREATE TABLE posts (id bigint PRIMARY KEY, age int);
CREATE TABLE seen (id bigint PRIMARY KEY, stamp timestamptz);
CREATE FUNCTION stamped() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.stamp = now(); RETURN NEW; END $$;
CREATE TRIGGER stamps BEFORE UPDATE ON seen FOR EACH ROW EXECUTE FUNCTION stamped();
-- migration
ALTER TABLE users ADD COLUMN age int;
UPDATE users SET (age, note) = (1, name) WHERE TRUE;
-- migration
ALTER TABLE users ADD COLUMN size int;
UPDATE posts SET age = 1;
-- migration
ALTER TABLE seen ADD COLUMN age int;
UPDATE seen SET age = 1;
