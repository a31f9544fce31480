// Measuring, health, backup and checks on a real server, and what they leave behind: nothing.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as assert from 'uvu/assert';
import type { CheckContext, Session, Verdict } from '../../lib/dialects/contract.ts';
import { privilegesVerdict } from '../../lib/dialects/mysql/checks/grants.ts';
import { dialect } from '../../lib/dialects/mysql/index.ts';
import { DbsyncError } from '../../lib/errors/index.ts';
import { fingerprint } from '../../lib/schema/index.ts';
import { splitStatements } from '../../lib/sql/index.ts';
import { Secret } from '../../lib/target/index.ts';
import { EVERYTHING_SCRIPT } from '../cases/mysql-everything.ts';
import { argumentLists } from '../helpers/argument-lists.ts';
import { mariadbMissing, startMariadb, type TestServer, TIMEOUTS } from '../helpers/mariadb.ts';
import { clientProgram, PRODUCT } from '../helpers/mysql-product.ts';
import { spec } from '../helpers/spec.ts';

const missing = mariadbMissing();
const PASSWORD = 'p@ss\'w"o\\rd #1';

const ALL = 'GRANT ALL PRIVILEGES ON *.* TO `r`@`%` WITH GRANT OPTION';
const CORE = 'SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, REFERENCES, INDEX, ALTER';
/** Lines of SHOW GRANTS, tables that are touched, and the verdict. */
const REVOKED = 'REVOKE INSERT, ALTER ON `shop`.* FROM `r`@`%`';
const GRANTS: readonly (readonly [readonly string[], readonly string[], Verdict['status']])[] = [
  [[ALL], [], 'ok'],
  [['GRANT USAGE ON *.* TO `r`@`%`'], [], 'failed'],
  [['GRANT USAGE ON *.* TO `r`@`%`', 'GRANT ALL PRIVILEGES ON `shop`.* TO `r`@`%`'], [], 'ok'],
  [['GRANT ALL PRIVILEGES ON `sh\\_p`.* TO `r`@`%`'], [], 'failed'],
  [['GRANT ALL PRIVILEGES ON `sh_p`.* TO `r`@`%`'], [], 'ok'],
  [['GRANT ALL PRIVILEGES ON `s%`.* TO `r`@`%`'], [], 'ok'],
  [[ALL, REVOKED], [], 'failed'],
  [[ALL, REVOKED, 'GRANT INSERT, ALTER ON `shop`.* TO `r`@`%`'], [], 'ok'],
  [[ALL, 'REVOKE INSERT ON `shopping`.* FROM `r`@`%`'], [], 'ok'],
  [[ALL, 'REVOKE EVENT ON `shop`.* FROM `r`@`%`'], [], 'warning'],
  [[`GRANT ${CORE} ON \`shop\`.* TO \`r\`@\`%\``], [], 'warning'],
  [
    [
      'GRANT SELECT ON *.* TO `r`@`%`',
      'GRANT CREATE ON `shop`.* TO `r`@`%`',
      `GRANT ${CORE} ON \`shop\`.\`t\` TO \`r\`@\`%\``,
    ],
    ['t'],
    'warning',
  ],
  [
    [
      'GRANT SELECT ON *.* TO `r`@`%`',
      'GRANT CREATE ON `shop`.* TO `r`@`%`',
      `GRANT ${CORE} ON \`shop\`.\`t\` TO \`r\`@\`%\``,
    ],
    ['t', 'u'],
    'failed',
  ],
  [
    [
      `GRANT SELECT (a), INSERT, UPDATE, DELETE, CREATE, DROP, REFERENCES, INDEX, ALTER ON \`shop\`.* TO \`r\`@\`%\``,
    ],
    [],
    'failed',
  ],
];

spec('mysql grants', ({ test }) => {
  test('SHOW GRANTS is judged', () => {
    for (const [lines, tables, status] of GRANTS) {
      assert.is(privilegesVerdict(lines, { schema: 'shop', tables }).status, status, lines.join('; '));
    }
  });

  test('with partial revokes the names of schemas are no patterns', () => {
    for (const [name, status] of [
      ['sh_p', 'failed'],
      ['sho%', 'failed'],
      ['shop', 'ok'],
    ] as const) {
      const lines = [`GRANT ALL PRIVILEGES ON \`${name}\`.* TO \`r\`@\`%\``];
      assert.is(privilegesVerdict(lines, { schema: 'shop', tables: [], plainNames: true }).status, status);
    }
  });
});

spec('mysql operate', ({ test, skip, elsewhere, before, after }) => {
  if (missing !== null) {
    skip('everything that needs a server', missing);
    return;
  }
  let server: TestServer;
  let database: string;
  let session: Session;
  let folder: string;
  const url = (name: string, who = 'app', password = PASSWORD): string =>
    `mysql://${who}:${encodeURIComponent(password)}@${server.host}:${server.port}/${name}`;
  const open = (place: string, mode: 'read' | 'write' = 'read'): Promise<Session> =>
    dialect.connect(dialect.address(new Secret(place), '/'), { mode, timeouts: TIMEOUTS });

  before(async () => {
    server = await startMariadb();
    database = await server.database('operate');
    folder = mkdtempSync(path.join(os.tmpdir(), 'dbsync-test-'));
    const admin = await server.admin();
    await admin.query(
      `CREATE USER app@'%' IDENTIFIED BY '${PASSWORD.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`,
    );
    await admin.execute("GRANT ALL PRIVILEGES ON *.* TO app@'%'");
    await admin.close();
    const writer = await open(url(database), 'write');
    await writer.script(EVERYTHING_SCRIPT);
    await writer.execute(
      'INSERT INTO child (id) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT i FROM n',
    );
    await writer.close();
    session = await open(url(database));
  });
  after(async () => {
    await session.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const check = async (id: string, changes: Partial<CheckContext> = {}): Promise<Verdict> => {
    const found = dialect.checks.find((one) => one.id === id);
    if (!found) throw new Error(`no check ${id}`);
    const identity = await dialect.identify(session);
    return found.run({
      address: session.address,
      session,
      identity,
      timeouts: TIMEOUTS,
      create: false,
      root: '/',
      touched: [{ namespace: null, name: 'child' }],
      toolLock: null,
      ...changes,
    });
  };

  test('tables are counted, and those that are not there left out', async () => {
    const sizes = await dialect.measure(session, [
      { namespace: null, name: 'child' },
      { namespace: null, name: 'nowhere' },
      { namespace: null, name: 'a_view' },
    ]);
    assert.equal(
      sizes.map(({ name, rows, exact }) => ({ name, rows, exact })),
      [{ name: 'child', rows: 1000, exact: true }],
    );
    assert.ok((sizes[0]?.bytes ?? 0) > 0);
  });

  test('a healthy database has no findings; orphans, broken views and leftovers are found', async () => {
    assert.equal(await dialect.health(session), []);
    const sick = await server.database('sick');
    const writer = await open(url(sick), 'write');
    await writer.script(`CREATE TABLE p (id INT PRIMARY KEY); CREATE TABLE c (id INT PRIMARY KEY, p_id INT, FOREIGN KEY (p_id) REFERENCES p (id));
      SET foreign_key_checks = 0; INSERT INTO c VALUES (1, 7), (2, 8), (3, NULL); SET foreign_key_checks = 1;
      CREATE TABLE gone (id INT); CREATE VIEW broken AS SELECT * FROM gone; DROP TABLE gone; CREATE DATABASE dbsync_shadow_test`);
    const found = await dialect.health(writer);
    assert.equal(
      found.map((one) => [one.code, one.subject, one.count]),
      [
        ['invalid-view', 'view broken', 1],
        ['orphans', 'table c', 2],
        ['leftover-shadow', 'database dbsync_shadow_test', 1],
      ],
    );
    await writer.execute('DROP DATABASE dbsync_shadow_test');
    await writer.close();
  });

  test('a backup is complete, can be restored, and its password stood in no argument list and no file that stays', async () => {
    const before = readdirSync(os.tmpdir()).filter((name) => name.startsWith('dbsync-options-'));
    const identity = await dialect.identify(session);
    // A table that is locked keeps the dump program waiting, so that it can be looked at.
    const locker = await open(url(database), 'write');
    await locker.execute('LOCK TABLES child WRITE');
    const running = dialect.backup({ session, identity, folder, name: 'before run', timeouts: TIMEOUTS });
    let seen = '';
    for (let round = 0; round < 200 && !/mariadb-dump|mysqldump/.test(seen); round += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      seen = argumentLists().join('\n');
    }
    await locker.close();
    const evidence = await running;
    assert.match(seen, /mariadb-dump|mysqldump/);
    assert.not.ok(seen.includes(PASSWORD));
    assert.is(statSync(evidence.file).mode & 0o777, 0o600);
    assert.is(statSync(evidence.file).size, evidence.bytes);
    assert.match(evidence.sha256, /^[0-9a-f]{64}$/);
    assert.is(evidence.verified.length, 2);
    assert.not.ok(JSON.stringify(evidence).includes('p@ss'));
    assert.equal(
      readdirSync(os.tmpdir()).filter((name) => name.startsWith('dbsync-options-')),
      before,
    );
    const restored = await server.database('restored');
    execFileSync(
      await clientProgram('client'),
      [
        '--no-defaults',
        '-uroot',
        `-h${server.host}`,
        `-P${server.port}`,
        '--protocol=tcp',
        '--comments',
        restored,
      ],
      { input: readFileSync(evidence.file) },
    );
    const copy = await open(url(restored));
    assert.is(
      fingerprint(await dialect.inspect(copy, { ignore: [] })),
      fingerprint(await dialect.inspect(session, { ignore: [] })),
    );
    const [row] = await copy.query('SELECT COUNT(*) AS n FROM child');
    assert.is(Number(row?.n), 1000);
    await copy.close();
  });

  test('a backup never replaces a file, and a role that may not read everything gets none', async () => {
    const identity = await dialect.identify(session);
    const again = await dialect
      .backup({ session, identity, folder, name: 'before run', timeouts: TIMEOUTS })
      .catch((error) => error);
    assert.ok(again instanceof DbsyncError && again.code === 'BACKUP_FAILED');
    const admin = await server.admin();
    await admin.execute("CREATE USER reader@'%' IDENTIFIED BY 'r'");
    await admin.execute(`GRANT SELECT, SHOW VIEW ON ${dialect.quote(database)}.child TO reader@'%'`);
    await admin.close();
    const reader = await open(url(database, 'reader', 'r'));
    const partial = await dialect
      .backup({ session: reader, identity, folder, name: 'partial', timeouts: TIMEOUTS })
      .catch((error) => error);
    await reader.close();
    assert.ok(partial instanceof DbsyncError && partial.code === 'BACKUP_FAILED', String(partial));
    assert.not.ok(existsSync(path.join(folder, 'partial.sql')));
  });

  test('every check answers well on a good server, and without a database', async () => {
    for (const one of dialect.checks) {
      const verdict = await check(one.id);
      assert.is(verdict.status, 'ok', `${one.id}: ${verdict.message}`);
      assert.is((await check(one.id, { session: null, identity: null })).status, 'skipped');
    }
  });

  test('a read-only server, a lax sql_mode, missing privileges, a held lock and a long transaction are told', async () => {
    const identity = await dialect.identify(session);
    const withFacts = (facts: Record<string, string>) => ({
      identity: { ...identity, facts: { ...identity.facts, ...facts } },
    });
    const admin = await open(url(database), 'write');
    await admin.execute('SET GLOBAL read_only = 1');
    assert.is((await check('mysql-writable')).status, 'failed');
    await admin.execute('SET GLOBAL read_only = 0');
    assert.is((await check('mysql-strict', withFacts({ sql_mode: 'NO_ZERO_DATE' }))).status, 'warning');
    const reader = await open(url(database, 'reader', 'r'));
    const verdict = await check('mysql-privileges', { session: reader });
    await reader.close();
    assert.is(verdict.status, 'failed');
    assert.match(verdict.message, /ALTER/);
    await dialect.withLock(admin, { waitMs: 0, toolLock: null, timeouts: TIMEOUTS }, async () => {
      const held = await check('mysql-lock');
      assert.is(held.status, 'failed');
      assert.match(held.message, /connection \d+ of app/);
    });
    await admin.execute('START TRANSACTION');
    await admin.execute('UPDATE child SET id = id');
    await new Promise((resolve) => setTimeout(resolve, 6000));
    const blocked = await check('mysql-blockers');
    await admin.close();
    assert.is(blocked.status, 'warning');
    assert.match(blocked.message, /of app from .*(in a transaction for \d+ s|holds a lock on child)/);
  });

  const ofMysql = PRODUCT === 'MySQL' ? test : (name: string): void => elsewhere(name, 'MySQL');
  ofMysql('what was revoked in this schema alone is missing', async () => {
    const admin = await server.admin();
    await admin.execute('SET GLOBAL partial_revokes = ON');
    await admin.execute("CREATE USER partly@'%' IDENTIFIED BY 'p'");
    await admin.execute("GRANT ALL PRIVILEGES ON *.* TO partly@'%'");
    await admin.execute(`REVOKE ALTER, EVENT ON ${dialect.quote(database)}.* FROM partly@'%'`);
    const partly = await open(url(database, 'partly', 'p'));
    const verdict = await check('mysql-privileges', { session: partly });
    await partly.close();
    await admin.execute("DROP USER partly@'%'");
    await admin.execute('SET GLOBAL partial_revokes = OFF');
    await admin.close();
    assert.is(verdict.status, 'failed');
    assert.equal(verdict.facts, { missing: ['ALTER'] });
  });

  test('a transactional batch is rolled back whole; a schema statement is not', async () => {
    const writer = await open(url(database), 'write');
    const run = async (sql: string): Promise<void> => {
      for (const batch of dialect.batches(splitStatements(sql, { file: 'm', rules: dialect.scan }))) {
        await dialect.begin(writer, batch);
        try {
          for (const statement of batch.statements) await writer.execute(statement.text);
          await dialect.commit(writer, batch);
        } catch (error) {
          await dialect.rollback(writer, batch);
          throw error;
        }
      }
    };
    const failed = await run(
      'CREATE TABLE made (id INT PRIMARY KEY); INSERT INTO made VALUES (1); INSERT INTO made VALUES (1)',
    ).catch((error) => error);
    assert.is(dialect.explain(failed).code, '1062 (23000)');
    const [row] = await writer.query('SELECT COUNT(*) AS n FROM made');
    assert.is(Number(row?.n), 0);
    await writer.close();
  });

  test("MySQL's newest collation is adapted for a server without it, and nothing else is", async () => {
    const writer = await open(url(database), 'write');
    const sql = 'CREATE TABLE adapted (a VARCHAR(9) COLLATE utf8mb4_0900_ai_ci)';
    const error = await writer.execute(sql).catch((thrown) => thrown);
    if (error !== 0 && error !== null) {
      const adaptation = await dialect.adapt(writer, sql, error);
      assert.match(adaptation?.note ?? '', 'utf8mb4_0900_ai_ci');
      await writer.execute(adaptation?.text ?? '');
    }
    const other = await writer.execute('CREATE TABL x').catch((thrown) => thrown);
    assert.is(await dialect.adapt(writer, 'CREATE TABL x', other), null);
    await writer.close();
  });
});
