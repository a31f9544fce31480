// Statements with CONCURRENTLY: they wait for others without a short limit, are not retried, and what they leave behind is said.
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import * as assert from 'uvu/assert';
import type { Session } from '../../lib/dialects/contract.ts';
import { dialect as postgres } from '../../lib/dialects/postgres/index.ts';
import { batchesOf, type ExecuteResult, execute } from '../../lib/execute/index.ts';
import type { Project } from '../../lib/sources/contract.ts';
import { NO_SERVER, startPostgres, TIMEOUTS, withSession } from '../helpers/postgres.ts';
import { spec } from '../helpers/spec.ts';

await postgres.prepare?.();

const server = await startPostgres();

const perform = async (
  session: Session,
  sql: string,
  timeouts: { readonly lockMs: number; readonly statementMs: number },
): Promise<{ readonly result: ExecuteResult; readonly events: readonly string[] }> => {
  const migration = { id: 'one', file: 'one/migration.sql', sql, checksum: '' };
  const events: string[] = [];
  const result = await execute({
    dialect: postgres,
    session,
    project: { migrations: [migration] } as unknown as Project,
    batches: batchesOf(postgres, migration, { ...TIMEOUTS, ...timeouts }),
    ledger: false,
    hooks: {
      record: ({ event }) => void events.push(event),
      progress: () => {},
      now: () => new Date(),
      signal: new AbortController().signal,
    },
  });
  return { result, events };
};

/** Another session writes to the table and leaves its transaction open for a while. */
const withWriter = async <T>(url: string, openMs: number, work: () => Promise<T>): Promise<T> => {
  const writer = new pg.Client({ connectionString: url });
  await writer.connect();
  try {
    await writer.query('BEGIN; INSERT INTO t VALUES (1)');
    const ended = sleep(openMs).then(() => writer.query('COMMIT'));
    const value = await work();
    await ended;
    return value;
  } finally {
    await writer.end();
  }
};

spec('postgres concurrently', ({ test, skip, after }) => {
  after(async () => {
    await server?.stop();
  });
  if (!server) {
    skip('everything', NO_SERVER);
    return;
  }

  test('an index is built although another transaction is open for longer than the lock timeout', async () => {
    const url = await server.createDatabase();
    await withSession(url, async (session) => {
      await session.execute('CREATE TABLE t (a int)');
      const { result } = await withWriter(url, 900, () =>
        perform(session, 'CREATE INDEX CONCURRENTLY i ON t (a)', { lockMs: 200, statementMs: 20_000 }),
      );
      assert.is(result.outcome, 'applied', result.failure?.engine.message);
      assert.equal(result.remains, []);
      assert.equal(await postgres.health(session), []);
    });
  });

  test('a statement in a transaction gives up after the lock timeout and is tried again', async () => {
    const url = await server.createDatabase();
    await withSession(url, async (session) => {
      await session.execute('CREATE TABLE t (a int)');
      const { result, events } = await withWriter(url, 900, () =>
        perform(session, 'ALTER TABLE t ADD COLUMN b int', { lockMs: 200, statementMs: 20_000 }),
      );
      assert.is(result.outcome, 'applied', result.failure?.engine.message);
      assert.ok(events.includes('batch-retried'));
    });
  });

  test('a build that fails leaves an invalid index: partial, not repeated, and said with what removes it', async () => {
    const url = await server.createDatabase();
    await withSession(url, async (session) => {
      await session.execute('CREATE TABLE t (a int); INSERT INTO t VALUES (7), (7)');
      const sql = 'CREATE UNIQUE INDEX CONCURRENTLY "i j" ON t (a)';
      const { result, events } = await perform(session, sql, { lockMs: 200, statementMs: 20_000 });
      assert.is(result.outcome, 'partial');
      assert.is(result.steps[0]?.state, 'failed');
      assert.is(result.remains.length, 1);
      assert.match(result.remains[0] ?? '', 'DROP INDEX CONCURRENTLY public."i j"');
      assert.match(result.steps[0]?.note ?? '', 'is invalid');
      assert.not.ok(events.includes('batch-retried'));
    });
  });

  test('one that fails before it begins leaves nothing: the target is as it was', async () => {
    const url = await server.createDatabase();
    await withSession(url, async (session) => {
      const sql = 'CREATE INDEX CONCURRENTLY i ON missing (a)';
      const { result } = await perform(session, sql, { lockMs: 200, statementMs: 20_000 });
      assert.is(result.outcome, 'rolled-back');
      assert.equal(result.remains, []);
    });
  });

  test('an invalid index of before is not blamed on the statement', async () => {
    const url = await server.createDatabase();
    await withSession(url, async (session) => {
      await session.execute('CREATE TABLE t (a int); INSERT INTO t VALUES (7), (7)');
      await session.execute('CREATE UNIQUE INDEX CONCURRENTLY old ON t (a)').catch(() => undefined);
      const sql = 'CREATE INDEX CONCURRENTLY i ON missing (a)';
      const { result } = await perform(session, sql, { lockMs: 200, statementMs: 20_000 });
      assert.is(result.outcome, 'rolled-back');
    });
  });
});
