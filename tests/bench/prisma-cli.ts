// The other side of the comparison: Prisma's own command line, installed once into a cache folder, and an engine that works offline.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const VERSION = '7.10.1';

export interface PrismaCli {
  readonly version: string;
  /** What `node` runs. */
  readonly entry: string;
  /** The folder that holds `prisma` and its packages. */
  readonly modules: string;
  /** The engine in words, for the output. */
  readonly engine: string;
  /** Variables for its processes. */
  readonly variables: Readonly<Record<string, string>>;
}

const install = (folder: string, say: (line: string) => void): void => {
  if (existsSync(path.join(folder, 'node_modules', 'prisma', 'build', 'index.js'))) return;
  const args = [
    'install',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--prefix',
    folder,
    `prisma@${VERSION}`,
  ];
  say(`npm ${args.join(' ')}   (once; the folder is kept as a cache)`);
  mkdirSync(folder, { recursive: true });
  const done = spawnSync('npm', args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`prisma@${VERSION} could not be installed:\n${done.stderr}`);
};

/** A native engine that is there already; none is downloaded. */
const nativeEngine = (modules: string): string | null => {
  const stated = process.env.PRISMA_SCHEMA_ENGINE_BINARY;
  if (stated) return stated;
  const folder = path.join(modules, '@prisma', 'engines');
  const name = readdirSync(folder).find((file) => /^schema-engine-/.test(file) && !file.endsWith('.gz'));
  return name === undefined ? null : path.join(folder, name);
};

/** A program for Prisma to start: the stand-in of this folder, run by this Node. */
const standIn = (folder: string): string => {
  const file = path.join(folder, 'schema-engine-standin.mjs');
  const program = pathToFileURL(path.join(import.meta.dirname, 'engine-standin.mjs')).href;
  writeFileSync(file, `#!${process.execPath}\nawait import(${JSON.stringify(program)});\n`, { mode: 0o755 });
  return file;
};

/** Installs the command line where it is not in the cache yet, and chooses its engine: a native one, else the given program, else the stand-in of this folder. */
export const preparePrisma = (say: (line: string) => void, bridge?: string): PrismaCli => {
  const folder = path.join(os.tmpdir(), `dbsync-bench-prisma-${VERSION}`);
  install(folder, say);
  const modules = path.join(folder, 'node_modules');
  const native = nativeEngine(modules);
  return {
    version: VERSION,
    entry: path.join(modules, 'prisma', 'build', 'index.js'),
    modules,
    engine: native
      ? `native (${path.basename(native)})`
      : bridge
        ? "dbsync's own, in the native one's place (no native engine is installed)"
        : 'stand-in on @prisma/schema-engine-wasm (no native engine is installed)',
    variables: {
      PRISMA_SCHEMA_ENGINE_BINARY: native ?? bridge ?? standIn(folder),
      // Neither side asks the network for news of itself.
      CHECKPOINT_DISABLE: '1',
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
    },
  };
};
