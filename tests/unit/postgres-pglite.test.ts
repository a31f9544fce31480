// PGlite as a shadow database, on a machine without server programs: what it holds, whom it lets in, what it says of itself, and that
// nothing of it is left.
import '../helpers/without-servers.ts';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import Module from 'node:module';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import * as assert from 'uvu/assert';
import type { Session, Shadow, ShadowRequest } from '../../lib/dialects/contract.ts';

const { NO_SERVER, startPostgres, TIMEOUTS, withSession } = await import('../helpers/postgres.ts');
const { close, createShadow } = await import('../../lib/dialects/postgres/shadow.ts');
const { exists } = await import('../../lib/dialects/postgres/connect.ts');
const { explain } = await import('../../lib/dialects/postgres/explain.ts');
const { identify } = await import('../../lib/dialects/postgres/identify.ts');
const { inspect } = await import('../../lib/dialects/postgres/inspect.ts');
const { postgresAddress } = await import('../../lib/dialects/postgres/address.ts');
const { DbsyncError } = await import('../../lib/errors/index.ts');
const { diffSnapshots } = await import('../../lib/schema/index.ts');
const { openSecret } = await import('../../lib/target/index.ts');
const { spec } = await import('../helpers/spec.ts');

const STRUCTURE = `
CREATE EXTENSION citext;
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE DOMAIN short AS text CHECK (length(value) < 10) NOT NULL;
CREATE SCHEMA sales;
CREATE TABLE sales.customer (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, mail citext NOT NULL UNIQUE, m mood DEFAULT 'good',
  nick short, made timestamptz NOT NULL DEFAULT now(), total numeric(10,2) GENERATED ALWAYS AS (1.5) STORED, CHECK (id > 0));
CREATE TABLE sales.line (customer bigint REFERENCES sales.customer ON DELETE CASCADE, at date NOT NULL, n int[]) PARTITION BY RANGE (at);
CREATE TABLE sales.line_2020 PARTITION OF sales.line FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE INDEX ON sales.line (at DESC NULLS LAST) INCLUDE (n);
CREATE INDEX part ON sales.customer (lower(nick)) WHERE m = 'bad';
CREATE FUNCTION sales.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.made := now(); RETURN NEW; END $$;
CREATE TRIGGER touch BEFORE UPDATE ON sales.customer FOR EACH ROW EXECUTE FUNCTION sales.touch();
ALTER TABLE sales.customer ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON sales.customer USING (mail = current_user);
CREATE SEQUENCE counter START 5 CYCLE MAXVALUE 100;
COMMENT ON TABLE sales.customer IS 'who buys';`;

const server = await startPostgres();

/** Everything that is made in the temporary folder from now on; nothing of PGlite's may be. */
const temporary = mkdtempSync(path.join(os.tmpdir(), 'test-pglite-'));
process.env.TMPDIR = temporary;

/** What is thrown. */
const thrown = async (work: () => Promise<unknown>): Promise<unknown> => {
  try {
    await work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was refused');
};

const refusal = async (work: () => Promise<unknown>): Promise<InstanceType<typeof DbsyncError>> => {
  const error = await thrown(work);
  if (error instanceof DbsyncError) return error;
  throw error;
};

const withoutPackage = async <T>(work: () => Promise<T>): Promise<T> => {
  const original: unknown = Reflect.get(Module, '_resolveFilename');
  if (typeof original !== 'function') throw new Error('Node resolves in another way');
  Reflect.set(Module, '_resolveFilename', (name: string, ...rest: unknown[]): unknown => {
    if (name.startsWith('@electric-sql/pglite')) throw new Error('no such package');
    return Reflect.apply(original, Module, [name, ...rest]);
  });
  try {
    return await work();
  } finally {
    Reflect.set(Module, '_resolveFilename', original);
  }
};

spec('PGlite', ({ test, skip, after }) => {
  if (!server) return skip('every test', NO_SERVER);
  after(async () => {
    await close();
    await server.stop();
    rmSync(temporary, { recursive: true, force: true });
  });

  const requestOf = async (target: Session, more: Partial<ShadowRequest> = {}): Promise<ShadowRequest> => ({
    content: 'empty',
    target,
    address: target.address,
    identity: await identify(target),
    timeouts: TIMEOUTS,
    folder: os.tmpdir(),
    ...more,
  });

  /** A target, and a shadow for it. */
  const withBoth = async (
    sql: string,
    more: Partial<ShadowRequest>,
    work: (shadow: Shadow, target: Session) => Promise<void>,
  ): Promise<void> => {
    const url = await server.createDatabase();
    if (sql) await withSession(url, (session) => session.script(sql));
    await withSession(
      url,
      async (target) => {
        const shadow = await createShadow(await requestOf(target, more));
        try {
          await work(shadow, target);
        } finally {
          await shadow.drop();
        }
      },
      'read',
    );
  };

  test('without the package the refusal says how to get it', () =>
    withoutPackage(async () => {
      const url = await server.createDatabase();
      await withSession(url, async (target) => {
        const error = await refusal(async () => createShadow(await requestOf(target)));
        assert.is(error.code, 'SHADOW_UNAVAILABLE');
        assert.ok(error.next.includes('$ npm install --save-dev @electric-sql/pglite'));
      });
    }));

  test('a version of the package that nobody looked at is refused', async () => {
    const root = path.join(temporary, 'old');
    const folder = path.join(root, 'node_modules/@electric-sql/pglite');
    mkdirSync(path.join(folder, 'dist'), { recursive: true });
    writeFileSync(path.join(folder, 'package.json'), '{ "version": "0.3.1", "main": "dist/index.cjs" }');
    writeFileSync(path.join(folder, 'dist/index.cjs'), 'throw new Error("it was run");');
    const url = await server.createDatabase();
    await withSession(url, async (target) => {
      const error = await refusal(async () => createShadow(await requestOf(target, { root })));
      assert.is(error.code, 'SHADOW_UNAVAILABLE');
      assert.match(error.why ?? '', /version 0\.3\.1/);
    });
    rmSync(root, { recursive: true });
  });

  test('a copy is the very structure, on another version; what is less certain is said; nothing is left', async () => {
    let address: Shadow['address'] | null = null;
    await withBoth(STRUCTURE, { content: 'copy' }, async (shadow, target) => {
      address = shadow.address;
      assert.match(shadow.description, /^PGlite \(PostgreSQL \d+\.\d+ in WebAssembly, one session\)$/);
      assert.is(shadow.holdsData, false);
      const said = shadow.caveats.join('\n');
      if (server.major !== 18) assert.match(said, /the target runs PostgreSQL \d+.*the shadow 18/);
      assert.match(said, /one session/);
      assert.match(said, /statement_timeout/);
      assert.not.match(said, /citext/);
      const wanted = await inspect(target, { ignore: [] });
      await withSession(shadow.address, async (session) => {
        const { changes } = diffSnapshots(wanted, await inspect(session, { ignore: [] }));
        assert.equal(changes, []);
      });
      assert.equal(readdirSync(temporary), []);
    });
    assert.ok(address);
    const gone = await refusal(() => exists(address as Shadow['address'], TIMEOUTS));
    assert.is(gone.code, 'CONNECT_REFUSED');
    assert.equal(readdirSync(temporary), []);
  });

  test('the door: a password, one database, one session in turns, and an end of what does not end', async () => {
    await withBoth('', { timeouts: { ...TIMEOUTS, statementMs: 20_000 } }, async (shadow) => {
      const at = postgresAddress(shadow.address);
      const login = { host: at.host, port: at.port, user: at.user, database: at.database };
      const password = at.password ? openSecret(at.password) : '';
      const codeOf = async (more: object): Promise<unknown> => {
        const client = new pg.Client({ ...login, password, ...more });
        client.on('error', () => undefined);
        return Reflect.get(Object(await thrown(() => client.connect())), 'code');
      };
      assert.is(await codeOf({ password: 'guess' }), '28P01');
      assert.is(await codeOf({ user: 'nobody' }), '28P01');
      assert.is(await codeOf({ database: 'other' }), '3D000');

      await withSession(shadow.address, async (one) => {
        await one.execute(`SET application_name = 'one'`);
        await withSession(shadow.address, async (other) => {
          const [row] = await other.query(
            `SELECT current_setting('application_name') AS name, current_user AS who`,
          );
          assert.equal(row, { name: 'dbsync', who: at.user });
          assert.equal(await one.query(`SELECT current_setting('application_name') AS name`), [
            { name: 'one' },
          ]);
          await one.execute('BEGIN');
          await one.execute('CREATE TABLE t (a int)');
          assert.match(
            explain(await thrown(() => other.query('SELECT 1'))).message,
            /one session.*transaction open/,
          );
          await one.execute('COMMIT');
        });
        await one.execute('CREATE TEMP TABLE kept (a int)');
        const refused = await refusal(() => withSession(shadow.address, (other) => other.query('SELECT 1')));
        assert.match(`${refused.message} ${refused.why ?? ''}`, /one session.*temporary tables/s);
        assert.equal(await one.query('SELECT count(*)::int AS n FROM kept'), [{ n: 0 }]);
      });
      // What a client left open is rolled back, and its session with it.
      await withSession(shadow.address, async (one) => {
        await one.execute('BEGIN');
        await one.execute('DROP TABLE t');
      });
      await withSession(shadow.address, async (one) => {
        assert.equal(await one.query('SELECT count(*)::int AS n FROM t'), [{ n: 0 }]);
        const late = explain(await thrown(() => one.execute('SELECT pg_sleep(600)')));
        assert.ok(late.connectionLost, late.message);
        assert.match(late.message, /PGlite was not done with a statement within 20000 ms/);
      });
    });
  });

  test('views of one table and rules, which versions write in their own ways, are the target’s', () =>
    withBoth(
      `CREATE TABLE t (a int, b text); CREATE VIEW v AS SELECT a FROM t WHERE b IS NOT NULL; CREATE MATERIALIZED VIEW m AS SELECT b FROM t;
       CREATE RULE r AS ON DELETE TO t DO ALSO UPDATE t SET a = 0`,
      { content: 'copy' },
      (shadow, target) =>
        withSession(shadow.address, async (session) => {
          const differences = async (): Promise<number> =>
            diffSnapshots(await inspect(target, { ignore: [] }), await inspect(session, { ignore: [] }))
              .changes.length;
          assert.is(await differences(), 0);
          await session.execute('CREATE VIEW w AS SELECT b FROM t');
          assert.is(await differences(), 1);
        }),
    ));

  test('extensions: those of the target, in its versions, or none', () =>
    withBoth('CREATE EXTENSION postgres_fdw', {}, async (shadow) => {
      assert.ok(shadow.caveats.some((line) => line.includes('postgres_fdw is not available')));
      await withSession(shadow.address, async (session) => {
        const missing = explain(await thrown(() => session.execute('CREATE EXTENSION postgres_fdw')));
        assert.is(missing.missingPart, true);
      });
    }));
});
