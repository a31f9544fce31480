// What can stand between dbsync and a primary: a server that is read-only, a real replica, sessions that hold a table.
import { setTimeout as sleep } from 'node:timers/promises';
import mysql from 'mysql2/promise';
import * as assert from 'uvu/assert';
import type { Verdict } from '../../lib/dialects/contract.ts';
import { dialect } from '../../lib/dialects/mysql/index.ts';
import { DbsyncError } from '../../lib/errors/index.ts';
import { Secret } from '../../lib/target/index.ts';
import { mariadbMissing, startMariadb, type TestServer, TIMEOUTS } from '../helpers/mariadb.ts';
import { spec } from '../helpers/spec.ts';

const check = async (
  server: TestServer,
  database: string,
  input: { readonly id: string; readonly tables?: readonly string[] },
): Promise<Verdict> => {
  const address = dialect.address(new Secret(server.url(database)), '/');
  const session = await dialect.connect(address, { mode: 'read', timeouts: TIMEOUTS });
  try {
    const found = dialect.checks.find((one) => one.id === input.id);
    if (!found) throw new Error(`no check ${input.id}`);
    return await found.run({
      address,
      session,
      identity: await dialect.identify(session),
      timeouts: TIMEOUTS,
      create: false,
      root: '/',
      touched: (input.tables ?? []).map((name) => ({ namespace: null, name })),
      toolLock: null,
    });
  } finally {
    await session.close();
  }
};

const missing = mariadbMissing() ?? (process.env.DBSYNC_TEST_MYSQL_URL ? 'needs servers of its own' : null);

spec('what stands before a MariaDB primary', ({ test, skip, after }) => {
  if (missing !== null) {
    skip('everything', missing);
    return;
  }
  const stops: (() => Promise<void>)[] = [];
  after(async () => {
    for (const stop of stops.reverse()) await stop();
  });
  const start = async (...options: string[]): Promise<TestServer> => {
    const server = await startMariadb(options);
    stops.push(server.stop);
    return server;
  };

  test('a server with read_only is refused, by the check and to a session that would write', async () => {
    const server = await start();
    const database = await server.database();
    const admin = await server.admin();
    await admin.execute('SET GLOBAL read_only = 1');
    await admin.close();
    const verdict = await check(server, database, { id: 'mysql-writable' });
    assert.is(verdict.status, 'failed');
    assert.is(verdict.code, 'DATABASE_UNUSABLE');
    assert.match(verdict.message, /read_only/);
    const address = dialect.address(new Secret(server.url(database)), '/');
    const error = await dialect.connect(address, { mode: 'write', timeouts: TIMEOUTS }).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    assert.is(error instanceof DbsyncError && error.code, 'DATABASE_UNUSABLE');
    assert.match(String(error), /read-only \(read_only\)/);
  });

  test('a replica that takes writes all the same is refused: its own changes would part it from its primary', async () => {
    const primary = await start('--log-bin', '--server-id=1');
    const replica = await start('--server-id=2');
    const database = await primary.database();
    const connection = await mysql.createConnection({ uri: replica.url('mysql') });
    await connection.query(
      `CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT=${primary.port}, MASTER_USER='root'`,
    );
    await connection.query('START SLAVE');
    for (let round = 0; round < 300; round += 1) {
      const [rows] = await connection.query<mysql.RowDataPacket[]>(`SHOW DATABASES LIKE '${database}'`);
      if (rows.length > 0) break;
      await sleep(100);
    }
    await connection.end();
    const verdict = await check(replica, database, { id: 'mysql-writable' });
    assert.is(verdict.status, 'failed');
    assert.is(verdict.code, 'DATABASE_UNUSABLE');
    assert.match(verdict.message, /replica/);
    assert.is((await check(primary, database, { id: 'mysql-writable' })).status, 'ok');
  });

  test('what an earlier run left behind is named with the statement that drops it; what is in use is not', async () => {
    const server = await start();
    const database = await server.database();
    assert.is((await check(server, database, { id: 'mysql-leftovers' })).status, 'ok');
    const connection = await mysql.createConnection({ uri: server.url(database), multipleStatements: true });
    await connection.query(
      'CREATE DATABASE dbsync_shadow_0a; CREATE DATABASE dbsync_shadow_0b; USE dbsync_shadow_0b',
    );
    const verdict = await check(server, database, { id: 'mysql-leftovers' });
    assert.is(verdict.status, 'warning');
    assert.equal(verdict.remedy, ['Drop it: DROP DATABASE `dbsync_shadow_0a`']);
    await connection.end();
  });

  test('who holds a touched table is named at once where the server can tell, and nobody else', async () => {
    const server = await start('--plugin-load-add=metadata_lock_info');
    const database = await server.database();
    const connection = await mysql.createConnection({ uri: server.url(database), multipleStatements: true });
    await connection.query('CREATE TABLE held (id INT); CREATE TABLE other (id INT)');
    await connection.query('START TRANSACTION');
    await connection.query('SELECT * FROM held');
    const held = await check(server, database, { id: 'mysql-blockers', tables: ['held'] });
    assert.is(held.status, 'warning');
    assert.match(held.message, new RegExp(`${connection.threadId} of root from .*: holds a lock on held`));
    const other = await check(server, database, { id: 'mysql-blockers', tables: ['other'] });
    assert.is(other.status, 'ok', other.message);
    assert.match(other.message, /none holds a lock on a touched table/);
    await connection.end();
    const blind = await start();
    const unseen = await check(blind, await blind.database(), { id: 'mysql-blockers' });
    assert.match(unseen.message, /is not to be seen on this server/);
  });
});
