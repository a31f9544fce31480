// The driver in the build that this Node.js runs safely. The only importer of better-sqlite3; opens no file.
import type Database from 'better-sqlite3';

/**
 * The package that holds the driver. Version 13 is built on Node-API 10, which Node.js has since 22.14; an older one ends with a
 * segmentation fault in it (https://github.com/WiseLibs/better-sqlite3/issues/1514). Version 12 is built on V8's own interface, and
 * where it was compiled for Node.js 24.19 or later the process is aborted whenever a statement is garbage collected
 * (`RemoveEnvironmentCleanupHook` in that Node's node_object_wrap.h), which can be in the middle of a run.
 */
export const DRIVER = Number(process.versions.napi ?? 0) >= 10 ? 'better-sqlite3-13' : 'better-sqlite3';

/** Loads the driver. Throws what the loader throws where it is absent or was built for another Node.js. */
export const loadDriver = async (): Promise<typeof Database> => {
  const loaded: { readonly default: typeof Database } = await import(DRIVER);
  return loaded.default;
};
