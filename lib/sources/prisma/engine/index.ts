// The door of the engine: Prisma's schema engine in process, on the sessions that dbsync hands it.
export { createEngine, type Engine, type EngineSettings } from './client.ts';
export type { EngineCalls, EngineLine, EngineMethod, MigrationList, SchemasContainer } from './protocol.ts';
export { sendOne, sendScript } from './script.ts';
