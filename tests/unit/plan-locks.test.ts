// The forecast of locks and the hazards' comparison with what was seen, on effects that are made up. Pure.
import * as assert from 'uvu/assert';
import type { TableEffect } from '../../lib/dialects/contract.ts';
import type { PlannedBatch, Step } from '../../lib/execute/index.ts';
import { type Pace, STATED, statedPace } from '../../lib/pace/index.ts';
import { forecastLocks, largestWorked } from '../../lib/plan/locks.ts';
import { heldAgainst } from '../../lib/plan/measured.ts';
import { type Hazard, tableKey } from '../../lib/risk/index.ts';
import { schemaObject, snapshotOf } from '../../lib/schema/index.ts';
import { spec } from '../helpers/spec.ts';

const table = (name: string): ReturnType<typeof schemaObject> =>
  schemaObject({ kind: 'table', namespace: 'public', name, attributes: {} });

const before = snapshotOf('postgres', [table('orders'), table('users')]);

const sizes = [
  { namespace: 'public', name: 'orders', rows: 5_000_000, exact: false, bytes: 800_000_000 },
  { namespace: 'public', name: 'users', rows: 40, exact: true, bytes: 4_000_000 },
];

const effect = (name: string, more: Partial<TableEffect> = {}): TableEffect => ({
  namespace: 'public',
  name,
  lock: 'ACCESS EXCLUSIVE',
  blocks: 'all',
  until: 'transaction',
  work: 'none',
  basis: 'measured',
  ...more,
});

const step = (index: number, effects: readonly TableEffect[], more: Partial<Step> = {}): Step => ({
  id: `m#${index}`,
  migration: 'm',
  sql: `statement ${index}`,
  file: 'm.sql',
  line: index,
  verb: 'ALTER TABLE',
  transactional: true,
  effects,
  lockTimeoutMs: 0,
  statementTimeoutMs: 0,
  ...more,
});

const batch = (steps: readonly Step[], transactional = true): PlannedBatch => ({
  id: 'm@1',
  migration: 'm',
  transactional,
  because: '',
  settings: {},
  by: 'dbsync',
  closesLedger: true,
  steps,
});

const locks = (batches: readonly PlannedBatch[], more: Partial<Parameters<typeof forecastLocks>[0]> = {}) =>
  forecastLocks({
    batches,
    sizes,
    pace: statedPace('it is a test'),
    before,
    lockExcludesWriters: false,
    ...more,
  });

const scanMs = (800_000_000 / STATED.scan) * 1000;
const rewriteMs = (800_000_000 / STATED.rewrite) * 1000;

spec('plan: the forecast of locks', ({ test }) => {
  test('a lock is held from its statement to the end of its transaction, the work of the others included', () => {
    const found = locks([
      batch([
        step(1, [effect('users')]),
        step(2, [effect('orders', { work: 'scan' })]),
        step(3, [effect('orders', { work: 'rewrite' })]),
      ]),
    ]);
    assert.equal(
      found.map(({ table: one, step: by, statements, heldMs }) => [one?.name, by, statements, heldMs]),
      [
        ['users', 'm#1', 3, scanMs + rewriteMs],
        ['orders', 'm#2', 2, scanMs + rewriteMs],
      ],
    );
    assert.equal(found[0]?.estimate, [
      'reads orders (800 MB, at 200 MB/s, stated)',
      'writes anew orders (800 MB, at 40 MB/s, stated)',
    ]);
  });

  test('measured rates are used and said, of reading for the rows alone and of rewriting for the whole table', () => {
    const measured: Pace = {
      rates: { scan: 100_000_000, index: 50_000_000, rewrite: 10_000_000 },
      read: { namespace: 'public', name: 'orders', bytes: 4_194_304 },
      trial: 'a private server',
      because: null,
    };
    const apart = [
      {
        namespace: 'public',
        name: 'orders',
        rows: 1,
        exact: true,
        bytes: 800_000_000,
        dataBytes: 500_000_000,
      },
    ];
    const of = (work: TableEffect['work'], pace: Pace): unknown[] => {
      const [found] = locks([batch([step(1, [effect('orders', { work })])])], { pace, sizes: apart });
      return [found?.heldMs, found?.estimate[0]];
    };
    assert.equal(of('scan', measured), [5000, 'reads orders (500 MB, at 100 MB/s, measured)']);
    assert.equal(of('index', measured), [10_000, 'builds an index of orders (500 MB, at 50 MB/s, measured)']);
    assert.equal(of('rewrite', measured), [80_000, 'writes anew orders (800 MB, at 10 MB/s, measured)']);
    const untried: Pace = { ...measured, trial: null, because: 'there was no shadow database' };
    assert.equal(of('scan', untried)[1], 'reads orders (500 MB, at 100 MB/s, measured)');
    assert.equal(
      of('rewrite', untried)[1],
      'writes anew orders (800 MB, at 10 MB/s, measured for reading only)',
    );
  });

  test('the pace is measured by the largest table that is worked on, not by the largest that is touched', () => {
    const steps = [
      step(1, [effect('orders')]),
      step(2, [effect('users', { work: 'scan' }), effect('made', { work: 'scan' })]),
    ];
    assert.is(largestWorked([batch(steps)], sizes)?.name, 'users');
    assert.is(
      largestWorked([batch([...steps, step(3, [effect('orders', { work: 'unknown' })])])], sizes)?.name,
      'orders',
    );
    assert.is(largestWorked([batch([step(1, [effect('orders')])])], sizes), null);
  });

  test('a lock of one statement ends with it', () => {
    const own = effect('orders', { until: 'statement', work: 'scan' });
    const [found] = locks([batch([step(1, [own]), step(2, [effect('users', { work: 'scan' })])], false)]);
    assert.equal([found?.table?.name, found?.statements, found?.heldMs], ['orders', 1, scanMs]);
  });

  test('the strongest lock of a table counts, whatever came first; what is new keeps nobody waiting', () => {
    const found = locks([
      batch([
        step(1, [effect('orders', { lock: 'SHARE', blocks: 'writes' }), effect('made', { work: 'rewrite' })]),
        step(2, [effect('orders')]),
      ]),
    ]);
    assert.equal(
      found.map(({ table: one, lock, step: by }) => [one?.name, lock, by]),
      [['orders', 'ACCESS EXCLUSIVE', 'm#2']],
    );
  });

  test('work that is not known counts as the dearest, and a size that is not known leaves the time open', () => {
    assert.is(locks([batch([step(1, [effect('orders', { work: 'unknown' })])])])[0]?.heldMs, rewriteMs);
    assert.is(
      locks([batch([step(1, [effect('orders', { work: 'scan' })])])], { sizes: [] })[0]?.heldMs,
      null,
    );
  });

  test('where the runner lock keeps everybody out, the whole database is one line, and measured times win', () => {
    const batches = [batch([step(1, [effect('orders', { work: 'rewrite' })]), step(2, [])])];
    const [found, ...rest] = locks(batches, { lockExcludesWriters: true });
    assert.equal(rest, []);
    assert.equal([found?.table, found?.until, found?.heldMs], [null, 'run', rewriteMs]);
    const durations = new Map([
      ['m#1', 70],
      ['m#2', 5],
    ]);
    assert.is(locks(batches, { lockExcludesWriters: true, durations })[0]?.heldMs, 75);
    assert.equal(locks([], { lockExcludesWriters: true }), []);
  });
});

const hazard = (code: string, severity: Hazard['severity'], line: number): Hazard => ({
  code,
  severity,
  subject: 'table public.orders',
  message: 'm',
  remedy: 'r',
  migration: 'm',
  file: 'm.sql',
  line,
  evidence: [],
});

const against = (hazards: readonly Hazard[], steps: readonly Step[]): string[] =>
  heldAgainst(hazards, {
    dialect: { claims: { rewrites: 'rewrite', scans: 'scan' } },
    batches: [batch(steps)],
    input: { before, sizes: new Map(sizes.map((size) => [tableKey(size), size])) },
  }).map(({ code, severity, adjusted }) => `${code} ${severity}${adjusted ? `: ${adjusted}` : ''}`);

spec('plan: hazards against what was seen', ({ test }) => {
  test('a warning of work that was not done is lowered with the reason; advice about it goes', () => {
    const steps = [step(1, [effect('orders', { work: 'scan', lock: 'SHARE', blocks: 'writes' })])];
    assert.equal(against([hazard('rewrites', 'blocking', 1)], steps), [
      'rewrites advice: seen on the shadow database: SHARE, no table is rewritten',
    ]);
    assert.equal(against([hazard('scans', 'blocking', 1)], steps), ['scans blocking']);
    assert.equal(against([hazard('rewrites', 'advice', 1)], [step(1, [effect('orders')])]), []);
  });

  test('what was not seen, another statement, and other severities stay as they are', () => {
    const known = [step(1, [effect('orders', { basis: 'known' })])];
    assert.equal(against([hazard('rewrites', 'blocking', 1)], known), ['rewrites blocking']);
    assert.equal(against([hazard('rewrites', 'blocking', 9)], [step(1, [effect('orders')])]), [
      'rewrites blocking',
    ]);
    assert.equal(against([hazard('rewrites', 'destructive', 1)], [step(1, [effect('orders')])]), [
      'rewrites destructive',
    ]);
  });

  test('work that nothing warned of is a hazard of its own, on what is there before the plan', () => {
    const work = [step(1, [effect('orders', { work: 'rewrite' })])];
    assert.equal(against([], work), ['x-measured-work blocking: the table is large: about 5,000,000 rows']);
    assert.equal(against([hazard('other', 'blocking', 1)], work), ['other blocking']);
    assert.is(against([hazard('rewrites', 'advice', 1)], work).length, 2, 'advice is no warning');
    const lowered = (code: string): Hazard => ({ ...hazard(code, 'advice', 1), adjusted: 'lowered' });
    assert.equal(
      against([lowered('rewrites')], work),
      ['rewrites advice: lowered'],
      'it warned of this work',
    );
    assert.is(
      against([lowered('other')], work).length,
      2,
      'one that is lowered and of another matter did not',
    );
    assert.equal(against([], [step(1, [effect('made', { work: 'rewrite' })])]), []);
    const shared = effect('orders', { work: 'scan', lock: 'SHARE UPDATE EXCLUSIVE', blocks: 'schema' });
    assert.equal(against([], [step(1, [shared])]), [], 'nobody waits for a scan that lets writers in');
  });

  test('a lock of a statement that cannot be read is told, one of a statement that can be read is in its text', () => {
    assert.equal(against([], [step(1, [effect('users')], { opaque: 'a block' })]), [
      'x-measured-lock blocking',
    ]);
    assert.equal(against([], [step(1, [effect('users')])]), []);
  });
});
