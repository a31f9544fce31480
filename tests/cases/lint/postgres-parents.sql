-- stands: pg-lock-accumulation
CREATE TABLE port (id bigint PRIMARY KEY);
-- migration
CREATE TABLE ship (id bigint PRIMARY KEY, port_id bigint REFERENCES port (id));
CREATE INDEX ship_port ON ship (port_id);
INSERT INTO ship (id, port_id) SELECT id, id FROM port;
