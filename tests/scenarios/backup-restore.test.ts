// `backup.restore`: the backup before a destructive plan is restored on a private server and compared, before it counts.
import { existsSync } from 'node:fs';
import mysql from 'mysql2/promise';
import pg from 'pg';
import * as assert from 'uvu/assert';
import { fillMysql, fillPostgres } from '../helpers/bookshop-data.ts';
import { mariadbMissing, startMariadb } from '../helpers/mariadb.ts';
import { NO_SERVER, startPostgres } from '../helpers/postgres.ts';
import { copyProject, type ProjectName } from '../helpers/project.ts';
import { artifact, folderOf, run } from '../helpers/scenario.ts';
import { spec } from '../helpers/spec.ts';

interface Case {
  readonly database: 'postgres' | 'mysql';
  readonly fixture: ProjectName;
  readonly url: string;
  readonly fill: () => Promise<unknown>;
  readonly drop: string;
}

const proves = async (input: Case): Promise<void> => {
  const project = await copyProject(input.fixture);
  const scene = { environment: { SHOP_URL: input.url } };
  const syncAll = async () => {
    const planned = await run(project.root, 'plan', {}, scene);
    const decisions = artifact(folderOf(planned), 'plan.json').decisions as {
      code: string;
      decision: string;
    }[];
    const accept = decisions
      .filter((item) => item.decision === 'open')
      .map(({ code }) => ({ code, reason: 'accepted by the test' }));
    return run(project.root, 'sync', { confirm: 'dev', accept }, scene);
  };
  try {
    await project.writeConfig(
      `export default { source: 'prisma', environments: { dev: { database: '${input.database}', urlVariable: 'SHOP_URL', protected: false, backup: { restore: true } } } };\n`,
    );
    await syncAll();
    await input.fill();
    await project.addMigration('29990101000000_drop', `${input.drop};\n`);
    const outcome = await syncAll();
    const { backup } = artifact(folderOf(outcome), 'execution.json') as {
      backup: { file: string; verified: string[] } | null;
    };
    assert.ok(backup && existsSync(backup.file));
    assert.match(
      backup.verified.at(-1) ?? '',
      /^restored on a private .* server.*: the same schema, and the same number of rows in all \d+ counted tables$/,
    );
  } finally {
    await project.remove();
  }
};

const postgres = await startPostgres();
const missing = mariadbMissing();
const mariadb = missing === null ? await startMariadb() : null;

spec('a backup that is restored as proof', ({ test, skip, after }) => {
  after(async () => {
    await postgres?.stop();
    await mariadb?.stop();
  });

  if (postgres) {
    test('PostgreSQL', async () => {
      const url = await postgres.createDatabase();
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      try {
        await proves({
          database: 'postgres',
          fixture: 'bookshop-postgres',
          url,
          fill: () => fillPostgres(client),
          drop: 'DROP TABLE "Review"',
        });
      } finally {
        await client.end();
      }
    });
  } else skip('PostgreSQL', NO_SERVER);

  if (mariadb) {
    test('MariaDB', async () => {
      const url = mariadb.url(await mariadb.database());
      const connection = await mysql.createConnection({ uri: url, multipleStatements: true });
      try {
        await proves({
          database: 'mysql',
          fixture: 'bookshop-mysql',
          url,
          fill: () => fillMysql(connection),
          drop: 'DROP TABLE `Review`',
        });
      } finally {
        await connection.end();
      }
    });
  } else skip('MariaDB', missing ?? '');
});
