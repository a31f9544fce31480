// Conformance: what is said of statements. Garbage never throws, and grouping loses no statement.
import * as assert from 'uvu/assert';
import type { Batch } from '../../lib/dialects/contract.ts';
import { diffSnapshots, snapshotOf } from '../../lib/schema/index.ts';
import { type Statement, splitStatements } from '../../lib/sql/index.ts';
import type { Bench, Part } from './bench.ts';

const KINDS = ['ddl', 'dml', 'query', 'transaction', 'session', 'opaque'];

const VALID = [
  "CREATE TABLE t (id integer PRIMARY KEY, name varchar(40) DEFAULT 'a;b')",
  "INSERT INTO t VALUES (1, 'it''s; -- here'), (2, '/*')",
  'ALTER TABLE t ADD COLUMN more integer',
  'CREATE UNIQUE INDEX i ON t (name)',
  'CREATE VIEW v AS SELECT id FROM t WHERE id > 1',
  "UPDATE t SET name = 'x' WHERE id IN (SELECT id FROM t)",
  'DROP TABLE IF EXISTS t',
];

const GARBAGE = [
  '',
  ' \n\t',
  ';',
  ';;;',
  '-- only a comment',
  '/* never closed',
  "'never closed",
  '"never closed',
  '`never closed',
  '$$ never closed',
  'SELEKT everything',
  'DROP',
  'CREATE TABLE',
  'ALTER TABLE ALTER TABLE',
  '\u0000',
  'SELECT \u0000 FROM t',
  '😀 DROP TABLE t',
  '\ufeffCREATE TABLE t (id int)',
  '\\',
  'DELIMITER',
  'BEGIN BEGIN BEGIN',
  'END',
  `${'('.repeat(5000)}1${')'.repeat(5000)}`,
  `SELECT ${'1+'.repeat(5000)}1`,
  `SELECT '${'x'.repeat(200_000)}'`,
];

/** A small generator with a fixed seed: the same pieces in every run. */
const random = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
};

/** Beginnings of good statements, and good ones with pieces of noise in them. */
const broken = (): readonly string[] => {
  const next = random(7);
  const noise = [
    '"',
    "'",
    '`',
    '(',
    ')',
    '$$',
    '--',
    '/*',
    '*/',
    ';',
    '\\',
    '\u0000',
    'é😀',
    'BEGIN ',
    ' END',
  ];
  return VALID.flatMap((sql) =>
    Array.from({ length: 25 }, () => {
      const at = Math.floor(next() * sql.length);
      const piece = noise[Math.floor(next() * noise.length)] ?? '';
      return next() < 0.4 ? sql.slice(0, at) : `${sql.slice(0, at)}${piece}${sql.slice(at)}`;
    }),
  );
};

const split = ({ dialect }: Bench, text: string): readonly Statement[] =>
  splitStatements(text, { file: 'm.sql', rules: dialect.scan });

const texts = (batches: readonly Batch[]): readonly string[] =>
  batches.flatMap((batch) => batch.statements.map((statement) => statement.text));

const EMPTY = { kind: 'nothing' };

export const statements: Part = (bench, { test }) => {
  const { dialect, engine } = bench;

  test('classifying and grouping garbage never throws, and calls what it cannot read opaque or nothing', () => {
    for (const text of [...GARBAGE, ...broken()]) {
      const whole = { text, file: 'm.sql', line: 1, offset: 0, index: 0 };
      const facts = dialect.classify(whole);
      assert.ok(KINDS.includes(facts.kind), `${facts.kind}: ${text.slice(0, 80)}`);
      assert.type(facts.transactional, 'boolean');
      for (const effect of dialect.foresee?.(whole) ?? []) assert.is(effect.basis, 'known');
      const pieces = split(bench, text);
      const grouped = texts(dialect.batches(pieces));
      assert.ok(grouped.length <= pieces.length, text.slice(0, 80));
      assert.ok(dialect.batches([whole]).length >= 0);
    }
  });

  test('nothing is passed over as harmless: garbage with a destructive word is no query', () => {
    for (const text of ['DROP TABLE t', 'drop/**/table t', '\n-- x\nDROP TABLE t', '/* a */ DELETE FROM t']) {
      const { kind } = dialect.classify({ text, file: 'm.sql', line: 1, offset: 0, index: 0 });
      assert.ok(['ddl', 'dml', 'opaque'].includes(kind), `${kind}: ${text}`);
    }
  });

  test('each statement of a script is in exactly one batch, in order; what is left out only sets the session', () => {
    const scripts = [VALID.join(';\n'), `${VALID.join(';')};`, ...VALID, ...engine().scripts];
    for (const script of scripts) {
      const pieces = split(bench, script);
      const grouped = dialect.batches(pieces).flatMap((batch) => batch.statements.map(({ index }) => index));
      assert.equal(
        grouped,
        [...new Set(grouped)].sort((a, b) => a - b),
        script,
      );
      const left = pieces.filter(({ index }) => !grouped.includes(index));
      for (const statement of left) {
        const { kind } = dialect.classify(statement);
        assert.ok(kind === 'transaction' || kind === 'session', `${kind} left out: ${statement.text}`);
      }
      for (const batch of dialect.batches(pieces)) {
        assert.ok(batch.because.length > 0);
        assert.equal(JSON.parse(JSON.stringify(batch.settings)), batch.settings, 'settings are plain JSON');
        if (!batch.transactional) continue;
        for (const statement of batch.statements)
          assert.ok(dialect.classify(statement).transactional, `in a transaction: ${statement.text}`);
      }
    }
  });

  test('hazards of garbage: no throw, and every opaque statement is told', () => {
    const nothing = snapshotOf(dialect.name, []);
    for (const text of [...GARBAGE, ...broken()]) {
      const planned = split(bench, text).map((statement) => ({ migration: EMPTY.kind, statement }));
      const hazards = dialect.hazards({
        product: dialect.title,
        version: [],
        facts: {},
        statements: planned,
        change: diffSnapshots(nothing, nothing),
        before: nothing,
        after: nothing,
        sizes: new Map(),
      });
      assert.ok(Array.isArray(hazards));
      for (const hazard of hazards)
        assert.ok(hazard.code !== '' && hazard.message !== '' && hazard.remedy !== '');
    }
  });
};
