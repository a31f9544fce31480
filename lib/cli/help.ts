// What --help says. Pure; the words are data, so that the reference can be held against them.
import type { PhaseName } from '../phases/index.ts';

/** One sentence for each task. */
export const TASKS: Readonly<Record<PhaseName, string>> = {
  init: 'Write a first dbsync.config.ts from what the project says.',
  lint: 'Show the hazards of the migration files, without any database.',
  intent: 'Declare what will be done to which environment, and name the run.',
  preflight: 'Check connection, identity, ledger, locks and files at the same time; read-only.',
  snapshot: 'Write down the live schema.',
  diff: 'Show drift, pending migrations and what they change; read-only.',
  plan: 'Make the plan: every statement, hazard and forecast; read-only.',
  rehearse: 'Run the plan on a replica and demand that it leads where it says.',
  approve: "Approve the rehearsed plan by typing the environment's name.",
  apply: 'Apply the approved plan under a lock, with a journal.',
  verify: 'Prove that the target is what was promised.',
  sync: 'All of it, from intent to proof.',
  status: 'Say where an environment stands: target, ledger, runs; read-only and quick.',
  recover: 'Explain an interrupted run and close it; or mend the ledger, with proof.',
};

type OptionLine = readonly [option: string, meaning: string];

const COMMON: readonly OptionLine[] = [
  ['--env <name>', 'the environment, always named (required, except for init and lint)'],
  ['--task <name>', 'the run: dev/active/<name>/db'],
  ['--config <file>', 'the configuration; default dbsync.config.ts in this folder'],
  ['--source <name>', 'the source of truth, where a project has two'],
  ['--accept-identity', 'the database was moved or made anew on purpose'],
  ['--json', 'print one JSON document on standard output and nothing else'],
  ['-h, --help', 'this text'],
];

/** What a configuration would say. */
const CHOOSING: readonly OptionLine[] = [
  ['--source <name>', 'the source of truth, where a project has two'],
  ['--schema <file>', 'the Prisma schema that is meant, where a project has several'],
  ['--migrations <folder>', 'its migrations, where they are not beside the schema'],
];

const BEGINNING: readonly OptionLine[] = [
  ['--json', 'print one JSON document on standard output and nothing else'],
  ['-h, --help', 'this text'],
];

const PLANNING: readonly OptionLine[] = [
  ['--strategy push', 'bring the schema without migrations; needs --reason'],
  ['--reason <text>', 'why push is chosen'],
  ['--to <migration>', 'the last migration to apply'],
  ['--resume <migration>', 'go on with one that stopped in its middle, behind its last'],
  ['', 'statement that is proven to be there'],
  ['--hold-back', 'leave destructive migrations, and those after, for later'],
  ['--exit-code', 'exit with 2 where something is pending'],
];

const DRAFTING: readonly OptionLine[] = [
  ['--create-only', 'write the migration that the schema lacks, and stop'],
  ['--name <words>', 'its name'],
];

const APPROVING: readonly OptionLine[] = [
  ['--confirm <name>', "the environment's name, typed in full: approval without a terminal"],
  ['--plan <hash>', 'approve this plan only, and continue its run'],
  ['--backup <name>', 'a backup that somebody else made'],
  ['--accept-risk <reason>', 'why no backup is needed'],
];

const ACCEPTING: readonly OptionLine[] = [
  ["--accept '<code>=<reason>'", 'accept a hazard; once for each code'],
];

const RECOVERING: readonly OptionLine[] = [
  ['--resume <migration>', 'plan, approve and apply what is left of it, behind its last'],
  ['', 'statement that is proven to be there'],
  ['--applied <migration>', 'record it as applied, if the schema proves it'],
  ['--rolled-back <migration>', 'record it as rolled back, if the schema proves it'],
  ['--baseline [migration]', 'record everything up to it as applied, if the schema proves it;'],
  ['', 'without a name: up to the last one that it proves'],
];

const LINTING: readonly OptionLine[] = [
  ['--dialect <name>', 'the database, where the project does not say it'],
  ['--server-version <n.n>', "the server's version; default: the newest that was tested"],
  ['--since <migration>', 'judge this migration and those behind it'],
  ['--files <path> ...', 'judge these files only'],
  ['--format <name>', 'text, json, sarif or github'],
  ['--env <name>', "decide by this environment's policy; no connection is made"],
  ['--config <file>', 'the configuration; none is needed'],
  ['--json', 'as --format json'],
  ['-h, --help', 'this text'],
];

const SETS: Readonly<Record<PhaseName, readonly (readonly OptionLine[])[]>> = {
  init: [CHOOSING, BEGINNING],
  lint: [CHOOSING, LINTING],
  intent: [COMMON, PLANNING, ACCEPTING],
  preflight: [COMMON, PLANNING, ACCEPTING],
  snapshot: [COMMON],
  diff: [COMMON, PLANNING, DRAFTING, ACCEPTING],
  plan: [COMMON, PLANNING, DRAFTING, ACCEPTING],
  rehearse: [COMMON],
  approve: [COMMON, APPROVING, ACCEPTING],
  apply: [COMMON, APPROVING, ACCEPTING],
  verify: [COMMON],
  sync: [COMMON, PLANNING, APPROVING, ACCEPTING],
  status: [COMMON, [['--exit-code', 'exit with 2 where something is pending']]],
  recover: [COMMON, RECOVERING, APPROVING, ACCEPTING],
};

const STEPS: ReadonlySet<PhaseName> = new Set([
  'intent',
  'preflight',
  'snapshot',
  'diff',
  'plan',
  'rehearse',
  'approve',
  'apply',
  'verify',
]);

/**
 * The options that a task takes: those that its help lists, and those that every task answers, or refuses with a reason. The steps of a run
 * take what `sync` takes: one line of options serves them all, and each heeds its own.
 */
export const optionsOf = (name: PhaseName): ReadonlySet<string> => {
  const sets = [...SETS[name], ...(STEPS.has(name) ? SETS.sync : [])];
  const listed = sets.flat().flatMap(([option]) => /--([a-z][a-z-]*)/.exec(option)?.[1] ?? []);
  return new Set([...listed, 'version', 'direction', 'schema', 'migrations']);
};

const COLUMN = 30;

const WITHOUT_ENVIRONMENT: ReadonlySet<PhaseName> = new Set(['init', 'lint']);

/** The help of one task, in lines of at most 80 columns. */
export const helpOf = (name: PhaseName): readonly string[] => [
  `npx zx tasks/${name}.ts${WITHOUT_ENVIRONMENT.has(name) ? '' : ' --env <name>'} [options]`,
  '',
  TASKS[name],
  '',
  ...SETS[name].flatMap((set) => set.map(([option, meaning]) => `  ${option.padEnd(COLUMN)}${meaning}`)),
  '',
  'Exit codes: 0 done or nothing to do, 1 usage or bug, 2 changes exist (--exit-code), 3 precondition',
  'failed, 4 not approved, 5 failed and unchanged, 6 failed and partly changed, 7 not as promised,',
  '130 interrupted.',
];
