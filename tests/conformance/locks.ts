// Conformance: the runner lock, and what a batch does.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as assert from 'uvu/assert';
import type { Batch, LockOptions } from '../../lib/dialects/contract.ts';
import { hold, kill, type Part, reading, refusalOf, thrownBy, writing } from './bench.ts';
import { withRows } from './sessions.ts';
import { TIMEOUTS } from './timeouts.ts';

const options: LockOptions = { waitMs: 500, toolLock: null, timeouts: TIMEOUTS };
const statementsOf = (...texts: readonly string[]): Batch['statements'] =>
  texts.map((text, index) => ({ text, file: 'm.sql', line: index + 1, offset: 0, index }));
const batchOf = (transactional: boolean, ...texts: readonly string[]): Batch => ({
  transactional,
  statements: statementsOf(...texts),
  settings: {},
  because: '',
});

const one = (row: unknown): string =>
  JSON.stringify(row, (_key, value) => (typeof value === 'bigint' ? String(value) : value));

const runnerLock: Part = (bench, { test }) => {
  const { dialect, engine } = bench;

  test('a second runner gets LOCK_HELD in bounded time, with the holder; killing the holder frees it', async () => {
    const url = await withRows(bench);
    const folder = mkdtempSync(path.join(os.tmpdir(), 'dbsync-conform-lock-'));
    // Opened before: where the lock keeps readers out too, a later opening would be what is refused.
    await writing(bench, url, async (session) => {
      const attempt = (waitMs: number): Promise<string> =>
        dialect.withLock(session, { ...options, waitMs }, async () => 'got it');
      const held = await hold(bench, 'lock', { url, folder });
      try {
        const startedAt = Date.now();
        const error = await refusalOf(() => attempt(500));
        assert.is(error.code, 'LOCK_HELD', `${error.message} ${error.why}`);
        assert.ok(Date.now() - startedAt < 10_000);
        assert.match(
          `${error.why} ${JSON.stringify(error.details)}`,
          /(process|connection|session|id)\D{0,20}\d+/i,
        );
        assert.ok(error.next.length > 0);
      } finally {
        await kill(held);
      }
      assert.is(await attempt(5000), 'got it');
    });
    rmSync(folder, { recursive: true, force: true });
  });

  test('the lock gives the result, is released when the work fails, and can be taken again', async () => {
    const url = await withRows(bench);
    await writing(bench, url, async (session) => {
      assert.is(await dialect.withLock(session, options, async () => 'mine'), 'mine');
      const error = await thrownBy(() =>
        dialect.withLock(session, options, () => Promise.reject(new Error('work'))),
      );
      assert.is(error instanceof Error && error.message, 'work');
      assert.is(await dialect.withLock(session, options, async () => 'again'), 'again');
    });
    assert.is(
      one(
        (await reading(bench, url, (session) => session.raw('SELECT count(*) FROM t'))).rows[0]?.[0],
      ).replaceAll('"', ''),
      '2',
    );
  });

  test('work under the lock reads, writes and commits by the same session', async () => {
    const url = await withRows(bench);
    await writing(bench, url, (session) =>
      dialect.withLock(session, options, async () => {
        const batch = batchOf(true);
        await dialect.begin(session, batch);
        await session.execute("INSERT INTO t VALUES (3, 'c')");
        await dialect.commit(session, batch);
      }),
    );
    const { rows } = await reading(bench, url, (session) => session.raw('SELECT name FROM t WHERE id = 3'));
    assert.equal(rows, [['c']]);
  });

  test("the tool's own lock is respected and held: neither runner meets the other", async () => {
    const { toolLock } = engine();
    if (toolLock === null) return;
    const url = await withRows(bench);
    const got = (rows: readonly (readonly unknown[])[]): boolean =>
      ['true', '1', 't'].includes(String(rows[0]?.[0]));
    await writing(bench, url, (tool) =>
      writing(bench, url, async (session) => {
        assert.ok(got((await tool.raw(toolLock.acquire)).rows));
        const error = await refusalOf(() =>
          dialect.withLock(session, { ...options, toolLock }, async () => 'never'),
        );
        assert.is(error.code, 'LOCK_HELD');
        await tool.raw(toolLock.release);
        await dialect.withLock(session, { ...options, toolLock }, async () => {
          assert.not.ok(got((await tool.raw(toolLock.acquire)).rows), 'the tool is kept out');
        });
        assert.ok(got((await tool.raw(toolLock.acquire)).rows), 'the tool may again');
        await tool.raw(toolLock.release);
      }),
    );
  });

  test('while it is lent another process may write, and afterwards it is held again', async () => {
    const { lend } = dialect;
    if (!lend) return;
    const url = await withRows(bench);
    const insert = (id: number): Promise<void> => engine().exec(url, `INSERT INTO t VALUES (${id}, 'other')`);
    await writing(bench, url, (session) =>
      dialect.withLock(session, options, async () => {
        await thrownBy(() => insert(10));
        await lend(session, options, () => insert(11));
        await thrownBy(() => insert(12));
        const { rows } = await session.raw("SELECT id FROM t WHERE name = 'other'");
        assert.is(one(rows), '[[11]]');
      }),
    );
  });
};

const batches: Part = (bench, { test }) => {
  const { dialect } = bench;
  const count = (url: string): Promise<number> =>
    reading(bench, url, async (session) =>
      Number((await session.raw('SELECT count(*) FROM t')).rows[0]?.[0]),
    );

  test('a batch that commits is there, one that is rolled back is not, and the session goes on', async () => {
    const url = await withRows(bench);
    await writing(bench, url, async (session) => {
      const batch = batchOf(true);
      await dialect.begin(session, batch);
      await session.execute("INSERT INTO t VALUES (3, 'c')");
      await dialect.rollback(session, batch);
      await dialect.rollback(session, batch).catch(() => undefined);
      await dialect.begin(session, batch);
      await session.execute("INSERT INTO t VALUES (4, 'd')");
      await dialect.commit(session, batch);
    });
    assert.is(await count(url), 3);
  });

  test('DDL in a transactional batch is undone exactly where the facts say so', async () => {
    const url = await withRows(bench);
    const before = await inspectOf(url);
    await writing(bench, url, async (session) => {
      const batch = batchOf(true);
      await dialect.begin(session, batch);
      await session.execute('CREATE TABLE made (id integer)');
      await dialect.rollback(session, batch);
    });
    const after = await inspectOf(url);
    assert.is(JSON.stringify(before) === JSON.stringify(after), dialect.facts.transactionalDdl);
  });
  const inspectOf = (url: string) =>
    reading(bench, url, (session) => dialect.inspect(session, { ignore: [] }));

  test('a statement after an error in a batch: a commit never pretends, and a rollback always mends', async () => {
    const url = await withRows(bench);
    await writing(bench, url, async (session) => {
      const batch = batchOf(true);
      await dialect.begin(session, batch);
      await session.execute("INSERT INTO t VALUES (3, 'c')");
      const read = dialect.explain(await thrownBy(() => session.execute('INSERT INTO missing VALUES (1)')));
      assert.equal([read.lockTimeout, read.connectionLost], [false, false]);
      assert.ok(read.code !== null && read.message !== '');
      const next = await session.execute("INSERT INTO t VALUES (4, 'd')").then(
        () => 'went on',
        () => 'refused',
      );
      const committed = await dialect.commit(session, batch).then(
        () => true,
        () => false,
      );
      if (!committed) await dialect.rollback(session, batch);
      assert.is(committed, next === 'went on');
      assert.is(Number((await session.raw('SELECT count(*) FROM t')).rows[0]?.[0]), committed ? 4 : 2);
    });
  });

  test('what a batch left open is closed by a rollback, also for one without a transaction', async () => {
    const url = await withRows(bench);
    await writing(bench, url, async (session) => {
      const batch = batchOf(false);
      await dialect.begin(session, batch);
      await session.execute('BEGIN');
      await session.execute("INSERT INTO t VALUES (3, 'c')");
      await dialect.rollback(session, batch);
    });
    assert.is(await count(url), 2);
  });
};

export const locks: Part = (bench, tools) => {
  for (const part of [runnerLock, batches]) part(bench, tools);
};
