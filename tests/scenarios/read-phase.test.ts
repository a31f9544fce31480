// Everything before the approval only asks: proven by the log of servers that write down every statement, whoever sent it.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { connect } from '../../lib/dialects/postgres/connect.ts';
import { mariadbMissing, startMariadb } from '../helpers/mariadb.ts';
import { addressOf, TIMEOUTS, withSession } from '../helpers/postgres.ts';
import { clusterPrograms, startCluster, statementsIn } from '../helpers/postgres-cluster.ts';
import { copyProject, type ProjectCopy, type ProjectName } from '../helpers/project.ts';
import { code, run } from '../helpers/scenario.ts';
import { spec } from '../helpers/spec.ts';

const CONFIG = (database: string): string =>
  `export default { source: 'prisma', environments: { dev: { database: '${database}', urlVariable: 'SHOP_URL', protected: false } } };\n`;

/** A ledger with one row; the table as Prisma makes it. */
const LEDGER = `CREATE TABLE _prisma_migrations (id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL,
  finished_at TIMESTAMPTZ, migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0);
INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name) VALUES ('1', 'x', now(), '20200101000000_gone');`;

/** A project whose first migrations are applied, then every phase that comes before an approval, in a window of the log. */
const inReadPhases = async (
  input: { readonly fixture: ProjectName; readonly database: string; readonly url: string },
  log: () => string,
): Promise<string> => {
  const project: ProjectCopy = await copyProject(input.fixture);
  const scene = { environment: { SHOP_URL: input.url } };
  try {
    await project.writeConfig(CONFIG(input.database));
    const planned = await run(project.root, 'plan', {}, scene);
    const decisions = planned.data as { decisions: readonly { code: string; decision: string }[] };
    const accept = decisions.decisions
      .filter((item) => item.decision === 'open')
      .map((item) => ({ code: item.code, reason: 'accepted by the test' }));
    await run(project.root, 'sync', { confirm: 'dev', accept, backup: 'none needed' }, scene);
    await project.addMigration('29990101000000_more', 'CREATE TABLE more (id INT NOT NULL PRIMARY KEY);\n');
    const from = log().length;
    for (const phase of ['intent', 'preflight', 'snapshot', 'diff', 'plan', 'rehearse', 'status'] as const)
      await run(project.root, phase, { task: 'read' }, scene);
    assert.is(await code(project.root, 'sync', { task: 'read-sync' }, scene), 'APPROVAL_REQUIRED');
    await run(project.root, 'verify', { task: 'read' }, scene).catch(() => null);
    return log().slice(from);
  } finally {
    await project.remove();
  }
};

const programs = await clusterPrograms();

spec('the read phase asks and does nothing else', ({ test, skip }) => {
  if (programs) {
    test('PostgreSQL, by log_statement = all', async () => {
      const server = await startCluster(programs, ['log_statement=all', 'log_min_messages=log']);
      try {
        await withSession(server.url(), (session) => session.execute('CREATE DATABASE shop'));
        const url = server.url('shop');
        const log = await inReadPhases(
          { fixture: 'bookshop-postgres', database: 'postgres', url },
          server.log,
        );
        const statements = statementsIn(log).map((text) => text.trim());
        assert.ok(statements.length > 100, `${statements.length} statements`);
        // pg_dump, which copies the structure for the rehearsal, is in a read-only transaction of its own.
        const asks =
          /^(LOCK TABLE .* IN ACCESS SHARE MODE|PREPARE \w+\([\w., ]+\) AS\s+SELECT|EXECUTE (dump|get)\w+|SELECT|WITH|SHOW|EXPLAIN \(|BEGIN|START TRANSACTION|COMMIT|ROLLBACK|SET |DECLARE|FETCH|CLOSE|VALUES)/i;
        assert.equal(
          statements.filter((text) => !asks.test(text) || /READ WRITE/i.test(text)),
          [],
        );
      } finally {
        await server.stop();
      }
    });

    test('PostgreSQL: status reads the schema only where the ledger says nothing', async () => {
      const server = await startCluster(programs, ['log_statement=all', 'log_min_messages=log']);
      const project = await copyProject('bookshop-postgres');
      try {
        await withSession(server.url(), (session) => session.execute('CREATE DATABASE shop'));
        await project.writeConfig(CONFIG('postgres'));
        const scene = { environment: { SHOP_URL: server.url('shop') } };
        const catalogues = async (): Promise<number> => {
          const from = server.log().length;
          await run(project.root, 'status', {}, scene);
          return statementsIn(server.log().slice(from)).filter((text) => /\bpg_attribute\b/.test(text))
            .length;
        };
        assert.is.not(await catalogues(), 0);
        await withSession(server.url('shop'), async (session) => {
          await session.script(LEDGER);
        });
        assert.is(await catalogues(), 0);
      } finally {
        await project.remove();
        await server.stop();
      }
    });

    test('PostgreSQL: what lifts the read-only mode, or passes it, is not even sent', async () => {
      const server = await startCluster(programs, ['log_statement=all']);
      try {
        const session = await connect(addressOf(server.url()), { mode: 'read', timeouts: TIMEOUTS });
        // The log is written by another process, a little later.
        const logged = async (mark: string): Promise<string> => {
          await session.query(`SELECT '${mark}'`);
          for (let round = 0; round < 200 && !server.log().includes(mark); round += 1) await sleep(20);
          return server.log();
        };
        const from = (await logged('from here')).length;
        for (const sql of [
          'BEGIN READ WRITE; CREATE TABLE t (a int); COMMIT',
          'BEGIN; SET TRANSACTION READ WRITE',
          'SELECT 1; SET default_transaction_read_only = off',
          'SET SESSION CHARACTERISTICS AS TRANSACTION READ /* not */ WRITE',
          "SELECT set_config('transaction_read_only', 'off', false)",
          'RESET ALL',
          'SELECT lo_create(1)',
          "SELECT pg_catalog.lo_from_bytea(0, 'x')",
          "COPY (SELECT 1) TO '/tmp/x'",
          'VACUUM',
          'ALTER SYSTEM SET work_mem = 1000',
          'DO $$ BEGIN PERFORM 1; END $$',
          'EXPLAIN (ANALYZE) SELECT 1',
          'NOTIFY x',
          'SET ROLE postgres',
        ]) {
          for (const send of [session.execute, session.query, session.raw, session.script]) {
            const error = await send(sql).then(
              () => null,
              (thrown: unknown) => thrown,
            );
            assert.match(String(error), /read-only session was asked to send/, sql);
          }
        }
        const log = await logged('to here');
        await session.close();
        assert.equal(statementsIn(log.slice(from)), ["SELECT 'to here'"]);
      } finally {
        await server.stop();
      }
    });
  } else skip('PostgreSQL', "needs the machine's own PostgreSQL");

  const missing = mariadbMissing();
  if (missing === null) {
    test('MariaDB, by the general log', async () => {
      const server = await startMariadb(['--general-log=1', '--general-log-file=general.log']);
      try {
        const name = await server.database();
        const file = path.join(path.dirname(server.socket ?? ''), 'data', 'general.log');
        const log = await inReadPhases(
          { fixture: 'bookshop-mysql', database: 'mysql', url: server.url(name) },
          () => readFileSync(file, 'utf8'),
        );
        const statements = log
          .split('\n')
          .flatMap((line) => /\t\s*\d+ (?:Query|Execute|Prepare)\t(.*)$/.exec(line)?.[1]?.trim() ?? []);
        assert.ok(statements.length > 100, `${statements.length} statements`);
        const asks =
          /^(SELECT|WITH|SHOW|EXPLAIN|DESCRIBE|START TRANSACTION|COMMIT|ROLLBACK|SET |CHECK TABLE|CHECKSUM|SET STATEMENT)/i;
        assert.equal(
          statements.filter((text) => !asks.test(text) || /READ WRITE|SET GLOBAL/i.test(text)),
          [],
        );
      } finally {
        await server.stop();
      }
    });
  } else skip('MariaDB', missing);
});
