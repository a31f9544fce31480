// The command line with the task as its first word: `dbsync plan --env dev`.
import { EXIT } from '../errors/index.ts';
import { PHASES, type PhaseName, VERSION } from '../phases/index.ts';
import { sourceNames } from '../sources/registry.ts';
import { tuneEngine } from './engine.ts';
import { TASKS } from './help.ts';
import { asInstalled, runTask } from './run.ts';
import { runTool } from './tool.ts';

const isPhase = (name: string): name is PhaseName => Object.hasOwn(PHASES, name);

const overview = (): readonly string[] => [
  `dbsync ${VERSION}: brings a database to the schema that the code declares.`,
  '',
  'dbsync <task> --env <name> [options]',
  '',
  ...Object.entries(TASKS).map(([name, meaning]) => `  ${name.padEnd(12)}${meaning}`),
  '',
  `dbsync <tool> --env <name> -- <the tool's own arguments>   (${sourceNames().join(', ')})`,
  '',
  'dbsync <task> --help lists its options.',
];

/** Runs `dbsync <task> ...`; without a task, or with an unknown one, says what there is. */
export const runCommand = async (argv: readonly string[]): Promise<void> => {
  tuneEngine();
  asInstalled();
  const [name = '', ...rest] = argv;
  if (isPhase(name)) return runTask(name, rest);
  if (sourceNames().includes(name)) return runTool(name, rest);
  const asked = name === '' || name === '--help' || name === '-h' || name === 'help';
  const stream = asked ? process.stdout : process.stderr;
  if (!asked) stream.write(`There is no task called "${name}".\n\n`);
  stream.write(`${overview().join('\n')}\n`);
  process.exitCode = asked ? EXIT.done : EXIT.bug;
};
