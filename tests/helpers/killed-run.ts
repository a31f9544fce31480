// A child process that runs `sync` in a project and ends itself with SIGKILL at the given moment: after a number of progress
// calls or journal records. Started by tests/scenarios/interrupted.test.ts.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { PhaseOptions } from '../../lib/phases/index.ts';
import { run } from './scenario.ts';

const [root = '', at = '', signal = 'SIGKILL', more = '{}'] = process.argv.slice(2);

const journal = path.join(root, 'dev/active/run/db/artifacts/journal.ndjson');

const records = (): number =>
  existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').length - 1 : 0;

const lastRecord = (): string =>
  existsSync(journal) ? (readFileSync(journal, 'utf8').trimEnd().split('\n').at(-1) ?? '') : '';

const end = (): void => {
  process.kill(process.pid, signal as NodeJS.Signals);
};

const abort = new AbortController();
process.on('SIGINT', () => abort.abort());

// The journal is written with one system call for each record: this counts them at the door of the file system.
// A text in place of a number means the first record that holds it.
const wanted = Number(at);
const { default: fs } = await import('node:fs');
const { syncBuiltinESMExports } = await import('node:module');
// The door: the overloads of the declaration are passed through as they come.
const original = fs.writeSync as unknown as (...args: readonly unknown[]) => number;
Object.assign(fs, {
  writeSync: (...args: readonly unknown[]): number => {
    const written = original(...args);
    if (Number.isNaN(wanted) ? lastRecord().includes(at) : records() === wanted) end();
    return written;
  },
});
syncBuiltinESMExports();

try {
  const options: PhaseOptions = { task: 'run', confirm: 'dev', ...JSON.parse(more) };
  const outcome = await run(root, 'sync', options, { signal: abort.signal });
  appendFileSync(path.join(root, 'ended.txt'), outcome.kind);
} catch (error) {
  appendFileSync(path.join(root, 'ended.txt'), String((error as { code?: string }).code));
}
