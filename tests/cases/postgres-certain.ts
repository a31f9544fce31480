// Statements on PostgreSQL whose fate the rows decide: what each needs before it, the rows, and whether it is certain to fail on them.

export interface CertainCase {
  readonly name: string;
  /** The schema before, beside `p` and `t`. */
  readonly base?: string;
  /** The rows; those of `p` and `t` where none are given. */
  readonly rows?: string;
  /** Each a migration of its own. */
  readonly sql: readonly string[];
  /** `may fail`: it does on these rows, and a statement before it could have put them right. */
  readonly fate: 'fails' | 'may fail' | 'runs';
}

export const CERTAIN_BASE =
  'CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (id int PRIMARY KEY, a text, b int, d date, e text, p_id int, r int4range, v varchar(20), f float8, ts timestamptz, arr int[], j jsonb)';

export const CERTAIN_ROWS = `INSERT INTO p VALUES (1),(2); INSERT INTO t VALUES (1,'x',1,'2024-01-01','1',1,'[1,5)','abc',1.5,now(),'{1}','1'),(2,'X',NULL,'2025-01-01','z',9,'[3,8)','abcdef',2.0,now(),'{2}','{}'),(3,NULL,-5,NULL,NULL,NULL,NULL,NULL,1e300,NULL,NULL,NULL)`;

export const CERTAIN_CASES: readonly CertainCase[] = [
  { name: 'unique index on lower(a)', sql: ['CREATE UNIQUE INDEX u ON t (lower(a))'], fate: 'fails' },
  {
    name: 'unique index on lower(a) concurrently',
    sql: ['CREATE UNIQUE INDEX CONCURRENTLY u ON t (lower(a))'],
    fate: 'fails',
  },
  {
    name: 'unique index nulls not distinct',
    rows: `INSERT INTO p VALUES (1),(2); INSERT INTO t VALUES (1,'x',1,'2024-01-01','1',1,'[1,5)','abc',1.5,now(),'{1}','1'),(2,'X',NULL,'2025-01-01','z',9,'[3,8)','abcdef',2.0,now(),'{2}','{}'),(3,NULL,-5,NULL,NULL,NULL,NULL,NULL,1e300,NULL,NULL,NULL);INSERT INTO t(id) VALUES (4),(5)`,
    sql: ['CREATE UNIQUE INDEX u ON t (b) NULLS NOT DISTINCT'],
    fate: 'fails',
  },
  {
    name: 'unique over nulls ok',
    rows: `INSERT INTO p VALUES (1),(2); INSERT INTO t VALUES (1,'x',1,'2024-01-01','1',1,'[1,5)','abc',1.5,now(),'{1}','1'),(2,'X',NULL,'2025-01-01','z',9,'[3,8)','abcdef',2.0,now(),'{2}','{}'),(3,NULL,-5,NULL,NULL,NULL,NULL,NULL,1e300,NULL,NULL,NULL);INSERT INTO t(id) VALUES (4),(5)`,
    sql: ['CREATE UNIQUE INDEX u ON t (b)'],
    fate: 'runs',
  },
  { name: 'expression index fails on row', sql: ['CREATE INDEX i ON t (((e)::int))'], fate: 'fails' },
  {
    name: 'validate fk',
    base: 'ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (p_id) REFERENCES p (id) NOT VALID',
    rows: `SET session_replication_role=replica; INSERT INTO p VALUES (1),(2); INSERT INTO t VALUES (1,'x',1,'2024-01-01','1',1,'[1,5)','abc',1.5,now(),'{1}','1'),(2,'X',NULL,'2025-01-01','z',9,'[3,8)','abcdef',2.0,now(),'{2}','{}'),(3,NULL,-5,NULL,NULL,NULL,NULL,NULL,1e300,NULL,NULL,NULL); SET session_replication_role=DEFAULT`,
    sql: ['ALTER TABLE t VALIDATE CONSTRAINT fk'],
    fate: 'fails',
  },
  {
    name: 'validate check, in base',
    base: 'ALTER TABLE t ADD CONSTRAINT ck CHECK (b > 0) NOT VALID',
    rows: `ALTER TABLE t DROP CONSTRAINT ck; INSERT INTO p VALUES (1),(2); INSERT INTO t VALUES (1,'x',1,'2024-01-01','1',1,'[1,5)','abc',1.5,now(),'{1}','1'),(2,'X',NULL,'2025-01-01','z',9,'[3,8)','abcdef',2.0,now(),'{2}','{}'),(3,NULL,-5,NULL,NULL,NULL,NULL,NULL,1e300,NULL,NULL,NULL); ALTER TABLE t ADD CONSTRAINT ck CHECK (b > 0) NOT VALID`,
    sql: ['ALTER TABLE t VALIDATE CONSTRAINT ck'],
    fate: 'fails',
  },
  {
    name: 'add not valid then validate check',
    sql: ['ALTER TABLE t ADD CONSTRAINT ck CHECK (b > 0) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT ck'],
    fate: 'fails',
  },
  {
    name: 'add not valid then validate check two migrations',
    sql: ['ALTER TABLE t ADD CONSTRAINT ck CHECK (b > 0) NOT VALID', 'ALTER TABLE t VALIDATE CONSTRAINT ck'],
    fate: 'fails',
  },
  {
    name: 'add not valid then validate fk',
    sql: [
      'ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (p_id) REFERENCES p (id) NOT VALID',
      'ALTER TABLE t VALIDATE CONSTRAINT fk',
    ],
    fate: 'fails',
  },
  { name: 'add check fails by error', sql: ['ALTER TABLE t ADD CHECK (e::int > 0)'], fate: 'fails' },
  {
    name: 'add column check on existing',
    sql: ['ALTER TABLE t ADD COLUMN z int CHECK (b > 0)'],
    fate: 'fails',
  },
  {
    name: 'add column check on new default',
    sql: ['ALTER TABLE t ADD COLUMN z int DEFAULT 0 CHECK (z > 0)'],
    fate: 'fails',
  },
  { name: 'check null passes', sql: ['ALTER TABLE t ADD CHECK (b > -100)'], fate: 'runs' },
  {
    name: 'exclusion',
    sql: ['ALTER TABLE t ADD CONSTRAINT ex EXCLUDE USING gist (r WITH &&)'],
    fate: 'fails',
  },
  {
    name: 'exclusion two',
    base: 'CREATE EXTENSION btree_gist',
    sql: ['ALTER TABLE t ADD CONSTRAINT ex EXCLUDE USING gist (b WITH =, r WITH &&)'],
    fate: 'runs',
  },
  {
    name: 'exclusion where',
    sql: ['ALTER TABLE t ADD CONSTRAINT ex EXCLUDE USING gist (r WITH &&) WHERE (id > 1)'],
    fate: 'runs',
  },
  {
    name: 'exclusion expr',
    sql: ['ALTER TABLE t ADD CONSTRAINT ex EXCLUDE USING gist (daterange(d, d + 1000) WITH &&)'],
    fate: 'fails',
  },
  {
    name: 'attach partition outside',
    base: 'CREATE TABLE pt (id int, k int) PARTITION BY RANGE (k); CREATE TABLE ch (id int, k int)',
    rows: 'INSERT INTO ch VALUES (1,5),(2,50)',
    sql: ['ALTER TABLE pt ATTACH PARTITION ch FOR VALUES FROM (0) TO (10)'],
    fate: 'fails',
  },
  {
    name: 'attach partition inside',
    base: 'CREATE TABLE pt (id int, k int) PARTITION BY RANGE (k); CREATE TABLE ch (id int, k int)',
    rows: 'INSERT INTO ch VALUES (1,5),(2,50)',
    sql: ['ALTER TABLE pt ATTACH PARTITION ch FOR VALUES FROM (0) TO (100)'],
    fate: 'runs',
  },
  {
    name: 'attach partition null',
    base: 'CREATE TABLE pt (id int, k int) PARTITION BY RANGE (k); CREATE TABLE ch (id int, k int)',
    rows: 'INSERT INTO ch VALUES (1,NULL)',
    sql: ['ALTER TABLE pt ATTACH PARTITION ch FOR VALUES FROM (0) TO (100)'],
    fate: 'fails',
  },
  {
    name: 'attach partition list',
    base: 'CREATE TABLE pt (id int, k text) PARTITION BY LIST (k); CREATE TABLE ch (id int, k text)',
    rows: `INSERT INTO ch VALUES (1,'c')`,
    sql: [`ALTER TABLE pt ATTACH PARTITION ch FOR VALUES IN ('a','b')`],
    fate: 'fails',
  },
  {
    name: 'attach partition hash',
    base: 'CREATE TABLE pt (id int, k int) PARTITION BY HASH (k); CREATE TABLE ch (id int, k int)',
    rows: 'INSERT INTO ch SELECT g,g FROM generate_series(1,20) g',
    sql: ['ALTER TABLE pt ATTACH PARTITION ch FOR VALUES WITH (MODULUS 2, REMAINDER 0)'],
    fate: 'fails',
  },
  {
    name: 'attach with default holding',
    base: 'CREATE TABLE pt (id int, k int) PARTITION BY RANGE (k); CREATE TABLE ch (id int, k int); CREATE TABLE df PARTITION OF pt DEFAULT',
    rows: 'INSERT INTO df VALUES (1,5)',
    sql: ['ALTER TABLE pt ATTACH PARTITION ch FOR VALUES FROM (0) TO (100)'],
    fate: 'fails',
  },
  {
    name: 'partition of with default holding',
    base: 'CREATE TABLE pt (id int, k int) PARTITION BY RANGE (k); CREATE TABLE df PARTITION OF pt DEFAULT',
    rows: 'INSERT INTO df VALUES (1,5)',
    sql: ['CREATE TABLE ch PARTITION OF pt FOR VALUES FROM (0) TO (100)'],
    fate: 'fails',
  },
  {
    name: 'partition of with default not holding',
    base: 'CREATE TABLE pt (id int, k int) PARTITION BY RANGE (k); CREATE TABLE df PARTITION OF pt DEFAULT',
    rows: 'INSERT INTO df VALUES (1,500)',
    sql: ['CREATE TABLE ch PARTITION OF pt FOR VALUES FROM (0) TO (100)'],
    fate: 'runs',
  },
  {
    name: 'domain check',
    base: 'CREATE DOMAIN dm AS int; CREATE TABLE ud (id int primary key, x dm)',
    rows: 'INSERT INTO ud VALUES (1,-1),(2,1)',
    sql: ['ALTER DOMAIN dm ADD CONSTRAINT dc CHECK (VALUE > 0)'],
    fate: 'fails',
  },
  {
    name: 'domain check ok',
    base: 'CREATE DOMAIN dm AS int; CREATE TABLE ud (id int primary key, x dm)',
    rows: 'INSERT INTO ud VALUES (1,-1),(2,1)',
    sql: ['ALTER DOMAIN dm ADD CONSTRAINT dc CHECK (VALUE > -10)'],
    fate: 'runs',
  },
  {
    name: 'domain not null',
    base: 'CREATE DOMAIN dm AS int; CREATE TABLE ud (id int primary key, x dm)',
    rows: 'INSERT INTO ud VALUES (1,NULL),(2,1)',
    sql: ['ALTER DOMAIN dm SET NOT NULL'],
    fate: 'fails',
  },
  {
    name: 'domain not null ok',
    base: 'CREATE DOMAIN dm AS int; CREATE TABLE ud (id int primary key, x dm)',
    rows: 'INSERT INTO ud VALUES (2,1)',
    sql: ['ALTER DOMAIN dm SET NOT NULL'],
    fate: 'runs',
  },
  {
    name: 'domain validate',
    base: 'CREATE DOMAIN dm AS int; CREATE TABLE ud (id int primary key, x dm); ALTER DOMAIN dm ADD CONSTRAINT dc CHECK (VALUE > 0) NOT VALID',
    rows: 'ALTER DOMAIN dm DROP CONSTRAINT dc; INSERT INTO ud VALUES (1,-1),(2,1); ALTER DOMAIN dm ADD CONSTRAINT dc CHECK (VALUE > 0) NOT VALID',
    sql: ['ALTER DOMAIN dm VALIDATE CONSTRAINT dc'],
    fate: 'fails',
  },
  {
    name: 'column to domain with check',
    base: 'CREATE DOMAIN dm AS int CHECK (VALUE > 0)',
    sql: ['ALTER TABLE t ALTER COLUMN b TYPE dm'],
    fate: 'fails',
  },
  {
    name: 'column to domain with check ok',
    base: 'CREATE DOMAIN dm AS int CHECK (VALUE > -100)',
    sql: ['ALTER TABLE t ALTER COLUMN b TYPE dm'],
    fate: 'runs',
  },
  {
    name: 'column to domain not null',
    base: 'CREATE DOMAIN dm AS int NOT NULL',
    sql: ['ALTER TABLE t ALTER COLUMN b TYPE dm'],
    fate: 'fails',
  },
  {
    name: 'column to domain in plan',
    sql: ['CREATE DOMAIN dm AS int CHECK (VALUE > 0); ALTER TABLE t ALTER COLUMN b TYPE dm'],
    fate: 'fails',
  },
  {
    name: 'add column of domain not null',
    base: 'CREATE DOMAIN dm AS int NOT NULL',
    sql: ['ALTER TABLE t ADD COLUMN z dm'],
    fate: 'fails',
  },
  {
    name: 'add column of domain check default bad',
    base: 'CREATE DOMAIN dm AS int CHECK (VALUE > 0)',
    sql: ['ALTER TABLE t ADD COLUMN z dm DEFAULT 0'],
    fate: 'fails',
  },
  {
    name: 'generated fails',
    sql: ['ALTER TABLE t ADD COLUMN z int GENERATED ALWAYS AS (e::int) STORED'],
    fate: 'fails',
  },
  {
    name: 'generated division',
    sql: ['ALTER TABLE t ADD COLUMN z int GENERATED ALWAYS AS (10 / (b + 5)) STORED'],
    fate: 'fails',
  },
  {
    name: 'generated overflow',
    sql: ['ALTER TABLE t ADD COLUMN z int GENERATED ALWAYS AS (f) STORED'],
    fate: 'fails',
  },
  {
    name: 'generated ok',
    sql: ['ALTER TABLE t ADD COLUMN z int GENERATED ALWAYS AS (b * 2) STORED'],
    fate: 'runs',
  },
  {
    name: 'generated not null',
    sql: ['ALTER TABLE t ADD COLUMN z int NOT NULL GENERATED ALWAYS AS (b * 2) STORED'],
    fate: 'fails',
  },
  {
    name: 'enum value dropped in use',
    base: `CREATE TYPE en AS ENUM ('a','b'); CREATE TABLE te (id int primary key, x en)`,
    rows: `INSERT INTO te VALUES (1,'a'),(2,'b')`,
    sql: [
      `ALTER TYPE en RENAME TO en_old; CREATE TYPE en AS ENUM ('a'); ALTER TABLE te ALTER COLUMN x TYPE en USING x::text::en; DROP TYPE en_old`,
    ],
    fate: 'fails',
  },
  {
    name: 'enum prisma with default',
    base: `CREATE TYPE en AS ENUM ('a','b'); CREATE TABLE te (id int primary key, x en DEFAULT 'b')`,
    rows: `INSERT INTO te VALUES (1,'a'),(2,'b')`,
    sql: [
      `BEGIN; CREATE TYPE "en_new" AS ENUM ('a'); ALTER TABLE te ALTER COLUMN x DROP DEFAULT; ALTER TABLE te ALTER COLUMN x TYPE "en_new" USING (x::text::"en_new"); ALTER TYPE en RENAME TO en_old; ALTER TYPE en_new RENAME TO en; DROP TYPE en_old; ALTER TABLE te ALTER COLUMN x SET DEFAULT 'a'; COMMIT`,
    ],
    fate: 'fails',
  },
  {
    name: 'enum array swap',
    base: `CREATE TYPE en AS ENUM ('a','b'); CREATE TABLE te (id int primary key, x en[])`,
    rows: `INSERT INTO te VALUES (1,'{a}'),(2,'{a,b}')`,
    sql: [
      `CREATE TYPE "en_new" AS ENUM ('a'); ALTER TABLE te ALTER COLUMN x TYPE "en_new"[] USING (x::text::"en_new"[]); ALTER TYPE en RENAME TO en_old; ALTER TYPE en_new RENAME TO en; DROP TYPE en_old`,
    ],
    fate: 'fails',
  },
  {
    name: 'enum swap case maps',
    base: `CREATE TYPE en AS ENUM ('a','b'); CREATE TABLE te (id int primary key, x en)`,
    rows: `INSERT INTO te VALUES (1,'a'),(2,'b')`,
    sql: [
      `CREATE TYPE "en_new" AS ENUM ('a','c'); ALTER TABLE te ALTER COLUMN x TYPE "en_new" USING (CASE x::text WHEN 'b' THEN 'c' ELSE x::text END::"en_new"); DROP TYPE en; ALTER TYPE en_new RENAME TO en`,
    ],
    fate: 'runs',
  },
  {
    name: 'text to enum',
    sql: [`CREATE TYPE en AS ENUM ('x','y'); ALTER TABLE t ALTER COLUMN a TYPE en USING a::en`],
    fate: 'fails',
  },
  {
    name: 'text to existing enum',
    base: `CREATE TYPE en AS ENUM ('x','y')`,
    sql: ['ALTER TABLE t ALTER COLUMN a TYPE en USING a::en'],
    fate: 'fails',
  },
  {
    name: 'text to existing enum ok',
    base: `CREATE TYPE en AS ENUM ('x','X')`,
    sql: ['ALTER TABLE t ALTER COLUMN a TYPE en USING a::en'],
    fate: 'runs',
  },
  {
    name: 'using division',
    sql: ['ALTER TABLE t ALTER COLUMN b TYPE int USING 10 / (b + 5)'],
    fate: 'fails',
  },
  { name: 'using other column null', sql: ['ALTER TABLE t ALTER COLUMN id TYPE int USING b'], fate: 'fails' },
  { name: 'jsonb to int', sql: ['ALTER TABLE t ALTER COLUMN j TYPE int USING j::int'], fate: 'fails' },
  { name: 'float to int overflow', sql: ['ALTER TABLE t ALTER COLUMN f TYPE int'], fate: 'fails' },
  { name: 'text to int', sql: ['ALTER TABLE t ALTER COLUMN e TYPE int USING e::int'], fate: 'fails' },
  { name: 'text to int[]', sql: ['ALTER TABLE t ALTER COLUMN e TYPE int[] USING e::int[]'], fate: 'fails' },
  {
    name: 'bigint to int',
    base: 'CREATE TABLE tb (id int primary key, x bigint)',
    rows: 'INSERT INTO tb VALUES (1, 3000000000)',
    sql: ['ALTER TABLE tb ALTER COLUMN x TYPE int'],
    fate: 'fails',
  },
  {
    name: 'bigint[] to int[]',
    base: 'CREATE TABLE tb (id int primary key, x bigint[])',
    rows: `INSERT INTO tb VALUES (1, '{3000000000}')`,
    sql: ['ALTER TABLE tb ALTER COLUMN x TYPE int[]'],
    fate: 'fails',
  },
  {
    name: 'numeric overflow',
    base: 'CREATE TABLE tb (id int primary key, x numeric)',
    rows: 'INSERT INTO tb VALUES (1, 12345.6)',
    sql: ['ALTER TABLE tb ALTER COLUMN x TYPE numeric(5,2)'],
    fate: 'fails',
  },
  {
    name: 'numeric scale only',
    base: 'CREATE TABLE tb (id int primary key, x numeric)',
    rows: 'INSERT INTO tb VALUES (1, 1.234)',
    sql: ['ALTER TABLE tb ALTER COLUMN x TYPE numeric(5,2)'],
    fate: 'runs',
  },
  {
    name: 'numeric to int overflow',
    base: 'CREATE TABLE tb (id int primary key, x numeric)',
    rows: 'INSERT INTO tb VALUES (1, 12345678901)',
    sql: ['ALTER TABLE tb ALTER COLUMN x TYPE int'],
    fate: 'fails',
  },
  {
    name: 'type makes index dup',
    base: 'CREATE TABLE tb (id int primary key, x numeric UNIQUE)',
    rows: 'INSERT INTO tb VALUES (1, 1.1),(2,1.2)',
    sql: ['ALTER TABLE tb ALTER COLUMN x TYPE int'],
    fate: 'fails',
  },
  {
    name: 'type citext makes dup',
    base: 'CREATE EXTENSION citext; CREATE TABLE tb (id int primary key, x text UNIQUE)',
    rows: `INSERT INTO tb VALUES (1, 'a'),(2,'A')`,
    sql: ['ALTER TABLE tb ALTER COLUMN x TYPE citext'],
    fate: 'fails',
  },
  {
    name: 'timestamp to date unique dup',
    base: 'CREATE TABLE tb (id int primary key, x timestamp UNIQUE)',
    rows: `INSERT INTO tb VALUES (1, '2024-01-01 10:00'),(2,'2024-01-01 11:00')`,
    sql: ['ALTER TABLE tb ALTER COLUMN x TYPE date'],
    fate: 'fails',
  },
  {
    name: 'type breaks check',
    base: 'CREATE TABLE tb (id int primary key, x numeric CHECK (x > 0))',
    rows: 'INSERT INTO tb VALUES (1, 0.4)',
    sql: ['ALTER TABLE tb ALTER COLUMN x TYPE int'],
    fate: 'fails',
  },
  {
    name: 'add primary key null',
    base: 'CREATE TABLE tb (id int, x int)',
    rows: 'INSERT INTO tb VALUES (1, 0),(NULL,2)',
    sql: ['ALTER TABLE tb ADD PRIMARY KEY (id)'],
    fate: 'fails',
  },
  {
    name: 'check inherit with child bad',
    base: 'CREATE TABLE tb (id int, x int); CREATE TABLE tc () INHERITS (tb)',
    rows: 'INSERT INTO tc VALUES (1, -1)',
    sql: ['ALTER TABLE tb ADD CONSTRAINT k CHECK (x > 0)'],
    fate: 'fails',
  },
  {
    name: 'unique on inheritance parent dup in child',
    base: 'CREATE TABLE tb (id int, x int); CREATE TABLE tc () INHERITS (tb)',
    rows: 'INSERT INTO tb VALUES (1, 1); INSERT INTO tc VALUES (1, 1)',
    sql: ['CREATE UNIQUE INDEX u ON tb (x)'],
    fate: 'runs',
  },
  {
    name: 'fk on inheritance parent',
    base: 'CREATE TABLE tb (id int, x int); CREATE TABLE tc () INHERITS (tb)',
    rows: 'INSERT INTO tc VALUES (1, 99)',
    sql: ['ALTER TABLE tb ADD FOREIGN KEY (x) REFERENCES p (id)'],
    fate: 'runs',
  },
  {
    name: 'not null partitioned',
    base: 'CREATE TABLE pt (id int, k int) PARTITION BY RANGE (k); CREATE TABLE ch PARTITION OF pt DEFAULT',
    rows: 'INSERT INTO ch VALUES (NULL,5)',
    sql: ['ALTER TABLE pt ALTER id SET NOT NULL'],
    fate: 'fails',
  },
  {
    name: 'fk match full',
    base: 'CREATE TABLE pp (x int, y int, PRIMARY KEY (x,y)); CREATE TABLE tb (id int primary key, x int, y int)',
    rows: 'INSERT INTO tb VALUES (1,1,NULL)',
    sql: ['ALTER TABLE tb ADD FOREIGN KEY (x, y) REFERENCES pp (x, y) MATCH FULL'],
    fate: 'fails',
  },
  {
    name: 'fk match simple null',
    base: 'CREATE TABLE pp (x int, y int, PRIMARY KEY (x,y)); CREATE TABLE tb (id int primary key, x int, y int)',
    rows: 'INSERT INTO tb VALUES (1,1,NULL)',
    sql: ['ALTER TABLE tb ADD FOREIGN KEY (x, y) REFERENCES pp (x, y)'],
    fate: 'runs',
  },
  {
    name: 'add column default volatile err',
    sql: ['ALTER TABLE t ADD COLUMN z int NOT NULL REFERENCES p (id) DEFAULT 7'],
    fate: 'fails',
  },
  {
    name: 'add column default fk ok',
    sql: ['ALTER TABLE t ADD COLUMN z int NOT NULL DEFAULT 1 REFERENCES p (id)'],
    fate: 'runs',
  },
  {
    name: 'add unique column default',
    sql: ['ALTER TABLE t ADD COLUMN z int DEFAULT 1 UNIQUE'],
    fate: 'fails',
  },
];
