// By which algorithm a server changes its tables: asked of a real one, with rows and without, and what it leaves behind.
import * as assert from 'uvu/assert';
import type { Session, TableEffect } from '../../lib/dialects/contract.ts';
import { foresee } from '../../lib/dialects/mysql/foresee.ts';
import { dialect } from '../../lib/dialects/mysql/index.ts';
import { observe, readRefusal } from '../../lib/dialects/mysql/observe.ts';
import { fingerprint } from '../../lib/schema/index.ts';
import type { Statement } from '../../lib/sql/index.ts';
import { Secret } from '../../lib/target/index.ts';
import { CASES, TABLES } from '../cases/mysql-effects.ts';
import { mariadbMissing, startMariadb, type TestServer, TIMEOUTS } from '../helpers/mariadb.ts';
import { spec } from '../helpers/spec.ts';

const statementOf = (text: string): Statement => ({ text, file: 'm.sql', line: 1, offset: 0, index: 0 });

const BATCH = { transactional: false, statements: [], settings: {}, because: '' };

const inspected = async (session: Session): Promise<string> =>
  fingerprint(await dialect.inspect(session, { ignore: [] }));

const wordsOf = (effects: readonly TableEffect[]): string =>
  effects.map(({ lock, work, basis }) => (basis === 'known' ? 'as known' : `${lock} ${work}`)).join('; ');

spec('mysql: what statements do to tables', ({ test, skip, before, after }) => {
  const why = mariadbMissing();
  if (why !== null) return skip('everything', why);
  let server: TestServer;
  before(async () => {
    server = await startMariadb();
  });
  after(() => server.stop());

  /** A new database with the tables that a statement names. */
  const prepared = async (
    sql: string,
    rows: boolean,
    work: (session: Session) => Promise<void>,
  ): Promise<void> => {
    const url = server.url(await server.database());
    const session = await dialect.connect(dialect.address(new Secret(url), '/'), {
      mode: 'write',
      timeouts: TIMEOUTS,
    });
    const isNamed = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(sql);
    try {
      for (const table of TABLES.filter(({ name }) => isNamed(name) || (name === 'p' && isNamed('t')))) {
        await session.execute(table.sql);
        if (rows) await session.execute(table.rows);
      }
      await work(session);
    } finally {
      await session.close();
    }
  };

  for (const rows of [false, true]) {
    test(`${CASES.length} statements go the way that is listed, ${rows ? 'with rows' : 'on empty tables'}`, async () => {
      for (const { sql, way } of CASES)
        await prepared(sql, rows, async (session) => {
          const statement = statementOf(sql);
          const { effects } = await observe(session, BATCH)(statement, (text) => session.execute(text));
          assert.is(wordsOf(effects), way, sql);
          if (way === 'as known') assert.equal(effects, foresee(statement), sql);
        });
    });
  }

  test('an observed statement leaves the same schema as the statement alone', async () => {
    for (const { sql } of CASES) {
      const reached: string[] = [];
      for (const observed of [false, true])
        await prepared(sql, true, async (session) => {
          if (observed) await observe(session, BATCH)(statementOf(sql), (text) => session.execute(text));
          else await session.execute(sql);
          reached.push(await inspected(session));
        });
      assert.is(reached[1], reached[0], sql);
    }
  });

  test('the reason why nothing cheaper was possible is the server’s own', () =>
    prepared('t', false, async (session) => {
      const watch = observe(session, BATCH);
      const send = (text: string): Promise<number | null> => session.execute(text);
      const [copied] = (await watch(statementOf('ALTER TABLE t MODIFY n bigint'), send)).effects;
      assert.match(copied?.because ?? '', /Cannot change column type/);
      assert.is(copied?.blocks, 'writes');
      const [instant] = (await watch(statementOf('ALTER TABLE t ADD COLUMN c int'), send)).effects;
      assert.is(instant?.because, undefined);
      assert.is(instant?.blocks, 'schema');
    }));

  test('what the session was told before counts: without foreign key checks a key is added without a copy', () =>
    prepared('t', false, async (session) => {
      await session.execute('SET foreign_key_checks = 0');
      const sql = 'ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (pid) REFERENCES p (id)';
      const { effects } = await observe(session, BATCH)(statementOf(sql), (text) => session.execute(text));
      assert.not.match(wordsOf(effects), /COPY, LOCK=SHARED|as known/);
    }));

  test('a statement that fails, fails with its own error and its own text', () =>
    prepared('t', true, async (session) => {
      const sent: string[] = [];
      const send = (text: string): Promise<number | null> => {
        sent.push(text);
        return session.execute(text);
      };
      for (const sql of ['ALTER TABLE t ADD COLUMN n int', 'ALTER TABLE nowhere ADD COLUMN n int']) {
        try {
          await observe(session, BATCH)(statementOf(sql), send);
          assert.unreachable(sql);
        } catch (error) {
          assert.is(sent.at(-1), sql);
          assert.match(dialect.explain(error).code ?? '', /^(1060|1146)/);
        }
      }
    }));

  test('MariaDB builds a table anew exactly where it refuses NOCOPY, as the numbers of its tables show', () =>
    prepared('t', true, async (session) => {
      const number = async (): Promise<string> => {
        const [row] = await session.query(
          `SELECT TABLE_ID AS id FROM information_schema.INNODB_SYS_TABLES WHERE NAME = CONCAT(DATABASE(), '/t')`,
        );
        return String(row?.id);
      };
      const [, t] = TABLES;
      const texts = CASES.filter(
        ({ sql }) => /^(ALTER|CREATE|DROP).* `?t\b/.test(sql) && !/RENAME TO/.test(sql),
      );
      for (const { sql, way } of texts.filter((one) => one.way !== 'as known')) {
        for (const text of ['DROP TABLE IF EXISTS t', t?.sql ?? '', t?.rows ?? ''])
          await session.execute(text);
        const old = await number();
        await session.execute(sql);
        assert.is((await number()) !== old, way.endsWith('rewrite'), sql);
      }
    }));
});

spec('mysql: what a refusal says', ({ test }) => {
  test('MariaDB names one other way, MySQL all of them, and both may give a reason', () => {
    assert.equal(
      readRefusal(
        'ALGORITHM=INPLACE is not supported. Reason: Cannot change column type INPLACE. Try ALGORITHM=COPY',
      ),
      { reason: 'Cannot change column type INPLACE', ways: ['COPY'] },
    );
    // As MySQL 9.7 said it to MODIFY s varchar(30) with ALGORITHM=INSTANT.
    assert.equal(
      readRefusal('ALGORITHM=INSTANT is not supported for this operation. Try ALGORITHM=COPY/INPLACE.'),
      { reason: null, ways: ['COPY', 'INPLACE'] },
    );
  });
});
