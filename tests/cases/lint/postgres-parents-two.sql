-- lowered: pg-lock-accumulation
CREATE TABLE port (id bigint PRIMARY KEY);
CREATE TABLE crew (id bigint PRIMARY KEY);
-- migration
CREATE TABLE ship (id bigint PRIMARY KEY, port_id bigint REFERENCES port (id), crew_id bigint);
ALTER TABLE ship ADD FOREIGN KEY (crew_id) REFERENCES crew (id);
