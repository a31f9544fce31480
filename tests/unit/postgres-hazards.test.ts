// A migration's hazards on PostgreSQL: found from what it really does on a server, and asked of the live data.
import * as assert from 'uvu/assert';
import type { Session } from '../../lib/dialects/contract.ts';
import { batches } from '../../lib/dialects/postgres/batches.ts';
import { hazards, rules } from '../../lib/dialects/postgres/hazards.ts';
import { identify } from '../../lib/dialects/postgres/identify.ts';
import { inspect } from '../../lib/dialects/postgres/inspect.ts';
import { measure } from '../../lib/dialects/postgres/measure.ts';
import { loadParser } from '../../lib/dialects/postgres/parse.ts';
import { SCAN_RULES } from '../../lib/dialects/postgres/rules.ts';
import { type Hazard, type RiskInput, tableKey } from '../../lib/risk/index.ts';
import { diffSnapshots, type Snapshot } from '../../lib/schema/index.ts';
import { type Statement, splitStatements } from '../../lib/sql/index.ts';
import { HAZARD_BASE, HAZARD_CASES, type HazardCase } from '../cases/postgres-hazards.ts';
import { NO_SERVER, startPostgres, withSession } from '../helpers/postgres.ts';
import { spec } from '../helpers/spec.ts';

await loadParser();

const NOTHING = { ignore: [] };
const server = await startPostgres();

const run = async (session: Session, statements: readonly Statement[]): Promise<void> => {
  for (const batch of batches(statements)) {
    if (batch.transactional) await session.execute('BEGIN');
    for (const statement of batch.statements) await session.execute(statement.text);
    if (batch.transactional) await session.execute('COMMIT');
  }
};

const sizesOf = async (session: Session, before: Snapshot): Promise<RiskInput['sizes']> => {
  const tables = before.objects.filter(({ kind }) => kind === 'table');
  const sizes = await measure(session, tables);
  return new Map(sizes.map((size) => [tableKey(size), size]));
};

/** Counts what the hazard asks, as it stands before the migration. */
const ask = async (session: Session, hazard: Hazard): Promise<number | null> => {
  if (!hazard.probe) return null;
  const [row] = await session.query(hazard.probe.sql);
  return Number(Object.values(row ?? {})[0]);
};

const check = async (item: HazardCase): Promise<void> => {
  const url = await server?.createDatabase();
  if (!url) return;
  await withSession(url, async (session) => {
    await session.script(HAZARD_BASE);
    if (item.base) await session.script(item.base);
    await session.script('ANALYZE');
    const statements = splitStatements(item.sql, { file: 'm.sql', rules: SCAN_RULES });
    const before = await inspect(session, NOTHING);
    const sizes = await sizesOf(session, before);
    const identity = await identify(session);
    const copyUrl = await server?.createDatabase();
    // The structure after the migration is taken from another database, so that the probes meet the data before it.
    const after = await withSession(copyUrl ?? url, async (copy) => {
      await copy.script(HAZARD_BASE);
      if (item.base) await copy.script(item.base);
      if (!item.sql.startsWith('-- not run')) await run(copy, statements);
      else if (!item.sql.includes('BEGIN')) await run(copy, statements);
      return inspect(copy, NOTHING);
    });
    const found = hazards({
      product: identity.product,
      version: identity.versionNumbers,
      facts: identity.facts,
      statements: statements.map((statement) => ({ migration: 'm', statement })),
      change: diffSnapshots(before, after),
      before,
      after,
      sizes,
    });
    const codes = found.map(({ code }) => code);
    for (const code of item.found)
      assert.ok(codes.includes(code), `${code} expected, found ${codes.join(', ')}`);
    for (const code of item.absent ?? []) assert.not.ok(codes.includes(code), `${code} not expected`);
    for (const hazard of found) {
      const count = await ask(session, hazard);
      if (hazard.code === item.found[0] && item.count !== undefined)
        assert.is(count, item.count, hazard.probe?.sql);
      if (hazard.code === item.found[0] && item.severity !== undefined)
        assert.is(hazard.severity, item.severity, hazard.adjusted);
      if (hazard.code === item.found[0] && item.positive !== undefined)
        assert.is(hazard.probe?.positive, item.positive, hazard.probe?.sql);
    }
  });
};

spec('postgres hazards', ({ test, skip, after }) => {
  after(async () => {
    await server?.stop();
  });
  if (!server) skip('every case', NO_SERVER);
  else for (const item of HAZARD_CASES) test(item.name, () => check(item));

  test('every rule has a code of its own', () => {
    const codes = rules.map(({ code }) => code);
    assert.is(new Set(codes).size, codes.length);
    assert.ok(codes.every((code) => code.startsWith('pg-')));
  });
});
