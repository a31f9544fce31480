// The walls on real servers: no other database, no password in sight, limits, cancellation on the server, read-only sessions.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import type { Address, Session } from '../../lib/dialects/contract.ts';
import type { DbsyncError } from '../../lib/errors/index.ts';
import type { LedgerReport, Project } from '../../lib/sources/contract.ts';
import { openSecret } from '../../lib/target/index.ts';
import {
  copyAlembic,
  errorOf,
  everythingIn,
  listening,
  pythonWith,
  upgrade,
  using,
} from '../helpers/alembic.ts';
import { databaseOf, onServers, PASSWORD } from '../helpers/alembic-servers.ts';

const read = (project: Project, address: Address): Promise<LedgerReport> =>
  using(address, 'read', (session) => project.ledger.read(session, { targetHasObjects: true }));

onServers('the guard', (here, { test }) => {
  test('nothing that a revision prints or raises shows the password', async () => {
    const root = copyAlembic('broken');
    const file = path.join(root, 'alembic/versions/x002_fails.py');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/ {4}op\.execute.*\n/, ''));
    const address = await here.fresh();
    const project = await here.open(root, address);
    const error = await errorOf(() => upgrade(project, address));
    assert.match(error.message, 'cannot go on with');
    const text = everythingIn(error);
    for (const word of [PASSWORD, encodeURIComponent(PASSWORD), 'ss%40w', 'p@ss', openSecret(address.url)])
      assert.not.match(text, word);
  });

  test('another database on the same server is out of reach', async () => {
    const [address, other] = [await here.fresh(), await here.fresh()];
    const root = copyAlembic('data');
    const project = await here.open(root, address);
    const env = path.join(root, 'alembic/env.py');
    const name = databaseOf(other);
    writeFileSync(
      env,
      readFileSync(env, 'utf8').replace(
        'create_engine(os.getenv("WAREHOUSE_URL"), poolclass=pool.NullPool)',
        `create_engine(__import__("sqlalchemy").engine.make_url(os.getenv("WAREHOUSE_URL")).set(database="${name}"))`,
      ),
    );
    const error = await errorOf(() => upgrade(project, address));
    assert.is(error.code, 'SOURCE_REDIRECTED', everythingIn(error));
    assert.match(error.message, name);
    const tables = (session: Session) =>
      session.query(
        `SELECT table_name FROM information_schema.tables WHERE table_schema NOT IN ('information_schema', 'pg_catalog')`,
      );
    if (here.isPostgres) assert.equal(await using(other, 'read', tables), []);
  });

  test('the same server by another name of the loopback is the same server', async () => {
    const address = await here.fresh();
    const root = copyAlembic('data');
    const env = path.join(root, 'alembic/env.py');
    const project = await here.open(root, address);
    writeFileSync(
      env,
      readFileSync(env, 'utf8').replace(
        'os.getenv("WAREHOUSE_URL")',
        'os.getenv("WAREHOUSE_URL").replace("127.0.0.1", "localhost")',
      ),
    );
    await upgrade(project, address, ['d001']);
    assert.equal((await read(project, address)).applied, ['d001']);
  });

  test('a lock that is held: the lock timeout ends the wait', async () => {
    const address = await here.fresh();
    const project = await here.open(copyAlembic('plain'), address, { timeouts: { lockMs: 1000 } });
    await upgrade(project, address, ['a001', 'a002']);
    await using(address, 'write', async (session) => {
      await session.execute(here.isPostgres ? 'BEGIN' : 'START TRANSACTION');
      await session.execute(
        here.isPostgres ? 'LOCK TABLE users IN ACCESS SHARE MODE' : 'SELECT * FROM users',
      );
      const error = (await errorOf(() => upgrade(project, address, ['a003']))) as DbsyncError;
      assert.match(error.message, /lock timeout|Lock wait timeout/);
      assert.match(String(error.details.engineCode), here.isPostgres ? /55P03/ : /1205/);
      await session.execute('ROLLBACK');
    });
    assert.equal((await read(project, address)).pending, ['a003']);
  });

  test('an interrupted statement ends on the server too', async () => {
    const address = await here.fresh();
    const root = copyAlembic('plain');
    const wait = here.isPostgres ? 'SELECT pg_sleep(120)' : 'SELECT SLEEP(120)';
    const file = path.join(root, 'alembic/versions/a002_posts.py');
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace('def upgrade():', `def upgrade():\n    op.execute("${wait}")`),
    );
    const project = await here.open(root, address);
    const stop = new AbortController();
    const heard = listening(stop.signal);
    const hooks = {
      ...heard.hooks,
      onStatement: ({ text }: { text: string }) => {
        if (text === wait) setTimeout(() => stop.abort(), 500);
      },
    };
    const error = await errorOf(async () => project.runner?.run(project.migrations, address, hooks));
    assert.is(error.code, 'INTERRUPTED');
    const running = here.isPostgres
      ? `SELECT pid FROM pg_stat_activity WHERE query LIKE '%pg_sleep(120)%' AND state = 'active' AND pid <> pg_backend_pid()`
      : `SELECT id FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP(120)%'`;
    await using(address, 'read', async (session) => assert.equal(await session.query(running), []));
    assert.equal((await read(project, address)).applied, here.isPostgres ? [] : ['a001']);
  });

  test('reading: the server refuses what env.py writes', async () => {
    const root = copyAlembic('plain');
    const address = await here.fresh();
    const project = await here.open(root, address);
    const env = path.join(root, 'alembic/env.py');
    writeFileSync(
      env,
      readFileSync(env, 'utf8').replace(
        '        context.configure(connection',
        '        connection.exec_driver_sql("CREATE TABLE sneaked (id INTEGER)")\n        context.configure(connection',
      ),
    );
    const verdict = await using(address, 'read', (session) => project.verdict(session));
    assert.is(verdict.status, 'unavailable');
    assert.match(verdict.messages.join('\n'), /read-only|READ ONLY/i);
  });

  if (here.isPostgres && pythonWith('asyncpg')) {
    test('async: asyncpg, guarded and watched alike', async () => {
      const address = await here.fresh();
      const project = await here.open(copyAlembic('async'), address);
      const heard = await upgrade(project, address);
      assert.is(heard.statements.filter(({ text }) => text.startsWith('CREATE TABLE users')).length, 1);
      assert.equal((await read(project, address)).applied, ['a001', 'a002']);
      const root = copyAlembic('async');
      const env = path.join(root, 'alembic/env.py');
      const other = await here.fresh();
      const name = databaseOf(other);
      const redirected = await here.open(root, address);
      writeFileSync(
        env,
        readFileSync(env, 'utf8').replace(
          'create_async_engine(config.get_main_option("sqlalchemy.url")',
          `create_async_engine(__import__("sqlalchemy").engine.make_url(config.get_main_option("sqlalchemy.url")).set(database="${name}")`,
        ),
      );
      const third = await here.fresh();
      assert.is((await errorOf(() => upgrade(redirected, third))).code, 'SOURCE_REDIRECTED');
    });
  }
});
