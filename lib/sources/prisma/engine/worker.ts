// The worker that holds Prisma's schema engine. It has no driver, no network and no file but the engine itself: every statement
// goes to the main thread as a message. One call at a time; whoever kills it (a panic) loses only this thread.
import { parentPort, workerData } from 'node:worker_threads';
import { bindMigrationAwareSqlAdapterFactory, DriverAdapterError } from '@prisma/driver-adapter-utils';
import type { SchemaEngine } from '@prisma/schema-engine-wasm/schema_engine_bg';
import type { RawResult } from '../../../dialects/contract.ts';
import { adapterFactory } from './adapter.ts';
import { loadEngine } from './load.ts';
import type { EngineRequest, FromWorker, SqlRequest, ToWorker, WorkerSettings, Writes } from './protocol.ts';

type Answer = RawResult | number | null;
type Call = Extract<ToWorker, { kind: 'call' }>;

// The door: workerData and messages come from client.ts alone.
const settings = workerData as WorkerSettings;
const asked = new Map<number, { answer: (value: Answer) => void; refuse: (error: Error) => void }>();
let lastId = 0;
let writes: Writes = 'refuse';
let recorded: string[] = [];
let panicMessage = '';

const send = (message: FromWorker): void => parentPort?.postMessage(message);

const ask = (request: SqlRequest): Promise<Answer> =>
  new Promise((answer, refuse) => {
    lastId += 1;
    asked.set(lastId, { answer, refuse });
    send({ kind: 'ask', id: lastId, request });
  });

const factory = bindMigrationAwareSqlAdapterFactory(
  adapterFactory({
    ask,
    flavour: settings.flavour,
    writes: () => writes,
    record: (sql) => recorded.push(sql),
  }),
);

const engine = loadEngine(settings.line, (message) => {
  panicMessage = message;
});
// Reported by the first call; until then it must not count as unhandled.
engine.catch(() => {});

/** These two need the replayed history in the engine's cache, which only a diagnosis by the same instance fills (all builds). */
const warm = async (
  instance: SchemaEngine,
  params: Parameters<SchemaEngine['evaluateDataLoss']>[0],
): Promise<void> => {
  const { migrationsList, filters } = params;
  await instance.diagnoseMigrationHistory({ migrationsList, filters, optInToShadowDatabase: true });
};

const dispatch = async (instance: SchemaEngine, request: EngineRequest): Promise<unknown> => {
  switch (request.method) {
    case 'diff':
      return instance.diff(request.params);
    case 'diagnoseMigrationHistory':
      return instance.diagnoseMigrationHistory(request.params);
    case 'schemaPush':
      return instance.schemaPush(request.params);
    case 'applyMigrations':
      return instance.applyMigrations(request.params);
    case 'createMigration':
      await warm(instance, request.params);
      return instance.createMigration(request.params);
    case 'evaluateDataLoss':
      await warm(instance, request.params);
      return instance.evaluateDataLoss(request.params);
    case 'devDiagnostic':
      return instance.devDiagnostic(request.params);
    case 'introspect':
      return instance.introspect(request.params);
    case 'markMigrationApplied':
      return instance.markMigrationApplied(request.params);
    case 'markMigrationRolledBack':
      return instance.markMigrationRolledBack(request.params);
    case 'reset':
      return instance.reset(request.params);
    case 'version':
      return instance.version(null);
    case 'debugPanic':
      return instance.debugPanic();
  }
};

const answerCall = async (call: Call): Promise<void> => {
  writes = call.writes;
  recorded = [];
  const Engine = await engine;
  const instance = await Engine.new(
    { datamodels: settings.datamodels.map(([file, text]) => [file, text]) },
    () => {},
    factory,
  );
  const value = await dispatch(instance, call.request);
  instance.free();
  send({ kind: 'done', id: call.id, value: value ?? null, recorded });
};

const codeOf = (error: Error): string | null =>
  'code' in error && typeof error.code === 'string' ? error.code : null;

const run = async (call: Call): Promise<void> => {
  try {
    await answerCall(call);
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    const panic = error.name === 'RuntimeError' || panicMessage !== '';
    send({ kind: 'failed', id: call.id, message: panicMessage || error.message, code: codeOf(error), panic });
  }
};

parentPort?.on('message', (message: ToWorker) => {
  if (message.kind === 'call') {
    void run(message);
    return;
  }
  const waiting = asked.get(message.id);
  asked.delete(message.id);
  if (message.kind === 'answer') waiting?.answer(message.value);
  else {
    const payload = message.error as ConstructorParameters<typeof DriverAdapterError>[0];
    waiting?.refuse(new DriverAdapterError(payload));
  }
});
