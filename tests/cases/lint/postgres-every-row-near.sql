-- found: x-dml-without-backup
-- absent: x-where-always-true x-dynamic-sql x-unparseable
CREATE TABLE a (id serial PRIMARY KEY, n int NOT NULL, v text);
CREATE TABLE b (id uuid PRIMARY KEY, n int);
-- migration
DELETE FROM a WHERE n > 0;
DELETE FROM a WHERE id > 100 AND id <> 0;
UPDATE a SET v = '' WHERE id = 0;
DELETE FROM a WHERE id IN (SELECT n FROM b);
CREATE FUNCTION slug(x text) RETURNS text LANGUAGE sql AS $$ SELECT lower(x) $$;
UPDATE a SET v = slug(v) WHERE n = 3;
