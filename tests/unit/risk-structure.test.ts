// Structural hazards for any database: renames in disguise, lowering and raising by the table at hand.
import * as assert from 'uvu/assert';
import {
  fitToTable,
  hazardOf,
  LARGE_ROWS,
  processRule,
  type RiskInput,
  structuralHazards,
  tableKey,
} from '../../lib/risk/index.ts';
import { diffSnapshots, type SchemaObject, schemaObject, snapshotOf } from '../../lib/schema/index.ts';
import { spec } from '../helpers/spec.ts';

const column = (name: string, type = 'text', nullable = true) =>
  schemaObject({ kind: 'column', name, attributes: { type, nullable } });
const table = (name: string, ...children: SchemaObject[]) =>
  schemaObject({ kind: 'table', namespace: 'app', name, children });

const rule = (code: string) => ({
  ...processRule('x-drift-present'),
  code,
  severity: 'destructive' as const,
});

const run = (from: readonly SchemaObject[], to: readonly SchemaObject[], rows?: number) => {
  const before = snapshotOf('any', from);
  const after = snapshotOf('any', to);
  const sizes = new Map(
    rows === undefined
      ? []
      : from.map(
          (one) =>
            [
              tableKey(one),
              { namespace: one.namespace, name: one.name, rows, exact: true, bytes: null },
            ] as const,
        ),
  );
  const input: RiskInput = {
    product: 'any',
    version: [1],
    facts: {},
    statements: [],
    change: diffSnapshots(before, after),
    before,
    after,
    sizes,
  };
  return structuralHazards(input, {
    rules: {
      dropTable: rule('a-drop-table'),
      dropColumn: rule('a-drop-column'),
      notNull: rule('a-not-null'),
      rename: rule('a-rename'),
      drops: { view: rule('a-drop-view') },
    },
    quote: (name) => `<${name}>`,
    alike: (a, b) => a.attributes.type === b.attributes.type,
  });
};

const summary = (hazards: ReturnType<typeof run>): string[] =>
  hazards.map((one) => `${one.code} ${one.subject}`);

spec('risk-structure', ({ test }) => {
  test('no change, no hazard; an addition is none', () => {
    assert.equal(run([table('a', column('x'))], [table('a', column('x'))]), []);
    assert.equal(run([table('a', column('x'))], [table('a', column('x'), column('y')), table('b')]), []);
  });

  test('a drop is asked about with quoted names', () => {
    const [gone] = run([table('a"b', column('x'))], []);
    assert.is(gone?.code, 'a-drop-table');
    assert.is(gone?.probe?.sql, 'SELECT count(*) FROM <app>.<a"b>');
    const [lost] = run([table('a', column('x'), column('y', 'int'))], [table('a', column('x'))]);
    assert.is(lost?.probe?.sql, 'SELECT count(*) FROM <app>.<a> WHERE <y> IS NOT NULL');
  });

  test('a rename in disguise is one hazard with the rename as SQL', () => {
    const found = run(
      [table('a', column('id'), column('name'))],
      [table('a', column('id'), column('full_name'))],
    );
    assert.equal(summary(found), ['a-rename column app.a.name']);
    assert.is(found[0]?.rewrite, 'ALTER TABLE <app>.<a> RENAME COLUMN <name> TO <full_name>;');
    const columns = [column('id'), column('name'), column('age', 'int')];
    const tables = run([table('people', ...columns)], [table('persons', ...columns)]);
    assert.equal(summary(tables), ['a-rename table app.people']);
    assert.is(tables[0]?.rewrite, 'ALTER TABLE <app>.<people> RENAME TO <persons>;');
  });

  test('another type, another table or other columns are no rename', () => {
    assert.equal(
      summary(run([table('a', column('x'), column('n'))], [table('a', column('x'), column('m', 'int'))])),
      ['a-drop-column column app.a.n'],
    );
    assert.equal(
      summary(
        run(
          [table('a', column('x'), column('n')), table('b', column('y'))],
          [table('a', column('x')), table('b', column('y'), column('n'))],
        ),
      ),
      ['a-drop-column column app.a.n'],
    );
    assert.equal(
      summary(
        run(
          [table('a', column('x'), column('y'), column('z'))],
          [table('b', column('x'), column('p'), column('q'))],
        ),
      ),
      ['a-drop-table table app.a'],
    );
  });

  test('of several candidates the likest name is taken, each once', () => {
    const found = run(
      [table('a', column('mail'), column('title'))],
      [table('a', column('heading'), column('mail_address'))],
    );
    assert.equal(
      found.map((one) => one.rewrite?.match(/<(\w+)> TO <(\w+)>/)?.slice(1)),
      [
        ['mail', 'mail_address'],
        ['title', 'heading'],
      ],
    );
  });

  test('NOT NULL is asked about; the other way round is none', () => {
    const [found] = run([table('a', column('x'))], [table('a', column('x', 'text', false))]);
    assert.is(found?.code, 'a-not-null');
    assert.is(found?.probe?.positive, 'will-fail');
    assert.is(found?.probe?.zero, 'dismiss');
    assert.equal(run([table('a', column('x', 'text', false))], [table('a', column('x'))]), []);
  });

  test('an empty table lowers, an unknown or full one does not', () => {
    const drop = (rows?: number) => run([table('a', column('x'))], [], rows)[0];
    assert.is(drop(0)?.severity, 'breaking');
    assert.is(drop(0)?.adjusted, 'the table is empty');
    assert.is(drop(1)?.severity, 'destructive');
    assert.is(drop()?.severity, 'destructive');
  });

  test('an estimate of nothing does not lower', () => {
    const before = snapshotOf('any', [table('a')]);
    const size = { namespace: 'app', name: 'a', rows: 0, exact: false, bytes: null };
    const hazard = hazardOf(rule('a-b'), { subject: 's', message: 'm' });
    assert.is(
      fitToTable(hazard, size, { before, sizes: new Map([[tableKey(size), size]]) }).severity,
      'destructive',
    );
  });

  test('a large table raises what grows with it, to blocking and no further', () => {
    const before = snapshotOf('any', [table('a')]);
    const size = { namespace: 'app', name: 'a', rows: LARGE_ROWS, exact: true, bytes: null };
    const sizes = new Map([[tableKey(size), size]]);
    const of = (severity: 'advice' | 'destructive', grows: boolean) =>
      fitToTable(hazardOf({ ...rule('a-b'), severity }, { subject: 's', message: 'm' }), size, {
        before,
        sizes,
        grows,
      });
    assert.is(of('advice', true).severity, 'blocking');
    assert.is(of('advice', true).adjusted, 'the table is large: 1,000,000 rows');
    assert.is(of('advice', false).severity, 'advice');
    assert.is(of('destructive', true).severity, 'destructive');
  });

  test('a table of the plan lowers', () => {
    const hazard = hazardOf(rule('a-b'), { subject: 's', message: 'm' });
    const fitted = fitToTable(
      hazard,
      { namespace: 'app', name: 'new' },
      { before: snapshotOf('any', []), sizes: new Map() },
    );
    assert.is(fitted.severity, 'breaking');
    assert.is(fitted.adjusted, 'the table is created in this plan');
  });

  test('control characters of names reach no text but the SQL', () => {
    const [found] = run([table('a\u001b[2J', column('x\n'))], [table('a\u001b[2J', column('y'))]);
    assert.not.match(`${found?.subject}${found?.message}${found?.remedy}`, /[\u0000-\u001f]/);
    assert.match(found?.probe?.sql ?? '', /\u001b/);
  });
});
