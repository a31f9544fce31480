// Runs every test file in a process of its own, as many at a time as there are cores, and prints the real counts.
// usage: node tests/run.mjs [--only <text in the path>]... [--jobs N]
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { prepare } from './prepare.mjs';
import { openScratch } from './scratch.mjs';

const root = path.resolve(import.meta.dirname, '..');
const { values } = parseArgs({
  options: { only: { type: 'string', multiple: true }, jobs: { type: 'string' } },
});
const files = readdirSync(path.join(root, 'tests'), { recursive: true })
  .map(String)
  .filter((file) => file.endsWith('.test.ts') && !file.startsWith(`fixtures${path.sep}`))
  .filter((file) => !values.only || values.only.some((text) => file.includes(text)))
  .sort((a, b) => Number(b.startsWith('scenarios')) - Number(a.startsWith('scenarios')) || (a < b ? -1 : 1));

const scratch = openScratch();
const { NODE_OPTIONS: _dropped, ...inherited } = process.env;
const env = { ...inherited, ...scratch.variables };
const timeoutMs = Number(process.env.DBSYNC_TEST_TIMEOUT_MS ?? 900_000);
const plain = (text) => text.replace(/\u001b\[[0-9;]*m/g, '');
const sum = (text, label) =>
  [...text.matchAll(new RegExp(`^\\s+${label}:\\s+(\\d+)`, 'gm'))].reduce(
    (total, match) => total + Number(match[1]),
    0,
  );

const counts = { passed: 0, failed: 0, skipped: 0 };

const report = (file, output, code, signal, ms) => {
  const text = plain(output);
  const total = sum(text, 'Total');
  const passed = sum(text, 'Passed');
  const skipped = sum(text, 'Skipped');
  let failed = Math.max(0, total - passed);
  // A file that died, or that ran nothing at all, has failed whatever it printed.
  if ((code !== 0 || total + skipped === 0) && failed === 0) failed = 1;
  counts.passed += passed;
  counts.failed += failed;
  counts.skipped += skipped;
  const elsewhere = text.match(/^NOT HERE /gm)?.length ?? 0;
  const note = [
    skipped ? `${skipped} skipped` : '',
    elsewhere ? `${elsewhere} of another product` : '',
    signal ?? '',
  ]
    .filter(Boolean)
    .join(' ');
  console.log(`${failed ? 'FAIL' : 'ok  '} ${file} ${passed}/${total} ${note} ${Math.round(ms / 100) / 10}s`);
  if (failed || skipped) console.log(output.trim());
};

const run = (file) =>
  new Promise((resolve) => {
    const startedAt = Date.now();
    let output = '';
    const child = spawn(process.execPath, ['--import', 'tsx', path.join('tests', file)], {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    child.stdout.on('data', (data) => {
      output += data;
    });
    child.stderr.on('data', (data) => {
      output += data;
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      report(file, output, code, signal, Date.now() - startedAt);
      resolve();
    });
  });

if (!values.only) prepare();

const queue = [...files];
const jobs = Number(values.jobs ?? os.availableParallelism());
await Promise.all(
  Array.from({ length: Math.min(jobs, files.length) }, async () => {
    for (let file = queue.shift(); file; file = queue.shift()) await run(file);
  }),
);

scratch.close();
if (files.length === 0) counts.failed += 1;
if (counts.skipped > 0 && process.env.CI) {
  console.log(`${counts.skipped} tests were skipped; in CI every engine is required.`);
  counts.failed += counts.skipped;
}
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed > 0 ? 1 : 0;
