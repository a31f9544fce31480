// The tour's stage: a throwaway copy of the bookshop, three migrations behind, with two databases. Knows nothing of what is shown on it.
import { copyFile, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createTasks } from '../../lib/index.ts';
import { silentUi } from '../../lib/phases/index.ts';
import Database from '../helpers/better-sqlite3.ts';
import { fillSqlite } from '../helpers/bookshop-data.ts';
import { copyProject, type ProjectCopy, readDemo } from '../helpers/project.ts';

const repository = path.resolve(import.meta.dirname, '../..');

const CONFIG = `// Two databases of one shop. Only an unprotected one may be approved without a person at a terminal.
export default {
  source: 'prisma',
  environments: {
    staging: { database: 'sqlite', url: 'file:./staging.db', protected: false, create: true },
    prod: { database: 'sqlite', url: 'file:./shop.db', protected: true },
  },
};
`;

export interface Stage {
  /** The copy of the project; every command runs in it. */
  readonly root: string;
  readonly project: ProjectCopy;
  /** Sends SQL to a database as somebody's hand would, past dbsync. */
  byHand(database: 'staging.db' | 'shop.db', sql: string): void;
  /** The codes of the hazards that the newest plan of an environment leaves open, each once. */
  openHazards(environment: string): Promise<readonly string[]>;
  /** The short name of that plan. */
  planName(environment: string): Promise<string>;
  /** Documents of an environment's run, relative to the copy. */
  documents(environment: string): Promise<readonly string[]>;
  /** Removes everything. */
  remove(): Promise<void>;
}

/** What the tour reads of `plan.json`; the file is dbsync's own. */
interface PlanFile {
  readonly hash: string;
  readonly body: { readonly decisions: readonly { readonly code: string; readonly decision: string }[] };
}

/** The commands as a person types them (`npx zx tasks/...`) work in the copy, too. */
const furnish = async (root: string): Promise<void> => {
  for (const folder of ['tasks', 'node_modules']) {
    await symlink(path.join(repository, folder), path.join(root, folder), 'junction');
  }
  await copyFile(path.join(repository, '.npmrc'), path.join(root, '.npmrc'));
};

/** Brings a new database to the project's history by dbsync itself, fills it, and makes its protected twin. */
const fill = async (root: string): Promise<void> => {
  const options = { env: 'staging', confirm: 'staging', task: 'first' };
  await createTasks(options, { cwd: root, ui: silentUi }).sync();
  fillSqlite(path.join(root, 'staging.db'));
  await copyFile(path.join(root, 'staging.db'), path.join(root, 'shop.db'));
  // The tour begins with an empty record.
  await rm(path.join(root, 'dev'), { recursive: true });
};

const stageOf = (owned: string, project: ProjectCopy): Stage => {
  const { root } = project;
  const active = path.join(root, 'dev', 'active');
  const runOf = async (environment: string): Promise<string> => {
    const found = (await readdir(active)).find((name) => name.endsWith(`-${environment}`));
    if (found === undefined) throw new Error(`There is no run for "${environment}".`);
    return path.join(active, found, 'db');
  };
  const plan = async (environment: string): Promise<PlanFile> =>
    JSON.parse(await readFile(path.join(await runOf(environment), 'artifacts', 'plan.json'), 'utf8'));
  return {
    root,
    project,
    byHand: (name, sql) => {
      const database = new Database(path.join(root, name), { fileMustExist: true });
      try {
        database.exec(sql);
      } finally {
        database.close();
      }
    },
    openHazards: async (environment) => {
      const { decisions } = (await plan(environment)).body;
      return [...new Set(decisions.filter((item) => item.decision === 'open').map((item) => item.code))];
    },
    planName: async (environment) => (await plan(environment)).hash.replace('sha256:', '').slice(0, 12),
    documents: async (environment) => {
      const folder = await runOf(environment);
      const names = (await readdir(folder)).filter((name) => /^\d\d-/.test(name)).sort();
      return names.map((name) => path.join(path.relative(root, folder), name));
    },
    remove: () => rm(owned, { recursive: true, force: true }),
  };
};

/** Builds the stage in a new folder of the operating system's temporary folder. */
export const createStage = async (): Promise<Stage> => {
  const owned = await realpath(await mkdtemp(path.join(os.tmpdir(), 'dbsync-demo-')));
  try {
    const project = await copyProject('bookshop', { into: path.join(owned, 'bookshop') });
    await project.writeConfig(CONFIG);
    await furnish(project.root);
    await fill(project.root);
    const demo = await readDemo();
    for (const { id, sql } of demo.migrations) await project.addMigration(id, sql);
    await writeFile(path.join(project.root, 'prisma', 'schema.prisma'), demo.schema);
    return stageOf(owned, project);
  } catch (error) {
    await rm(owned, { recursive: true, force: true });
    throw error;
  }
};
