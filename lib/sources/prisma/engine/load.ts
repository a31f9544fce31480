// Loads one build of Prisma's schema engine into this thread. Knows nothing of calls and connections.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import type { SchemaEngine } from '@prisma/schema-engine-wasm/schema_engine_bg';
import type { EngineLine } from './protocol.ts';

type Exports = Readonly<Record<string, unknown>>;

/** The part of the global WebAssembly that is used (the compiler's library for Node does not declare it). */
interface Wasm {
  compile(bytes: Uint8Array): Promise<object>;
  instantiate(module: object, imports: object): Promise<{ readonly exports: Exports }>;
}

/** The engine's JavaScript half, with the member that its declarations leave out. */
interface EngineModule {
  readonly SchemaEngine: typeof SchemaEngine;
  readonly __wbg_set_wasm: (exports: Exports) => void;
}

const PACKAGES: Readonly<Record<EngineLine, string>> = {
  current: '@prisma/schema-engine-wasm/schema_engine_bg',
  six: 'prisma-schema-engine-6/schema_engine_bg',
};

/** The engine's class. `onPanic` gets the text of a panic before the panic's own error surfaces. One load for each thread. */
export const loadEngine = async (
  line: EngineLine,
  onPanic: (message: string) => void,
): Promise<typeof SchemaEngine> => {
  const file = createRequire(import.meta.url).resolve(PACKAGES[line]);
  // The door: a module and a global that no declaration describes in full.
  const module = (await import(pathToFileURL(file).href)) as EngineModule;
  const wasm = (globalThis as unknown as { readonly WebAssembly: Wasm }).WebAssembly;
  // The optimising tier would compile five megabytes for a few calls: half a second of processor time, and memory, for nothing.
  setFlagsFromString('--no-wasm-tier-up');
  setFlagsFromString('--no-wasm-dynamic-tiering');
  const compiled = await wasm.compile(await readFile(path.join(path.dirname(file), 'schema_engine_bg.wasm')));
  const instance = await wasm.instantiate(compiled, { './schema_engine_bg.js': module });
  // The engine writes the text of a panic there; without it the panic itself panics.
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message: onPanic } });
  module.__wbg_set_wasm(instance.exports);
  const start = instance.exports.__wbindgen_start;
  if (typeof start === 'function') start();
  return module.SchemaEngine;
};
