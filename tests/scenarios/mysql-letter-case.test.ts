// Histories that were written on a server that does not tell names of tables by their case, as those of Windows and macOS.
import * as assert from 'uvu/assert';
import { mariadbMissing, startMariadb, type TestServer } from '../helpers/mariadb.ts';
import { copyProject, type ProjectCopy } from '../helpers/project.ts';
import { refusal, run, type Scene } from '../helpers/scenario.ts';
import { spec } from '../helpers/spec.ts';

const missing = mariadbMissing();

const CONFIG = `export default { environments: { dev: { database: 'mysql', urlVariable: 'DATABASE_URL', protected: false } } };\n`;
const SMALL = '20990101000000_small';
const TEXT = (publisher: string): string =>
  `-- AlterTable\nALTER TABLE \`${publisher}\` ADD COLUMN \`motto\` TEXT NULL;\n`;

spec('names of tables in other letters (MariaDB)', ({ test, skip }) => {
  if (missing !== null) {
    skip('everything that needs a server', missing);
    return;
  }

  const onServer = async (
    options: readonly string[],
    work: (project: ProjectCopy, scene: Scene, server: TestServer) => Promise<void>,
  ): Promise<void> => {
    const server = await startMariadb(options);
    const project = await copyProject('bookshop-mysql');
    try {
      await project.writeConfig(CONFIG);
      await work(project, { environment: { DATABASE_URL: server.url(await server.database()) } }, server);
    } finally {
      await project.remove();
      await server.stop();
    }
  };

  test('are no names on this server, and the refusal says which table is meant', () =>
    onServer([], async (project, scene) => {
      await project.addMigration(SMALL, TEXT('publisher'));
      const refused = await refusal(project.root, 'plan', {}, scene);
      assert.is(refused.code, 'REPLAY_FAILED');
      assert.match(
        refused.message,
        /small\/migration\.sql:2: Table '.*\.publisher' doesn't exist\. The table is there as `Publisher`/,
      );
      await project.editMigration(SMALL, () => TEXT('publishers'));
      const other = await refusal(project.root, 'plan', {}, scene);
      assert.match(other.message, /Table '.*\.publishers' doesn't exist/);
      assert.not.match(other.message, /The table is there/);
    }));

  test('are names on a server that was set up so, and the rehearsal is made on such a one too', () =>
    onServer(['--lower-case-table-names=1'], async (project, scene) => {
      await project.addMigration(SMALL, TEXT('publisher'));
      assert.is((await run(project.root, 'sync', { confirm: 'dev' }, scene)).kind, 'verification');
      assert.is((await run(project.root, 'sync', { confirm: 'dev' }, scene)).kind, 'nothing');
    }));
});
