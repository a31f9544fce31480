// Starts the engine's worker from TypeScript source (under tsx) and from the compiled tree alike. Knows nothing of its messages.
import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { WorkerSettings } from './protocol.ts';

/** The worker's JavaScript heap, in MiB. WebAssembly memory is not counted by it (Node manual, resourceLimits). */
const HEAP_MB = 512;

/** Beside this file: `.js` in the compiled tree, `.ts` in the source tree. */
const workerUrl = (): URL => {
  const compiled = new URL('./worker.js', import.meta.url);
  return existsSync(compiled) ? compiled : new URL('./worker.ts', import.meta.url);
};

/**
 * The worker's first lines. `--import tsx` does nothing in a worker thread (tsx 4.23 registers on the main thread only), so the
 * source tree registers tsx there by its API: about 120 ms more than the compiled tree, once for each worker.
 */
const boot = (url: URL): string => {
  const load = `import(${JSON.stringify(url.href)})`;
  if (!url.pathname.endsWith('.ts')) return load;
  const tsx = JSON.stringify(import.meta.resolve('tsx/esm/api'));
  return `import(${tsx}).then((tsx) => { tsx.register(); return ${load}; })`;
};

/** A fresh worker: without the parent's loader flags, environment and standard streams. */
export const startWorker = (settings: WorkerSettings): Worker =>
  new Worker(boot(workerUrl()), {
    eval: true,
    execArgv: [],
    env: {},
    stdin: false,
    stdout: true,
    stderr: true,
    workerData: settings,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
