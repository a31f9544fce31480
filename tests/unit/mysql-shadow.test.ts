// Shadow databases: private, scratch and offered; copies with the same fingerprint; never the target; nothing left behind.
import { spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import type { Session, Shadow, ShadowRequest } from '../../lib/dialects/contract.ts';
import { dialect } from '../../lib/dialects/mysql/index.ts';
import { DbsyncError } from '../../lib/errors/index.ts';
import { diffSnapshots, fingerprint } from '../../lib/schema/index.ts';
import { Secret } from '../../lib/target/index.ts';
import { EVERYTHING_SCRIPT } from '../cases/mysql-everything.ts';
import { argumentLists } from '../helpers/argument-lists.ts';
import { firstWords } from '../helpers/first-words.ts';
import { mariadbMissing, startMariadb, type TestServer, TIMEOUTS } from '../helpers/mariadb.ts';
import { PRODUCT } from '../helpers/mysql-product.ts';
import { spec } from '../helpers/spec.ts';

const missing = mariadbMissing();
// A folder of this test's own for temporary things: other tests make shadows at the same time.
const ownFolder = mkdtempSync(path.join(os.tmpdir(), 'dbsync-test-'));
chmodSync(ownFolder, 0o1777);
process.env.TMPDIR = ownFolder;
const folders = (): string[] => readdirSync(os.tmpdir()).filter((name) => name.startsWith('dbsync_shadow_'));

spec('mysql shadow', ({ test, skip, before, after }) => {
  if (missing !== null) {
    skip('everything that needs a server', missing);
    return;
  }
  let server: TestServer;
  let target: Session;
  let database: string;
  let request: ShadowRequest;
  const open = (url: string, mode: 'read' | 'write'): Promise<Session> =>
    dialect.connect(dialect.address(new Secret(url), '/'), { mode, timeouts: TIMEOUTS });
  const schemas = async (): Promise<string[]> => {
    const admin = await server.admin();
    const rows = await admin.query('SELECT SCHEMA_NAME AS n FROM information_schema.SCHEMATA ORDER BY 1');
    await admin.close();
    return rows.map((row) => String(row.n));
  };

  before(async () => {
    server = await startMariadb([
      '--event-scheduler=ON',
      '--sql-mode=STRICT_ALL_TABLES,NO_ZERO_DATE',
      '--character-set-server=latin1',
    ]);
    database = await server.database('target');
    const writer = await open(server.url(database), 'write');
    await writer.script(EVERYTHING_SCRIPT);
    if (PRODUCT === 'MariaDB')
      await writer.execute('CREATE TABLE drawn (id INT PRIMARY KEY, n INT DEFAULT (NEXTVAL(numbers)))');
    await writer.execute('INSERT INTO child VALUES (1, NULL)');
    await writer.close();
    target = await open(server.url(database), 'read');
    request = {
      content: 'copy',
      target,
      address: target.address,
      identity: await dialect.identify(target),
      timeouts: TIMEOUTS,
      folder: os.tmpdir(),
    };
  });
  after(async () => {
    await dialect.close?.();
    await target.close();
    await server.stop();
    rmSync(ownFolder, { recursive: true, force: true });
  });

  const using = async <T>(
    wish: ShadowRequest,
    work: (session: Session, shadow: Shadow) => Promise<T>,
  ): Promise<T> => {
    const shadow = await dialect.createShadow(wish);
    try {
      const session = await dialect.connect(shadow.address, { mode: 'write', timeouts: TIMEOUTS });
      return await work(session, shadow).finally(() => session.close());
    } finally {
      await shadow.drop();
    }
  };
  const refusal = async (work: Promise<unknown>): Promise<string> => {
    try {
      await work;
    } catch (error) {
      return error instanceof DbsyncError ? error.code : String(error);
    }
    return 'nothing was refused';
  };

  test('a private server holds a copy with the same fingerprint, under the same settings, and no data', async () => {
    const before = folders();
    await using(request, async (session, shadow) => {
      const expected = await dialect.inspect(target, { ignore: [] });
      const found = await dialect.inspect(session, { ignore: [] });
      assert.equal(diffSnapshots(expected, found).changes, []);
      assert.is(fingerprint(found), fingerprint(expected));
      assert.equal(shadow.caveats, []);
      assert.match(shadow.description, new RegExp(`^a private ${PRODUCT} \\d+\\.\\d+\\.\\d+ server$`));
      const identity = await dialect.identify(session);
      assert.not.ok(dialect.same(identity, request.identity ?? identity));
      for (const fact of [
        'sql_mode',
        'lower_case_table_names',
        'character_set_server',
        'character_set_database',
        'schema',
      ]) {
        assert.is(identity.facts[fact], request.identity?.facts[fact], fact);
      }
      const [row] = await session.query('SELECT COUNT(*) AS n FROM child');
      assert.is(Number(row?.n), 0);
      // A statement that names the target's schema works as it would there, and reaches only the replica.
      await session.execute(`INSERT INTO ${dialect.quote(database)}.child VALUES (2, NULL)`);
    });
    const [row] = await target.query('SELECT COUNT(*) AS n FROM child');
    assert.is(Number(row?.n), 1);
    await dialect.close?.();
    assert.equal(folders(), before);
  });

  const portOf = (shadow: Shadow): number => Number('port' in shadow.address && shadow.address.port);
  /** The ports of two shadows that follow each other; `work` is what happens in the first. */
  const twice = async (work: (session: Session) => Promise<unknown>): Promise<readonly number[]> => {
    const ports: number[] = [];
    await using({ ...request, content: 'empty' }, async (session, shadow) => {
      ports.push(portOf(shadow));
      await work(session);
    });
    await using({ ...request, content: 'empty' }, async (session, shadow) => {
      ports.push(portOf(shadow));
      assert.equal((await dialect.inspect(session, { ignore: [] })).objects, []);
    });
    return ports;
  };

  test('one server serves a run, and what a migration does to its own schema stays there', async () => {
    const [first, second] = await twice((session) => session.script(EVERYTHING_SCRIPT));
    assert.is(first, second);
  });

  const BEYOND: readonly (readonly [string, string])[] = [
    ["SET GLOBAL sql_mode = 'ANSI'", 'SELECT @@GLOBAL.sql_mode = "ANSI,ANSI_QUOTES" AS n'],
    [
      'CREATE DATABASE beside',
      "SELECT COUNT(*) AS n FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = 'beside'",
    ],
    ["CREATE USER left_over@'%'", "SELECT COUNT(*) AS n FROM mysql.user WHERE User = 'left_over'"],
    ["GRANT SELECT ON *.* TO 'dbsync'@'%'", 'SELECT 0 AS n'],
    [
      'CREATE TABLE mysql.mine (a INT)',
      "SELECT COUNT(*) AS n FROM information_schema.TABLES WHERE TABLE_NAME = 'mine'",
    ],
  ];
  for (const [statement, question] of BEYOND) {
    test(`a next shadow does not see: ${statement}`, async () => {
      const [first, second] = await twice((session) => session.execute(statement));
      if (!question.startsWith('SELECT 0')) assert.is.not(first, second);
      await using({ ...request, content: 'empty' }, async (session) => {
        const [row] = await session.query(question);
        assert.is(Number(row?.n), 0);
      });
    });
  }

  test('two at once, with one name, stand on two servers', async () => {
    const empty: ShadowRequest = { ...request, content: 'empty' };
    await using(empty, (_, first) =>
      using(empty, async (_session, second) => assert.is.not(portOf(first), portOf(second))),
    );
  });

  test('a session that is left open does not hold the schema', async () => {
    const shadow = await dialect.createShadow({ ...request, content: 'empty' });
    const session = await dialect.connect(shadow.address, { mode: 'write', timeouts: TIMEOUTS });
    await session.script('CREATE TABLE held (a INT); START TRANSACTION; INSERT INTO held VALUES (1)');
    await shadow.drop();
    await session.close().catch(() => null);
    await using({ ...request, content: 'empty' }, async (_, next) => assert.is(portOf(next), portOf(shadow)));
  });

  test('a process that never closes ends by itself, and its server and folder with it', async () => {
    await dialect.close?.();
    const before = folders();
    const program = `
      import { dialect } from '${path.resolve('lib/dialects/mysql/index.ts')}';
      import { Secret } from '${path.resolve('lib/target/index.ts')}';
      const timeouts = ${JSON.stringify(TIMEOUTS)};
      const address = dialect.address(new Secret('mysql://u@127.0.0.1/x'), '/');
      const shadow = await dialect.createShadow({ content: 'empty', target: null, identity: null, address, timeouts, folder: '/' });
      await shadow.drop();`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    assert.is(await Promise.race([ended, sleep(60_000, 'it hangs', { ref: false })]), 0);
    for (let round = 0; round < 100 && folders().length > before.length; round += 1) await sleep(100);
    assert.equal(folders(), before);
  });

  test('a made data folder is kept in one file of our own, and whatever is wrong with it is mended', async () => {
    const templates = (): string[] =>
      readdirSync(os.tmpdir()).filter((name) => name.startsWith('dbsync_template_'));
    for (const old of templates()) rmSync(path.join(os.tmpdir(), old));
    await dialect.close?.();
    await using({ ...request, content: 'empty' }, async () => {});
    const [name = ''] = templates();
    assert.equal(templates(), [name]);
    const file = path.join(os.tmpdir(), name);
    const good = readFileSync(file);
    assert.is(statSync(file).mode & 0o777, 0o600);
    const works = async (): Promise<void> => {
      await dialect.close?.();
      await using({ ...request, content: 'empty' }, async (session) => {
        await session.execute('CREATE TABLE works (a INT)');
      });
      assert.equal(templates(), [name]);
    };
    const damages: readonly (() => void)[] = [
      () => writeFileSync(file, good.subarray(0, good.length / 2)),
      () =>
        writeFileSync(
          file,
          good.map((byte, at) => (at === good.length - 100 ? byte ^ 255 : byte)),
        ),
      () => writeFileSync(file, ''),
    ];
    for (const damage of damages) {
      damage();
      await works();
      assert.ok(statSync(file).size > good.length / 2, 'it was made anew');
    }
    // Somebody else's, or a link: not even read.
    const elsewhere = path.join(os.tmpdir(), 'elsewhere');
    writeFileSync(elsewhere, 'not ours');
    rmSync(file);
    symlinkSync(elsewhere, file);
    await works();
    assert.is(readFileSync(elsewhere, 'utf8'), 'not ours');
    assert.ok(lstatSync(file).isFile());
    chmodSync(file, 0o644);
    await works();
    assert.is(statSync(file).mode & 0o777, 0o600);
  });

  test('making a data folder leaves the temporary tables of a running server alone', async () => {
    const file = path.join('/tmp', `#sql-temptable-${process.pid}-1-1.MAI`);
    writeFileSync(file, '');
    // As a server would have made it: of the account that servers run as.
    const { uid, gid } = statSync(server.socket ?? file);
    chownSync(file, uid, gid);
    await dialect.close?.();
    for (const old of readdirSync(os.tmpdir())) {
      if (old.startsWith('dbsync_template_')) rmSync(path.join(os.tmpdir(), old));
    }
    await using({ ...request, content: 'empty' }, async () => {});
    assert.ok(statSync(file).isFile());
    rmSync(file);
  });

  test('a private server is gone with its process, even after kill -9', async () => {
    const before = folders();
    const program = `
      import { dialect } from '${path.resolve('lib/dialects/mysql/index.ts')}';
      import { Secret } from '${path.resolve('lib/target/index.ts')}';
      const timeouts = ${JSON.stringify(TIMEOUTS)};
      const address = dialect.address(new Secret('mysql://u@127.0.0.1/x'), '/');
      const shadow = await dialect.createShadow({ content: 'empty', target: null, identity: null, address, timeouts, folder: '/' });
      console.log('port ' + shadow.address.port);
      await new Promise((resolve) => setTimeout(resolve, 120_000));`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await firstWords(child);
    assert.is(folders().length, before.length + 1);
    child.kill('SIGKILL');
    for (let round = 0; round < 100 && folders().length > before.length; round += 1) await sleep(100);
    assert.equal(folders(), before);
  });

  test('a process that is killed while the data folder is made leaves no folder and nothing that works on', async () => {
    await dialect.close?.();
    for (const old of readdirSync(os.tmpdir())) {
      if (old.startsWith('dbsync_template_')) rmSync(path.join(os.tmpdir(), old));
    }
    const before = folders();
    const program = `
      import { dialect } from '${path.resolve('lib/dialects/mysql/index.ts')}';
      import { Secret } from '${path.resolve('lib/target/index.ts')}';
      const timeouts = ${JSON.stringify(TIMEOUTS)};
      const address = dialect.address(new Secret('mysql://u@127.0.0.1/x'), '/');
      await dialect.createShadow({ content: 'empty', target: null, identity: ${JSON.stringify(request.identity)}, address, timeouts, folder: '/' });`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const made = (): string | undefined => folders().find((name) => !before.includes(name));
    const working = (): readonly string[] =>
      argumentLists().filter(
        (line) => line.includes(ownFolder) && /--initialize-insecure|install-db|--bootstrap/.test(line),
      );
    for (let round = 0; round < 400 && working().length === 0; round += 1) await sleep(25);
    assert.ok(working().length > 0, 'nothing was seen that makes the data folder');
    child.kill('SIGKILL');
    for (let round = 0; round < 40 && (made() || working().length > 0); round += 1) await sleep(100);
    assert.equal(working(), []);
    assert.equal(folders(), before);
  });

  test('an empty private server is empty', async () => {
    await using({ ...request, content: 'empty' }, async (session) => {
      assert.equal((await dialect.inspect(session, { ignore: [] })).objects, []);
    });
  });

  test('a target that does not exist yet has a shadow, too', async () => {
    const address = dialect.address(new Secret(server.url('not_yet')), '/');
    await using({ ...request, content: 'empty', target: null, identity: null, address }, async (session) => {
      assert.equal((await dialect.inspect(session, { ignore: [] })).objects, []);
    });
  });

  test('an offered database is filled, guarded and emptied again', async () => {
    const offered = await server.database('offered');
    const shadowUrl = new Secret(server.url(offered));
    const from = await open(server.url(offered), 'read');
    const facts = (await dialect.identify(from)).facts;
    await using({ ...request, shadowUrl }, async (session, shadow) => {
      const changes = diffSnapshots(
        await dialect.inspect(target, { ignore: [] }),
        await dialect.inspect(session, { ignore: [] }),
      ).changes;
      assert.equal(
        changes.map((change) => `${change.action} ${change.subject.kind} ${change.subject.name}`),
        ['drop event ev'],
      );
      assert.equal(shadow.caveats.length, 1);
      assert.match(shadow.caveats[0] ?? '', 'event ev was not copied');
      assert.is(
        await refusal(session.execute(`DELETE FROM ${dialect.quote(database)}.child`)),
        'SHADOW_IS_TARGET',
      );
      assert.is(
        await refusal(session.execute('CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1')),
        'SHADOW_UNAVAILABLE',
      );
    });
    assert.equal((await dialect.inspect(from, { ignore: [] })).objects, []);
    assert.equal((await dialect.identify(from)).facts, facts);
    await from.close();
    const [row] = await target.query('SELECT COUNT(*) AS n FROM child');
    assert.is(Number(row?.n), 1);
  });

  test('the target itself, by whatever name, is never a shadow', async () => {
    const urls = [server.url(database), `mariadb://root@localhost:${server.port}/${database}`];
    if (server.socket !== null) urls.push(`mysql://root@localhost/${database}?socket=${server.socket}`);
    for (const url of urls) {
      assert.is(
        await refusal(dialect.createShadow({ ...request, shadowUrl: new Secret(url) })),
        'SHADOW_IS_TARGET',
      );
    }
  });

  test('a database that holds anything is never a shadow, and keeps it', async () => {
    const full = await server.database('full');
    const writer = await open(server.url(full), 'write');
    await writer.execute('CREATE PROCEDURE p() SELECT 1');
    assert.is(
      await refusal(dialect.createShadow({ ...request, shadowUrl: new Secret(server.url(full)) })),
      'SHADOW_UNAVAILABLE',
    );
    assert.is((await dialect.inspect(writer, { ignore: [] })).objects.length, 1);
    await writer.close();
  });

  test('without server programs, scratch makes a database of its own prefix on the server and drops it', async () => {
    const before = await schemas();
    // No program of this product exists, so the private server is passed over.
    const identity = request.identity && { ...request.identity, product: 'No such product' };
    await using({ ...request, identity, scratch: true }, async (session, shadow) => {
      const added = (await schemas()).filter((name) => !before.includes(name));
      assert.is(added.length, 1);
      assert.match(added[0] ?? '', /^dbsync_shadow_[0-9a-f]{12}$/);
      assert.is(
        (await dialect.inspect(session, { ignore: [] })).objects.length,
        (await dialect.inspect(target, { ignore: [] })).objects.length - 1,
      );
      assert.match(shadow.caveats.join(' '), 'target’s server');
    });
    assert.equal(await schemas(), before);
    assert.is(await refusal(dialect.createShadow({ ...request, identity })), 'SHADOW_UNAVAILABLE');
  });
});
