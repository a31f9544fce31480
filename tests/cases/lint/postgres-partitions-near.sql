-- lowered: pg-attach-partition-scan
-- found: pg-drop-partition
-- absent: pg-detach-partition-blocking
-- open: pg-drop-partition
CREATE TABLE measure (id bigint, day date, n int) PARTITION BY RANGE (day);
CREATE TABLE proven (id bigint, day date, n int, CHECK (day >= '2021-01-01' AND day < '2022-01-01'));
CREATE TABLE early PARTITION OF measure FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
-- migration
ALTER TABLE measure ATTACH PARTITION proven FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
-- migration
CREATE TABLE fresh (id bigint, day date, n int);
ALTER TABLE measure ATTACH PARTITION fresh FOR VALUES FROM ('2022-01-01') TO ('2023-01-01');
-- migration
CREATE TABLE late PARTITION OF measure FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
-- migration
ALTER TABLE measure DETACH PARTITION early CONCURRENTLY;
