// `npm run bench`: a whole sync with ten pending migrations against a bare `prisma migrate deploy` of the same project. Prints, writes nothing.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type BenchProject, createBenchProject } from './bookshop-bench.ts';
import { type PrismaCli, preparePrisma } from './prisma-cli.ts';
import { type Measured, measure, type Program } from './process-tree.ts';

const repository = path.resolve(import.meta.dirname, '../..');
const { values } = parseArgs({ options: { runs: { type: 'string', default: '5' } } });

interface Contender {
  readonly name: string;
  readonly program: Program;
}

const say = (line = ''): void => {
  process.stdout.write(`${line}\n`);
};

const median = (numbers: readonly number[]): number => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  return sorted.length % 2 === 1 ? at(Math.floor(middle)) : (at(middle - 1) + at(middle)) / 2;
};

const build = (): void => {
  rmSync(path.join(repository, 'dist'), { recursive: true, force: true });
  const done = spawnSync('npm', ['run', 'build'], { cwd: repository, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`npm run build failed:\n${done.stdout}${done.stderr}`);
};

const contendersOf = (project: BenchProject, prisma: PrismaCli): readonly Contender[] => {
  const { NODE_OPTIONS: _loader, ...env } = process.env;
  const node = (args: readonly string[], more: Readonly<Record<string, string>> = {}): Program => ({
    command: process.execPath,
    args,
    cwd: project.root,
    env: { ...env, DATABASE_URL: 'file:./shop.db', ...more },
  });
  const options = ['--env', 'dev', '--confirm', 'dev', ...project.acceptances];
  const loader = import.meta.resolve('tsx');
  return [
    { name: 'prisma migrate deploy', program: node([prisma.entry, 'migrate', 'deploy'], prisma.variables) },
    {
      name: 'dbsync sync, built',
      program: node([path.join(repository, 'bin', 'dbsync.mjs'), 'sync', ...options]),
    },
    {
      name: 'dbsync sync, source',
      program: node(['--import', loader, path.join(repository, 'tasks', 'sync.ts'), ...options]),
    },
  ];
};

type Results = ReadonlyMap<string, Measured[]>;

/** All contenders in turn, round after round, so that a busy minute of the machine meets each of them. */
const rounds = async (
  project: BenchProject,
  contenders: readonly Contender[],
  runs: number,
): Promise<Results> => {
  const results = new Map<string, Measured[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round <= runs; round += 1) {
    for (const { name, program } of contenders) {
      project.reset();
      const measured = await measure(program);
      project.demandComplete();
      // The first round only warms caches.
      if (round > 0) results.get(name)?.push(measured);
    }
  }
  return results;
};

/** The median of the ratios of each round: what changes from round to round is the machine. */
const pairedRatio = (own: readonly number[], base: readonly number[]): number =>
  median(own.map((value, index) => value / (base[index] ?? Number.NaN)));

const fixed = (value: number, digits: number): string => (Number.isNaN(value) ? '-' : value.toFixed(digits));

const print = (results: Results): void => {
  const column = (name: string, key: keyof Measured): readonly number[] =>
    (results.get(name) ?? []).map((measured) => measured[key] ?? Number.NaN);
  const [base = ''] = results.keys();
  say(
    `${''.padEnd(24)}${'wall s'.padStart(9)}${'ratio'.padStart(8)}${'peak MiB'.padStart(11)}${'ratio'.padStart(8)}`,
  );
  for (const name of results.keys()) {
    const wall = column(name, 'wallMs');
    const peak = column(name, 'peakMiB');
    const cells = [
      fixed(median(wall) / 1000, 2).padStart(9),
      fixed(pairedRatio(wall, column(base, 'wallMs')), 2).padStart(8),
      fixed(median(peak), 0).padStart(11),
      fixed(pairedRatio(peak, column(base, 'peakMiB')), 2).padStart(8),
    ];
    say(`${name.padEnd(24)}${cells.join('')}`);
  }
};

const bench = async (runs: number): Promise<void> => {
  const prisma = preparePrisma(say);
  build();
  const project = await createBenchProject(prisma.modules);
  try {
    say(
      `Node ${process.version}, ${os.availableParallelism()} cores, load ${fixed(os.loadavg()[0] ?? 0, 1)}`,
    );
    say(`Prisma ${prisma.version}, schema engine: ${prisma.engine}`);
    say(
      `The bookshop on SQLite, ${project.pending} pending migrations; medians of ${runs} rounds after a warm-up.`,
    );
    say();
    print(await rounds(project, contendersOf(project, prisma), runs));
  } finally {
    project.remove();
  }
};

const runs = Number(values.runs);
if (!Number.isInteger(runs) || runs < 1) throw new Error('--runs takes a whole number above 0.');
try {
  await bench(runs);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
