// The database server is killed while a migration runs, and started again: what the run says, what recover explains, and that the
// run can be finished with nothing done twice.
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import mysql from 'mysql2/promise';
import pg from 'pg';
import * as assert from 'uvu/assert';
import type { DbsyncError } from '../../lib/errors/index.ts';
import { mariadbMissing, startMariadb } from '../helpers/mariadb.ts';
import { clusterPrograms, startCluster } from '../helpers/postgres-cluster.ts';
import { copyProject, type ProjectCopy, readMigrations } from '../helpers/project.ts';
import { artifact, code, refusal, run } from '../helpers/scenario.ts';
import { spec } from '../helpers/spec.ts';

const FIRST = '20260101000000_first';
const SECOND = '20260201000000_second';

interface Server {
  readonly database: 'postgres' | 'mysql';
  readonly url: string;
  readonly crash: () => Promise<void>;
  readonly restart: () => Promise<void>;
  readonly sleep: string;
}

interface Stage {
  readonly project: ProjectCopy;
  readonly scene: { readonly environment: Readonly<Record<string, string>> };
  /** The server's end, as the run tells it. */
  readonly failed: DbsyncError;
}

const options = { confirm: 'dev', backup: 'none needed', task: 'run' };

/** When the server is killed: while the fourth statement works, or just before the fifth is sent. */
type Moment = 'at work' | 'before the next';

/** Two migrations; the second one makes a table, a row, looks at something for a while, and makes another table. */
const crashed = async (
  server: Server,
  moment: Moment,
  work: (stage: Stage) => Promise<void>,
): Promise<void> => {
  const project = await copyProject(server.database === 'mysql' ? 'bookshop-mysql' : 'bookshop-postgres');
  const scene = { environment: { SHOP_URL: server.url } };
  const provider = server.database === 'mysql' ? 'mysql' : 'postgresql';
  try {
    for (const { id } of await readMigrations(project.migrationsFolder)) await project.removeMigration(id);
    await writeFile(
      path.join(project.root, 'prisma/schema.prisma'),
      `datasource db {\n  provider = "${provider}"\n}\n\nmodel first {\n  id Int @id\n}\n\nmodel second {\n  id Int @id\n}\n\nmodel third {\n  id Int @id\n}\n`,
    );
    await project.writeConfig(
      `export default { source: 'prisma', environments: { dev: { database: '${server.database}', urlVariable: 'SHOP_URL', protected: false } } };\n`,
    );
    await project.addMigration(FIRST, 'CREATE TABLE first (id INT NOT NULL PRIMARY KEY);\n');
    await project.addMigration(
      SECOND,
      `CREATE TABLE second (id INT NOT NULL PRIMARY KEY);\nINSERT INTO first VALUES (1);\n${server.sleep};\nCREATE TABLE third (id INT NOT NULL PRIMARY KEY);\n`,
    );
    let crash: Promise<void> | null = null;
    const failed = await refusal(project.root, 'sync', options, {
      ...scene,
      onProgress: (status) => {
        if (moment === 'at work' && status.startsWith('Apply: 3/'))
          crash = sleep(300).then(() => server.crash());
        if (moment === 'before the next' && status.startsWith('Apply: 4/')) crash = server.crash();
      },
    });
    await crash;
    await work({ project, scene, failed });
  } finally {
    await project.remove();
  }
};

const runFolder = (project: ProjectCopy): string => path.join(project.root, 'dev/active/run/db');

const states = (project: ProjectCopy): readonly string[] =>
  (artifact(runFolder(project), 'execution.json').steps as { state: string }[]).map((step) => step.state);

const journal = (project: ProjectCopy): string =>
  readFileSync(path.join(runFolder(project), 'artifacts/journal.ndjson'), 'utf8');

const programs = await clusterPrograms();
const missing = mariadbMissing() ?? (process.env.DBSYNC_TEST_MYSQL_URL ? 'needs a server of its own' : null);

spec('a server that is killed in mid-run', ({ test, skip }) => {
  if (programs) {
    test('PostgreSQL: the open migration is undone, the one before it stays, and sync finishes', async () => {
      const cluster = await startCluster(programs);
      try {
        const server: Server = {
          database: 'postgres',
          url: cluster.url(),
          crash: cluster.crash,
          restart: cluster.restart,
          sleep: 'SELECT pg_sleep(5)',
        };
        await crashed(server, 'at work', async ({ project, scene, failed }) => {
          assert.is(failed.code, 'APPLY_PARTIAL', failed.message);
          assert.match(failed.next.join('\n'), /20260101000000_first.*sync\.ts/s);
          assert.equal(states(project), [
            'committed',
            'rolled-back',
            'rolled-back',
            'rolled-back',
            'not-started',
          ]);
          assert.match(journal(project), /"event":"step-failed".*"lost":true/);
          assert.is(await code(project.root, 'sync', { confirm: 'dev' }, scene), 'CONNECT_REFUSED');
          await server.restart();
          assert.is((await run(project.root, 'recover', {}, scene)).kind, 'recovered');
          assert.is((await run(project.root, 'sync', { confirm: 'dev' }, scene)).kind, 'verification');
          assert.is((await run(project.root, 'sync', { confirm: 'dev' }, scene)).kind, 'nothing');
          const client = new pg.Client({ connectionString: server.url });
          await client.connect();
          const { rows } = await client.query('SELECT id FROM first');
          await client.end();
          assert.equal(rows, [{ id: 1 }]);
        });
      } finally {
        await cluster.stop();
      }
    });
  } else skip('PostgreSQL', 'no programs of a PostgreSQL server here');

  if (missing === null) {
    const withMariadb = async (
      moment: Moment,
      work: (stage: Stage, server: Server) => Promise<void>,
    ): Promise<void> => {
      // Every commit on disk, as a server that somebody relies on has it.
      const mariadb = await startMariadb(['--innodb-flush-log-at-trx-commit=1', '--innodb-doublewrite=ON']);
      try {
        const server: Server = {
          database: 'mysql',
          url: mariadb.url(await mariadb.database()),
          crash: mariadb.crash,
          restart: mariadb.restart,
          sleep: moment === 'at work' ? 'SELECT SLEEP(5)' : 'SELECT 1',
        };
        await crashed(server, moment, async (stage) => {
          await work(stage, server);
          const { project, scene } = stage;
          const resumed = await run(
            project.root,
            'recover',
            { confirm: 'dev', backup: 'none needed', resume: SECOND },
            scene,
          );
          assert.is(resumed.kind, 'verification');
          assert.is((await run(project.root, 'sync', { confirm: 'dev' }, scene)).kind, 'nothing');
          const connection = await mysql.createConnection({ uri: server.url });
          const [rows] = await connection.query<mysql.RowDataPacket[]>('SELECT id FROM first');
          await connection.end();
          assert.equal(
            rows.map((row) => row.id),
            [1],
          );
        });
      } finally {
        await mariadb.stop();
      }
    };

    test('MariaDB: an open transaction is undone, the statements before it stay, and --resume finishes', () =>
      withMariadb('at work', async ({ project, scene, failed }, server) => {
        assert.is(failed.code, 'APPLY_PARTIAL', failed.message);
        assert.match(failed.next.join('\n'), /recover\.ts --env dev --resume 20260201000000_second/);
        assert.equal(states(project), [
          'committed',
          'committed',
          'rolled-back',
          'rolled-back',
          'not-started',
        ]);
        assert.is(await code(project.root, 'recover', { resume: SECOND }, scene), 'CONNECT_REFUSED');
        await server.restart();
      }));

    test('MariaDB: a schema statement of which nobody heard is unknown until recover has looked', () =>
      withMariadb('before the next', async ({ project, scene, failed }, server) => {
        assert.is(failed.code, 'INTERRUPTED', failed.message);
        assert.match(failed.next.join('\n'), /recover\.ts --env dev --task run/);
        assert.is(states(project).at(-1), 'unknown');
        assert.is(await code(project.root, 'recover', {}, scene), 'CONNECT_REFUSED');
        await server.restart();
        const refused = await refusal(project.root, 'sync', { confirm: 'dev' }, scene);
        assert.is(refused.code, 'PREFLIGHT_FAILED');
        assert.match(refused.message, /the run "run" was interrupted while it wrote/);
        assert.is((await run(project.root, 'recover', {}, scene)).kind, 'recovered');
        assert.equal(states(project).slice(0, 4), Array(4).fill('committed'));
        assert.not.ok(/committed|unknown/.test(states(project).at(-1) ?? ''), states(project).join(' '));
      }));
  } else skip('MariaDB', missing);
});
