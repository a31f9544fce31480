// Conformance: what a session is. Databases that are missing or created, reading that cannot write, values that lose nothing,
// limits, endings from outside, and errors that are read.
import { setTimeout as sleep } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import type { Session } from '../../lib/dialects/contract.ts';
import { DbsyncError } from '../../lib/errors/index.ts';
import { Secret } from '../../lib/target/index.ts';
import { type Bench, inspect, type Part, printOf, reading, refusalOf, thrownBy, writing } from './bench.ts';
import { TIMEOUTS } from './timeouts.ts';

const TABLE = (text: string): string => `CREATE TABLE t (id integer NOT NULL PRIMARY KEY, name ${text})`;

/** A database with the table `t` and two rows. */
export const withRows = async ({ engine }: Bench): Promise<string> => {
  const url = await engine().fresh();
  await engine().exec(url, TABLE(engine().text));
  await engine().exec(url, "INSERT INTO t VALUES (1, 'a'), (2, NULL)");
  return url;
};

const rowsOf = (bench: Bench, url: string): Promise<string> =>
  reading(bench, url, async (session) =>
    JSON.stringify((await session.raw('SELECT id, name FROM t ORDER BY id')).rows),
  );

const WRITES = (text: string): readonly string[] => [
  'CREATE TABLE u (id integer)',
  'CREATE TEMPORARY TABLE u (id integer)',
  'DROP TABLE t',
  'ALTER TABLE t ADD COLUMN more integer',
  'CREATE INDEX i ON t (name)',
  'CREATE VIEW w AS SELECT id FROM t',
  "INSERT INTO t VALUES (3, 'c')",
  'INSERT INTO t SELECT id + 10, name FROM t',
  "UPDATE t SET name = 'z'",
  'DELETE FROM t',
  `CREATE TABLE copied AS SELECT * FROM t`,
  `/* only a comment */ -- and another\n CREATE TABLE hidden (name ${text})`,
];

/** Every way a session has to send a statement. */
const WAYS: readonly ((session: Session, sql: string) => Promise<unknown>)[] = [
  (session, sql) => session.execute(sql),
  (session, sql) => session.query(sql),
  (session, sql) => session.raw(sql),
  (session, sql) => session.script(sql),
];

const FOREIGN: readonly unknown[] = [
  null,
  undefined,
  '',
  'text',
  0,
  Number.NaN,
  { code: 17 },
  { code: null, message: 12 },
  { errno: 'x', sqlState: 5, sql: {} },
  { position: '-3' },
  { position: '99999999999999999999' },
  [],
  Symbol('s'),
  () => undefined,
  new Error('plain'),
  new AggregateError([]),
  new AggregateError([new Error('inner')], 'outer'),
  Object.create(null),
  Object.freeze(new DbsyncError('INTERNAL', { summary: 'ours' })),
];

const databases: Part = (bench, { test }) => {
  const { dialect, engine } = bench;

  test('a missing database is an error, and asking for it makes none', async () => {
    const address = dialect.address(new Secret(engine().absent()), '/');
    const before = [...(await engine().databases())].sort();
    assert.is(await dialect.exists(address, TIMEOUTS), false);
    for (const mode of ['read', 'write'] as const) {
      const error = await refusalOf(() => dialect.connect(address, { mode, timeouts: TIMEOUTS }));
      assert.is(error.code, 'DATABASE_MISSING');
    }
    assert.is(await dialect.exists(address, TIMEOUTS), false);
    assert.equal([...(await engine().databases())].sort(), before);
  });

  test('create makes exactly that database, and never replaces one', async () => {
    const url = engine().absent();
    const address = dialect.address(new Secret(url), '/');
    const before = new Set(await engine().databases());
    await dialect.create(address, TIMEOUTS);
    assert.is((await engine().databases()).filter((name) => !before.has(name)).length, 1);
    assert.is(await dialect.exists(address, TIMEOUTS), true);
    assert.is((await inspect(bench, url)).objects.filter(({ kind }) => kind === 'table').length, 0);
    await engine().exec(url, 'CREATE TABLE precious (id integer)');
    await thrownBy(() => dialect.create(address, TIMEOUTS));
    assert.ok((await inspect(bench, url)).objects.some(({ name }) => name === 'precious'));
  });

  test('one database has one identity by two spellings of its URL, and another has another', async () => {
    const url = await engine().fresh();
    const identify = (one: string) => reading(bench, one, (session) => dialect.identify(session));
    const [one, again, alias, other] = [
      await identify(url),
      await identify(url),
      await identify(engine().alias(url)),
      await identify(await engine().fresh()),
    ];
    assert.equal(one, again);
    assert.ok(dialect.same(one, alias), `${one.identity} and ${alias.identity}`);
    assert.is(one.instance, alias.instance);
    assert.not.ok(dialect.same(one, other), `${one.identity} and ${other.identity}`);
    assert.ok(one.versionNumbers.length >= 2 && one.versionNumbers.every(Number.isInteger));
  });

  test('the address shows no secret, in whatever way it is printed', async () => {
    const [scheme = ''] = dialect.urlSchemes;
    const url = new Secret(`${scheme}://user:geh%40eim-1@db.example:9/name`);
    try {
      const address = dialect.address(url, '/');
      const printed = `${JSON.stringify(address)} ${address.display} ${String(address)}`;
      assert.not.match(printed, /geh/);
      assert.ok(address.secrets.length > 0);
    } catch (error) {
      assert.ok(error instanceof DbsyncError, String(error));
      assert.not.match(`${error.message} ${error.why} ${error.next.join()}`, /geh/);
    }
  });
};

const walls: Part = (bench, { test }) => {
  const { dialect, engine } = bench;

  test('inspect is stable: twice, in another session, and for one that writes', async () => {
    const url = await withRows(bench);
    const first = await printOf(bench, url);
    assert.is(await printOf(bench, url), first);
    await writing(bench, url, async (session) => {
      const twice = [
        await dialect.inspect(session, { ignore: [] }),
        await dialect.inspect(session, { ignore: [] }),
      ];
      assert.equal(twice[0], twice[1]);
      assert.equal(twice[0], await inspect(bench, url));
    });
    await engine().exec(url, 'CREATE INDEX i ON t (name)');
    assert.is.not(await printOf(bench, url), first);
  });

  test('a session for reading refuses every kind of write, however it is sent', async () => {
    const url = await withRows(bench);
    const before = [await printOf(bench, url), await rowsOf(bench, url), (await engine().databases()).length];
    for (const sql of [...WRITES(engine().text), ...engine().writes]) {
      for (const [index, send] of WAYS.entries()) {
        // A session of its own each time: what one statement switches must not help or hide the next.
        const outcome = await reading(bench, url, (session) => send(session, sql)).then(
          () => 'accepted',
          () => 'refused',
        );
        if (!HARMLESS.test(sql)) assert.is(outcome, 'refused', `${sql} by way ${index}`);
      }
      const after = [
        await printOf(bench, url),
        await rowsOf(bench, url),
        (await engine().databases()).length,
      ];
      assert.equal(after, before, sql);
    }
  });
};

/** Accepted by some engines in a session for reading, where it changes nothing: the comparison afterwards proves it. */
const HARMLESS = /^(ANALYZE|REINDEX|PREPARE|CALL|COMMENT)/;

const values: Part = (bench, { test }) => {
  const { dialect, engine } = bench;

  test('values lose nothing on their way through raw()', async () => {
    const url = await engine().fresh();
    await reading(bench, url, async (session) => {
      for (const [sql, text] of engine().values) {
        const { rows, columns } = await session.raw(`SELECT ${sql} AS value`);
        const value = rows[0]?.[0];
        const came = value instanceof Uint8Array ? Buffer.from(value).toString('hex') : String(value);
        assert.is(came, text, sql);
        assert.is(columns[0]?.name, 'value');
      }
    });
  });

  test('bound values are values: no text of any kind becomes SQL, and none is changed', async () => {
    const url = await withRows(bench);
    const texts = [
      "'; DROP TABLE t; --",
      '\\',
      "\\' OR 1=1 --",
      '$1 ? :a %s',
      'é😀\u0301',
      '\u2028',
      '',
      'a\nb\r\n',
    ];
    const { placeholder } = dialect.facts;
    await writing(bench, url, async (session) => {
      for (const [index, text] of texts.entries()) {
        await session.query(`INSERT INTO t VALUES (${placeholder(1)}, ${placeholder(2)})`, [
          100 + index,
          text,
        ]);
        const found = await session.raw(`SELECT name FROM t WHERE name = ${placeholder(1)}`, [text]);
        assert.equal(found.rows, [[text]]);
      }
    });
  });
};

const limits: Part = (bench, { test }) => {
  const { dialect, engine } = bench;

  test('a lock that is not got in time is told as a lock timeout, soon, and nothing was done', async () => {
    const url = await withRows(bench);
    const batch = { transactional: true, statements: [], settings: {}, because: '' };
    await writing(bench, url, (holder) =>
      writing(bench, url, async (session) => {
        await dialect.begin(holder, batch);
        await holder.execute("INSERT INTO t VALUES (3, 'c')");
        await session.limit({ lockMs: 300 });
        const startedAt = Date.now();
        const error = await thrownBy(() => session.execute('ALTER TABLE t ADD COLUMN more integer'));
        assert.ok(Date.now() - startedAt < engine().shortestLockMs + 3000, `${Date.now() - startedAt} ms`);
        const read = dialect.explain(error);
        assert.is(read.lockTimeout, true, read.message);
        assert.is(read.connectionLost, false);
        await dialect.rollback(holder, batch);
        await session.execute('ALTER TABLE t ADD COLUMN more integer');
      }),
    );
  });

  test('a statement that takes too long is ended by its limit, and by cancel(); the session lives on', async () => {
    const { slow } = engine();
    if (slow === null) return;
    const url = await engine().fresh();
    await writing(bench, url, async (session) => {
      const endedBy = async (end: () => Promise<void>): Promise<void> => {
        const startedAt = Date.now();
        const running = thrownBy(() => session.execute(slow));
        await end();
        const read = dialect.explain(await running);
        assert.ok(Date.now() - startedAt < 10_000);
        assert.equal([read.lockTimeout, read.connectionLost], [false, false], read.message);
        assert.is(String((await session.raw('SELECT 41 + 1')).rows[0]?.[0]), '42');
      };
      await session.limit({ statementMs: 400 });
      await endedBy(async () => undefined);
      await session.limit({ statementMs: 0 });
      await endedBy(async () => {
        await sleep(400);
        await session.cancel();
      });
    });
  });

  test('cancel() where nothing runs harms nothing, also after close()', async () => {
    const url = await engine().fresh();
    await reading(bench, url, async (session) => {
      await session.cancel();
      await sleep(50);
      assert.is(String((await session.raw('SELECT 1')).rows[0]?.[0]), '1');
      await session.close();
      await session.cancel();
      await session.close();
    });
  });

  test('a session that the server ended is told as a lost connection, in what runs and in what comes after', async () => {
    const { connection, slow } = engine();
    if (connection === null || slow === null) return;
    const url = await engine().fresh();
    await writing(bench, url, async (session) => {
      const id = (await session.raw(connection.own)).rows[0]?.[0];
      const running = thrownBy(() => session.execute(slow));
      await sleep(300);
      await engine().exec(url, connection.end(id));
      for (const error of [await running, await thrownBy(() => session.query('SELECT 1'))]) {
        const read = dialect.explain(error);
        assert.is(read.connectionLost, true, `${read.code}: ${read.message}`);
        assert.is(read.lockTimeout, false);
      }
    });
  });

  test('errors of any origin are read without a throw, and none is taken for what it is not', () => {
    for (const error of FOREIGN) {
      const read = dialect.explain(error);
      assert.type(read.message, 'string');
      assert.equal([read.lockTimeout, read.connectionLost], [false, false], read.message);
      assert.ok(read.position === null || Number.isSafeInteger(read.position), String(read.position));
    }
  });
};

export const sessions: Part = (bench, tools) => {
  for (const part of [databases, walls, values, limits]) part(bench, tools);
};
