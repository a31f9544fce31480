// Copies a fixture project into a fresh temporary folder and edits the copy's history. Knows no database.
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/** The example projects under `tests/fixtures/projects/`. */
export type ProjectName = 'bookshop' | 'bookshop-postgres' | 'bookshop-mysql';

/** One migration as the files have it. */
export interface MigrationFile {
  readonly id: string;
  readonly sql: string;
}

export interface CopyOptions {
  /** The last migration of the copy, by id; those after it are left out. */
  readonly upTo?: string;
  /** The folder that receives the copy; it must not exist. Default: a fresh temporary one, removed by `remove`. */
  readonly into?: string;
}

/** A copy of a fixture project; every path is real (no symbolic links). */
export interface ProjectCopy {
  readonly root: string;
  readonly migrationsFolder: string;
  /** Writes `<id>/migration.sql`. */
  addMigration(id: string, sql: string): Promise<void>;
  /** Rewrites the text of one migration. */
  editMigration(id: string, edit: (sql: string) => string): Promise<void>;
  removeMigration(id: string): Promise<void>;
  /** Writes `dbsync.config.ts`. */
  writeConfig(text: string): Promise<void>;
  /** Writes `.env`. */
  writeEnv(text: string): Promise<void>;
  /** Removes the whole copy. */
  remove(): Promise<void>;
}

const projects = path.resolve(import.meta.dirname, '../fixtures/projects');

const isMigration = (name: string): boolean => /^\d{14}_/.test(name);

/** The folder of a fixture project. For reading only: tests change copies. */
export const projectFolder = (name: ProjectName): string => path.join(projects, name);

/** The migrations of a folder, in the order in which Prisma applies them. */
export const readMigrations = async (folder: string): Promise<readonly MigrationFile[]> => {
  const ids = (await readdir(folder)).filter(isMigration).sort();
  return Promise.all(
    ids.map(async (id) => ({ id, sql: await readFile(path.join(folder, id, 'migration.sql'), 'utf8') })),
  );
};

/** The three further migrations of the bookshop, and the schema that they lead to. */
export const readDemo = async (): Promise<{ migrations: readonly MigrationFile[]; schema: string }> => {
  const demo = path.join(projectFolder('bookshop'), 'demo');
  return {
    migrations: await readMigrations(path.join(demo, 'migrations')),
    schema: await readFile(path.join(demo, 'schema.prisma'), 'utf8'),
  };
};

/** The migrations that a copy leaves out. */
const laterThan = async (folder: string, upTo: string | undefined): Promise<readonly string[]> => {
  if (upTo === undefined) return [];
  const ids = (await readdir(folder)).filter(isMigration);
  if (!ids.includes(upTo)) throw new Error(`The fixture has no migration "${upTo}".`);
  return ids.filter((id) => id > upTo);
};

const place = async (into: string | undefined): Promise<{ root: string; owned: string }> => {
  if (into !== undefined) {
    await mkdir(into, { recursive: false });
    const root = await realpath(into);
    return { root, owned: root };
  }
  const owned = await realpath(await mkdtemp(path.join(os.tmpdir(), 'dbsync-test-')));
  const root = path.join(owned, 'project');
  await mkdir(root);
  return { root, owned };
};

/** Copies a fixture project, without its `demo` folder. Throws where `upTo` is not one of its migrations. */
export const copyProject = async (name: ProjectName, options: CopyOptions = {}): Promise<ProjectCopy> => {
  const source = projectFolder(name);
  const history = path.join('prisma', 'migrations');
  const later = await laterThan(path.join(source, history), options.upTo);
  const left = new Set([path.join(source, 'demo'), ...later.map((id) => path.join(source, history, id))]);
  const { root, owned } = await place(options.into);
  await cp(source, root, { recursive: true, filter: (entry) => !left.has(entry) });
  const migrationsFolder = path.join(root, history);
  const file = (id: string): string => path.join(migrationsFolder, id, 'migration.sql');
  return {
    root,
    migrationsFolder,
    addMigration: async (id, sql) => {
      await mkdir(path.join(migrationsFolder, id));
      await writeFile(file(id), sql);
    },
    editMigration: async (id, edit) => writeFile(file(id), edit(await readFile(file(id), 'utf8'))),
    removeMigration: (id) => rm(path.join(migrationsFolder, id), { recursive: true }),
    writeConfig: (text) => writeFile(path.join(root, 'dbsync.config.ts'), text),
    writeEnv: (text) => writeFile(path.join(root, '.env'), text),
    remove: () => rm(owned, { recursive: true, force: true }),
  };
};
