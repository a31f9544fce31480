-- found: pg-create-index-blocking
-- absent: pg-lock-accumulation
CREATE TABLE cargo (id bigint PRIMARY KEY, weight int, facts text);
CREATE TABLE port (id bigint PRIMARY KEY);
-- migration
ALTER TABLE port ADD COLUMN tons int;
CREATE INDEX cargo_weight ON cargo (weight);
SELECT setval('port_id_seq', 3);
-- migration
SELECT max(weight) FROM cargo;
ALTER TABLE cargo ADD COLUMN tons int;
-- migration
CREATE TABLE ship (id bigint PRIMARY KEY, tons int);
ALTER TABLE ship ADD COLUMN load int;
CREATE INDEX ship_load ON ship (load);
