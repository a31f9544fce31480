import * as assert from 'uvu/assert';
import type { Session } from '../../lib/dialects/contract.ts';
import { adapt } from '../../lib/dialects/sqlite/adapt.ts';
import { explain } from '../../lib/dialects/sqlite/explain.ts';
import { health } from '../../lib/dialects/sqlite/health.ts';
import { inspect } from '../../lib/dialects/sqlite/inspect.ts';
import { ADAPTED } from '../cases/sqlite-adapt.ts';
import { spec } from '../helpers/spec.ts';
import { makeFile, temporaryFolder, withSession } from '../helpers/sqlite-file.ts';

let folder = '';
let count = 0;
const BASE = `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT); INSERT INTO t VALUES (1, 'x', 'y');
  CREATE TABLE o (a TEXT, c TEXT); INSERT INTO o VALUES ('p', 'q');`;

const onFile = async (sql: string, work: (session: Session) => Promise<void>): Promise<void> => {
  count += 1;
  await withSession(await makeFile(folder, `f${count}.db`, sql), 'write', work);
};

/** As the executor does it: again and again in other words, up to a bound. */
const run = async (session: Session, statement: string): Promise<{ text: string; notes: string[] }> => {
  let text = statement;
  const notes: string[] = [];
  for (let round = 0; round < 10; round += 1) {
    try {
      await session.execute(text);
      return { text, notes };
    } catch (error) {
      const other = await adapt(session, text, error);
      if (!other) throw error;
      assert.is.not(other.text, text);
      text = other.text;
      notes.push(other.note);
    }
  }
  throw new Error('not done in ten rounds');
};

const value = async (session: Session, sql: string): Promise<unknown> =>
  Object.values((await session.query(sql))[0] ?? {})[0];

spec('sqlite adapt', ({ test, before }) => {
  before(async () => {
    folder = await temporaryFolder();
  });

  for (const { title, statement, adapted, proof, answer } of ADAPTED) {
    test(`string literal: ${title}`, () =>
      onFile(BASE, async (session) => {
        let refused: unknown = null;
        await session.execute(statement).catch((error: unknown) => {
          refused = error;
        });
        assert.match(explain(refused).message, /should this be a string literal/);
        const { text, notes } = await run(session, statement);
        assert.is(text, adapted);
        assert.ok(notes.every((note) => note.includes('does not take double quotes for a string')));
        assert.is(await value(session, proof), answer);
      }));
  }

  test('every other error is left alone', () =>
    onFile(BASE, async (session) => {
      for (const statement of [
        'SELECT nope FROM t',
        'SELECT "t"."nope" FROM t',
        'CREATE TABLE t (a)',
        'SELEC',
        'INSERT INTO nowhere VALUES ("x")',
      ]) {
        let error: unknown = null;
        await session.execute(statement).catch((thrown: unknown) => {
          error = thrown;
        });
        assert.ok(error);
        assert.is(await adapt(session, statement, error), null, statement);
      }
    }));

  test('a trigger with a string in double quotes is made again when a change fires it', () =>
    onFile(
      `${BASE} CREATE TRIGGER tr AFTER INSERT ON t BEGIN UPDATE o SET c = "seen"; END;`,
      async (session) => {
        const schema = await inspect(session, { ignore: [] });
        const { notes } = await run(session, "INSERT INTO t (a) VALUES ('1')");
        assert.match(notes[0] ?? '', /trigger tr made again/);
        assert.is(await value(session, 'SELECT c FROM o'), 'seen');
        assert.is(await value(session, 'SELECT count(*) FROM t'), 2);
        assert.equal(await inspect(session, { ignore: [] }), schema, 'the schema is the same');
      },
    ));

  test('a view with strings in double quotes is made again, with its triggers, when a table is renamed', () =>
    onFile(
      `${BASE} CREATE VIEW v AS SELECT a, "one" AS x, "two" AS y FROM o; CREATE TRIGGER tr INSTEAD OF INSERT ON v BEGIN INSERT INTO o (a) VALUES ("three"); END;`,
      async (session) => {
        const { notes } = await run(session, 'ALTER TABLE t RENAME TO u');
        assert.match(notes.join(), /view v made again/);
        assert.is(await value(session, 'SELECT x || y FROM v'), 'onetwo');
        await session.execute("INSERT INTO v (a) VALUES ('ignored')");
        assert.is(await value(session, "SELECT count(*) FROM o WHERE a = 'three'"), 1);
        const [view] = (await inspect(session, { ignore: [] })).objects.filter(({ kind }) => kind === 'view');
        assert.is(view?.attributes.definition, `SELECT a, 'one' AS "x", 'two' AS "y" FROM o`);
        assert.equal(await health(session), []);
      },
    ));

  test('a reading session is offered other words, but never a stored object made again', async () => {
    const file = await makeFile(folder, 'read.db', `${BASE} CREATE VIEW v AS SELECT "nope" AS x FROM t;`);
    const refusal = async (session: Session, sql: string): Promise<unknown> => {
      try {
        return await session.query(sql);
      } catch (error) {
        return error;
      }
    };
    await withSession(file, 'read', async (session) => {
      const asked = 'SELECT "nope" FROM t';
      const offer = await adapt(session, asked, await refusal(session, asked));
      assert.is(offer?.text, "SELECT 'nope' FROM t");
      const stored = 'SELECT * FROM v';
      assert.is(await adapt(session, stored, await refusal(session, stored)), null);
    });
  });
});
