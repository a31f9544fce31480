// Every kind of object and every attribute that PostgreSQL's snapshot must see: each case is one schema, and one change to it.

export interface SnapshotCase {
  /** `kind: attribute`. */
  readonly name: string;
  /** The schema before. */
  readonly base: string;
  /** The only difference. */
  readonly change: string;
  /** First major version that has it. */
  readonly since?: number;
  /** pg_dump does not show it (a reason), so the dump cannot judge or carry it. */
  readonly notDumped?: string;
  /** The change makes the server hold something that a dump of the structure restores otherwise (a reason). */
  readonly notRestored?: string;
}

const T = 'CREATE TABLE t (id int, a text, b int);';
const PK = 'CREATE TABLE p (id int PRIMARY KEY, k int UNIQUE); CREATE TABLE t (id int, a text, b int);';
const PARTED = 'CREATE TABLE t (id int, a text) PARTITION BY RANGE (id);';
const FN = `CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1';`;
const TG = `${T} CREATE FUNCTION tg() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION tg();`;
const EVT = `CREATE FUNCTION ev() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';`;
const FDW = `CREATE EXTENSION postgres_fdw; CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'h', dbname 'd');`;
const READER = `DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'case_reader') THEN CREATE ROLE case_reader; END IF; END $$;`;
const OTHER = `DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'case_other') THEN CREATE ROLE case_other; END IF; END $$;`;

/** Roles that cases name, for a server where cases run side by side. */
export const SHARED_ROLES = `${READER} ${OTHER}`;

export const SNAPSHOT_CASES: readonly SnapshotCase[] = [
  // namespaces
  { name: 'schema', base: '', change: 'CREATE SCHEMA app' },
  {
    name: 'schema: owner',
    base: `${OTHER} CREATE SCHEMA app`,
    change: 'ALTER SCHEMA app OWNER TO case_other',
  },
  {
    name: 'schema: privileges',
    base: `${READER} CREATE SCHEMA app`,
    change: 'GRANT USAGE ON SCHEMA app TO case_reader',
  },
  {
    name: 'schema: privileges of public',
    base: READER,
    change: 'GRANT CREATE ON SCHEMA public TO case_reader',
  },
  { name: 'schema: comment', base: 'CREATE SCHEMA app', change: `COMMENT ON SCHEMA app IS 'x'` },
  {
    name: 'schema: public dropped',
    base: '',
    change: 'DROP SCHEMA public',
    notDumped: 'pg_dump takes "public" for given',
  },
  // tables
  { name: 'table', base: '', change: T },
  { name: 'table: name', base: T, change: 'ALTER TABLE t RENAME TO u' },
  { name: 'table: namespace', base: `${T} CREATE SCHEMA app`, change: 'ALTER TABLE t SET SCHEMA app' },
  { name: 'table: owner', base: `${OTHER} ${T}`, change: 'ALTER TABLE t OWNER TO case_other' },
  { name: 'table: privileges', base: `${READER} ${T}`, change: 'GRANT SELECT ON t TO case_reader' },
  {
    name: 'table: privileges with grant option',
    base: `${READER} ${T} GRANT SELECT ON t TO case_reader`,
    change: 'GRANT SELECT ON t TO case_reader WITH GRANT OPTION',
  },
  { name: 'table: own privileges revoked', base: T, change: 'REVOKE DELETE ON t FROM CURRENT_USER' },
  { name: 'table: comment', base: T, change: `COMMENT ON TABLE t IS 'x'` },
  { name: 'table: unlogged', base: T, change: 'ALTER TABLE t SET UNLOGGED' },
  { name: 'table: options', base: T, change: 'ALTER TABLE t SET (fillfactor = 70)' },
  { name: 'table: toast options', base: T, change: 'ALTER TABLE t SET (toast.autovacuum_enabled = off)' },
  { name: 'table: replica identity', base: T, change: 'ALTER TABLE t REPLICA IDENTITY FULL' },
  {
    name: 'table: replica identity index',
    base: 'CREATE TABLE t (a int NOT NULL); CREATE UNIQUE INDEX i ON t (a)',
    change: 'ALTER TABLE t REPLICA IDENTITY USING INDEX i',
  },
  { name: 'table: row security', base: T, change: 'ALTER TABLE t ENABLE ROW LEVEL SECURITY' },
  {
    name: 'table: forced row security',
    base: `${T} ALTER TABLE t ENABLE ROW LEVEL SECURITY`,
    change: 'ALTER TABLE t FORCE ROW LEVEL SECURITY',
  },
  {
    name: 'table: inherits',
    base: `${T} CREATE TABLE c (id int, a text, b int)`,
    change: 'ALTER TABLE c INHERIT t',
  },
  {
    name: 'table: of type',
    base: 'CREATE TYPE ct AS (id int); CREATE TABLE t (id int)',
    change: 'ALTER TABLE t OF ct',
  },
  {
    name: 'table: partition key',
    base: PARTED,
    change: 'DROP TABLE t; CREATE TABLE t (id int, a text) PARTITION BY LIST (id)',
  },
  {
    name: 'table: partition',
    base: PARTED,
    change: 'CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10)',
  },
  {
    name: 'table: partition attached',
    base: `${PARTED} CREATE TABLE t1 (id int, a text)`,
    change: 'ALTER TABLE t ATTACH PARTITION t1 FOR VALUES FROM (0) TO (10)',
  },
  {
    name: 'table: partition bound',
    base: `${PARTED} CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10)`,
    change: 'DROP TABLE t1; CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (20)',
  },
  // columns
  { name: 'column', base: T, change: 'ALTER TABLE t ADD c int' },
  { name: 'column: dropped', base: T, change: 'ALTER TABLE t DROP b' },
  { name: 'column: name', base: T, change: 'ALTER TABLE t RENAME b TO c' },
  {
    name: 'column: order',
    base: 'CREATE TABLE t (a int, b int)',
    change: 'DROP TABLE t; CREATE TABLE t (b int, a int)',
  },
  { name: 'column: type', base: T, change: 'ALTER TABLE t ALTER b TYPE bigint' },
  {
    name: 'column: type length',
    base: 'CREATE TABLE t (a varchar(10))',
    change: 'ALTER TABLE t ALTER a TYPE varchar(20)',
  },
  {
    name: 'column: numeric scale',
    base: 'CREATE TABLE t (a numeric(10,2))',
    change: 'ALTER TABLE t ALTER a TYPE numeric(10,3)',
  },
  {
    name: 'column: timestamp precision',
    base: 'CREATE TABLE t (a timestamp(3))',
    change: 'ALTER TABLE t ALTER a TYPE timestamp(6)',
  },
  {
    name: 'column: time zone',
    base: 'CREATE TABLE t (a timestamp)',
    change: 'ALTER TABLE t ALTER a TYPE timestamptz',
  },
  {
    name: 'column: array',
    base: 'CREATE TABLE t (a int)',
    change: 'ALTER TABLE t ALTER a TYPE int[] USING ARRAY[a]',
  },
  { name: 'column: not null', base: T, change: 'ALTER TABLE t ALTER b SET NOT NULL' },
  { name: 'column: default', base: T, change: 'ALTER TABLE t ALTER b SET DEFAULT 1' },
  {
    name: 'column: default value',
    base: `${T} ALTER TABLE t ALTER b SET DEFAULT 1`,
    change: 'ALTER TABLE t ALTER b SET DEFAULT 2',
  },
  {
    name: 'column: default function',
    base: 'CREATE TABLE t (a timestamptz DEFAULT now())',
    change: 'ALTER TABLE t ALTER a SET DEFAULT clock_timestamp()',
  },
  {
    name: 'column: identity',
    base: 'CREATE TABLE t (a int NOT NULL)',
    change: 'ALTER TABLE t ALTER a ADD GENERATED ALWAYS AS IDENTITY',
  },
  {
    name: 'column: identity kind',
    base: 'CREATE TABLE t (a int GENERATED ALWAYS AS IDENTITY)',
    change: 'ALTER TABLE t ALTER a SET GENERATED BY DEFAULT',
  },
  {
    name: 'column: identity options',
    base: 'CREATE TABLE t (a int GENERATED ALWAYS AS IDENTITY)',
    change: 'ALTER TABLE t ALTER a SET INCREMENT BY 5',
  },
  {
    name: 'column: generated',
    base: 'CREATE TABLE t (a int, b int)',
    change: 'ALTER TABLE t DROP b; ALTER TABLE t ADD b int GENERATED ALWAYS AS (a * 2) STORED',
  },
  {
    name: 'column: generated expression',
    base: 'CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a * 2) STORED)',
    change: 'ALTER TABLE t DROP b; ALTER TABLE t ADD b int GENERATED ALWAYS AS (a * 3) STORED',
  },
  {
    name: 'column: generated virtual',
    since: 18,
    base: 'CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a * 2) STORED)',
    change: 'ALTER TABLE t DROP b; ALTER TABLE t ADD b int GENERATED ALWAYS AS (a * 2) VIRTUAL',
  },
  { name: 'column: collation', base: T, change: 'ALTER TABLE t ALTER a TYPE text COLLATE "C"' },
  { name: 'column: storage', base: T, change: 'ALTER TABLE t ALTER a SET STORAGE EXTERNAL' },
  { name: 'column: compression', since: 14, base: T, change: 'ALTER TABLE t ALTER a SET COMPRESSION pglz' },
  { name: 'column: statistics target', base: T, change: 'ALTER TABLE t ALTER a SET STATISTICS 500' },
  { name: 'column: options', base: T, change: 'ALTER TABLE t ALTER a SET (n_distinct = 5)' },
  { name: 'column: privileges', base: `${READER} ${T}`, change: 'GRANT SELECT (a) ON t TO case_reader' },
  { name: 'column: comment', base: T, change: `COMMENT ON COLUMN t.a IS 'x'` },
  {
    name: 'column: declared and inherited',
    base: `${T} CREATE TABLE c () INHERITS (t)`,
    change: 'ALTER TABLE c NO INHERIT t; ALTER TABLE c INHERIT t',
  },
  // constraints
  { name: 'primary key', base: T, change: 'ALTER TABLE t ADD CONSTRAINT k PRIMARY KEY (id)' },
  {
    name: 'primary key: name',
    base: 'CREATE TABLE t (id int CONSTRAINT k PRIMARY KEY)',
    change: 'ALTER TABLE t RENAME CONSTRAINT k TO l',
  },
  {
    name: 'primary key: columns',
    base: 'CREATE TABLE t (a int, b int, CONSTRAINT k PRIMARY KEY (a, b))',
    change: 'ALTER TABLE t DROP CONSTRAINT k; ALTER TABLE t ADD CONSTRAINT k PRIMARY KEY (b, a)',
  },
  {
    name: 'primary key: include',
    base: 'CREATE TABLE t (a int NOT NULL, b int, CONSTRAINT k PRIMARY KEY (a))',
    change: 'ALTER TABLE t DROP CONSTRAINT k; ALTER TABLE t ADD CONSTRAINT k PRIMARY KEY (a) INCLUDE (b)',
  },
  {
    name: 'primary key: index options',
    base: 'CREATE TABLE t (id int CONSTRAINT k PRIMARY KEY)',
    change: 'ALTER INDEX k SET (fillfactor = 50)',
  },
  {
    name: 'primary key: clustered',
    base: 'CREATE TABLE t (id int CONSTRAINT k PRIMARY KEY)',
    change: 'ALTER TABLE t CLUSTER ON k',
  },
  {
    name: 'primary key: comment',
    base: 'CREATE TABLE t (id int CONSTRAINT k PRIMARY KEY)',
    change: `COMMENT ON CONSTRAINT k ON t IS 'x'`,
  },
  {
    name: 'primary key: without overlaps',
    since: 18,
    base: 'CREATE EXTENSION btree_gist; CREATE TABLE t (id int, d daterange, CONSTRAINT k PRIMARY KEY (id, d))',
    change:
      'ALTER TABLE t DROP CONSTRAINT k; ALTER TABLE t ADD CONSTRAINT k PRIMARY KEY (id, d WITHOUT OVERLAPS)',
  },
  { name: 'unique', base: T, change: 'ALTER TABLE t ADD CONSTRAINT k UNIQUE (id)' },
  {
    name: 'unique: deferrable',
    base: `${T} ALTER TABLE t ADD CONSTRAINT k UNIQUE (id)`,
    change: 'ALTER TABLE t DROP CONSTRAINT k; ALTER TABLE t ADD CONSTRAINT k UNIQUE (id) DEFERRABLE',
  },
  {
    name: 'unique: nulls not distinct',
    since: 15,
    base: `${T} ALTER TABLE t ADD CONSTRAINT k UNIQUE (id)`,
    change: 'ALTER TABLE t DROP CONSTRAINT k; ALTER TABLE t ADD CONSTRAINT k UNIQUE NULLS NOT DISTINCT (id)',
  },
  {
    name: 'unique: constraint and not index',
    base: `${T} CREATE UNIQUE INDEX k ON t (id)`,
    change: 'DROP INDEX k; ALTER TABLE t ADD CONSTRAINT k UNIQUE (id)',
  },
  { name: 'foreign key', base: PK, change: 'ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (b) REFERENCES p' },
  {
    name: 'foreign key: referenced column',
    base: `${PK} ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (b) REFERENCES p (id)`,
    change:
      'ALTER TABLE t DROP CONSTRAINT k; ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (b) REFERENCES p (k)',
  },
  {
    name: 'foreign key: on delete',
    base: `${PK} ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (b) REFERENCES p`,
    change:
      'ALTER TABLE t DROP CONSTRAINT k; ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (b) REFERENCES p ON DELETE CASCADE',
  },
  {
    name: 'foreign key: on update',
    base: `${PK} ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (b) REFERENCES p`,
    change:
      'ALTER TABLE t DROP CONSTRAINT k; ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (b) REFERENCES p ON UPDATE SET NULL',
  },
  {
    name: 'foreign key: match full',
    base: `${PK} ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (b) REFERENCES p`,
    change:
      'ALTER TABLE t DROP CONSTRAINT k; ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (b) REFERENCES p MATCH FULL',
  },
  {
    name: 'foreign key: deferrable',
    base: `${PK} ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (b) REFERENCES p`,
    change: 'ALTER TABLE t ALTER CONSTRAINT k DEFERRABLE',
  },
  {
    name: 'foreign key: initially deferred',
    base: `${PK} ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (b) REFERENCES p DEFERRABLE`,
    change: 'ALTER TABLE t ALTER CONSTRAINT k DEFERRABLE INITIALLY DEFERRED',
  },
  {
    name: 'foreign key: not valid',
    base: `${PK} ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (b) REFERENCES p NOT VALID`,
    change: 'ALTER TABLE t VALIDATE CONSTRAINT k',
  },
  {
    name: 'foreign key: not enforced',
    since: 18,
    base: `${PK} ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (b) REFERENCES p NOT VALID`,
    change:
      'ALTER TABLE t DROP CONSTRAINT k; ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (b) REFERENCES p NOT ENFORCED',
  },
  { name: 'check', base: T, change: 'ALTER TABLE t ADD CONSTRAINT k CHECK (b > 0)' },
  {
    name: 'check: expression',
    base: `${T} ALTER TABLE t ADD CONSTRAINT k CHECK (b > 0)`,
    change: 'ALTER TABLE t DROP CONSTRAINT k; ALTER TABLE t ADD CONSTRAINT k CHECK (b > 1)',
  },
  {
    name: 'check: not valid',
    base: `${T} ALTER TABLE t ADD CONSTRAINT k CHECK (b > 0) NOT VALID`,
    change: 'ALTER TABLE t VALIDATE CONSTRAINT k',
  },
  {
    name: 'check: no inherit',
    base: `${T} ALTER TABLE t ADD CONSTRAINT k CHECK (b > 0)`,
    change: 'ALTER TABLE t DROP CONSTRAINT k; ALTER TABLE t ADD CONSTRAINT k CHECK (b > 0) NO INHERIT',
  },
  {
    name: 'exclusion',
    base: 'CREATE TABLE t (r int4range)',
    change: 'ALTER TABLE t ADD CONSTRAINT k EXCLUDE USING gist (r WITH &&)',
  },
  {
    name: 'exclusion: operator',
    base: 'CREATE TABLE t (r int4range, CONSTRAINT k EXCLUDE USING gist (r WITH &&))',
    change: 'ALTER TABLE t DROP CONSTRAINT k; ALTER TABLE t ADD CONSTRAINT k EXCLUDE USING gist (r WITH =)',
  },
  {
    name: 'not null: name',
    since: 18,
    base: 'CREATE TABLE t (a int CONSTRAINT one NOT NULL)',
    change: 'ALTER TABLE t RENAME CONSTRAINT one TO two',
  },
  {
    name: 'not null: not valid',
    since: 18,
    base: 'CREATE TABLE t (a int); ALTER TABLE t ADD CONSTRAINT t_a_not_null NOT NULL a NOT VALID',
    change: 'ALTER TABLE t VALIDATE CONSTRAINT t_a_not_null',
  },
  {
    name: 'not null: no inherit',
    since: 18,
    base: 'CREATE TABLE t (a int NOT NULL)',
    change: 'DROP TABLE t; CREATE TABLE t (a int NOT NULL NO INHERIT)',
  },
  // indexes
  { name: 'index', base: T, change: 'CREATE INDEX i ON t (a)' },
  { name: 'index: name', base: `${T} CREATE INDEX i ON t (a)`, change: 'ALTER INDEX i RENAME TO j' },
  {
    name: 'index: unique',
    base: `${T} CREATE INDEX i ON t (a)`,
    change: 'DROP INDEX i; CREATE UNIQUE INDEX i ON t (a)',
  },
  {
    name: 'index: columns',
    base: `${T} CREATE INDEX i ON t (a, b)`,
    change: 'DROP INDEX i; CREATE INDEX i ON t (b, a)',
  },
  {
    name: 'index: direction',
    base: `${T} CREATE INDEX i ON t (a)`,
    change: 'DROP INDEX i; CREATE INDEX i ON t (a DESC)',
  },
  {
    name: 'index: nulls',
    base: `${T} CREATE INDEX i ON t (a)`,
    change: 'DROP INDEX i; CREATE INDEX i ON t (a NULLS FIRST)',
  },
  {
    name: 'index: operator class',
    base: `${T} CREATE INDEX i ON t (a)`,
    change: 'DROP INDEX i; CREATE INDEX i ON t (a text_pattern_ops)',
  },
  {
    name: 'index: operator class options',
    base: 'CREATE EXTENSION pg_trgm; CREATE TABLE t (a text); CREATE INDEX i ON t USING gist (a gist_trgm_ops)',
    change: 'DROP INDEX i; CREATE INDEX i ON t USING gist (a gist_trgm_ops (siglen = 32))',
  },
  {
    name: 'index: collation',
    base: `${T} CREATE INDEX i ON t (a)`,
    change: 'DROP INDEX i; CREATE INDEX i ON t (a COLLATE "POSIX")',
  },
  {
    name: 'index: expression',
    base: `${T} CREATE INDEX i ON t (lower(a))`,
    change: 'DROP INDEX i; CREATE INDEX i ON t (upper(a))',
  },
  {
    name: 'index: columns of a partial one',
    base: `${T} CREATE UNIQUE INDEX i ON t (a) WHERE b > 0`,
    change: 'DROP INDEX i; CREATE UNIQUE INDEX i ON t (id) WHERE b > 0',
  },
  {
    name: 'index: order of a partial one',
    base: `${T} CREATE INDEX i ON t (a) WHERE b > 0`,
    change: 'DROP INDEX i; CREATE INDEX i ON t (a DESC) WHERE b > 0',
  },
  {
    name: 'index: included columns of one with options',
    base: `${T} CREATE INDEX i ON t (a) INCLUDE (b) WITH (fillfactor = 50)`,
    change: 'DROP INDEX i; CREATE INDEX i ON t (a) INCLUDE (id) WITH (fillfactor = 50)',
  },
  {
    name: 'index: columns of one where NULLs are alike',
    base: `${T} CREATE UNIQUE INDEX i ON t (a) NULLS NOT DISTINCT`,
    change: 'DROP INDEX i; CREATE UNIQUE INDEX i ON t (id) NULLS NOT DISTINCT',
    since: 15,
  },
  {
    name: 'index: predicate',
    base: `${T} CREATE INDEX i ON t (a) WHERE b > 0`,
    change: 'DROP INDEX i; CREATE INDEX i ON t (a) WHERE b > 1',
  },
  {
    name: 'index: include',
    base: `${T} CREATE INDEX i ON t (a)`,
    change: 'DROP INDEX i; CREATE INDEX i ON t (a) INCLUDE (b)',
  },
  {
    name: 'index: method',
    base: `${T} CREATE INDEX i ON t (b)`,
    change: 'DROP INDEX i; CREATE INDEX i ON t USING hash (b)',
  },
  {
    name: 'index: options',
    base: `${T} CREATE INDEX i ON t (b)`,
    change: 'ALTER INDEX i SET (fillfactor = 50)',
  },
  {
    name: 'index: nulls not distinct',
    since: 15,
    base: `${T} CREATE UNIQUE INDEX i ON t (b)`,
    change: 'DROP INDEX i; CREATE UNIQUE INDEX i ON t (b) NULLS NOT DISTINCT',
  },
  {
    name: 'index: invalid',
    base: `${T} CREATE INDEX i ON t (b)`,
    change: `UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'i'::regclass`,
    notDumped: 'pg_dump leaves invalid indexes out',
    notRestored: 'the same',
  },
  {
    name: 'index: statistics',
    base: `${T} CREATE INDEX i ON t (lower(a))`,
    change: 'ALTER INDEX i ALTER COLUMN 1 SET STATISTICS 300',
  },
  { name: 'index: clustered', base: `${T} CREATE INDEX i ON t (b)`, change: 'ALTER TABLE t CLUSTER ON i' },
  { name: 'index: comment', base: `${T} CREATE INDEX i ON t (b)`, change: `COMMENT ON INDEX i IS 'x'` },
  {
    name: 'index: on parent only',
    base: `${PARTED} CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10); CREATE INDEX i1 ON t1 (a); CREATE INDEX i ON ONLY t (a)`,
    change: 'ALTER INDEX i ATTACH PARTITION i1',
  },
  // sequences
  { name: 'sequence', base: '', change: 'CREATE SEQUENCE s' },
  { name: 'sequence: type', base: 'CREATE SEQUENCE s MAXVALUE 1000', change: 'ALTER SEQUENCE s AS int' },
  { name: 'sequence: increment', base: 'CREATE SEQUENCE s', change: 'ALTER SEQUENCE s INCREMENT 5' },
  { name: 'sequence: start', base: 'CREATE SEQUENCE s', change: 'ALTER SEQUENCE s START 5' },
  { name: 'sequence: bounds', base: 'CREATE SEQUENCE s', change: 'ALTER SEQUENCE s MAXVALUE 5' },
  { name: 'sequence: minimum', base: 'CREATE SEQUENCE s', change: 'ALTER SEQUENCE s MINVALUE -5' },
  { name: 'sequence: cache', base: 'CREATE SEQUENCE s', change: 'ALTER SEQUENCE s CACHE 5' },
  { name: 'sequence: cycle', base: 'CREATE SEQUENCE s', change: 'ALTER SEQUENCE s CYCLE' },
  { name: 'sequence: owned by', base: `${T} CREATE SEQUENCE s`, change: 'ALTER SEQUENCE s OWNED BY t.id' },
  {
    name: 'sequence: unlogged',
    since: 15,
    base: 'CREATE SEQUENCE s',
    change: 'ALTER SEQUENCE s SET UNLOGGED',
  },
  {
    name: 'sequence: privileges',
    base: `${READER} CREATE SEQUENCE s`,
    change: 'GRANT USAGE ON SEQUENCE s TO case_reader',
  },
  // types
  { name: 'enum', base: '', change: `CREATE TYPE e AS ENUM ('a')` },
  { name: 'enum: value', base: `CREATE TYPE e AS ENUM ('a')`, change: `ALTER TYPE e ADD VALUE 'b'` },
  {
    name: 'enum: order',
    base: `CREATE TYPE e AS ENUM ('a', 'b')`,
    change: `DROP TYPE e; CREATE TYPE e AS ENUM ('b', 'a')`,
  },
  {
    name: 'enum: value renamed',
    base: `CREATE TYPE e AS ENUM ('a')`,
    change: `ALTER TYPE e RENAME VALUE 'a' TO 'b'`,
  },
  {
    name: 'enum: privileges',
    base: `CREATE TYPE e AS ENUM ('a')`,
    change: 'REVOKE USAGE ON TYPE e FROM PUBLIC',
  },
  { name: 'enum: comment', base: `CREATE TYPE e AS ENUM ('a')`, change: `COMMENT ON TYPE e IS 'x'` },
  { name: 'domain', base: '', change: 'CREATE DOMAIN d AS int' },
  {
    name: 'domain: type',
    base: 'CREATE DOMAIN d AS varchar(5)',
    change: 'DROP DOMAIN d; CREATE DOMAIN d AS varchar(6)',
  },
  { name: 'domain: default', base: 'CREATE DOMAIN d AS int', change: 'ALTER DOMAIN d SET DEFAULT 3' },
  { name: 'domain: not null', base: 'CREATE DOMAIN d AS int', change: 'ALTER DOMAIN d SET NOT NULL' },
  {
    name: 'domain: collation',
    base: 'CREATE DOMAIN d AS text',
    change: 'DROP DOMAIN d; CREATE DOMAIN d AS text COLLATE "C"',
  },
  {
    name: 'domain: check',
    base: 'CREATE DOMAIN d AS int',
    change: 'ALTER DOMAIN d ADD CONSTRAINT k CHECK (VALUE > 1)',
  },
  {
    name: 'domain: check not valid',
    base: 'CREATE DOMAIN d AS int; ALTER DOMAIN d ADD CONSTRAINT k CHECK (VALUE > 1) NOT VALID',
    change: 'ALTER DOMAIN d VALIDATE CONSTRAINT k',
  },
  { name: 'composite type', base: '', change: 'CREATE TYPE c AS (a int)' },
  {
    name: 'composite type: attribute',
    base: 'CREATE TYPE c AS (a int)',
    change: 'ALTER TYPE c ADD ATTRIBUTE b text',
  },
  {
    name: 'composite type: attribute type',
    base: 'CREATE TYPE c AS (a int)',
    change: 'ALTER TYPE c ALTER ATTRIBUTE a TYPE bigint',
  },
  {
    name: 'composite type: comment on attribute',
    base: 'CREATE TYPE c AS (a int)',
    change: `COMMENT ON COLUMN c.a IS 'x'`,
  },
  { name: 'range type', base: '', change: 'CREATE TYPE r AS RANGE (subtype = float8)' },
  {
    name: 'range type: difference',
    base: 'CREATE TYPE r AS RANGE (subtype = float8)',
    change: 'DROP TYPE r; CREATE TYPE r AS RANGE (subtype = float8, subtype_diff = float8mi)',
  },
  {
    name: 'range type: multirange name',
    since: 14,
    base: 'CREATE TYPE r AS RANGE (subtype = float8)',
    change: 'DROP TYPE r; CREATE TYPE r AS RANGE (subtype = float8, multirange_type_name = rs)',
  },
  {
    name: 'base type',
    base: '',
    change: `CREATE TYPE b; CREATE FUNCTION b_in(cstring) RETURNS b LANGUAGE internal IMMUTABLE STRICT AS 'textin'; CREATE FUNCTION b_out(b) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout'; CREATE TYPE b (INPUT = b_in, OUTPUT = b_out)`,
  },
  { name: 'shell type', base: '', change: 'CREATE TYPE shell' },
  { name: 'collation', base: '', change: `CREATE COLLATION co (provider = libc, locale = 'C')` },
  {
    name: 'collation: locale',
    base: `CREATE COLLATION co (provider = libc, locale = 'C')`,
    change: `DROP COLLATION co; CREATE COLLATION co (provider = libc, locale = 'POSIX')`,
  },
  {
    name: 'cast',
    base: 'CREATE TYPE c AS (a int); CREATE FUNCTION ci(c) RETURNS int LANGUAGE sql IMMUTABLE AS $$SELECT ($1).a$$',
    change: 'CREATE CAST (c AS int) WITH FUNCTION ci(c)',
  },
  {
    name: 'cast: context',
    base: 'CREATE TYPE c AS (a int); CREATE FUNCTION ci(c) RETURNS int LANGUAGE sql IMMUTABLE AS $$SELECT ($1).a$$; CREATE CAST (c AS int) WITH FUNCTION ci(c)',
    change: 'DROP CAST (c AS int); CREATE CAST (c AS int) WITH FUNCTION ci(c) AS IMPLICIT',
  },
  // views
  { name: 'view', base: T, change: 'CREATE VIEW v AS SELECT id FROM t' },
  {
    name: 'view: definition',
    base: `${T} CREATE VIEW v AS SELECT id FROM t`,
    change: 'CREATE OR REPLACE VIEW v AS SELECT id FROM t WHERE b > 1',
  },
  {
    name: 'view: options',
    base: `${T} CREATE VIEW v AS SELECT id FROM t`,
    change: 'ALTER VIEW v SET (security_barrier = true)',
  },
  {
    name: 'view: security invoker',
    since: 15,
    base: `${T} CREATE VIEW v AS SELECT id FROM t`,
    change: 'ALTER VIEW v SET (security_invoker = true)',
  },
  {
    name: 'view: check option',
    base: `${T} CREATE VIEW v AS SELECT id FROM t WHERE b > 1`,
    change: 'ALTER VIEW v SET (check_option = local)',
  },
  {
    name: 'view: column default',
    base: `${T} CREATE VIEW v AS SELECT id FROM t`,
    change: 'ALTER VIEW v ALTER id SET DEFAULT 3',
  },
  {
    name: 'view: privileges',
    base: `${READER} ${T} CREATE VIEW v AS SELECT id FROM t`,
    change: 'GRANT SELECT ON v TO case_reader',
  },
  {
    name: 'view: comment',
    base: `${T} CREATE VIEW v AS SELECT id FROM t`,
    change: `COMMENT ON VIEW v IS 'x'`,
  },
  { name: 'materialized view', base: T, change: 'CREATE MATERIALIZED VIEW m AS SELECT id FROM t' },
  {
    name: 'materialized view: definition',
    base: `${T} CREATE MATERIALIZED VIEW m AS SELECT id FROM t`,
    change: 'DROP MATERIALIZED VIEW m; CREATE MATERIALIZED VIEW m AS SELECT id FROM t WHERE b > 1',
  },
  {
    name: 'materialized view: index',
    base: `${T} CREATE MATERIALIZED VIEW m AS SELECT id FROM t`,
    change: 'CREATE INDEX i ON m (id)',
  },
  { name: 'rule', base: T, change: 'CREATE RULE r AS ON INSERT TO t DO ALSO NOTHING' },
  {
    name: 'rule: definition',
    base: `${T} CREATE RULE r AS ON INSERT TO t DO ALSO NOTHING`,
    change: 'CREATE OR REPLACE RULE r AS ON INSERT TO t DO INSTEAD NOTHING',
  },
  {
    name: 'rule: enabled',
    base: `${T} CREATE RULE r AS ON INSERT TO t DO ALSO NOTHING`,
    change: 'ALTER TABLE t DISABLE RULE r',
  },
  // routines
  { name: 'function', base: '', change: FN },
  {
    name: 'function: overload',
    base: FN,
    change: `CREATE FUNCTION f(a text) RETURNS int LANGUAGE sql AS 'SELECT 1'`,
  },
  {
    name: 'function: body',
    base: FN,
    change: `CREATE OR REPLACE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 2'`,
  },
  { name: 'function: volatility', base: FN, change: 'ALTER FUNCTION f IMMUTABLE' },
  { name: 'function: strict', base: FN, change: 'ALTER FUNCTION f STRICT' },
  { name: 'function: security', base: FN, change: 'ALTER FUNCTION f SECURITY DEFINER' },
  { name: 'function: parallel', base: FN, change: 'ALTER FUNCTION f PARALLEL SAFE' },
  { name: 'function: cost', base: FN, change: 'ALTER FUNCTION f COST 7' },
  { name: 'function: setting', base: FN, change: 'ALTER FUNCTION f SET search_path = public' },
  {
    name: 'function: argument name',
    base: FN,
    change: `DROP FUNCTION f; CREATE FUNCTION f(z int) RETURNS int LANGUAGE sql AS 'SELECT 1'`,
  },
  {
    name: 'function: argument default',
    base: FN,
    change: `CREATE OR REPLACE FUNCTION f(a int DEFAULT 4) RETURNS int LANGUAGE sql AS 'SELECT 1'`,
  },
  {
    name: 'function: result',
    base: FN,
    change: `DROP FUNCTION f; CREATE FUNCTION f(a int) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'`,
  },
  {
    name: 'function: sql body',
    since: 14,
    base: FN,
    change: 'CREATE OR REPLACE FUNCTION f(a int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; END',
  },
  { name: 'function: owner', base: `${OTHER} ${FN}`, change: 'ALTER FUNCTION f OWNER TO case_other' },
  { name: 'function: privileges', base: FN, change: 'REVOKE EXECUTE ON FUNCTION f FROM PUBLIC' },
  { name: 'function: comment', base: FN, change: `COMMENT ON FUNCTION f IS 'x'` },
  { name: 'procedure', base: '', change: `CREATE PROCEDURE p(a int) LANGUAGE sql AS 'SELECT 1'` },
  {
    name: 'procedure: body',
    base: `CREATE PROCEDURE p(a int) LANGUAGE sql AS 'SELECT 1'`,
    change: `CREATE OR REPLACE PROCEDURE p(a int) LANGUAGE sql AS 'SELECT 2'`,
  },
  { name: 'aggregate', base: '', change: 'CREATE AGGREGATE ag(int) (sfunc = int4pl, stype = int)' },
  {
    name: 'aggregate: initial value',
    base: 'CREATE AGGREGATE ag(int) (sfunc = int4pl, stype = int)',
    change: `CREATE OR REPLACE AGGREGATE ag(int) (sfunc = int4pl, stype = int, initcond = '5')`,
  },
  {
    name: 'operator',
    base: '',
    change: 'CREATE OPERATOR === (function = int4eq, leftarg = int, rightarg = int)',
  },
  {
    name: 'operator: restriction',
    base: 'CREATE OPERATOR === (function = int4eq, leftarg = int, rightarg = int)',
    change: 'ALTER OPERATOR === (int, int) SET (restrict = eqsel)',
  },
  {
    name: 'operator class',
    base: '',
    change: 'CREATE OPERATOR CLASS oc FOR TYPE int USING hash AS OPERATOR 1 =, FUNCTION 1 hashint4(int)',
  },
  { name: 'operator family', base: '', change: 'CREATE OPERATOR FAMILY of USING btree' },
  {
    name: 'operator family: member',
    base: 'CREATE OPERATOR FAMILY of USING btree',
    change: 'ALTER OPERATOR FAMILY of USING btree ADD OPERATOR 1 < (int, bigint)',
  },
  {
    name: 'conversion',
    base: '',
    change: `CREATE CONVERSION cv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8`,
  },
  {
    name: 'access method',
    base: '',
    change: 'CREATE ACCESS METHOD h2 TYPE TABLE HANDLER heap_tableam_handler',
  },
  {
    name: 'table: access method',
    base: 'CREATE ACCESS METHOD h2 TYPE TABLE HANDLER heap_tableam_handler; CREATE TABLE t (a int)',
    change: 'DROP TABLE t; CREATE TABLE t (a int) USING h2',
  },
  // behaviour
  {
    name: 'trigger',
    base: T,
    change: `CREATE FUNCTION tg() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION tg()`,
  },
  {
    name: 'trigger: timing',
    base: TG,
    change: 'DROP TRIGGER g ON t; CREATE TRIGGER g AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION tg()',
  },
  {
    name: 'trigger: event',
    base: TG,
    change:
      'DROP TRIGGER g ON t; CREATE TRIGGER g BEFORE INSERT OR UPDATE OF a ON t FOR EACH ROW EXECUTE FUNCTION tg()',
  },
  {
    name: 'trigger: condition',
    base: TG,
    change:
      'DROP TRIGGER g ON t; CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW WHEN (NEW.b > 1) EXECUTE FUNCTION tg()',
  },
  {
    name: 'trigger: argument',
    base: TG,
    change: `DROP TRIGGER g ON t; CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION tg('x')`,
  },
  { name: 'trigger: disabled', base: TG, change: 'ALTER TABLE t DISABLE TRIGGER g' },
  { name: 'trigger: always', base: TG, change: 'ALTER TABLE t ENABLE ALWAYS TRIGGER g' },
  { name: 'trigger: comment', base: TG, change: `COMMENT ON TRIGGER g ON t IS 'x'` },
  {
    name: 'trigger: deferrable constraint trigger',
    base: TG,
    change:
      'DROP TRIGGER g ON t; CREATE CONSTRAINT TRIGGER g AFTER INSERT ON t DEFERRABLE FOR EACH ROW EXECUTE FUNCTION tg()',
  },
  {
    name: 'event trigger',
    base: EVT,
    change: 'CREATE EVENT TRIGGER et ON ddl_command_start EXECUTE FUNCTION ev()',
  },
  {
    name: 'event trigger: tags',
    base: `${EVT} CREATE EVENT TRIGGER et ON ddl_command_start EXECUTE FUNCTION ev()`,
    change: `DROP EVENT TRIGGER et; CREATE EVENT TRIGGER et ON ddl_command_start WHEN TAG IN ('DROP TABLE') EXECUTE FUNCTION ev()`,
  },
  {
    name: 'event trigger: disabled',
    base: `${EVT} CREATE EVENT TRIGGER et ON ddl_command_start EXECUTE FUNCTION ev()`,
    change: 'ALTER EVENT TRIGGER et DISABLE',
  },
  { name: 'policy', base: T, change: 'CREATE POLICY po ON t' },
  {
    name: 'policy: using',
    base: `${T} CREATE POLICY po ON t USING (b > 1)`,
    change: 'ALTER POLICY po ON t USING (b > 2)',
  },
  {
    name: 'policy: with check',
    base: `${T} CREATE POLICY po ON t USING (b > 1)`,
    change: 'ALTER POLICY po ON t WITH CHECK (b > 2)',
  },
  {
    name: 'policy: command',
    base: `${T} CREATE POLICY po ON t USING (b > 1)`,
    change: 'DROP POLICY po ON t; CREATE POLICY po ON t FOR SELECT USING (b > 1)',
  },
  {
    name: 'policy: restrictive',
    base: `${T} CREATE POLICY po ON t USING (b > 1)`,
    change: 'DROP POLICY po ON t; CREATE POLICY po ON t AS RESTRICTIVE USING (b > 1)',
  },
  {
    name: 'policy: roles',
    base: `${READER} ${T} CREATE POLICY po ON t USING (b > 1)`,
    change: 'ALTER POLICY po ON t TO case_reader',
  },
  { name: 'statistics', base: T, change: 'CREATE STATISTICS st ON a, b FROM t' },
  {
    name: 'statistics: kinds',
    base: `${T} CREATE STATISTICS st ON a, b FROM t`,
    change: 'DROP STATISTICS st; CREATE STATISTICS st (ndistinct) ON a, b FROM t',
  },
  {
    name: 'statistics: target',
    base: `${T} CREATE STATISTICS st ON a, b FROM t`,
    change: 'ALTER STATISTICS st SET STATISTICS 77',
  },
  // surroundings
  { name: 'extension', base: '', change: 'CREATE EXTENSION citext' },
  {
    name: 'extension: schema',
    base: 'CREATE SCHEMA ext; CREATE EXTENSION citext',
    change: 'ALTER EXTENSION citext SET SCHEMA ext',
  },
  {
    name: 'extension: comment',
    base: 'CREATE EXTENSION citext',
    change: `COMMENT ON EXTENSION citext IS 'x'`,
  },
  { name: 'foreign-data wrapper', base: '', change: 'CREATE FOREIGN DATA WRAPPER w' },
  {
    name: 'foreign-data wrapper: options',
    base: 'CREATE FOREIGN DATA WRAPPER w',
    change: `ALTER FOREIGN DATA WRAPPER w OPTIONS (ADD x 'y')`,
  },
  {
    name: 'foreign server',
    base: 'CREATE EXTENSION postgres_fdw',
    change: 'CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw',
  },
  { name: 'foreign server: options', base: FDW, change: `ALTER SERVER s OPTIONS (SET host 'h2')` },
  {
    name: 'user mapping',
    base: FDW,
    change: `CREATE USER MAPPING FOR CURRENT_USER SERVER s OPTIONS (user 'u')`,
  },
  {
    name: 'user mapping: password',
    base: `${FDW} CREATE USER MAPPING FOR CURRENT_USER SERVER s OPTIONS (user 'u', password 'one')`,
    change: `ALTER USER MAPPING FOR CURRENT_USER SERVER s OPTIONS (SET password 'two')`,
  },
  { name: 'foreign table', base: FDW, change: 'CREATE FOREIGN TABLE ft (a int) SERVER s' },
  {
    name: 'foreign table: options',
    base: `${FDW} CREATE FOREIGN TABLE ft (a int) SERVER s OPTIONS (table_name 'x')`,
    change: `ALTER FOREIGN TABLE ft OPTIONS (SET table_name 'y')`,
  },
  {
    name: 'foreign table: column options',
    base: `${FDW} CREATE FOREIGN TABLE ft (a int) SERVER s`,
    change: `ALTER FOREIGN TABLE ft ALTER a OPTIONS (ADD column_name 'z')`,
  },
  { name: 'publication', base: T, change: 'CREATE PUBLICATION pu' },
  {
    name: 'publication: table',
    base: `${T} CREATE PUBLICATION pu`,
    change: 'ALTER PUBLICATION pu ADD TABLE t',
  },
  {
    name: 'publication: operations',
    base: 'CREATE PUBLICATION pu',
    change: `ALTER PUBLICATION pu SET (publish = 'insert')`,
  },
  {
    name: 'publication: columns',
    since: 15,
    base: `${T} CREATE PUBLICATION pu FOR TABLE t`,
    change: 'ALTER PUBLICATION pu SET TABLE t (id, a)',
  },
  {
    name: 'publication: rows',
    since: 15,
    base: `${T} CREATE PUBLICATION pu FOR TABLE t`,
    change: 'ALTER PUBLICATION pu SET TABLE t WHERE (b > 1)',
  },
  {
    name: 'publication: schema',
    since: 15,
    base: 'CREATE SCHEMA app; CREATE PUBLICATION pu',
    change: 'ALTER PUBLICATION pu ADD TABLES IN SCHEMA app',
  },
  {
    name: 'subscription',
    base: '',
    change: `CREATE SUBSCRIPTION su CONNECTION 'host=127.0.0.1 port=1' PUBLICATION pu WITH (connect = false)`,
    notRestored: 'a dump restores it without a slot',
  },
  {
    name: 'subscription: connection',
    base: `CREATE SUBSCRIPTION su CONNECTION 'host=127.0.0.1 port=1' PUBLICATION pu WITH (connect = false)`,
    change: `ALTER SUBSCRIPTION su CONNECTION 'host=127.0.0.1 port=2'`,
    notRestored: 'a dump restores it without a slot',
  },
  {
    name: 'text search configuration',
    base: '',
    change: 'CREATE TEXT SEARCH CONFIGURATION tc (COPY = simple)',
  },
  {
    name: 'text search configuration: mapping',
    base: 'CREATE TEXT SEARCH CONFIGURATION tc (COPY = simple)',
    change: 'ALTER TEXT SEARCH CONFIGURATION tc ALTER MAPPING FOR word WITH english_stem',
  },
  {
    name: 'text search dictionary',
    base: '',
    change: 'CREATE TEXT SEARCH DICTIONARY td (TEMPLATE = simple)',
  },
  {
    name: 'text search dictionary: options',
    base: 'CREATE TEXT SEARCH DICTIONARY td (TEMPLATE = simple)',
    change: 'ALTER TEXT SEARCH DICTIONARY td (Accept = false)',
  },
  {
    name: 'text search parser',
    base: '',
    change:
      'CREATE TEXT SEARCH PARSER tp (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype)',
  },
  {
    name: 'text search template',
    base: '',
    change: 'CREATE TEXT SEARCH TEMPLATE tt (INIT = dsimple_init, LEXIZE = dsimple_lexize)',
  },
  {
    name: 'default privileges',
    base: READER,
    change: 'ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO case_reader',
  },
  {
    name: 'default privileges: in schema',
    base: READER,
    change: 'ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO case_reader',
  },
  {
    name: 'default privileges: functions',
    base: '',
    change: 'ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC',
  },
];
