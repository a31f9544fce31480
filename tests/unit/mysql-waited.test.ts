// A table that another session keeps everybody out of: whoever inspects learns that it is so.
import * as assert from 'uvu/assert';
import { dialect } from '../../lib/dialects/mysql/index.ts';
import { DbsyncError } from '../../lib/errors/index.ts';
import { Secret } from '../../lib/target/index.ts';
import { mariadbMissing, startMariadb, TIMEOUTS } from '../helpers/mariadb.ts';
import { spec } from '../helpers/spec.ts';

const missing = mariadbMissing();
const server = missing === null ? await startMariadb() : null;

spec('mysql: a table that is held', ({ test, skip, after }) => {
  if (!server) return skip('everything', missing ?? 'no server');
  after(() => server.stop());

  test('inspecting says so in a code of its own, and goes on when it is let go', async () => {
    const address = dialect.address(new Secret(server.url(await server.database())), '/');
    const holder = await dialect.connect(address, { mode: 'write', timeouts: TIMEOUTS });
    const asking = await dialect.connect(address, { mode: 'read', timeouts: TIMEOUTS });
    try {
      await holder.execute("INSTALL SONAME 'metadata_lock_info'");
      const [me] = await holder.query('SELECT CONNECTION_ID() AS id');
      await holder.execute('CREATE SEQUENCE held');
      await holder.execute('LOCK TABLES held WRITE');
      await asking.limit({ lockMs: 1000 });
      const error = await dialect.inspect(asking, { ignore: [] }).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      assert.instance(error, DbsyncError, String(error));
      assert.is(error instanceof DbsyncError && error.code, 'TABLE_LOCKED');
      const why = error instanceof DbsyncError ? (error.why ?? '') : '';
      assert.ok(why.includes(`${String(me?.id)} of root`) && why.includes('holds a lock on held'), why);
      await holder.execute('UNLOCK TABLES');
      await dialect.inspect(asking, { ignore: [] });
    } finally {
      await holder.close();
      await asking.close();
    }
  });
});
