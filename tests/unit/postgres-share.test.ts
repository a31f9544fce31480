// A large PostgreSQL catalogue is read by two sessions in one view; where there cannot be two, one reads the same.
import { setTimeout as sleep } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import type { RawResult } from '../../lib/dialects/contract.ts';
import { connect } from '../../lib/dialects/postgres/connect.ts';
import { share } from '../../lib/dialects/postgres/inspect/share.ts';
import { inspect } from '../../lib/dialects/postgres/inspect.ts';
import type { PostgresSession } from '../../lib/dialects/postgres/session.ts';
import { fingerprint } from '../../lib/schema/index.ts';
import { postgresCatalogue } from '../bench/catalogues.ts';
import { addressOf, NO_SERVER, startPostgres, TIMEOUTS, withSession } from '../helpers/postgres.ts';
import { spec } from '../helpers/spec.ts';

interface Fake {
  readonly session: PostgresSession;
  readonly asked: string[];
  closed: boolean;
}

/** A session that takes a while for each answer, and fails where it is told to. */
const fake = (ms: number, failsAt: string | null = null): Fake => {
  const asked: string[] = [];
  const rawAll: PostgresSession['rawAll'] = async ([text = ''], hear) => {
    asked.push(text);
    await sleep(ms);
    if (text === failsAt) throw new Error(`no answer to ${text}`);
    hear({ columns: [], rows: [[text]], affected: null }, 0);
  };
  const made: Fake = { asked, closed: false, session: {} as PostgresSession };
  const close = async (): Promise<void> => {
    made.closed = true;
  };
  Object.assign(made.session, { rawAll, close });
  return made;
};

const TEXTS = Array.from({ length: 12 }, (_, index) => `q${index}`);

const shared = async (main: Fake, helper: Promise<PostgresSession | null>): Promise<readonly string[]> => {
  const heard: string[] = [];
  const hear = ({ rows }: RawResult, index: number): void => {
    assert.is(rows[0]?.[0], TEXTS[index]);
    heard.push(String(rows[0]?.[0]));
  };
  await share(main.session, helper, { texts: TEXTS, hear });
  return heard;
};

const server = await startPostgres();

spec('a large catalogue', ({ test, skip, after }) => {
  after(() => server?.stop());

  test('both sessions ask, each question is asked once, and the answers are heard in order', async () => {
    const [main, other] = [fake(7), fake(3)];
    assert.equal(await shared(main, Promise.resolve(other.session)), TEXTS);
    assert.ok(main.asked.length > 0 && other.asked.length > main.asked.length);
    assert.equal([...main.asked, ...other.asked].sort(), [...TEXTS].sort());
    assert.ok(other.closed);
  });

  test('without a helper, and with one that never comes, one session asks everything', async () => {
    for (const helper of [Promise.resolve(null), new Promise<null>(() => {})]) {
      const main = fake(1);
      assert.equal(await shared(main, helper), TEXTS);
      assert.equal(main.asked, TEXTS);
    }
  });

  test('a helper that comes too late is closed without a question', async () => {
    const [main, late] = [fake(0), fake(0)];
    const helper = sleep(150).then(() => late.session);
    assert.equal(await shared(main, helper), TEXTS);
    await helper;
    await sleep(5);
    assert.equal(late.asked, []);
    assert.ok(late.closed);
  });

  test("the first error of either is the caller's, nobody asks on, and the helper is closed", async () => {
    for (const [mainFails, otherFails] of [
      ['q4', null],
      [null, 'q5'],
    ] as const) {
      const [main, other] = [fake(3, mainFails ?? 'none'), fake(3, otherFails ?? 'none')];
      // Either may get the question that fails; then the other one's marker is never met.
      const error = await shared(main, Promise.resolve(other.session)).then(
        () => null,
        (cause: unknown) => cause,
      );
      const met = [
        ...main.asked.filter((text) => text === mainFails),
        ...other.asked.filter((text) => text === otherFails),
      ];
      assert.is(error !== null, met.length > 0);
      if (error) assert.ok(main.asked.length + other.asked.length < TEXTS.length);
      await sleep(10);
      assert.ok(other.closed);
    }
  });

  if (!server) skip('PostgreSQL', NO_SERVER);
  else
    test(`${server.title}: two sessions read what one reads; a role that may have one session, or may not lend its view, does without`, async () => {
      const url = await server.createDatabase();
      const script = postgresCatalogue(700);
      await withSession(url, async (session) => {
        for (let at = 0; at < script.length; at += 200)
          await session.script(script.slice(at, at + 200).join(';\n'));
        for (const [role, more] of [
          ['wide_reader', ''],
          ['one_reader', 'CONNECTION LIMIT 1'],
          ['shy_reader', ''],
        ])
          await session.execute(`CREATE ROLE ${role} LOGIN PASSWORD 'x' ${more}`);
        await session.execute('REVOKE EXECUTE ON FUNCTION pg_catalog.pg_export_snapshot() FROM PUBLIC');
        await session.execute(
          'GRANT EXECUTE ON FUNCTION pg_catalog.pg_export_snapshot() TO wide_reader, one_reader',
        );
      });
      const watcher = await connect(addressOf(url), { mode: 'read', timeouts: TIMEOUTS });
      const one = async (sql: string): Promise<number> => Number((await watcher.query(sql))[0]?.n);
      const sessions = (): Promise<number> =>
        one('SELECT sessions::int AS n FROM pg_catalog.pg_stat_database WHERE datname = current_database()');
      const readBy = async (role: string): Promise<{ seen: string; sessions: number }> => {
        const before = await sessions();
        const own = new URL(url);
        own.username = role;
        own.password = 'x';
        const session = await connect(addressOf(own.href), { mode: 'read', timeouts: TIMEOUTS });
        const seen = fingerprint(await inspect(session, { ignore: [] }));
        await session.close();
        // A session that ends is counted before it leaves the list.
        const there = `SELECT count(*)::int AS n FROM pg_catalog.pg_stat_activity WHERE usename = '${role}'`;
        for (let waited = 0; waited < 100 && (await one(there)) > 0; waited += 1) await sleep(50);
        return { seen, sessions: (await sessions()) - before };
      };
      const wide = await readBy('wide_reader');
      const single = await readBy('one_reader');
      const shy = await readBy('shy_reader');
      assert.is(wide.seen, single.seen);
      assert.is(wide.seen, shy.seen);
      const alone = await withSession(url, async (session) =>
        fingerprint(await inspect(session, { ignore: [] })),
      );
      const superuser = await withSession(
        url,
        async (session) => fingerprint(await inspect(session, { ignore: [] })),
        'read',
      );
      assert.is(alone, superuser);
      await watcher.close();
      // Counted from 14 on.
      if (server.major >= 14) assert.equal([wide.sessions, shy.sessions], [2, 1]);
    });
});
