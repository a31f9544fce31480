// The gate: whichever single part of the world is not that of the plan, nothing is written, and the refusal says which.
import * as assert from 'uvu/assert';
import { type Found, passGate, staleReasons } from '../../lib/apply/gate.ts';
import { DbsyncError } from '../../lib/errors/index.ts';
import { hashText } from '../../lib/schema/index.ts';
import { planOf } from '../cases/report-artifacts.ts';
import { spec } from '../helpers/spec.ts';

const plan = planOf('users');
const same: Found = {
  identity: plan.target.identity,
  instance: plan.target.instance,
  fingerprint: plan.from,
  difference: null,
  ledger: plan.ledger,
  applied: plan.ledgerReport.applied,
  filesHash: plan.source.filesHash,
};

const [applied = ''] = plan.ledgerReport.applied;
const another = hashText('another');

const DEPARTURES: readonly (readonly [string, Partial<Found>, RegExp])[] = [
  ['the database', { identity: 'another' }, /the database is another, the plan was made for/],
  ['its incarnation', { instance: 'another' }, /dropped and made anew/],
  ['the schema', { fingerprint: another }, /the schema changed/],
  ['the ledger', { ledger: another }, /the same migrations, but other rows/],
  ['the files', { filesHash: another }, /migration files changed/],
];

spec('gate', ({ test }) => {
  test('the world of the plan passes', () => {
    assert.equal(staleReasons(plan, same), []);
    assert.is(passGate(plan, same, 'task'), undefined);
  });

  for (const [what, departure, words] of DEPARTURES) {
    test(`where ${what} is another, it is shut, and says so and nothing else`, () => {
      const found = { ...same, ...departure };
      const reasons = staleReasons(plan, found).join('\n');
      assert.match(reasons, words);
      for (const [other, , theirs] of DEPARTURES) if (other !== what) assert.not.match(reasons, theirs);
      try {
        passGate(plan, found, 'task');
        assert.unreachable();
      } catch (error) {
        assert.instance(error, DbsyncError);
        assert.is(error instanceof DbsyncError && error.code, 'PLAN_STALE');
      }
    });
  }

  test('what somebody else applied or took out of the ledger is named', () => {
    const found = { ...same, ledger: another, applied: ['20261111000000_by_hand'] };
    const reasons = staleReasons(plan, found).join('\n');
    assert.match(reasons, /20261111000000_by_hand was applied by someone else/);
    assert.match(reasons, new RegExp(`${applied} is no longer recorded`));
  });

  test('a database that the plan makes has no incarnation to compare', () => {
    assert.equal(staleReasons({ ...plan, createsDatabase: true }, { ...same, instance: 'new' }), []);
  });
});
