// Conformance: statements under observation do what they do alone, and what is told of them names tables that were there.
import * as assert from 'uvu/assert';
import type { Session, TableEffect } from '../../lib/dialects/contract.ts';
import { type Bench, inspect, type Part, thrownBy, writing } from './bench.ts';

const EXISTING = [
  'CREATE TABLE t (id int PRIMARY KEY, name varchar(40))',
  'CREATE TABLE other (id int PRIMARY KEY, t_id int)',
  "INSERT INTO t VALUES (1, 'a'), (2, 'b')",
];

const SCRIPT = [
  'ALTER TABLE t ADD COLUMN more int',
  'CREATE INDEX t_name ON t (name)',
  'UPDATE t SET more = 1 WHERE id > 0',
  'CREATE TABLE made (id int PRIMARY KEY)',
  'INSERT INTO made SELECT id FROM t',
  'ALTER TABLE made ADD COLUMN more int',
  'DROP TABLE other',
];

/** Sends the script as the executor does, observed or not; the effects by statement. */
const send = async (
  bench: Bench,
  session: Session,
  observed: boolean,
): Promise<(readonly TableEffect[])[]> => {
  const { dialect } = bench;
  const statements = SCRIPT.map((text, index) => ({
    text,
    file: 'm.sql',
    line: index + 1,
    offset: 0,
    index,
  }));
  const all: (readonly TableEffect[])[] = [];
  for (const batch of dialect.batches(statements)) {
    const watch = observed ? dialect.observe?.(session, batch) : undefined;
    await dialect.begin(session, batch);
    for (const statement of batch.statements) {
      if (watch) all.push((await watch(statement, (text) => session.execute(text))).effects);
      else await session.execute(statement.text);
    }
    await dialect.commit(session, batch);
  }
  return all;
};

const reached = async (bench: Bench, observed: boolean) => {
  const url = await bench.engine().fresh();
  const seen = await writing(bench, url, async (session) => {
    for (const sql of EXISTING) await session.execute(sql);
    return send(bench, session, observed);
  });
  return { seen, schema: await inspect(bench, url), url };
};

export const effects: Part = (bench, { test }) => {
  const { dialect } = bench;

  test('observed statements leave the schema and the rows that they leave alone', async () => {
    const [alone, observed] = [await reached(bench, false), await reached(bench, true)];
    assert.equal(observed.schema, alone.schema);
    for (const { url } of [alone, observed]) {
      const rows = await writing(bench, url, (session) => session.query('SELECT more FROM t'));
      assert.equal(
        rows.map((row) => Number(row.more)),
        [1, 1],
      );
    }
  });

  test('what is told of observed statements names tables that were there, each with a lock and a way to wait', async () => {
    const { seen } = await reached(bench, true);
    if (!dialect.observe) return assert.equal(seen, []);
    assert.is(seen.length, SCRIPT.length);
    const named = seen.map((list) => list.map(({ name }) => name));
    assert.ok(named[0]?.includes('t') && named[1]?.includes('t') && named[6]?.includes('other'));
    for (const effect of seen.flat()) {
      assert.ok(effect.lock !== '');
      assert.ok(['all', 'writes', 'schema', 'rows', 'nothing'].includes(effect.blocks));
      assert.ok(['rewrite', 'index', 'scan', 'none', 'unknown'].includes(effect.work));
      assert.equal(JSON.parse(JSON.stringify(effect)), effect, 'it is part of the plan: plain JSON');
    }
  });

  test('an observed statement that fails, fails as it does alone', async () => {
    if (!dialect.observe) return;
    const url = await bench.engine().fresh();
    const text = 'ALTER TABLE nowhere ADD COLUMN more int';
    const statement = { text, file: 'm.sql', line: 1, offset: 0, index: 0 };
    const [batch] = dialect.batches([statement]);
    if (!batch) throw new Error('the statement has no batch');
    const failure = (observed: boolean): Promise<unknown> =>
      writing(bench, url, async (session) => {
        const watch = observed ? dialect.observe?.(session, batch) : undefined;
        await dialect.begin(session, batch);
        const error = await thrownBy(async () => {
          if (watch) await watch(statement, (sent) => session.execute(sent));
          else await session.execute(text);
        });
        await dialect.rollback(session, batch);
        return error;
      });
    const [alone, observed] = [await failure(false), await failure(true)];
    assert.is(dialect.explain(observed).message, dialect.explain(alone).message);
    assert.is(dialect.explain(observed).code, dialect.explain(alone).code);
  });
};
