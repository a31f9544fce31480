// Hazards of real migrations on real rows: each case is run on one database and looked at from another that is as it was before.
import * as assert from 'uvu/assert';
import type { Session } from '../../lib/dialects/contract.ts';
import { dialect } from '../../lib/dialects/mysql/index.ts';
import { judge } from '../../lib/plan/index.ts';
import { answerProbes, type Hazard, tableKey } from '../../lib/risk/index.ts';
import { diffSnapshots } from '../../lib/schema/index.ts';
import { splitStatements } from '../../lib/sql/index.ts';
import { Secret } from '../../lib/target/index.ts';
import { HAZARD_CASES, type HazardCase } from '../cases/mysql-hazards.ts';
import { mariadbMissing, startMariadb, type TestServer, TIMEOUTS } from '../helpers/mariadb.ts';
import { spec } from '../helpers/spec.ts';

await dialect.prepare?.();

const missing = mariadbMissing();

const shown = (hazard: Hazard, wanted: string): string => {
  const [, severity, count] = wanted.split(' ');
  const evidence = hazard.evidence[0]?.count;
  return [hazard.code, severity && hazard.severity, count !== undefined && String(evidence)]
    .filter(Boolean)
    .join(' ');
};

spec('mysql hazards', ({ test, skip, before, after }) => {
  if (missing !== null) {
    skip('everything that needs a server', missing);
    return;
  }
  let server: TestServer;
  before(async () => {
    server = await startMariadb();
  });
  after(() => server.stop());

  const open = async (mode: 'read' | 'write', database: string): Promise<Session> =>
    dialect.connect(dialect.address(new Secret(server.url(database)), '/'), { mode, timeouts: TIMEOUTS });

  const rewritten = new Set<string>();
  const examine = async (one: HazardCase) => {
    const database = await server.database('hazard');
    const writer = await open('write', database);
    await writer.script(one.base ?? 'SELECT 1');
    const reader = await open('read', database);
    const before = await dialect.inspect(reader, { ignore: [] });
    const identity = await dialect.identify(reader);
    const tables = before.objects.filter((object) => object.kind === 'table');
    const sizes = new Map((await dialect.measure(reader, tables)).map((size) => [tableKey(size), size]));
    const shadow = await dialect.createShadow({
      content: 'empty',
      target: null,
      address: dialect.address(new Secret(server.url(database)), '/'),
      identity,
      timeouts: TIMEOUTS,
      folder: '/',
      shadowUrl: new Secret(server.url(await server.database('after'))),
    });
    const after = await dialect.connect(shadow.address, { mode: 'write', timeouts: TIMEOUTS });
    // The replica holds the structure only, so that what fails on rows does not fail there.
    await after.script((one.base ?? 'SELECT 1').replaceAll(/INSERT INTO[^;]*;/g, ''));
    const statements = splitStatements(one.sql, { file: 'm.sql', rules: dialect.scan });
    for (const statement of statements) await after.execute(statement.text);
    const desired = await dialect.inspect(after, { ignore: [] });
    const { dialect: found } = judge(dialect, {
      product: identity.product,
      version: identity.versionNumbers,
      facts: identity.facts,
      statements: statements.map((statement) => ({ migration: 'm', statement })),
      change: diffSnapshots(before, desired),
      before,
      after: desired,
      sizes,
    });
    const probed = await answerProbes(found, async (sql) => (await reader.raw(sql)).rows);
    for (const session of [reader, after]) await session.close();
    // What is advised in place of the statement is a statement of this server, and succeeds where the rows allow it.
    const fails = probed.hazards.some(({ willFail }) => willFail === true);
    const failed: string[] = [];
    for (const { code, rewrite } of probed.hazards) if (rewrite !== undefined) rewritten.add(code);
    const rewrites = new Set(fails ? [] : probed.hazards.map(({ rewrite }) => rewrite));
    for (const rewrite of rewrites) {
      if (rewrite === undefined) continue;
      await writer.execute(rewrite).catch((error: unknown) => failed.push(`${rewrite}: ${String(error)}`));
    }
    await writer.close();
    return { ...probed, failed };
  };

  for (const one of HAZARD_CASES) {
    test(one.name, async () => {
      const { hazards, dismissed, failed } = await examine(one);
      assert.equal(failed, []);
      const codes = (list: readonly string[]): string[] =>
        list.map((text) => text.split(' ')[0] ?? '').sort();
      assert.equal(
        hazards.map((hazard) => hazard.code).sort(),
        codes(one.expect),
        JSON.stringify(hazards, null, 1),
      );
      for (const wanted of one.expect) {
        const matching = hazards.filter((hazard) => wanted.startsWith(hazard.code));
        assert.ok(
          matching.some((hazard) => shown(hazard, wanted) === wanted),
          `${wanted}: ${JSON.stringify(matching)}`,
        );
      }
      assert.equal(dismissed.map((hazard) => hazard.code).sort(), [...(one.dismissed ?? [])].sort());
      for (const hazard of hazards) {
        assert.ok(hazard.message.length > 10 && hazard.remedy.length > 10);
        if (hazard.evidence.length > 0)
          assert.is.not(hazard.evidence[0]?.count, null, `probe failed: ${hazard.code}`);
      }
    });
  }

  test('each code that has a rewritten statement was seen with one', () => {
    assert.equal([...rewritten].sort(), [
      'my-add-index',
      'my-drop-index',
      'my-drop-table',
      'x-rename-as-drop-add',
    ]);
  });
});
