// Conformance: how fast a large table is read. What was measured is said, nothing is left behind, and small plans are asked nothing.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as assert from 'uvu/assert';
import type { Session, TableSize } from '../../lib/dialects/contract.ts';
import { LARGE_BYTES, measurePace, type Pace, STATED } from '../../lib/pace/index.ts';
import { withShadow } from '../../lib/shadow/index.ts';
import { type Bench, inspect, type Part, reading, thrownBy, writing } from './bench.ts';
import { TIMEOUTS } from './timeouts.ts';

/** Hostile, and of no keyword: a name that only quoting keeps whole. */
const NAME = 'large "`table\'; --';
const ROWS = 2 ** 17;
const FILLER = 200;

const fill = async ({ dialect }: Bench, session: Session): Promise<void> => {
  const table = dialect.quote(NAME);
  await session.execute(`CREATE TABLE ${table} (id INTEGER PRIMARY KEY, filler VARCHAR(${FILLER}))`);
  await session.execute(`INSERT INTO ${table} VALUES (1, '${'x'.repeat(FILLER)}')`);
  for (let rows = 1; rows < ROWS; rows *= 2)
    await session.execute(`INSERT INTO ${table} SELECT id + ${rows}, filler FROM ${table}`);
};

interface Asked {
  readonly pace: Pace;
  /** How many shadow databases were made. */
  readonly shadows: number;
}

const ask = async (
  { dialect }: Bench,
  session: Session,
  table: TableSize | null,
  shadow: 'made' | 'refused' = 'made',
): Promise<Asked> => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'conform-pace-'));
  let shadows = 0;
  try {
    const pace = await measurePace({
      dialect,
      session,
      table,
      timeouts: TIMEOUTS,
      now: () => new Date(),
      withShadow: async (work) => {
        shadows += 1;
        if (shadow === 'refused') throw new Error('no shadow today');
        const { address } = session;
        const identity = await dialect.identify(session);
        const request = {
          content: 'empty',
          target: session,
          address,
          identity,
          timeouts: TIMEOUTS,
          folder,
        } as const;
        return withShadow(dialect, request, async (open) => {
          const before = await dialect.inspect(open.session, { ignore: [] });
          const answer = await work(open.session, open.shadow.description);
          assert.equal(
            await dialect.inspect(open.session, { ignore: [] }),
            before,
            'the trial leaves nothing',
          );
          return answer;
        });
      },
    });
    assert.equal(
      readdirSync(folder).filter((name) => name.startsWith('dbsync_shadow_')),
      [],
    );
    return { pace, shadows };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

export const pace: Part = (bench, { test }) => {
  const { dialect } = bench;
  if (!dialect.pace) return;
  let url = '';

  const sizeIn = async (session: Session): Promise<TableSize> => {
    const [size] = await dialect.measure(session, [{ namespace: null, name: NAME }]);
    if (!size) throw new Error('the table was not measured');
    // Statistics that the engine keeps for itself may be some seconds old.
    const bytes = ROWS * (FILLER + 32);
    return { ...size, rows: ROWS, bytes, dataBytes: bytes };
  };

  test('a large table of any name is read in part, and the rest is tried on a shadow database', async () => {
    url = await bench.engine().fresh();
    await writing(bench, url, (session) => fill(bench, session));
    const before = [await inspect(bench, url), await bench.engine().databases()];
    const { pace: found, size } = await reading(bench, url, async (session) => {
      const table = await sizeIn(session);
      return { ...(await ask(bench, session, table)), size: table };
    });
    const bytes = size.dataBytes ?? size.bytes ?? 0;
    assert.ok(bytes > LARGE_BYTES);
    assert.is(found.because, null);
    assert.is(found.read?.name, NAME);
    assert.ok((found.read?.bytes ?? 0) > 1_000_000 && (found.read?.bytes ?? 0) <= bytes / 2 + 8192);
    assert.ok(found.trial !== null);
    const { scan, index, rewrite } = found.rates;
    assert.ok(scan >= index && scan >= rewrite && index > 0 && rewrite > 0, JSON.stringify(found.rates));
    assert.equal(JSON.parse(JSON.stringify(found)), found, 'it is part of the plan: plain JSON');
    assert.equal([await inspect(bench, url), await bench.engine().databases()], before);
  });

  test('without a shadow database the target is read all the same, and the rest is stated', async () => {
    const { pace: found } = await reading(bench, url, async (session) =>
      ask(bench, session, await sizeIn(session), 'refused'),
    );
    assert.ok(found.read !== null);
    assert.is(found.trial, null);
    assert.is(found.because, 'nothing was tried on a shadow database: no shadow today');
  });

  test('a small table, and a plan without such work, are asked nothing', async () => {
    await reading(bench, url, async (session) => {
      const small = { ...(await sizeIn(session)), bytes: LARGE_BYTES - 1, dataBytes: LARGE_BYTES - 1 };
      for (const table of [null, small]) {
        const { pace: found, shadows } = await ask(bench, session, table);
        assert.equal([found.rates, found.read, found.trial, shadows], [STATED, null, null, 0]);
      }
    });
  });

  test('a table that is gone leaves the stated rates, and the session goes on', async () => {
    await reading(bench, url, async (session) => {
      const gone = { ...(await sizeIn(session)), name: 'nowhere' };
      const { pace: found, shadows } = await ask(bench, session, gone);
      assert.equal([found.rates, found.read, shadows], [STATED, null, 0]);
      assert.ok(found.because?.startsWith('nowhere could not be read: '), found.because ?? '');
      assert.equal((await session.query('SELECT 1 AS one')).length, 1);
      await thrownBy(() => session.execute('CREATE TABLE written (id INTEGER)'));
    });
  });
};
