// Runs a program and measures it with everything that it starts: wall time, and the most memory that the tree held at one moment.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

export interface Measured {
  readonly wallMs: number;
  /** Resident memory of all processes of the tree together, at its peak, in MiB; pages that they share are counted in each. Null where there is no /proc. */
  readonly peakMiB: number | null;
}

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const SAMPLE_EVERY_MS = 10;
const KIB_PER_MIB = 1024;

const readProc = (file: string): string => {
  try {
    return readFileSync(`/proc/${file}`, 'utf8');
  } catch {
    // The process has ended meanwhile, or this system has no /proc.
    return '';
  }
};

/** Node starts processes from its main thread, whose id is that of the process (proc(5), task/tid/children). */
const childrenOf = (pid: number): readonly number[] =>
  readProc(`${pid}/task/${pid}/children`).trim().split(' ').filter(Boolean).map(Number);

const residentKiB = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB/m.exec(readProc(`${pid}/status`))?.[1] ?? 0) +
  childrenOf(pid).reduce((sum, child) => sum + residentKiB(child), 0);

/** Runs it to its end. Throws what it printed where its exit code is not 0. */
export const measure = (program: Program): Promise<Measured> =>
  new Promise((resolve, reject) => {
    const startedAt = performance.now();
    let output = '';
    let peakKiB = 0;
    const child = spawn(program.command, program.args, {
      cwd: program.cwd,
      env: { ...program.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const timer = setInterval(() => {
      if (child.pid !== undefined) peakKiB = Math.max(peakKiB, residentKiB(child.pid));
    }, SAMPLE_EVERY_MS);
    const hear = (data: Buffer): void => {
      output += String(data);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('error', reject);
    child.once('close', (exitCode) => {
      clearInterval(timer);
      const wallMs = performance.now() - startedAt;
      if (exitCode === 0) resolve({ wallMs, peakMiB: peakKiB === 0 ? null : peakKiB / KIB_PER_MIB });
      else reject(new Error(`${program.args.join(' ')} ended with ${exitCode}:\n${output}`));
    });
  });
