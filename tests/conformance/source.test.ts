// One suite for every source of the registry, on a small project of its kind: what the contract promises of files and ledgers.
import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as assert from 'uvu/assert';
import type { Session } from '../../lib/dialects/contract.ts';
import type { LedgerReport, Project } from '../../lib/sources/contract.ts';
import { detectSources, loadSource, sourceNames } from '../../lib/sources/registry.ts';
import { spec } from '../helpers/spec.ts';
import { type Opened, openProject } from './opened.ts';
import { fileOf, PROJECTS, type Sample, type SourceKind } from './projects.ts';

const AT = new Date('2026-01-02T03:04:05Z');
const EXIT_LIMIT_MS = 30_000;

const opened = async <T>(name: string, sample: Sample, work: (opened: Opened) => Promise<T>): Promise<T> => {
  const open = await openProject(name, sample.root, sample.interpreter);
  try {
    return await work(open);
  } finally {
    await open.project.close();
  }
};

const read = (project: Project, session: Session | null): Promise<LedgerReport> =>
  project.ledger.read(session, { targetHasObjects: false });

const recordAll = async (project: Project, session: Session): Promise<void> => {
  await project.ledger.writer.ensure(session);
  for (const migration of project.migrations) await project.ledger.writer.applied(session, migration, AT);
};

/** Starts a process that opens and closes the project; whether it ended by itself, and what it said. */
const runOpened = (name: string, sample: Sample): Promise<{ ended: boolean; output: string }> =>
  new Promise((resolve) => {
    const file = path.join(import.meta.dirname, 'opened.ts');
    const args = [
      '--import',
      import.meta.resolve('tsx'),
      file,
      name,
      sample.root,
      ...(sample.interpreter ?? []),
    ];
    const { NODE_OPTIONS: _dropped, ...env } = process.env;
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data: Buffer) => {
        output += data.toString();
      });
    let ended = true;
    const timer = setTimeout(() => {
      ended = false;
      child.kill('SIGKILL');
    }, EXIT_LIMIT_MS);
    child.on('close', () => {
      clearTimeout(timer);
      resolve({ ended, output });
    });
  });

const sources = await Promise.all(sourceNames().map(loadSource));

for (const source of sources) {
  const { name } = source;
  const kind: SourceKind | undefined = Object.hasOwn(PROJECTS, name) ? PROJECTS[name] : undefined;
  spec(`conformance: ${source.title}`, ({ test, skip }) => {
    if (!kind)
      return test('has a project', () => Promise.reject(new Error(`projects.ts has none for ${name}`)));
    const why = kind.missing();
    if (why !== null) return skip('everything', why);

    test('an empty folder and a folder of noise hold no project; its own project is found by nobody else', async () => {
      const folder = mkdtempSync(path.join(os.tmpdir(), 'dbsync-conform-none-'));
      assert.is(await source.detect(folder), null);
      writeFileSync(path.join(folder, 'package.json'), '{"name": "noise"}');
      writeFileSync(path.join(folder, 'README.md'), `${source.title}`);
      assert.is(await source.detect(folder), null);
      rmSync(folder, { recursive: true });
      const found = await detectSources((await kind.make()).root);
      assert.equal(
        found.map((detection) => detection.source),
        [name],
      );
      assert.equal(JSON.parse(JSON.stringify(found)), found, 'plain JSON');
    });

    test('migrations come in order, with files that exist and checksums that differ', async () => {
      const sample = await kind.make();
      await opened(name, sample, async ({ project }) => {
        assert.equal(
          project.migrations.map(({ id }) => id),
          kind.ids,
        );
        assert.is(new Set(project.migrations.map(({ checksum }) => checksum)).size, kind.ids.length);
        for (const { file, sql } of project.migrations) {
          assert.ok(readFileSync(fileOf(sample.root, file), 'utf8').length > 0);
          assert.ok(sql !== null || project.runner !== null, 'without SQL text there is a runner');
        }
        assert.ok(project.title.startsWith(source.title));
        assert.ok(project.ledger.objects.length > 0);
      });
    });

    test('filesHash is the same while the files are, and another after any byte', async () => {
      const sample = await kind.make();
      const hash = (): Promise<string> => opened(name, sample, async ({ project }) => project.filesHash);
      const files = await opened(name, sample, async ({ project }) =>
        project.migrations.map(({ file }) => file),
      );
      const seen = [await hash()];
      assert.is(await hash(), seen[0]);
      for (const file of files) {
        appendFileSync(fileOf(sample.root, file), '\n');
        seen.push(await hash());
      }
      assert.is(new Set(seen).size, files.length + 1);
    });

    test('an empty database, and none at all: everything is pending, nothing is wrong, nothing is written', async () => {
      await opened(name, await kind.make(), async ({ project, withDatabase, dialect }) => {
        await withDatabase(async (session) => {
          for (const report of [await read(project, session), await read(project, null)]) {
            assert.is(report.exists, false);
            assert.equal([report.applied, report.entries, report.problems], [[], [], []]);
            assert.equal(report.pending, kind.ids);
          }
          assert.equal((await dialect.inspect(session, { ignore: [] })).objects, []);
        });
      });
    });

    test("the writer's rows are read back as applied, one by one and in order; each changes the ledger's state", async () => {
      await opened(name, await kind.make(), async ({ project, withDatabase, dialect }) => {
        await withDatabase(async (session) => {
          const { writer, objects } = project.ledger;
          await writer.ensure(session);
          await writer.ensure(session);
          const states = new Set([(await read(project, session)).state]);
          for (const [index, migration] of project.migrations.entries()) {
            await writer.applied(session, migration, AT);
            const report = await read(project, session);
            assert.equal(report.applied, kind.ids.slice(0, index + 1));
            assert.equal(report.pending, kind.ids.slice(index + 1));
            assert.equal(report.problems, []);
            states.add(report.state);
          }
          assert.is(states.size, kind.ids.length + 1);
          assert.is((await read(project, session)).state, [...states].at(-1));
          assert.equal(
            (await dialect.inspect(session, { ignore: objects })).objects,
            [],
            'only ledger tables',
          );
        });
      });
    });

    test('everything that is wrong is told in one report, with a remedy for each', async () => {
      await opened(name, await kind.make(), async ({ project, withDatabase }) => {
        await withDatabase(async (session) => {
          await recordAll(project, session);
          for (const sql of kind.spoil) await session.execute(sql);
          const { problems } = await read(project, session);
          assert.ok(problems.length >= kind.problems, JSON.stringify(problems.map(({ code }) => code)));
          assert.ok(problems.some(({ weight }) => weight === 'blocking'));
          for (const problem of problems) {
            assert.match(problem.code, /^x-/);
            assert.ok(problem.message !== '' && problem.remedy.length > 0, problem.code);
          }
        });
      });
    });

    test('a ledger that cannot be read is an error of its own', async () => {
      await opened(name, await kind.make(), async ({ project, withDatabase, dialect }) => {
        await withDatabase(async (session) => {
          const [ledger] = project.ledger.objects;
          await session.execute(`CREATE TABLE ${dialect.quote(ledger?.name ?? '')} (other integer)`);
          const error = await read(project, session).catch((thrown: unknown) => thrown);
          assert.is(error instanceof Error && 'code' in error ? error.code : null, 'LEDGER_UNREADABLE');
        });
      });
    });

    test('a closed project leaves nothing that keeps a process alive', async () => {
      const { ended, output } = await runOpened(name, await kind.make());
      assert.is(output, 'closed');
      assert.ok(ended, 'it ended by itself');
    });
  });
}
