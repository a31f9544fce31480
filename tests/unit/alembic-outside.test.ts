// Revisions on a shadow database: what reaches outside of it is refused before Python sends it, on real servers.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import type { Address } from '../../lib/dialects/contract.ts';
import { mysqlAddress, withDatabase } from '../../lib/dialects/mysql/address.ts';
import { DbsyncError } from '../../lib/errors/index.ts';
import { type ExecuteResult, execute, type MayReachOut } from '../../lib/execute/index.ts';
import { copyAlembic, dialectOf, using } from '../helpers/alembic.ts';
import { databaseOf, onServers } from '../helpers/alembic-servers.ts';

onServers('reaching outside of a shadow', (here, { test }) => {
  const sent = async (
    statement: string,
    address: Address,
    mayReachOut?: MayReachOut,
  ): Promise<ExecuteResult> => {
    const root = copyAlembic('plain');
    const file = path.join(root, 'alembic/versions/a003_bio.py');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace(/(def upgrade\(\):\n)/, `$1    op.execute("""${statement}""")\n`));
    const project = await here.open(root, address);
    const dialect = dialectOf(address.dialect);
    await dialect.prepare?.();
    const batches = project.migrations.map(({ id }) => ({
      id,
      migration: id,
      transactional: false,
      because: '',
      settings: {},
      by: 'tool' as const,
      closesLedger: true,
      steps: [],
    }));
    const signal = new AbortController().signal;
    const hooks = { progress: () => {}, now: () => new Date(0), signal };
    const more = mayReachOut ? { mayReachOut } : {};
    return using(address, 'write', (session) =>
      execute({ dialect, session, project, batches, ledger: true, hooks, ...more }),
    );
  };

  const run = async (mayReachOut?: MayReachOut): Promise<readonly [ExecuteResult, number]> => {
    const statement = here.isPostgres
      ? "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'nobody'"
      : 'SET GLOBAL max_connections = 77';
    const address = await here.fresh();
    const result = await sent(statement, address, mayReachOut);
    const most = await using(address, 'read', async (session) =>
      here.isPostgres ? 0 : Number((await session.query('SELECT @@GLOBAL.max_connections AS n'))[0]?.n),
    );
    return [result, most];
  };

  test('it is refused with its code, and was not sent', async () => {
    const [{ failure }, most] = await run();
    const cause = failure?.cause;
    assert.instance(cause, DbsyncError);
    assert.is(cause instanceof DbsyncError && cause.code, 'REACHES_OUTSIDE');
    assert.is.not(most, 77);
  });

  if (!here.isPostgres)
    test('on a shared server another database is not written: the statement is looked at before Python sends it', async () => {
      const [own, other] = [await here.fresh(), await here.fresh()];
      const name = databaseOf(other);
      await using(other, 'write', (session) => session.execute('CREATE TABLE kept (id INT)'));
      const shadow = withDatabase(mysqlAddress(own), databaseOf(own), {
        schema: null,
        eventsRun: false,
        others: [name],
      });
      const { failure } = await sent(`INSERT INTO ${name}.kept VALUES (1)`, shadow);
      const cause = failure?.cause;
      assert.is(cause instanceof DbsyncError && cause.code, 'REACHES_OUTSIDE');
      const rows = await using(other, 'read', (session) => session.query('SELECT * FROM kept'));
      assert.equal(rows, []);
    });

  test('accepted, it is sent', async () => {
    const [{ failure }, most] = await run(() => true);
    assert.is(failure, null);
    assert.is(most, here.isPostgres ? 0 : 77);
  });
});
