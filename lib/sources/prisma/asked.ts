// What is asked of the engine for one project: its files in the engine's words. Runs nothing.
import path from 'node:path';
import type { Detection } from '../contract.ts';
import type { Declared } from './declared/index.ts';
import type { Engine, EngineLine, MigrationList, SchemasContainer } from './engine/index.ts';
import type { History } from './history.ts';
import type { Native } from './native.ts';
import type { SchemaFile } from './schema-files.ts';

/** The engine with the files of one project. */
export interface Asked {
  /** Null: the engine cannot work on this database. */
  readonly engine: Engine | null;
  /** The project's own Prisma with its native engine, where the engine is null and one is installed. */
  readonly native: Native | null;
  /** The declared schema in dbsync's own SQL, where the engine is null. */
  readonly declared: Declared | null;
  readonly schema: SchemasContainer;
  readonly list: MigrationList;
  /** What Prisma must leave alone. */
  readonly filters: { externalTables: string[]; externalEnums: string[] };
  /** Why the engine is null, for people. */
  readonly unavailable: string;
  /** The engine's SQL as the project's version of Prisma would write it. */
  readonly inItsWords: (script: string) => string;
  /** `Prisma schema engine 8.1.0 in process`. */
  readonly by: string;
}

/**
 * The build line for a schema: the builds of Prisma 6 demand a url in the datasource block, those since 7.10 reject one. The
 * block tells more surely than the version, which may be unknown.
 */
export const engineLine = (blockHasUrl: boolean): EngineLine => (blockHasUrl ? 'six' : 'current');

/** The schema files, by absolute path, as the engine reports them in its messages. */
export const schemaContainer = (root: string, files: readonly SchemaFile[]): SchemasContainer => ({
  files: files.map((file) => ({ path: path.join(root, file.path), content: file.content })),
});

/** The migrations as the engine lists them. */
export const migrationList = (detection: Detection, history: History): MigrationList => ({
  baseDir: path.join(detection.root, detection.migrations),
  lockfile: { path: 'migration_lock.toml', content: history.lockFile },
  shadowDbInitScript: '',
  migrationDirectories: history.migrations.map((migration) => ({
    path: migration.id,
    migrationFile: {
      path: 'migration.sql',
      content: { tag: 'ok', value: history.texts.get(migration.id) ?? '' },
    },
  })),
});
