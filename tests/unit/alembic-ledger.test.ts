// The ledger: what is said of its rows, and that dbsync's stamps are those of Alembic itself.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { DbsyncError } from '../../lib/errors/index.ts';
import type { History } from '../../lib/sources/alembic/answer.ts';
import { drawGraph, graphOf, lineage, topsOf } from '../../lib/sources/alembic/graph.ts';
import { judge } from '../../lib/sources/alembic/judge.ts';
import { HISTORIES, LEDGER_CASES } from '../cases/alembic-ledger.ts';
import {
  copyAlembic,
  emptyFile,
  errorOf,
  NO_PYTHON,
  openAlembic,
  pythonWith,
  temporary,
  using,
} from '../helpers/alembic.ts';
import { spec } from '../helpers/spec.ts';

const words = (text: string | undefined): readonly string[] => (text ?? '').split(' ').filter(Boolean);

const historyOf = (name: keyof typeof HISTORIES, warnings: readonly string[] = []): History => {
  const lines: readonly (readonly string[])[] = HISTORIES[name];
  const below = new Set(lines.flatMap(([, parents]) => words(parents)));
  const revisions = lines.map(([id = '', parents, needs, labels]) => ({
    id,
    path: `/versions/${id}.py`,
    checksum: id,
    parents: words(parents),
    needs: words(needs),
    labels: words(labels),
    title: '',
    head: !below.has(id),
  }));
  const heads = revisions.filter(({ head }) => head).map(({ id }) => id);
  return { revisions, heads, warnings, folders: ['/versions'], settings: null };
};

spec('alembic: judging the ledger', ({ test }) => {
  for (const given of LEDGER_CASES) {
    test(given.title, () => {
      const report = judge({
        rows: given.rows,
        history: historyOf(given.history ?? 'line', given.warnings),
        targetHasObjects: given.objects ?? true,
        head: given.head ?? null,
        mentioned: new Set(given.mentioned ?? []),
      });
      assert.is(report.exists, given.rows !== null);
      assert.equal(report.applied, given.applied);
      assert.equal(report.pending, given.pending);
      assert.equal(
        report.problems.map(({ code }) => code),
        given.problems,
      );
      const text = report.problems.map(({ message }) => message).join('\n');
      if (given.says) assert.match(text, given.says);
      assert.not.match(text, /\u001b/, 'a row reached the terminal as it is');
      for (const { remedy } of report.problems) assert.ok(remedy.length > 0);
      if (given.next) assert.match(report.problems.flatMap(({ remedy }) => remedy).join('\n'), given.next);
    });
  }

  test('the state is the rows and not their order', () => {
    const of = (rows: readonly string[] | null) =>
      judge({ rows, history: historyOf('line'), targetHasObjects: true, head: null, mentioned: new Set() })
        .state;
    assert.is(of(['a', 'b']), of(['b', 'a']));
    assert.is.not(of(['a']), of(['b']));
    assert.is.not(of([]), of(null));
  });

  test('the rows that a set of applied revisions leaves', () => {
    const merged = graphOf(historyOf('merged'));
    assert.equal(topsOf(merged, lineage(merged, ['b', 'c'])), ['b', 'c']);
    assert.equal(topsOf(merged, lineage(merged, ['m'])), ['m']);
    const needing = graphOf(historyOf('needing'));
    assert.equal(topsOf(needing, lineage(needing, ['y'])), ['y']);
  });

  test('the drawing of a merge', () => {
    assert.equal(
      drawGraph(graphOf(historyOf('merged')), ['n']),
      ['* n (head, database is here)', '* m, merges b and c', '| * c', '* | b', '* a'].map(
        (line) => line,
      ) satisfies string[],
    );
  });
});

spec('alembic: stamping', ({ test, skip }) => {
  const python = pythonWith();
  if (!python) return skip('everything', NO_PYTHON);

  const theirs = (root: string, file: string, ...command: readonly string[]): string => {
    const program = `import sys\nfrom alembic.config import Config\nfrom alembic import command\nc = Config("alembic.ini")\nc.set_main_option("sqlalchemy.url", "sqlite:///" + sys.argv[1])\ngetattr(command, sys.argv[2])(c, *sys.argv[3:])\n`;
    writeFileSync(path.join(root, 'theirs.py'), program);
    const ran = spawnSync(python, ['theirs.py', file, ...command], { cwd: root, encoding: 'utf8' });
    assert.is(ran.status, 0, ran.stderr);
    return ran.stdout;
  };

  for (const stamps of [
    ['h001'],
    ['h002'],
    ['h001', 'h002'],
    ['h002', 'h004'],
    ['h003', 'h002', 'h004'],
    ['h004', 'h001'],
  ]) {
    test(`stamps of ${stamps.join(', ')} leave the rows that Alembic leaves`, async () => {
      const root = copyAlembic('heads');
      const project = await openAlembic(root, { tool: { head: 'heads' } });
      const ours = await emptyFile(path.join(temporary(), 'ours.db'));
      const other = await emptyFile(path.join(temporary(), 'theirs.db'));
      const upward = stamps.filter((id, index) => !(id === 'h001' && index > 0));
      await using(ours, 'write', async (session) => {
        await project.ledger.writer.ensure(session);
        await project.ledger.writer.ensure(session);
        for (const id of stamps) {
          const migration = project.migrations.find((one) => one.id === id);
          assert.ok(migration);
          await project.ledger.writer.applied(session, migration, new Date(0));
        }
      });
      for (const id of upward) theirs(root, other.file ?? '', 'stamp', id);
      const dump = (address: typeof ours): Promise<unknown> =>
        using(address, 'read', async (session) => [
          await session.query('SELECT version_num FROM alembic_version ORDER BY 1'),
          (await session.query('PRAGMA table_info(alembic_version)')).map(({ name, type, notnull, pk }) => [
            name,
            type,
            notnull,
            pk,
          ]),
        ]);
      assert.equal(await dump(ours), await dump(other));
      assert.match(theirs(root, ours.file ?? '', 'current'), /h00/);
    });
  }

  test('what Alembic cannot record is refused', async () => {
    const project = await openAlembic(copyAlembic('plain'));
    const address = await emptyFile(path.join(temporary(), 'app.db'));
    const migration = project.migrations[0];
    assert.ok(migration);
    await using(address, 'write', async (session) => {
      const { writer } = project.ledger;
      const at = new Date(0);
      for (const attempt of [
        () => writer.started(session, migration, at),
        () => writer.finished(session, '1', at),
        () => writer.failed(session, '1', 'x'),
        () => writer.rolledBack(session, 'a001', at),
      ]) {
        const error = await errorOf(attempt);
        assert.instance(error, DbsyncError);
        assert.is(error.code, 'SOURCE_UNSUPPORTED');
      }
      assert.equal(await session.query('SELECT name FROM sqlite_master'), []);
    });
  });

  test('a ledger that cannot be read is no empty ledger', async () => {
    const project = await openAlembic(copyAlembic('plain'));
    const address = await emptyFile(path.join(temporary(), 'app.db'));
    await using(address, 'write', async (session) => {
      await session.execute('CREATE TABLE alembic_version (something_else INTEGER)');
      const error = await errorOf(() => project.ledger.read(session, { targetHasObjects: true }));
      assert.is(error.code, 'LEDGER_UNREADABLE');
    });
  });
});
