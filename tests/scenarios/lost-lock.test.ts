// The connection that holds the runner lock is ended in mid-run: the run notices, stops before the next statement or commit, and says so.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import mysql from 'mysql2/promise';
import pg from 'pg';
import * as assert from 'uvu/assert';
import { lockName } from '../../lib/dialects/mysql/lock.ts';
import { mariadbMissing, startMariadb } from '../helpers/mariadb.ts';
import { NO_SERVER, startPostgres } from '../helpers/postgres.ts';
import { copyProject, type ProjectName, readMigrations } from '../helpers/project.ts';
import { artifact, refusal, run } from '../helpers/scenario.ts';
import { startSilentProxy } from '../helpers/silent-proxy.ts';
import { spec } from '../helpers/spec.ts';

interface Case {
  readonly database: 'postgres' | 'mysql';
  readonly fixture: ProjectName;
  readonly url: string;
  readonly sleep: string;
  readonly endHolder: () => Promise<void>;
  /** The end of the connection is not told to this side. */
  readonly silently?: boolean;
  readonly tables: () => Promise<number>;
}

const loses = async (input: Case, states: readonly string[]): Promise<void> => {
  const project = await copyProject(input.fixture);
  const url = new URL(input.url);
  const proxy = input.silently ? await startSilentProxy(Number(url.port)) : null;
  if (proxy) url.port = String(proxy.port);
  const scene = { environment: { SHOP_URL: url.href } };
  try {
    for (const { id } of await readMigrations(project.migrationsFolder)) await project.removeMigration(id);
    const provider = input.database === 'mysql' ? 'mysql' : 'postgresql';
    await writeFile(
      path.join(project.root, 'prisma/schema.prisma'),
      `datasource db {\n  provider = "${provider}"\n}\n\nmodel first {\n  id Int @id\n}\n\nmodel second {\n  id Int @id\n}\n`,
    );
    await project.writeConfig(
      `export default { source: 'prisma', environments: { dev: { database: '${input.database}', urlVariable: 'SHOP_URL', protected: false, timeouts: { connectMs: 2000 } } } };\n`,
    );
    await project.addMigration(
      '20260101000000_both',
      `CREATE TABLE first (id INT NOT NULL PRIMARY KEY);\n${input.sleep};\nCREATE TABLE second (id INT NOT NULL PRIMARY KEY);\n`,
    );
    await run(project.root, 'plan', { task: 'run' }, scene);
    await run(project.root, 'rehearse', { task: 'run' }, scene);
    await run(project.root, 'approve', { task: 'run', confirm: 'dev', backup: 'none needed' }, scene);
    let ended: Promise<void> | null = null;
    const error = await refusal(
      project.root,
      'apply',
      { task: 'run', confirm: 'dev' },
      {
        ...scene,
        onProgress: (status) => {
          if (!status.startsWith('Apply: 1/')) return;
          proxy?.fallSilent();
          ended = input.endHolder();
        },
      },
    );
    await ended;
    assert.match(
      error.message,
      /stopped before (this step|the commit): the connection that held the runner lock ended/,
    );
    const execution = artifact(path.join(project.root, 'dev/active/run/db'), 'execution.json');
    assert.equal(
      (execution.steps as { state: string }[]).map((step) => step.state),
      states,
    );
    assert.is(await input.tables(), states[0] === 'committed' ? 1 : 0);
  } finally {
    await proxy?.stop();
    await project.remove();
  }
};

const postgres = await startPostgres();
const missing = mariadbMissing();
const mariadb = missing === null ? await startMariadb() : null;

spec('a lost runner lock', ({ test, skip, after }) => {
  after(async () => {
    await postgres?.stop();
    await mariadb?.stop();
  });

  if (postgres) {
    const loseOnPostgres = async (silently: boolean, states: readonly string[]): Promise<void> => {
      const url = await postgres.createDatabase();
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      try {
        await loses(
          {
            database: 'postgres',
            fixture: 'bookshop-postgres',
            url,
            silently,
            sleep: 'SELECT pg_sleep(1)',
            endHolder: async () => {
              await client.query(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
              );
            },
            tables: async () => {
              const { rows } = await client.query(
                "SELECT count(*)::int AS n FROM pg_class WHERE relname IN ('first', 'second')",
              );
              return Number(rows[0]?.n);
            },
          },
          states,
        );
      } finally {
        await client.end();
      }
    };
    test('PostgreSQL: everything is rolled back', () =>
      loseOnPostgres(false, ['rolled-back', 'rolled-back', 'not-started']));
    test('PostgreSQL: an end that nobody told of is found before the commit', () =>
      loseOnPostgres(true, ['rolled-back', 'rolled-back', 'rolled-back']));
  } else skip('PostgreSQL', NO_SERVER);

  if (mariadb) {
    const loseOnMariadb = async (silently: boolean): Promise<void> => {
      const name = await mariadb.database();
      const connection = await mysql.createConnection({ uri: mariadb.url(name) });
      const one = async (sql: string): Promise<number> => {
        const [rows] = await connection.query<mysql.RowDataPacket[]>(sql);
        return Number(rows[0]?.n);
      };
      try {
        await loses(
          {
            database: 'mysql',
            fixture: 'bookshop-mysql',
            url: mariadb.url(name),
            silently,
            sleep: 'SELECT SLEEP(1)',
            endHolder: async () => {
              await connection.query(`KILL ${await one(`SELECT IS_USED_LOCK('${lockName(name)}') AS n`)}`);
            },
            tables: () =>
              one(
                "SELECT COUNT(*) AS n FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN ('first', 'second')",
              ),
          },
          ['committed', 'rolled-back', 'not-started'],
        );
      } finally {
        await connection.end();
      }
    };
    test('MariaDB: what was done stays, what follows is not sent', () => loseOnMariadb(false));
    test('MariaDB: an end that nobody told of is found before the next statement', () => loseOnMariadb(true));
  } else skip('MariaDB', missing ?? '');
});
