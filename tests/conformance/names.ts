// Conformance: names from a live database are hostile. Each goes the whole way: made, inspected, measured, asked about, judged,
// changed and taken back, copied to a shadow and into a backup. One table, column, index and foreign key for each name.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as assert from 'uvu/assert';
import type { Session } from '../../lib/dialects/contract.ts';
import { answerProbes, type RiskInput, tableKey, textualHazards } from '../../lib/risk/index.ts';
import { childOf, describeChange, diffSnapshots, findObject, fingerprint } from '../../lib/schema/index.ts';
import { withShadow } from '../../lib/shadow/index.ts';
import { splitStatements } from '../../lib/sql/index.ts';
import { type Bench, inspect, type Part, reading, writing } from './bench.ts';
import { TIMEOUTS } from './timeouts.ts';

/** Distinct whatever an engine thinks of letter case. */
const NAMES: readonly string[] = [
  'plain',
  'Mixed Case',
  'say "hi"',
  "it's",
  'back`tick',
  'back\\slash',
  "\\'; DROP TABLE plain; --",
  'new\nline',
  'carriage\rreturn',
  'tab\there',
  '-- comment',
  '/* open',
  '*/ close',
  'semi;colon',
  'select',
  'ORDER',
  'a.b',
  'dollar$$x',
  '$1 ? :name %s %(x)s',
  '% %',
  '_ _',
  '{{ braces }}',
  '$' + '{template}',
  '[brackets]',
  '\u001b[31mred',
  '\u202eright to left',
  'no\u00a0break',
  'e\u0301 combined',
  '日本語',
  '😀 face',
  'NULL',
  '0 starts with a digit',
];

const namesFor = ({ dialect, engine }: Bench): readonly string[] => {
  const limit = dialect.facts.identifierLimit ?? 200;
  const longest = ['x'.repeat(limit), 'é'.repeat(Math.floor(limit / 2))];
  return [...NAMES, ...longest].filter((name) => !engine().refuses(name));
};

/** Another name for what shares a namespace with tables; not longer than the first in bytes. */
const beside = (name: string, mark: string): string => mark + [...name].slice(1).join('');

interface Variant {
  readonly type: string;
  readonly notNull: boolean;
}

/** Two tables for each name: one that is referenced and one that refers. */
const schemaFor = ({ dialect, engine }: Bench, variant: Partial<Variant> = {}): readonly string[] => {
  const type = variant.type ?? engine().text;
  return namesFor({ dialect, engine }).flatMap((name) => {
    const [table, column] = [dialect.quote(name), dialect.quote(name)];
    const child = dialect.quote(beside(name, '1'));
    const index = dialect.quote(beside(name, '2'));
    const key = dialect.quote(beside(name, '3'));
    return [
      `CREATE TABLE ${table} (id integer NOT NULL PRIMARY KEY, ${column} ${type}${variant.notNull ? ' NOT NULL' : ''})`,
      `CREATE ${variant.notNull ? 'UNIQUE ' : ''}INDEX ${index} ON ${table} (${column})`,
      `CREATE TABLE ${child} (id integer NOT NULL PRIMARY KEY, ${column} integer,
        CONSTRAINT ${key} FOREIGN KEY (${column}) REFERENCES ${table} (id))`,
    ];
  });
};

const rowsFor = ({ dialect, engine }: Bench): readonly string[] =>
  namesFor({ dialect, engine }).flatMap((name) => [
    `INSERT INTO ${dialect.quote(name)} VALUES (1, 'same'), (2, 'same'), (3, NULL)`,
    `INSERT INTO ${dialect.quote(beside(name, '1'))} VALUES (1, 1)`,
  ]);

const make = (bench: Bench, url: string, statements: readonly string[]): Promise<void> =>
  writing(bench, url, async (session) => {
    for (const sql of statements) await session.execute(sql);
  });

interface Scene {
  readonly url: string;
  readonly names: readonly string[];
}

const fill = async (bench: Bench): Promise<Scene> => {
  const url = await bench.engine().fresh();
  await make(bench, url, [...schemaFor(bench), ...rowsFor(bench)]);
  return { url, names: namesFor(bench) };
};

/** What a plan would tell and ask: the change to a stricter schema, and statements that name everything. */
const riskOf = async (bench: Bench, session: Session, names: readonly string[]): Promise<RiskInput> => {
  const { dialect, engine } = bench;
  const stricter = await engine().fresh();
  await make(bench, stricter, schemaFor(bench, { type: engine().shorter, notNull: true }));
  const [before, after] = [await dialect.inspect(session, { ignore: [] }), await inspect(bench, stricter)];
  const tables = before.objects.filter(({ kind }) => kind === 'table');
  const sizes = await dialect.measure(session, tables);
  const identity = await dialect.identify(session);
  const script = names
    .flatMap((name) => [
      `DELETE FROM ${dialect.quote(name)} WHERE ${dialect.quote(name)} IS NULL`,
      `ALTER TABLE ${dialect.quote(name)} DROP COLUMN ${dialect.quote(name)}`,
    ])
    .join(';\n');
  const statements = splitStatements(script, { file: 'm.sql', rules: dialect.scan });
  assert.is(statements.length, names.length * 2, 'no name ends or swallows a statement');
  return {
    product: identity.product,
    version: identity.versionNumbers,
    facts: identity.facts,
    statements: statements.map((statement) => ({ migration: '1_names', statement })),
    change: diffSnapshots(before, after),
    before,
    after,
    sizes: new Map(sizes.map((size) => [tableKey(size), size])),
  };
};

export const names: Part = (bench, { test }) => {
  const { dialect, engine } = bench;
  let scene: Scene = { url: '', names: [] };

  test('names of every kind are seen as they are: tables, columns, indexes and keys', async () => {
    scene = await fill(bench);
    const snapshot = await inspect(bench, scene.url);
    for (const name of scene.names) {
      const table = findObject(snapshot, { kind: 'table', name });
      assert.ok(table, JSON.stringify(name));
      assert.ok(childOf(table, 'column', name), `column ${JSON.stringify(name)}`);
      assert.ok(childOf(table, 'index', beside(name, '2')), `index ${JSON.stringify(beside(name, '2'))}`);
      const child = findObject(snapshot, { kind: 'table', name: beside(name, '1') });
      const key = child?.children.find(({ kind }) => kind === 'foreign-key');
      assert.equal(key?.attributes.columns, [name]);
      const target = String(key?.attributes.references);
      assert.ok(target.endsWith(name) || target.endsWith(dialect.quote(name)), target);
    }
    assert.is(snapshot.objects.filter(({ kind }) => kind === 'table').length, scene.names.length * 2);
  });

  test('they are measured, and their health is asked, without a word being taken for SQL', async () => {
    await reading(bench, scene.url, async (session) => {
      const { objects } = await dialect.inspect(session, { ignore: [] });
      const tables = objects.filter(({ kind }) => kind === 'table');
      const sizes = await dialect.measure(session, tables);
      assert.is(sizes.length, tables.length);
      for (const name of scene.names) {
        const size = sizes.find((one) => one.name === name);
        assert.is(size?.exact === false ? 3 : size?.rows, 3, JSON.stringify(name));
      }
      const findings = await dialect.health(session);
      const about = findings.filter(({ code }) => !/leftover|statistics/.test(code));
      assert.equal(about, []);
    });
  });

  test('every probe about them is answered by the engine, and finds the rows that are there', async () => {
    await reading(bench, scene.url, async (session) => {
      const risk = await riskOf(bench, session, scene.names);
      const text = textualHazards(risk, {
        rules: dialect.scan,
        quote: dialect.quote,
        fold: dialect.fold ?? ((word) => word.toLowerCase()),
        classify: (planned) => dialect.classify(planned.statement),
      });
      const failures: string[] = [];
      let asked = 0;
      const answered = await answerProbes([...dialect.hazards(risk), ...text], async (sql) => {
        asked += 1;
        return session.raw(sql).then(
          ({ rows }) => rows,
          (error) => {
            failures.push(`${dialect.explain(error).message} in ${sql}`);
            throw error;
          },
        );
      });
      assert.equal(failures, []);
      assert.ok(asked >= scene.names.length * 2, `${asked} questions`);
      const counted = answered.hazards.flatMap(({ evidence }) => evidence.map(({ count }) => count));
      assert.ok(counted.filter((count) => count === 1 || count === 2).length >= scene.names.length * 2);
      assert.not.ok(counted.includes(null), 'every question has its answer');
    });
  });

  test('classifying a statement names the very table', () => {
    for (const name of scene.names) {
      for (const sql of [
        `ALTER TABLE ${dialect.quote(name)} DROP COLUMN ${dialect.quote(name)}`,
        `DROP TABLE ${dialect.quote(name)}`,
        `DELETE FROM ${dialect.quote(name)}`,
        `CREATE INDEX ${dialect.quote('i')} ON ${dialect.quote(name)} (id)`,
      ]) {
        const facts = dialect.classify({ text: sql, file: 'm.sql', line: 1, offset: 0, index: 0 });
        assert.equal(
          facts.tables.map((table) => table.name),
          [name],
          sql,
        );
      }
    }
  });

  test('what is made with them is taken back by the SQL of undo, exactly', async () => {
    const { undo } = dialect;
    if (!undo) return;
    const url = await engine().fresh();
    await make(bench, url, schemaFor(bench));
    const start = await inspect(bench, url);
    for (const name of scene.names) {
      const table = dialect.quote(name);
      await make(bench, url, [
        `ALTER TABLE ${table} ADD COLUMN ${dialect.quote(beside(name, '4'))} ${engine().text}`,
        `CREATE INDEX ${dialect.quote(beside(name, '5'))} ON ${table} (${dialect.quote(beside(name, '4'))})`,
      ]);
    }
    const { changes } = diffSnapshots(start, await inspect(bench, url));
    const statements = [...changes].reverse().map((change) => undo(change));
    assert.ok(statements.length >= scene.names.length * 2);
    assert.ok(statements.every((sql) => sql !== null));
    await make(
      bench,
      url,
      statements.filter((sql) => sql !== null),
    );
    assert.is(fingerprint(await inspect(bench, url)), fingerprint(start));
  });

  test('a shadow copies them, and a backup holds them', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'dbsync-conform-names-'));
    try {
      await reading(bench, scene.url, async (session) => {
        const identity = await dialect.identify(session);
        const own = { address: session.address, identity, timeouts: TIMEOUTS, folder };
        await withShadow(dialect, { content: 'copy', target: session, ...own }, async (open) => {
          const copy = await dialect.inspect(open.session, { ignore: [] });
          const { changes } = diffSnapshots(await dialect.inspect(session, { ignore: [] }), copy);
          assert.equal(changes.map(describeChange), []);
        });
        const evidence = await dialect.backup({
          session,
          identity,
          folder,
          name: 'names',
          timeouts: TIMEOUTS,
        });
        assert.ok(evidence.verified.length > 0);
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
};
