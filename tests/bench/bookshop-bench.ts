// The project under measurement: the bookshop with rows, ten migrations behind. Every run gets the same database file again.
import { copyFileSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createTasks } from '../../lib/index.ts';
import { silentUi } from '../../lib/phases/index.ts';
import Database from '../helpers/better-sqlite3.ts';
import { fillSqlite } from '../helpers/bookshop-data.ts';
import { copyProject, type ProjectCopy, projectFolder, readMigrations } from '../helpers/project.ts';

const PENDING = 10;

const CONFIG = `export default {
  source: 'prisma',
  environments: { dev: { database: 'sqlite', url: 'file:./shop.db', protected: false, create: true } },
};
`;

export interface BenchProject {
  readonly root: string;
  readonly pending: number;
  /** The options of `sync` that accept what the plan leaves open. */
  readonly acceptances: readonly string[];
  /** Puts the database and the record back to where they were before the first run. */
  reset(): void;
  /** Throws where the ledger does not hold the whole history. */
  demandComplete(): void;
  remove(): void;
}

/** The driver here takes no string in double quotes, which one of the migrations holds (dbsync rewrites it; Prisma does not). */
const mend = async (project: ProjectCopy, ids: readonly string[]): Promise<void> => {
  for (const id of ids) await project.editMigration(id, (sql) => sql.replaceAll('= "paper"', "= 'paper'"));
};

const openHazards = (root: string): readonly string[] => {
  const file = path.join(root, 'dev', 'active', 'first', 'db', 'artifacts', 'plan.json');
  // The door: the file is dbsync's own.
  const plan = JSON.parse(readFileSync(file, 'utf8')) as {
    body: { decisions: readonly { code: string; decision: string }[] };
  };
  const codes = plan.body.decisions.filter(({ decision }) => decision === 'open').map(({ code }) => code);
  return [...new Set(codes)].flatMap((code) => ['--accept', `${code}=measured on a copy`]);
};

const countLedger = (file: string): number => {
  const database = new Database(file, { readonly: true });
  try {
    return (
      database
        .prepare<[], number>('SELECT count(*) FROM _prisma_migrations WHERE finished_at IS NOT NULL')
        .pluck()
        .get() ?? 0
    );
  } finally {
    database.close();
  }
};

/** Makes the project; `modules` is where its packages are taken from, as if they were installed in it. */
export const createBenchProject = async (modules: string): Promise<BenchProject> => {
  const owned = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'dbsync-bench-')));
  const history = await readMigrations(path.join(projectFolder('bookshop'), 'prisma', 'migrations'));
  const project = await copyProject('bookshop', { into: path.join(owned, 'bookshop') });
  const { root } = project;
  const ids = history.map(({ id }) => id);
  const applied = ids.at(-PENDING - 1);
  if (applied === undefined) throw new Error(`The bookshop has fewer than ${PENDING + 1} migrations.`);
  symlinkSync(modules, path.join(root, 'node_modules'), 'junction');
  await project.writeConfig(CONFIG);
  await mend(project, ids);
  const tasks = (options: Parameters<typeof createTasks>[0]) =>
    createTasks(options, { cwd: root, ui: silentUi });
  await tasks({ env: 'dev', confirm: 'dev', task: 'history', to: applied }).sync();
  const shop = path.join(root, 'shop.db');
  fillSqlite(shop);
  await tasks({ env: 'dev', task: 'first' }).plan();
  const acceptances = openHazards(root);
  const before = path.join(owned, 'before.db');
  copyFileSync(shop, before);
  return {
    root,
    pending: PENDING,
    acceptances,
    reset: () => {
      rmSync(path.join(root, 'dev'), { recursive: true, force: true });
      for (const end of ['-journal', '-wal', '-shm']) rmSync(shop + end, { force: true });
      copyFileSync(before, shop);
    },
    demandComplete: () => {
      const found = countLedger(shop);
      if (found !== ids.length) throw new Error(`The ledger holds ${found} of ${ids.length} migrations.`);
    },
    remove: () => rmSync(owned, { recursive: true, force: true }),
  };
};
