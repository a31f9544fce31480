-- found: x-unparseable
-- open: x-unparseable
ALTER TABEL users ADD COLUMN age INTEGER;
