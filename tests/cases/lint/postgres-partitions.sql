-- found: pg-attach-partition-scan pg-drop-partition pg-detach-partition-blocking
-- open: pg-drop-partition
CREATE TABLE measure (id bigint, day date, n int) PARTITION BY RANGE (day);
CREATE TABLE loose (id bigint, day date, n int, CHECK (n > 0));
CREATE TABLE early PARTITION OF measure FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
-- migration
ALTER TABLE measure ATTACH PARTITION loose FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
-- migration
ALTER TABLE measure DETACH PARTITION early;
