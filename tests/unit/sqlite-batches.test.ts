import * as assert from 'uvu/assert';
import type { Session } from '../../lib/dialects/contract.ts';
import { batches } from '../../lib/dialects/sqlite/batches.ts';
import { explain } from '../../lib/dialects/sqlite/explain.ts';
import { inspect } from '../../lib/dialects/sqlite/inspect.ts';
import { scan } from '../../lib/dialects/sqlite/rules.ts';
import { classify } from '../../lib/dialects/sqlite/scan.ts';
import { begin, commit, rollback } from '../../lib/dialects/sqlite/transaction.ts';
import { DbsyncError } from '../../lib/errors/index.ts';
import { splitStatements } from '../../lib/sql/index.ts';
import { BATCHES } from '../cases/sqlite-batches.ts';
import { spec } from '../helpers/spec.ts';
import { makeFile, temporaryFolder, withSession } from '../helpers/sqlite-file.ts';

const split = (sql: string) => splitStatements(sql, { file: 'migration.sql', rules: scan });

/** As an executor does it; the error that stopped it, if one did. */
const run = async (session: Session, sql: string): Promise<unknown> => {
  for (const batch of batches(split(sql))) {
    try {
      await begin(session, batch);
      for (const statement of batch.statements) await session.execute(statement.text);
      await commit(session, batch);
    } catch (error) {
      await rollback(session, batch);
      return error;
    }
  }
  return null;
};

const foreignKeys = async (session: Session): Promise<unknown> =>
  (await session.query('PRAGMA foreign_keys'))[0]?.foreign_keys;

const rows = async (session: Session, table: string): Promise<unknown> =>
  (await session.query(`SELECT count(*) AS n FROM ${table}`))[0]?.n;

let folder = '';
const FAMILY = `CREATE TABLE p (id INTEGER PRIMARY KEY, n TEXT);
  CREATE TABLE c (id INTEGER PRIMARY KEY, pid INT NOT NULL REFERENCES p (id) ON DELETE CASCADE);
  INSERT INTO p VALUES (1, 'a'), (2, 'b'); INSERT INTO c VALUES (10, 1), (11, 2);`;
const rebuildParent = (where: string): string => `PRAGMA foreign_keys=OFF;
  CREATE TABLE new_p (id INTEGER PRIMARY KEY, n TEXT NOT NULL); INSERT INTO new_p SELECT id, n FROM p ${where};
  DROP TABLE p; ALTER TABLE new_p RENAME TO p; PRAGMA foreign_keys=ON;`;

spec('sqlite batches', ({ test, before }) => {
  before(async () => {
    folder = await temporaryFolder();
  });

  for (const { title, sql, batches: expected } of BATCHES) {
    test(`grouping: ${title}`, () => {
      const statements = split(sql);
      const actual = batches(statements);
      assert.equal(
        actual.map((batch) => ({
          transactional: batch.transactional,
          foreignKeys: batch.settings.foreignKeys,
          statements: batch.statements.map((statement) => classify(statement).verb),
        })),
        expected.map(({ transactional, foreignKeys: keys, statements: verbs }) => ({
          transactional,
          foreignKeys: keys,
          statements: verbs,
        })),
      );
      for (const [index, batch] of actual.entries())
        assert.match(batch.because, expected[index]?.because ?? /^$/);
      // Every statement is the file's own, in the file's order, and plans can store the whole as JSON.
      const flat = actual.flatMap((batch) => batch.statements);
      assert.ok(flat.every((statement) => statements.includes(statement)));
      assert.equal(
        flat,
        [...flat].sort((a, b) => a.index - b.index),
      );
      assert.equal(JSON.parse(JSON.stringify(actual)), actual);
    });
  }

  test('a rebuild keeps the children, and foreign keys are on again', async () => {
    const file = await makeFile(folder, 'rebuild.db', FAMILY);
    await withSession(file, 'write', async (session) => {
      assert.is(await run(session, rebuildParent('')), null);
      assert.is(await rows(session, 'c'), 2);
      assert.is(await foreignKeys(session), 1);
    });
  });

  test('without its pragma the same rebuild would have deleted the children', async () => {
    const file = await makeFile(folder, 'cascade.db', FAMILY);
    await withSession(file, 'write', async (session) => {
      await session.execute('BEGIN IMMEDIATE');
      await session.script(rebuildParent(''));
      await session.execute('COMMIT');
      assert.is(await rows(session, 'c'), 0);
    });
  });

  test('orphans that the batch made are refused at the commit, and nothing of it stays', async () => {
    const file = await makeFile(folder, 'orphans.db', FAMILY);
    await withSession(file, 'write', async (session) => {
      const schema = await inspect(session, { ignore: [] });
      const error = await run(session, rebuildParent('WHERE id = 1'));
      assert.instance(error, DbsyncError);
      assert.match(String(error), /c -> p: 1/);
      assert.is(await rows(session, 'p'), 2);
      assert.equal(await inspect(session, { ignore: [] }), schema);
      assert.is(await foreignKeys(session), 1);
    });
  });

  test('orphans that were there before do not stop it, one more does', async () => {
    const file = await makeFile(
      folder,
      'old.db',
      `${FAMILY} PRAGMA foreign_keys=OFF; INSERT INTO c VALUES (12, 99), (13, 99);`,
    );
    await withSession(file, 'write', async (session) => {
      assert.is(await run(session, rebuildParent('')), null);
      assert.is(
        await run(
          session,
          'PRAGMA foreign_keys=OFF; CREATE TABLE new_c (k TEXT, pid INT REFERENCES p (id)); INSERT INTO new_c SELECT id, pid FROM c ORDER BY id DESC; DROP TABLE c; ALTER TABLE new_c RENAME TO c; PRAGMA foreign_keys=ON;',
        ),
        null,
      );
      const swapped = await run(
        session,
        'PRAGMA foreign_keys=OFF; UPDATE c SET pid = 1 WHERE k = 12; INSERT INTO c VALUES (14, 98); PRAGMA foreign_keys=ON;',
      );
      assert.match(String(swapped), /c -> p: 1/);
    });
  });

  test('a key that cannot be a parent is found, when the batch made it', async () => {
    const file = await makeFile(
      folder,
      'mismatch.db',
      `${FAMILY} CREATE TABLE q (a INT); CREATE TABLE bad (x REFERENCES q (a)); PRAGMA foreign_keys=OFF; INSERT INTO bad VALUES (1);`,
    );
    await withSession(file, 'write', async (session) => {
      assert.is(await run(session, 'CREATE TABLE fine (a)'), null);
      const error = await run(
        session,
        'CREATE TABLE r (a INT); CREATE TABLE worse (x REFERENCES r (a)); CREATE TABLE s (a)',
      );
      assert.match(String(error), /worse -> a key that cannot be a parent/);
    });
  });

  test('a failing statement rolls all of its transaction back', async () => {
    const file = await makeFile(folder, 'failing.db', FAMILY);
    await withSession(file, 'write', async (session) => {
      const schema = await inspect(session, { ignore: [] });
      assert.match(
        String(await run(session, 'CREATE TABLE a (x); DELETE FROM p; CREATE TABLE a (x);')),
        /already exists/,
      );
      assert.equal(await inspect(session, { ignore: [] }), schema);
      assert.is(await rows(session, 'c'), 2);
    });
  });

  test('split parts: each setting holds where the file says', async () => {
    const file = await makeFile(folder, 'split.db', FAMILY);
    await withSession(file, 'write', async (session) => {
      assert.is(await run(session, `${rebuildParent('')} DELETE FROM p WHERE id = 1;`), null);
      assert.is(await rows(session, 'c'), 1, 'the delete cascaded, the rebuild did not');
    });
  });

  test('transactions of its own and statements that stand alone are carried out', async () => {
    const file = await makeFile(folder, 'own.db', '');
    await withSession(file, 'write', async (session) => {
      const error = await run(
        session,
        'BEGIN; CREATE TABLE a (x); COMMIT; BEGIN; CREATE TABLE b (x); CREATE TABLE b (x); COMMIT;',
      );
      assert.match(String(error), /already exists/);
      const names = (await inspect(session, { ignore: [] })).objects.map(({ name }) => name);
      assert.equal(names, ['a'], 'what it committed stays, what it had open is rolled back');
      assert.is(
        await run(session, 'PRAGMA journal_mode=WAL; VACUUM; PRAGMA journal_mode=DELETE; CREATE TABLE z (x)'),
        null,
      );
    });
  });

  test('a batch that cannot begin because of a lock leaves the session as it was', async () => {
    const file = await makeFile(folder, 'locked.db', FAMILY);
    await withSession(file, 'write', async (other) => {
      await other.execute('BEGIN IMMEDIATE');
      await withSession(file, 'write', async (session) => {
        await session.limit({ lockMs: 50 });
        const error = await run(session, rebuildParent(''));
        assert.ok(explain(error).lockTimeout);
        assert.is(explain(error).code, 'SQLITE_BUSY');
        assert.is(await foreignKeys(session), 1);
      });
      await other.execute('ROLLBACK');
    });
  });
});
