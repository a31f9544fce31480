// Prisma's engine in its worker: it agrees with what dbsync's ledger writer leaves, writes nothing by itself, and its death is
// an error and not an end.
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { DbsyncError } from '../../lib/errors/index.ts';
import type { Detection, Project, SourceContext } from '../../lib/sources/contract.ts';
import { migrationList, schemaContainer } from '../../lib/sources/prisma/asked.ts';
import { createEngine, type Engine, type EngineLine } from '../../lib/sources/prisma/engine/index.ts';
import { readHistory } from '../../lib/sources/prisma/history.ts';
import { source } from '../../lib/sources/prisma/index.ts';
import { providerOfDialect } from '../../lib/sources/prisma/providers.ts';
import { readSchema } from '../../lib/sources/prisma/schema-files.ts';
import { sqliteContext, sqliteSession, type TestSession } from '../helpers/prisma-sessions.ts';
import { spec } from '../helpers/spec.ts';

const PROJECTS = path.resolve(import.meta.dirname, '../fixtures/projects');
const NO_FILTERS = { externalTables: [], externalEnums: [] };
/** Both engine builds, each with a project of its line. */
const LINES: readonly (readonly [string, EngineLine])[] = [
  ['prisma-v5', 'six'],
  ['prisma-v7', 'current'],
];

interface Opened {
  readonly detection: Detection;
  readonly context: ReturnType<typeof sqliteContext>;
  readonly project: Project;
}

const openAt = async (root: string): Promise<Opened> => {
  const detection = await source.detect(root);
  assert.ok(detection);
  const context = sqliteContext();
  return { detection, context, project: await source.open(detection, context) };
};

const engineOf = async (
  detection: Detection,
  settings: { readonly line: EngineLine; readonly context: SourceContext },
): Promise<Engine> => {
  const provider = providerOfDialect('sqlite');
  assert.ok(provider.engine);
  const { files } = schemaContainer(detection.root, await readSchema(detection.root, detection.schema));
  const datamodels = files.map((file) => [file.path, file.content] as const);
  return createEngine({ ...settings, provider, flavour: provider.engine, datamodels });
};

const applyAll = async (session: TestSession, { project }: Opened): Promise<void> => {
  const at = new Date(Date.UTC(2026, 0, 1));
  const { writer } = project.ledger;
  await writer.ensure(session);
  for (const migration of project.migrations) {
    const id = await writer.started(session, migration, at);
    await session.script(migration.sql ?? '');
    await writer.finished(session, id, at);
  }
};

const failure = async (work: Promise<unknown>): Promise<DbsyncError> => {
  try {
    await work;
  } catch (error) {
    if (error instanceof DbsyncError) return error;
    throw error;
  }
  throw new Error('It did not fail.');
};

/** A promise that is resolved by hand. */
const gate = (): { readonly opened: Promise<void>; readonly open: () => void } => {
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
};

const writesIn = (sent: readonly string[]): readonly string[] =>
  sent.filter((sql) => !/^\s*(?:select|pragma \w+ ?\()/i.test(sql));

spec('prisma engine: agreement', ({ test, before, after }) => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'dbsync-prisma-engine-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const [name, line] of LINES) {
    test(`${name}: what dbsync applied is clean to the engine, by a read-only session and without a write`, async () => {
      const opened = await openAt(path.join(PROJECTS, name));
      const file = path.join(folder, `${name}.db`);
      const writing = sqliteSession(file);
      await applyAll(writing, opened);
      await writing.close();
      const session = sqliteSession(file, 'read');
      const verdict = await opened.project.verdict(session);
      assert.is(verdict.status, 'agrees', verdict.messages.join(' '));
      assert.match(verdict.by, line === 'six' ? /7\.1\.1/ : /8\.1\.0/);
      assert.ok(session.sent.length > 3);
      assert.equal(writesIn(session.sent), []);
      await opened.project.close();
      await session.close();
    });

    test(`${name}: what the engine applied is up to date to dbsync`, async () => {
      const { detection, context, project } = await openAt(path.join(PROJECTS, name));
      const engine = await engineOf(detection, { line, context });
      const session = sqliteSession(':memory:');
      const list = migrationList(detection, await readHistory(detection.root, detection.migrations));
      const { value } = await engine.call({
        session,
        method: 'applyMigrations',
        writes: 'allow',
        params: { migrationsList: list, filters: NO_FILTERS },
      });
      assert.equal(
        value.appliedMigrationNames,
        project.migrations.map((migration) => migration.id),
      );
      const report = await project.ledger.read(session, { targetHasObjects: true });
      assert.equal(report.applied, value.appliedMigrationNames);
      assert.equal([report.pending, report.problems], [[], []]);
      const types = await session.query(
        'SELECT DISTINCT typeof(finished_at) AS type FROM _prisma_migrations',
      );
      assert.equal(types, [{ type: 'integer' }]);
      await engine.close();
      await project.close();
    });
  }

  test('the ledger that the engine makes is the one that dbsync makes', async () => {
    const { detection, context, project } = await openAt(path.join(PROJECTS, 'prisma-v5'));
    const engine = await engineOf(detection, { line: 'six', context });
    const [theirs, ours] = [sqliteSession(':memory:'), sqliteSession(':memory:')];
    const list = migrationList(detection, await readHistory(detection.root, detection.migrations));
    await engine.call({
      session: theirs,
      method: 'applyMigrations',
      writes: 'allow',
      params: { migrationsList: list, filters: NO_FILTERS },
    });
    await project.ledger.writer.ensure(ours);
    const columns = "SELECT * FROM pragma_table_info('_prisma_migrations') ORDER BY cid";
    assert.equal(await ours.query(columns), await theirs.query(columns));
    await engine.close();
    await project.close();
  });

  test('the engine sees our failed row, our rolled-back row and our mark as applied as its own', async () => {
    const opened = await openAt(path.join(PROJECTS, 'prisma-v5'));
    const { project } = opened;
    const { writer } = project.ledger;
    const session = sqliteSession(':memory:');
    await applyAll(session, opened);
    const last = project.migrations[2];
    assert.ok(last);
    const at = new Date(Date.UTC(2026, 0, 1));
    await session.query('DELETE FROM _prisma_migrations WHERE migration_name = ?', [last.id]).catch(() => {});
    await writer.failed(session, await writer.started(session, last, at), 'boom');
    const failed = await project.verdict(session);
    assert.is(failed.status, 'disagrees');
    assert.match(failed.messages.join(' '), `Failed in the ledger: ${last.id}`);
    await writer.applied(session, last, at);
    assert.is((await project.verdict(session)).status, 'agrees');
    await project.close();
  });

  test('pending, edited and foreign migrations make it disagree, in words', async () => {
    const opened = await openAt(path.join(PROJECTS, 'prisma-v5'));
    const session = sqliteSession(':memory:');
    const pending = await opened.project.verdict(session);
    assert.match(pending.messages.join(' '), 'Not applied yet: 20240105080000_init');
    await applyAll(session, opened);
    await session.script("UPDATE _prisma_migrations SET checksum = 'x' WHERE migration_name LIKE '%orders'");
    const edited = await opened.project.verdict(session);
    assert.match(edited.messages.join(' '), 'Edited after they were applied: 20240210093000_orders');
    await opened.project.close();
  });

  test('drift is told from a schema that is ahead of its migrations', async () => {
    const opened = await openAt(path.join(PROJECTS, 'prisma-v7'));
    const session = sqliteSession(':memory:');
    await applyAll(session, opened);
    const ahead = await opened.project.verdict(session);
    assert.is(ahead.status, 'agrees');
    assert.match(ahead.messages.join(' '), 'no migration covers or by hand-written SQL');
    assert.equal(opened.context.shadows, [1, -1]);
    await session.script('CREATE TABLE stray (id INTEGER PRIMARY KEY)');
    const drifted = await opened.project.verdict(session);
    assert.is(drifted.status, 'disagrees');
    assert.equal(opened.context.shadows, [1, -1, 1, -1]);
    await opened.project.close();
  });

  test('a history that cannot be replayed leaves drift untold, and no shadow behind', async () => {
    const root = path.join(folder, 'unreplayable');
    cpSync(path.join(PROJECTS, 'prisma-v7'), root, { recursive: true });
    const opened = await openAt(root);
    const session = sqliteSession(':memory:');
    await applyAll(session, opened);
    await opened.project.close();
    const sql = 'CREATE TABLE "Post" (nonsense';
    writeFileSync(path.join(root, 'db/migrations/20260101000000_init/migration.sql'), sql);
    const broken = await openAt(root);
    const sum = broken.project.migrations[0]?.checksum ?? '';
    await session.raw('UPDATE _prisma_migrations SET checksum = ?', [sum]);
    const verdict = await broken.project.verdict(session);
    assert.is(verdict.status, 'unavailable');
    assert.match(verdict.messages.join(' '), 'could not replay the history');
    assert.equal(broken.context.shadows, [1, -1]);
    await broken.project.close();
  });
});

spec('prisma engine: push and uncovered', ({ test }) => {
  test('nothing is uncovered where the history makes the schema', async () => {
    const opened = await openAt(path.join(PROJECTS, 'prisma-v5'));
    const session = sqliteSession(':memory:');
    await applyAll(session, opened);
    assert.is(await opened.project.uncovered(session), '');
    assert.equal(await opened.project.push(session), { sql: '', warnings: [], unexecutable: [] });
    await opened.project.close();
  });

  test('what the schema has and the history lacks is SQL that, once run, leaves nothing', async () => {
    const opened = await openAt(path.join(PROJECTS, 'prisma-v7'));
    const session = sqliteSession(':memory:');
    await applyAll(session, opened);
    const missing = await opened.project.uncovered(session);
    assert.match(missing ?? '', 'ADD COLUMN "body"');
    await session.script(missing ?? '');
    assert.is(await opened.project.uncovered(session), '');
    await opened.project.close();
  });

  test('push tells what would be lost in live data, and changes nothing', async () => {
    const opened = await openAt(path.join(PROJECTS, 'prisma-v7'));
    const session = sqliteSession(':memory:');
    await session.script(
      'CREATE TABLE "Post" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "old" TEXT);' +
        'INSERT INTO "Post" (old) VALUES (\'kept\'); CREATE TABLE "Gone" (id INTEGER PRIMARY KEY); INSERT INTO "Gone" VALUES (1);',
    );
    const before = await session.query('SELECT * FROM sqlite_master');
    session.sent.length = 0;
    const preview = await opened.project.push(session);
    assert.match(preview.sql, 'DROP TABLE "Gone"');
    assert.match(preview.warnings.join('\n'), /Gone/);
    assert.match(preview.unexecutable.join('\n'), /title/);
    assert.equal(writesIn(session.sent), []);
    assert.equal(await session.query('SELECT * FROM sqlite_master'), before);
    assert.equal(await session.query('SELECT old FROM "Post"'), [{ old: 'kept' }]);
    await opened.project.close();
  });

  test('a push without any data loss is not carried out either', async () => {
    const opened = await openAt(path.join(PROJECTS, 'prisma-v7'));
    const session = sqliteSession(':memory:');
    const preview = await opened.project.push(session);
    assert.match(preview.sql, 'CREATE TABLE "Post"');
    assert.equal([preview.warnings, preview.unexecutable], [[], []]);
    assert.equal(await session.query('SELECT * FROM sqlite_master'), []);
    await opened.project.close();
  });

  test('a database without an engine has no verdict of it', async () => {
    const detection = await source.detect(path.join(PROJECTS, 'prisma-multi-file'));
    assert.ok(detection);
    const project = await source.open(detection, sqliteContext({ name: 'mysql', title: 'MySQL' }));
    assert.is((await project.verdict(sqliteSession(':memory:'))).status, 'unavailable');
    await project.close();
  });

  test('a schema for another database is refused, without its URL', async () => {
    const detection = await source.detect(path.join(PROJECTS, 'prisma-multi-file'));
    assert.ok(detection);
    const error = await failure(source.open(detection, sqliteContext()));
    assert.is(error.code, 'URL_PROVIDER_MISMATCH');
    assert.not.match(JSON.stringify([error.message, error.why, error.next]), 'secret');
  });
});

spec('prisma engine: failures', ({ test }) => {
  const settings = async () => {
    const { detection, context, project } = await openAt(path.join(PROJECTS, 'prisma-v7'));
    await project.close();
    const list = migrationList(detection, await readHistory(detection.root, detection.migrations));
    const files = schemaContainer(detection.root, await readSchema(detection.root, detection.schema)).files;
    const engine = await engineOf(detection, { line: 'current', context });
    const session = sqliteSession(':memory:');
    const diff = () =>
      engine.call({
        session,
        method: 'diff',
        params: {
          from: { tag: 'empty' },
          to: { tag: 'schemaDatamodel', files },
          script: true,
          exitCode: true,
          filters: NO_FILTERS,
        },
      });
    return { engine, session, context, list, diff };
  };

  test('a panic is an error, and the next call has a new worker', async () => {
    const { engine, session, diff } = await settings();
    const error = await failure(engine.call({ session, method: 'debugPanic', params: null }));
    assert.is(error.code, 'SOURCE_TOOL_FAILED');
    assert.match((await diff()).value.stdout ?? '', 'CREATE TABLE "Post"');
    await engine.close();
  });

  test('parameters that kill the engine kill the worker alone', async () => {
    const { engine, session, diff } = await settings();
    const malformed = JSON.parse('{"from":{"tag":"empty"}}');
    const error = await failure(engine.call({ session, method: 'diff', params: malformed }));
    assert.is(error.code, 'SOURCE_TOOL_FAILED');
    assert.is((await diff()).value.exitCode, 2);
    await engine.close();
  });

  test('calls that come together run one after another', async () => {
    const { engine, diff } = await settings();
    const all = await Promise.all([diff(), diff(), diff(), diff()]);
    assert.equal(
      all.map(({ value }) => value.exitCode),
      [2, 2, 2, 2],
    );
    await engine.close();
  });

  test('a call that hangs ends at its time limit, drops its shadow, and the next one works', async () => {
    const { engine, session, context, list, diff } = await settings();
    await diff();
    const stuck = { ...session, raw: () => new Promise<never>(() => {}) };
    const error = await failure(
      engine.call({
        session: stuck,
        method: 'diagnoseMigrationHistory',
        timeoutMs: 1000,
        params: { migrationsList: list, optInToShadowDatabase: false, filters: NO_FILTERS },
      }),
    );
    assert.match(error.message, /within 1000 ms/);
    assert.equal(context.shadows, []);
    assert.is((await diff()).value.exitCode, 2);
    await engine.close();
  });

  test('the engine may not write unless it was told that it may', async () => {
    const { engine, session, list } = await settings();
    const error = await failure(
      engine.call({
        session,
        method: 'applyMigrations',
        params: { migrationsList: list, filters: NO_FILTERS },
      }),
    );
    assert.is(error.code, 'SOURCE_TOOL_FAILED');
    assert.equal(await session.query('SELECT * FROM sqlite_master'), []);
    await engine.close();
  });

  test('a shadow that is ready only after the time limit is dropped', async () => {
    const { detection, project } = await openAt(path.join(PROJECTS, 'prisma-v7'));
    await project.close();
    const base = sqliteContext();
    const [late, gone] = [gate(), gate()];
    let asked = 0;
    const context: SourceContext = {
      ...base,
      withEmptyShadow: async (work) => {
        asked += 1;
        await late.opened;
        return base.withEmptyShadow(work).finally(gone.open);
      },
    };
    const engine = await engineOf(detection, { line: 'current', context });
    const list = migrationList(detection, await readHistory(detection.root, detection.migrations));
    const error = await failure(
      engine.call({
        session: sqliteSession(':memory:'),
        method: 'diff',
        timeoutMs: 6000,
        params: {
          from: { tag: 'migrations', ...list },
          to: { tag: 'empty' },
          script: false,
          exitCode: true,
          filters: NO_FILTERS,
        },
      }),
    );
    assert.match(error.message, /within 6000 ms/);
    assert.is(asked, 1);
    late.open();
    await gone.opened;
    assert.equal(base.shadows, [1, -1]);
    await engine.close();
  });

  test('a schema that Prisma rejects is the project’s fault, and is said with its line', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'dbsync-prisma-invalid-'));
    cpSync(path.join(PROJECTS, 'prisma-v7'), folder, { recursive: true });
    const file = path.join(folder, 'prisma/schema.prisma');
    writeFileSync(file, 'datasource db {\n  provider = "sqlite"\n}\n\nmodel A {\n  id Nonsense @id\n}\n');
    const opened = await openAt(folder);
    const { project } = opened;
    const session = sqliteSession(':memory:');
    await applyAll(session, opened);
    const error = await failure(project.push(session));
    assert.is(error.code, 'SOURCE_INVALID');
    assert.match(error.why ?? '', /Nonsense/);
    assert.is((await project.verdict(session)).status, 'unavailable');
    await project.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('a shadow that cannot be made is an error of that call', async () => {
    const { detection } = await openAt(path.join(PROJECTS, 'prisma-v7'));
    const context: SourceContext = {
      ...sqliteContext(),
      withEmptyShadow: () => Promise.reject(new Error('no shadow here')),
    };
    const engine = await engineOf(detection, { line: 'current', context });
    const session = sqliteSession(':memory:');
    const list = migrationList(detection, await readHistory(detection.root, detection.migrations));
    const error = await failure(
      engine.call({
        session,
        method: 'diff',
        params: {
          from: { tag: 'migrations', ...list },
          to: { tag: 'empty' },
          script: false,
          exitCode: true,
          filters: NO_FILTERS,
        },
      }),
    );
    assert.is(error.code, 'SOURCE_TOOL_FAILED');
    await engine.close();
  });
});
