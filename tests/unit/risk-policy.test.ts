// Decisions: what a policy, a comment in a migration, or nobody decides about a hazard.
import * as assert from 'uvu/assert';
import {
  applyPolicy,
  type Hazard,
  hazardId,
  inlineAcceptances,
  needsAcceptance,
  type Policy,
} from '../../lib/risk/index.ts';
import { SQLITE } from '../cases/sql-split.ts';
import { spec } from '../helpers/spec.ts';

const hazard = (parts: Partial<Hazard>): Hazard => ({
  code: 'sqlite-drop-table',
  severity: 'destructive',
  subject: 'table users',
  message: 'm',
  remedy: 'r',
  migration: '1',
  line: 2,
  evidence: [],
  ...parts,
});

const policy = (parts: Partial<Policy>): Policy => ({
  rules: {},
  inline: [],
  inlineAllowed: false,
  ...parts,
});

const one = (parts: Partial<Hazard>, rules: Partial<Policy>) => {
  const [decision] = applyPolicy([hazard(parts)], policy(rules));
  return `${decision?.decision} ${decision?.by}: ${decision?.reason}`;
};

const inline = { migration: '1', code: 'sqlite-drop-table', reason: 'archived', line: 2 };

spec('risk-policy', ({ test }) => {
  test('destructive and opaque hazards need a person, whatever their severity; others do not', () => {
    assert.ok(needsAcceptance({ code: 'a-b', severity: 'destructive' }));
    for (const code of ['x-unparseable', 'x-dynamic-sql', 'x-out-of-order'])
      assert.ok(needsAcceptance({ code, severity: 'advice' }), code);
    for (const severity of ['blocking', 'breaking', 'advice'] as const) {
      assert.not.ok(needsAcceptance({ code: 'x-mixed-ddl-dml', severity }));
    }
  });

  test('without a word the destructive one stays open and the others are shown', () => {
    assert.is(one({}, {}), 'open null: null');
    assert.is(
      one({ severity: 'blocking' }, {}),
      'allowed null: blocking hazards are shown and need no acceptance',
    );
    assert.is(one({ code: 'x-unparseable', severity: 'advice' }, {}), 'open null: null');
  });

  test('the policy decides by code, and its reason is kept', () => {
    assert.is(one({}, { rules: { 'sqlite-drop-table': { accept: 'known' } } }), 'accepted policy: known');
    assert.match(one({}, { rules: { 'sqlite-drop-table': 'allow' } }), /^allowed policy/);
    assert.match(one({ severity: 'advice' }, { rules: { 'sqlite-drop-table': 'deny' } }), /^denied policy/);
    assert.is(one({}, { rules: { 'sqlite-drop-column': 'allow' } }), 'open null: null');
    assert.is(one({ code: 'constructor' }, {}), 'open null: null');
  });

  test('a comment counts only where the environment allows it, and never against a denial', () => {
    assert.is(one({}, { inline: [inline], inlineAllowed: true }), 'accepted inline: archived');
    assert.match(one({}, { inline: [inline] }), /^open null: the migration accepts it \("archived"\)/);
    assert.match(
      one({}, { inline: [inline], inlineAllowed: true, rules: { 'sqlite-drop-table': 'deny' } }),
      /^denied policy/,
    );
  });

  test('a comment counts for its code, its migration and its statement only', () => {
    const allowed = { inline: [inline], inlineAllowed: true };
    assert.is(one({ line: 5 }, allowed), 'open null: null');
    assert.is(one({ migration: '2' }, allowed), 'open null: null');
    assert.is(one({ code: 'sqlite-drop-column' }, allowed), 'open null: null');
  });

  test('an id stays while code, subject and migration stay, and differs when one differs', () => {
    const id = hazardId(hazard({}));
    assert.match(id, /^[0-9a-f]{12}$/);
    assert.is(hazardId(hazard({ line: 9, message: 'other', severity: 'advice' })), id);
    const others = [{ code: 'x-a' }, { subject: 'table b' }, { migration: '2' }].map((parts) =>
      hazardId(hazard(parts)),
    );
    assert.is(new Set([id, ...others]).size, 4);
  });

  test('one decision for each hazard, in order', () => {
    const list = [hazard({}), hazard({ severity: 'advice' }), hazard({ code: 'x-unparseable' })];
    assert.equal(
      applyPolicy(list, policy({})).map((decision) => decision.id),
      list.map(hazardId),
    );
  });

  test('comments are read for the next statement, or for the one that ends on their line', () => {
    const text = [
      '-- dbsync:accept sqlite-drop-table archived in March; ticket 7',
      'DROP TABLE a;',
      'DROP TABLE b; -- dbsync:accept sqlite-drop-table b is empty',
      '/* dbsync:accept sqlite-drop-column unused */',
      '-- dbsync:accept sqlite-table-rebuild small',
      'ALTER TABLE c',
      '  DROP COLUMN d;',
    ].join('\r\n');
    const { acceptances, problems } = inlineAcceptances({ migration: '1', file: 'm.sql', text }, SQLITE);
    assert.equal(problems, []);
    assert.equal(
      acceptances.map(({ code, reason, line }) => [code, reason, line]),
      [
        ['sqlite-drop-table', 'archived in March; ticket 7', 2],
        ['sqlite-drop-table', 'b is empty', 3],
        ['sqlite-drop-column', 'unused', 6],
        ['sqlite-table-rebuild', 'small', 6],
      ],
    );
  });

  test('a comment without a reason, a code or a statement accepts nothing and is reported', () => {
    const text = [
      '-- dbsync:accept sqlite-drop-table',
      '-- dbsync:accept everything because',
      'DROP TABLE a;',
      "SELECT '-- dbsync:accept x-a b';",
      '-- dbsync:accept x-a too late',
    ].join('\n');
    const { acceptances, problems } = inlineAcceptances({ migration: '1', file: 'm.sql', text }, SQLITE);
    assert.equal(acceptances, []);
    assert.equal(
      problems.map(({ line }) => line),
      [1, 2, 5],
    );
  });
});
