#!/usr/bin/env node
// dbsync's stand-in for Prisma's native schema engine, for PRISMA_SCHEMA_ENGINE_BINARY. PostgreSQL and SQLite; Prisma 5 to 7.
import { writeSync } from 'node:fs';
import os from 'node:os';
import { pathToFileURL } from 'node:url';

// `dbsync prisma` names the tree that it runs from itself; started by hand, it is the build.
const stated = process.env.DBSYNC_ENGINE_ENTRY;
const entry = stated
  ? pathToFileURL(stated).href
  : new URL('../dist/lib/sources/prisma/bridge/serve.js', import.meta.url).href;
if (entry.endsWith('.ts')) {
  const { register } = await import('tsx/esm/api');
  register();
}
const { runBridge } = await import(entry);

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => stop.abort());

/** Whole lines, written at once: the CLI may end this process as soon as it has them. */
const line = (descriptor) => (text) => {
  let rest = Buffer.from(`${text}\n`);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      if (error.code !== 'EAGAIN') return;
    }
  }
};

process.exitCode = 101;
process.exit(
  await runBridge({
    argv: process.argv.slice(2),
    environment: { ...process.env },
    cwd: process.cwd(),
    temporary: os.tmpdir(),
    now: () => new Date(),
    stdin: process.stdin,
    answer: line(1),
    log: line(2),
    signal: stop.signal,
  }),
);
