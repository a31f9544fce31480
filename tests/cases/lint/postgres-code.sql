-- found: x-dynamic-sql
-- history: partial
-- open: x-dynamic-sql
SELECT rebuild_everything('invoice');
