// What Prisma's CLI asks, brought into the one form that the engine takes: older CLIs leave members out or name folders, and a
// missing member kills the engine. The door for foreign parameters; runs nothing.
import path from 'node:path';
import type { EngineCalls, MigrationList, SchemasContainer } from '../engine/index.ts';
import { record } from '../files.ts';
import { readHistory } from '../history.ts';

export type Params = Readonly<Record<string, unknown>>;

/** What Prisma must leave alone. */
export interface Filters {
  externalTables: string[];
  externalEnums: string[];
}

export const textOr = (value: unknown, otherwise: string): string =>
  typeof value === 'string' ? value : otherwise;

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const words = (value: unknown): string[] =>
  listOf(value).filter((item): item is string => typeof item === 'string');

/** The schema files of `{ files: [{ path, content }] }`; none where there are none. */
export const filesOf = (value: unknown): SchemasContainer['files'] =>
  listOf(record(value)?.files).flatMap((item) => {
    const file = record(item);
    return file ? [{ path: textOr(file.path, ''), content: textOr(file.content, '') }] : [];
  });

export const filtersOf = (params: Params): Filters => {
  const filters = record(params.filters) ?? record(params.filter);
  return { externalTables: words(filters?.externalTables), externalEnums: words(filters?.externalEnums) };
};

/** The migrations in a folder, as the CLIs up to 6.5 let the engine read them. Throws SOURCE_INVALID. */
const migrationsIn = async (folder: string): Promise<MigrationList> => {
  const base = path.resolve(folder);
  const history = await readHistory(path.dirname(base), path.basename(base));
  return {
    baseDir: base,
    lockfile: { path: 'migration_lock.toml', content: history.lockFile },
    shadowDbInitScript: '',
    migrationDirectories: history.migrations.map(({ id }) => ({
      path: id,
      migrationFile: {
        path: 'migration.sql',
        content: { tag: 'ok', value: history.texts.get(id) ?? '' },
      },
    })),
  };
};

const asList = (value: Params): MigrationList =>
  // The door: the CLI's own list has the engine's own form; `shadowDbInitScript` is younger than some CLIs.
  ({ shadowDbInitScript: '', ...value }) as MigrationList;

/** The migrations that a request names. Throws SOURCE_INVALID. */
export const migrationsOf = async (params: Params): Promise<MigrationList> => {
  const list = record(params.migrationsList);
  return list ? asList(list) : migrationsIn(textOr(params.migrationsDirectoryPath, 'prisma/migrations'));
};

/** One side of a diff, in the engine's words. */
export type Side = EngineCalls['diff']['params']['from'];

/** One side of a diff. A URL becomes "the database behind the session": the engine takes no URL, and the session is at that one. */
export const sideOf = async (
  value: unknown,
  around: { readonly cwd: string; readonly stub: string },
): Promise<Side> => {
  const side = record(value) ?? {};
  switch (side.tag) {
    case 'url':
      return {
        tag: 'schemaDatasource',
        files: [{ path: path.join(around.cwd, 'schema.prisma'), content: around.stub }],
        configDir: around.cwd,
      };
    case 'schemaDatasource':
      return {
        tag: 'schemaDatasource',
        files: filesOf(side),
        configDir: textOr(side.configDir, around.cwd),
      };
    case 'schemaDatamodel':
      return { tag: 'schemaDatamodel', files: filesOf(side) };
    case 'migrations': {
      const list = typeof side.path === 'string' ? await migrationsIn(side.path) : asList(side);
      return { ...list, tag: 'migrations' };
    }
    default:
      return { tag: 'empty' };
  }
};
