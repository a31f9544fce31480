// Stands in for Prisma's native schema engine where it cannot be had: the little of its JSON-RPC that `prisma migrate deploy`
// needs, on Prisma's own WebAssembly build of the same engine. For the benchmark only; it knows SQLite files and nothing else.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import readline from 'node:readline';
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  DriverAdapterError,
} from '@prisma/driver-adapter-utils';

const napi = Number(process.versions.napi ?? 0);
const { default: Database } = await import(napi >= 10 ? 'better-sqlite3-13' : 'better-sqlite3');

const argument = (name) => process.argv[process.argv.indexOf(name) + 1];

const datamodels = process.argv.includes('--datamodels')
  ? [[argument('--datamodels'), readFileSync(argument('--datamodels'), 'utf8')]]
  : undefined;

/** The file behind `file:...`; the command line hands the datasource over as JSON. */
const databaseFile = () => {
  const { url } = JSON.parse(argument('--datasource'));
  return path.resolve(url.replace(/^file:/, ''));
};

const typeOf = (value) => {
  if (typeof value === 'number' || typeof value === 'bigint') return ColumnTypeEnum.Int64;
  return value instanceof Uint8Array ? ColumnTypeEnum.Bytes : ColumnTypeEnum.Text;
};

const asEngineError = (error) =>
  new DriverAdapterError({
    kind: 'sqlite',
    extendedCode: 1,
    message: error.message,
    originalCode: error.code,
    originalMessage: error.message,
  });

const guarded = (work) => async (argument) => {
  try {
    return work(argument);
  } catch (error) {
    throw asEngineError(error);
  }
};

const valuesOf = ({ args }) => args.map((value) => (typeof value === 'boolean' ? Number(value) : value));

const query = (database) => (request) => {
  const statement = database.prepare(request.sql);
  if (!statement.reader) {
    statement.run(...valuesOf(request));
    return { columnNames: [], columnTypes: [], rows: [] };
  }
  const columns = statement.columns();
  const rows = statement.raw().all(...valuesOf(request));
  const columnTypes = columns.map(({ type }, index) => {
    if (/^(datetime|timestamp)/i.test(type ?? '')) return ColumnTypeEnum.DateTime;
    return typeOf(rows.find((row) => row[index] !== null)?.[index]);
  });
  const cell = (value, index) =>
    columnTypes[index] === ColumnTypeEnum.DateTime && typeof value === 'number'
      ? new Date(value).toISOString()
      : value;
  return {
    columnNames: columns.map(({ name }) => name),
    columnTypes,
    rows: rows.map((row) => row.map(cell)),
  };
};

const adapter = (database) => ({
  provider: 'sqlite',
  adapterName: 'bench',
  queryRaw: guarded(query(database)),
  executeRaw: guarded((request) => {
    if (request.args.length > 0) return database.prepare(request.sql).run(...valuesOf(request)).changes;
    database.exec(request.sql);
    return 0;
  }),
  // The engine takes nothing back from these two, not even a value that it does not need.
  executeScript: guarded((script) => {
    database.exec(script);
  }),
  getConnectionInfo: () => ({ supportsRelationJoins: true }),
  dispose: async () => {
    database.close();
  },
});

const factory = bindMigrationAwareSqlAdapterFactory({
  provider: 'sqlite',
  adapterName: 'bench',
  connect: async () => adapter(new Database(databaseFile(), { fileMustExist: true })),
  connectToShadowDb: async () => adapter(new Database(':memory:')),
});

// A native engine is compiled beforehand: without these flags V8 would spend half a second of processor time on optimising code
// that is used once, and Prisma would look slower than it is.
setFlagsFromString('--no-wasm-tier-up');
setFlagsFromString('--no-wasm-dynamic-tiering');

const loadEngine = async () => {
  const file = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const module = await import(pathToFileURL(file).href);
  const bytes = readFileSync(path.join(path.dirname(file), 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': module });
  module.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  return module.SchemaEngine.new({ datamodels }, () => {}, factory);
};

// Loaded while the command line still prepares its first request, as the native engine is.
const engine = loadEngine();
engine.catch(() => {});

const write = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);

const answer = async ({ id, method, params }) => {
  try {
    const loaded = await engine;
    if (process.env.DBSYNC_BENCH_LOG) process.stderr.write(`${method}\n`);
    const filters = { externalTables: [], externalEnums: [] };
    const list = params?.migrationsList;
    const known =
      list === undefined
        ? params
        : { filters, ...params, migrationsList: { shadowDbInitScript: '', ...list } };
    write({ id, result: (await loaded[method](known)) ?? null });
  } catch (error) {
    const data = { is_panic: false, message: error.message, meta: {} };
    write({ id, error: { code: 4466, message: 'The engine refused the request.', data } });
  }
};

/** `can-connect-to-database` is a command of its own: the answer is the exit code. */
if (process.argv.includes('cli')) {
  new Database(databaseFile(), { fileMustExist: true }).close();
  process.exit(0);
}
const lines = readline.createInterface({ input: process.stdin });
lines.on('line', (line) => void answer(JSON.parse(line)));
lines.on('close', () => process.exit(0));
