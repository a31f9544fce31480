// The main job on real servers, PostgreSQL and MariaDB: the same story, and what only servers have.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import mysql from 'mysql2/promise';
import pg from 'pg';
import * as assert from 'uvu/assert';
import { DbsyncError } from '../../lib/errors/index.ts';
import { fillMysql, fillPostgres } from '../helpers/bookshop-data.ts';
import { mariadbMissing, startMariadb } from '../helpers/mariadb.ts';
import { NO_SERVER, startPostgres } from '../helpers/postgres.ts';
import { copyProject, type ProjectCopy, type ProjectName, readMigrations } from '../helpers/project.ts';
import { artifact, cli, code, type Ended, folderOf, refusal, run, type Scene } from '../helpers/scenario.ts';
import { spec } from '../helpers/spec.ts';

/** One kind of server, and how the test itself speaks to it. */
interface Engine {
  readonly dialect: 'postgres' | 'mysql';
  readonly fixture: ProjectName;
  /** A new, empty database; its URL for a superuser. */
  database(): Promise<string>;
  /** A role with a hostile password that may do everything in that database; its URL. */
  hostile(url: string, password: string): Promise<string>;
  exec(url: string, sql: string): Promise<void>;
  value(url: string, sql: string): Promise<unknown>;
  fill(url: string): Promise<void>;
  stop(): Promise<void>;
}

const withPg = async <T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};

const withMysql = async <T>(url: string, work: (connection: mysql.Connection) => Promise<T>): Promise<T> => {
  const connection = await mysql.createConnection({ uri: url, multipleStatements: true });
  try {
    return await work(connection);
  } finally {
    await connection.end();
  }
};

const withUser = (url: string, user: string, password: string): string => {
  const parsed = new URL(url);
  parsed.username = user;
  parsed.password = encodeURIComponent(password);
  return parsed.href;
};

const postgres = async (): Promise<Engine | null> => {
  const server = await startPostgres();
  if (!server) return null;
  let count = 0;
  return {
    dialect: 'postgres',
    fixture: 'bookshop-postgres',
    database: async () => {
      count += 1;
      const name = `shop_${count}`;
      await withPg(server.url, (client) => client.query(`CREATE DATABASE ${name}`));
      return server.urlOf(name);
    },
    hostile: async (url, password) => {
      count += 1;
      const role = `app_${count}`;
      await withPg(url, async (client) => {
        await client.query(`CREATE ROLE ${role} LOGIN PASSWORD ${client.escapeLiteral(password)}`);
        await client.query(`ALTER SCHEMA public OWNER TO ${role}`);
        await client.query(
          `DO $$ BEGIN EXECUTE format('GRANT ALL ON DATABASE %I TO ${role}', current_database()); END $$`,
        );
      });
      return withUser(url, role, password);
    },
    exec: (url, sql) => withPg(url, async (client) => void (await client.query(sql))),
    value: (url, sql) =>
      withPg(url, async (client) => Object.values((await client.query(sql)).rows[0] ?? {})[0]),
    fill: (url) => withPg(url, async (client) => void (await fillPostgres(client))),
    stop: () => server.stop(),
  };
};

const mariadb = async (): Promise<Engine | null> => {
  if (mariadbMissing()) return null;
  const server = await startMariadb();
  let count = 0;
  return {
    dialect: 'mysql',
    fixture: 'bookshop-mysql',
    database: async () => server.url(await server.database()),
    hostile: async (url, password) => {
      count += 1;
      const name = new URL(url).pathname.slice(1);
      await withMysql(url, async (connection) => {
        await connection.query(`CREATE USER 'app_${count}'@'%' IDENTIFIED BY ${connection.escape(password)}`);
        await connection.query(`GRANT ALL ON \`${name}\`.* TO 'app_${count}'@'%'`);
      });
      return withUser(url, `app_${count}`, password);
    },
    exec: (url, sql) => withMysql(url, async (connection) => void (await connection.query(sql))),
    value: (url, sql) =>
      withMysql(url, async (connection) => {
        const [rows] = await connection.query<mysql.RowDataPacket[]>(sql);
        return Object.values(rows[0] ?? {})[0];
      }),
    fill: (url) => withMysql(url, async (connection) => void (await fillMysql(connection))),
    stop: () => server.stop(),
  };
};

interface Stage {
  readonly project: ProjectCopy;
  readonly url: string;
  readonly scene: Scene;
}

const config = (dialect: string): string =>
  `export default { source: 'prisma', environments: { dev: { database: '${dialect}', urlVariable: 'SHOP_URL', protected: false, timeouts: { lockMs: 2000, runnerLockMs: 1500 } } } };\n`;

const withStage = async (engine: Engine, work: (stage: Stage) => Promise<void>): Promise<void> => {
  const project = await copyProject(engine.fixture);
  try {
    const url = await engine.database();
    await project.writeConfig(config(engine.dialect));
    await work({ project, url, scene: { environment: { SHOP_URL: url } } });
  } finally {
    await project.remove();
  }
};

const ACCEPT = { backup: 'a dump of last night' } as const;

/** Accepts whatever is open: these tests are not about hazards. */
const sync = async (stage: Stage, more: Parameters<typeof run>[2] = {}) => {
  const planned = await run(stage.project.root, 'plan', more, stage.scene).catch(() => null);
  const decisions = planned
    ? (artifact(folderOf(planned), 'plan.json').decisions as { code: string; decision: string }[])
    : [];
  const accept = [
    ...new Set(decisions.filter((item) => item.decision === 'open').map((item) => item.code)),
  ].map((item) => ({
    code: item,
    reason: 'accepted by the test',
  }));
  return run(stage.project.root, 'sync', { confirm: 'dev', ...ACCEPT, accept, ...more }, stage.scene);
};

const everyFile = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));

const story = async (title: string, start: () => Promise<Engine | null>, missing: string): Promise<void> => {
  const engine = await start();
  spec(title, ({ test, skip, after }) => {
    after(() => engine?.stop());
    const on = (name: string, body: (engine: Engine) => Promise<void>): void => {
      if (engine) test(name, () => body(engine));
      else skip(name, missing);
    };

    const onExtensions = engine?.dialect === 'mysql' ? () => {} : on;
    onExtensions('a part that the shadow lacks is not called a fault of the migration', (server) =>
      withStage(server, async (stage) => {
        await stage.project.addMigration('29990101000000_part', '\nCREATE EXTENSION no_such_part;\n');
        const error = await refusal(stage.project.root, 'plan', {}, stage.scene);
        assert.is(error.code, 'REPLAY_FAILED');
        assert.match(error.message, /29990101000000_part\/migration\.sql:2.*no_such_part/s);
        assert.ok(error.next.some((line) => line.includes('shadow.urlVariable')));
        assert.not.ok(error.next.some((line) => line.includes('Mend the migration')));
      }),
    );

    on('from nothing to the declared schema, proven; then nothing to do', (server) =>
      withStage(server, async (stage) => {
        const first = await sync(stage);
        assert.is(first.kind, 'verification');
        const verification = artifact(folderOf(first), 'verification.json');
        assert.is(verification.outcome, 'proven');
        assert.is(verification.predicted, verification.actual);
        if (server.dialect === 'postgres')
          assert.is((verification.tool as { status: string }).status, 'agrees');
        const second = await sync(stage);
        assert.is(second.kind, 'nothing');
        assert.is((await run(stage.project.root, 'status', {}, stage.scene)).changes, false);
      }),
    );

    on('with data, the last migrations behind: applied and proven', (server) =>
      withStage(server, async (stage) => {
        const files = await readMigrations(stage.project.migrationsFolder);
        await sync(stage, { to: files.at(-4)?.id });
        await server.fill(stage.url);
        const outcome = await sync(stage);
        assert.is(outcome.kind, 'verification');
        assert.is(
          (artifact(folderOf(outcome), 'verification.json').remaining as { changes: unknown[] }).changes
            .length,
          0,
        );
      }),
    );

    on(
      'before the approval nothing is written, whatever the phase; a missing database is an error',
      (server) =>
        withStage(server, async (stage) => {
          const files = await readMigrations(stage.project.migrationsFolder);
          await sync(stage, { to: files.at(3)?.id });
          const ledger = await server.value(stage.url, 'SELECT count(*) FROM _prisma_migrations');
          for (const phase of ['preflight', 'snapshot', 'plan', 'rehearse', 'status'] as const) {
            await run(stage.project.root, phase, { task: 'look' }, stage.scene);
          }
          assert.is(
            await code(stage.project.root, 'sync', { task: 'look' }, stage.scene),
            'APPROVAL_REQUIRED',
          );
          assert.is(
            String(await server.value(stage.url, 'SELECT count(*) FROM _prisma_migrations')),
            String(ledger),
          );
          const gone = new URL(stage.url);
          gone.pathname = '/no_such_database';
          const error = await refusal(
            stage.project.root,
            'status',
            {},
            { environment: { SHOP_URL: gone.href } },
          );
          assert.is(error.code, 'DATABASE_MISSING');
        }),
    );

    on('another database behind the same variable: blocked, and both identities are named', (server) =>
      withStage(server, async (stage) => {
        await sync(stage);
        const other = { environment: { SHOP_URL: await server.database() } };
        const error = await refusal(stage.project.root, 'sync', { confirm: 'dev' }, other);
        assert.is(error.code, 'IDENTITY_CHANGED');
        const accepted = await refusal(stage.project.root, 'sync', { acceptIdentity: true }, other);
        assert.is(accepted.code, 'APPROVAL_REQUIRED');
      }),
    );

    on(
      'a failure in the second statement of a file: what is committed is said truthfully for this engine',
      (server) =>
        withStage(server, async (stage) => {
          await sync(stage);
          const quote = server.dialect === 'postgres' ? '"' : '`';
          const table = (name: string): string => `${quote}${name}${quote}`;
          await stage.project.addMigration(
            '20270100000000_pairs',
            `CREATE TABLE ${table('Pairs')} (id INTEGER);\n`,
          );
          await sync(stage);
          await server.exec(stage.url, `INSERT INTO ${table('Pairs')} VALUES (0), (1), (2), (1)`);
          await stage.project.addMigration(
            '20270101000000_two_steps',
            `CREATE TABLE ${table('StepOne')} (id INTEGER PRIMARY KEY);\nCREATE UNIQUE INDEX ${table('pairs_key')} ON ${table('Pairs')} (id);\n`,
          );
          // The replica holds no rows, so only the target's own data can make the second statement fail.
          const error = await sync(stage).then(
            () => null,
            (thrown: unknown) => thrown,
          );
          assert.ok(error instanceof DbsyncError, String(error));
          const transactional = server.dialect === 'postgres';
          assert.is(error.code, transactional ? 'APPLY_FAILED' : 'APPLY_PARTIAL', error.message);
          const there = await server.value(
            stage.url,
            `SELECT count(*) FROM information_schema.tables WHERE table_name = 'StepOne'`,
          );
          assert.is(Number(there), transactional ? 0 : 1);
          assert.match(error.why ?? '', transactional ? /: 0 committed/ : /: 1 committed/);
          assert.match(error.message, /20270101000000_two_steps\/migration\.sql:2/);
          if (transactional) return;
          const left = await run(stage.project.root, 'recover', {}, stage.scene);
          assert.is(left.exitCode, 3);
          const { next } = left.data as { next: readonly string[] };
          assert.ok(next.join('\n').includes('--resume 20270101000000_two_steps'));
        }),
    );

    on(
      "the migration tool's own runner is kept out while dbsync works, and dbsync while it works",
      (server) =>
        withStage(server, async (stage) => {
          await sync(stage, { to: (await readMigrations(stage.project.migrationsFolder)).at(2)?.id });
          await run(stage.project.root, 'plan', { task: 'locked' }, stage.scene);
          await run(stage.project.root, 'rehearse', { task: 'locked' }, stage.scene);
          await run(stage.project.root, 'approve', { task: 'locked', confirm: 'dev' }, stage.scene).catch(
            () => null,
          );
          const hold = async (): Promise<() => Promise<void>> => {
            if (server.dialect === 'postgres') {
              const client = new pg.Client({ connectionString: stage.url });
              await client.connect();
              await client.query('SELECT pg_advisory_lock(72707369)');
              return () => client.end();
            }
            const connection = await mysql.createConnection({ uri: stage.url });
            await connection.query("SELECT GET_LOCK('prisma_migrate', 1)");
            return () => connection.end();
          };
          const release = await hold();
          const blocked = await refusal(
            stage.project.root,
            'sync',
            { confirm: 'dev', ...ACCEPT },
            stage.scene,
          );
          assert.ok(['LOCK_HELD', 'PREFLIGHT_FAILED'].includes(blocked.code), blocked.code);
          await release();
          assert.is((await sync(stage)).kind, 'verification');
        }),
    );

    on(
      'passwords of any character never appear in what a run prints or writes, also when it fails',
      (server) =>
        withStage(server, async (stage) => {
          const password = `p@ss:w/o%rd#'"\\ üñ${'x'.repeat(6)}`;
          const url = await server.hostile(stage.url, password);
          const spellings = [
            password,
            encodeURIComponent(password),
            encodeURI(password),
            JSON.stringify(password).slice(1, -1),
          ];
          const environment = { SHOP_URL: url };
          const outputs: Ended[] = [];
          outputs.push(await cli(stage.project.root, 'status', ['--env', 'dev'], { environment }));
          outputs.push(
            await cli(stage.project.root, 'sync', ['--env', 'dev', '--confirm', 'dev', '--json'], {
              environment: { ...environment, DBSYNC_DEBUG: '1' },
            }),
          );
          const wrong = new URL(url);
          wrong.password = encodeURIComponent(`${password}!`);
          outputs.push(
            await cli(stage.project.root, 'preflight', ['--env', 'dev'], {
              environment: { SHOP_URL: wrong.href },
            }),
          );
          wrong.port = '1';
          outputs.push(
            await cli(stage.project.root, 'plan', ['--env', 'dev'], {
              environment: { SHOP_URL: wrong.href },
            }),
          );
          assert.is(outputs[0]?.code, 0, outputs[0]?.stderr);
          assert.is(outputs[2]?.code, 3);
          assert.is(outputs[3]?.code, 3);
          const written = everyFile(stage.project.root).map((file) => readFileSync(file, 'utf8'));
          for (const text of [...outputs.flatMap((ended) => [ended.stdout, ended.stderr]), ...written]) {
            for (const spelling of spellings)
              assert.not.ok(text.includes(spelling), `a password in: ${text.slice(0, 300)}`);
          }
        }),
    );
  });
};

await story('PostgreSQL', postgres, NO_SERVER);
await story('MariaDB', mariadb, 'no MariaDB server at hand');
