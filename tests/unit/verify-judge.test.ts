// The verdict of a verification: what counts against a run, and what the plan's recorded drift explains.
import * as assert from 'uvu/assert';
import type { ToolVerdict } from '../../lib/sources/contract.ts';
import { explainedByDrift, judgeVerification, type Verification } from '../../lib/verify/index.ts';
import { driftOf, verificationOf } from '../cases/report-artifacts.ts';
import { spec } from '../helpers/spec.ts';

const objection = (...against: ToolVerdict['against']): ToolVerdict => ({
  by: 'the tool',
  status: 'disagrees',
  against,
  messages: ['the tool objects'],
});

const judged = (parts: Partial<Verification>, othersWrite = false): ReturnType<typeof judgeVerification> =>
  judgeVerification(
    { ...verificationOf('users'), compatibility: null, healthBefore: [], ...parts },
    { othersWrite },
  );

spec('verdict of a verification', ({ test }) => {
  test('with every witness content it is proven', () => {
    assert.equal(judged({}), { outcome: 'proven', reasons: [] });
  });

  test('one attribute that is not as predicted is a mismatch, whatever every other witness says', () => {
    const { remaining } = verificationOf('users');
    const [change] = driftOf('users').items.map((item) => item.change);
    assert.ok(change);
    const { outcome, reasons } = judged({ remaining: { ...remaining, changes: [change] } });
    assert.is(outcome, 'mismatch');
    assert.match(reasons.join('\n'), /^not as predicted: .*legacy_users/);
  });

  test('a ledger that is not complete is a mismatch in its own words', () => {
    const ledger = { complete: false, messages: ['2 of 3 migrations are finished.'] };
    assert.equal(judged({ ledger }), { outcome: 'mismatch', reasons: ledger.messages });
  });

  test("the project's own check counts by its exit code, a signal included", () => {
    const ended = (exitCode: number | null): ReturnType<typeof judgeVerification> =>
      judged({ compatibility: { command: ['npm', 'test'], exitCode, durationMs: 1, tail: [] } });
    assert.is(ended(0).outcome, 'proven');
    assert.equal(ended(3), { outcome: 'mismatch', reasons: ['npm test ended with 3'] });
    assert.equal(ended(null), { outcome: 'mismatch', reasons: ['npm test ended with a signal'] });
  });

  test('recorded drift explains a schema that the tool does not know', () => {
    const known = { tool: objection('schema'), driftKnown: true };
    assert.is(explainedByDrift(known), true);
    assert.is(judged(known).outcome, 'proven');
    assert.equal(judged({ ...known, driftKnown: false }).reasons, ['the tool objects']);
  });

  test('recorded drift never explains a history that is not that of the code', () => {
    assert.equal(judged({ tool: objection('history'), driftKnown: true }).reasons, ['the tool objects']);
    assert.equal(judged({ tool: objection('history', 'schema'), driftKnown: true }).outcome, 'mismatch');
    assert.is(judged({ tool: objection(), driftKnown: true }).outcome, 'mismatch');
  });

  test('rows of an untouched table count against the run only where nobody else could write', () => {
    const rows = [{ table: 'posts', before: 12, after: 11, touched: false, exact: true }];
    assert.is(judged({ rows }).outcome, 'mismatch');
    assert.is(judged({ rows }, true).outcome, 'proven');
    assert.is(judged({ rows: rows.map((row) => ({ ...row, touched: true })) }).outcome, 'proven');
  });

  test('a finding that the predicted schema has too is as promised', () => {
    const finding = {
      code: 'constraint-not-validated',
      subject: 'constraint c',
      message: 'was never validated',
      remedy: 'validate it',
      count: 1,
    };
    assert.is(judged({ health: [{ ...finding, inSnapshot: true }] }).outcome, 'proven');
    assert.is(judged({ health: [finding] }).outcome, 'mismatch');
  });

  test('a finding that was there before does not count; a new one does', () => {
    const finding = {
      code: 'invalid-index',
      subject: 'index i',
      message: 'is invalid',
      remedy: 'rebuild it',
      count: 1,
    };
    assert.equal(judged({ health: [finding] }).reasons, ['index i: is invalid']);
    const before = judgeVerification(
      {
        ...verificationOf('users'),
        compatibility: null,
        health: [finding],
        healthBefore: ['invalid-index index i'],
      },
      { othersWrite: false },
    );
    assert.is(before.outcome, 'proven');
  });
});
