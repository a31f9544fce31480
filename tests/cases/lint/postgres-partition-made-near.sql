-- absent: pg-attach-partition-scan
CREATE TABLE measure (id bigint, day date, n int);
-- migration
CREATE TABLE cut (id bigint, day date, n int) PARTITION BY RANGE (day);
CREATE TABLE late PARTITION OF cut FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
