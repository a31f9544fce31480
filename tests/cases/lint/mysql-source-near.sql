-- absent: my-source-locked
CREATE TABLE cargo (id INT PRIMARY KEY, weight INT);
CREATE TABLE ship (id INT PRIMARY KEY, load_sum INT);
-- migration
UPDATE ship JOIN cargo ON cargo.id = ship.id SET ship.load_sum = cargo.weight WHERE ship.id > 5;
-- migration
INSERT INTO ship (id, load_sum) SELECT id, 0 FROM cargo WHERE id > 7;
-- migration
SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED;
INSERT INTO ship (id, load_sum) SELECT id, 0 FROM cargo;
-- migration
CREATE TABLE port (id INT PRIMARY KEY);
INSERT INTO ship (id) SELECT id FROM port;
INSERT INTO ship (id) VALUES (1);
DELETE FROM ship WHERE id = 3;
SELECT * FROM cargo;
