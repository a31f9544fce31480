// Arithmetic and tables that the benchmarks share. Runs nothing.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Measured } from './process-tree.ts';

export const repository = path.resolve(import.meta.dirname, '../..');

/**
 * The environment of what is measured: without the loader of the benchmarks, and without the further certificates that Node reads
 * and parses at each start where this variable names some, whatever it then does (45 ms of Node 20's start with a whole bundle).
 */
export const environment = (({ NODE_OPTIONS: _loader, NODE_EXTRA_CA_CERTS: _certificates, ...rest }) => rest)(
  process.env,
);

export const say = (line = ''): void => {
  process.stdout.write(`${line}\n`);
};

export const median = (numbers: readonly number[]): number => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  return sorted.length % 2 === 1 ? at(Math.floor(middle)) : (at(middle - 1) + at(middle)) / 2;
};

/** The median of the ratios of each round: what changes from round to round is the machine. */
export const pairedRatio = (own: readonly number[], base: readonly number[]): number =>
  median(own.map((value, index) => value / (base[index] ?? Number.NaN)));

export const fixed = (value: number, digits: number): string =>
  Number.isNaN(value) ? '-' : value.toFixed(digits);

/** One measured column; NaN where there is no /proc. */
export const column = (measured: readonly Measured[], key: keyof Measured): readonly number[] =>
  measured.map((one) => one[key] ?? Number.NaN);

/** What an installed package runs. */
export const build = (): void => {
  rmSync(path.join(repository, 'dist'), { recursive: true, force: true });
  const done = spawnSync('npm', ['run', 'build'], { cwd: repository, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`npm run build failed:\n${done.stdout}${done.stderr}`);
};

/** Facts that belong beside every number. */
export const sayMachine = (): void => {
  const load = fixed(os.loadavg()[0] ?? 0, 1);
  say(`Node ${process.version}, ${os.platform()}, ${os.availableParallelism()} cores, load ${load}`);
};
