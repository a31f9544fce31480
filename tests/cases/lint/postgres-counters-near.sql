-- absent: pg-sequence-set
-- history: partial
SELECT setval('crate_id_seq', (SELECT max(id) FROM crate));
SELECT setval(pg_get_serial_sequence('crate', 'id'), coalesce(max(id), 1)) FROM crate;
ALTER SEQUENCE crate_id_seq OWNED BY crate.id;
CREATE SEQUENCE fresh;
SELECT setval('fresh', 1000);
ALTER SEQUENCE fresh RESTART WITH 5;
