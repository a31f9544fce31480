// What statements do to tables, measured on real servers of every major version at hand, and compared with what their texts say.
import * as assert from 'uvu/assert';
import type { Session, TableEffect } from '../../lib/dialects/contract.ts';
import { foresee } from '../../lib/dialects/postgres/foresee.ts';
import { dialect } from '../../lib/dialects/postgres/index.ts';
import { observe } from '../../lib/dialects/postgres/observe.ts';
import { loadParser } from '../../lib/dialects/postgres/parse.ts';
import { type Statement, splitStatements } from '../../lib/sql/index.ts';
import { CASES, type EffectCase, SETUP } from '../cases/postgres-effects.ts';
import {
  NO_SERVER,
  serversAtHand,
  startEveryPostgres,
  type TestServer,
  withSession,
} from '../helpers/postgres.ts';
import { spec } from '../helpers/spec.ts';

await dialect.prepare?.();

const statementOf = (text: string): Statement => ({ text, file: 'm.sql', line: 1, offset: 0, index: 0 });

const words = (effects: readonly TableEffect[]): string[] =>
  effects.map(({ name, lock, work }) => `${name}: ${lock} ${work}`).sort();

/** Runs statements in one transaction that is rolled back, and tells what each of them did. */
const watched = async (session: Session, texts: readonly string[]): Promise<(readonly TableEffect[])[]> => {
  const statements = texts.map(statementOf);
  const watch = observe(session, { transactional: true, statements, settings: {}, because: '' });
  const seen: (readonly TableEffect[])[] = [];
  await session.execute('BEGIN');
  try {
    for (const statement of statements)
      seen.push((await watch(statement, (text) => session.execute(text))).effects);
  } finally {
    await session.execute('ROLLBACK');
  }
  return seen;
};

const WAITED_FOR = /^(all|writes|schema)$/;

/** The text must say the same lock of every table that it names, and the rest is what only looking shows. */
const compareWithText = ({ sql, implied = [] }: EffectCase, effects: readonly TableEffect[]): void => {
  const known = foresee(statementOf(sql));
  const measured = effects.filter(({ blocks }) => WAITED_FOR.test(blocks));
  for (const { name, lock, blocks } of measured) {
    const said = known.find((effect) => effect.name === name);
    if (implied.includes(name)) assert.is(said, undefined, `${sql}: the text does speak of ${name}`);
    else assert.equal({ lock: said?.lock, blocks: said?.blocks }, { lock, blocks }, `${sql}: ${name}`);
  }
  const { lock } = dialect.classify(statementOf(sql));
  if (lock !== undefined && measured.length > 0)
    assert.ok(
      measured.some((effect) => effect.lock === lock),
      `${sql}: said ${lock}`,
    );
};

await loadParser();
const servers = await serversAtHand();

spec('postgres: what statements do to tables', ({ test, skip, before, after }) => {
  if (servers.length === 0 && !process.env.DBSYNC_TEST_POSTGRES_URL) return skip('everything', NO_SERVER);
  let running: readonly TestServer[] = [];
  const onEach = async (work: (session: Session, server: TestServer) => Promise<void>): Promise<void> => {
    for (const server of running) await withSession(await server.createDatabase(), (s) => work(s, server));
  };
  before(async () => {
    running = await startEveryPostgres();
  });
  after(async () => {
    for (const server of running) await server.stop();
  });

  test(`locks and work of ${CASES.length} statements are as listed, and the texts say the same locks`, () =>
    onEach(async (session, server) => {
      await session.script(SETUP);
      for (const one of CASES) {
        const [effects = []] = await watched(session, [one.sql]);
        assert.equal(words(effects), one.does, `${server.title}: ${one.sql}`);
        compareWithText(one, effects);
        assert.ok(effects.every(({ basis, until }) => basis === 'measured' && until === 'transaction'));
      }
    }));

  test('an empty table shows the same work as one with rows', () =>
    onEach(async (session, server) => {
      await session.script(SETUP);
      await session.script('TRUNCATE a, b CASCADE');
      for (const one of CASES.filter(({ sql }) => /^(ALTER|CREATE|REINDEX|TRUNCATE|CLUSTER)/.test(sql))) {
        const [effects = []] = await watched(session, [one.sql]);
        // An engine may leave out the look at the second table of a key when the first is empty.
        const relevant = (list: readonly string[]): string[] =>
          list.filter((line) => !line.startsWith('a: SHARE ROW EXCLUSIVE'));
        assert.equal(relevant(words(effects)), relevant(one.does), `${server.title}: ${one.sql}`);
      }
    }));

  test('a lock that the transaction holds already is told of later statements by their text', () =>
    onEach(async (session) => {
      await session.script(SETUP);
      const [first = [], second = [], third = []] = await watched(session, [
        'ALTER TABLE a ADD COLUMN x int',
        'ALTER TABLE a ADD COLUMN y int',
        'ALTER TABLE a ALTER COLUMN n TYPE bigint',
      ]);
      assert.equal(words(first), ['a: ACCESS EXCLUSIVE none']);
      assert.equal(words(second), ['a: ACCESS EXCLUSIVE none']);
      assert.is(second[0]?.basis, 'known');
      assert.equal(words(third), ['a: ACCESS EXCLUSIVE rewrite']);
      assert.is(third[0]?.basis, 'measured');
    }));

  test('a table that the batch itself made, renamed or dropped keeps nobody waiting under its new name', () =>
    onEach(async (session) => {
      await session.script(SETUP);
      const seen = await watched(session, [
        'CREATE TABLE mine (id int)',
        'ALTER TABLE mine ADD COLUMN x serial',
        'ALTER TABLE b RENAME TO c',
        'CREATE INDEX ON c (a_id)',
        'DROP TABLE c',
        'CREATE TABLE b (id int)',
        'ALTER TABLE b ADD PRIMARY KEY (id)',
      ]);
      assert.equal(seen.map(words), [[], [], ['b: ACCESS EXCLUSIVE none'], ['b: SHARE index'], [], [], []]);
    }));

  test('observing leaves no trace: hostile names, a first SET TRANSACTION, a small statement limit', () =>
    onEach(async (session) => {
      await session.script('CREATE SCHEMA "q\'""\\"; CREATE TABLE "q\'""\\"."t; DROP TABLE x" (id int)');
      const [first, second = []] = await watched(session, [
        'SET TRANSACTION ISOLATION LEVEL SERIALIZABLE',
        'ALTER TABLE "q\'""\\"."t; DROP TABLE x" ADD COLUMN "n\'" int',
      ]);
      assert.equal(first, []);
      assert.is(second[0]?.name, 't; DROP TABLE x');
      assert.is(second[0]?.namespace, 'q\'"\\');
    }));

  test('statements that commit by themselves hold the locks that their texts say, as a second session sees', () =>
    onEach(async (session, server) => {
      await session.script(SETUP);
      const url = session.address;
      const texts = [
        'CREATE INDEX CONCURRENTLY late ON a (ref)',
        'REINDEX INDEX CONCURRENTLY a_n',
        'DROP INDEX CONCURRENTLY a_n',
      ];
      for (const sql of texts) {
        // A reader's open transaction makes the statement wait with its locks in hand.
        await withSession(url, async (reader) => {
          await withSession(url, async (runner) => {
            await reader.execute('BEGIN ISOLATION LEVEL REPEATABLE READ');
            await reader.query('SELECT * FROM a');
            const running = runner.execute(sql).catch(() => null);
            const held = await heldBy(session, 'a', sql);
            const known = foresee(statementOf(sql)).find(({ name }) => name === 'a');
            const lock = dialect.classify(statementOf(sql)).lock;
            assert.is(held, lock, `${server.title}: ${sql}`);
            if (known) assert.is(known.until, 'statement');
            await reader.execute('ROLLBACK');
            await running;
          });
        });
      }
    }));

  test('the statements of a script keep their effects apart', () =>
    onEach(async (session) => {
      await session.script(SETUP);
      const script = 'ALTER TABLE checked VALIDATE CONSTRAINT waits; UPDATE a SET n = 3; LOCK TABLE a;';
      const texts = splitStatements(script, { file: 'm.sql', rules: dialect.scan }).map(({ text }) => text);
      assert.equal((await watched(session, texts)).map(words), [
        ['checked: SHARE UPDATE EXCLUSIVE scan'],
        ['a: ROW EXCLUSIVE scan'],
        ['a: ACCESS EXCLUSIVE none'],
      ]);
    }));
});

/** The strongest lock above those of readers and writers that another session holds on a table, once there is one. */
async function heldBy(session: Session, table: string, sql: string): Promise<string | undefined> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    const rows = await session.query(
      `SELECT l.mode FROM pg_locks l JOIN pg_stat_activity s ON s.pid = l.pid
       WHERE l.relation = $1::regclass AND l.granted AND s.query = $2 AND s.state = 'active'
         AND l.mode NOT IN ('AccessShareLock', 'RowShareLock', 'RowExclusiveLock')`,
      [table, sql],
    );
    const [mode] = rows.map((row) => String(row.mode).replace(/Lock$/, ''));
    if (mode) return mode.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toUpperCase();
    await new Promise((done) => setTimeout(done, 10));
  }
  return undefined;
}
