// Asks Prisma's own engine whether a SQLite file equals a schema.prisma. Reads only, and knows nothing of dbsync.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import {
  bindMigrationAwareSqlAdapterFactory,
  type ColumnType,
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
  type SqlResultSet,
} from '@prisma/driver-adapter-utils';
import * as engineBindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import type Sqlite from 'better-sqlite3';
import Database from './better-sqlite3.ts';

/** What the engine says: equal, or the SQL that leads from the database to the schema. */
export interface EngineAnswer {
  readonly equal: boolean;
  readonly sql: string;
}

// Node has WebAssembly; the compiler's ES2023 library does not declare it.
interface WebAssemblyDoor {
  instantiate(
    bytes: Uint8Array,
    imports: object,
  ): Promise<{ instance: { exports: Record<string, unknown> } }>;
}

const door = (globalThis as unknown as { readonly WebAssembly: WebAssemblyDoor }).WebAssembly;

let loaded: Promise<void> | undefined;

/** Loads the engine once per process; it has no loader for Node of its own. */
const load = (): Promise<void> => {
  loaded ??= (async () => {
    const bindings = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
    const bytes = await readFile(path.join(path.dirname(bindings), 'schema_engine_bg.wasm'));
    const { instance } = await door.instantiate(bytes, { './schema_engine_bg.js': engineBindings });
    Reflect.set(globalThis, 'PRISMA_WASM_PANIC_REGISTRY', { message: '', set_message: () => {} });
    engineBindings.__wbg_set_wasm(instance.exports);
    const start = instance.exports.__wbindgen_start;
    if (typeof start === 'function') start();
  })();
  return loaded;
};

// Build 8.1.0-2 puts an index's name in double quotes where it asks for a partial index's text; a SQLite built with DQS=0,
// such as the driver's, takes that for a column.
const singleQuoted = (sql: string): string =>
  sql.replace(
    /(AND name = )"([^"]*)"/,
    (_all, head: string, name: string) => `${head}'${name.replaceAll("'", "''")}'`,
  );

const columnType = (value: unknown): ColumnType => {
  if (typeof value === 'number' || typeof value === 'bigint') return ColumnTypeEnum.Int64;
  return value === null || value === undefined ? ColumnTypeEnum.Int32 : ColumnTypeEnum.Text;
};

const query = (database: Sqlite.Database, sql: string): SqlResultSet => {
  const statement = database.prepare<unknown[], unknown[]>(singleQuoted(sql));
  const rows = statement.raw().all();
  const columns = statement.columns();
  return {
    columnNames: columns.map((column) => column.name),
    columnTypes: columns.map((_, index) => columnType(rows.find((row) => row[index] !== null)?.[index])),
    rows: [...rows],
  };
};

const refuse = async (): Promise<never> => {
  throw new Error('This engine only describes; nothing else is allowed.');
};

const adapter = (database: Sqlite.Database): SqlDriverAdapter => ({
  provider: 'sqlite',
  adapterName: 'fixture-sqlite',
  queryRaw: async ({ sql }) => query(database, sql),
  executeRaw: refuse,
  executeScript: refuse,
  startTransaction: refuse,
  dispose: async () => {},
});

/** Compares the file with the schema as Prisma sees both. Throws where the engine refuses the schema. */
export const compareWithSchema = async (file: string, schema: string): Promise<EngineAnswer> => {
  await load();
  const database = new Database(file, { readonly: true, fileMustExist: true });
  const factory: SqlMigrationAwareDriverAdapterFactory = {
    provider: 'sqlite',
    adapterName: 'fixture-sqlite',
    connect: async () => adapter(database),
    connectToShadowDb: refuse,
  };
  try {
    const files = [{ path: 'schema.prisma', content: schema }];
    const engine = await engineBindings.SchemaEngine.new(
      { datamodels: [['schema.prisma', schema]] },
      () => {},
      bindMigrationAwareSqlAdapterFactory(factory),
    );
    const answer = await engine.diff({
      from: { tag: 'schemaDatasource', files, configDir: path.dirname(file) },
      to: { tag: 'schemaDatamodel', files },
      script: true,
      exitCode: true,
      filters: { externalTables: [], externalEnums: [] },
    });
    engine.free();
    return { equal: answer.exitCode === 0, sql: answer.stdout ?? '' };
  } finally {
    database.close();
  }
};
