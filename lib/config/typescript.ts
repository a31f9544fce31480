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

/**
 * The module at an absolute path. It is loaded as CommonJS, which costs a third of tsx's loader for ES modules (that one
 * starts a thread and slows every later import down). What cannot be loaded so takes the other way.
 */
export const importTypeScript = async (file: string): Promise<unknown> => {
  const { register } = await import('tsx/cjs/api');
  const unregister = register();
  try {
    const loaded: unknown = createRequire(pathToFileURL(file))(file);
    const isModule = loaded !== null && typeof loaded === 'object' && 'default' in loaded;
    return isModule ? loaded : { default: loaded };
  } catch (error) {
    if (!needsImport(error)) throw error;
    const { tsImport } = await import('tsx/esm/api');
    return await tsImport(pathToFileURL(file).href, import.meta.url);
  } finally {
    unregister();
  }
};
