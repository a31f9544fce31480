// The Prisma source on real servers: the engine agrees with what dbsync wrote on PostgreSQL, and the ledger holds on MariaDB.
import path from 'node:path';
import * as assert from 'uvu/assert';
import type { Dialect, Session } from '../../lib/dialects/contract.ts';
import { dialect as mysql } from '../../lib/dialects/mysql/index.ts';
import { dialect as postgres } from '../../lib/dialects/postgres/index.ts';
import { DbsyncError } from '../../lib/errors/index.ts';
import type { Project, SourceContext } from '../../lib/sources/contract.ts';
import { migrationList, schemaContainer } from '../../lib/sources/prisma/asked.ts';
import { createEngine } from '../../lib/sources/prisma/engine/index.ts';
import { readHistory } from '../../lib/sources/prisma/history.ts';
import { source } from '../../lib/sources/prisma/index.ts';
import { providerOfDialect } from '../../lib/sources/prisma/providers.ts';
import { readSchema } from '../../lib/sources/prisma/schema-files.ts';
import { redactor, Secret } from '../../lib/target/index.ts';
import { type TestServer as Mariadb, mariadbMissing, startMariadb } from '../helpers/mariadb.ts';
import {
  addressOf,
  NO_SERVER,
  serversAtHand,
  startPostgres,
  type TestServer,
  TIMEOUTS,
  withSession,
} from '../helpers/postgres.ts';
import { spec } from '../helpers/spec.ts';

const PROJECTS = path.resolve(import.meta.dirname, '../fixtures/projects');
const AT = new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 678));

const contextOf = (dialect: Dialect, withEmptyShadow: SourceContext['withEmptyShadow']): SourceContext => ({
  dialect,
  timeouts: TIMEOUTS,
  redact: redactor([]),
  withEmptyShadow,
});

const openProject = async (name: string, context: SourceContext): Promise<Project> => {
  const detection = await source.detect(path.join(PROJECTS, name));
  assert.ok(detection);
  return source.open(detection, context);
};

const applyAll = async (session: Session, project: Project): Promise<void> => {
  await project.ledger.writer.ensure(session);
  for (const migration of project.migrations) {
    const id = await project.ledger.writer.started(session, migration, AT);
    await session.script(migration.sql ?? '');
    await project.ledger.writer.finished(session, id, AT);
  }
};

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
  } catch (error) {
    if (error instanceof DbsyncError) return error.code;
    throw error;
  }
  return 'none';
};

const hasPostgres = process.env.DBSYNC_TEST_POSTGRES_URL !== undefined || (await serversAtHand()).length > 0;

spec('prisma on PostgreSQL', ({ test, skip, before, after }) => {
  if (!hasPostgres) {
    skip('everything', NO_SERVER);
    return;
  }
  let server: TestServer | null = null;
  const database = async (): Promise<string> => {
    assert.ok(server);
    return server.createDatabase();
  };
  const context = contextOf(postgres, async (work) => withSession(await database(), work));
  before(async () => {
    server = await startPostgres();
  });
  after(async () => {
    await server?.stop();
  });

  for (const name of ['prisma-v6', 'bookshop-postgres']) {
    test(`${name}: what dbsync applied is clean to the engine on a read-only session`, async () => {
      const url = await database();
      const project = await openProject(name, context);
      await withSession(url, (session) => applyAll(session, project));
      const verdict = await withSession(url, (session) => project.verdict(session), 'read');
      assert.is(verdict.status, 'agrees', verdict.messages.join(' '));
      await withSession(url, (session) =>
        session.execute('CREATE TABLE stray (id int[] PRIMARY KEY, c "char")'),
      );
      const drifted = await withSession(url, (session) => project.verdict(session), 'read');
      assert.is(drifted.status, 'disagrees');
      const push = await withSession(url, (session) => project.push(session), 'read');
      assert.match(push.sql, 'DROP TABLE "stray"');
      await project.close();
    });

    test(`${name}: what the engine applied is up to date to dbsync, in the same ledger`, async () => {
      const [theirs, ours] = [await database(), await database()];
      const project = await openProject(name, context);
      const { detection } = project;
      const provider = providerOfDialect('postgres');
      assert.ok(provider.engine);
      const { files } = schemaContainer(detection.root, await readSchema(detection.root, detection.schema));
      const engine = createEngine({
        line: /^\s*url\s*=/m.test(files.map((file) => file.content).join('\n')) ? 'six' : 'current',
        provider,
        flavour: provider.engine,
        context,
        datamodels: files.map((file) => [file.path, file.content] as const),
      });
      const list = migrationList(detection, await readHistory(detection.root, detection.migrations));
      const params = { migrationsList: list, filters: { externalTables: [], externalEnums: [] } };
      const applied = await withSession(theirs, (session) =>
        engine.call({ session, method: 'applyMigrations', writes: 'allow', params }),
      );
      assert.equal(
        applied.value.appliedMigrationNames,
        project.migrations.map((migration) => migration.id),
      );
      const report = await withSession(theirs, (session) =>
        project.ledger.read(session, { targetHasObjects: true }),
      );
      assert.equal(
        [report.applied, report.pending, report.problems],
        [applied.value.appliedMigrationNames, [], []],
      );
      await withSession(ours, (session) => project.ledger.writer.ensure(session));
      const columns = (url: string) =>
        withSession(url, (session) =>
          session.query(
            "SELECT column_name, data_type, character_maximum_length, is_nullable, column_default FROM information_schema.columns WHERE table_name = '_prisma_migrations' ORDER BY ordinal_position",
          ),
        );
      assert.equal(await columns(ours), await columns(theirs));
      await engine.close();
      await project.close();
    });
  }

  test('times are read to the millisecond, whatever the session’s time zone', async () => {
    const url = await database();
    const project = await openProject('prisma-v6', context);
    await withSession(url, async (session) => {
      await applyAll(session, project);
      await session.execute("SET TimeZone = 'Asia/Kathmandu'");
      const report = await project.ledger.read(session, { targetHasObjects: true });
      assert.is(report.entries[0]?.startedAt, AT.toISOString());
    });
    await project.close();
  });

  test('no ledger, a ledger without SELECT, and one in a schema without USAGE are three different things', async () => {
    const url = await database();
    const project = await openProject('prisma-v6', context);
    const weak = new URL(url);
    weak.username = 'weak_reader';
    weak.password = 'weak';
    await withSession(url, (session) => session.execute("CREATE ROLE weak_reader LOGIN PASSWORD 'weak'"));
    const read = () =>
      withSession(
        addressOf(weak.href),
        (session) => project.ledger.read(session, { targetHasObjects: false }),
        'read',
      );
    assert.is((await read()).exists, false);
    await withSession(url, (session) => project.ledger.writer.ensure(session));
    assert.is(await codeOf(read()), 'LEDGER_UNREADABLE');
    await withSession(url, (session) => session.execute('GRANT SELECT ON _prisma_migrations TO weak_reader'));
    assert.is((await read()).exists, true);
    await withSession(url, (session) => session.execute('REVOKE USAGE ON SCHEMA public FROM PUBLIC'));
    assert.is(await codeOf(read()), 'LEDGER_UNREADABLE');
    await project.close();
  });

  test('the lock is Prisma’s own, and says who has it', async () => {
    const url = await database();
    const project = await openProject('prisma-v6', context);
    const lock = project.ledger.toolLock;
    assert.ok(lock);
    await withSession(url, async (first) => {
      await first.execute('SELECT pg_advisory_lock(72707369)');
      const [got] = await withSession(url, (second) => second.query(lock.acquire));
      assert.equal(Object.values(got ?? {}), [false]);
      await first.query(lock.release);
      const [free] = await withSession(url, (second) => second.query(lock.acquire));
      assert.equal(Object.values(free ?? {}), [true]);
    });
    await project.close();
  });
});

const noMariadb = mariadbMissing();

spec('prisma on MariaDB', ({ test, skip, before, after }) => {
  if (noMariadb !== null) {
    skip('everything', noMariadb);
    return;
  }
  let server: Mariadb | null = null;
  const context = contextOf(mysql, () => Promise.reject(new Error('not asked for')));
  const open = async (database: string, mode: 'read' | 'write' = 'write'): Promise<Session> => {
    assert.ok(server);
    return mysql.connect(mysql.address(new Secret(server.url(database)), '/'), { mode, timeouts: TIMEOUTS });
  };
  before(async () => {
    server = await startMariadb();
  });
  after(async () => {
    await server?.stop();
  });

  test('the ledger is made, written and read in UTC to the millisecond', async () => {
    assert.ok(server);
    const session = await open(await server.database());
    const project = await openProject('prisma-multi-file', context);
    const [migration] = project.migrations;
    assert.ok(migration);
    const { writer } = project.ledger;
    const before = await project.ledger.read(session, { targetHasObjects: false });
    assert.is(before.exists, false);
    await writer.ensure(session);
    await writer.ensure(session);
    await writer.failed(session, await writer.started(session, migration, AT), 'boom');
    const failed = await project.ledger.read(session, { targetHasObjects: true });
    assert.equal(
      failed.problems.map((problem) => problem.code),
      ['x-failed-in-ledger'],
    );
    assert.is(failed.entries[0]?.startedAt, AT.toISOString());
    await writer.applied(session, migration, AT);
    const report = await project.ledger.read(session, { targetHasObjects: true });
    assert.equal([report.applied, report.pending, report.problems], [[migration.id], [], []]);
    const [text] = await session.query(
      "SELECT CAST(started_at AS CHAR) AS at FROM _prisma_migrations WHERE logs = ''",
    );
    assert.is(text?.at, '2026-01-02 03:04:05.678');
    await project.close();
    await session.close();
  });

  test('the engine says that it has no part here, and what works without it', async () => {
    assert.ok(server);
    const session = await open(await server.database(), 'read');
    const project = await openProject('prisma-multi-file', context);
    const verdict = await project.verdict(session);
    assert.is(verdict.status, 'unavailable');
    assert.match(verdict.messages.join(' '), 'migrations work without it');
    await project.close();
    await session.close();
  });

  test('the lock is Prisma’s own', async () => {
    assert.ok(server);
    const database = await server.database();
    const project = await openProject('prisma-multi-file', context);
    const lock = project.ledger.toolLock;
    assert.ok(lock);
    const [first, second] = [await open(database), await open(database)];
    assert.equal(
      (await first.raw("SELECT GET_LOCK('prisma_migrate', 1)")).rows.map((row) => Number(row[0])),
      [1],
    );
    assert.equal(
      (await second.raw(lock.acquire)).rows.map((row) => Number(row[0])),
      [0],
    );
    await first.raw(lock.release);
    assert.equal(
      (await second.raw(lock.acquire)).rows.map((row) => Number(row[0])),
      [1],
    );
    await Promise.all([first.close(), second.close(), project.close()]);
  });
});
