// Statements with a safer way in SQL, for the test that sends both to a server.

export interface RewriteCase {
  readonly name: string;
  /** Beside a table `t` with rows and its parent `p`. */
  readonly base?: string;
  readonly sql: string;
  /** The code of the hazard that holds the way. */
  readonly code: string;
  /** What it leads to besides; otherwise both lead to the same schema. */
  readonly differs?: string;
  /** What is told of it that is not told of the statement. */
  readonly warns?: readonly string[];
  /** It is sent after the statement, and not in its place. */
  readonly follows?: true;
  /** Since this version. */
  readonly since?: number;
}

export const REWRITE_BASE = `
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE t (id int NOT NULL, a text, "b C" text NOT NULL, p_id int, n bigint);
INSERT INTO p SELECT g FROM generate_series(1, 10) g;
INSERT INTO t SELECT g, 'a' || g, 'b' || g, g, g FROM generate_series(1, 10) g;
CREATE INDEX t_n ON t (n);
`;

const MEASURES = `CREATE TABLE s (id int) PARTITION BY RANGE (id); CREATE TABLE s1 PARTITION OF s FOR VALUES FROM (0) TO (9);
CREATE TABLE s2 PARTITION OF s FOR VALUES FROM (10) TO (19);`;

export const REWRITE_CASES: readonly RewriteCase[] = [
  {
    name: 'a partition that is made',
    base: `${MEASURES} CREATE INDEX ON s (id);`,
    sql: 'CREATE TABLE s3 PARTITION OF s FOR VALUES FROM (20) TO (29);',
    code: 'pg-attach-partition-scan',
  },
  { name: 'an index', sql: 'CREATE INDEX t_a ON t (a);', code: 'pg-create-index-blocking' },
  { name: 'an index that goes', sql: 'DROP INDEX t_n', code: 'pg-drop-index-blocking' },
  {
    name: 'a foreign key',
    sql: 'ALTER TABLE t ADD CONSTRAINT t_p FOREIGN KEY (p_id) REFERENCES p (id) ON DELETE CASCADE DEFERRABLE;',
    code: 'pg-add-fk-validating',
  },
  {
    name: 'a foreign key whose name the server makes up',
    sql: 'ALTER TABLE t ADD FOREIGN KEY (p_id) REFERENCES p',
    code: 'pg-add-fk-validating',
  },
  {
    name: 'a check',
    sql: 'ALTER TABLE t ADD CONSTRAINT t_id CHECK (id > 0);',
    code: 'pg-add-check-validating',
  },
  { name: 'a check without a name', sql: 'ALTER TABLE t ADD CHECK (n > 0)', code: 'pg-add-check-validating' },
  {
    name: 'a column that must have a value',
    sql: 'ALTER TABLE t ALTER COLUMN a SET NOT NULL;',
    code: 'pg-set-not-null-scan',
    since: 12,
  },
  {
    name: 'a unique constraint',
    sql: 'ALTER TABLE t ADD CONSTRAINT t_u UNIQUE ("b C", n) DEFERRABLE INITIALLY DEFERRED;',
    code: 'pg-add-unique-constraint',
  },
  {
    name: 'a unique constraint without a name',
    sql: 'ALTER TABLE t ADD UNIQUE (n);',
    code: 'pg-add-unique-constraint',
  },
  { name: 'a primary key', sql: 'ALTER TABLE t ADD PRIMARY KEY (id)', code: 'pg-add-primary-key' },
  {
    name: 'a default that differs by row',
    sql: "ALTER TABLE t ADD COLUMN token text DEFAULT md5(random()::text) || '; DEFAULT';",
    code: 'pg-add-column-volatile-default',
  },
  {
    name: 'a partition that leaves',
    base: MEASURES,
    sql: 'ALTER TABLE s DETACH PARTITION s1;',
    code: 'pg-detach-partition-blocking',
    differs: 'the bounds stay as a check',
    since: 14,
  },
  { name: 'an index built anew', sql: 'REINDEX INDEX t_n;', code: 'pg-reindex-blocking', since: 12 },
  {
    name: 'indexes built anew in words',
    sql: 'REINDEX (VERBOSE) TABLE t',
    code: 'pg-reindex-blocking',
    since: 12,
  },
  {
    name: 'a view that is computed',
    base: 'CREATE MATERIALIZED VIEW m AS SELECT id FROM t; CREATE UNIQUE INDEX m_id ON m (id);',
    sql: 'REFRESH MATERIALIZED VIEW m;',
    code: 'pg-refresh-matview',
  },
  { name: 'a setting', sql: "SET SESSION work_mem = '8MB';", code: 'pg-session-setting-leak' },
  {
    name: 'a setting of names',
    sql: 'SET search_path TO public, pg_catalog',
    code: 'pg-session-setting-leak',
  },
  {
    name: 'triggers',
    sql: 'ALTER TABLE t DISABLE TRIGGER ALL',
    code: 'pg-fk-checks-off',
    differs: 'those of the keys stay on',
    warns: ['pg-trigger-ddl'],
  },
  {
    name: 'a counter',
    base: 'CREATE TABLE c (id serial PRIMARY KEY); INSERT INTO c SELECT FROM generate_series(1, 3);',
    sql: 'ALTER SEQUENCE c_id_seq RESTART WITH 1;',
    code: 'pg-sequence-set',
  },
  {
    name: 'a constraint that is not validated',
    sql: 'ALTER TABLE t ADD CONSTRAINT t_id CHECK (id > 0) NOT VALID;',
    code: 'pg-not-valid-never-validated',
    differs: 'it is validated',
    follows: true,
  },
  {
    name: 'a foreign key without an index',
    sql: 'ALTER TABLE t ADD CONSTRAINT t_p FOREIGN KEY (p_id) REFERENCES p (id) NOT VALID;',
    code: 'pg-fk-without-index',
    differs: 'there is an index',
    follows: true,
  },
  {
    name: 'a rename in place of a loss',
    sql: 'ALTER TABLE t DROP COLUMN a, ADD COLUMN a_new text;',
    code: 'pg-suspected-rename',
    differs: 'the column keeps its place',
    warns: ['pg-rename-column'],
  },
];
