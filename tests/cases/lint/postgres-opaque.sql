-- found: x-dynamic-sql x-unparseable
-- open: x-dynamic-sql x-unparseable
DO $$ BEGIN EXECUTE 'DROP TABLE ' || 'users'; END $$;
ALTER TABEL users ADD COLUMN age INTEGER;
