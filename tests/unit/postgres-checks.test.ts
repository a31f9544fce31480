// Preflight checks, sizes, health and backups of PostgreSQL, each against a server in the state that it is about.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import type { CheckContext, Session, Verdict } from '../../lib/dialects/contract.ts';
import { backup } from '../../lib/dialects/postgres/backup.ts';
import { CHECKS } from '../../lib/dialects/postgres/checks.ts';
import { health } from '../../lib/dialects/postgres/health.ts';
import { identify } from '../../lib/dialects/postgres/identify.ts';
import { dialect } from '../../lib/dialects/postgres/index.ts';
import { withLock } from '../../lib/dialects/postgres/lock.ts';
import { measure } from '../../lib/dialects/postgres/measure.ts';
import { Secret } from '../../lib/target/index.ts';
import { NO_SERVER, startPostgres, TIMEOUTS, withSession } from '../helpers/postgres.ts';
import { spec } from '../helpers/spec.ts';

const server = await startPostgres();
const TOUCHED = [{ namespace: null, name: 't' }];

const contextOf = async (session: Session): Promise<CheckContext> => ({
  address: session.address,
  session,
  identity: await identify(session),
  timeouts: TIMEOUTS,
  create: false,
  root: '/',
  touched: TOUCHED,
  toolLock: {
    name: 'tool',
    acquire: 'SELECT pg_try_advisory_lock(72707369)',
    release: 'SELECT pg_advisory_unlock(72707369)',
  },
});

const runCheck = async (
  id: string,
  session: Session,
  change: Partial<CheckContext> = {},
): Promise<Verdict> => {
  const check = CHECKS.find((one) => one.id === id);
  if (!check) throw new Error(`no check ${id}`);
  return check.run({ ...(await contextOf(session)), ...change });
};

spec('postgres checks', ({ test, skip, after }) => {
  after(async () => {
    await server?.stop();
  });
  if (!server) {
    skip('everything', NO_SERVER);
    return;
  }

  test('all is well in a fresh database, read-only; and nothing is asked of one that is missing', async () => {
    const url = await server.createDatabase();
    await withSession(url, (session) => session.execute('CREATE TABLE t (a int)'));
    await withSession(
      url,
      async (session) => {
        for (const check of CHECKS) {
          const verdict = await check.run(await contextOf(session));
          assert.is(verdict.status, 'ok', `${check.id}: ${verdict.message}`);
          const missing = await check.run({ ...(await contextOf(session)), session: null, identity: null });
          assert.is(missing.status, 'skipped', check.id);
        }
      },
      'read',
    );
  });

  test('read-only by default is found, although the session sets it itself', async () => {
    const url = await server.createDatabase('frozen');
    await withSession(url, (session) =>
      session.execute('ALTER DATABASE frozen SET default_transaction_read_only = on'),
    );
    await withSession(
      url,
      async (session) => assert.is((await runCheck('postgres-writable', session)).status, 'failed'),
      'read',
    );
  });

  test('a standby is found', async () => {
    await withSession(server.url, async (session) => {
      const identity = await identify(session);
      const standby = { ...identity, facts: { ...identity.facts, in_recovery: true } };
      assert.is((await runCheck('postgres-writable', session, { identity: standby })).status, 'failed');
    });
  });

  test('what an earlier run left behind is named with the statement that drops it; what is in use is not', async () => {
    const url = await server.createDatabase();
    await server.createDatabase('dbsync_shadow_0a');
    const used = await server.createDatabase('dbsync_shadow_0b');
    await withSession(used, () =>
      withSession(url, async (session) => {
        const verdict = await runCheck('postgres-health', session);
        assert.is(verdict.status, 'warning');
        assert.equal(verdict.remedy, ['DROP DATABASE dbsync_shadow_0a;']);
      }),
    );
    await withSession(url, (session) => session.execute('DROP DATABASE dbsync_shadow_0a'));
    await withSession(url, (session) => session.execute('DROP DATABASE dbsync_shadow_0b'));
  });

  test('missing privileges are named', async () => {
    const url = await server.createDatabase();
    await withSession(url, (session) =>
      session.script(
        `CREATE ROLE limited LOGIN PASSWORD 'limited'; CREATE TABLE t (a int); REVOKE CREATE ON SCHEMA public FROM PUBLIC`,
      ),
    );
    const asLimited = Object.assign(new URL(url), { username: 'limited', password: 'limited' }).href;
    await withSession(asLimited, async (session) => {
      const verdict = await runCheck('postgres-privileges', session);
      assert.is(verdict.status, 'failed');
      assert.match((verdict.remedy ?? []).join('\n'), /GRANT CREATE ON SCHEMA "public"/);
      assert.match((verdict.remedy ?? []).join('\n'), /public\.t belongs to postgres/);
    });
  });

  test('a pooler in transaction mode is suspected from the URL', async () => {
    const url = await server.createDatabase();
    await withSession(`${url}?pgbouncer=true`, async (session) => {
      assert.is((await runCheck('postgres-pooler', session)).status, 'failed');
    });
  });

  test('who holds the lock is said, ours and the tool’s', async () => {
    const url = await server.createDatabase();
    await withSession(url, async (session) => {
      await withLock(session, { waitMs: 100, toolLock: null, timeouts: TIMEOUTS }, async () => {
        assert.match((await runCheck('postgres-runner-lock', session)).message, /process \d+/);
      });
      await withSession(url, async (tool) => {
        await tool.query('SELECT pg_advisory_lock(72707369)');
        assert.is((await runCheck('postgres-runner-lock', session)).code, 'LOCK_HELD');
      });
    });
  });

  test('a session that stands in the way is found with what it holds', async () => {
    const url = await server.createDatabase();
    await withSession(url, async (session) => {
      await session.execute('CREATE TABLE t (a int)');
      await withSession(url, async (other) => {
        await other.script(`SET application_name = 'reporting'; BEGIN; SELECT * FROM t`);
        const verdict = await runCheck('postgres-blockers', session);
        assert.is(verdict.status, 'warning');
        assert.match(verdict.message, /"reporting", idle in transaction .* on public\.t/);
      });
    });
  });

  test('sizes: counted where small, estimated where not, partitions added up', async () => {
    await withSession(await server.createDatabase(), async (session) => {
      await session.script(`CREATE TABLE t AS SELECT g AS a FROM generate_series(1, 100) g;
        CREATE TABLE big AS SELECT g AS a, repeat('x', 200) AS b FROM generate_series(1, 100000) g; ANALYZE big;
        CREATE TABLE p (a int) PARTITION BY RANGE (a); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (50);
        CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (50) TO (200); INSERT INTO p SELECT generate_series(1, 100)`);
      const found = await measure(
        session,
        ['t', 'big', 'p', 'nothere'].map((name) => ({ namespace: 'public', name })),
      );
      const rows = new Map(found.map((size) => [size.name, size]));
      assert.is(rows.size, 3);
      assert.equal([rows.get('t')?.rows, rows.get('t')?.exact], [100, true]);
      assert.equal([rows.get('p')?.rows, rows.get('p')?.exact], [100, true]);
      assert.is(rows.get('big')?.exact, false);
      assert.ok(Math.abs((rows.get('big')?.rows ?? 0) - 100_000) < 5000);
      assert.ok((rows.get('big')?.bytes ?? 0) > 20_000_000);
      const verdict = await runCheck('postgres-sizes', session, {
        touched: [{ namespace: null, name: 'big' }],
      });
      assert.match(verdict.message, /big about \d+,\d+ rows, \d+ MB/);
    });
  });

  test('health: invalid indexes and constraints that were never validated', async () => {
    await withSession(await server.createDatabase(), async (session) => {
      await session.script(
        `CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1); ALTER TABLE t ADD CONSTRAINT k CHECK (a > 5) NOT VALID`,
      );
      await session.execute('CREATE UNIQUE INDEX CONCURRENTLY broken ON t (a)').catch(() => undefined);
      const found = await health(session);
      assert.equal(
        found.map(({ code }) => code),
        ['pg-invalid-index', 'pg-constraint-not-validated'],
      );
      // A snapshot has the one and not the other.
      assert.equal(
        found.map(({ inSnapshot }) => inSnapshot),
        [undefined, true],
      );
      assert.is(found[0]?.remedy, 'DROP INDEX CONCURRENTLY public.broken; then build it again.');
      assert.is((await runCheck('postgres-health', session)).status, 'warning');
    });
  });

  test('published tables are named', async () => {
    await withSession(await server.createDatabase(), async (session) => {
      await session.script('CREATE TABLE t (a int); CREATE PUBLICATION pu FOR TABLE t');
      assert.match((await runCheck('postgres-publications', session)).message, /pu \(public\.t\)/);
    });
  });

  test('a backup holds all data, is readable, is the owner’s alone, and overwrites nothing', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'dbsync-test-'));
    try {
      const url = await server.createDatabase();
      await withSession(url, async (session) => {
        await session.script(
          'CREATE TABLE t AS SELECT generate_series(1, 1000) AS a; CREATE TABLE u (b int)',
        );
        const request = {
          session,
          identity: await identify(session),
          folder,
          name: 'before',
          timeouts: TIMEOUTS,
        };
        const evidence = await backup(request);
        assert.is(statSync(evidence.file).mode & 0o777, 0o600);
        assert.is(evidence.bytes, statSync(evidence.file).size);
        assert.match(evidence.sha256, /^[0-9a-f]{64}$/);
        assert.match(evidence.verified.join(), /all 2 tables/);
        const restored = await server.createDatabase();
        const folderOfPrograms = server.binaries?.folder ?? '/usr/bin';
        execFileSync(path.join(folderOfPrograms, 'pg_restore'), ['--dbname', restored, evidence.file]);
        assert.equal(
          await withSession(restored, (other) => other.query('SELECT count(*)::int AS n FROM t')),
          [{ n: 1000 }],
        );
        const again = await backup(request).catch((error: unknown) => error);
        assert.match(String(again), /cannot be made/);
        assert.is(readFileSync(evidence.file).length, evidence.bytes, 'the first backup is untouched');
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('while pg_dump or psql runs, no argument holds the password', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'dbsync-test-'));
    const url = await server.createDatabase();
    const password = new URL(url).password;
    await withSession(url, async (session) => {
      await session.script('CREATE TABLE t AS SELECT generate_series(1, 300000) AS a');
      const running = backup({
        session,
        identity: await identify(session),
        folder,
        name: 'b',
        timeouts: TIMEOUTS,
      });
      let seen = '';
      for (let look = 0; look < 20; look += 1) {
        seen += execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
        await sleep(20);
      }
      await running;
      assert.match(seen, /pg_dump/);
      assert.not.ok(seen.includes(password));
    });
    rmSync(folder, { recursive: true, force: true });
  });

  test('the dialect is complete and says what it is', async () => {
    assert.is(dialect.name, 'postgres');
    assert.is(dialect.quote('a"b'), '"a""b"');
    assert.is(dialect.facts.placeholder(2), '$2');
    assert.is(
      await dialect.exists(dialect.address(new Secret(server.urlOf('nothere')), '/'), TIMEOUTS),
      false,
    );
  });
});
