// What is certain to fail fails: each migration is judged by its hazards with today's rows as evidence, and then it is run on those rows.
import * as assert from 'uvu/assert';
import type { Dialect, Session } from '../../lib/dialects/contract.ts';
import { loadDialect } from '../../lib/dialects/registry.ts';
import { judge } from '../../lib/plan/index.ts';
import { answerProbes, type Hazard, tableKey } from '../../lib/risk/index.ts';
import { diffSnapshots } from '../../lib/schema/index.ts';
import { splitStatements } from '../../lib/sql/index.ts';
import { Secret } from '../../lib/target/index.ts';
import { ENGINES, type Engine } from '../conformance/engines.ts';
import { TIMEOUTS } from '../conformance/timeouts.ts';
import { spec } from '../helpers/spec.ts';

/** A name, a migration, and whether it is known to fail. Without the word it may fail, and does not. */
type Case = readonly [name: string, sql: string, certain?: 'certain'];

interface Stage {
  /** The table `t` has the keys 1 to 4, and secrets in its other columns. */
  readonly base: string;
  readonly rows: string;
  readonly cases: readonly Case[];
}

const ROWS = `INSERT INTO p VALUES (1), (2); INSERT INTO t VALUES (1, 'secret-a', 1, 1), (2, 'secret-a', NULL, 2), (3, 'secret-b', 2, 3), (4, 'secret-c', 2, 1)`;
const TABLES =
  'CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (id INTEGER PRIMARY KEY, a VARCHAR(40), n INTEGER, p_id INTEGER)';
const CHILD =
  'CREATE TABLE c (id INTEGER PRIMARY KEY, v INTEGER, FOREIGN KEY (id) REFERENCES p (id) ON DELETE CASCADE)';
const KEY = 'ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (p_id) REFERENCES p (id)';

const sqliteRebuild = (columns: string): string =>
  `CREATE TABLE new_t (${columns}); INSERT INTO new_t SELECT id, a, n, p_id FROM t; DROP TABLE t; ALTER TABLE new_t RENAME TO t`;

const STAGES: Readonly<Record<string, Stage>> = {
  postgres: {
    base: `${TABLES}; ${CHILD}; CREATE FUNCTION mend() RETURNS void LANGUAGE sql AS 'UPDATE t SET n = 0 WHERE n IS NULL'`,
    rows: `${ROWS}; INSERT INTO c VALUES (1, NULL)`,
    cases: [
      ['NOT NULL', 'ALTER TABLE t ALTER COLUMN n SET NOT NULL', 'certain'],
      [
        'NOT NULL behind an unrelated block',
        `DO $$ BEGIN CREATE TYPE e AS ENUM ('x'); EXCEPTION WHEN duplicate_object THEN NULL; END $$; ALTER TABLE t ALTER COLUMN n SET NOT NULL`,
        'certain',
      ],
      [
        'NOT NULL behind an UPDATE',
        'UPDATE t SET n = 0 WHERE n IS NULL; ALTER TABLE t ALTER COLUMN n SET NOT NULL',
      ],
      ['NOT NULL behind TRUNCATE', 'TRUNCATE t; ALTER TABLE t ALTER COLUMN n SET NOT NULL'],
      [
        'NOT NULL behind WITH',
        'WITH d AS (UPDATE t SET n = 0 WHERE n IS NULL RETURNING 1) SELECT count(*) FROM d; ALTER TABLE t ALTER COLUMN n SET NOT NULL',
      ],
      ['NOT NULL behind a function', 'SELECT mend(); ALTER TABLE t ALTER COLUMN n SET NOT NULL'],
      [
        'NOT NULL behind dynamic SQL',
        `DO $$ BEGIN EXECUTE 'UPD' || 'ATE t SET n = 0 WHERE n IS NULL'; END $$; ALTER TABLE t ALTER COLUMN n SET NOT NULL`,
      ],
      ['NOT NULL behind a cascade', 'DELETE FROM p WHERE id = 1; ALTER TABLE c ALTER COLUMN v SET NOT NULL'],
      [
        'a required column behind an UPDATE',
        'UPDATE t SET n = 0; ALTER TABLE t ADD COLUMN c INTEGER NOT NULL',
        'certain',
      ],
      ['a required column behind a DELETE', 'DELETE FROM t; ALTER TABLE t ADD COLUMN c INTEGER NOT NULL'],
      ['foreign key', KEY, 'certain'],
      ['foreign key behind its parent', `INSERT INTO p VALUES (3); ${KEY}`],
      ['text that is no number', 'ALTER TABLE t ALTER COLUMN a TYPE integer USING a::integer', 'certain'],
      [
        'primary key made again under its name',
        'ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (a)',
        'certain',
      ],
      [
        'NOT NULL under a new name',
        'ALTER TABLE t RENAME n TO m; ALTER TABLE t ALTER COLUMN m SET NOT NULL',
        'certain',
      ],
      [
        'unique under a new name',
        'ALTER TABLE t RENAME a TO b; ALTER TABLE t ADD CONSTRAINT u UNIQUE (b)',
        'certain',
      ],
      [
        'unique under new names',
        'ALTER TABLE t RENAME TO tt; ALTER TABLE tt RENAME a TO b; ALTER TABLE tt ADD CONSTRAINT u UNIQUE (b)',
        'certain',
      ],
      [
        'unique under a new name that holds',
        'ALTER TABLE t RENAME id TO n2; ALTER TABLE t ADD CONSTRAINT u UNIQUE (n2, a)',
      ],
      [
        'foreign key under a new name',
        'ALTER TABLE t RENAME p_id TO q; ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (q) REFERENCES p (id)',
        'certain',
      ],
      [
        'foreign key to a new name',
        'ALTER TABLE p RENAME TO q; ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (p_id) REFERENCES q (id)',
        'certain',
      ],
      [
        'check under a new name',
        'ALTER TABLE t RENAME n TO m; ALTER TABLE t ADD CONSTRAINT k CHECK (m > 1)',
        'certain',
      ],
      [
        'narrowed and widened again',
        'ALTER TABLE t ALTER COLUMN a TYPE VARCHAR(5); ALTER TABLE t ALTER COLUMN a TYPE VARCHAR(40)',
        'certain',
      ],
      [
        'narrowed on the way to wider',
        'ALTER TABLE t ALTER COLUMN a TYPE VARCHAR(20); ALTER TABLE t ALTER COLUMN a TYPE VARCHAR(60)',
      ],
      [
        'required and free again',
        'ALTER TABLE t ALTER COLUMN n SET NOT NULL; ALTER TABLE t ALTER COLUMN n DROP NOT NULL',
        'certain',
      ],
      [
        'a key that is dropped again',
        'ALTER TABLE t ADD CONSTRAINT u UNIQUE (a); ALTER TABLE t DROP CONSTRAINT u',
        'certain',
      ],
      ['a foreign key that is dropped again', `${KEY}; ALTER TABLE t DROP CONSTRAINT f`, 'certain'],
      ['unique partial index', 'CREATE UNIQUE INDEX u ON t (a) WHERE id < 3', 'certain'],
      ['unique partial index without a hit', 'CREATE UNIQUE INDEX u ON t (a) WHERE id > 1'],
    ],
  },
  mysql: {
    base: `${TABLES}; ${CHILD}; CREATE TABLE cut (id INTEGER PRIMARY KEY, price DECIMAL(10, 2), at DATETIME(3), day DATETIME); CREATE TABLE w (id INTEGER PRIMARY KEY, a VARCHAR(20), d VARCHAR(20))`,
    rows: `${ROWS}; INSERT INTO c VALUES (1, NULL); INSERT INTO cut VALUES (1, 1.25, '2024-01-01 10:00:00.123', '1960-01-01 10:00:00'); INSERT INTO w VALUES (1, ' 12.5', '2024-02-29'), (2, '007', NULL)`,
    cases: [
      ['digits behind the point', 'ALTER TABLE cut MODIFY price DECIMAL(10, 1)'],
      ['fewer digits on both sides', 'ALTER TABLE cut MODIFY price DECIMAL(8, 1)'],
      ['fractions of seconds', 'ALTER TABLE cut MODIFY at DATETIME'],
      ['the time of day', 'ALTER TABLE cut MODIFY day DATE'],
      ['days that no TIMESTAMP holds', 'ALTER TABLE cut MODIFY day TIMESTAMP NULL', 'certain'],
      ['NOT NULL', 'ALTER TABLE t MODIFY n INTEGER NOT NULL', 'certain'],
      ['NOT NULL behind TRUNCATE', 'TRUNCATE TABLE t; ALTER TABLE t MODIFY n INTEGER NOT NULL'],
      [
        'NOT NULL behind a prepared statement',
        `PREPARE s FROM 'UPDATE t SET n = 0 WHERE n IS NULL'; EXECUTE s; ALTER TABLE t MODIFY n INTEGER NOT NULL`,
      ],
      ['NOT NULL behind a cascade', 'DELETE FROM p WHERE id = 1; ALTER TABLE c MODIFY v INTEGER NOT NULL'],
      ['foreign key', KEY, 'certain'],
      ['foreign key without checks', `SET FOREIGN_KEY_CHECKS = 0; ${KEY}; SET FOREIGN_KEY_CHECKS = 1`],
      ['narrowed', 'ALTER TABLE t MODIFY a VARCHAR(5)', 'certain'],
      ['narrowed where nothing is refused', `SET sql_mode = ''; ALTER TABLE t MODIFY a VARCHAR(5)`],
      [
        'NOT NULL under a new name',
        'ALTER TABLE t RENAME COLUMN n TO m; ALTER TABLE t MODIFY m INTEGER NOT NULL',
        'certain',
      ],
      [
        'unique under a new name',
        'ALTER TABLE t CHANGE a b VARCHAR(40); ALTER TABLE t ADD UNIQUE u (b)',
        'certain',
      ],
      [
        'unique under new names',
        'RENAME TABLE t TO tt; ALTER TABLE tt RENAME COLUMN a TO b; ALTER TABLE tt ADD UNIQUE u (b)',
        'certain',
      ],
      [
        'unique under a new name that holds',
        'ALTER TABLE t CHANGE id n2 INTEGER; ALTER TABLE t ADD UNIQUE u (n2, a)',
      ],
      [
        'foreign key under a new name',
        'ALTER TABLE t RENAME COLUMN p_id TO q; ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (q) REFERENCES p (id)',
        'certain',
      ],
      [
        'foreign key to a new name',
        'RENAME TABLE p TO q; ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (p_id) REFERENCES q (id)',
        'certain',
      ],
      [
        'check under a new name',
        'ALTER TABLE t RENAME COLUMN n TO m; ALTER TABLE t ADD CONSTRAINT k CHECK (m > 1)',
        'certain',
      ],
      [
        'narrowed and widened again',
        'ALTER TABLE t MODIFY a VARCHAR(5); ALTER TABLE t MODIFY a VARCHAR(40)',
        'certain',
      ],
      [
        'narrowed on the way to wider',
        'ALTER TABLE t MODIFY a VARCHAR(20); ALTER TABLE t MODIFY a VARCHAR(60)',
      ],
      [
        'narrowed under a new name and widened again',
        'ALTER TABLE t CHANGE a b VARCHAR(5); ALTER TABLE t MODIFY b VARCHAR(40)',
        'certain',
      ],
      [
        'required and free again',
        'ALTER TABLE t MODIFY n INTEGER NOT NULL; ALTER TABLE t MODIFY n INTEGER',
        'certain',
      ],
      [
        'a key that is dropped again',
        'ALTER TABLE t ADD UNIQUE u (a); ALTER TABLE t DROP INDEX u',
        'certain',
      ],
      ['a foreign key that is dropped again', `${KEY}; ALTER TABLE t DROP FOREIGN KEY f`, 'certain'],
      [
        'a narrow column that is dropped',
        'ALTER TABLE t MODIFY a VARCHAR(5); ALTER TABLE t DROP COLUMN a',
        'certain',
      ],
      ['text that is no number', 'ALTER TABLE t MODIFY a INTEGER', 'certain'],
      ['text that is no date', 'ALTER TABLE t MODIFY a DATE', 'certain'],
      ['text that is a number', 'ALTER TABLE w MODIFY a DECIMAL(10, 2)'],
      ['text that is a date', 'ALTER TABLE w MODIFY d DATETIME'],
      ['unique by its first characters', 'CREATE UNIQUE INDEX u ON t (a(6))', 'certain'],
    ],
  },
  sqlite: {
    base: TABLES,
    rows: ROWS,
    cases: [
      [
        'a required column behind an UPDATE',
        'UPDATE t SET n = 0; ALTER TABLE t ADD COLUMN c INTEGER NOT NULL',
        'certain',
      ],
      ['a required column behind a DELETE', 'DELETE FROM t; ALTER TABLE t ADD COLUMN c INTEGER NOT NULL'],
      [
        'unique under a new name',
        'ALTER TABLE t RENAME COLUMN a TO b; CREATE UNIQUE INDEX u ON t (b)',
        'certain',
      ],
      [
        'unique under new names',
        'ALTER TABLE t RENAME TO tt; ALTER TABLE tt RENAME COLUMN a TO b; CREATE UNIQUE INDEX u ON tt (b)',
        'certain',
      ],
      [
        'unique under a new name that holds',
        'ALTER TABLE t RENAME COLUMN id TO n2; CREATE UNIQUE INDEX u ON t (n2, a)',
      ],
      ['a key that is dropped again', 'CREATE UNIQUE INDEX u ON t (a); DROP INDEX u', 'certain'],
      [
        'required and free again',
        `${sqliteRebuild('id INTEGER PRIMARY KEY, a VARCHAR(40), n INTEGER NOT NULL, p_id INTEGER')}; ${sqliteRebuild('id INTEGER PRIMARY KEY, a VARCHAR(40), n INTEGER, p_id INTEGER')}`,
        'certain',
      ],
      [
        'NOT NULL under a new name',
        `ALTER TABLE t RENAME COLUMN n TO m; ${sqliteRebuild('id INTEGER PRIMARY KEY, a VARCHAR(40), m INTEGER NOT NULL, p_id INTEGER').replace('id, a, n', 'id, a, m')}`,
        'certain',
      ],
      [
        'foreign key under a new name',
        `ALTER TABLE t RENAME COLUMN p_id TO q; ${sqliteRebuild('id INTEGER PRIMARY KEY, a VARCHAR(40), n INTEGER, q INTEGER REFERENCES p (id)').replace('n, p_id FROM', 'n, q FROM')}`,
        'certain',
      ],
      [
        'NOT NULL',
        sqliteRebuild('id INTEGER PRIMARY KEY, a VARCHAR(40), n INTEGER NOT NULL, p_id INTEGER'),
        'certain',
      ],
      [
        'NOT NULL behind an UPDATE',
        `UPDATE t SET n = 0 WHERE n IS NULL; ${sqliteRebuild('id INTEGER PRIMARY KEY, a VARCHAR(40), n INTEGER NOT NULL, p_id INTEGER')}`,
      ],
      [
        'foreign key',
        sqliteRebuild('id INTEGER PRIMARY KEY, a VARCHAR(40), n INTEGER, p_id INTEGER REFERENCES p (id)'),
        'certain',
      ],
      [
        'foreign key behind its parent',
        `INSERT INTO p VALUES (3); ${sqliteRebuild('id INTEGER PRIMARY KEY, a VARCHAR(40), n INTEGER, p_id INTEGER REFERENCES p (id)')}`,
      ],
    ],
  },
};

const opened = (dialect: Dialect, url: string): Promise<Session> =>
  dialect.connect(dialect.address(new Secret(url), '/'), { mode: 'write', timeouts: TIMEOUTS });

const statementsOf = (dialect: Dialect, sql: string) =>
  splitStatements(sql, { file: 'm.sql', rules: dialect.scan });

const migrate = async (dialect: Dialect, session: Session, sql: string): Promise<'done' | 'failed'> => {
  for (const batch of dialect.batches(statementsOf(dialect, sql))) {
    await dialect.begin(session, batch);
    try {
      for (const { text } of batch.statements) await session.execute(text);
      await dialect.commit(session, batch);
    } catch {
      await dialect.rollback(session, batch);
      return 'failed';
    }
  }
  return 'done';
};

interface Judged {
  readonly hazards: readonly Hazard[];
  readonly truth: 'done' | 'failed';
}

/** Structure from a database without rows, evidence and truth from one with them. */
const judged = async (dialect: Dialect, engine: Engine, sql: string): Promise<Judged> => {
  const stage = STAGES[dialect.name];
  if (!stage) throw new Error(`no cases for ${dialect.name}`);
  const [live, bare] = [
    await opened(dialect, await engine.fresh()),
    await opened(dialect, await engine.fresh()),
  ];
  try {
    for (const session of [live, bare]) await session.script(stage.base);
    await live.script(stage.rows);
    const before = await dialect.inspect(live, { ignore: [] });
    assert.is(await migrate(dialect, bare, sql), 'done', 'the migration itself is sound');
    const after = await dialect.inspect(bare, { ignore: [] });
    const { product, versionNumbers: version, facts } = await dialect.identify(live);
    const sizes = await dialect.measure(
      live,
      before.objects.filter(({ kind }) => kind === 'table'),
    );
    const { dialect: found } = judge(dialect, {
      product,
      version,
      facts,
      statements: statementsOf(dialect, sql).map((statement) => ({ migration: 'm', statement })),
      change: diffSnapshots(before, after),
      before,
      after,
      sizes: new Map(sizes.map((size) => [tableKey(size), size])),
    });
    const { hazards } = await answerProbes(found, async (question) => (await live.raw(question)).rows);
    return { hazards, truth: await migrate(dialect, live, sql) };
  } finally {
    await live.close();
    await bare.close();
  }
};

for (const [name, { cases }] of Object.entries(STAGES)) {
  const dialect = await loadDialect(name);
  spec(`certainty: ${dialect.title}`, ({ test, skip, before, after }) => {
    const kind = ENGINES[name];
    const missing = kind ? kind.missing() : 'no engine';
    if (!kind || missing !== null) return skip('everything', missing ?? 'no engine');
    let engine: Engine | null = null;
    before(async () => {
      engine = await kind.start();
    });
    after(async () => await engine?.stop());
    for (const [title, sql, certain] of cases)
      test(`${title}: ${certain ?? 'not certain'}`, async () => {
        if (!engine) throw new Error('the engine is not started');
        const { hazards, truth } = await judged(dialect, engine, sql);
        const failing = hazards.filter(({ willFail }) => willFail === true);
        assert.is(failing.length > 0, certain === 'certain', JSON.stringify(hazards));
        assert.is(truth, certain ? 'failed' : 'done');
        // Keys of rows may be told, other values of theirs never.
        assert.not.ok(JSON.stringify(hazards).includes('secret'));
        const samples = hazards.flatMap(({ evidence }) => evidence.flatMap((one) => one.samples));
        assert.ok(
          samples.every((key) => /^[1-4]$/.test(key)),
          samples.join(' '),
        );
      });
  });
}
