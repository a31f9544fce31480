// Imports a module written in TypeScript, with whatever it imports, in a process that was started without a loader for it.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/** What only the loader of ES modules can do: an `await` at the top, packages that are for `import` alone (Node manual, errors). */
const NEEDS_IMPORT: ReadonlySet<unknown> = new Set([
  'ERR_REQUIRE_ASYNC_MODULE',
  'ERR_REQUIRE_ESM',
  'ERR_PACKAGE_PATH_NOT_EXPORTED',
]);

const needsImport = (error: unknown): boolean =>
  error !== null && typeof error === 'object' && 'code' in error && NEEDS_IMPORT.has(error.code);

/** Node says once for each process that a way of loading is new, which is nothing to a user of ours; other warnings are the module's own. */
const withoutNews = <T>(work: () => T): T => {
  const { emitWarning } = process;
  const filtered = (...args: unknown[]): void => {
    if (!args.includes('ExperimentalWarning')) Reflect.apply(emitWarning, process, args);
  };
  process.emitWarning = filtered;
  try {
    return work();
  } finally {
    process.emitWarning = emitWarning;
  }
};

/**
 * The module as Node itself loads it; null where it cannot. Most configurations say nothing that is not JavaScript too, and Node
 * takes a file with an ending that it does not know for JavaScript (Node manual, modules; newer versions strip the types).
 */
const requirePlain = (file: string): unknown => {
  try {
    return withoutNews((): unknown => createRequire(pathToFileURL(file))(file));
  } catch {
    return null;
  }
};

const requireTypeScript = async (file: string): Promise<unknown> => {
  const { register } = await import('tsx/cjs/api');
  const unregister = register();
  try {
    return createRequire(pathToFileURL(file))(file);
  } finally {
    unregister();
  }
};

const asModule = (loaded: unknown): unknown =>
  loaded !== null && typeof loaded === 'object' && 'default' in loaded ? loaded : { default: loaded };

/**
 * The module at an absolute path. Where it is JavaScript to Node, loading tsx, which takes longer than all else that starts, is
 * spared. Otherwise it is loaded as CommonJS, which costs a third of tsx's loader for ES modules (that one starts a thread and
 * slows every later import down). What cannot be loaded so takes that way. What throws by itself runs once more.
 */
export const importTypeScript = async (file: string): Promise<unknown> => {
  const plain = requirePlain(file);
  if (plain !== null) return asModule(plain);
  try {
    return asModule(await requireTypeScript(file));
  } catch (error) {
    if (!needsImport(error)) throw error;
    const { tsImport } = await import('tsx/esm/api');
    return await tsImport(pathToFileURL(file).href, import.meta.url);
  }
};
