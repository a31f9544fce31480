// Probes: one question at a time, each once; silence proves nothing.
import * as assert from 'uvu/assert';
import { answerProbes, type Hazard, type Probe } from '../../lib/risk/index.ts';
import { spec } from '../helpers/spec.ts';

const hazard = (probe: Partial<Probe> | null, parts: Partial<Hazard> = {}): Hazard => ({
  code: 'x-a',
  severity: 'destructive',
  subject: 's',
  message: 'm',
  remedy: 'r',
  evidence: [],
  ...(probe && { probe: { question: 'rows', sql: 'Q', positive: 'loses-rows', zero: 'keep', ...probe } }),
  ...parts,
});

const counting = (count: unknown) => async () => [[count]];

spec('risk-probes', ({ test }) => {
  test('a count is kept as evidence, and the probe is gone', async () => {
    for (const count of [3, 3n, '3']) {
      const { hazards, dismissed } = await answerProbes([hazard({})], counting(count));
      assert.equal(dismissed, []);
      assert.equal(hazards[0]?.evidence, [{ question: 'rows', count: 3, exact: true, samples: [] }]);
      assert.is(hazards[0]?.probe, undefined);
      assert.is(hazards[0]?.severity, 'destructive');
    }
  });

  test('zero dismisses, lowers or keeps, as the probe says', async () => {
    const all = [hazard({ zero: 'dismiss' }), hazard({ zero: 'lower' }), hazard({ zero: 'keep' })];
    const { hazards, dismissed } = await answerProbes(all, counting(0));
    assert.is(dismissed.length, 1);
    assert.equal(
      hazards.map(({ severity, adjusted }) => [severity, adjusted]),
      [
        ['breaking', 'rows: none'],
        ['destructive', undefined],
      ],
    );
  });

  test('zero does not lower twice', async () => {
    const { hazards } = await answerProbes(
      [hazard({ zero: 'lower' }, { severity: 'breaking', adjusted: 'the table is empty' })],
      counting(0),
    );
    assert.is(hazards[0]?.severity, 'breaking');
    assert.is(hazards[0]?.adjusted, 'the table is empty');
  });

  test('only will-fail makes a failure certain, and only above zero', async () => {
    const certain = async (positive: Probe['positive'], count: number) =>
      (await answerProbes([hazard({ positive })], counting(count))).hazards[0]?.willFail;
    assert.is(await certain('will-fail', 1), true);
    assert.is(await certain('will-fail', 0), undefined);
    for (const positive of ['may-fail', 'loses-rows', 'loses-values', 'changes-values'] as const) {
      assert.is(await certain(positive, 1), undefined);
    }
  });

  test('a value that makes the question fail makes the statement fail, and is not told', async () => {
    const refusing = (more: object) => () =>
      Promise.reject(Object.assign(new Error('invalid input syntax for type integer: "secret"'), more));
    for (const more of [{ code: '22P02' }, { code: 'ER_X', sqlState: '22003' }]) {
      const certain = hazard({ positive: 'will-fail' });
      const { hazards } = await answerProbes([certain, hazard({ sql: 'R' })], refusing(more));
      assert.equal(
        hazards.map(({ willFail }) => willFail),
        [true, undefined],
      );
      assert.match(hazards[0]?.evidence[0]?.unanswered ?? '', /makes the question itself fail \(22/);
      assert.not.ok(JSON.stringify(hazards).includes('secret'));
    }
    const late = await answerProbes([hazard({ positive: 'will-fail' })], refusing({ code: '57014' }));
    assert.is(late.hazards[0]?.willFail, undefined);
  });

  test('no answer changes nothing and says so', async () => {
    const silent = [
      async () => Promise.reject(new Error('timeout')),
      async () => [],
      async () => [[null]],
      async () => [['x']],
    ];
    for (const ask of silent) {
      const { hazards, dismissed } = await answerProbes(
        [hazard({ zero: 'dismiss', positive: 'will-fail' })],
        ask,
      );
      assert.equal(dismissed, []);
      assert.is(hazards[0]?.evidence[0]?.count, null);
      assert.is(hazards[0]?.severity, 'destructive');
      assert.is(hazards[0]?.willFail, undefined);
    }
  });

  test('a question that fails is kept with what the database said, short and harmless', async () => {
    const ask = async () =>
      Promise.reject(new Error(`no such column: \u001b[2Jname\nmore ${'x'.repeat(400)}`));
    const { hazards } = await answerProbes([hazard({})], ask);
    assert.equal(hazards[0]?.evidence[0]?.unanswered, 'no such column: ?[2Jname');
    const endless = async () => Promise.reject(new Error('x'.repeat(400)));
    assert.is((await answerProbes([hazard({})], endless)).hazards[0]?.evidence[0]?.unanswered?.length, 120);
  });

  test('questions are asked one after the other, and each once', async () => {
    let running = 0;
    let most = 0;
    const asked: string[] = [];
    const ask = async (sql: string) => {
      asked.push(sql);
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 2));
      running -= 1;
      return [[1]];
    };
    const all = ['A', 'B', 'A', 'C'].map((sql) => hazard({ sql, question: `q${sql}` }));
    const { hazards } = await answerProbes([...all, hazard(null)], ask);
    assert.equal(asked, ['A', 'B', 'C']);
    assert.is(most, 1);
    assert.equal(
      hazards.map((one) => one.evidence[0]?.question),
      ['qA', 'qB', 'qA', 'qC', undefined],
    );
  });

  test('samples are few, short and harmless', async () => {
    const rows = Array.from({ length: 9 }, (_none, index) => [
      `\u001b[31m${index}`,
      'x'.repeat(200),
      new Uint8Array(3),
    ]);
    const ask = async (sql: string) => (sql === 'S' ? rows : [[9]]);
    const { hazards } = await answerProbes([hazard({ sampleSql: 'S' })], ask);
    const samples = hazards[0]?.evidence[0]?.samples ?? [];
    assert.is(samples.length, 5);
    for (const sample of samples) {
      assert.ok(sample.length <= 60);
      assert.not.match(sample, /[\u0000-\u001f]/);
    }
  });
});
