// Process hazards that statements show, under the lexical rules of three databases: each where it is due, and a near miss.
import * as assert from 'uvu/assert';
import {
  type PlannedStatement,
  type RiskInput,
  type TextFacts,
  tableKey,
  textualHazards,
} from '../../lib/risk/index.ts';
import { hashOf, schemaObject, snapshotOf } from '../../lib/schema/index.ts';
import { type ScanRules, splitStatements } from '../../lib/sql/index.ts';
import { MYSQL, POSTGRES, SQLITE } from '../cases/sql-split.ts';
import { spec } from '../helpers/spec.ts';

const column = (name: string) => schemaObject({ kind: 'column', name, attributes: { type: 'text' } });
const before = snapshotOf('any', [
  schemaObject({
    kind: 'table',
    namespace: 'app',
    name: 'users',
    children: [
      column('id'),
      column('name'),
      schemaObject({ kind: 'index', name: 'users_name', attributes: { columns: ['name'] } }),
    ],
  }),
  schemaObject({
    kind: 'function',
    namespace: 'app',
    name: 'total(integer)',
    attributes: { definition: 'x' },
  }),
]);

const KINDS: Readonly<Record<string, TextFacts['kind']>> = {
  CREATE: 'ddl',
  ALTER: 'ddl',
  DROP: 'ddl',
  VACUUM: 'ddl',
  INSERT: 'dml',
  REPLACE: 'dml',
  UPDATE: 'dml',
  DELETE: 'dml',
  WITH: 'dml',
  MERGE: 'dml',
  SELECT: 'query',
  SET: 'session',
  BEGIN: 'transaction',
  COMMIT: 'transaction',
  COPY: 'dml',
};

/** As far as a dialect would say; what it does not know is opaque. */
const classify = ({ statement }: PlannedStatement): TextFacts => {
  const verb = /^\w*/.exec(statement.text)?.[0].toUpperCase() ?? '';
  const kind = KINDS[verb] ?? 'opaque';
  const transactional = verb !== 'VACUUM' && !/CONCURRENTLY/.test(statement.text);
  return { kind, verb, transactional, ...(kind === 'opaque' && { opaque: 'not understood' }) };
};

const hazardsOf = (sql: string, rules: ScanRules, rows = 10) => {
  const statements = splitStatements(sql, { file: 'm.sql', rules }).map((statement) => ({
    migration: 'm',
    statement,
  }));
  const size = { namespace: 'app', name: 'users', rows, exact: true, bytes: null };
  const input: Pick<RiskInput, 'statements' | 'before' | 'change' | 'sizes'> = {
    statements,
    before,
    change: { from: hashOf('before'), to: hashOf('after'), changes: [] },
    sizes: new Map([[tableKey(size), size]]),
  };
  return textualHazards(input, {
    rules,
    quote: (name) => `"${name}"`,
    fold: (name) => name.toLowerCase(),
    classify,
  });
};

const codes = (sql: string, rules: ScanRules, rows?: number): string => {
  const ignored = ['x-dml-without-backup', 'x-insert-seed-conflict'];
  return hazardsOf(sql, rules, rows)
    .map((hazard) => hazard.code)
    .filter((code) => !ignored.includes(code))
    .join(' ');
};

const CASES: readonly (readonly [string, ScanRules, string])[] = [
  ['DELETE FROM app.users', POSTGRES, 'x-delete-no-where'],
  ['DELETE FROM ONLY users', POSTGRES, 'x-delete-no-where'],
  ['WITH x AS (SELECT 1 WHERE 1 > 0) DELETE FROM users', POSTGRES, 'x-delete-no-where'],
  ['WITH x AS (DELETE FROM users) SELECT 1', POSTGRES, ''],
  ['DELETE FROM users USING old WHERE old.id = users.id', POSTGRES, ''],
  ['DELETE FROM users u USING old', POSTGRES, 'x-delete-no-where'],
  ['DELETE FROM users WHERE id IN (SELECT id FROM old)', POSTGRES, ''],
  ['DELETE FROM users -- WHERE id = 1\n', MYSQL, 'x-delete-no-where'],
  ["UPDATE users SET name = 'WHERE x'", MYSQL, 'x-update-no-where'],
  ['UPDATE users SET name = (SELECT a FROM b WHERE c = 1)', POSTGRES, 'x-update-no-where'],
  ['UPDATE users u JOIN old o ON u.id = o.id SET u.name = o.name', MYSQL, ''],
  ['UPDATE `users` SET name = 1 LIMIT 10', MYSQL, ''],
  ["UPDATE users SET name = '' WHERE ((1 = 1))", POSTGRES, 'x-where-always-true'],
  ['UPDATE users SET name = 1 WHERE TRUE', POSTGRES, 'x-where-always-true'],
  ['DELETE FROM users WHERE id = 3 OR 1 = 1', SQLITE, 'x-where-always-true'],
  ['DELETE FROM users WHERE (id = 3 AND 1 = 1)', SQLITE, ''],
  ['DELETE FROM users WHERE (1 = 1 AND (2 = 2)) RETURNING id', SQLITE, 'x-where-always-true'],
  ['DELETE FROM users WHERE users.id = users.id', SQLITE, 'x-where-always-true'],
  ['DELETE FROM users WHERE users.id = users.name', SQLITE, ''],
  ['DELETE FROM users WHERE id BETWEEN 1 AND 5', SQLITE, ''],
  ['UPDATE users SET name = 1 WHERE name = NULL', POSTGRES, 'x-misread-condition'],
  ['UPDATE users SET name = 1 WHERE id = 3 AND name<>NULL', MYSQL, 'x-misread-condition'],
  ['DELETE FROM users WHERE id NOT IN (1, NULL)', SQLITE, 'x-misread-condition'],
  ['DELETE FROM users WHERE id IN (NULL)', SQLITE, 'x-misread-condition'],
  ['UPDATE users SET name = NULL WHERE name IS NULL', POSTGRES, ''],
  ['UPDATE users SET name = 1 WHERE name <=> NULL', MYSQL, ''],
  ['DELETE FROM users WHERE id IN (1, NULL) AND name IS NOT NULL', SQLITE, ''],
  ["DELETE FROM users WHERE name = 'NULL' AND id > 3", SQLITE, ''],
  ['DELETE FROM users WHERE EXISTS (SELECT 1 FROM old)', SQLITE, 'x-where-always-true'],
  ['DELETE FROM users WHERE EXISTS (SELECT id FROM app.old) AND 1 = 1', POSTGRES, 'x-where-always-true'],
  ['DELETE FROM users WHERE EXISTS (SELECT 1 FROM old WHERE old.id = users.id)', POSTGRES, ''],
  ['DELETE FROM users WHERE NOT EXISTS (SELECT 1 FROM old)', POSTGRES, ''],
  ['DELETE FROM users WHERE id = 3 AND EXISTS (SELECT 1 FROM old)', POSTGRES, ''],
  ['DELETE FROM users WHERE id = ANY (SELECT id FROM users)', POSTGRES, 'x-where-always-true'],
  ['DELETE FROM users WHERE id = ANY (SELECT id FROM old)', POSTGRES, ''],
  ['DELETE FROM others WHERE id BETWEEN 0 AND 99999999999', SQLITE, 'x-where-always-true'],
  ['DELETE FROM users WHERE id BETWEEN 5 AND 9 OR 1 = 1', SQLITE, 'x-where-always-true'],
  ["DELETE FROM users WHERE DATE '2020-01-01'", MYSQL, 'x-where-always-true'],
  ['UPDATE users SET name = 1 WHERE NOT (1 = 0)', MYSQL, 'x-where-always-true'],
  ['UPDATE users SET name = 1 WHERE now() > 0', POSTGRES, 'x-where-always-true'],
  ['DELETE FROM users WHERE id <=> id', MYSQL, 'x-where-always-true'],
  ['DELETE FROM users WHERE name IS name', SQLITE, 'x-where-always-true'],
  ['DELETE FROM users WHERE name IS NOT DISTINCT FROM name', POSTGRES, 'x-where-always-true'],
  ['DELETE FROM users WHERE name IS id', SQLITE, ''],
  ["DELETE FROM users WHERE name GLOB '*'", SQLITE, 'x-where-always-true'],
  ["DELETE FROM users WHERE name GLOB 'a*'", SQLITE, ''],
  ["DELETE FROM users WHERE name REGEXP '.*'", MYSQL, 'x-where-always-true'],
  ["DELETE FROM users WHERE name NOT REGEXP '.*'", MYSQL, ''],
  ["DELETE FROM users WHERE '300' = '400'", MYSQL, ''],
  ['DELETE FROM users WHERE random() < 0.5', POSTGRES, ''],
  ['DELETE FROM users WHERE NULL', SQLITE, ''],
  ['DELETE FROM users WHERE year(born) = 2020', MYSQL, ''],
  ['DELETE FROM users LIMIT 18446744073709551615', MYSQL, 'x-delete-no-where'],
  ['DELETE u FROM users AS u LEFT JOIN old o ON u.id = o.id', MYSQL, 'x-delete-no-where'],
  ['DELETE u FROM old o LEFT JOIN users u ON u.id = o.id', MYSQL, ''],
  ['DELETE u FROM users u LEFT JOIN a ON u.a = a.id JOIN b ON u.b = b.id', MYSQL, ''],
  ['UPDATE users LEFT JOIN old ON users.id = old.id SET users.name = 1', MYSQL, 'x-update-no-where'],
  ['UPDATE users JOIN old ON TRUE SET users.name = 1', MYSQL, 'x-update-no-where'],
  ['UPDATE users JOIN old USING (id) SET users.name = 1', MYSQL, ''],
  ['REPLACE INTO users (id) VALUES (1)', MYSQL, 'x-replace-deletes-rows'],
  ['REPLACE INTO users SET id = 1, name = concat(1, 2)', MYSQL, 'x-replace-deletes-rows'],
  ['INSERT OR REPLACE INTO users VALUES (1, 2)', SQLITE, 'x-replace-deletes-rows'],
  ['UPDATE OR REPLACE users SET id = 1 WHERE id = 2', SQLITE, 'x-replace-deletes-rows'],
  ['INSERT INTO users (id) VALUES (1) ON DUPLICATE KEY UPDATE id = 1', MYSQL, ''],
  ["UPDATE users SET name = replace(name, 'a', 'b') WHERE id = 1", MYSQL, ''],
  ['CREATE TABLE a (b int); DELETE FROM a', SQLITE, ''],
  ['CREATE TABLE a (b int); INSERT INTO a SELECT 1', SQLITE, ''],
  ['CREATE TABLE a (b int); INSERT INTO users SELECT 1', SQLITE, 'x-mixed-ddl-dml'],
  ['CREATE INDEX CONCURRENTLY i ON users (name)', POSTGRES, 'x-non-tx-statement'],
  ['CREATE INDEX CONCURRENTLY i ON users (name); ALTER TABLE users ADD b int', POSTGRES, 'x-mixed-tx'],
  ['SET lock_timeout = 1; CREATE INDEX CONCURRENTLY i ON users (name)', POSTGRES, 'x-non-tx-statement'],
  ["DO $$ BEGIN EXECUTE 'x'; END $$", POSTGRES, 'x-dynamic-sql'],
  ['CALL refresh()', MYSQL, 'x-dynamic-sql'],
  ['GRANT ALL ON users TO x', POSTGRES, 'x-unparseable'],
  ['\\connect other', POSTGRES, 'x-client-directive'],
  ['COPY users FROM STDIN', POSTGRES, 'x-client-directive'],
  ["COPY users FROM '/tmp/a'", POSTGRES, ''],
  ['DELIMITER //\nSELECT 1//\nDELIMITER ;', MYSQL, ''],
  ['DELIMITER //\nSELECT 1//', POSTGRES, 'x-client-directive'],
  ['CREATE TABLE a (b int)\nGO\nCREATE TABLE c (d int)\nGO', POSTGRES, 'x-client-directive'],
  ['SELECT 1 AS go', POSTGRES, ''],
  [
    'CREATE OR REPLACE FUNCTION app.total(a int) RETURNS int AS $$ SELECT 1 $$ LANGUAGE sql',
    POSTGRES,
    'x-create-or-replace',
  ],
  ['CREATE OR REPLACE FUNCTION app.other(a int) RETURNS int AS $$ SELECT 1 $$ LANGUAGE sql', POSTGRES, ''],
  ['CREATE OR REPLACE TABLE users (id int)', MYSQL, 'x-create-or-replace'],
  ['CREATE TABLE IF NOT EXISTS users (id int, name text, CONSTRAINT a UNIQUE (name))', POSTGRES, ''],
  ['CREATE TABLE IF NOT EXISTS app.users (id int, age int)', POSTGRES, 'x-if-not-exists-mask'],
  ['CREATE INDEX IF NOT EXISTS users_name ON users (name)', POSTGRES, ''],
  ['CREATE INDEX IF NOT EXISTS users_name ON users (id, name)', POSTGRES, 'x-if-not-exists-mask'],
  ['CREATE UNIQUE INDEX IF NOT EXISTS users_name ON users (name)', SQLITE, 'x-if-not-exists-mask'],
  ['CREATE INDEX IF NOT EXISTS users_name ON users (name)', SQLITE, ''],
  ['CREATE UNIQUE INDEX IF NOT EXISTS users_id ON users (id)', SQLITE, ''],
  ["CREATE USER a IDENTIFIED BY 'hunter2'", MYSQL, 'x-secret-in-sql'],
  ["CREATE ROLE a LOGIN PASSWORD 'hunter2'", POSTGRES, 'x-secret-in-sql'],
  ['CREATE ROLE a PASSWORD NULL', POSTGRES, ''],
  ["SELECT 'postgres://a:b@c/d'", POSTGRES, 'x-secret-in-sql'],
  ["SELECT 'https://example.org/a:b'", POSTGRES, ''],
  ["ALTER TABLE users ADD token text DEFAULT ''", POSTGRES, ''],
  ['DROP SCHEMA app CASCADE; CREATE SCHEMA app', POSTGRES, 'x-reset-command'],
  ['DROP SCHEMA IF EXISTS old; CREATE SCHEMA app', POSTGRES, ''],
];

spec('risk-text', ({ test }) => {
  for (const [sql, rules, expected] of CASES) {
    test(sql.replaceAll('\n', ' '), () => {
      assert.is(codes(sql, rules), expected);
    });
  }

  test('a statement over a large table is large, one over a small table is not', () => {
    assert.is(codes('DELETE FROM users WHERE id = 1', SQLITE, 100_000), 'x-large-dml');
    assert.is(codes('DELETE FROM users WHERE id = 1', SQLITE, 99_999), '');
  });

  test('an empty table lowers what would empty it, a full one does not', () => {
    const [empty] = hazardsOf('DELETE FROM users', SQLITE, 0);
    const [full] = hazardsOf('DELETE FROM users', SQLITE, 1);
    assert.is(empty?.severity, 'breaking');
    assert.is(empty?.adjusted, 'the table is empty');
    assert.is(full?.severity, 'destructive');
    assert.is(full?.probe?.sql, 'SELECT count(*) FROM "app"."users"');
  });

  test('seeds are flagged unless they say what happens on conflict', () => {
    const seeds = (sql: string, rules: ScanRules) =>
      hazardsOf(sql, rules).some((hazard) => hazard.code === 'x-insert-seed-conflict');
    assert.ok(seeds('INSERT INTO users VALUES (1)', POSTGRES));
    assert.ok(seeds("INSERT INTO users VALUES (' ON CONFLICT ')", POSTGRES));
    assert.not.ok(seeds('INSERT INTO users VALUES (1) ON CONFLICT DO NOTHING', POSTGRES));
    assert.not.ok(seeds('INSERT IGNORE INTO users VALUES (1)', MYSQL));
    assert.not.ok(seeds('REPLACE INTO users VALUES (1)', MYSQL));
    assert.not.ok(seeds('INSERT INTO users SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM users)', POSTGRES));
  });

  test('a secret is never part of what is said of it', () => {
    const found = hazardsOf("CREATE USER a IDENTIFIED BY 'hunter2'", MYSQL);
    assert.is(found.length, 1);
    assert.not.match(JSON.stringify(found), /hunter2/);
  });

  test('a table of the catalogue is destroyed by CREATE OR REPLACE', () => {
    assert.is(hazardsOf('CREATE OR REPLACE TABLE users (id int)', MYSQL)[0]?.severity, 'destructive');
  });

  test('deep parentheses end', () => {
    const sql = `DELETE FROM users WHERE ${'('.repeat(50_000)}1=1${')'.repeat(50_000)}`;
    assert.is(codes(sql, SQLITE), '');
  });
});
