// The runner lock: one holder, who is named; gone with the process; in nobody's way.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import type { LockOptions } from '../../lib/dialects/contract.ts';
import { numbersOf, runnerHolders, withLock } from '../../lib/dialects/postgres/lock.ts';
import { DbsyncError } from '../../lib/errors/index.ts';
import { firstWords } from '../helpers/first-words.ts';
import { NO_SERVER, startPostgres, TIMEOUTS, withSession } from '../helpers/postgres.ts';
import { spec } from '../helpers/spec.ts';

const server = await startPostgres();
const options: LockOptions = { waitMs: 300, toolLock: null, timeouts: TIMEOUTS };
const TOOL = {
  name: "the tool's lock",
  acquire: 'SELECT pg_try_advisory_lock(72707369)',
  release: 'SELECT pg_advisory_unlock(72707369)',
};

const refused = async (work: () => Promise<unknown>): Promise<DbsyncError> => {
  try {
    await work();
  } catch (error) {
    if (error instanceof DbsyncError) return error;
    throw error;
  }
  throw new Error('the lock was given twice');
};

const HOLDER = `
import { withLock } from './lib/dialects/postgres/lock.ts';
import { connect } from './lib/dialects/postgres/connect.ts';
import { parseAddress } from './lib/dialects/postgres/address.ts';
import { Secret } from './lib/target/index.ts';
const timeouts = ${JSON.stringify(TIMEOUTS)};
const run = async () => {
  const session = await connect(parseAddress(new Secret(process.env.URL_UNDER_TEST), '/'), { mode: 'read', timeouts });
  await withLock(session, { waitMs: 100, toolLock: null, timeouts }, async () => {
    process.stdout.write('held');
    await new Promise((resolve) => setTimeout(resolve, 60000));
  });
};
void run();
`;

spec('postgres lock', ({ test, skip, after }) => {
  after(async () => {
    await server?.stop();
  });
  if (!server) {
    skip('everything', NO_SERVER);
    return;
  }

  test('one at a time, and the holder is named', async () => {
    await withSession(await server.createDatabase(), async (session) => {
      await withLock(session, options, async () => {
        const error = await refused(() => withLock(session, options, async () => 'never'));
        assert.is(error.code, 'LOCK_HELD');
        assert.match(
          error.why ?? '',
          /process \d+ of role postgres, application "dbsync" from 127\.0\.0\.1, connected since/,
        );
        assert.match(error.next.join('\n'), /pg_terminate_backend\(\d+\)/);
      });
      assert.is(await withLock(session, options, async () => 'mine'), 'mine');
      assert.equal(await runnerHolders(session), []);
    });
  });

  test('two databases of one server do not disturb each other', async () => {
    await withSession(await server.createDatabase(), (one) =>
      withLock(one, options, async () => {
        await withSession(await server.createDatabase(), async (two) => {
          assert.is(await withLock(two, options, async () => 'both'), 'both');
        });
      }),
    );
  });

  test('waits for as long as it is told', async () => {
    const url = await server.createDatabase();
    await withSession(url, async (session) => {
      const first = withLock(session, options, () => sleep(600));
      await sleep(200);
      assert.is(await withLock(session, { ...options, waitMs: 5000 }, async () => 'after'), 'after');
      await first;
    });
  });

  test("takes the tool's own lock too, and names who has it", async () => {
    const url = await server.createDatabase();
    await withSession(url, async (session) => {
      await withSession(url, async (tool) => {
        await tool.query('SELECT pg_advisory_lock(72707369)');
        const [me] = await tool.query('SELECT pg_backend_pid() AS pid');
        const error = await refused(() =>
          withLock(session, { ...options, toolLock: TOOL }, async () => 'never'),
        );
        assert.is(error.code, 'LOCK_HELD');
        assert.match(error.message, /the tool's lock/);
        assert.equal(error.details.holders, [me?.pid]);
      });
      await sleep(100);
      await withLock(session, { ...options, toolLock: TOOL }, async () => {
        assert.equal(await session.query('SELECT pg_try_advisory_lock(72707369) AS got'), [{ got: false }]);
      });
      assert.equal(await session.query('SELECT pg_try_advisory_lock(72707369) AS got'), [{ got: true }]);
    });
  });

  test('is released when the work fails', async () => {
    await withSession(await server.createDatabase(), async (session) => {
      const failed = await withLock(session, options, () => Promise.reject(new Error('mine'))).catch(String);
      assert.is(failed, 'Error: mine');
      assert.is(await withLock(session, options, async () => 'free'), 'free');
    });
  });

  test('holds no transaction: an index can be built concurrently under it', async () => {
    await withSession(await server.createDatabase(), async (session) => {
      await session.execute('CREATE TABLE t (a int)');
      await session.limit({ statementMs: 5000 });
      await withLock(session, options, () => session.execute('CREATE INDEX CONCURRENTLY i ON t (a)'));
    });
  });

  test('is gone when its process is killed', async () => {
    const url = await server.createDatabase();
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', HOLDER], {
      cwd: path.resolve(import.meta.dirname, '../..'),
      env: { ...process.env, URL_UNDER_TEST: url },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await firstWords(child);
    await withSession(url, async (session) => {
      assert.is((await refused(() => withLock(session, options, async () => 'never'))).code, 'LOCK_HELD');
      child.kill('SIGKILL');
      assert.is(await withLock(session, { ...options, waitMs: 5000 }, async () => 'free'), 'free');
    });
  });

  test('reads the numbers of a lock out of its SQL', () => {
    assert.equal(numbersOf(TOOL), { classId: '0', objectId: '72707369', keys: 1 });
    assert.equal(numbersOf({ ...TOOL, acquire: 'SELECT pg_try_advisory_lock(-1)' }), {
      classId: '4294967295',
      objectId: '4294967295',
      keys: 1,
    });
    assert.is(numbersOf({ ...TOOL, acquire: 'SELECT pg_try_advisory_lock(hashtext($$x$$))' }), null);
  });
});
