// The connection breaks at a COMMIT, whose answer nobody gets: the run calls the outcome unknown, `recover` asks the database, and the
// run can be finished with nothing done twice.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import mysql from 'mysql2/promise';
import pg from 'pg';
import * as assert from 'uvu/assert';
import { type Cut, startCuttingProxy } from '../helpers/cutting-proxy.ts';
import { mariadbMissing, startMariadb } from '../helpers/mariadb.ts';
import { NO_SERVER, startPostgres } from '../helpers/postgres.ts';
import { copyProject, readMigrations } from '../helpers/project.ts';
import { artifact, refusal, run } from '../helpers/scenario.ts';
import { spec } from '../helpers/spec.ts';

const TABLE = '20260101000000_table';
const ROWS = '20260201000000_rows';

interface Place {
  readonly database: 'postgres' | 'mysql';
  readonly url: string;
  /** The rows of `first`, read on a connection of the test's own. */
  readonly count: () => Promise<number>;
}

const breaks = async ({ database, url, count }: Place, cut: Cut): Promise<void> => {
  const project = await copyProject(database === 'mysql' ? 'bookshop-mysql' : 'bookshop-postgres');
  const direct = { environment: { SHOP_URL: url } };
  const way = new URL(url);
  const proxy = await startCuttingProxy(Number(way.port), 'COMMIT', cut);
  way.port = String(proxy.port);
  const scene = { environment: { SHOP_URL: way.href } };
  const states = (): readonly string[] =>
    (
      artifact(path.join(project.root, 'dev/active/run/db'), 'execution.json').steps as { state: string }[]
    ).map(({ state }) => state);
  try {
    for (const { id } of await readMigrations(project.migrationsFolder)) await project.removeMigration(id);
    await writeFile(
      path.join(project.root, 'prisma/schema.prisma'),
      `datasource db {\n  provider = "${database === 'mysql' ? 'mysql' : 'postgresql'}"\n}\n\nmodel first {\n  id Int @id\n}\n`,
    );
    await project.writeConfig(
      `export default { source: 'prisma', environments: { dev: { database: '${database}', urlVariable: 'SHOP_URL', protected: false } } };\n`,
    );
    await project.addMigration(TABLE, 'CREATE TABLE first (id INT NOT NULL PRIMARY KEY);\n');
    await project.addMigration(ROWS, 'INSERT INTO first VALUES (1);\nINSERT INTO first VALUES (2);\n');
    const error = await refusal(
      project.root,
      'sync',
      { task: 'run', confirm: 'dev', backup: 'none needed' },
      {
        ...scene,
        onProgress: (status) => {
          if (status.startsWith('Apply: 2/')) proxy.arm();
        },
      },
    );
    assert.ok(proxy.broke(), 'a COMMIT was sent');
    assert.is(error.code, 'INTERRUPTED', error.message);
    assert.equal(states(), ['committed', 'unknown', 'unknown']);
    const done = cut === 'after it is done';
    assert.is(await count(), done ? 2 : 0);

    assert.is((await run(project.root, 'recover', { task: 'run' }, direct)).kind, 'recovered');
    const settled = done ? 'committed' : 'rolled-back';
    assert.equal(states(), ['committed', settled, settled]);
    const next = await run(
      project.root,
      'sync',
      { task: 'after', confirm: 'dev', backup: 'none needed' },
      direct,
    );
    assert.is(next.kind, done ? 'nothing' : 'verification');
    assert.is(await count(), 2);
  } finally {
    await proxy.stop();
    await project.remove();
  }
};

const CUTS: readonly Cut[] = ['before it arrives', 'after it is done'];
const postgres = await startPostgres();
const missing = mariadbMissing();
const mariadb = missing === null ? await startMariadb() : null;

spec('a connection that breaks at the commit', ({ test, skip, after }) => {
  after(async () => {
    await postgres?.stop();
    await mariadb?.stop();
  });

  for (const cut of CUTS) {
    if (postgres) {
      test(`PostgreSQL, ${cut}: unknown, until recover has asked`, async () => {
        const url = await postgres.createDatabase();
        const client = new pg.Client({ connectionString: url });
        await client.connect();
        const count = async (): Promise<number> =>
          Number((await client.query('SELECT count(*) AS n FROM first')).rows[0].n);
        await breaks({ database: 'postgres', url, count }, cut).finally(() => client.end());
      });
    } else skip(`PostgreSQL, ${cut}`, NO_SERVER);

    if (mariadb) {
      test(`MariaDB, ${cut}: unknown, until recover has asked`, async () => {
        const url = mariadb.url(await mariadb.database());
        const client = await mysql.createConnection(url);
        const count = async (): Promise<number> => {
          const [rows] = await client.query<mysql.RowDataPacket[]>('SELECT count(*) AS n FROM first');
          return Number(rows[0]?.n);
        };
        await breaks({ database: 'mysql', url, count }, cut).finally(() => client.end());
      });
    } else skip(`MariaDB, ${cut}`, missing ?? '');
  }
});
