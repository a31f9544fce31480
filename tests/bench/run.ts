// `npm run bench [-- <name>]`: another benchmark by its name, or a whole sync with ten pending migrations against a bare `prisma migrate deploy` of the same project. Prints, writes nothing.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type BenchProject, createBenchProject } from './bookshop-bench.ts';
import {
  build,
  environment,
  fixed,
  column as measuredColumn,
  median,
  pairedRatio,
  repository,
  say,
  sayMachine,
} from './measures.ts';
import { type PrismaCli, preparePrisma } from './prisma-cli.ts';
import { type Measured, measure, type Program } from './process-tree.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '5' } },
});

interface Contender {
  readonly name: string;
  readonly program: Program;
}

const contendersOf = (project: BenchProject, prisma: PrismaCli): readonly Contender[] => {
  const node = (args: readonly string[], more: Readonly<Record<string, string>> = {}): Program => ({
    command: process.execPath,
    args,
    cwd: project.root,
    env: { ...environment, DATABASE_URL: 'file:./shop.db', ...more },
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

const print = (results: Results): void => {
  const column = (name: string, key: keyof Measured): readonly number[] =>
    measuredColumn(results.get(name) ?? [], key);
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

const benchSync = async (runs: number): Promise<void> => {
  const prisma = preparePrisma(say);
  build();
  const project = await createBenchProject(prisma.modules);
  try {
    sayMachine();
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

/** What can be measured, by name; without one the whole run is. */
const BENCHES: Readonly<Record<string, (runs: number, only?: string) => Promise<void>>> = {
  sync: benchSync,
  snapshot: async (runs) => (await import('./snapshot.ts')).benchSnapshot(runs),
  lint: async (runs) => (await import('./lint.ts')).benchLint(runs),
  prisma: async (runs, only) => (await import('./prisma.ts')).benchPrisma(runs, only),
  alembic: async (runs, only) => (await import('./alembic.ts')).benchAlembic(runs, only),
};

const runs = Number(values.runs);
if (!Number.isInteger(runs) || runs < 1) throw new Error('--runs takes a whole number above 0.');
const [name = 'sync', only] = positionals;
const bench = BENCHES[name];
if (!bench) throw new Error(`There is no benchmark "${name}": ${Object.keys(BENCHES).join(', ')}.`);
try {
  await bench(runs, only);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
