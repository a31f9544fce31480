import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { DRIVER } from '../../lib/dialects/sqlite/driver.ts';
import { withLock } from '../../lib/dialects/sqlite/lock.ts';
import { DbsyncError } from '../../lib/errors/index.ts';
import { spec } from '../helpers/spec.ts';
import { makeFile, temporaryFolder, timeouts, withSession } from '../helpers/sqlite-file.ts';

let folder = '';
const driver = path.resolve('node_modules', DRIVER);
const options = { waitMs: 300, toolLock: null, timeouts };

/** What another process may do with the file now. */
const elsewhere = (file: string): string => {
  const script = `const D = require(${JSON.stringify(driver)}); const said = [];
    const one = (name, work) => { try { work(); said.push(name + ' ok'); } catch (error) { said.push(name + ' ' + error.code); } };
    const d = new D(${JSON.stringify(file)}, { timeout: 50 });
    one('read', () => d.prepare('SELECT count(*) FROM t').get());
    one('write', () => d.exec('BEGIN IMMEDIATE; ROLLBACK'));
    one('tool', () => { d.pragma('main.locking_mode = EXCLUSIVE'); d.exec('BEGIN EXCLUSIVE; COMMIT'); });
    console.log(said.join(', '));`;
  return spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' }).stdout.trim();
};

/** Another process that does `sql` on the file and then sits there until it is killed. */
const sitting = async (file: string, sql: string): Promise<ChildProcess> => {
  const script = `const D = require(${JSON.stringify(driver)}); const d = new D(${JSON.stringify(file)});
    d.exec(${JSON.stringify(sql)}); console.log('ready'); setInterval(() => d.open, 1000);`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (child.stdout) await once(child.stdout, 'data');
  return child;
};

const killed = async (child: ChildProcess): Promise<void> => {
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
};

const refusal = async (work: Promise<unknown>): Promise<DbsyncError> => {
  try {
    await work;
  } catch (error) {
    if (error instanceof DbsyncError) return error;
    throw error;
  }
  throw new Error('it was not refused');
};

const FREE = 'read ok, write ok, tool ok';
const SHUT = 'read SQLITE_BUSY, write SQLITE_BUSY, tool SQLITE_BUSY';

spec('sqlite lock', ({ test, before }) => {
  before(async () => {
    folder = await temporaryFolder();
  });

  // In WAL mode our own open session is enough to shut the tool out.
  for (const [mode, free] of [
    ['DELETE', FREE],
    ['WAL', 'read ok, write ok, tool SQLITE_BUSY'],
  ] as const) {
    test(`${mode}: everybody else is shut out, for the whole work, and let in again`, async () => {
      const file = await makeFile(
        folder,
        `lock-${mode}.db`,
        `PRAGMA journal_mode=${mode}; CREATE TABLE t (a)`,
      );
      await withSession(file, 'write', async (session) => {
        assert.is(elsewhere(file), free);
        const result = await withLock(session, options, async () => {
          assert.is(elsewhere(file), SHUT);
          await session.execute('BEGIN IMMEDIATE');
          await session.execute('INSERT INTO t VALUES (1)');
          await session.execute('COMMIT');
          assert.is(elsewhere(file), SHUT, 'after a commit too');
          await session.execute('BEGIN IMMEDIATE');
          await session.execute('ROLLBACK');
          assert.equal(await session.query('SELECT a FROM t'), [{ a: 1 }]);
          assert.is(elsewhere(file), SHUT, 'after a rollback and a read too');
          return 'done';
        });
        assert.is(result, 'done');
        assert.is(elsewhere(file), free);
      });
    });
  }

  test('it is let go when the work fails, with a transaction open', async () => {
    const file = await makeFile(folder, 'fails.db', 'CREATE TABLE t (a)');
    await withSession(file, 'write', async (session) => {
      const work = withLock(session, options, async () => {
        await session.execute('BEGIN');
        await session.execute('INSERT INTO t VALUES (1)');
        throw new Error('on purpose');
      });
      assert.match(String(await work.catch((error: unknown) => error)), /on purpose/);
      assert.is(elsewhere(file), FREE);
      assert.equal(await session.query('SELECT a FROM t'), []);
    });
  });

  for (const [title, sql] of [
    ['writes', 'BEGIN IMMEDIATE; INSERT INTO t VALUES (1)'],
    ['reads', 'BEGIN; SELECT count(*) FROM t'],
    ['holds it', 'PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT'],
  ] as const) {
    test(`LOCK_HELD while another process ${title}, in bounded time and with its name; gone when it dies`, async () => {
      const file = await makeFile(folder, `held-${title.replaceAll(' ', '-')}.db`, 'CREATE TABLE t (a)');
      await withSession(file, 'write', async (session) => {
        const child = await sitting(file, sql);
        try {
          const started = performance.now();
          const error = await refusal(withLock(session, options, async () => assert.unreachable()));
          assert.ok(performance.now() - started < 5_000);
          assert.is(error.code, 'LOCK_HELD');
          assert.match(error.why ?? '', new RegExp(`process ${child.pid} \\(node`));
        } finally {
          await killed(child);
        }
        assert.is(await withLock(session, options, async () => 'got'), 'got');
      });
    });
  }

  test('in WAL mode an idle connection is enough, and the refusal says so', async () => {
    const file = await makeFile(folder, 'idle.db', 'PRAGMA journal_mode=WAL; CREATE TABLE t (a)');
    await withSession(file, 'write', async (session) => {
      const child = await sitting(file, 'CREATE TABLE IF NOT EXISTS t (a)');
      try {
        const error = await refusal(withLock(session, options, async () => assert.unreachable()));
        assert.match(error.why ?? '', /-wal .*-shm .*an idle one too/);
      } finally {
        await killed(child);
      }
    });
  });

  test('it waits as long as it may, and gets it when the other is done', async () => {
    const file = await makeFile(folder, 'wait.db', 'CREATE TABLE t (a)');
    await withSession(file, 'write', async (session) => {
      const child = await sitting(file, 'BEGIN IMMEDIATE');
      setTimeout(() => child.kill('SIGKILL'), 400);
      assert.is(await withLock(session, { ...options, waitMs: 10_000 }, async () => 'got'), 'got');
      await killed(child);
    });
  });
});
