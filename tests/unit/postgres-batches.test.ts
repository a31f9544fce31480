// Statements of PostgreSQL: what they are by their text, and how they are grouped; and that the server agrees.
import * as assert from 'uvu/assert';
import { batches } from '../../lib/dialects/postgres/batches.ts';
import { explain } from '../../lib/dialects/postgres/explain.ts';
import { loadParser } from '../../lib/dialects/postgres/parse.ts';
import { SCAN_RULES } from '../../lib/dialects/postgres/rules.ts';
import { classify } from '../../lib/dialects/postgres/scan.ts';
import { begin, commit, rollback } from '../../lib/dialects/postgres/transaction.ts';
import type { Statement } from '../../lib/sql/index.ts';
import { splitStatements } from '../../lib/sql/index.ts';
import { BATCH_CASES } from '../cases/postgres-batches.ts';
import { NO_SERVER, startPostgres, withSession } from '../helpers/postgres.ts';
import { spec } from '../helpers/spec.ts';

await loadParser();
const server = await startPostgres();
const split = (sql: string): readonly Statement[] =>
  splitStatements(sql, { file: 'm.sql', rules: SCAN_RULES });
const one = (sql: string): ReturnType<typeof classify> => {
  const [statement] = split(sql);
  if (!statement) throw new Error('no statement');
  return classify(statement);
};

const KINDS: readonly {
  readonly sql: string;
  readonly kind: string;
  readonly lock?: string;
  readonly tables?: readonly string[];
}[] = [
  { sql: 'SELECT 1', kind: 'query' },
  { sql: 'SELECT setval($$s$$, 5)', kind: 'dml' },
  {
    sql: 'SELECT pg_get_expr(adbin, adrelid), pg_catalog.has_table_privilege(adrelid, $$SELECT$$) FROM pg_attrdef WHERE pg_table_is_visible(adrelid)',
    kind: 'query',
    tables: ['pg_attrdef'],
  },
  { sql: "SELECT a FROM t WHERE a NOT LIKE $1 || '%' ESCAPE '/'", kind: 'query', tables: ['t'] },
  { sql: 'SELECT shop.pg_get_paid(id) FROM t', kind: 'opaque', tables: ['t'] },
  { sql: 'SELECT query_to_xml($$DELETE FROM t$$, true, true, $$$$)', kind: 'opaque' },
  { sql: 'WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x', kind: 'dml', tables: ['t'] },
  { sql: 'UPDATE app.t SET a = 1 FROM u', kind: 'dml', lock: 'ROW EXCLUSIVE', tables: ['app.t', 'u'] },
  { sql: 'ALTER TABLE t ADD a int', kind: 'ddl', lock: 'ACCESS EXCLUSIVE', tables: ['t'] },
  { sql: 'ALTER TABLE t VALIDATE CONSTRAINT c', kind: 'ddl', lock: 'SHARE UPDATE EXCLUSIVE', tables: ['t'] },
  {
    sql: 'ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES p (b)',
    kind: 'ddl',
    lock: 'SHARE ROW EXCLUSIVE',
    tables: ['p', 't'],
  },
  { sql: 'CREATE INDEX i ON t (a)', kind: 'ddl', lock: 'SHARE', tables: ['t'] },
  { sql: 'CREATE INDEX CONCURRENTLY i ON t (a)', kind: 'ddl', lock: 'SHARE UPDATE EXCLUSIVE', tables: ['t'] },
  { sql: 'DROP TABLE app."T", u', kind: 'ddl', lock: 'ACCESS EXCLUSIVE', tables: ['app.T', 'u'] },
  { sql: 'DROP TRIGGER g ON app.t', kind: 'ddl', lock: 'ACCESS EXCLUSIVE', tables: ['app.t'] },
  {
    sql: 'CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()',
    kind: 'ddl',
    lock: 'SHARE ROW EXCLUSIVE',
    tables: ['t'],
  },
  { sql: 'CREATE TABLE n (a int)', kind: 'ddl', tables: ['n'] },
  { sql: 'BEGIN', kind: 'transaction' },
  { sql: 'SET search_path = x', kind: 'session' },
  { sql: 'DO $$ BEGIN END $$', kind: 'opaque' },
  { sql: 'CALL p()', kind: 'opaque' },
  { sql: 'CREATE TABEL x', kind: 'opaque' },
];

spec('postgres batches', ({ test, skip, after }) => {
  after(async () => {
    await server?.stop();
  });

  for (const item of KINDS) {
    test(`classifies ${item.sql}`, () => {
      const facts = one(item.sql);
      assert.is(facts.kind, item.kind);
      if (item.kind === 'opaque') assert.ok(facts.opaque);
      assert.is(facts.lock, item.lock);
      const tables = facts.tables
        .map(({ namespace, name }) => (namespace ? `${namespace}.${name}` : name))
        .sort();
      assert.equal(tables, item.tables ?? []);
    });
  }

  for (const item of BATCH_CASES) {
    test(`groups: ${item.name}`, () => {
      const found = batches(split(item.sql));
      assert.equal(
        found.map((batch) => `${batch.transactional ? 'tx' : 'no'}:${batch.statements.length}`),
        item.is,
      );
      assert.ok(found.every(({ because }) => because.length > 20));
    });
  }

  if (!server) {
    skip('the server agrees', NO_SERVER);
    return;
  }

  test('the server refuses in a transaction exactly what is said to be refused', async () => {
    await withSession(await server.createDatabase(), async (session) => {
      await session.script(
        'CREATE TABLE t (a int); CREATE INDEX i ON t (a); CREATE TABLE p (a int) PARTITION BY RANGE (a); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (9)',
      );
      const statements = [
        'CREATE INDEX CONCURRENTLY j ON t (a)',
        'DROP INDEX CONCURRENTLY i',
        'REINDEX INDEX CONCURRENTLY i',
        'REINDEX TABLE t',
        'VACUUM t',
        'ANALYZE t',
        'CREATE DATABASE d',
        'ALTER SYSTEM RESET ALL',
        'ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY',
        'ALTER TABLE p DETACH PARTITION p1',
        'CLUSTER',
        'REINDEX SCHEMA public',
        'DISCARD ALL',
        'DISCARD PLANS',
        'CREATE INDEX k ON t (a)',
        `CREATE TABLESPACE x LOCATION '/nothere'`,
      ];
      for (const sql of statements) {
        await session.execute('BEGIN');
        const code = await session.execute(sql).then(
          () => null,
          (error: unknown) => explain(error).code,
        );
        await session.execute('ROLLBACK');
        assert.is(code === '25001', !one(sql).transactional, sql);
      }
    });
  });

  test('a new enum value can be used in the batch after its own', async () => {
    await withSession(await server.createDatabase(), async (session) => {
      await session.script(`CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (s e)`);
      for (const batch of batches(split(`ALTER TYPE e ADD VALUE 'x'; INSERT INTO t VALUES ('x')`))) {
        await begin(session, batch);
        for (const statement of batch.statements) await session.execute(statement.text);
        await commit(session, batch);
      }
      assert.equal(await session.query('SELECT s::text FROM t'), [{ s: 'x' }]);
    });
  });

  test('a level that the file sets is in force, although something was asked before its first statement', async () => {
    await withSession(await server.createDatabase(), async (session) => {
      await session.script('CREATE TABLE t (level text)');
      const sql = `BEGIN; SET LOCAL lock_timeout = 0; SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;
        INSERT INTO t VALUES (current_setting('transaction_isolation')); COMMIT`;
      for (const batch of batches(split(sql))) {
        await begin(session, batch);
        await session.execute('SELECT 1');
        for (const statement of batch.statements) await session.execute(statement.text);
        await commit(session, batch);
      }
      assert.equal(await session.query('SELECT level FROM t'), [{ level: 'repeatable read' }]);
    });
  });

  test('commit never calls a rollback a success', async () => {
    await withSession(await server.createDatabase(), async (session) => {
      await session.script('CREATE TABLE t (a int UNIQUE DEFERRABLE INITIALLY DEFERRED)');
      const [batch] = batches(split('INSERT INTO t VALUES (1)'));
      if (!batch) throw new Error('no batch');
      const failsWith = async (work: () => Promise<unknown>): Promise<string | null> =>
        work().then(
          () => null,
          (error: unknown) => explain(error).code,
        );
      await begin(session, batch);
      await failsWith(() => session.execute('SELECT nothere'));
      assert.is(await failsWith(() => commit(session, batch)), '25P02');
      await rollback(session, batch);
      await begin(session, batch);
      await session.execute('INSERT INTO t VALUES (1), (1)');
      assert.is(await failsWith(() => commit(session, batch)), '23505');
      await rollback(session, batch);
      assert.equal(await session.query('SELECT count(*)::int AS n FROM t'), [{ n: 0 }]);
    });
  });
});
