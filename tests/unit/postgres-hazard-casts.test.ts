// Texts that become values of another kind: what the question to the rows answers, on whatever version of PostgreSQL is here.
import * as assert from 'uvu/assert';
import { unreadable } from '../../lib/dialects/postgres/hazards/casts.ts';
import { identify } from '../../lib/dialects/postgres/identify.ts';
import { answerProbes, type Hazard } from '../../lib/risk/index.ts';
import { NO_SERVER, startPostgres, withSession } from '../helpers/postgres.ts';
import { spec } from '../helpers/spec.ts';

const server = await startPostgres();

const asking = (where: string): Hazard => ({
  code: 'pg-narrow-type',
  severity: 'destructive',
  subject: 'column t.v',
  message: 'not every value fits',
  remedy: 'count them first',
  evidence: [],
  probe: {
    question: 'values',
    sql: `SELECT count(*) FROM t WHERE ${where}`,
    positive: 'will-fail',
    zero: 'lower',
  },
});

const KINDS: readonly { readonly to: string; readonly good: string }[] = [
  { to: 'jsonb', good: '{"a": [1]}' },
  { to: 'uuid', good: '00000000-0000-4000-8000-000000000001' },
  { to: 'integer', good: ' 42 ' },
  { to: 'numeric(10,2)', good: '1.5' },
  { to: 'timestamp(3) without time zone', good: '2026-01-01 12:00' },
  { to: 'timestamp with time zone', good: '2026-01-01 12:00+00' },
];

spec('postgres texts that are read as another type', ({ test, skip, after }) => {
  after(async () => {
    await server?.stop();
  });

  test('only texts are read, and only as kinds that every server has', () => {
    assert.is(unreadable('v', { from: 'integer', to: 'jsonb', major: 18 }), null);
    assert.is(unreadable('v', { from: 'text', to: 'public."Role"', major: 18 }), null);
    assert.is(unreadable('v', { from: 'text', to: 'character varying(5)', major: 18 }), null);
  });

  if (!server) return skip('on a server', NO_SERVER);
  for (const { to, good } of KINDS)
    test(`text to ${to}: what cannot be read is found, and nothing else`, async () => {
      await withSession(await server.createDatabase(), async (session) => {
        const [major = 0] = (await identify(session)).versionNumbers;
        const where = unreadable('v', { from: 'text', to, major }) ?? '';
        const ask = async (sql: string) => (await session.raw(sql)).rows;
        await session.script('CREATE TABLE t (v text)');
        await session.execute(`INSERT INTO t VALUES (NULL), ('${good}')`);
        const [fits] = (await answerProbes([asking(where)], ask)).hazards;
        assert.is(fits?.evidence[0]?.count, 0);
        await session.execute(`INSERT INTO t VALUES ('neither')`);
        const [found] = (await answerProbes([asking(where)], ask)).hazards;
        if (major >= 16) assert.is(found?.evidence[0]?.count, 1);
        else assert.match(found?.evidence[0]?.unanswered ?? '', /makes the question itself fail \(22/);
        assert.not.ok(JSON.stringify(found).includes('neither'), 'no value is told');
      });
    });
});
