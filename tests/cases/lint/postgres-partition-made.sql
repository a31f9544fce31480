-- stands: pg-attach-partition-scan
CREATE TABLE measure (id bigint, day date, n int) PARTITION BY RANGE (day);
CREATE TABLE other PARTITION OF measure DEFAULT;
-- migration
CREATE TABLE late PARTITION OF measure FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
