-- absent: x-dynamic-sql
-- history: partial
SELECT setval(pg_get_serial_sequence('invoice', 'id'), coalesce(max(id), 1)) FROM invoice;
SELECT pg_catalog.set_config('search_path', '', false);
