// Hands a run to the project's own CLI: `prisma migrate deploy`, with dbsync's engine in the native one's place. The CLI decides;
// the engine tells each statement before it is sent, and reaches the database that the run names and no other.
import { spawn } from 'node:child_process';
import type { Address } from '../../../dialects/contract.ts';
import { DbsyncError } from '../../../errors/index.ts';
import { openSecret } from '../../../target/index.ts';
import type { Migration, RunHooks, SentStatement, SourceContext, ToolRunner } from '../../contract.ts';
import { CHANNEL_VARIABLE, type RunEvent } from '../bridge/channel.ts';
import { findProgram, QUIET, standIn } from '../bridge/index.ts';
import { openHost } from './host.ts';
import { openStage, type StageInput } from './stage.ts';

export interface DeployInput extends Omit<StageInput, 'temporary'> {
  /** The project's folder, from which its Prisma is found. */
  readonly root: string;
  readonly context: SourceContext;
}

/** The `migration` of a statement outside of every migration. */
const OUTSIDE = 'prisma migrate deploy';

/** What a child needs of the surroundings to run at all; nothing that names a database, loads code or talks more. */
const PASSED: readonly string[] = [
  'PATH',
  'HOME',
  'TMPDIR',
  'TMP',
  'TEMP',
  'LANG',
  'LC_ALL',
  'TZ',
  'SystemRoot',
  'USERPROFILE',
];

/** Added to the limits before silence counts as hanging: the CLI's start on a busy machine. */
const PATIENCE_MS = 60_000;

/** Silence is no sign of trouble while a statement without a limit runs. */
const silenceLimit = ({ timeouts }: SourceContext, inStatement: boolean): number =>
  inStatement && timeouts.statementMs === 0
    ? 0
    : timeouts.statementMs + timeouts.lockMs + timeouts.connectMs + PATIENCE_MS;

const MAX_SHOWN = 2_000;

interface Heard {
  /** The statement that runs now. */
  current: SentStatement | null;
  /** The first failure of the database. */
  failure: { readonly message: string; readonly code: string | null } | null;
  refused: unknown;
}

const stale = (name: string): DbsyncError =>
  new DbsyncError('PLAN_STALE', {
    summary: `Prisma would apply ${name} now, which is not the plan's next migration.`,
    why: 'Somebody else wrote to the ledger meanwhile. The statement was not sent.',
    next: ['Plan again.'],
  });

/** Translates the engine's events into calls of the hooks. Throws where the engine must stop. */
const relay = (hooks: RunHooks, migrations: readonly Migration[], heard: Heard) => {
  const left = migrations.map(({ id }) => id);
  const demandNext = (name: string): void => {
    if (left.shift() !== name) throw stale(name);
  };
  const ended = (event: Extract<RunEvent, { event: 'outcome' }>): void => {
    const { current } = heard;
    heard.current = null;
    heard.failure ??= event.error;
    if (current) hooks.onOutcome?.(current, event);
  };
  return (event: RunEvent): void => {
    if (event.event === 'outcome') ended(event);
    else if (event.event === 'migration') {
      if (event.phase === 'started') demandNext(event.name);
      hooks.onMigration?.(event.name, event.phase);
    } else if (event.event === 'transaction') {
      if (event.what !== 'committing') hooks.onTransaction?.(event.what, null);
    } else if (event.event === 'statement') {
      // Its own words to the ledger may end what is begun; the next migration's statement may not begin.
      if (hooks.signal.aborted && !event.ledger) throw new Error('stopped before this statement');
      const { text, ledger } = event;
      const sent = { migration: event.migration ?? OUTSIDE, text, ledger };
      hooks.onStatement(sent);
      heard.current = sent;
    }
  };
};

interface Ended {
  readonly code: number | null;
  readonly text: string;
  readonly hung: boolean;
}

interface Child {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Milliseconds of silence that are too many; 0: none are. */
  readonly limit: () => number;
  /** Whether anything was heard since the last question. */
  readonly stirred: () => boolean;
}

const WATCH_EVERY_MS = 1_000;

const start = (child: Child): Promise<Ended> =>
  new Promise((resolve, reject) => {
    // A group of its own: Ctrl-C at the terminal stops it between two statements, by this process.
    const running = spawn(process.execPath, [...child.args], {
      cwd: child.cwd,
      env: { ...child.variables },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let text = '';
    let silentMs = 0;
    let hung = false;
    const hear = (data: Buffer): void => {
      silentMs = 0;
      text = (text + data.toString()).slice(-MAX_SHOWN * 4);
    };
    const timer = setInterval(() => {
      silentMs = child.stirred() ? 0 : silentMs + WATCH_EVERY_MS;
      const limit = child.limit();
      if (limit === 0 || silentMs < limit) return;
      hung = true;
      running.kill('SIGKILL');
    }, WATCH_EVERY_MS);
    running.stdout.on('data', hear);
    running.stderr.on('data', hear);
    running.on('error', reject);
    running.on('close', (code) => {
      clearInterval(timer);
      resolve({ code, text, hung });
    });
  });

const failed = (ended: Ended, heard: Heard, input: DeployInput): Error => {
  if (heard.refused instanceof DbsyncError) return heard.refused;
  const said = input.context.redact(ended.text.trim().slice(-MAX_SHOWN));
  return new DbsyncError('SOURCE_TOOL_FAILED', {
    summary: heard.failure
      ? input.context.redact(heard.failure.message)
      : ended.hung
        ? '`prisma migrate deploy` said nothing for too long and was ended.'
        : `\`prisma migrate deploy\` ended with exit code ${ended.code ?? 'none'}.`,
    why: said === '' ? 'It printed nothing.' : said,
  });
};

const variablesOf = ({ tool }: SourceContext): Readonly<Record<string, string>> => {
  const around = tool?.environment ?? {};
  return Object.fromEntries(
    PASSED.flatMap((name) => {
      const value = around[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
};

const deploy = async (
  input: DeployInput,
  run: { readonly migrations: readonly Migration[]; readonly address: Address; readonly hooks: RunHooks },
): Promise<void> => {
  const { context, root } = input;
  const program = await findProgram(root);
  const { program: engine, entry } = await standIn();
  const stage = await openStage({ ...input, temporary: context.temporary ?? root });
  const heard: Heard = { current: null, failure: null, refused: null };
  const hear = relay(run.hooks, run.migrations, heard);
  let stirred = true;
  try {
    const host = await openHost({
      folder: stage.folder,
      order: {
        url: openSecret(run.address.url),
        root,
        timeouts: context.timeouts,
        migrations: run.migrations.map(({ id }) => id),
      },
      hear: (event) => {
        stirred = true;
        try {
          hear(event);
        } catch (error) {
          heard.refused ??= error;
          throw error;
        }
      },
    });
    try {
      const ended = await start({
        args: [program.file, 'migrate', 'deploy', ...stage.args],
        cwd: stage.folder,
        variables: {
          ...variablesOf(context),
          ...QUIET,
          PRISMA_SCHEMA_ENGINE_BINARY: engine,
          // Prisma 5 and 6 also demand a query engine before they migrate, and never load it there.
          PRISMA_QUERY_ENGINE_LIBRARY: engine,
          DBSYNC_ENGINE_ENTRY: entry,
          [CHANNEL_VARIABLE]: host.place,
        },
        limit: () => silenceLimit(context, heard.current !== null),
        stirred: () => {
          const was = stirred;
          stirred = false;
          return was;
        },
      });
      if (ended.code !== 0) throw failed(ended, heard, input);
    } finally {
      await host.close();
    }
  } finally {
    await stage.remove();
  }
};

/** The project's CLI as the runner of its migrations. Each failure leaves what the batches of the plan say. */
export const deployRunner = (input: DeployInput): ToolRunner => ({
  rollsBack: true,
  recordsFailures: true,
  run: async (migrations, address, hooks) => {
    if (migrations.length > 0) await deploy(input, { migrations, address, hooks });
  },
});
