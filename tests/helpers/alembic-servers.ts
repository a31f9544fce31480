// Real servers for tests of the Alembic source: fresh databases for a role whose password holds every awkward character.
import type { Address } from '../../lib/dialects/contract.ts';
import type { Project } from '../../lib/sources/contract.ts';
import { openSecret, Secret } from '../../lib/target/index.ts';
import { dialectOf, NO_PYTHON, type OpenOptions, openAlembic, pythonWith } from './alembic.ts';
import * as mariadb from './mariadb.ts';
import * as postgres from './postgres.ts';
import { type Spec, spec } from './spec.ts';

/** Every character that a URL, configparser, SQL or a shell could trip over. */
export const PASSWORD = `p@ss%40w:/?#'"& é%`;

export interface Place {
  readonly dialect: string;
  readonly driver: string;
  /** The address of a fresh database, for a role whose password is PASSWORD. */
  fresh(): Promise<Address>;
  stop(): Promise<void>;
}

const addressOf = async (dialect: string, url: string): Promise<Address> =>
  dialectOf(dialect).address(new Secret(url), '/');

const startPostgres = async (): Promise<Place | null> => {
  const server = await postgres.startPostgres();
  if (!server) return null;
  await postgres.withSession(server.url, (session) =>
    session.execute(`CREATE ROLE odd SUPERUSER LOGIN PASSWORD '${PASSWORD.replaceAll("'", "''")}'`),
  );
  return {
    dialect: 'postgres',
    driver: 'psycopg2',
    fresh: async () => {
      const url = new URL(await server.createDatabase());
      url.username = 'odd';
      url.password = encodeURIComponent(PASSWORD);
      return addressOf('postgres', url.href);
    },
    stop: server.stop,
  };
};

const startMariadb = async (): Promise<Place> => {
  const server = await mariadb.startMariadb();
  const admin = await server.admin();
  await admin.execute(`CREATE USER odd@'%' IDENTIFIED BY '${PASSWORD.replaceAll("'", "''")}'`);
  await admin.execute(`GRANT ALL ON *.* TO odd@'%'`);
  await admin.close();
  return {
    dialect: 'mysql',
    driver: 'pymysql',
    fresh: async () => {
      const name = await server.database('alembic');
      return addressOf(
        'mysql',
        `mysql://odd:${encodeURIComponent(PASSWORD)}@127.0.0.1:${server.port}/${name}`,
      );
    },
    stop: server.stop,
  };
};

/** The name of the database behind an address. */
export const databaseOf = (address: Address): string =>
  openSecret(address.url).replace(/^.*\/([^/?]+)(\?.*)?$/, '$1');

/** What a suite on one server works with. */
export interface Here {
  readonly isPostgres: boolean;
  readonly fresh: () => Promise<Address>;
  readonly open: (root: string, address: Address, options?: OpenOptions) => Promise<Project>;
}

interface Kind {
  readonly title: string;
  readonly driver: string;
  readonly start: () => Promise<Place | null>;
  readonly missing: () => string | null;
}

const KINDS: readonly Kind[] = [
  { title: 'PostgreSQL', driver: 'psycopg2', start: startPostgres, missing: () => null },
  { title: 'MariaDB', driver: 'pymysql', start: startMariadb, missing: mariadb.mariadbMissing },
];

/** Defines one suite for each kind of server. */
export const onServers = (title: string, define: (here: Here, tools: Spec) => void): void => {
  for (const { title: kind, driver, start, missing } of KINDS) {
    spec(`alembic: ${title}, ${kind}`, (tools) => {
      const python = pythonWith(driver);
      const why = python ? missing() : NO_PYTHON;
      if (!python || why !== null) return tools.skip('everything', why ?? NO_PYTHON);
      let place: Place | null = null;
      tools.before(async () => {
        place = await start();
      });
      tools.after(async () => await place?.stop());
      const fresh = async (): Promise<Address> => {
        if (!place) throw new Error(postgres.NO_SERVER);
        return place.fresh();
      };
      const open: Here['open'] = async (root, address, options = {}) => {
        const secrets = [address.url, ...address.secrets];
        const tool = { interpreter: [python], ...options.tool };
        return openAlembic(
          root,
          { dialect: dialectOf(address.dialect), secrets, ...options, tool },
          await fresh(),
        );
      };
      define({ isPostgres: kind === 'PostgreSQL', fresh, open }, tools);
    });
  }
};
