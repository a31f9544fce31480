// What the rows of a PostgreSQL database let fail is told as certain, and nothing else is: each plan is judged with the live rows as
// evidence, and then it is run on them.
import * as assert from 'uvu/assert';
import type { Session } from '../../lib/dialects/contract.ts';
import { loadDialect } from '../../lib/dialects/registry.ts';
import { asker } from '../../lib/phases/weigh.ts';
import { judge } from '../../lib/plan/judge.ts';
import { answerProbes, type Hazard, tableKey } from '../../lib/risk/index.ts';
import { diffSnapshots } from '../../lib/schema/index.ts';
import { splitStatements } from '../../lib/sql/index.ts';
import { CERTAIN_BASE, CERTAIN_CASES, CERTAIN_ROWS, type CertainCase } from '../cases/postgres-certain.ts';
import { PLAN_BASE, PLAN_CASES, PLAN_ROWS } from '../cases/postgres-certain-plans.ts';
import { NO_SERVER, startPostgres, withSession } from '../helpers/postgres.ts';
import { spec } from '../helpers/spec.ts';

const dialect = await loadDialect('postgres');
await dialect.prepare?.();
const server = await startPostgres();

const migrate = async (session: Session, sqls: readonly string[]): Promise<'done' | 'failed'> => {
  for (const sql of sqls) {
    for (const batch of dialect.batches(splitStatements(sql, { file: 'm.sql', rules: dialect.scan }))) {
      await dialect.begin(session, batch);
      try {
        for (const { text } of batch.statements) await session.execute(text);
        await dialect.commit(session, batch);
      } catch {
        await dialect.rollback(session, batch);
        return 'failed';
      }
    }
  }
  return 'done';
};

interface Judged {
  readonly hazards: readonly Hazard[];
  /** Questions that the server did not understand. */
  readonly faults: readonly string[];
  readonly truth: 'done' | 'failed';
}

/** Structure from a database without rows, evidence and truth from one with them. */
const judged = async (
  { base, rows, sql }: Required<Pick<CertainCase, 'base' | 'rows' | 'sql'>>,
  live: Session,
  bare: Session,
): Promise<Judged> => {
  for (const session of [live, bare]) await session.script(base);
  await live.script(rows);
  const before = await dialect.inspect(live, { ignore: [] });
  assert.is(await migrate(bare, sql), 'done', 'the plan itself is sound');
  const after = await dialect.inspect(bare, { ignore: [] });
  const { product, versionNumbers: version, facts } = await dialect.identify(live);
  const sizes = await dialect.measure(
    live,
    before.objects.filter(({ kind }) => kind === 'table'),
  );
  const input = {
    product,
    version,
    facts,
    statements: sql.flatMap((text, index) =>
      splitStatements(text, { file: `m${index}.sql`, rules: dialect.scan }).map((statement) => ({
        migration: `m${index}`,
        statement,
      })),
    ),
    change: diffSnapshots(before, after),
    before,
    after,
    sizes: new Map(sizes.map((size) => [tableKey(size), size])),
  };
  const found = judge(dialect, input).dialect;
  const { hazards } = await answerProbes(found, asker(dialect, live));
  const evidence = hazards.flatMap((hazard) => hazard.evidence);
  return {
    hazards,
    faults: evidence.flatMap(({ unanswered, refused }) =>
      unanswered === undefined || refused ? [] : [unanswered],
    ),
    truth: await migrate(live, sql),
  };
};

spec('postgres certain', ({ test, skip, after }) => {
  after(async () => {
    await server?.stop();
  });
  if (!server) return skip('every case', NO_SERVER);
  const told = (item: CertainCase, stage: { readonly base: string; readonly rows: string }): void => {
    const { name, base = '', rows = stage.rows, sql, fate } = item;
    test(`${name}: ${fate}`, async () => {
      const [live, bare] = [await server.createDatabase(), await server.createDatabase()];
      const plan = { base: `${stage.base}; ${base}`, rows, sql };
      const { hazards, faults, truth } = await withSession(live, (one) =>
        withSession(bare, (other) => judged(plan, one, other)),
      );
      const failing = hazards.filter(({ willFail }) => willFail === true);
      assert.equal(faults, []);
      assert.is(failing.length > 0, fate === 'fails', JSON.stringify(hazards));
      assert.is(truth, fate === 'runs' ? 'done' : 'failed');
      assert.ok(fate === 'runs' || hazards.some(({ severity }) => severity !== 'advice'));
    });
  };
  for (const item of CERTAIN_CASES) told(item, { base: CERTAIN_BASE, rows: CERTAIN_ROWS });
  for (const item of PLAN_CASES) told(item, { base: PLAN_BASE, rows: PLAN_ROWS });
});
