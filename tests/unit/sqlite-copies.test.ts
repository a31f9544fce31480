import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import type { Session, ShadowRequest } from '../../lib/dialects/contract.ts';
import { addressOf } from '../../lib/dialects/sqlite/address.ts';
import { backup } from '../../lib/dialects/sqlite/backup.ts';
import { connect, createFile, formatFile, handleOf } from '../../lib/dialects/sqlite/connect.ts';
import { identify, same } from '../../lib/dialects/sqlite/identify.ts';
import { inspect } from '../../lib/dialects/sqlite/inspect.ts';
import { createShadow } from '../../lib/dialects/sqlite/shadow.ts';
import { DbsyncError } from '../../lib/errors/index.ts';
import { Secret } from '../../lib/target/index.ts';
import { spec } from '../helpers/spec.ts';
import { makeFile, temporaryFolder, timeouts, withSession } from '../helpers/sqlite-file.ts';

let folder = '';
const SHOP = `CREATE TABLE p (id INTEGER PRIMARY KEY, n TEXT); INSERT INTO p VALUES (1, 'a'), (2, 'b');
  CREATE INDEX i ON p (n); CREATE VIRTUAL TABLE f USING fts5(x); INSERT INTO f VALUES ('word');`;

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return 'no error';
  } catch (error) {
    return error instanceof DbsyncError ? error.code : String(error);
  }
};

const requestFor = async (
  session: Session | null,
  file: string,
  rest: Partial<ShadowRequest>,
): Promise<ShadowRequest> => ({
  content: 'copy',
  target: session,
  address: addressOf(file, folder),
  identity: session && (await identify(session)),
  timeouts,
  folder: path.join(folder, 'tmp'),
  ...rest,
});

spec('sqlite shadow and backup', ({ test, before }) => {
  before(async () => {
    folder = await temporaryFolder();
  });

  for (const mode of ['DELETE', 'WAL']) {
    test(`${mode}: a copy holds the data, is another file, and leaves nothing when dropped`, async () => {
      const file = await makeFile(folder, `shop-${mode}.db`, `PRAGMA journal_mode=${mode}; ${SHOP}`);
      await withSession(file, 'read', async (session) => {
        const shadow = await createShadow(await requestFor(session, file, {}));
        assert.ok(path.basename(shadow.address.display).startsWith('dbsync_shadow_'));
        assert.ok(shadow.holdsData);
        const copy = await connect(shadow.address, { mode: 'write', timeouts });
        assert.equal(await inspect(copy, { ignore: [] }), await inspect(session, { ignore: [] }));
        assert.not(same(await identify(copy), await identify(session)));
        await copy.execute('DELETE FROM p');
        assert.equal(await session.query('SELECT count(*) AS n FROM p'), [{ n: 2 }]);
        await copy.close();
        await shadow.drop();
      });
      assert.equal(readdirSync(path.join(folder, 'tmp')), []);
    });
  }

  test('a copy holds what still lies in the WAL of a running application', async () => {
    const file = await makeFile(folder, 'live.db', `PRAGMA journal_mode=WAL; ${SHOP}`);
    await withSession(file, 'write', async (application) => {
      await application.execute("INSERT INTO p VALUES (3, 'new')");
      await withSession(file, 'read', async (session) => {
        const shadow = await createShadow(await requestFor(session, file, {}));
        await withSession(shadow.address.display, 'read', async (copy) => {
          assert.equal(await copy.query('SELECT count(*) AS n FROM p'), [{ n: 3 }]);
        });
        await shadow.drop();
      });
    });
  });

  test('an empty one is empty, and has the encoding and page size of the target', async () => {
    const file = path.join(folder, 'utf16.db');
    await createFile(file);
    await formatFile(file, 8192, 'UTF-16le');
    await withSession(file, 'write', (session) =>
      session.script("CREATE TABLE t (a); INSERT INTO t VALUES ('ä')"),
    );
    await withSession(file, 'read', async (session) => {
      const shadow = await createShadow(await requestFor(session, file, { content: 'empty' }));
      const empty = await connect(shadow.address, { mode: 'write', timeouts });
      await empty.execute('CREATE TABLE probe (a)');
      assert.equal(
        (await inspect(empty, { ignore: [] })).objects.map(({ name }) => name),
        ['probe'],
      );
      const { facts } = await identify(empty);
      assert.is(facts.encoding, 'UTF-16le');
      assert.is(facts.page_size, 8192);
      await empty.close();
      await shadow.drop();
      assert.not(existsSync(shadow.address.display));
    });
  });

  test('without a target there is an empty one', async () => {
    const shadow = await createShadow(await requestFor(null, path.join(folder, 'none.db'), {}));
    assert.not(shadow.holdsData);
    await shadow.drop();
  });

  test('an offered file must be another one, and empty; it is left as it was', async () => {
    const file = await makeFile(folder, 'target.db', SHOP);
    const full = await makeFile(folder, 'full.db', 'CREATE TABLE t (a)');
    const empty = await makeFile(folder, 'empty.db', '');
    await withSession(file, 'read', async (session) => {
      const offered = (name: string) => requestFor(session, file, { shadowUrl: new Secret(`file:${name}`) });
      assert.is(await codeOf(createShadow(await offered(file))), 'SHADOW_IS_TARGET');
      assert.is(
        await codeOf(createShadow(await offered(`${folder}/../${path.basename(folder)}/target.db`))),
        'SHADOW_IS_TARGET',
      );
      assert.is(await codeOf(createShadow(await offered(full))), 'SHADOW_UNAVAILABLE');
      assert.ok(existsSync(full));
      for (const name of [empty, path.join(folder, 'new.db')]) {
        const before = existsSync(name);
        const shadow = await createShadow(await offered(name));
        await withSession(name, 'read', async (copy) => {
          assert.equal(await copy.query('SELECT count(*) AS n FROM p'), [{ n: 2 }]);
        });
        await shadow.drop();
        assert.is(existsSync(name), before);
        if (before) assert.is(statSync(name).size, 0);
      }
    });
  });

  test('a backup is verified, private, and never replaces another', async () => {
    const file = await makeFile(folder, 'data.db', `PRAGMA journal_mode=WAL; ${SHOP}`);
    const target = path.join(folder, 'backups');
    await withSession(file, 'read', async (session) => {
      const request = {
        session,
        identity: await identify(session),
        folder: target,
        name: '../prod 2026',
        timeouts,
      };
      const evidence = await backup(request);
      assert.is(path.dirname(evidence.file), target);
      assert.equal(readdirSync(target), [path.basename(evidence.file)]);
      assert.is(statSync(evidence.file).mode & 0o777, 0o600);
      const bytes = readFileSync(evidence.file);
      assert.is(evidence.bytes, bytes.length);
      assert.is(evidence.sha256, createHash('sha256').update(bytes).digest('hex'));
      assert.match(
        evidence.verified.join('; '),
        /integrity_check says ok; same schema fingerprint sha256:.*; same row counts/,
      );
      assert.ok(evidence.restore.includes(evidence.file) && evidence.restore.includes(file));
      assert.is(await codeOf(backup(request)), 'BACKUP_FAILED');
      assert.ok(readFileSync(evidence.file).equals(bytes), 'the first one is untouched');
    });
  });

  test('a backup of a damaged file is refused and removed', async () => {
    const file = await makeFile(
      folder,
      'bad.db',
      `${SHOP} WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO p SELECT i, 'text ' || i FROM n;`,
    );
    await withSession(file, 'write', async (session) => {
      // Takes the index out of step with its table, as a lost write would.
      const handle = handleOf(session);
      handle.unsafeMode(true);
      handle.pragma('writable_schema = ON');
      handle.exec(
        "CREATE INDEX j ON p (id); UPDATE sqlite_schema SET sql = 'CREATE INDEX j ON p (n)' WHERE name = 'j'",
      );
      handle.pragma('writable_schema = RESET');
    });
    await withSession(file, 'read', async (session) => {
      const request = {
        session,
        identity: await identify(session),
        folder: path.join(folder, 'refused'),
        name: 'x',
        timeouts,
      };
      assert.is(await codeOf(backup(request)), 'BACKUP_FAILED');
      assert.equal(readdirSync(path.join(folder, 'refused')), []);
    });
  });
});
