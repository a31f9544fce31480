-- found: pg-type-advice pg-table-without-pk pg-on-delete-cascade pg-fk-without-index pg-identifier-too-long pg-json-column
-- found: pg-wide-index pg-duplicate-assignment pg-analyze-missing pg-lock-timeout-missing pg-statement-timeout-missing
-- found: pg-create-extension-privilege pg-create-index-blocking
CREATE EXTENSION postgis;
CREATE TABLE harbour (id serial PRIMARY KEY, code char(3), opened timestamp, depth smallint, facts json);
CREATE TABLE berth (
  harbour_id integer NOT NULL REFERENCES harbour (id) ON DELETE CASCADE,
  label varchar(20),
  the_longest_vessel_that_may_be_moored_here_while_the_tide_is_low_m numeric
);
-- migration
CREATE INDEX berth_many ON berth (harbour_id, label, code_a, code_b);
CREATE INDEX berth_lower ON berth (lower(label));
UPDATE berth SET label = 'a', label = 'b' WHERE harbour_id = 7;
