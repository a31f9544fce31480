// A question of the analysis computes and does nothing else: what calls a function that may do more is not asked.
import * as assert from 'uvu/assert';
import { loadDialect } from '../../lib/dialects/registry.ts';
import { asker } from '../../lib/phases/weigh.ts';
import { answerProbes, type Hazard } from '../../lib/risk/index.ts';
import { NO_SERVER, startPostgres, withSession } from '../helpers/postgres.ts';
import { spec } from '../helpers/spec.ts';

const dialect = await loadDialect('postgres');
await dialect.prepare?.();
const server = await startPostgres();

const BASE = `CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2); CREATE SEQUENCE calls;
CREATE FUNCTION loud(a int) RETURNS int LANGUAGE sql AS 'SELECT nextval(''calls'')::int';
CREATE FUNCTION quiet(a int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT a';
CREATE OPERATOR ### (RIGHTARG = int, FUNCTION = loud);
CREATE TYPE coin AS (worth int);
CREATE FUNCTION minted(a int) RETURNS coin LANGUAGE sql AS 'SELECT ROW(loud(a))::coin';
CREATE CAST (int AS coin) WITH FUNCTION minted(int)`;

/** Each counts the two rows of the table. */
const ASKED: readonly string[] = [
  'SELECT count(*) FROM t WHERE quiet(a) = a',
  'SELECT count(lower(a::text)) FROM t',
  `SELECT count(*) FROM t WHERE 'loud(a)' <> '' AND a NOT IN (0)`,
];

const NOT_ASKED: readonly string[] = [
  'SELECT count(*) FROM t WHERE loud(a) > 0',
  'SELECT count(*) FROM (SELECT 1 FROM t GROUP BY public."loud"(a) HAVING count(*) > 1) repeated',
  'SELECT count(*) FROM t WHERE (### a) > 0',
  'SELECT count(a::coin) FROM t',
  'SELECT count(*) FROM t WHERE random() < 2',
  `SELECT count(*) FROM t WHERE nextval('calls') > 0`,
];

const hazardAsking = (sql: string): Hazard => ({
  code: 'x-a',
  severity: 'breaking',
  subject: 's',
  message: 'm',
  remedy: 'r',
  evidence: [],
  probe: { question: 'rows', sql, positive: 'may-fail', zero: 'keep' },
});

spec('postgres side effects', ({ test, skip, after }) => {
  if (!server) return skip('everything', NO_SERVER);
  after(() => server.stop());

  test('what only computes is asked, and what may do more is not', async () => {
    await withSession(await server.createDatabase(), async (session) => {
      await session.script(BASE);
      const all = [...ASKED, ...NOT_ASKED].map(hazardAsking);
      const { hazards } = await answerProbes(all, asker(dialect, session));
      const answers = hazards.map(({ evidence: [said] }) => said);
      assert.equal(
        answers.map((said) => said?.count ?? null),
        [...ASKED.map(() => 2), ...NOT_ASKED.map(() => null)],
      );
      for (const said of answers.slice(ASKED.length))
        assert.match(said?.unanswered ?? '', /^it would run \w+\(\)/);
      const { rows } = await session.raw('SELECT is_called FROM calls');
      assert.equal(rows, [['f']]);
    });
  });
});
