// A database that does not exist yet: its shadow is like the server that it will be created on, so that the prediction holds there.
import * as assert from 'uvu/assert';
import { mariadbMissing, startMariadb } from '../helpers/mariadb.ts';
import { NO_SERVER, startEveryPostgres } from '../helpers/postgres.ts';
import { copyProject } from '../helpers/project.ts';
import { artifact, folderOf, run } from '../helpers/scenario.ts';
import { spec } from '../helpers/spec.ts';

const servers = await startEveryPostgres();

/** Plans and syncs the bookshop on a database that is not there; answers with the rehearsal's words on where it was. */
const syncNew = async (database: 'postgres' | 'mysql', url: string): Promise<string> => {
  const project = await copyProject(`bookshop-${database}`);
  const scene = { environment: { SHOP_URL: url }, answers: ['dev'] };
  try {
    await project.writeConfig(
      `export default { source: 'prisma', environments: { dev: { database: '${database}', urlVariable: 'SHOP_URL', protected: false, create: true, policy: { 'my-partial-file': 'allow' } } } };\n`,
    );
    const outcome = await run(project.root, 'sync', { task: 'new', backup: 'nothing is there' }, scene);
    assert.is(outcome.exitCode, 0, JSON.stringify(outcome.data));
    const verification = artifact(folderOf(outcome), 'verification.json');
    assert.is(verification.outcome, 'proven');
    assert.is(verification.predicted, verification.actual);
    const again = await run(project.root, 'plan', { task: 'again' }, scene);
    assert.equal(artifact(folderOf(again), 'plan.json').batches, []);
    return String(artifact(folderOf(outcome), 'rehearsal.json').replica);
  } finally {
    await project.remove();
  }
};

spec('a database that does not exist yet', ({ test, skip, after }) => {
  after(async () => {
    for (const server of servers) await server.stop();
  });

  if (servers.length === 0) skip('PostgreSQL', NO_SERVER);
  for (const server of servers) {
    test(`${server.title}: the shadow is of the server's version`, async () => {
      const replica = await syncNew('postgres', server.urlOf('not_there_yet'));
      assert.match(replica, new RegExp(`PostgreSQL ${server.major}\\b`));
    });
  }

  const missing = mariadbMissing();
  if (missing !== null) skip('MariaDB', missing);
  else
    test("MariaDB: the shadow has the server's modes and character set", async () => {
      const server = await startMariadb();
      try {
        const admin = await server.admin();
        await admin.execute("SET GLOBAL sql_mode = 'NO_ENGINE_SUBSTITUTION,PIPES_AS_CONCAT'");
        await admin.execute("SET GLOBAL character_set_server = 'latin1'");
        await admin.close();
        await syncNew('mysql', server.url('not_there_yet'));
      } finally {
        await server.stop();
      }
    });
});
