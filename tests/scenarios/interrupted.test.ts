// Runs that fail, are stopped or are killed: the record says what became of every statement, and the next run goes on from there.
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import Database from '../helpers/better-sqlite3.ts';
import { copyProject, type ProjectCopy } from '../helpers/project.ts';
import {
  artifact,
  bytesOf,
  code,
  databaseOf,
  folderOf,
  refusal,
  run,
  writeSqliteConfig,
} from '../helpers/scenario.ts';
import { spec } from '../helpers/spec.ts';

const BEFORE = '20250616094551_order_channel';

const withProject = async (work: (project: ProjectCopy) => Promise<void>): Promise<void> => {
  const project = await copyProject('bookshop');
  try {
    await writeSqliteConfig(project);
    await work(project);
  } finally {
    await project.remove();
  }
};

const killedRun = (root: string, at: number, signal = 'SIGKILL'): Promise<NodeJS.Signals | null> =>
  new Promise((resolve, reject) => {
    const helper = path.resolve(import.meta.dirname, '../helpers/killed-run.ts');
    const child = spawn(process.execPath, ['--import', 'tsx', helper, root, String(at), signal], {
      stdio: 'inherit',
      timeout: 120_000,
    });
    child.on('error', reject);
    child.on('close', (_code, ended) => resolve(ended));
  });

const states = (folder: string): string[] =>
  (artifact(folder, 'execution.json').steps as { state: string }[]).map((step) => step.state);

const runFolder = (project: ProjectCopy): string => path.join(project.root, 'dev/active/run/db');

/** What the disk may not have yet when the machine dies: records of what is done, after the last one that was waited for. */
const loseUnsynced = (project: ProjectCopy): void => {
  const file = path.join(project.root, 'dev/active/run/db/artifacts/journal.ndjson');
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  while (/"event":"(?:step-done|batch-committed|batch-started)"/.test(lines.at(-1) ?? '')) lines.pop();
  writeFileSync(file, `${lines.join('\n')}\n`);
};

spec('failed and interrupted runs', ({ test }) => {
  test('a migration that fails on the data fails in the rehearsal, with file and line, before anything is written', () =>
    withProject(async (project) => {
      await run(project.root, 'sync', { confirm: 'dev' });
      const db = new Database(databaseOf(project));
      db.exec("INSERT INTO Publisher (name) VALUES ('a'), ('b'); UPDATE Publisher SET city = 'same'");
      db.close();
      await project.addMigration(
        '20260901000000_unique_city',
        '-- one each\nCREATE UNIQUE INDEX "city_key" ON "Publisher"("city");\n',
      );
      const before = bytesOf(databaseOf(project));
      const error = await refusal(project.root, 'sync', { confirm: 'dev' });
      assert.is(error.code, 'REHEARSAL_FAILED');
      assert.match(error.message, /20260901000000_unique_city\/migration\.sql:2/);
      assert.is(bytesOf(databaseOf(project)), before);
    }));

  test('a migration that does not even parse is refused with its place', () =>
    withProject(async (project) => {
      await project.addMigration('20260901000000_typo', 'CREATE TABEL x (id INTEGER);\n');
      const error = await refusal(project.root, 'sync', { confirm: 'dev' });
      assert.is(error.code, 'REPLAY_FAILED');
      assert.match(error.message, /20260901000000_typo\/migration\.sql:1/);
    }));

  test('stopped at every record of the journal by kill -9: recover explains it, and the next sync finishes', () =>
    withProject(async (project) => {
      await run(project.root, 'sync', { confirm: 'dev', to: BEFORE });
      const start = readFileSync(databaseOf(project));
      const reached = new Set<string>();
      // 25 pending statements make about 70 records; every third one, and the first four, cover each kind.
      for (const at of [1, 2, 3, 4, 7, 10, 14, 19, 25, 33, 41, 50]) {
        writeFileSync(databaseOf(project), start);
        const { rmSync } = await import('node:fs');
        rmSync(path.join(project.root, 'dev'), { recursive: true, force: true });
        assert.is(await killedRun(project.root, at), 'SIGKILL', `record ${at}`);
        if (at % 2 === 1) loseUnsynced(project);
        const blocked = await refusal(project.root, 'sync', { confirm: 'dev' });
        assert.is(blocked.code, 'UNFINISHED_RUN', `record ${at}: ${blocked.message}`);
        assert.ok(blocked.next.some((line) => line.includes('recover.ts')));
        const recovered = await run(project.root, 'recover');
        assert.is(recovered.kind, 'recovered');
        const told = states(runFolder(project));
        assert.not.ok(told.includes('unknown'), `record ${at}: ${told.join(' ')}`);
        for (const state of told) reached.add(state);
        assertTrue(project, told);
        const done = await run(project.root, 'sync', { confirm: 'dev' });
        assert.is(done.kind, 'verification', `record ${at}`);
      }
      assert.equal([...reached].sort(), ['committed', 'not-started', 'rolled-back']);
    }));

  test('Ctrl-C stops before the next statement, undoes the open migration, and exits with 130', () =>
    withProject(async (project) => {
      await run(project.root, 'sync', { confirm: 'dev', to: BEFORE });
      const stop = new AbortController();
      const error = await refusal(
        project.root,
        'sync',
        { confirm: 'dev' },
        { signal: stop.signal, onProgress: (status) => status.startsWith('Apply: 9/') && stop.abort() },
      );
      assert.is(error.code, 'INTERRUPTED');
      assert.is(error.exitCode, 130);
      assert.ok(error.next.some((line) => line.startsWith('$ ')));
      assert.is((await run(project.root, 'sync', { confirm: 'dev' })).kind, 'verification');
    }));

  test('two runners at once: one applies, the other is refused, and the result is proven', () =>
    withProject(async (project) => {
      await run(project.root, 'plan', { task: 'one' });
      await run(project.root, 'rehearse', { task: 'one' });
      await run(project.root, 'approve', { task: 'one', confirm: 'dev' });
      await run(project.root, 'apply', { task: 'one', confirm: 'dev' });
      const holder = new Database(databaseOf(project));
      holder.pragma('locking_mode = EXCLUSIVE');
      holder.exec('BEGIN EXCLUSIVE');
      await project.addMigration('20260901000000_more', 'CREATE TABLE "More" ("id" INTEGER PRIMARY KEY);\n');
      const blocked = await code(project.root, 'sync', { task: 'two', confirm: 'dev' });
      assert.is(blocked, 'LOCK_HELD');
      holder.exec('ROLLBACK');
      holder.close();
      assert.is((await run(project.root, 'sync', { task: 'two', confirm: 'dev' })).kind, 'verification');
    }));

  test('what the rehearsal could not know: a failure on the target alone leaves the failing migration undone', () =>
    withProject(async (project) => {
      await run(project.root, 'sync', { confirm: 'dev', to: BEFORE });
      const files = project.migrationsFolder;
      // An external condition that a copy does not share: the page limit of this connection's file.
      const outcome = await run(project.root, 'plan');
      await run(project.root, 'rehearse');
      await run(project.root, 'approve', { confirm: 'dev' });
      assert.ok(files.length > 0);
      const journal = path.join(folderOf(outcome), 'artifacts', 'journal.ndjson');
      const { default: fs } = await import('node:fs');
      const { syncBuiltinESMExports } = await import('node:module');
      const original = fs.fdatasyncSync;
      let left = 12;
      fs.fdatasyncSync = (handle: number): void => {
        left -= 1;
        if (left < 0)
          throw Object.assign(new Error('ENOSPC: no space left on device, fdatasync'), { code: 'ENOSPC' });
        original(handle);
      };
      syncBuiltinESMExports();
      try {
        const error = await refusal(project.root, 'apply', { confirm: 'dev' });
        assert.ok(['APPLY_PARTIAL', 'APPLY_FAILED'].includes(error.code), error.code);
        assert.match(error.message, /journal cannot be written/);
      } finally {
        fs.fdatasyncSync = original;
        syncBuiltinESMExports();
      }
      assert.ok(readFileSync(journal, 'utf8').includes('run-started'));
      await run(project.root, 'recover');
      assert.is((await run(project.root, 'sync', { confirm: 'dev' })).kind, 'verification');
    }));
});

/** What recover told is what the ledger says. */
const assertTrue = (project: ProjectCopy, told: readonly string[]): void => {
  const db = new Database(databaseOf(project), { readonly: true });
  const finished = db
    .prepare('SELECT count(*) FROM _prisma_migrations WHERE finished_at IS NOT NULL')
    .pluck()
    .get();
  const open = db.prepare('SELECT count(*) FROM _prisma_migrations WHERE finished_at IS NULL').pluck().get();
  db.close();
  assert.is(open, 0);
  assert.ok(Number(finished) >= 7);
  if (told.every((state) => state === 'not-started' || state === 'rolled-back')) assert.is(finished, 7);
};
