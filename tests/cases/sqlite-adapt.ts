// Double-quoted strings as real histories have them, and what each statement must become.

export interface AdaptCase {
  readonly title: string;
  readonly statement: string;
  /** The text that runs in the end. */
  readonly adapted: string;
  /** A question about what it did, and its answer. */
  readonly proof: string;
  readonly answer: unknown;
}

/** Run on: t (id INTEGER PRIMARY KEY, a TEXT, b TEXT) with (1, 'x', 'y'), and o (a TEXT, c TEXT) with ('p', 'q'). */
export const ADAPTED: readonly AdaptCase[] = [
  {
    title: 'check in CREATE TABLE',
    statement: 'CREATE TABLE n (k TEXT DEFAULT "internal" CHECK (k IN ("internal", "external")))',
    adapted: `CREATE TABLE n (k TEXT DEFAULT "internal" CHECK (k IN ('internal', 'external')))`,
    proof: `INSERT INTO n DEFAULT VALUES RETURNING k`,
    answer: 'internal',
  },
  {
    title: 'INSERT ... SELECT',
    statement: 'INSERT INTO t (a, b) SELECT "a", "new" FROM o',
    adapted: `INSERT INTO t (a, b) SELECT "a", 'new' FROM o`,
    proof: `SELECT a || b FROM t WHERE id = 2`,
    answer: 'pnew',
  },
  {
    title: 'UPDATE',
    statement: 'UPDATE t SET "a" = "it\'s", b = "b" WHERE "b" = "y"',
    adapted: `UPDATE t SET "a" = 'it''s', b = "b" WHERE "b" = 'y'`,
    proof: `SELECT a || b FROM t`,
    answer: "it'sy",
  },
  {
    title: 'VALUES with quotes inside',
    statement: 'INSERT INTO t (a) VALUES ("say ""hi""")',
    adapted: `INSERT INTO t (a) VALUES ('say "hi"')`,
    proof: 'SELECT a FROM t WHERE id = 2',
    answer: 'say "hi"',
  },
  {
    title: 'partial index',
    statement: 'CREATE INDEX i ON t ("a") WHERE "b" = "open"',
    adapted: `CREATE INDEX i ON t ("a") WHERE "b" = 'open'`,
    proof: `SELECT count(*) FROM pragma_index_list('t') WHERE partial`,
    answer: 1,
  },
  {
    title: 'generated column',
    statement: 'CREATE TABLE n (a TEXT, b TEXT AS (a || "-x"))',
    adapted: `CREATE TABLE n (a TEXT, b TEXT AS (a || '-x'))`,
    proof: `INSERT INTO n (a) VALUES ('1') RETURNING b`,
    answer: '1-x',
  },
  {
    title: 'the same word is a column in one part and a string in the other',
    statement: 'INSERT INTO t (a, b) SELECT "c", 1 FROM o UNION ALL SELECT "c", 2 FROM t',
    adapted: `INSERT INTO t (a, b) SELECT "c", 1 FROM o UNION ALL SELECT 'c', 2 FROM t`,
    proof: `SELECT group_concat(a, ' ') FROM (SELECT a FROM t WHERE id > 1 ORDER BY id)`,
    answer: 'q c',
  },
  {
    title: 'names keep their quotes',
    statement: 'INSERT INTO "t" ("a") SELECT "z"."a" AS "a" FROM (SELECT "lit" AS "a") AS "z"',
    adapted: `INSERT INTO "t" ("a") SELECT "z"."a" AS "a" FROM (SELECT 'lit' AS "a") AS "z"`,
    proof: 'SELECT a FROM t WHERE id = 2',
    answer: 'lit',
  },
];
