// How many rows a table has where the role may not read it: the estimate, said as one, with the server's reason.
import * as assert from 'uvu/assert';
import type { TableSize } from '../../lib/dialects/contract.ts';
import { connect as connectMysql } from '../../lib/dialects/mysql/connect.ts';
import { dialect as mysql } from '../../lib/dialects/mysql/index.ts';
import { connect as connectPostgres } from '../../lib/dialects/postgres/connect.ts';
import { measure as measurePostgres } from '../../lib/dialects/postgres/measure.ts';
import { rows } from '../../lib/report/words.ts';
import { Secret } from '../../lib/target/index.ts';
import { mariadbMissing, startMariadb, TIMEOUTS } from '../helpers/mariadb.ts';
import { addressOf, NO_SERVER, startPostgres, withSession } from '../helpers/postgres.ts';
import { spec } from '../helpers/spec.ts';

const TABLES = [
  { namespace: null, name: 'open' },
  { namespace: null, name: 'closed' },
] as const;

const judged = (sizes: readonly TableSize[], reason: RegExp): void => {
  const [open, closed] = TABLES.map(({ name }) => sizes.find((size) => size.name === name));
  assert.is(open?.exact, true);
  assert.is(open?.rows, 2);
  assert.is(open?.notCounted, undefined);
  assert.is(closed?.exact, false);
  assert.match(closed?.notCounted ?? '', reason);
  assert.match(closed ? rows(closed) : '', /^about \d+ \(not counted: .+\)$/);
};

const postgres = await startPostgres();

spec('rows that may not be counted', ({ test, skip, after }) => {
  after(() => postgres?.stop());

  if (!postgres) skip('PostgreSQL', NO_SERVER);
  else
    test(`${postgres.title}: the estimate says why it is one`, async () => {
      const url = await postgres.createDatabase();
      await withSession(url, async (session) => {
        await session.script(`
          CREATE TABLE open (id int); INSERT INTO open VALUES (1), (2);
          CREATE TABLE closed (id int); INSERT INTO closed VALUES (1);
          CREATE ROLE half_blind LOGIN PASSWORD 'x'; GRANT SELECT ON open TO half_blind`);
      });
      const own = new URL(url);
      own.username = 'half_blind';
      own.password = 'x';
      const session = await connectPostgres(addressOf(own.href), { mode: 'read', timeouts: TIMEOUTS });
      judged(await measurePostgres(session, TABLES), /permission denied for table closed/);
      await session.close();
    });

  const missing = mariadbMissing();
  if (missing !== null) skip('MariaDB', missing);
  else
    test('MariaDB: the estimate says why it is one', async () => {
      const server = await startMariadb();
      const admin = await server.admin();
      try {
        const name = await server.database();
        for (const sql of [
          `CREATE TABLE \`${name}\`.open (id INT)`,
          `INSERT INTO \`${name}\`.open VALUES (1), (2)`,
          `CREATE TABLE \`${name}\`.closed (id INT)`,
          `CREATE USER half_blind@'%' IDENTIFIED BY 'x'`,
          `GRANT SELECT ON \`${name}\`.open TO half_blind@'%'`,
          `GRANT INSERT ON \`${name}\`.closed TO half_blind@'%'`,
        ])
          await admin.execute(sql);
        const own = new URL(server.url(name));
        own.username = 'half_blind';
        own.password = 'x';
        const address = mysql.address(new Secret(own.href), '/');
        const session = await connectMysql(address, { mode: 'read', timeouts: TIMEOUTS });
        judged(await mysql.measure(session, TABLES), /denied/);
        await session.close();
      } finally {
        await admin.close();
        await server.stop();
      }
    });
});
