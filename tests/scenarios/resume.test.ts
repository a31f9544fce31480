// A migration that stopped in its middle on an engine without transactional DDL: told truthfully, and taken up at the right statement.
import { type ChildProcess, spawn } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import mysql from 'mysql2/promise';
import * as assert from 'uvu/assert';
import { mariadbMissing, startMariadb, type TestServer } from '../helpers/mariadb.ts';
import { copyProject, type ProjectCopy, readMigrations } from '../helpers/project.ts';
import { artifact, code, folderOf, refusal, run } from '../helpers/scenario.ts';
import { spec } from '../helpers/spec.ts';

const FIRST = '20260101000000_first';
const TORN = '20260201000000_torn';

/** A setting, schema statements, two data statements that are one transaction, and one that ends the file. */
const STATEMENTS = [
  'SET SESSION foreign_key_checks = 0',
  'CREATE TABLE `shelf` (`id` INT NOT NULL PRIMARY KEY, `room` INT NOT NULL, CONSTRAINT `shelf_room` FOREIGN KEY (`room`) REFERENCES `room` (`id`))',
  'ALTER TABLE `book` ADD COLUMN `shelf` INT NULL',
  'INSERT INTO `shelf` VALUES (1, 1), (2, 1)',
  'UPDATE `book` SET `shelf` = 1, `moves` = `moves` + 1',
  'CREATE INDEX `book_shelf` ON `book` (`shelf`)',
  'CREATE TABLE `room` (`id` INT NOT NULL PRIMARY KEY)',
  'INSERT INTO `room` VALUES (1)',
];

const textOf = (statements: readonly string[]): string => `${statements.join(';\n')};\n`;

/** Every hazard of the torn migration: these tests are not about hazards. */
let accept: readonly { code: string; reason: string }[] = [];

const acceptAll = async (root: string): Promise<void> => {
  const plan = artifact(folderOf(await run(root, 'plan', { task: 'look' })), 'plan.json');
  accept = (plan.decisions as { code: string; decision: string }[])
    .filter((item) => item.decision === 'open')
    .map((item) => ({ code: item.code, reason: 'accepted by the test' }));
};

interface Stage {
  readonly project: ProjectCopy;
  readonly url: string;
  readonly query: (sql: string) => Promise<mysql.RowDataPacket[]>;
}

const withStage = async (server: TestServer, work: (stage: Stage) => Promise<void>): Promise<void> => {
  const project = await copyProject('bookshop-mysql');
  const url = server.url(await server.database());
  const connection = await mysql.createConnection({ uri: url, multipleStatements: true });
  try {
    for (const { id } of await readMigrations(project.migrationsFolder)) await project.removeMigration(id);
    await writeFile(
      path.join(project.root, 'prisma/schema.prisma'),
      'datasource db {\n  provider = "mysql"\n}\n\nmodel book {\n  id Int @id\n}\n',
    );
    await project.writeConfig(
      "export default { source: 'prisma', environments: { dev: { database: 'mysql', urlVariable: 'SHOP_URL', shadow: { urlVariable: 'SHADOW_URL' }, protected: false, timeouts: { lockMs: 2000, runnerLockMs: 1500 } } } };\n",
    );
    // A shadow beside the target: starting a server for each of the many runs would only cost time.
    const shadow = server.url(await server.database('shadow'));
    await project.writeEnv(`SHOP_URL="${url}"\nSHADOW_URL="${shadow}"\n`);
    await project.addMigration(
      FIRST,
      'CREATE TABLE `book` (`id` INT NOT NULL PRIMARY KEY, `moves` INT NOT NULL DEFAULT 0);\n',
    );
    await run(project.root, 'sync', { confirm: 'dev' });
    await connection.query('INSERT INTO book (id) VALUES (1), (2), (3)');
    await project.addMigration(TORN, textOf(STATEMENTS));
    await acceptAll(project.root);
    const query = async (sql: string): Promise<mysql.RowDataPacket[]> => {
      const [rows] = await connection.query<mysql.RowDataPacket[]>(sql);
      return rows;
    };
    await work({ project, url, query });
  } finally {
    await connection.end();
    await project.remove();
  }
};

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<NodeJS.Signals | null>;
}

/** Starts a run that ends itself with SIGKILL at the first record of its journal that holds the text. */
const start = (root: string, at: string): Running => {
  const helper = path.resolve(import.meta.dirname, '../helpers/killed-run.ts');
  const more = JSON.stringify({ accept, backup: 'none needed' });
  const child = spawn(process.execPath, ['--import', 'tsx', helper, root, at, 'SIGKILL', more], {
    stdio: 'inherit',
    timeout: 120_000,
  });
  const ended = new Promise<NodeJS.Signals | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (_code, signal) => resolve(signal));
  });
  return { child, ended };
};

/** The server's number of the connection that waits to change the table. */
const untilWaiting = async ({ query }: Stage): Promise<number> => {
  for (let round = 0; round < 600; round += 1) {
    const [row] = await query(
      "SELECT ID AS id FROM information_schema.PROCESSLIST WHERE STATE LIKE 'Waiting for table metadata lock' AND INFO LIKE 'ALTER TABLE%'",
    );
    if (row) return Number(row.id);
    await sleep(100);
  }
  throw new Error('no statement came to wait');
};

const options = () => ({ confirm: 'dev', accept, backup: 'none needed' });

/** Everything is there once, the ledger says so, and nothing is left to do. */
const assertWhole = async ({ project, query }: Stage): Promise<void> => {
  assert.equal(
    (await query('SELECT id, shelf, moves FROM book ORDER BY id')).map((row) => ({ ...row })),
    [1, 2, 3].map((id) => ({ id, shelf: 1, moves: 1 })),
  );
  const rows = await query(
    `SELECT finished_at IS NOT NULL AS finished, rolled_back_at, applied_steps_count AS steps, logs FROM _prisma_migrations WHERE migration_name = '${TORN}' AND rolled_back_at IS NULL`,
  );
  assert.is(rows.length, 1);
  assert.is(rows[0]?.finished, 1);
  assert.is(rows[0]?.steps, 1);
  assert.is((await run(project.root, 'sync', { confirm: 'dev' })).kind, 'nothing');
};

const reset = async (stage: Stage): Promise<void> => {
  await stage.query('SET foreign_key_checks = 0; DROP TABLE IF EXISTS shelf, room');
  const [column] = await stage.query("SHOW COLUMNS FROM book LIKE 'shelf'");
  if (column) await stage.query('ALTER TABLE book DROP COLUMN shelf');
  await stage.query('UPDATE book SET moves = 0');
  await stage.query(`DELETE FROM _prisma_migrations WHERE migration_name = '${TORN}'`);
  await rm(path.join(stage.project.root, 'dev'), { recursive: true, force: true });
};

const states = (outcome: Awaited<ReturnType<typeof run>>): readonly string[] =>
  (artifact(folderOf(outcome), 'execution.json').steps as { state: string }[]).map((step) => step.state);

const missing = mariadbMissing();
const server = missing === null ? await startMariadb() : null;

spec('a torn migration on MariaDB', ({ test, skip, after }) => {
  after(() => server?.stop());
  const on = (name: string, body: (stage: Stage) => Promise<void>): void => {
    if (server) test(name, () => withStage(server, body));
    else skip(name, missing ?? '');
  };

  on(
    'killed at each kind of its records: explained, resumed, whole, and then nothing is left',
    async (stage) => {
      const { root } = stage.project;
      const seen = new Set<string>();
      const step = (event: string, number: number): string => `"${event}","step":"${TORN}#${number}"`;
      const batch = (event: string, number: number): string => `"${event}","batch":"${TORN}@${number}"`;
      const moments = [
        [batch('batch-started', 1), 'sync'],
        [batch('batch-committed', 1), 'resume'],
        [step('step-started', 2), 'resume'],
        [step('step-done', 3), 'resume'],
        [step('step-done', 4), 'resume'],
        [batch('batch-committing', 4), 'look at the data'],
        [batch('batch-committed', 4), 'resume'],
        [step('step-done', 7), 'resume'],
        [batch('batch-committing', 7), 'resume'],
        [batch('batch-committed', 7), 'nothing'],
      ] as const;
      for (const [moment, way] of moments) {
        await reset(stage);
        assert.is(await start(root, moment).ended, 'SIGKILL', moment);
        const recovered = await run(root, 'recover', { task: 'run' });
        const told = states(recovered);
        for (const state of told) seen.add(state);
        if (way === 'sync') await run(root, 'sync', options());
        if (way === 'look at the data') {
          // Between the commit that was sent and the commit that was noted, nobody but the data can tell.
          const { recovery } = artifact(folderOf(recovered), 'execution.json');
          assert.match(JSON.stringify(recovery), /statement 4 or 6/);
          assert.is(await code(root, 'recover', { ...options(), resume: TORN }), 'RESUME_REFUSED');
          assert.is(await code(root, 'recover', { ...options(), resume: `${TORN}#3` }), 'RESUME_REFUSED');
          const [row] = await stage.query('SELECT sum(moves) AS moved FROM book');
          await run(root, 'recover', { ...options(), resume: `${TORN}#${Number(row?.moved) > 0 ? 6 : 4}` });
        }
        if (way === 'resume') {
          assert.not.ok(told.includes('unknown'), `${moment}: ${told.join(' ')}`);
          const resumed = await run(root, 'recover', { ...options(), resume: TORN });
          assert.is(resumed.kind, 'verification', moment);
        }
        await assertWhole(stage);
      }
      assert.equal([...seen].sort(), ['committed', 'not-started', 'rolled-back', 'unknown']);
    },
  );

  on(
    'its process, or its connection, killed while a statement is at work: the live schema decides',
    async (stage) => {
      const { root } = stage.project;
      for (const how of ['process', 'connection'] as const) {
        await reset(stage);
        const blocker = await mysql.createConnection({ uri: stage.url });
        await blocker.query('START TRANSACTION');
        await blocker.query('SELECT * FROM book');
        const running = start(root, 'no record holds this');
        const connection = await untilWaiting(stage);
        if (how === 'process') running.child.kill('SIGKILL');
        else await stage.query(`KILL ${connection}`);
        assert.is(await running.ended, how === 'process' ? 'SIGKILL' : null);
        await blocker.end();
        const recovered = await run(root, 'recover', { task: 'run' });
        const told = states(recovered);
        assert.is(told[1], 'committed', how);
        assert.ok(told[2] === 'committed' || told[2] === 'rolled-back', `${how}: ${told.join(' ')}`);
        await run(root, 'recover', { ...options(), resume: TORN });
        await assertWhole(stage);
      }
    },
  );

  on(
    'a failed statement: only what is behind it may be corrected, and the database must be as it was left',
    async (stage) => {
      const { project, query } = stage;
      const { root } = project;
      // Only the target has the row that the index meets, so the rehearsal does not see it.
      const broken = STATEMENTS.with(5, 'CREATE UNIQUE INDEX `book_shelf` ON `book` (`shelf`)');
      await project.editMigration(TORN, () => textOf(broken));
      await acceptAll(root);
      const failed = await refusal(root, 'sync', { ...options(), task: 'run' });
      assert.is(failed.code, 'APPLY_PARTIAL', failed.message);
      assert.ok(
        failed.next.some((line) => line.endsWith(`--resume ${TORN}`)),
        failed.next.join('\n'),
      );

      // The same text fails again, and the ledger still tells of the failure.
      assert.is(await code(root, 'recover', { ...options(), resume: TORN }), 'APPLY_PARTIAL');

      await query('ALTER TABLE book ADD COLUMN stray INT');
      const changed = await refusal(root, 'recover', { ...options(), resume: TORN });
      assert.is(changed.code, 'RESUME_REFUSED');
      assert.match(changed.message, /stray/);
      await query('ALTER TABLE book DROP COLUMN stray');

      await project.editMigration(TORN, () =>
        textOf(STATEMENTS.with(2, 'ALTER TABLE `book` ADD COLUMN `shelf` INT  NULL')),
      );
      const edited = await refusal(root, 'recover', { ...options(), resume: TORN });
      assert.is(edited.code, 'RESUME_REFUSED');
      assert.match(edited.message, /statement 3, which is in the database already, is another one now/);

      await project.editMigration(TORN, () => textOf(STATEMENTS));
      assert.is((await run(root, 'recover', { ...options(), resume: TORN })).kind, 'verification');
      await assertWhole(stage);
      const [row] = await query(
        `SELECT logs, checksum FROM _prisma_migrations WHERE migration_name = '${TORN}' AND finished_at IS NOT NULL`,
      );
      assert.match(String(row?.logs), /Duplicate entry[\s\S]*resumed behind statement 5 of 8/);
      assert.is((await run(root, 'status')).exitCode, 0);
    },
  );
});
