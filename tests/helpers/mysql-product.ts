// Which product the tests of the MySQL dialect run on: MariaDB, unless the environment says otherwise. Starts no server.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import mysql from 'mysql2/promise';
import {
  type Binaries,
  findBinaries,
  findClient,
  type Product,
} from '../../lib/dialects/mysql/shadow/binaries.ts';
import { furnish, type Owner, templateFile } from '../../lib/dialects/template.ts';

export type { Product };

/** A server that is there already. It keeps what it is: tests that need options of their own, or end it, start another. */
export const GIVEN_URL = process.env.DBSYNC_TEST_MYSQL_URL;
const WANTED = process.env.DBSYNC_TEST_MYSQL_PRODUCT;

const productOfServer = async (url: string): Promise<Product> => {
  const connection = await mysql.createConnection(url);
  try {
    const [rows] = await connection.query<mysql.RowDataPacket[]>('SELECT VERSION() AS version');
    return /mariadb/i.test(String(rows[0]?.version)) ? 'MariaDB' : 'MySQL';
  } finally {
    await connection.end();
  }
};

const productWanted = (): Product => {
  if (WANTED === undefined || WANTED === 'MariaDB') return 'MariaDB';
  if (WANTED === 'MySQL') return 'MySQL';
  throw new Error(`DBSYNC_TEST_MYSQL_PRODUCT is neither MariaDB nor MySQL: ${WANTED}`);
};

export const PRODUCT: Product = GIVEN_URL ? await productOfServer(GIVEN_URL) : productWanted();

/** MySQL's server program, where the tests are to start it; it must lie where dbsync itself looks for one. */
export const MYSQLD: Binaries | null = PRODUCT === 'MySQL' ? await findBinaries('MySQL') : null;

const INITIALISE: readonly string[] = [
  '--initialize-insecure',
  '--secure-file-priv=NULL',
  '--skip-log-bin',
  '--innodb-redo-log-capacity=16M',
  '--innodb-flush-log-at-trx-commit=0',
  '--innodb-doublewrite=OFF',
];

/** Makes `folder/data` for MySQL's server; it takes ten seconds, so later ones are unpacked from the first. */
export const makeMysqlData = async (server: string, folder: string, owner: Owner): Promise<void> => {
  const user = owner ? ['--user=mysql'] : [];
  const file = await templateFile({ programs: [server], options: ['test', ...INITIALISE], owner });
  await furnish({ file, folder, owner }, async () => {
    const place = [`--datadir=${path.join(folder, 'data')}`, `--tmpdir=${path.join(folder, 'tmp')}`];
    execFileSync(server, ['--no-defaults', ...user, ...INITIALISE, ...place], {
      stdio: 'pipe',
      timeout: 120_000,
    });
  });
};

/** The program of the product that dumps, or that takes SQL. */
export const clientProgram = async (kind: 'dump' | 'client'): Promise<string> => {
  const found = await findClient(kind, PRODUCT);
  if (found?.product === PRODUCT) return found.file;
  throw new Error(`There is no ${kind} program of ${PRODUCT} here.`);
};
