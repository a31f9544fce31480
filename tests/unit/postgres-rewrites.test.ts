// The safer ways that PostgreSQL's hazards show in SQL: each is sent to a server as it is, leads where the statement leads that it
// replaces, and is not warned of as that was.
import * as assert from 'uvu/assert';
import type { Session } from '../../lib/dialects/contract.ts';
import { hazards } from '../../lib/dialects/postgres/hazards.ts';
import { identify } from '../../lib/dialects/postgres/identify.ts';
import { inspect } from '../../lib/dialects/postgres/inspect.ts';
import { loadParser } from '../../lib/dialects/postgres/parse.ts';
import { SCAN_RULES } from '../../lib/dialects/postgres/rules.ts';
import type { Hazard } from '../../lib/risk/index.ts';
import { diffSnapshots, type Snapshot } from '../../lib/schema/index.ts';
import { splitStatements } from '../../lib/sql/index.ts';
import { REWRITE_BASE, REWRITE_CASES, type RewriteCase } from '../cases/postgres-rewrites.ts';
import { NO_SERVER, startPostgres, type TestServer, withSession } from '../helpers/postgres.ts';
import { spec } from '../helpers/spec.ts';

await loadParser();

const server = await startPostgres();

interface Sent {
  readonly before: Snapshot;
  readonly after: Snapshot;
  readonly hazards: readonly Hazard[];
}

/** Each statement by itself, as a migration for each would send it. */
const send = async (session: Session, sql: string): Promise<Sent> => {
  const statements = splitStatements(sql, { file: 'm.sql', rules: SCAN_RULES });
  const before = await inspect(session, { ignore: [] });
  for (const statement of statements) await session.execute(statement.text);
  const after = await inspect(session, { ignore: [] });
  const { product, versionNumbers, facts } = await identify(session);
  const found = hazards({
    product,
    version: versionNumbers,
    facts,
    statements: statements.map((statement, index) => ({ migration: `m${index}`, statement })),
    change: diffSnapshots(before, after),
    before,
    after,
    sizes: new Map(),
  });
  return { before, after, hazards: found };
};

const sentTo = async (on: TestServer, base: string | undefined, sql: string): Promise<Sent> =>
  withSession(await on.createDatabase(), async (session) => {
    await session.script(REWRITE_BASE);
    if (base) await session.script(base);
    return send(session, sql);
  });

const check = async (
  on: TestServer,
  { base, sql, code, differs, warns, follows }: RewriteCase,
): Promise<void> => {
  const plain = await sentTo(on, base, sql);
  const found = plain.hazards.find((hazard) => hazard.code === code);
  assert.type(
    found?.rewrite,
    'string',
    `${code} in ${plain.hazards.map((hazard) => hazard.code).join(', ')}`,
  );
  const rewrite = found?.rewrite ?? '';
  const safer = await sentTo(on, base, follows ? `${sql}\n${rewrite}` : rewrite);
  const { changes } = diffSnapshots(plain.after, safer.after);
  if (differs === undefined) assert.equal(changes, [], rewrite);
  const left = safer.hazards.filter(
    (hazard) => hazard.code === code && (hazard.severity !== 'advice' || found?.severity === 'advice'),
  );
  assert.equal(left, [], rewrite);
  const known = new Set(plain.hazards.map((hazard) => hazard.code));
  const fresh = safer.hazards.filter((hazard) => hazard.severity !== 'advice' && !known.has(hazard.code));
  assert.equal(
    fresh.map((hazard) => hazard.code),
    warns ?? [],
    rewrite,
  );
};

spec('postgres safer ways in SQL', ({ test, skip, after }) => {
  after(async () => {
    await server?.stop();
  });
  if (!server) return skip('every way', NO_SERVER);
  for (const item of REWRITE_CASES)
    if ((item.since ?? 0) <= server.major) test(item.name, () => check(server, item));
});
