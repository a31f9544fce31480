// Whole runs on Alembic projects: a copy of a fixture with a configuration, a fresh database of each engine, and Alembic's own word
// on it, asked without dbsync.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type Sqlite from 'better-sqlite3';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { DbsyncError } from '../../lib/errors/index.ts';
import { copyAlembic, NO_PYTHON, pythonWith, temporary } from './alembic.ts';
import Database from './better-sqlite3.ts';
import { mariadbMissing, startMariadb } from './mariadb.ts';
import { startPostgres } from './postgres.ts';
import { artifact, run, type Scene } from './scenario.ts';

/** One kind of database, and how the test itself speaks to it. */
export interface AlembicEngine {
  readonly dialect: 'sqlite' | 'postgres' | 'mysql';
  /** SQLAlchemy's scheme for a driver that the interpreter has. */
  readonly scheme: string;
  /** Whether what a failing revision did is undone. */
  readonly rollsBack: boolean;
  database(): Promise<string>;
  /** The same database for a new role with this password; null: there are no roles. */
  hostile(url: string, password: string): Promise<string | null>;
  exec(url: string, sql: string): Promise<void>;
  tables(url: string): Promise<readonly string[]>;
  stop(): Promise<void>;
}

const withUser = (url: string, user: string, password: string): string =>
  Object.assign(new URL(url), { username: user, password: encodeURIComponent(password) }).href;

const files = async (): Promise<AlembicEngine> => {
  const fileOf = (url: string): string => url.replace(/^file:/, '');
  const open = <T>(url: string, work: (database: Sqlite.Database) => T): T => {
    const database = new Database(fileOf(url), { fileMustExist: true });
    try {
      return work(database);
    } finally {
      database.close();
    }
  };
  return {
    dialect: 'sqlite',
    scheme: 'sqlite',
    rollsBack: false,
    database: async () => {
      const file = path.join(temporary(), 'app.db');
      writeFileSync(file, '');
      return `file:${file}`;
    },
    hostile: async () => null,
    exec: async (url, sql) => open(url, (database) => void database.exec(sql)),
    tables: async (url) =>
      open(url, (database) =>
        database
          .prepare<[], string>("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
          .pluck()
          .all(),
      ),
    stop: async () => undefined,
  };
};

const withPg = async <T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};

const postgres = async (): Promise<AlembicEngine | null> => {
  const server = await startPostgres();
  if (!server) return null;
  let count = 0;
  return {
    dialect: 'postgres',
    scheme: 'postgresql+psycopg2',
    rollsBack: true,
    database: () => server.createDatabase(),
    hostile: async (url, password) => {
      count += 1;
      await withPg(url, (client) =>
        client.query(`CREATE ROLE odd_${count} SUPERUSER LOGIN PASSWORD ${client.escapeLiteral(password)}`),
      );
      return withUser(url, `odd_${count}`, password);
    },
    exec: (url, sql) => withPg(url, async (client) => void (await client.query(sql))),
    tables: (url) =>
      withPg(url, async (client) =>
        (
          await client.query<{ name: string }>(
            "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1",
          )
        ).rows.map(({ name }) => name),
      ),
    stop: server.stop,
  };
};

const withMysql = async <T>(url: string, work: (connection: mysql.Connection) => Promise<T>): Promise<T> => {
  const connection = await mysql.createConnection({ uri: url, multipleStatements: true });
  try {
    return await work(connection);
  } finally {
    await connection.end();
  }
};

const mariadb = async (): Promise<AlembicEngine | null> => {
  const server = await startMariadb();
  let count = 0;
  return {
    dialect: 'mysql',
    scheme: 'mysql+pymysql',
    rollsBack: false,
    database: async () => server.url(await server.database()),
    hostile: async (url, password) => {
      count += 1;
      await withMysql(url, async (connection) => {
        await connection.query(`CREATE USER 'odd_${count}'@'%' IDENTIFIED BY ${connection.escape(password)}`);
        await connection.query(`GRANT ALL ON *.* TO 'odd_${count}'@'%'`);
      });
      return withUser(url, `odd_${count}`, password);
    },
    exec: (url, sql) => withMysql(url, async (connection) => void (await connection.query(sql))),
    tables: (url) =>
      withMysql(url, async (connection) => {
        const [rows] = await connection.query<mysql.RowDataPacket[]>('SHOW TABLES');
        return rows.map((row) => String(Object.values(row)[0])).sort();
      }),
    stop: () => server.stop(),
  };
};

export interface AlembicKind {
  readonly title: string;
  /** Null where the tests can run; else why not. */
  readonly missing: () => string | null;
  readonly start: () => Promise<AlembicEngine | null>;
}

const needs = (driver: string, missing: () => string | null) => (): string | null => {
  if (driver !== 'sqlite3' && process.env.DBSYNC_TEST_SKIP_SERVERS) return 'DBSYNC_TEST_SKIP_SERVERS is set';
  return pythonWith(driver) === null ? NO_PYTHON : missing();
};

export const KINDS: readonly AlembicKind[] = [
  { title: 'SQLite', missing: needs('sqlite3', () => null), start: files },
  { title: 'PostgreSQL', missing: needs('psycopg2', () => null), start: postgres },
  { title: 'MariaDB', missing: needs('pymysql', mariadbMissing), start: mariadb },
];

const MODULES = { sqlite: 'sqlite3', postgres: 'psycopg2', mysql: 'pymysql' } as const;

/** A project, its database, and the surroundings of a run. */
export interface AlembicStage {
  readonly engine: AlembicEngine;
  readonly root: string;
  readonly url: string;
  readonly scene: Scene;
  readonly python: string;
}

/** Writes the configuration of a project. */
export const configure = (root: string, engine: AlembicEngine, python: string, tool = ''): void =>
  writeFileSync(
    path.join(root, 'dbsync.config.ts'),
    `export default {
  tool: { interpreter: [${JSON.stringify(python)}], ${tool} },
  environments: {
    dev: { database: '${engine.dialect}', urlVariable: 'APP_URL', protected: false, timeouts: { lockMs: 2000, runnerLockMs: 1500 } },
  },
};
`,
  );

/** A copy of `alembic-<name>` on a fresh database. */
export const stageOf = async (engine: AlembicEngine, name: string, tool = ''): Promise<AlembicStage> => {
  const root = copyAlembic(name);
  const python = pythonWith(MODULES[engine.dialect]) ?? 'python3';
  configure(root, engine, python, tool);
  const url = await engine.database();
  return { engine, root, url, python, scene: { environment: { APP_URL: url } } };
};

let runs = 0;

/** Syncs; where hazards are open, once more with every one of them accepted: the tests that use it are not about hazards. */
export const sync = async (
  stage: AlembicStage,
  more: Parameters<typeof run>[2] = {},
): ReturnType<typeof run> => {
  runs += 1;
  const options = {
    confirm: 'dev',
    backup: 'a dump of last night',
    ...more,
    task: more.task ?? `run-${runs}`,
  };
  try {
    return await run(stage.root, 'sync', options, stage.scene);
  } catch (error) {
    if (!(error instanceof DbsyncError && error.code === 'APPROVAL_HAZARDS')) throw error;
  }
  const folder = path.join(stage.root, 'dev/active', options.task, 'db');
  const decisions = artifact(folder, 'plan.json').decisions as { code: string; decision: string }[];
  const open = decisions.filter((item) => item.decision === 'open').map((item) => item.code);
  const accept = [...new Set(open)].map((code) => ({ code, reason: 'accepted by the test' }));
  return run(stage.root, 'sync', { ...options, accept }, stage.scene);
};

/** What `alembic current` says, with the project's own configuration and this database. */
export const alembicCurrent = (stage: AlembicStage): string => {
  const ini = ['alembic.ini', 'migrations/alembic.ini'].find((file) =>
    existsSync(path.join(stage.root, file)),
  );
  if (ini === undefined) throw new Error('the project has no alembic.ini');
  const { engine } = stage;
  const url =
    engine.dialect === 'sqlite'
      ? `sqlite:///${stage.url.replace(/^file:/, '')}`
      : stage.url.replace(/^\w+:/, `${engine.scheme}:`);
  const file = path.join(stage.root, path.dirname(ini), 'asked.ini');
  const text = readFileSync(path.join(stage.root, ini), 'utf8');
  writeFileSync(file, text.replace(/^sqlalchemy\.url.*$/m, `sqlalchemy.url = ${url.replaceAll('%', '%%')}`));
  const asked = spawnSync(stage.python, ['-m', 'alembic', '-c', file, 'current'], {
    cwd: stage.root,
    encoding: 'utf8',
    env: {
      PATH: process.env.PATH ?? '',
      DATABASE_URL: url,
      WAREHOUSE_URL: url,
      PYTHONDONTWRITEBYTECODE: '1',
    },
  });
  if (asked.status !== 0) throw new Error(asked.stderr);
  return asked.stdout.trim();
};
