// The arithmetic of the pace: what a reading and a trial make of each other. Pure.
import * as assert from 'uvu/assert';
import { ratesOf, STATED, statedPace } from '../../lib/pace/index.ts';
import { spec } from '../helpers/spec.ts';

const MB = 1_000_000;
const perByte = (megabytesPerSecond: number): number => 1 / (megabytesPerSecond * MB);

const trial = { scan: perByte(1000), index: perByte(100), rewrite: perByte(50) };
const inMegabytes = (rates: ReturnType<typeof ratesOf>): number[] =>
  [rates.scan, rates.index, rates.rewrite].map((rate) => rate / MB);

spec('pace: the arithmetic', ({ test }) => {
  test('a target that reads as the shadow database does works as it does', () => {
    const first = perByte(1000);
    assert.equal(inMegabytes(ratesOf({ first, again: first }, trial)), [1000, 100, 50]);
  });

  test('a slow processor slows all work, a slow disk the reading alone', () => {
    assert.equal(inMegabytes(ratesOf({ first: perByte(500), again: perByte(500) }, trial)), [500, 50, 30]);
    // 20 ms for each megabyte to come, 9 and 19 ms on top of it.
    assert.equal(inMegabytes(ratesOf({ first: perByte(50), again: perByte(1000) }, trial)), [50, 30, 30]);
  });

  test('a reading too short to be true does not make the target ever so quick', () => {
    const [, index = 0] = inMegabytes(ratesOf({ first: perByte(20_000), again: perByte(20_000) }, trial));
    assert.is(index, 400, 'a quarter of the time at best');
  });

  test('a trial whose work was no slower than its reading adds nothing', () => {
    const odd = { scan: perByte(100), index: perByte(200), rewrite: perByte(300) };
    assert.equal(inMegabytes(ratesOf({ first: perByte(100), again: perByte(100) }, odd)), [100, 100, 100]);
  });

  test('without a trial the stated rates say what the work adds', () => {
    const same = { first: 1 / STATED.scan, again: 1 / STATED.scan };
    assert.equal(ratesOf(same, null), STATED);
    assert.equal(inMegabytes(ratesOf({ first: perByte(20), again: perByte(900) }, null)), [20, 20, 10]);
  });

  test('rates have one significant digit, so that equal plans have equal names more often than not', () => {
    const read = { first: perByte(543), again: perByte(543) };
    assert.is(ratesOf(read, null).scan, 500 * MB);
  });

  test('stated rates say why', () => {
    assert.equal(statedPace('there is no database yet'), {
      rates: STATED,
      read: null,
      trial: null,
      because: 'there is no database yet',
    });
  });
});
