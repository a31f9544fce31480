// Several questions in one message: their answers in order, whichever fails, and a connection that can be used afterwards.
import * as assert from 'uvu/assert';
import type { RawResult } from '../../lib/dialects/contract.ts';
import { type PostgresSession, postgresSession } from '../../lib/dialects/postgres/session.ts';
import { NO_SERVER, startPostgres, withSession } from '../helpers/postgres.ts';
import { spec } from '../helpers/spec.ts';

const server = await startPostgres();

const onSession = (work: (session: PostgresSession) => Promise<void>): Promise<void> =>
  withSession(server?.url ?? '', (session) => work(postgresSession(session)));

const refusal = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return 'none';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

spec('several questions to PostgreSQL in one message', ({ test, skip, after }) => {
  if (!server) return skip('several questions', NO_SERVER);
  after(() => server.stop());

  test('are answered in order, with the columns of each and every value as text', async () => {
    await onSession(async (session) => {
      const heard: [number, RawResult][] = [];
      const questions = [
        'SELECT 1 AS a, NULL AS b',
        'SELECT g AS "c;" FROM generate_series(1, 3) g',
        'SELECT 1 WHERE false',
      ];
      await session.rawAll(questions, (answer, index) => heard.push([index, answer]));
      assert.equal(
        heard.map(([index, { columns, rows }]) => [index, columns.map(({ name }) => name), rows]),
        [
          [0, ['a', 'b'], [['1', null]]],
          [1, ['c;'], [['1'], ['2'], ['3']]],
          [2, ['?column?'], []],
        ],
      );
    });
  });

  test('end with the first one that fails; those before it were heard', async () => {
    await onSession(async (session) => {
      const heard: number[] = [];
      const asked = session.rawAll(['SELECT 1', 'SELECT 1 / 0', 'SELECT 2'], (_answer, index) =>
        heard.push(index),
      );
      assert.is(await refusal(asked), 'division by zero');
      assert.equal(heard, [0]);
      assert.equal((await session.raw('SELECT 3')).rows, [['3']]);
    });
  });

  test('are all answered before what the hearer throws is thrown on', async () => {
    await onSession(async (session) => {
      const asked = session.rawAll(['SELECT 1', 'SELECT 2'], () => {
        throw new Error('not understood');
      });
      assert.is(await refusal(asked), 'not understood');
      assert.equal((await session.raw('SELECT 3')).rows, [['3']]);
    });
  });

  test('wait for what was asked before', async () => {
    await onSession(async (session) => {
      const seen: string[] = [];
      const first = session.query('SELECT pg_sleep(0.05)').then(() => seen.push('first'));
      await Promise.all([first, session.rawAll(['SELECT 1'], () => seen.push('second'))]);
      assert.equal(seen, ['first', 'second']);
    });
  });
});
