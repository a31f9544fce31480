// Runs one case of the hazard catalogue on real files: the schema alone is migrated to learn the change, the live rows answer the
// probes, and a copy with its rows is migrated to see what really happens.
import type { Session } from '../../lib/dialects/contract.ts';
import { dialect } from '../../lib/dialects/sqlite/index.ts';
import { judge } from '../../lib/plan/index.ts';
import {
  answerProbes,
  type Hazard,
  type PlannedStatement,
  type ProbedHazards,
  type RiskInput,
  tableKey,
} from '../../lib/risk/index.ts';
import { diffSnapshots } from '../../lib/schema/index.ts';
import { splitStatements } from '../../lib/sql/index.ts';
import { makeFile, withSession } from './sqlite-file.ts';

await dialect.prepare?.();

export interface Outcome extends ProbedHazards {
  /** Everything that was found, before the rows were asked. */
  readonly found: readonly Hazard[];
  /** Why the migration failed on the rows; null where it did not. */
  readonly failure: string | null;
  /** What was advised in place of a statement and failed on a copy of the rows, with why. */
  readonly refused: readonly string[];
  /** Why it failed on empty tables. */
  readonly emptyFailure: string | null;
}

export interface Scenario {
  readonly schema: string;
  readonly data?: string;
  readonly migration: string;
  readonly version?: readonly number[];
  readonly byTool?: true;
}

const NAME = '1_case';

const planned = ({ migration, byTool }: Scenario): PlannedStatement[] =>
  splitStatements(migration, { file: `${NAME}/migration.sql`, rules: dialect.scan }).map((statement) => ({
    migration: NAME,
    statement,
    ...(byTool && { sent: { by: 'tool' as const, transactional: false, settings: {} } }),
  }));

/** Sends the statements as the executor does; returns the message of the first failure. */
const run = async (session: Session, statements: readonly PlannedStatement[]): Promise<string | null> => {
  for (const batch of dialect.batches(statements.map((one) => one.statement))) {
    await dialect.begin(session, batch);
    try {
      for (const statement of batch.statements) await session.execute(statement.text);
      await dialect.commit(session, batch);
    } catch (error) {
      await dialect.rollback(session, batch);
      return error instanceof Error ? error.message : String(error);
    }
  }
  return null;
};

const ask = (session: Session) => async (sql: string) => (await session.raw(sql)).rows;

/** Everything about one case. */
export const outcomeOf = async (folder: string, name: string, scenario: Scenario): Promise<Outcome> => {
  const statements = planned(scenario);
  const empty = await makeFile(folder, `${name}-empty.db`, scenario.schema);
  const live = await makeFile(folder, `${name}-live.db`, `${scenario.schema};${scenario.data ?? ''}`);
  const inspect = (session: Session) => dialect.inspect(session, { ignore: [] });
  const [after, emptyFailure] = await withSession(empty, 'write', async (session) => {
    const failed = await run(session, statements);
    return [await inspect(session), failed] as const;
  });
  const probed = await withSession(live, 'read', async (session) => {
    const before = await inspect(session);
    const tables = before.objects.filter((object) => object.kind === 'table');
    const sizes = new Map((await dialect.measure(session, tables)).map((size) => [tableKey(size), size]));
    const identity = await dialect.identify(session);
    const input: RiskInput = {
      product: identity.product,
      version: scenario.version ?? identity.versionNumbers,
      facts: identity.facts,
      statements,
      change: diffSnapshots(before, after),
      before,
      after,
      sizes,
    };
    const told = judge(dialect, input);
    const found = [...told.dialect, ...told.text];
    return { found, ...(await answerProbes(found, ask(session))) };
  });
  const spare = await makeFile(folder, `${name}-spare.db`, `${scenario.schema};${scenario.data ?? ''}`);
  const refused = await withSession(spare, 'write', async (session) => {
    const failed: string[] = [];
    for (const { rewrite } of probed.hazards) {
      if (rewrite !== undefined)
        await session.execute(rewrite).catch((error) => failed.push(`${rewrite}: ${error}`));
    }
    return failed;
  });
  const failure = await withSession(live, 'write', (session) => run(session, statements));
  return { ...probed, failure, emptyFailure, refused };
};
