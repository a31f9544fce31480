// The ledger on a real SQLite file: what is read, what is said of it, and what the writer leaves in it.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { DbsyncError } from '../../lib/errors/index.ts';
import type { LedgerReport, Project } from '../../lib/sources/contract.ts';
import { compareChecksum } from '../../lib/sources/prisma/checksum.ts';
import { slug } from '../../lib/sources/prisma/draft.ts';
import { checksumOf, readHistory } from '../../lib/sources/prisma/history.ts';
import { source } from '../../lib/sources/prisma/index.ts';
import { judge } from '../../lib/sources/prisma/judge.ts';
import { decodeTime } from '../../lib/sources/prisma/ledger.ts';
import { providerOfDialect } from '../../lib/sources/prisma/providers.ts';
import { LEDGER_CASES, type LedgerCase } from '../cases/prisma-ledger.ts';
import { sqliteContext, sqliteSession, type TestSession } from '../helpers/prisma-sessions.ts';
import { spec } from '../helpers/spec.ts';

const FIXTURE = path.resolve(import.meta.dirname, '../fixtures/projects/prisma-v5');
const NAMES: Readonly<Record<string, string>> = {
  '1': '20240105080000_init',
  '2': '20240210093000_orders',
  '3': '20240301120000_order_index',
};
const long = (name: string): string => NAMES[name] ?? name;

const openAt = async (root: string): Promise<Project> => {
  const detection = await source.detect(root);
  assert.ok(detection);
  return source.open(detection, sqliteContext());
};

/** The fixture with the case's changes, opened. */
const projectOf = async (folder: string, given: LedgerCase): Promise<Project> => {
  const root = path.join(folder, given.title.replace(/\W+/g, '-'));
  cpSync(FIXTURE, root, { recursive: true });
  const migrations = path.join(root, 'prisma/migrations');
  for (const [name, text] of Object.entries(given.files ?? {})) {
    const file = path.join(migrations, long(name), 'migration.sql');
    if (text === null) rmSync(file);
    else writeFileSync(file, text);
  }
  const lock = path.join(migrations, 'migration_lock.toml');
  if (given.lock === null) rmSync(lock);
  else if (given.lock !== undefined) writeFileSync(lock, given.lock);
  return openAt(root);
};

const fill = async (session: TestSession, project: Project, given: LedgerCase): Promise<void> => {
  if (given.rows === null) return;
  await project.ledger.writer.ensure(session);
  let at = Date.UTC(2024, 0, 1);
  for (const [name, state, more = {}] of given.rows) {
    at += 60_000;
    const checksum = (id: string): string =>
      project.migrations.find((migration) => migration.id === long(id))?.checksum ?? 'none';
    const stated = more.checksum?.startsWith('of ') ? checksum(more.checksum.slice(3)) : more.checksum;
    await session.raw('INSERT INTO _prisma_migrations VALUES (?, ?, ?, ?, ?, ?, ?, ?)', [
      `row-${at}`,
      stated ?? checksum(name),
      state === 'applied' ? at + 1000 : null,
      long(name),
      state === 'failed' ? 'near "x": syntax error' : null,
      state === 'rolled-back' ? at + 2000 : null,
      more.startedAt ?? at,
      state === 'applied' ? 1 : 0,
    ]);
  }
};

const summary = (report: LedgerReport): readonly string[] => {
  const short = (name: string): string => Object.keys(NAMES).find((key) => NAMES[key] === name) ?? name;
  return report.problems.map(
    ({ weight, code, migration }) => `${weight} ${code} ${migration === null ? '-' : short(migration)}`,
  );
};

spec('prisma ledger: the truth table', ({ test, before, after }) => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'dbsync-prisma-ledger-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const given of LEDGER_CASES) {
    test(given.title, async () => {
      const project = await projectOf(folder, given);
      const session = sqliteSession(':memory:');
      await fill(session, project, given);
      const report = await project.ledger.read(session, { targetHasObjects: given.objects ?? false });
      assert.is(report.exists, given.rows !== null);
      assert.equal(report.applied, given.applied.map(long));
      assert.equal(report.pending, given.pending.map(long));
      assert.equal(summary(report), given.problems);
      for (const problem of report.problems) {
        assert.ok(problem.message.length > 20 && problem.remedy.length > 0, problem.code);
      }
      await session.close();
    });
  }
});

spec('prisma ledger: reading and writing', ({ test }) => {
  const at = new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 678));
  const filled = async (): Promise<{ session: TestSession; project: Project }> => {
    const session = sqliteSession(':memory:');
    const project = await openAt(FIXTURE);
    await project.ledger.writer.ensure(session);
    return { session, project };
  };
  const first = (project: Project) => {
    const [migration] = project.migrations;
    assert.ok(migration);
    return migration;
  };

  test('an applied row is the one that Prisma writes', async () => {
    const { session, project } = await filled();
    const { writer } = project.ledger;
    await writer.ensure(session);
    const id = await writer.started(session, first(project), at);
    const [begun] = await session.query('SELECT *, typeof(started_at) AS type FROM _prisma_migrations');
    assert.is(begun?.type, 'integer');
    assert.is(begun?.finished_at, null);
    assert.is(begun?.applied_steps_count, 0);
    await writer.finished(session, id, at);
    const [row] = await session.query('SELECT * FROM _prisma_migrations');
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.equal(row, {
      id,
      checksum: first(project).checksum,
      finished_at: at.getTime(),
      migration_name: '20240105080000_init',
      logs: null,
      rolled_back_at: null,
      started_at: at.getTime(),
      applied_steps_count: 1,
    });
  });

  test('a failed row keeps its logs, is closed by rolledBack, and a new one may follow', async () => {
    const { session, project } = await filled();
    const { writer } = project.ledger;
    const id = await writer.started(session, first(project), at);
    await writer.failed(session, id, 'boom');
    await writer.rolledBack(session, first(project).id, at);
    const [row] = await session.query('SELECT * FROM _prisma_migrations');
    assert.is(row?.logs, 'boom');
    assert.is(row?.rolled_back_at, at.getTime());
    assert.is(row?.finished_at, null);
    const report = await project.ledger.read(session, { targetHasObjects: true });
    assert.equal(
      report.entries.map((entry) => entry.state),
      ['rolled-back'],
    );
    assert.equal(report.problems, []);
  });

  test('marking as applied closes the failed row and adds one of no steps; twice changes nothing', async () => {
    const { session, project } = await filled();
    const { writer } = project.ledger;
    await writer.started(session, first(project), at);
    await writer.applied(session, first(project), at);
    await writer.applied(session, first(project), at);
    const rows = await session.query('SELECT * FROM _prisma_migrations ORDER BY logs');
    assert.is(rows.length, 2);
    assert.is(rows[0]?.rolled_back_at, at.getTime());
    assert.equal(
      [rows[1]?.logs, rows[1]?.applied_steps_count, rows[1]?.started_at, rows[1]?.finished_at],
      ['', 0, at.getTime(), at.getTime()],
    );
  });

  test('a migration that did not fail cannot be marked as rolled back', async () => {
    const { session, project } = await filled();
    try {
      await project.ledger.writer.rolledBack(session, 'nothing', at);
      assert.unreachable();
    } catch (error) {
      assert.ok(error instanceof DbsyncError && error.code === 'MIGRATION_UNKNOWN');
    }
  });

  test('the state changes with every write of anybody, and with nothing else', async () => {
    const { session, project } = await filled();
    const state = async (): Promise<string> =>
      (await project.ledger.read(session, { targetHasObjects: true })).state;
    const before = await state();
    assert.is(await state(), before);
    const id = await project.ledger.writer.started(session, first(project), at);
    const started = await state();
    assert.is.not(started, before);
    await project.ledger.writer.failed(session, id, 'x');
    assert.is.not(await state(), started);
  });

  test('a table of that name that is no ledger is unreadable, not empty', async () => {
    const session = sqliteSession(':memory:');
    await session.script('CREATE TABLE _prisma_migrations (a int)');
    const project = await openAt(FIXTURE);
    try {
      await project.ledger.read(session, { targetHasObjects: false });
      assert.unreachable();
    } catch (error) {
      assert.ok(error instanceof DbsyncError && error.code === 'LEDGER_UNREADABLE');
    }
  });

  test('control characters of a ledger do not reach a message', async () => {
    const { session, project } = await filled();
    const name = "20230101000000_a\u001b[31m\n'; rm -rf /";
    await session.raw(
      'INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, logs) VALUES (?, ?, ?, ?, ?)',
      ['x', 'y', name, 1, '\u001b]0;owned\u0007 postgres://a:secret@h/d'],
    );
    const report = await project.ledger.read(session, { targetHasObjects: true });
    const [problem] = report.problems;
    const said = [problem?.message, ...(problem?.remedy ?? [])].join('\n');
    assert.not.match(said, /[\u0000-\u0009\u000b-\u001f]/);
    assert.not.match(said, 'secret');
    assert.match(said, `--applied '20230101000000_a [31m '\\''; rm -rf /'`);
  });

  const TIMES: readonly (readonly [unknown, string | null])[] = [
    [1767323045678, '2026-01-02T03:04:05.678Z'],
    [1767323045678n, '2026-01-02T03:04:05.678Z'],
    [1767323045678.0, '2026-01-02T03:04:05.678Z'],
    ['2026-01-02 03:04:05', '2026-01-02T03:04:05.000Z'],
    ['2026-01-02T03:04:05.678901', '2026-01-02T03:04:05.678Z'],
    ['2026-01-02T05:04:05.678+02:00', '2026-01-02T03:04:05.678Z'],
    [new Date(1767323045678), '2026-01-02T03:04:05.678Z'],
    [null, null],
    ['not a time', 'not a time'],
  ];
  for (const [value, expected] of TIMES) {
    test(`the time ${String(value)} (${typeof value})`, () => assert.is(decodeTime(value), expected));
  }

  test('a checksum tells an edit from another layout', () => {
    const text = 'CREATE TABLE a (b int);\nSELECT 1;\n';
    const unpadded = checksumOf(text).replace(/0([0-9a-f])/g, (pair, digit, at) =>
      at % 2 === 0 ? digit : pair,
    );
    assert.is(compareChecksum(text, checksumOf(text)), 'same');
    assert.is(compareChecksum(text.replaceAll('\n', '\r\n'), checksumOf(text)), 'layout');
    assert.is(compareChecksum(text, checksumOf(text.replaceAll('\n', '\r\n'))), 'layout');
    assert.is(compareChecksum(`\uFEFF${text}`, checksumOf(text)), 'layout');
    assert.is(compareChecksum(text, checksumOf(`\uFEFF${text}`)), 'layout');
    assert.is(compareChecksum(text.trimEnd(), checksumOf(text)), 'layout');
    assert.is(compareChecksum(`${text}-- more`, checksumOf(text)), 'edited');
    assert.ok(unpadded.length <= 64);
  });

  test('early unpadded checksums count as the same text', () => {
    const found = Array.from({ length: 200 }, (_, index) => `SELECT ${index};`).find((text) =>
      /^(?:..)*0[0-9a-f]/.test(checksumOf(text)),
    );
    assert.ok(found);
    const bytes = checksumOf(found).match(/../g) ?? [];
    const old = bytes.map((byte) => Number.parseInt(byte, 16).toString(16)).join('');
    assert.ok(old.length < 64);
    assert.is(compareChecksum(found, old), 'same');
  });

  test('a draft is named as Prisma names it', () => {
    assert.is(slug(' Add  Näme & more! '), 'add_näme_more');
    assert.is(slug(' -- '), 'migration');
  });
});

spec('prisma history: the files', ({ test, before, after }) => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'dbsync-prisma-history-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const problemsWith = async (
    name: string,
    file: string,
    content: Buffer | string,
  ): Promise<readonly string[]> => {
    const root = path.join(folder, name);
    cpSync(FIXTURE, root, { recursive: true });
    cpSync(path.join(root, 'prisma/migrations', long('3')), path.dirname(path.join(root, file)), {
      recursive: true,
    });
    writeFileSync(path.join(root, file), content);
    const project = await openAt(root);
    const report = await project.ledger.read(null, { targetHasObjects: false });
    return summary(report);
  };

  test('what is not UTF-8 blocks', async () => {
    const found = await problemsWith(
      'latin1',
      `prisma/migrations/${NAMES['2']}/migration.sql`,
      Buffer.from([0x2d, 0x2d, 0xe9]),
    );
    assert.equal(found, ['blocking x-unparseable 2']);
  });

  test('a byte order mark is kept in the checksum, left out of the SQL, and said', async () => {
    const text = '\uFEFFSELECT 1;';
    const found = await problemsWith('bom', `prisma/migrations/${NAMES['2']}/migration.sql`, text);
    assert.equal(found, ['warning x-unparseable 2']);
    const project = await openAt(path.join(folder, 'bom'));
    assert.is(project.migrations[1]?.sql, 'SELECT 1;');
    assert.is(project.migrations[1]?.checksum, checksumOf(text));
  });

  test('a byte order mark in what is applied is past mending, and not said', async () => {
    const root = path.join(folder, 'bom');
    const history = await readHistory(root, 'prisma/migrations');
    const rows = history.migrations.map((migration, index) => ({
      id: String(index),
      checksum: migration.checksum,
      name: migration.id,
      startedAt: '2025-01-01T00:00:00.000Z',
      finishedAt: '2025-01-01T00:00:01.000Z',
      rolledBackAt: null,
      logs: null,
      steps: 1,
    }));
    const provider = providerOfDialect('sqlite');
    const report = judge({ rows, history, provider, targetHasObjects: true });
    assert.is(history.problems.length, 1);
    assert.equal(report.problems, []);
  });

  test('a folder of what Prisma does not run says what it holds', async () => {
    const root = path.join(folder, 'foreign');
    cpSync(FIXTURE, root, { recursive: true });
    const foreign = path.join(root, 'prisma/migrations/20990101000000_fill');
    mkdirSync(foreign);
    writeFileSync(path.join(foreign, 'migration.ts'), 'export {};');
    const { problems } = await readHistory(root, 'prisma/migrations');
    assert.equal(
      problems.map(({ code, weight }) => `${weight} ${code}`),
      ['blocking x-deleted-migration'],
    );
    assert.match(problems[0]?.message ?? '', /fill holds migration\.ts and no migration\.sql/);
    assert.match(problems[0]?.remedy.join(' ') ?? '', /outside of the migrations folder/);
  });

  test('two folders of one time, and two of one text, are named', async () => {
    assert.equal(
      await problemsWith('time', 'prisma/migrations/20240210093000_twin/migration.sql', 'SELECT 2;'),
      ['warning x-duplicate-version 20240210093000_twin'],
    );
    const copy = 'CREATE TABLE a (b int);';
    await problemsWith('text', 'prisma/migrations/20250101000000_a/migration.sql', copy);
    const root = path.join(folder, 'text');
    cpSync(
      path.join(root, 'prisma/migrations/20250101000000_a'),
      path.join(root, 'prisma/migrations/20250102000000_b'),
      { recursive: true },
    );
    const project = await openAt(root);
    assert.equal(summary(await project.ledger.read(null, { targetHasObjects: false })), [
      'warning x-duplicate-version 20250102000000_b',
    ]);
  });

  test('the hash of the files changes with a text and with a name', async () => {
    const one = await openAt(FIXTURE);
    const two = await openAt(path.join(folder, 'bom'));
    assert.is((await openAt(FIXTURE)).filesHash, one.filesHash);
    assert.is.not(two.filesHash, one.filesHash);
  });
});
