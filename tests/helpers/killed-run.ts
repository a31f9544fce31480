// A child process that runs `sync` in a project and ends itself with SIGKILL at the given moment: after a number of progress
// calls or journal records. Started by tests/scenarios/interrupted.test.ts.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { run } from './scenario.ts';

const [root = '', at = '', signal = 'SIGKILL'] = process.argv.slice(2);

const records = (): number => {
  const journal = path.join(root, 'dev/active/run/db/artifacts/journal.ndjson');
  return existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').length - 1 : 0;
};

const end = (): void => {
  process.kill(process.pid, signal as NodeJS.Signals);
};

const abort = new AbortController();
process.on('SIGINT', () => abort.abort());

// The journal is written with one system call for each record: this counts them at the door of the file system.
const wanted = Number(at);
const { default: fs } = await import('node:fs');
const { syncBuiltinESMExports } = await import('node:module');
const original = fs.fdatasyncSync;
fs.fdatasyncSync = (handle: number): void => {
  original(handle);
  if (records() === wanted) end();
};
syncBuiltinESMExports();

try {
  const outcome = await run(root, 'sync', { task: 'run', confirm: 'dev' }, { signal: abort.signal });
  appendFileSync(path.join(root, 'ended.txt'), outcome.kind);
} catch (error) {
  appendFileSync(path.join(root, 'ended.txt'), String((error as { code?: string }).code));
}
