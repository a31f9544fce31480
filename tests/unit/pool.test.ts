// The pool of private servers: what was started early is taken by the next holder, or stopped with the rest.
import * as assert from 'uvu/assert';
import { createPool } from '../../lib/dialects/pool.ts';
import { spec } from '../helpers/spec.ts';

interface Fake {
  readonly number: number;
  stop(): Promise<void>;
}

/** Servers that only count. */
const factory = () => {
  const stopped: number[] = [];
  let last = 0;
  const start = async (): Promise<Fake> => {
    last += 1;
    const number = last;
    return {
      number,
      stop: async () => {
        stopped.push(number);
      },
    };
  };
  return { start, stopped, started: () => last };
};

spec('pool', ({ test }) => {
  test('a server that was started early is taken once, by a holder of its key', async () => {
    const made = factory();
    const pool = createPool<Fake>();
    const wish = (key: string) => ({ key, start: made.start, renew: async () => true });
    pool.warm(wish('a'));
    pool.warm(wish('a'));
    assert.is(made.started(), 1);
    const other = await pool.take(wish('b'));
    const [one, two] = await Promise.all([pool.take(wish('a')), pool.take(wish('a'))]);
    assert.equal([other.number, one.number, two.number], [2, 1, 3]);
    await pool.close();
    assert.equal(made.stopped, []);
  });

  test('what does not start early is started by the holder, who hears why it does not', async () => {
    const made = factory();
    const pool = createPool<Fake>();
    const fails = async (): Promise<Fake> => {
      throw new Error('no room');
    };
    const renew = async (): Promise<boolean> => true;
    pool.warm({ key: 'a', start: fails });
    assert.is((await pool.take({ key: 'a', start: made.start, renew })).number, 1);
    pool.warm({ key: 'a', start: fails });
    const said = await pool.take({ key: 'a', start: fails, renew }).then(
      () => 'nothing',
      (error: unknown) => (error instanceof Error ? error.message : 'something else'),
    );
    assert.is(said, 'no room');
  });

  test('nothing is started while one waits, and closing stops what starts for nobody', async () => {
    const made = factory();
    const pool = createPool<Fake>();
    const wish = { key: 'a', start: made.start, renew: async () => true };
    await pool.give('a', await pool.take(wish));
    pool.warm(wish);
    assert.is(made.started(), 1);
    pool.warm({ ...wish, key: 'b' });
    await pool.close();
    assert.equal(made.stopped.toSorted(), [1, 2]);
  });
});
