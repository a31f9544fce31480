// Turns what went wrong in Python into an error for the reader. Decides nothing and holds no secret: the texts come masked.
import path from 'node:path';
import { DbsyncError, type ErrorCode, type ErrorParts } from '../../errors/index.ts';
import { type Failure, textOf, textsOf } from './answer.ts';

export interface FailureContext {
  /** What was being done: `reading the history`. */
  readonly doing: string;
  /** Absolute; frames are shown relative to it. */
  readonly root: string;
  /** Variables that env.py reads and that were not set for it. */
  readonly unset: readonly string[];
}

type Writer = (failure: Failure, context: FailureContext) => readonly [ErrorCode, ErrorParts];

const placeOf = (failure: Failure, context: FailureContext): string => {
  const frame = failure.frames.at(-1);
  if (!frame) return '';
  const code = frame.code ? `: ${frame.code}` : '';
  return `${path.relative(context.root, frame.file)}, line ${frame.line}${code}`;
};

const lastPrinted = (failure: Failure): string => failure.printed.trim().split('\n').slice(-8).join('\n');

const tail = (failure: Failure): string => {
  const printed = lastPrinted(failure);
  return printed === '' ? '' : ` It printed last: ${printed}`;
};

const inRevision = (failure: Failure): string => (failure.revision ? ` in revision ${failure.revision}` : '');

const WRITERS: Readonly<Record<string, Writer>> = {
  redirected: (failure, { unset }) => [
    'SOURCE_REDIRECTED',
    {
      summary: `The project's code tried to reach another database: ${failure.message}.`,
      why: 'dbsync lets env.py and the revisions reach the one database that was planned and approved. The connection was refused before anything was sent.',
      next: [
        'Let env.py take the URL from the Alembic configuration: config.get_main_option("sqlalchemy.url").',
        unset.length === 0
          ? "Or, where the project's code reads a variable of its own, name it in dbsync.config.ts: tool: { urlVariables: ['<name>'] }."
          : `Or name the variable that env.py reads in dbsync.config.ts: tool: { urlVariables: ['${unset.join("', '")}'] }.`,
      ],
    },
  ],
  'database-missing': () => [
    'DATABASE_MISSING',
    {
      summary: 'The database file does not exist.',
      why: 'Connecting would have created an empty one.',
      next: ['Check the path, or allow `create: true` for an unprotected environment.'],
    },
  ],
  interrupted: (failure, { doing }) =>
    failure.message.startsWith('nothing happened for')
      ? [
          'SOURCE_TOOL_FAILED',
          {
            summary: `Python hung while ${doing}${inRevision(failure)}: ${failure.message}.`,
            why: `It was stopped and its open transaction rolled back.${tail(failure)}`,
            next: [
              'Look at the revision for a wait, a loop or a lock; raise `timeouts.statementMs` where the work is long.',
            ],
          },
        ]
      : [
          'INTERRUPTED',
          {
            summary: `Stopped while ${doing}${inRevision(failure)}: ${failure.message}.`,
            next: ['$ npx zx tasks/status.ts --env <env>'],
          },
        ],
  'set-differs': (failure) => [
    'PLAN_STALE',
    {
      summary: `Alembic would run ${textsOf(failure.facts.found).join(', ') || 'nothing'} and not ${textsOf(failure.facts.wanted).join(', ')}.`,
      why: 'The revisions or the ledger are not those that were planned. Nothing was run.',
      next: ['$ npx zx tasks/plan.ts --env <env>'],
    },
  ],
  'tool-missing': (failure) => [
    'SOURCE_TOOL_MISSING',
    { summary: failure.message, next: ['$ python3 -m pip install alembic'] },
  ],
  'driver-missing': (failure) => [
    'SOURCE_TOOL_MISSING',
    {
      summary: failure.message,
      why: 'SQLAlchemy needs one of them to reach this database.',
      next: [
        `$ python3 -m pip install ${textsOf(failure.facts.modules)[0] ?? ''}`,
        "Use the project's own interpreter.",
      ],
    },
  ],
  import: (failure, context) => [
    'SOURCE_TOOL_FAILED',
    {
      summary: `The project's code cannot be imported: ${failure.message}.`,
      why: placeOf(failure, context) || 'The interpreter lacks a package that env.py or a model needs.',
      next: [
        "Use the interpreter that has the project's packages (its virtual environment), or install them there.",
      ],
    },
  ],
  'no-application': (failure) => [
    'SOURCE_TOOL_FAILED',
    {
      summary: `Flask cannot make the application: ${failure.message.trim().split('\n').at(-1)?.trim()}`,
      why: `The env.py of Flask-Migrate reads the application; dbsync makes it as \`flask db\` does, from ${textOf(failure.facts.named) ? `FLASK_APP=${textOf(failure.facts.named)}` : 'app.py or wsgi.py, as FLASK_APP is not set'}.`,
      next: [
        'Set FLASK_APP in the environment, in .env or in .flaskenv, as for `flask db`: FLASK_APP=shop:create_app.',
        "Where a module is missing: use the interpreter that has the project's packages, or install them there.",
      ],
    },
  ],
  'not-run': (failure) => [
    'SOURCE_UNSUPPORTED',
    {
      summary: `${failure.message}.`,
      why: 'Alembic does its work inside of that call; an env.py without it does nothing.',
      next: [
        'Compare env.py with the template of `alembic init`: both modes must call context.run_migrations().',
      ],
    },
  ],
  'several-contexts': (failure) => [
    'SOURCE_UNSUPPORTED',
    {
      summary: `${failure.message}.`,
      why: 'dbsync proves one database at a time; an env.py for several databases (the multidb template) has several ledgers.',
      next: ['Give each database an environment of its own: a section of alembic.ini with its own env.py.'],
    },
  ],
  'not-committed': (failure) => [
    'SOURCE_TOOL_FAILED',
    {
      summary: `env.py ran ${textsOf(failure.facts.lost).join(', ')} and never committed.`,
      why: 'The connection was already in a transaction when Alembic was configured, or begin_transaction() is missing: everything was rolled back silently.',
      next: [
        'Wrap context.run_migrations() in `with context.begin_transaction():`, and execute nothing on the connection before context.configure().',
      ],
    },
  ],
  alembic: (failure) => [
    'SOURCE_INVALID',
    {
      summary: `Alembic refuses the project: ${failure.message}`,
      next: ['$ alembic history', '$ alembic heads'],
    },
  ],
  died: (failure, { doing }) => [
    'SOURCE_TOOL_FAILED',
    {
      summary: `${failure.message} while ${doing}.`,
      ...(tail(failure) && { why: tail(failure).trim() }),
      next: ['$ alembic current'],
    },
  ],
};

/** What may help: the very place; where env.py was left by a wish for what only the project's own command gives it, that. */
const remedyOf = (failure: Failure, context: FailureContext): string => {
  const frame = failure.frames.at(-1);
  if (!frame) return '$ alembic current';
  const file = path.relative(context.root, frame.file);
  return failure.type === 'AttributeError' && failure.message.startsWith("'Config' object has no attribute")
    ? `Let ${file} do without what only the project's own command sets on Alembic's configuration: \`alembic\` and dbsync make it from the configuration file.`
    : `Correct ${file} at line ${frame.line}.`;
};

const other: Writer = (failure, context) => {
  const place = placeOf(failure, context);
  const statement = failure.statement ? ` The statement: ${failure.statement.slice(0, 500)}` : '';
  const code = failure.code ? ` [${failure.code}]` : '';
  const last = failure.type === 'SystemExit' ? tail(failure) : '';
  return [
    'SOURCE_TOOL_FAILED',
    {
      summary: `${failure.type || 'An error'} while ${context.doing}${inRevision(failure)}: ${failure.message}${code}`,
      why: `${place ? `At ${place}.` : 'The error came from a library, not from a file of the project.'}${statement}${last}`,
      next: [remedyOf(failure, context)],
    },
  ];
};

/** The error for a failure, with its facts for `--json`. */
export const failureError = (failure: Failure, context: FailureContext): DbsyncError => {
  const [code, parts] = (WRITERS[failure.kind] ?? other)(failure, context);
  const details = {
    kind: failure.kind,
    type: failure.type,
    engineCode: failure.code,
    revision: failure.revision,
    statement: failure.statement,
    frames: failure.frames.map((frame) => ({ ...frame, file: path.relative(context.root, frame.file) })),
    reason: textOf(failure.message),
  };
  return new DbsyncError(code, { ...parts, details });
};
