// From an argument list to options. Strict: what is not understood is refused. Pure.
import { parseArgs } from 'node:util';
import { DbsyncError, messageOf } from '../errors/index.ts';
import type { AcceptOption, PhaseOptions } from '../phases/index.ts';

/** Options that concern how a task is run and shown, not what it does. */
export interface RunOptions {
  readonly json: boolean;
  readonly help: boolean;
  readonly version: boolean;
  /** Whether pending changes end in exit code 2. */
  readonly exitCode: boolean;
}

export interface Parsed {
  readonly phase: PhaseOptions;
  readonly run: RunOptions;
}

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;

const OPTIONS = {
  env: text,
  task: text,
  config: text,
  source: text,
  schema: text,
  migrations: text,
  strategy: text,
  reason: text,
  direction: text,
  to: text,
  confirm: text,
  plan: text,
  accept: { type: 'string', multiple: true },
  backup: text,
  'accept-risk': text,
  'accept-identity': flag,
  'hold-back': flag,
  'create-only': flag,
  name: text,
  applied: text,
  'rolled-back': text,
  resume: text,
  baseline: text,
  dialect: text,
  'server-version': text,
  since: text,
  files: { type: 'string', multiple: true },
  format: text,
  json: flag,
  help: { ...flag, short: 'h' },
  version: flag,
  'exit-code': flag,
} as const;

const usage = (summary: string, next: readonly string[] = ['--help lists every option.']): DbsyncError =>
  new DbsyncError('USAGE', {
    summary,
    why: 'An option that is not understood could be one that matters.',
    next,
  });

/** `--baseline` without a migration means the last one that the schema proves. */
const withBaseline = (argv: readonly string[]): string[] =>
  argv.flatMap((word, index) => {
    const next = argv[index + 1];
    return word === '--baseline' && (next === undefined || next.startsWith('-')) ? [word, 'auto'] : [word];
  });

/** `--files a b c` is `--files a --files b --files c`. */
const withFiles = (argv: readonly string[]): string[] => {
  let isFile = false;
  return argv.flatMap((word, index) => {
    if (word.startsWith('-')) isFile = word === '--files';
    const repeats = isFile && word !== '--files' && argv[index - 1] !== '--files';
    return repeats ? ['--files', word] : [word];
  });
};

const FORMATS = ['text', 'json', 'sarif', 'github'] as const;

const parseFormat = (value: string | undefined): PhaseOptions['format'] => {
  const format = FORMATS.find((known) => known === value);
  if (value === undefined || format) return format;
  throw usage(`--format ${value} is not known.`, [`It is one of ${FORMATS.join(', ')}.`]);
};

const parse = (argv: readonly string[]) => {
  try {
    return parseArgs({
      args: withFiles(withBaseline(argv)),
      options: OPTIONS,
      strict: true,
      allowPositionals: false,
      tokens: true,
    });
  } catch (error) {
    throw usage(messageOf(error).split('. ')[0] ?? 'The options are not understood');
  }
};

type Values = ReturnType<typeof parse>['values'];

const MIN_REASON = 8;

const parseAccept = (value: string): AcceptOption => {
  const at = value.search(/[=:]/);
  const code = at < 0 ? value : value.slice(0, at);
  const reason = at < 0 ? '' : value.slice(at + 1).trim();
  if (/^[a-z]+(-[a-z0-9]+)+$/.test(code) && reason.length >= MIN_REASON) return { code, reason };
  const lacks =
    at >= 0 && code !== '' && reason !== ''
      ? `gives a reason shorter than ${MIN_REASON} characters`
      : "does not give a hazard's code and a reason";
  throw usage(`--accept ${value} ${lacks}.`, [
    `--accept '<code>=<reason of at least ${MIN_REASON} characters>'`,
  ]);
};

const parseStrategy = (value: string | undefined): PhaseOptions['strategy'] => {
  if (value === undefined || value === 'migrate' || value === 'push') return value;
  throw usage(`--strategy ${value} is neither migrate nor push.`);
};

const parseResolve = (values: Values): PhaseOptions['resolve'] => {
  const { applied, 'rolled-back': rolledBack } = values;
  if (applied !== undefined && rolledBack !== undefined)
    throw usage('--applied and --rolled-back exclude each other.');
  if (applied !== undefined) return { migration: applied, as: 'applied' };
  return rolledBack === undefined ? undefined : { migration: rolledBack, as: 'rolled-back' };
};

/** The task that the arguments stand behind, with the options that it takes. */
export interface Taking {
  readonly name: string;
  readonly options: ReadonlySet<string>;
}

const refuseForeign = (given: readonly string[], { name, options }: Taking): void => {
  const foreign = given.find((option) => !options.has(option));
  if (foreign !== undefined)
    throw usage(`The task ${name} has no option --${foreign}.`, [`$ npx zx tasks/${name}.ts --help`]);
};

/** Parses the arguments behind a task's name. Throws USAGE. */
export const parseArguments = (argv: readonly string[], taking: Taking): Parsed => {
  const { values, tokens } = parse(argv);
  refuseForeign(
    tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : [])),
    taking,
  );
  const { env, task, config, source, schema, migrations, reason, direction, to, confirm, plan } = values;
  const { backup, baseline, name } = values;
  return {
    phase: {
      env,
      task,
      config,
      source,
      schema,
      migrations,
      reason,
      direction,
      to,
      confirm,
      plan,
      backup,
      baseline,
      name,
      holdBack: values['hold-back'],
      createOnly: values['create-only'],
      strategy: parseStrategy(values.strategy),
      accept: (values.accept ?? []).map(parseAccept),
      acceptRisk: values['accept-risk'],
      acceptIdentity: values['accept-identity'],
      resolve: parseResolve(values),
      resume: values.resume,
      dialect: values.dialect,
      serverVersion: values['server-version'],
      since: values.since,
      files: values.files,
      format: parseFormat(values.format),
    },
    run: {
      json: values.json || values.format === 'json',
      help: values.help,
      version: values.version,
      exitCode: values['exit-code'],
    },
  };
};
