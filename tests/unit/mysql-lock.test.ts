// The runner lock: exclusive, named after the database, told who holds it, and gone with its process.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import type { Session } from '../../lib/dialects/contract.ts';
import { dialect } from '../../lib/dialects/mysql/index.ts';
import { lockName } from '../../lib/dialects/mysql/lock.ts';
import { DbsyncError } from '../../lib/errors/index.ts';
import { Secret } from '../../lib/target/index.ts';
import { firstWords } from '../helpers/first-words.ts';
import { mariadbMissing, startMariadb, type TestServer, TIMEOUTS } from '../helpers/mariadb.ts';
import { spec } from '../helpers/spec.ts';

const missing = mariadbMissing();
const TOOL = {
  name: 'prisma_migrate',
  acquire: "SELECT GET_LOCK('prisma_migrate', 0)",
  release: "SELECT RELEASE_LOCK('prisma_migrate')",
};

spec('mysql lock', ({ test, skip, before, after }) => {
  if (missing !== null) {
    skip('everything that needs a server', missing);
    return;
  }
  let server: TestServer;
  let session: Session;
  let url: string;
  before(async () => {
    server = await startMariadb();
    url = server.url(await server.database());
    session = await dialect.connect(dialect.address(new Secret(url), '/'), {
      mode: 'write',
      timeouts: TIMEOUTS,
    });
  });
  after(async () => {
    await session.close();
    await server.stop();
  });

  const options = (waitMs: number, toolLock: typeof TOOL | null = null) => ({
    waitMs,
    toolLock,
    timeouts: TIMEOUTS,
  });
  const refusal = async (waitMs: number, toolLock: typeof TOOL | null = null): Promise<DbsyncError> => {
    try {
      await dialect.withLock(session, options(waitMs, toolLock), async () => undefined);
    } catch (error) {
      if (error instanceof DbsyncError) return error;
      throw error;
    }
    throw new Error('the lock was given twice');
  };

  test('names fit and differ by database', () => {
    const long = 'x'.repeat(64);
    assert.ok(lockName(long).length <= 64);
    assert.is.not(lockName(`${long}a`), lockName(`${long}b`));
  });

  test('a second run is refused with the holder, a later one is not', async () => {
    const result = await dialect.withLock(session, options(0), async () => {
      const error = await refusal(0);
      assert.is(error.code, 'LOCK_HELD');
      assert.match(error.message, /connection \d+ of root from /);
      return 7;
    });
    assert.is(result, 7);
    assert.is(await dialect.withLock(session, options(0), async () => 8), 8);
  });

  test('it is released when the work fails, and the failure is what is thrown', async () => {
    try {
      await dialect.withLock(session, options(0, TOOL), async () => {
        throw new Error('work failed');
      });
      assert.unreachable();
    } catch (error) {
      assert.is(error instanceof Error && error.message, 'work failed');
    }
    await dialect.withLock(session, options(0, TOOL), async () => undefined);
  });

  test('waiting gets it when the holder ends in time', async () => {
    const first = dialect.withLock(session, options(0), () => sleep(600));
    await sleep(100);
    await dialect.withLock(session, options(5000), async () => undefined);
    await first;
  });

  test("the tool's own lock is taken with ours, and its holder is named", async () => {
    const other = await server.admin();
    await other.query("SELECT GET_LOCK('prisma_migrate', 0)");
    const error = await refusal(300, TOOL);
    assert.is(error.code, 'LOCK_HELD');
    assert.match(error.message, /prisma_migrate.*connection \d+/);
    await other.close();
    await sleep(100);
    await dialect.withLock(session, options(2000, TOOL), async () => {
      const third = await server.admin();
      const [row] = await third.query("SELECT IS_FREE_LOCK('prisma_migrate') AS free");
      await third.close();
      assert.is(Number(row?.free), 0);
    });
  });

  test('kill -9 frees it', async () => {
    const program = `
      import { dialect } from '${path.resolve('lib/dialects/mysql/index.ts')}';
      import { Secret } from '${path.resolve('lib/target/index.ts')}';
      const timeouts = ${JSON.stringify(TIMEOUTS)};
      const session = await dialect.connect(dialect.address(new Secret(process.env.U), '/'), { mode: 'write', timeouts });
      await dialect.withLock(session, { waitMs: 0, toolLock: null, timeouts }, async () => {
        console.log('held');
        await new Promise((resolve) => setTimeout(resolve, 60_000));
      });`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
      env: { ...process.env, U: url },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await firstWords(child);
    assert.is((await refusal(0)).code, 'LOCK_HELD');
    child.kill('SIGKILL');
    await dialect.withLock(session, options(5000), async () => undefined);
  });
});
