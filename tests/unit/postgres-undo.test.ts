// What undo offers leads back to the fingerprint before, on a real server; what cannot be taken back gets no statement.
import * as assert from 'uvu/assert';
import { dialect } from '../../lib/dialects/postgres/index.ts';
import { diffSnapshots, fingerprint } from '../../lib/schema/index.ts';
import { NO_SERVER, startPostgres, type TestServer, withSession } from '../helpers/postgres.ts';
import { spec } from '../helpers/spec.ts';

const BEFORE = `CREATE SCHEMA "s p"; CREATE TABLE "s p"."a""b" (id integer PRIMARY KEY, n text); CREATE TABLE gone (id integer)`;

const UNDONE: readonly string[] = [
  'CREATE TABLE "x; DROP TABLE gone" (id integer PRIMARY KEY)',
  'CREATE VIEW "s p"."v v" AS SELECT 1 AS one',
  'CREATE MATERIALIZED VIEW mv AS SELECT 1 AS one',
  'CREATE SEQUENCE "s p".seq',
  "CREATE TYPE mood AS ENUM ('a', 'b')",
  'CREATE DOMAIN positive AS integer CHECK (VALUE > 0)',
  'CREATE TYPE pair AS (a integer, b text)',
  'ALTER TABLE "s p"."a""b" ADD COLUMN "new ""one""" text',
  'CREATE INDEX "i i" ON "s p"."a""b" (n)',
  'ALTER TABLE "s p"."a""b" ADD CONSTRAINT "c c" CHECK (id > 0)',
  'ALTER TABLE gone ADD CONSTRAINT u UNIQUE (id)',
  'ALTER TABLE "s p"."a""b" ENABLE ROW LEVEL SECURITY; ALTER TABLE "s p"."a""b" DISABLE ROW LEVEL SECURITY; CREATE POLICY "p p" ON "s p"."a""b"',
];

const LOST: readonly string[] = [
  'DROP TABLE gone',
  'ALTER TABLE "s p"."a""b" DROP COLUMN n',
  'ALTER TABLE gone ALTER id TYPE bigint',
];

spec('postgres-undo', ({ test, before, after }) => {
  let server: TestServer | null = null;
  before(async () => {
    server = await startPostgres();
    if (!server) throw new Error(NO_SERVER);
  });
  after(() => server?.stop());

  const changed = async (sql: string, undo: boolean): Promise<void> => {
    const name = `undo_${[...UNDONE, ...LOST].indexOf(sql)}`;
    if (!server) throw new Error(NO_SERVER);
    await withSession(server.url, (session) => session.execute(`CREATE DATABASE ${name}`).then(() => {}));
    await withSession(server.urlOf(name), async (session) => {
      await session.script(BEFORE);
      const old = await dialect.inspect(session, { ignore: [] });
      await session.script(sql);
      const { changes } = diffSnapshots(old, await dialect.inspect(session, { ignore: [] }));
      assert.ok(changes.length > 0, sql);
      const statements = [...changes].reverse().map((change) => dialect.undo?.(change) ?? null);
      if (!undo) return assert.ok(statements.includes(null), sql);
      for (const statement of statements) {
        assert.ok(statement, `${sql}: ${JSON.stringify(changes.map((change) => change.subject))}`);
        await session.execute(statement);
      }
      assert.is(fingerprint(await dialect.inspect(session, { ignore: [] })), fingerprint(old), sql);
    });
  };

  for (const sql of UNDONE) test(`takes back: ${sql}`, () => changed(sql, true));
  for (const sql of LOST) test(`offers nothing for: ${sql}`, () => changed(sql, false));
});
