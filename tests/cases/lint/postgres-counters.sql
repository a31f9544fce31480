-- found: pg-sequence-set
-- history: partial
ALTER SEQUENCE crate_id_seq RESTART WITH 1;
-- migration
ALTER TABLE crate ALTER COLUMN id RESTART;
-- migration
SELECT pg_catalog.setval('public.crate_id_seq', 1, false);
