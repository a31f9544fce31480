-- stands: my-source-locked
CREATE TABLE cargo (id INT PRIMARY KEY, weight INT);
CREATE TABLE ship (id INT PRIMARY KEY, load_sum INT);
-- migration
CREATE TABLE cargo_kept (id INT PRIMARY KEY, weight INT);
INSERT INTO cargo_kept (id, weight) SELECT id, weight FROM cargo;
-- migration
CREATE TABLE ship_kept AS SELECT * FROM ship;
