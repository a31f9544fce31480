// An approval is for one plan, one rehearsal, one database, one name and one use: whatever single part of it departs, it is refused.
import * as assert from 'uvu/assert';
import { type ApprovalContext, judgeApproval } from '../../lib/approve/judge.ts';
import type { Approval } from '../../lib/approve/model.ts';
import { hashText } from '../../lib/schema/index.ts';
import { AT, approvalOf, PLAN_HASH, planOf } from '../cases/report-artifacts.ts';
import { spec } from '../helpers/spec.ts';

const plan = planOf('users');
const good = approvalOf('users', PLAN_HASH);
const context: ApprovalContext = {
  plan,
  planHash: PLAN_HASH,
  rehearsalHash: good.rehearsal,
  task: 'drop-nickname',
  now: new Date(AT),
  used: new Set(),
};

const verdict = (departure: Partial<Approval>, here: Partial<ApprovalContext> = {}): string =>
  judgeApproval({ ...good, ...departure }, { ...context, ...here })?.code ?? 'good';

const person = good.actor;

const DEPARTURES: readonly (readonly [string, Partial<Approval>, string])[] = [
  ['another plan', { plan: hashText('another') }, 'APPROVAL_FOREIGN'],
  ['another rehearsal', { rehearsal: hashText('another') }, 'APPROVAL_FOREIGN'],
  ['another environment', { target: { ...good.target, environment: 'dev' } }, 'APPROVAL_FOREIGN'],
  ['another database', { target: { ...good.target, identity: 'another' } }, 'APPROVAL_FOREIGN'],
  ['the same database made anew', { target: { ...good.target, instance: 'another' } }, 'APPROVAL_FOREIGN'],
  ['another name', { typed: 'Production' }, 'APPROVAL_NAME_MISMATCH'],
  ['the name and a space', { typed: 'production ' }, 'APPROVAL_NAME_MISMATCH'],
  ['an agent', { actor: { ...person, kind: 'agent', marker: 'X_AGENT' } }, 'APPROVAL_AGENT'],
  ['automation', { actor: { ...person, kind: 'automation' } }, 'APPROVAL_NO_TERMINAL'],
  ['no terminal', { actor: { ...person, terminal: false } }, 'APPROVAL_NO_TERMINAL'],
  ['expired this moment', { expiresAt: AT }, 'APPROVAL_EXPIRED'],
  ['a hazard not accepted', { accepted: [] }, 'APPROVAL_HAZARDS'],
  [
    'another hazard of the code accepted',
    { accepted: good.accepted.map((item) => ({ ...item, id: 'another' })) },
    'APPROVAL_HAZARDS',
  ],
  ['no word of a backup', { backup: { kind: 'not-needed' } }, 'APPROVAL_BACKUP'],
];

spec('verdict on an approval', ({ test }) => {
  test('complete, it is good', () => {
    assert.is(plan.target.protected, true);
    assert.is(plan.backupRequired, true);
    assert.is(verdict({}), 'good');
  });

  for (const [what, departure, code] of DEPARTURES) {
    test(`with ${what} it is refused`, () => {
      assert.is(verdict(departure), code);
    });
  }

  test('used, it is refused; another one used is no matter', () => {
    assert.is(verdict({}, { used: new Set([good.nonce]) }), 'APPROVAL_USED');
    assert.is(verdict({}, { used: new Set(['another']) }), 'good');
  });

  test('an acceptance without an id covers every hazard of its code and of no other', () => {
    const [accepted] = good.accepted;
    assert.ok(accepted);
    assert.is(verdict({ accepted: [{ ...accepted, id: '' }] }), 'good');
    assert.is(verdict({ accepted: [{ ...accepted, id: '', code: 'another' }] }), 'APPROVAL_HAZARDS');
  });

  test('where nothing is protected, automation approves by the name', () => {
    const open = { plan: { ...plan, target: { ...plan.target, protected: false } } };
    assert.is(verdict({ actor: { ...person, kind: 'automation', terminal: false } }, open), 'good');
    assert.is(verdict({ typed: 'prod' }, open), 'APPROVAL_NAME_MISMATCH');
  });
});
