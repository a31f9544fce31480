// What a migration does to a live database, and the hazards that must be told of it; and those that must not.

import type { Severity } from '../../lib/risk/index.ts';

export interface HazardCase {
  readonly name: string;
  /** The schema before; a table `t` with rows and an empty table `e` are always there. */
  readonly base?: string;
  readonly sql: string;
  /** Codes that must be found. */
  readonly found: readonly string[];
  /** Codes that must not be found. */
  readonly absent?: readonly string[];
  /** What the probe of the first found code counts on the live data. */
  readonly count?: number;
  /** What that count means, above zero. */
  readonly positive?: 'will-fail' | 'may-fail';
  /** The severity of the first found code. */
  readonly severity?: Severity;
}

export const HAZARD_BASE = `
CREATE TABLE p (id int PRIMARY KEY, name varchar(50));
CREATE TABLE t (id int PRIMARY KEY, a text, b int, c varchar(20), n numeric(10,2), p_id int, old_name text);
CREATE TABLE e (id int PRIMARY KEY, a text);
INSERT INTO p SELECT g, 'p' FROM generate_series(1, 10) g;
INSERT INTO t SELECT g, CASE WHEN g > 5 THEN 'dup' END, g, 'long enough value', g * 1.5, g + 8, 'x' FROM generate_series(1, 10) g;
CREATE INDEX t_b ON t (b);
`;

export const HAZARD_CASES: readonly HazardCase[] = [
  { name: 'drop table', sql: 'DROP TABLE t', found: ['pg-drop-table'], count: 10 },
  { name: 'drop column', sql: 'ALTER TABLE t DROP COLUMN a', found: ['pg-drop-column'], count: 5 },
  {
    name: 'suspected rename',
    sql: 'ALTER TABLE t DROP COLUMN old_name, ADD COLUMN new_name text',
    found: ['pg-suspected-rename'],
    absent: ['pg-drop-column'],
    count: 10,
  },
  {
    name: 'drop and recreate',
    sql: 'ALTER TABLE t DROP COLUMN b; ALTER TABLE t ADD COLUMN b text',
    found: ['pg-drop-and-recreate-column'],
    count: 10,
  },
  {
    name: 'a column is replaced by one that the plan fills and renames',
    sql: 'ALTER TABLE t ADD COLUMN new_b uuid; UPDATE t SET new_b = gen_random_uuid(); ALTER TABLE t DROP COLUMN b; ALTER TABLE t RENAME COLUMN new_b TO b',
    found: ['pg-drop-and-recreate-column'],
    count: 10,
  },
  {
    name: 'cascade over a function that the plan itself made',
    sql: "CREATE FUNCTION own(int) RETURNS int LANGUAGE sql AS 'SELECT 1'; DROP FUNCTION own(int) CASCADE",
    found: [],
    absent: ['pg-drop-cascade'],
  },
  {
    name: 'cascade over a function that the plan itself made, and called from a trigger',
    sql: "CREATE FUNCTION own() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER mine BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION own(); DROP FUNCTION own() CASCADE",
    found: [],
    absent: ['pg-drop-cascade'],
  },
  {
    name: 'cascade over one of two functions of a name, where the plan made the other one',
    base: "CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
    sql: "CREATE FUNCTION twice(text) RETURNS int LANGUAGE sql AS 'SELECT 2'; DROP FUNCTION twice(int) CASCADE",
    found: ['pg-drop-cascade'],
  },
  {
    name: 'cascade over a function that was there, made again before',
    base: "CREATE FUNCTION kept(int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
    sql: "CREATE OR REPLACE FUNCTION kept(int) RETURNS int LANGUAGE sql AS 'SELECT 2'; DROP FUNCTION kept(int) CASCADE",
    found: ['pg-drop-cascade'],
  },
  {
    name: 'cascade over an old type under a name that the plan made first',
    base: "CREATE TYPE mood AS ENUM ('a'); ALTER TABLE t ADD COLUMN m mood",
    sql: "CREATE TYPE own AS ENUM ('a'); ALTER TYPE own RENAME TO other; ALTER TYPE mood RENAME TO own; DROP TYPE own CASCADE",
    found: ['pg-drop-cascade'],
  },
  {
    name: 'rename column',
    sql: 'ALTER TABLE t RENAME COLUMN old_name TO new_name',
    found: ['pg-rename-column'],
  },
  { name: 'rename table', sql: 'ALTER TABLE t RENAME TO t2', found: ['pg-rename-table'] },
  { name: 'cascade', sql: 'DROP TABLE p CASCADE', found: ['pg-drop-cascade', 'pg-drop-table'] },
  { name: 'truncate', sql: 'TRUNCATE t', found: ['pg-truncate'] },
  {
    name: 'index on a table that is there',
    sql: 'CREATE INDEX i ON t (a)',
    found: ['pg-create-index-blocking'],
  },
  {
    name: 'index on a new table',
    sql: 'CREATE TABLE z (id int); CREATE INDEX i ON z (id)',
    found: [],
    absent: ['pg-create-index-blocking'],
  },
  {
    name: 'index concurrently',
    sql: 'CREATE INDEX CONCURRENTLY i ON t (a)',
    found: [],
    absent: ['pg-create-index-blocking', 'pg-cic-in-transaction'],
  },
  { name: 'drop index', sql: 'DROP INDEX t_b', found: ['pg-drop-index-blocking'] },
  {
    name: 'drop index concurrently',
    sql: 'DROP INDEX CONCURRENTLY t_b',
    found: [],
    absent: ['pg-drop-index-blocking'],
  },
  {
    name: 'unique on duplicates',
    sql: '-- not run\nCREATE UNIQUE INDEX i ON e (a)',
    found: ['pg-unique-duplicates', 'pg-create-index-blocking'],
    count: 0,
  },
  {
    name: 'foreign key',
    sql: 'ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (id) REFERENCES p (id)',
    found: ['pg-add-fk-validating'],
    count: 0,
  },
  {
    name: 'foreign key not valid',
    sql: 'ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (p_id) REFERENCES p (id) NOT VALID',
    found: ['pg-not-valid-never-validated'],
    absent: ['pg-add-fk-validating'],
  },
  {
    name: 'check',
    sql: 'ALTER TABLE t ADD CONSTRAINT ck CHECK (b > 0)',
    found: ['pg-add-check-validating'],
    count: 0,
  },
  {
    name: 'not null',
    sql: 'ALTER TABLE t ALTER COLUMN b SET NOT NULL',
    found: ['pg-set-not-null-scan'],
    count: 0,
  },
  {
    name: 'required column on an empty table',
    sql: 'ALTER TABLE e ADD COLUMN r int NOT NULL',
    found: ['pg-add-required-column'],
    count: 0,
  },
  {
    name: 'column with default',
    sql: 'ALTER TABLE t ADD COLUMN r int NOT NULL DEFAULT 1',
    found: [],
    absent: ['pg-add-required-column', 'pg-add-column-volatile-default'],
  },
  {
    name: 'text that is read as json',
    sql: 'ALTER TABLE e ALTER COLUMN a TYPE jsonb USING a::jsonb',
    found: ['pg-narrow-type', 'pg-change-type-rewrite'],
    absent: ['pg-using-expression'],
    count: 0,
  },
  {
    name: 'text that an expression turns into json',
    sql: 'ALTER TABLE e ALTER COLUMN a TYPE jsonb USING to_jsonb(a)',
    found: ['pg-using-expression'],
    absent: ['pg-narrow-type'],
  },
  {
    name: 'volatile default',
    sql: 'ALTER TABLE t ADD COLUMN r uuid DEFAULT gen_random_uuid()',
    found: ['pg-add-column-volatile-default'],
  },
  {
    name: 'stable default',
    sql: 'ALTER TABLE t ADD COLUMN r timestamptz DEFAULT now()',
    found: [],
    absent: ['pg-add-column-volatile-default'],
  },
  {
    name: 'CURRENT_TIMESTAMP default',
    sql: 'ALTER TABLE t ADD COLUMN r timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP',
    found: [],
    absent: ['pg-add-column-volatile-default', 'pg-add-required-column'],
  },
  { name: 'serial', sql: 'ALTER TABLE t ADD COLUMN r serial', found: ['pg-add-serial-identity'] },
  {
    name: 'identity',
    sql: 'ALTER TABLE t ADD COLUMN r int GENERATED ALWAYS AS IDENTITY',
    found: ['pg-add-serial-identity'],
    absent: ['pg-add-required-column'],
  },
  {
    name: 'stored generated',
    sql: 'ALTER TABLE t ADD COLUMN r int GENERATED ALWAYS AS (b * 2) STORED',
    found: ['pg-add-stored-generated'],
  },
  {
    name: 'narrow varchar',
    sql: 'ALTER TABLE p ALTER COLUMN name TYPE varchar(5)',
    found: ['pg-narrow-type', 'pg-change-type-rewrite'],
    count: 0,
  },
  {
    name: 'widen varchar',
    sql: 'ALTER TABLE t ALTER COLUMN c TYPE varchar(200)',
    found: [],
    absent: ['pg-narrow-type', 'pg-change-type-rewrite'],
  },
  {
    name: 'varchar to text',
    sql: 'ALTER TABLE t ALTER COLUMN c TYPE text',
    found: [],
    absent: ['pg-narrow-type', 'pg-change-type-rewrite'],
  },
  {
    name: 'int to bigint',
    sql: 'ALTER TABLE t ALTER COLUMN b TYPE bigint',
    found: ['pg-change-type-rewrite'],
    absent: ['pg-narrow-type'],
  },
  {
    name: 'int to smallint',
    sql: 'ALTER TABLE t ALTER COLUMN b TYPE smallint',
    found: ['pg-narrow-type'],
    count: 0,
  },
  {
    name: 'numeric scale',
    sql: 'ALTER TABLE t ALTER COLUMN n TYPE numeric(10,0) USING round(n)',
    found: ['pg-narrow-type', 'pg-using-expression'],
    count: 5,
  },
  {
    name: 'a timestamp read as one of UTC',
    base: 'ALTER TABLE t ADD COLUMN r timestamp(3)',
    sql: "ALTER TABLE t ALTER COLUMN r SET DATA TYPE timestamptz(3) USING r AT TIME ZONE 'UTC'",
    found: ['pg-change-type-rewrite'],
    absent: ['pg-using-expression'],
  },
  {
    name: 'a timestamp with a zone and less than full precision',
    base: 'ALTER TABLE t ADD COLUMN r timestamp(3)',
    sql: 'ALTER TABLE t ALTER COLUMN r TYPE timestamptz(3)',
    found: ['pg-change-type-rewrite'],
    absent: ['pg-narrow-type'],
  },
  {
    name: 'a timestamp with a zone and full precision',
    base: 'ALTER TABLE t ADD COLUMN r timestamp(3)',
    sql: 'ALTER TABLE t ALTER COLUMN r TYPE timestamptz',
    found: [],
    absent: ['pg-change-type-rewrite'],
  },
  {
    name: 'text for varchar, computed',
    sql: 'ALTER TABLE t ALTER COLUMN c TYPE text USING upper(c)',
    found: ['pg-using-expression', 'pg-change-type-rewrite'],
  },
  {
    name: 'a timestamp read as one of a zone with summer time',
    base: 'ALTER TABLE t ADD COLUMN r timestamp(3)',
    sql: "ALTER TABLE t ALTER COLUMN r SET DATA TYPE timestamptz(3) USING r AT TIME ZONE 'Europe/Paris'",
    found: ['pg-using-expression'],
  },
  {
    name: 'numeric precision',
    sql: 'ALTER TABLE t ALTER COLUMN n TYPE numeric(14,2)',
    found: [],
    absent: ['pg-change-type-rewrite', 'pg-narrow-type'],
  },
  {
    name: 'enum value',
    base: `CREATE TYPE en AS ENUM ('a')`,
    sql: `ALTER TYPE en ADD VALUE 'b'`,
    found: ['pg-enum-add-value-tx', 'pg-enum-order'],
  },
  {
    name: 'enum swap',
    base: `CREATE TYPE en AS ENUM ('a', 'b', 'c'); CREATE TABLE u (s en); INSERT INTO u VALUES ('a'), ('a')`,
    sql: `CREATE TYPE en_new AS ENUM ('a', 'b'); ALTER TABLE u ALTER COLUMN s TYPE en_new USING (s::text::en_new); ALTER TYPE en RENAME TO en_old; ALTER TYPE en_new RENAME TO en; DROP TYPE en_old`,
    found: ['pg-enum-value-removal'],
    count: 0,
  },
  {
    name: 'CIC between BEGIN and COMMIT',
    sql: '-- not run\nBEGIN; CREATE INDEX CONCURRENTLY i ON t (a); COMMIT',
    found: ['pg-cic-in-transaction', 'pg-explicit-tx-control'],
  },
  {
    name: 'backfill',
    sql: 'ALTER TABLE t ADD COLUMN r int; UPDATE t SET r = b WHERE r IS NULL',
    found: ['pg-backfill-with-ddl'],
  },
  {
    name: 'two locked tables',
    sql: 'ALTER TABLE t ADD COLUMN r int; ALTER TABLE p ADD COLUMN r int',
    found: ['pg-lock-accumulation'],
  },
  {
    name: 'unique constraint',
    sql: 'ALTER TABLE t ADD CONSTRAINT u UNIQUE (b)',
    found: ['pg-unique-duplicates', 'pg-add-unique-constraint'],
    count: 0,
  },
  {
    name: 'unique using index',
    base: 'CREATE UNIQUE INDEX ui ON t (b)',
    sql: 'ALTER TABLE t ADD CONSTRAINT ui UNIQUE USING INDEX ui',
    found: [],
    absent: ['pg-add-unique-constraint'],
  },
  {
    name: 'drop policy',
    base: 'CREATE POLICY po ON t',
    sql: 'DROP POLICY po ON t',
    found: ['pg-drop-policy-rls'],
  },
  {
    name: 'drop function',
    base: `CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
    sql: 'DROP FUNCTION f()',
    found: ['pg-drop-trigger-function'],
  },
  {
    name: 'drop materialized view',
    base: 'CREATE MATERIALIZED VIEW m AS SELECT 1 AS x',
    sql: 'DROP MATERIALIZED VIEW m',
    found: ['pg-drop-materialized-view'],
  },
  { name: 'grant', sql: 'GRANT SELECT ON t TO PUBLIC', found: ['pg-grant-revoke'] },
  { name: 'set search_path', sql: 'SET search_path TO public', found: ['pg-session-setting-leak'] },
  {
    name: 'set local',
    sql: 'SET LOCAL search_path TO public',
    found: [],
    absent: ['pg-session-setting-leak'],
  },
  {
    name: 'published table',
    base: 'CREATE PUBLICATION pu FOR TABLE t',
    sql: 'ALTER TABLE t ADD COLUMN r int',
    found: ['pg-logical-replication-ddl'],
  },
  {
    name: 'serial table dropped: one hazard',
    base: 'CREATE TABLE s (id serial PRIMARY KEY)',
    sql: 'DROP TABLE s',
    found: ['pg-drop-table'],
    absent: ['pg-drop-sequence', 'pg-drop-constraint'],
  },
  {
    name: 'drop not null',
    base: 'CREATE TABLE s (id int NOT NULL)',
    sql: 'ALTER TABLE s ALTER id DROP NOT NULL',
    found: ['pg-drop-not-null'],
  },
  {
    name: 'partition detached',
    base: 'CREATE TABLE s (id int) PARTITION BY RANGE (id); CREATE TABLE s1 PARTITION OF s FOR VALUES FROM (0) TO (9)',
    sql: 'ALTER TABLE s DETACH PARTITION s1',
    found: ['pg-detach-partition-blocking'],
  },
  {
    name: 'index on a partitioned table',
    base: 'CREATE TABLE s (id int) PARTITION BY RANGE (id); CREATE TABLE s1 PARTITION OF s FOR VALUES FROM (0) TO (9)',
    sql: 'CREATE INDEX i ON s (id)',
    found: ['pg-index-on-partitioned-parent'],
    absent: ['pg-create-index-blocking'],
  },
  {
    name: 'rows that an earlier statement mends',
    sql: "UPDATE t SET a = 'x' WHERE a IS NULL; ALTER TABLE t ALTER COLUMN a SET NOT NULL",
    found: ['pg-set-not-null-scan'],
    count: 5,
    positive: 'may-fail',
  },
  {
    name: 'rows that a later statement changes, another table and another schema mend nothing',
    base: 'CREATE SCHEMA other; CREATE TABLE other.t (a text); DELETE FROM t WHERE a IS NULL',
    sql: "UPDATE p SET name = a FROM t WHERE t.id = p.id; DELETE FROM other.t; ALTER TABLE t ALTER COLUMN a SET NOT NULL; UPDATE t SET a = 'x'",
    found: ['pg-set-not-null-scan'],
    count: 0,
    positive: 'will-fail',
  },
  {
    name: 'a unique index of an expression',
    base: 'UPDATE t SET c = id::text',
    sql: 'CREATE UNIQUE INDEX i ON t (lower(c))',
    found: ['pg-unique-duplicates'],
    count: 0,
  },
  {
    name: 'a partition beside the default one',
    base: `CREATE TABLE s (id int) PARTITION BY RANGE (id); CREATE TABLE s1 PARTITION OF s DEFAULT; INSERT INTO s VALUES (1);
      CREATE TABLE s2 (id int, CHECK (id >= 10 AND id < 20))`,
    sql: 'ALTER TABLE s ATTACH PARTITION s2 FOR VALUES FROM (10) TO (20)',
    found: ['pg-attach-partition-scan'],
    severity: 'blocking',
  },
  {
    name: 'a new partition beside the default one',
    base: 'CREATE TABLE s (id int) PARTITION BY RANGE (id); CREATE TABLE s1 PARTITION OF s DEFAULT; INSERT INTO s VALUES (1)',
    sql: 'CREATE TABLE s2 PARTITION OF s FOR VALUES FROM (10) TO (20)',
    found: ['pg-attach-partition-scan'],
    severity: 'blocking',
  },
  {
    name: 'a column that is there already, of other types and of the same',
    base: "CREATE TYPE own_mood AS ENUM ('good'); CREATE TABLE s (id bigint, v varchar(20), m own_mood, n numeric(5,2), a int[])",
    sql: 'ALTER TABLE s ADD COLUMN IF NOT EXISTS v int',
    found: ['x-if-not-exists-mask'],
  },
  {
    name: 'columns that are there already, of the same types',
    base: "CREATE TYPE own_mood AS ENUM ('good'); CREATE TABLE s (id bigint, v varchar(20), m own_mood, n numeric(5,2), a int[])",
    sql: 'ALTER TABLE s ADD COLUMN IF NOT EXISTS id int8, ADD COLUMN IF NOT EXISTS v varchar(20), ADD COLUMN IF NOT EXISTS m own_mood, ADD COLUMN IF NOT EXISTS n decimal(5,2), ADD COLUMN IF NOT EXISTS a integer[]',
    found: [],
    absent: ['x-if-not-exists-mask'],
  },
  {
    name: 'a new partition with no default one',
    base: 'CREATE TABLE s (id int) PARTITION BY RANGE (id); CREATE TABLE s1 PARTITION OF s FOR VALUES FROM (0) TO (9)',
    sql: 'CREATE TABLE s2 PARTITION OF s FOR VALUES FROM (10) TO (20)',
    found: ['pg-attach-partition-scan'],
    severity: 'advice',
  },
  {
    name: 'a partition that is made by itself and attached',
    base: 'CREATE TABLE s (id int) PARTITION BY RANGE (id); CREATE TABLE s1 PARTITION OF s FOR VALUES FROM (0) TO (9)',
    sql: 'CREATE TABLE s2 (LIKE s INCLUDING ALL); ALTER TABLE s ATTACH PARTITION s2 FOR VALUES FROM (10) TO (20)',
    found: [],
    absent: ['pg-attach-partition-scan'],
  },
  {
    name: 'a partition whose check names the key',
    base: `CREATE TABLE s (id int, n int) PARTITION BY RANGE (id); CREATE TABLE s2 (id int, n int, CHECK (id >= 10 AND id < 20));
      INSERT INTO s2 VALUES (11)`,
    sql: 'ALTER TABLE s ATTACH PARTITION s2 FOR VALUES FROM (10) TO (20)',
    found: ['pg-attach-partition-scan'],
    severity: 'advice',
  },
  {
    name: 'a partition whose check is about something else',
    base: `CREATE TABLE s (id int, n int) PARTITION BY RANGE (id); CREATE TABLE s2 (id int, n int, CHECK (n > 0));
      INSERT INTO s2 VALUES (11, 1); INSERT INTO s2 SELECT 12, 1`,
    sql: 'ALTER TABLE s ATTACH PARTITION s2 FOR VALUES FROM (10) TO (20)',
    found: ['pg-attach-partition-scan'],
    severity: 'blocking',
  },
  {
    name: 'a value that is printed as more characters than there is room for',
    base: 'ALTER TABLE e ADD j jsonb',
    sql: 'ALTER TABLE e ALTER j TYPE varchar(3)',
    found: ['pg-narrow-type'],
    count: 0,
  },
  {
    name: 'a number that is printed in the room that there is',
    sql: 'ALTER TABLE t ALTER n TYPE varchar(13)',
    found: ['pg-change-type-rewrite'],
    absent: ['pg-narrow-type'],
  },
  {
    name: 'a foreign key that is made again by its name',
    base: 'ALTER TABLE t ADD CONSTRAINT t_p FOREIGN KEY (p_id) REFERENCES p (id) NOT VALID',
    sql: 'UPDATE t SET p_id = 1; ALTER TABLE t DROP CONSTRAINT t_p; ALTER TABLE t ADD CONSTRAINT t_p FOREIGN KEY (p_id) REFERENCES p (id)',
    found: ['pg-add-fk-validating'],
    positive: 'may-fail',
  },
  {
    name: 'a foreign key whose table is renamed is not made again',
    base: 'UPDATE t SET p_id = 1; ALTER TABLE t ADD CONSTRAINT t_p FOREIGN KEY (p_id) REFERENCES p (id)',
    sql: 'ALTER TABLE p RENAME TO q',
    found: ['pg-rename-table'],
    absent: ['pg-add-fk-validating'],
  },
  {
    name: 'a primary key of other columns by the same name',
    sql: 'ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (id, b)',
    found: ['pg-change-primary-key', 'pg-add-primary-key'],
    absent: ['pg-unique-duplicates'],
  },
  {
    name: 'identifiers that fight back',
    base: 'CREATE TABLE "we""ird t" ("co""l" text)',
    sql: 'ALTER TABLE "we""ird t" DROP COLUMN "co""l"',
    found: ['pg-drop-column'],
    count: 0,
  },
];
