// A table that another session holds exclusively: whoever asks about it learns who holds it.
import * as assert from 'uvu/assert';
import { inspect } from '../../lib/dialects/postgres/inspect.ts';
import { measure } from '../../lib/dialects/postgres/measure.ts';
import { DbsyncError } from '../../lib/errors/index.ts';
import { NO_SERVER, startPostgres, withSession } from '../helpers/postgres.ts';
import { spec } from '../helpers/spec.ts';

const server = await startPostgres();

spec('postgres: a table that is held', ({ test, skip, after }) => {
  if (!server) return skip('everything', NO_SERVER);
  after(() => server.stop());

  test('inspecting and measuring name the holder, and go on when it is gone', async () => {
    const url = await server.createDatabase();
    const table = { namespace: 'public', name: 'held' };
    await withSession(url, (holder) =>
      withSession(
        url,
        async (asking) => {
          await holder.script(
            "CREATE TABLE held (id int PRIMARY KEY DEFAULT 1, CHECK (id > 0)); SET application_name = 'the holder'",
          );
          await holder.script('BEGIN; LOCK TABLE held IN ACCESS EXCLUSIVE MODE');
          const [me] = await holder.query('SELECT pg_backend_pid() AS pid, current_user AS role');
          await asking.limit({ lockMs: 200 });
          const questions = [() => inspect(asking, { ignore: [] }), () => measure(asking, [table])];
          for (const question of questions) {
            const error = await question().then(
              () => null,
              (thrown: unknown) => thrown,
            );
            assert.instance(error, DbsyncError);
            if (!(error instanceof DbsyncError)) continue;
            assert.is(error.code, 'TABLE_LOCKED');
            const why = `process ${String(me?.pid)} of role ${String(me?.role)}, application "the holder", holds held since `;
            assert.ok(error.why?.startsWith(why), error.why);
            assert.match(error.why ?? '', /since \d{4}-/);
          }
          await holder.script('ROLLBACK');
          for (const question of questions) await question();
        },
        'read',
      ),
    );
  });
});
