// The other side of the lint comparison: pgfence, a linter of PostgreSQL migrations, installed once into a cache folder.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Migration } from '../../lib/sources/contract.ts';

const PACKAGE = '@flvmnt/pgfence@0.1.5';

const install = (say: (line: string) => void): string => {
  const folder = path.join(os.tmpdir(), 'dbsync-bench-pgfence-0.1.5');
  const entry = path.join(folder, 'node_modules/@flvmnt/pgfence/dist/index.js');
  if (existsSync(entry)) return entry;
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder, PACKAGE];
  say(`npm ${args.join(' ')}   (once; the folder is kept as a cache)`);
  mkdirSync(folder, { recursive: true });
  const done = spawnSync('npm', args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${PACKAGE} could not be installed:\n${done.stderr}`);
  return entry;
};

/** Told by the process itself when it ends, on its last line. */
const REPORT = `data:text/javascript,process.on('exit',()=>{const{user,system}=process.cpuUsage();process.stderr.write('\\n'+JSON.stringify({cpuMs:(user+system)/1000,peakMiB:process.resourceUsage().maxRSS/1024}))})`;

export interface Peer {
  /** Of the whole process, its start included. */
  readonly cpuMs: number;
  readonly peakMiB: number;
}

/** Lets pgfence read the same files, once. */
export const runPgfence = (migrations: readonly Migration[], say: (line: string) => void): Peer => {
  const entry = install(say);
  const home = mkdtempSync(path.join(os.tmpdir(), 'dbsync-bench-lint-'));
  try {
    const names = migrations.map(({ id }) => `${id}.sql`);
    for (const [at, { sql }] of migrations.entries())
      writeFileSync(path.join(home, names[at] ?? ''), sql ?? '');
    const done = spawnSync(
      process.execPath,
      ['--import', REPORT, entry, 'analyze', '--output', 'json', ...names],
      // What npm passes on (`--import tsx`) is not to be found from that folder.
      { cwd: home, encoding: 'utf8', maxBuffer: 1_073_741_824, env: { ...process.env, NODE_OPTIONS: '' } },
    );
    const last = done.stderr.trimEnd().split('\n').at(-1) ?? '';
    const told: unknown = last.startsWith('{') ? JSON.parse(last) : null;
    const { cpuMs, peakMiB } = (told ?? {}) as Partial<Peer>;
    if (typeof cpuMs !== 'number' || typeof peakMiB !== 'number' || !done.stdout.includes('"results"'))
      throw new Error(`pgfence said nothing: ${done.stderr.slice(-500)}`);
    return { cpuMs, peakMiB };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
};
