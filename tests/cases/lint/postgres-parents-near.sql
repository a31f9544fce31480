-- absent: pg-lock-accumulation
CREATE TABLE port (id bigint PRIMARY KEY);
-- migration
CREATE TABLE crew (id bigint PRIMARY KEY);
CREATE TABLE ship (id bigint PRIMARY KEY, port_id bigint REFERENCES port (id), crew_id bigint REFERENCES crew (id));
INSERT INTO crew (id) VALUES (1), (2);
-- migration
INSERT INTO ship (id) SELECT id FROM port;
CREATE TABLE mast (id bigint PRIMARY KEY, ship_id bigint REFERENCES ship (id));
