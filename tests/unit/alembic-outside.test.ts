// Revisions on a shadow database: what reaches outside of it is refused before Python sends it, on real servers.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { DbsyncError } from '../../lib/errors/index.ts';
import { type ExecuteResult, execute, type MayReachOut } from '../../lib/execute/index.ts';
import { copyAlembic, dialectOf, using } from '../helpers/alembic.ts';
import { onServers } from '../helpers/alembic-servers.ts';

onServers('reaching outside of a shadow', (here, { test }) => {
  const run = async (mayReachOut?: MayReachOut): Promise<readonly [ExecuteResult, number]> => {
    const root = copyAlembic('plain');
    const file = path.join(root, 'alembic/versions/a003_bio.py');
    const statement = here.isPostgres
      ? "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'nobody'"
      : 'SET GLOBAL max_connections = 77';
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace(/(def upgrade\(\):\n)/, `$1    op.execute("""${statement}""")\n`));
    const address = await here.fresh();
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
    const result = await using(address, 'write', (session) =>
      execute({ dialect, session, project, batches, ledger: true, hooks, ...more }),
    );
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

  test('accepted, it is sent', async () => {
    const [{ failure }, most] = await run(() => true);
    assert.is(failure, null);
    assert.is(most, here.isPostgres ? 0 : 77);
  });
});
