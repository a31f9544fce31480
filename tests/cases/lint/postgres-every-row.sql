-- found: x-where-always-true x-dynamic-sql
-- open: x-where-always-true x-dynamic-sql
CREATE TABLE a (id serial PRIMARY KEY, n int, v text);
CREATE TABLE b (id bigint GENERATED ALWAYS AS IDENTITY, n int);
CREATE TABLE log (id int);
-- migration
DELETE FROM a WHERE (a.id > 0);
-- migration
UPDATE b SET n = 1 WHERE id <> 0 OR n = 2;
-- migration
DELETE FROM a WHERE id IN (SELECT id FROM a);
-- migration
CREATE FUNCTION wipe() RETURNS int LANGUAGE plpgsql AS $$ BEGIN TRUNCATE a; RETURN 1; END $$;
INSERT INTO log SELECT wipe();
