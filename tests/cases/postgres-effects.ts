// What PostgreSQL's statements do to tables that are there: the strongest lock and the work, each as the server itself shows it.

export interface EffectCase {
  readonly sql: string;
  /** `table: LOCK work`, in the order of the tables' names; of those that are only read, the ones that are read whole. */
  readonly does: readonly string[];
  /** Tables that are locked although no text names them: known only by looking. */
  readonly implied?: readonly string[];
}

/** What stands there before each statement, with two rows in `a` and `b`. */
export const SETUP = `
CREATE TABLE a (id int PRIMARY KEY, n int, small varchar(10), label text DEFAULT 'x', at timestamp, doc jsonb, ref int);
CREATE TABLE b (id int PRIMARY KEY, a_id int);
CREATE TABLE child (id int PRIMARY KEY, a_id int CONSTRAINT child_a REFERENCES a (id));
CREATE TABLE checked (id int, n int);
ALTER TABLE checked ADD CONSTRAINT waits CHECK (n > 0) NOT VALID;
CREATE TABLE keyed (id int, a_id int);
ALTER TABLE keyed ADD CONSTRAINT keyed_a FOREIGN KEY (a_id) REFERENCES a (id) NOT VALID;
CREATE TABLE proven (id int, n int CONSTRAINT present CHECK (n IS NOT NULL));
CREATE TABLE parts (id int, at date) PARTITION BY RANGE (at);
CREATE TABLE part_1 PARTITION OF parts FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE loose (id int, at date);
CREATE TABLE heir (id int, at date);
CREATE SCHEMA other;
CREATE INDEX a_n ON a (n);
CREATE UNIQUE INDEX a_small ON a (small);
CREATE VIEW seen AS SELECT id FROM a;
CREATE MATERIALIZED VIEW kept AS SELECT id FROM a;
CREATE UNIQUE INDEX kept_id ON kept (id);
CREATE SEQUENCE s;
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION f();
CREATE TYPE mood AS ENUM ('ok', 'sad');
CREATE DOMAIN positive AS int;
CREATE TABLE moods (m mood, p positive);
INSERT INTO a (id, n) VALUES (1, 1), (2, 2);
INSERT INTO b VALUES (1, 1), (2, 2);
`;

const one = (sql: string, ...does: readonly string[]): EffectCase => ({ sql, does });

export const CASES: readonly EffectCase[] = [
  one('ALTER TABLE a ADD COLUMN plain int', 'a: ACCESS EXCLUSIVE none'),
  one('ALTER TABLE a ADD COLUMN filled int NOT NULL DEFAULT 7', 'a: ACCESS EXCLUSIVE none'),
  one('ALTER TABLE a ADD COLUMN filled uuid DEFAULT gen_random_uuid()', 'a: ACCESS EXCLUSIVE rewrite'),
  one('ALTER TABLE a ADD COLUMN filled timestamptz DEFAULT now()', 'a: ACCESS EXCLUSIVE none'),
  one('ALTER TABLE a ADD COLUMN filled double precision DEFAULT random()', 'a: ACCESS EXCLUSIVE rewrite'),
  one('ALTER TABLE a ADD COLUMN counted serial', 'a: ACCESS EXCLUSIVE rewrite'),
  one('ALTER TABLE a ADD COLUMN counted int GENERATED ALWAYS AS IDENTITY', 'a: ACCESS EXCLUSIVE rewrite'),
  one('ALTER TABLE a ADD COLUMN sum int GENERATED ALWAYS AS (n + 1) STORED', 'a: ACCESS EXCLUSIVE rewrite'),
  one('ALTER TABLE a ADD COLUMN key int UNIQUE', 'a: ACCESS EXCLUSIVE index'),
  one(
    'ALTER TABLE a ADD COLUMN other int REFERENCES b (id)',
    'a: ACCESS EXCLUSIVE none',
    'b: SHARE ROW EXCLUSIVE none',
  ),
  one('ALTER TABLE a ADD COLUMN other int CHECK (other > 0)', 'a: ACCESS EXCLUSIVE scan'),
  one('ALTER TABLE a DROP COLUMN label', 'a: ACCESS EXCLUSIVE none'),
  one("ALTER TABLE a ALTER COLUMN label SET DEFAULT 'y'", 'a: ACCESS EXCLUSIVE none'),
  one('ALTER TABLE a ALTER COLUMN label DROP DEFAULT', 'a: ACCESS EXCLUSIVE none'),
  one('ALTER TABLE a ALTER COLUMN id SET STATISTICS 100', 'a: SHARE UPDATE EXCLUSIVE none'),
  one('ALTER TABLE a ALTER COLUMN label SET STORAGE EXTERNAL', 'a: ACCESS EXCLUSIVE none'),
  one('ALTER TABLE a ALTER COLUMN n SET (n_distinct = 5)', 'a: SHARE UPDATE EXCLUSIVE none'),
  one('ALTER TABLE a ALTER COLUMN n SET NOT NULL', 'a: ACCESS EXCLUSIVE scan'),
  one('ALTER TABLE proven ALTER COLUMN n SET NOT NULL', 'proven: ACCESS EXCLUSIVE none'),
  one('ALTER TABLE child ALTER COLUMN a_id DROP NOT NULL', 'child: ACCESS EXCLUSIVE none'),
  one('ALTER TABLE a ALTER COLUMN n TYPE bigint', 'a: ACCESS EXCLUSIVE rewrite'),
  one('ALTER TABLE a ALTER COLUMN small TYPE varchar(20)', 'a: ACCESS EXCLUSIVE none'),
  one('ALTER TABLE a ALTER COLUMN small TYPE text', 'a: ACCESS EXCLUSIVE none'),
  one('ALTER TABLE a ALTER COLUMN small TYPE varchar(5)', 'a: ACCESS EXCLUSIVE rewrite'),
  one('ALTER TABLE a ALTER COLUMN at TYPE timestamptz', 'a: ACCESS EXCLUSIVE none'),
  one('ALTER TABLE a ALTER COLUMN doc TYPE text', 'a: ACCESS EXCLUSIVE rewrite'),
  one('ALTER TABLE a ADD CONSTRAINT c CHECK (n > 0)', 'a: ACCESS EXCLUSIVE scan'),
  one('ALTER TABLE a ADD CONSTRAINT c CHECK (n > 0) NOT VALID', 'a: ACCESS EXCLUSIVE none'),
  one('ALTER TABLE a ADD CONSTRAINT u UNIQUE (n)', 'a: ACCESS EXCLUSIVE index'),
  one('ALTER TABLE a ADD CONSTRAINT u UNIQUE USING INDEX a_small', 'a: ACCESS EXCLUSIVE none'),
  one('ALTER TABLE loose ADD PRIMARY KEY (id)', 'loose: ACCESS EXCLUSIVE index'),
  one(
    'ALTER TABLE b ADD CONSTRAINT b_a FOREIGN KEY (a_id) REFERENCES a (id)',
    'a: SHARE ROW EXCLUSIVE scan',
    'b: SHARE ROW EXCLUSIVE scan',
  ),
  one(
    'ALTER TABLE b ADD CONSTRAINT b_a FOREIGN KEY (a_id) REFERENCES a (id) NOT VALID',
    'a: SHARE ROW EXCLUSIVE none',
    'b: SHARE ROW EXCLUSIVE none',
  ),
  one('ALTER TABLE a ADD CONSTRAINT x EXCLUDE USING btree (n WITH =)', 'a: ACCESS EXCLUSIVE index'),
  one('ALTER TABLE checked VALIDATE CONSTRAINT waits', 'checked: SHARE UPDATE EXCLUSIVE scan'),
  one(
    'ALTER TABLE keyed VALIDATE CONSTRAINT keyed_a',
    'a: ROW SHARE none',
    'keyed: SHARE UPDATE EXCLUSIVE scan',
  ),
  one('ALTER TABLE proven DROP CONSTRAINT present', 'proven: ACCESS EXCLUSIVE none'),
  {
    sql: 'ALTER TABLE child DROP CONSTRAINT child_a',
    does: ['a: ACCESS EXCLUSIVE none', 'child: ACCESS EXCLUSIVE none'],
    implied: ['a'],
  },
  one('ALTER TABLE child ALTER CONSTRAINT child_a DEFERRABLE', 'child: ACCESS EXCLUSIVE none'),
  one('ALTER TABLE checked RENAME CONSTRAINT waits TO waited', 'checked: ACCESS EXCLUSIVE none'),
  one('ALTER TABLE a RENAME COLUMN n TO m', 'a: ACCESS EXCLUSIVE none'),
  one('ALTER TABLE a RENAME TO z', 'a: ACCESS EXCLUSIVE none'),
  one('ALTER TABLE a SET SCHEMA other', 'a: ACCESS EXCLUSIVE none'),
  one('ALTER TABLE a SET (fillfactor = 70)', 'a: SHARE UPDATE EXCLUSIVE none'),
  one('ALTER TABLE a RESET (fillfactor)', 'a: SHARE UPDATE EXCLUSIVE none'),
  one('ALTER TABLE a SET (autovacuum_enabled = off)', 'a: SHARE UPDATE EXCLUSIVE none'),
  one('ALTER TABLE b SET UNLOGGED', 'b: ACCESS EXCLUSIVE rewrite'),
  one('ALTER TABLE b SET LOGGED', 'b: ACCESS EXCLUSIVE none'),
  one('ALTER TABLE a OWNER TO CURRENT_USER', 'a: ACCESS EXCLUSIVE none'),
  one('ALTER TABLE a ENABLE TRIGGER t', 'a: SHARE ROW EXCLUSIVE none'),
  one('ALTER TABLE a DISABLE TRIGGER ALL', 'a: SHARE ROW EXCLUSIVE none'),
  one('ALTER TABLE a ENABLE ALWAYS TRIGGER t', 'a: SHARE ROW EXCLUSIVE none'),
  one('ALTER TABLE a ENABLE ROW LEVEL SECURITY', 'a: ACCESS EXCLUSIVE none'),
  one('ALTER TABLE a FORCE ROW LEVEL SECURITY', 'a: ACCESS EXCLUSIVE none'),
  one('ALTER TABLE a REPLICA IDENTITY FULL', 'a: ACCESS EXCLUSIVE none'),
  one('ALTER TABLE a CLUSTER ON a_n', 'a: SHARE UPDATE EXCLUSIVE none'),
  one('ALTER TABLE a SET WITHOUT CLUSTER', 'a: SHARE UPDATE EXCLUSIVE none'),
  {
    sql: 'ALTER TABLE heir INHERIT loose',
    does: ['heir: ACCESS EXCLUSIVE none', 'loose: SHARE UPDATE EXCLUSIVE none'],
    implied: ['loose'],
  },
  one('ALTER TABLE a ADD COLUMN plain int, ALTER COLUMN n TYPE bigint', 'a: ACCESS EXCLUSIVE rewrite'),
  one(
    "ALTER TABLE parts ATTACH PARTITION loose FOR VALUES FROM ('2021-01-01') TO ('2022-01-01')",
    'loose: ACCESS EXCLUSIVE scan',
    'parts: SHARE UPDATE EXCLUSIVE none',
  ),
  one(
    'ALTER TABLE parts DETACH PARTITION part_1',
    'part_1: ACCESS EXCLUSIVE none',
    'parts: ACCESS EXCLUSIVE none',
  ),
  one(
    "CREATE TABLE part_2 PARTITION OF parts FOR VALUES FROM ('2022-01-01') TO ('2023-01-01')",
    'parts: ACCESS EXCLUSIVE none',
  ),
  one('CREATE TABLE newer (id int REFERENCES a (id))', 'a: SHARE ROW EXCLUSIVE none'),
  one('CREATE TABLE newer (LIKE a INCLUDING ALL)'),
  one('CREATE TABLE newer AS SELECT * FROM a', 'a: ACCESS SHARE scan'),
  one('CREATE TABLE newer (x int) INHERITS (b)', 'b: SHARE UPDATE EXCLUSIVE none'),
  one('CREATE INDEX ON a (ref)', 'a: SHARE index'),
  one('CREATE UNIQUE INDEX ON a (ref)', 'a: SHARE index'),
  {
    sql: 'CREATE INDEX ON parts (id)',
    does: ['part_1: SHARE index', 'parts: SHARE none'],
    implied: ['part_1'],
  },
  one('ALTER INDEX a_n RENAME TO a_m'),
  one('ALTER INDEX a_n SET (fillfactor = 70)'),
  { sql: 'DROP INDEX a_n', does: ['a: ACCESS EXCLUSIVE none'], implied: ['a'] },
  { sql: 'REINDEX INDEX a_n', does: ['a: ACCESS EXCLUSIVE index'], implied: ['a'] },
  one('REINDEX TABLE a', 'a: ACCESS EXCLUSIVE index'),
  one('CLUSTER a USING a_n', 'a: ACCESS EXCLUSIVE rewrite'),
  one('DROP TABLE b', 'b: ACCESS EXCLUSIVE none'),
  {
    sql: 'DROP TABLE child',
    does: ['a: ACCESS EXCLUSIVE none', 'child: ACCESS EXCLUSIVE none'],
    implied: ['a'],
  },
  {
    sql: 'DROP TABLE part_1',
    does: ['part_1: ACCESS EXCLUSIVE none', 'parts: ACCESS EXCLUSIVE none'],
    implied: ['parts'],
  },
  {
    sql: 'DROP TABLE a CASCADE',
    does: [
      'a: ACCESS EXCLUSIVE none',
      'child: ACCESS EXCLUSIVE none',
      'kept: ACCESS EXCLUSIVE none',
      'keyed: ACCESS EXCLUSIVE none',
      'seen: ACCESS EXCLUSIVE none',
    ],
    implied: ['child', 'kept', 'keyed', 'seen'],
  },
  one('TRUNCATE b', 'b: ACCESS EXCLUSIVE none'),
  {
    sql: 'TRUNCATE a CASCADE',
    does: ['a: ACCESS EXCLUSIVE none', 'child: ACCESS EXCLUSIVE none', 'keyed: ACCESS EXCLUSIVE none'],
    implied: ['child', 'keyed'],
  },
  one('DROP VIEW seen', 'seen: ACCESS EXCLUSIVE none'),
  one('CREATE OR REPLACE VIEW seen AS SELECT id FROM a WHERE id > 1', 'seen: ACCESS EXCLUSIVE none'),
  one('CREATE VIEW newer AS SELECT id FROM a'),
  one('ALTER VIEW seen RENAME TO saw', 'seen: ACCESS EXCLUSIVE none'),
  one('ALTER VIEW seen SET (security_barrier = true)', 'seen: ACCESS EXCLUSIVE none'),
  one('CREATE MATERIALIZED VIEW newer AS SELECT id FROM a', 'a: ACCESS SHARE scan'),
  one('REFRESH MATERIALIZED VIEW kept', 'a: ACCESS SHARE scan', 'kept: ACCESS EXCLUSIVE rewrite'),
  one('REFRESH MATERIALIZED VIEW CONCURRENTLY kept', 'a: ACCESS SHARE scan', 'kept: EXCLUSIVE scan'),
  one('DROP MATERIALIZED VIEW kept', 'kept: ACCESS EXCLUSIVE none'),
  one('CREATE TRIGGER u AFTER UPDATE ON a FOR EACH ROW EXECUTE FUNCTION f()', 'a: SHARE ROW EXCLUSIVE none'),
  one('DROP TRIGGER t ON a', 'a: ACCESS EXCLUSIVE none'),
  one('ALTER TRIGGER t ON a RENAME TO u', 'a: ACCESS EXCLUSIVE none'),
  one('CREATE RULE r AS ON DELETE TO b DO INSTEAD NOTHING', 'b: ACCESS EXCLUSIVE none'),
  one('CREATE POLICY p ON a USING (true)', 'a: ACCESS EXCLUSIVE none'),
  one('CREATE STATISTICS st ON n, ref FROM a', 'a: SHARE UPDATE EXCLUSIVE none'),
  one("COMMENT ON TABLE a IS 'x'", 'a: SHARE UPDATE EXCLUSIVE none'),
  one("COMMENT ON COLUMN a.n IS 'x'", 'a: SHARE UPDATE EXCLUSIVE none'),
  one('GRANT SELECT ON a TO PUBLIC'),
  one('ANALYZE a', 'a: SHARE UPDATE EXCLUSIVE none'),
  one('LOCK TABLE a IN SHARE MODE', 'a: SHARE none'),
  one('LOCK TABLE a', 'a: ACCESS EXCLUSIVE none'),
  one('UPDATE a SET n = n + 1', 'a: ROW EXCLUSIVE scan'),
  one('UPDATE b SET a_id = a.id FROM a WHERE a.id = b.a_id', 'a: ACCESS SHARE scan', 'b: ROW EXCLUSIVE scan'),
  one('DELETE FROM b', 'b: ROW EXCLUSIVE scan'),
  one('INSERT INTO b VALUES (9, 9)', 'b: ROW EXCLUSIVE none'),
  one('INSERT INTO b SELECT id + 10, n FROM a', 'a: ACCESS SHARE scan', 'b: ROW EXCLUSIVE none'),
  one('SELECT * FROM a FOR UPDATE', 'a: ROW SHARE scan'),
  one('SELECT count(*) FROM a', 'a: ACCESS SHARE scan'),
  one("ALTER TYPE mood ADD VALUE 'glad'"),
  one("ALTER TYPE mood RENAME VALUE 'ok' TO 'fine'"),
  { sql: 'ALTER DOMAIN positive ADD CHECK (VALUE > 0)', does: ['moods: SHARE scan'], implied: ['moods'] },
  { sql: 'ALTER DOMAIN positive SET NOT NULL', does: ['moods: SHARE scan'], implied: ['moods'] },
  one('ALTER SEQUENCE s OWNED BY a.id'),
  { sql: 'DROP FUNCTION f() CASCADE', does: ['a: ACCESS EXCLUSIVE none'], implied: ['a'] },
  { sql: 'DROP TYPE mood CASCADE', does: ['moods: ACCESS EXCLUSIVE none'], implied: ['moods'] },
  one('ALTER TABLE a ADD COLUMN f1 box, ADD EXCLUDE USING gist (f1 WITH &&)', 'a: ACCESS EXCLUSIVE index'),
  one('CREATE TABLE alone (id int PRIMARY KEY, n int)'),
  one('ALTER TABLE a ALTER COLUMN n TYPE int', 'a: ACCESS EXCLUSIVE none'),
  one('ALTER TABLE a ALTER COLUMN n TYPE numeric(10, 2)', 'a: ACCESS EXCLUSIVE rewrite'),
  {
    sql: 'DO $$ BEGIN ALTER TABLE a ALTER COLUMN n TYPE bigint; END $$',
    does: ['a: ACCESS EXCLUSIVE rewrite'],
    implied: ['a'],
  },
];
