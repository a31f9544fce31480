// What undo offers leads back to the fingerprint before, on a real file; for everything else it offers nothing.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { dialect } from '../../lib/dialects/sqlite/index.ts';
import { diffSnapshots, fingerprint } from '../../lib/schema/index.ts';
import { Secret } from '../../lib/target/index.ts';
import Database from '../helpers/better-sqlite3.ts';
import { spec } from '../helpers/spec.ts';

const TIMEOUTS = { connectMs: 1000, lockMs: 1000, statementMs: 0, runnerLockMs: 1000, probeMs: 1000 };

const BEFORE = 'CREATE TABLE "a""b" (id INTEGER PRIMARY KEY, n TEXT); CREATE TABLE gone (id INTEGER);';

const UNDONE: readonly string[] = [
  'CREATE TABLE "x; DROP TABLE gone" (id INTEGER PRIMARY KEY)',
  'CREATE VIEW "v v" AS SELECT 1 AS one',
  'ALTER TABLE "a""b" ADD COLUMN "new ""one""" TEXT',
  'CREATE INDEX "i i" ON "a""b" (n)',
  'CREATE TRIGGER tr AFTER INSERT ON "a""b" BEGIN SELECT 1; END',
];

const LOST: readonly string[] = [
  'DROP TABLE gone',
  'ALTER TABLE "a""b" DROP COLUMN n',
  'ALTER TABLE gone RENAME COLUMN id TO key',
];

spec('sqlite-undo', ({ test }) => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'dbsync-undo-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  let count = 0;

  const withDatabase = async (
    sql: string,
    work: (file: string, changes: ReturnType<typeof diffSnapshots>, before: string) => Promise<void>,
  ): Promise<void> => {
    count += 1;
    const file = path.join(folder, `${count}.db`);
    const db = new Database(file);
    db.exec(BEFORE);
    const look = async () => {
      const session = await dialect.connect(dialect.address(new Secret(`file:${file}`), folder), {
        mode: 'read',
        timeouts: TIMEOUTS,
      });
      const snapshot = await dialect.inspect(session, { ignore: [] });
      await session.close();
      return snapshot;
    };
    const before = await look();
    db.exec(sql);
    const change = diffSnapshots(before, await look());
    db.close();
    await work(file, change, fingerprint(before));
    const after = await look();
    if (UNDONE.includes(sql)) assert.is(fingerprint(after), fingerprint(before), sql);
  };

  for (const sql of UNDONE) {
    test(`takes back: ${sql}`, () =>
      withDatabase(sql, async (file, { changes }) => {
        const db = new Database(file);
        for (const change of [...changes].reverse()) {
          const statement = dialect.undo?.(change);
          if (change.action === 'reorder') continue;
          assert.ok(statement, sql);
          db.exec(statement);
        }
        db.close();
      }));
  }

  for (const sql of LOST) {
    test(`offers nothing for: ${sql}`, () =>
      withDatabase(sql, async (_file, { changes }) => {
        assert.ok(changes.length > 0);
        assert.ok(changes.some((change) => dialect.undo?.(change) === null));
      }));
  }
});
