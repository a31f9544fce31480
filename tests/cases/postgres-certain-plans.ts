// Plans on PostgreSQL whose fate the rows decide, and which only the sum of their statements tells: renames, types in between, columns that are
// made and filled, what is dropped and made again.
import type { CertainCase } from './postgres-certain.ts';

export const PLAN_BASE =
  'CREATE TABLE p (id int PRIMARY KEY, name text); CREATE TABLE t (id int PRIMARY KEY, a text, b int, c varchar(20), n numeric(10,2), p_id int)';

export const PLAN_ROWS = `INSERT INTO p VALUES (1),(2); INSERT INTO t VALUES (1,'x',1,'abcdefghij',1.25,1),(2,'x',NULL,'abc',99999.5,9),(3,NULL,70000,NULL,NULL,NULL)`;

export const PLAN_CASES: readonly CertainCase[] = [
  {
    name: 'rename col then unique',
    sql: ['ALTER TABLE t RENAME a TO aa; CREATE UNIQUE INDEX u ON t (aa)'],
    fate: 'fails',
  },
  {
    name: 'rename col then fk',
    sql: ['ALTER TABLE t RENAME p_id TO pid; ALTER TABLE t ADD FOREIGN KEY (pid) REFERENCES p (id)'],
    fate: 'fails',
  },
  {
    name: 'rename parent col then fk',
    sql: ['ALTER TABLE p RENAME id TO pid; ALTER TABLE t ADD FOREIGN KEY (p_id) REFERENCES p (pid)'],
    fate: 'fails',
  },
  {
    name: 'rename parent then fk',
    sql: ['ALTER TABLE p RENAME TO pp; ALTER TABLE t ADD FOREIGN KEY (p_id) REFERENCES pp (id)'],
    fate: 'fails',
  },
  {
    name: 'rename col then check',
    sql: ['ALTER TABLE t RENAME b TO bb; ALTER TABLE t ADD CHECK (bb < 5000)'],
    fate: 'fails',
  },
  {
    name: 'rename col then type using',
    sql: ['ALTER TABLE t RENAME a TO aa; ALTER TABLE t ALTER aa TYPE int USING aa::int'],
    fate: 'fails',
  },
  {
    name: 'rename col then generated',
    sql: ['ALTER TABLE t RENAME a TO aa; ALTER TABLE t ADD g int GENERATED ALWAYS AS (aa::int) STORED'],
    fate: 'fails',
  },
  {
    name: 'rename table then unique',
    sql: ['ALTER TABLE t RENAME TO tt; CREATE UNIQUE INDEX u ON tt (a)'],
    fate: 'fails',
  },
  {
    name: 'rename table then fk',
    sql: ['ALTER TABLE t RENAME TO tt; ALTER TABLE tt ADD FOREIGN KEY (p_id) REFERENCES p (id)'],
    fate: 'fails',
  },
  {
    name: 'rename table then check',
    sql: ['ALTER TABLE t RENAME TO tt; ALTER TABLE tt ADD CHECK (b < 5000)'],
    fate: 'fails',
  },
  {
    name: 'rename table and col then check',
    sql: ['ALTER TABLE t RENAME TO tt; ALTER TABLE tt RENAME b TO bb; ALTER TABLE tt ADD CHECK (bb < 5000)'],
    fate: 'fails',
  },
  {
    name: 'rename table and col then unique',
    sql: ['ALTER TABLE t RENAME TO tt; ALTER TABLE tt RENAME a TO aa; ALTER TABLE tt ADD UNIQUE (aa)'],
    fate: 'fails',
  },
  {
    name: 'rename table and col then not null',
    sql: ['ALTER TABLE t RENAME TO tt; ALTER TABLE tt RENAME b TO bb; ALTER TABLE tt ALTER bb SET NOT NULL'],
    fate: 'fails',
  },
  {
    name: 'rename table and col then using',
    sql: [
      'ALTER TABLE t RENAME TO tt; ALTER TABLE tt RENAME a TO aa; ALTER TABLE tt ALTER aa TYPE int USING aa::int',
    ],
    fate: 'fails',
  },
  {
    name: 'rename table then exclusion',
    sql: ['ALTER TABLE t RENAME TO tt; ALTER TABLE tt ADD EXCLUDE (a WITH =)'],
    fate: 'fails',
  },
  {
    name: 'set schema then not null',
    sql: ['CREATE SCHEMA s; ALTER TABLE t SET SCHEMA s; ALTER TABLE s.t ALTER b SET NOT NULL'],
    fate: 'fails',
  },
  {
    name: 'rename, three',
    sql: [
      'ALTER TABLE t RENAME b TO bb',
      'ALTER TABLE t RENAME bb TO bbb',
      'ALTER TABLE t ALTER bbb SET NOT NULL',
    ],
    fate: 'fails',
  },
  {
    name: 'swap names',
    sql: [
      'ALTER TABLE t RENAME a TO tmp; ALTER TABLE t RENAME c TO a; ALTER TABLE t RENAME tmp TO c; ALTER TABLE t ADD UNIQUE (c)',
    ],
    fate: 'fails',
  },
  {
    name: 'swap names ok',
    sql: [
      'ALTER TABLE t RENAME a TO tmp; ALTER TABLE t RENAME c TO a; ALTER TABLE t RENAME tmp TO c; ALTER TABLE t ADD UNIQUE (a)',
    ],
    fate: 'runs',
  },
  {
    name: 'narrow then widen varchar',
    sql: ['ALTER TABLE t ALTER c TYPE varchar(5); ALTER TABLE t ALTER c TYPE varchar(50)'],
    fate: 'fails',
  },
  {
    name: 'narrow int then back',
    sql: ['ALTER TABLE t ALTER b TYPE smallint; ALTER TABLE t ALTER b TYPE int'],
    fate: 'fails',
  },
  {
    name: 'numeric round then back',
    sql: ['ALTER TABLE t ALTER n TYPE numeric(10,1); ALTER TABLE t ALTER n TYPE numeric(10,2)'],
    fate: 'runs',
  },
  {
    name: 'through text',
    sql: ['ALTER TABLE t ALTER a TYPE int USING a::int; ALTER TABLE t ALTER a TYPE text'],
    fate: 'fails',
  },
  {
    name: 'not null then drop not null',
    sql: ['ALTER TABLE t ALTER b SET NOT NULL; ALTER TABLE t ALTER b DROP NOT NULL'],
    fate: 'fails',
  },
  {
    name: 'unique then dropped',
    sql: ['ALTER TABLE t ADD CONSTRAINT u UNIQUE (a); ALTER TABLE t DROP CONSTRAINT u'],
    fate: 'fails',
  },
  { name: 'unique index then dropped', sql: ['CREATE UNIQUE INDEX u ON t (a); DROP INDEX u'], fate: 'fails' },
  {
    name: 'fk then dropped',
    sql: [
      'ALTER TABLE t ADD CONSTRAINT u FOREIGN KEY (p_id) REFERENCES p (id); ALTER TABLE t DROP CONSTRAINT u',
    ],
    fate: 'fails',
  },
  {
    name: 'add col default then set not null',
    sql: ['ALTER TABLE t ADD z int DEFAULT 1; ALTER TABLE t ALTER z SET NOT NULL'],
    fate: 'runs',
  },
  {
    name: 'add col then default then set not null',
    sql: ['ALTER TABLE t ADD z int; ALTER TABLE t ALTER z SET DEFAULT 1; ALTER TABLE t ALTER z SET NOT NULL'],
    fate: 'fails',
  },
  {
    name: 'add col then default then not null, two mig',
    sql: [
      'ALTER TABLE t ADD z int; ALTER TABLE t ALTER z SET DEFAULT 1',
      'ALTER TABLE t ALTER z SET NOT NULL',
    ],
    fate: 'fails',
  },
  {
    name: 'add col update some, set not null',
    sql: ['ALTER TABLE t ADD z int; UPDATE t SET z = 1 WHERE id = 1; ALTER TABLE t ALTER z SET NOT NULL'],
    fate: 'may fail',
  },
  {
    name: 'add col default null not null',
    sql: ['ALTER TABLE t ADD z int DEFAULT NULL NOT NULL'],
    fate: 'fails',
  },
  {
    name: 'drop recreate table then unique',
    sql: ['DROP TABLE t; CREATE TABLE t (id int PRIMARY KEY, a text); ALTER TABLE t ADD UNIQUE (a)'],
    fate: 'runs',
  },
  {
    name: 'drop recreate col then not null',
    sql: ['ALTER TABLE t DROP b; ALTER TABLE t ADD b int NOT NULL'],
    fate: 'fails',
  },
  {
    name: 'drop recreate col then unique',
    sql: ['ALTER TABLE t DROP a; ALTER TABLE t ADD a text; ALTER TABLE t ADD UNIQUE (a)'],
    fate: 'runs',
  },
  {
    name: 'drop recreate col w default then unique',
    sql: [`ALTER TABLE t DROP a; ALTER TABLE t ADD a text DEFAULT 'q'; ALTER TABLE t ADD UNIQUE (a)`],
    fate: 'fails',
  },
  {
    name: 'drop recreate col then check',
    sql: ['ALTER TABLE t DROP b; ALTER TABLE t ADD b int DEFAULT 0; ALTER TABLE t ADD CHECK (b < 100)'],
    fate: 'runs',
  },
  {
    name: 'type then unique',
    rows: `INSERT INTO p VALUES (1),(2); INSERT INTO t VALUES (1,'x',1,'abcdefghij',1.25,1),(2,'x',NULL,'abc',99999.5,9),(3,NULL,70000,NULL,NULL,NULL);INSERT INTO t(id,n) VALUES (4,1.4)`,
    sql: ['ALTER TABLE t ALTER n TYPE int; ALTER TABLE t ADD UNIQUE (n)'],
    fate: 'fails',
  },
  {
    name: 'rename a, add a default, unique a',
    sql: [
      `ALTER TABLE t RENAME a TO old; ALTER TABLE t ADD a text DEFAULT 'x'; ALTER TABLE t ADD UNIQUE (a)`,
    ],
    fate: 'fails',
  },
  {
    name: 'rename a, add a, unique old',
    sql: ['ALTER TABLE t RENAME a TO old; ALTER TABLE t ADD a text; ALTER TABLE t ADD UNIQUE (old)'],
    fate: 'fails',
  },
  {
    name: 'rename a, add a, unique a ok',
    sql: ['ALTER TABLE t RENAME a TO old; ALTER TABLE t ADD a text; ALTER TABLE t ADD UNIQUE (a)'],
    fate: 'runs',
  },
  {
    name: 'rename b, add b, set not null',
    sql: ['ALTER TABLE t RENAME b TO old; ALTER TABLE t ADD b int; ALTER TABLE t ALTER b SET NOT NULL'],
    fate: 'fails',
  },
  {
    name: 'pk swap',
    sql: ['ALTER TABLE t DROP CONSTRAINT t_pkey; ALTER TABLE t ADD PRIMARY KEY (a)'],
    fate: 'fails',
  },
  {
    name: 'pk swap ok',
    sql: ['ALTER TABLE t DROP CONSTRAINT t_pkey; ALTER TABLE t ADD PRIMARY KEY (id)'],
    fate: 'runs',
  },
  {
    name: 'delete nulls then not null',
    sql: ['DELETE FROM t WHERE b IS NULL; ALTER TABLE t ALTER b SET NOT NULL'],
    fate: 'runs',
  },
  {
    name: 'enum rename value then drop',
    base: `CREATE TYPE en AS ENUM ('a','b'); CREATE TABLE te (id int primary key, x en)`,
    rows: `INSERT INTO te VALUES (1,'a'),(2,'b')`,
    sql: [
      `ALTER TYPE en RENAME VALUE 'b' TO 'c'; CREATE TYPE en2 AS ENUM ('a'); ALTER TABLE te ALTER x TYPE en2 USING x::text::en2; DROP TYPE en; ALTER TYPE en2 RENAME TO en`,
    ],
    fate: 'fails',
  },
  {
    name: 'enum rename value then swap keeps',
    base: `CREATE TYPE en AS ENUM ('a','b'); CREATE TABLE te (id int primary key, x en)`,
    rows: `INSERT INTO te VALUES (1,'a'),(2,'b')`,
    sql: [
      `ALTER TYPE en RENAME VALUE 'b' TO 'c'; CREATE TYPE en2 AS ENUM ('a','c'); ALTER TABLE te ALTER x TYPE en2 USING x::text::en2; DROP TYPE en; ALTER TYPE en2 RENAME TO en`,
    ],
    fate: 'runs',
  },
  {
    name: 'add unique column named existing index',
    sql: ['ALTER TABLE t ADD COLUMN slug text; UPDATE t SET slug = a; CREATE UNIQUE INDEX us ON t (slug)'],
    fate: 'may fail',
  },
  {
    name: 'do block unique',
    sql: ['DO $$ BEGIN ALTER TABLE t ADD CONSTRAINT uu UNIQUE (a); END $$'],
    fate: 'may fail',
  },
  {
    name: 'quoted rename check',
    base: 'CREATE TABLE "T x" (id int primary key, "A b" text)',
    rows: `INSERT INTO "T x" VALUES (1,'q'),(2,'q')`,
    sql: [
      `ALTER TABLE "T x" RENAME "A b" TO "C,d"; ALTER TABLE "T x" ADD CONSTRAINT "u x" CHECK ("C,d" <> 'q')`,
    ],
    fate: 'fails',
  },
  {
    name: 'same table name in two schemas',
    base: 'CREATE SCHEMA s2; CREATE TABLE s2.t (id int primary key, b int)',
    sql: ['ALTER TABLE s2.t ALTER b SET NOT NULL'],
    fate: 'runs',
  },
  {
    name: 'same table name in two schemas unique',
    base: 'CREATE SCHEMA s2; CREATE TABLE s2.t (id int primary key, a text)',
    sql: ['ALTER TABLE s2.t ADD UNIQUE (a)'],
    fate: 'runs',
  },
  {
    name: 'same table name in two schemas fails',
    base: 'CREATE SCHEMA s2; CREATE TABLE s2.t (id int primary key, a text)',
    rows: `INSERT INTO s2.t VALUES (1,'q'),(2,'q')`,
    sql: ['ALTER TABLE s2.t ADD UNIQUE (a)'],
    fate: 'fails',
  },
  {
    name: 'two schemas using',
    base: 'CREATE SCHEMA s2; CREATE TABLE s2.t (id int primary key, a text)',
    rows: `INSERT INTO s2.t VALUES (1,'q'),(2,'q')`,
    sql: ['ALTER TABLE t ALTER a TYPE int USING length(a); ALTER TABLE s2.t ALTER a TYPE int USING a::int'],
    fate: 'fails',
  },
  {
    name: 'a key without columns, validated and dropped',
    sql: [
      'ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (p_id) REFERENCES p NOT VALID',
      'ALTER TABLE t VALIDATE CONSTRAINT k',
      'ALTER TABLE t DROP CONSTRAINT k',
    ],
    fate: 'fails',
  },
];
