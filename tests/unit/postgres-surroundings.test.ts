// What can stand between dbsync and a primary: a standby, a read-only default, PgBouncer in each of its modes. The real things.
import * as assert from 'uvu/assert';
import { connect } from '../../lib/dialects/postgres/connect.ts';
import { dialect } from '../../lib/dialects/postgres/index.ts';
import { withLock } from '../../lib/dialects/postgres/lock.ts';
import { DbsyncError } from '../../lib/errors/index.ts';
import { addressOf, TIMEOUTS, withSession } from '../helpers/postgres.ts';
import {
  type Cluster,
  clusterPrograms,
  hasPooler,
  startCluster,
  startPooler,
  startStandby,
} from '../helpers/postgres-cluster.ts';
import { spec } from '../helpers/spec.ts';

const programs = await clusterPrograms();

const refused = async (url: string, mode: 'read' | 'write'): Promise<DbsyncError> => {
  try {
    const session = await connect(addressOf(url), { mode, timeouts: TIMEOUTS });
    await session.close();
  } catch (error) {
    if (error instanceof DbsyncError) return error;
    throw error;
  }
  throw new Error('the connection was made');
};

spec('what stands before a PostgreSQL primary', ({ test, skip, after }) => {
  let primary: Cluster | null = null;
  const stops: (() => Promise<void>)[] = [];
  after(async () => {
    for (const stop of stops.reverse()) await stop();
  });
  if (!programs) {
    skip('everything', "needs the machine's own PostgreSQL with pg_basebackup");
    return;
  }
  const server = async (): Promise<Cluster> => {
    if (primary) return primary;
    primary = await startCluster(programs, ['wal_level=replica', 'max_wal_senders=4']);
    stops.push(primary.stop);
    return primary;
  };

  test('a streaming standby is the same database by its identity, is refused for writing, and by the preflight', async () => {
    const standby = await startStandby(programs, await server());
    stops.push(standby.stop);
    const error = await refused(standby.url(), 'write');
    assert.is(error.code, 'DATABASE_UNUSABLE');
    assert.match(error.message, /standby/);
    const ofPrimary = await withSession(
      (await server()).url(),
      (session) => dialect.identify(session),
      'read',
    );
    await withSession(
      standby.url(),
      async (session) => {
        const identity = await dialect.identify(session);
        assert.ok(dialect.same(identity, ofPrimary));
        const check = dialect.checks.find((one) => one.id === 'postgres-writable');
        const verdict = await check?.run({
          address: session.address,
          session,
          identity,
          timeouts: TIMEOUTS,
          create: false,
          root: '/',
          touched: [],
          toolLock: null,
        });
        assert.is(verdict?.status, 'failed');
        assert.is(verdict?.code, 'DATABASE_UNUSABLE');
      },
      'read',
    );
  });

  test('a role that is read-only by default is refused for writing, and a read session is one all the same', async () => {
    const url = (await server()).url();
    await withSession(url, (session) =>
      session.script(
        'CREATE ROLE looker SUPERUSER LOGIN; ALTER ROLE looker SET default_transaction_read_only = on',
      ),
    );
    const looker = Object.assign(new URL(url), { username: 'looker' }).href;
    const error = await refused(looker, 'write');
    assert.is(error.code, 'DATABASE_UNUSABLE');
    assert.match(error.message, /default_transaction_read_only/);
    await withSession(looker, (session) => session.query('SELECT 1'), 'read');
  });

  if (!hasPooler) {
    skip('PgBouncer', 'no pgbouncer here; install the package of that name');
    return;
  }

  for (const mode of ['transaction', 'statement'] as const) {
    for (const size of [1, 5]) {
      test(`PgBouncer in ${mode} mode with ${size} sessions is refused, and nothing stays set on its sessions`, async () => {
        const pooler = await startPooler(await server(), mode, size);
        try {
          for (const use of ['read', 'write'] as const) {
            const error = await refused(pooler.url(), use);
            assert.is(error.code, 'DATABASE_UNUSABLE', error.message);
            assert.match(error.message, /pooler/);
            assert.ok(error.next.length > 0);
          }
          // The pooled session itself, as the next client meets it.
          const { default: pg } = await import('pg');
          const client = new pg.Client({ connectionString: pooler.url() });
          await client.connect();
          const { rows } = await client.query(
            "SELECT current_setting('default_transaction_read_only') AS ro, current_setting('lock_timeout') AS lock",
          );
          await client.end();
          assert.equal({ ...rows[0] }, { ro: 'off', lock: '0' });
        } finally {
          await pooler.stop();
        }
      });
    }
  }

  test('PgBouncer in session mode is one session: the lock is held, the limits hold', async () => {
    const pooler = await startPooler(await server(), 'session', 5);
    try {
      await withSession(pooler.url(), (session) =>
        withLock(session, { waitMs: 100, toolLock: null, timeouts: TIMEOUTS }, async () => {
          const [row] = await session.query("SELECT current_setting('lock_timeout') AS lock");
          assert.is(row?.lock, `${TIMEOUTS.lockMs / 1000}s`);
        }),
      );
    } finally {
      await pooler.stop();
    }
  });
});
