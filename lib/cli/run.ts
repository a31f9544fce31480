// Runs one task as a process: arguments in, lines or JSON out, one exit code. The only place that ends with one.
import { existsSync } from 'node:fs';
import os from 'node:os';
import { DbsyncError, EXIT, type ExitCode, messageOf } from '../errors/index.ts';
import {
  type Outcome,
  PHASES,
  type PhaseName,
  type Questions,
  silentUi,
  type Ui,
  VERSION,
  type World,
} from '../phases/index.ts';
import { type Parsed, parseArguments } from './arguments.ts';
import { commandsFor } from './commands.ts';
import { helpOf, optionsOf } from './help.ts';
import { question, steps } from './output.ts';
import { errorLines, linesOf, screen } from './screen.ts';
import { restoreCursor, stopSignal } from './signals.ts';
import { type Style, style } from './style.ts';

const out = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

/** A reader who has seen enough (`| head`) closes the pipe; that must not end a run between two statements. */
const tolerateClosedPipes = (): void => {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
};

const styleOf = (stream: NodeJS.WriteStream): Style => style(stream, process.env);

/** A terminal on both ends, and nothing that says otherwise. */
const isInteractive = (): boolean =>
  Boolean(process.stdin.isTTY && process.stdout.isTTY) && process.env.TERM !== 'dumb' && !process.env.CI;

const questions = (): Questions => {
  const terminal = { stdin: process.stdin, stdout: process.stdout };
  const said = (message: string): string => question(styleOf(process.stdout), message);
  return {
    text: async (message, initial, refuse) =>
      (await import('../approve/prompt.ts')).askText(terminal, { message: said(message), initial, refuse }),
    choice: async (message, choices) =>
      (await import('../approve/prompt.ts')).askChoice(terminal, said(message), choices),
  };
};

/** A person's screen on this process's streams; `ask` is false where nobody may be asked. */
export const processUi = (ask: boolean): Ui => {
  const interactive = isInteractive();
  return screen({
    style: styleOf(process.stdout),
    animated: ask && interactive && (process.stdout.columns ?? 0) >= 20,
    clock: () => Date.now(),
    cwd: process.cwd(),
    print: (lines) => lines.forEach(out),
    questions: ask && interactive ? questions() : null,
  });
};

/** The world as this process sees it. */
export const processWorld = (
  ui: Ui,
  signal: AbortSignal,
  command: World['command'] = (text) => text,
): World => ({
  command,
  cwd: process.cwd(),
  environment: { ...process.env },
  surroundings: {
    environment: { ...process.env },
    stdinIsTerminal: Boolean(process.stdin.isTTY),
    stdoutIsTerminal: Boolean(process.stdout.isTTY),
    user: os.userInfo().username,
    host: os.hostname(),
    fileExists: existsSync,
  },
  ui,
  now: () => new Date(),
  signal,
  temporary: os.tmpdir(),
});

/** Anything thrown that is not an expected refusal is a bug of ours, and is called one. */
const asError = (error: unknown): DbsyncError =>
  error instanceof DbsyncError
    ? error
    : new DbsyncError('INTERNAL', {
        summary: `dbsync failed: ${messageOf(error).split('\n')[0]}`,
        why: 'This is a bug in dbsync, not in your project. The journal of the run says what was sent to the target.',
        next: ['Report it with the output of the same command and DBSYNC_DEBUG=1.'],
        cause: error,
      });

const inWords = (error: DbsyncError, command: World['command']): DbsyncError =>
  new DbsyncError(error.code, {
    summary: command(error.message),
    ...(error.why !== undefined && { why: error.why }),
    next: error.next.map(command),
    details: error.details,
  });

/** Says what went wrong; returns the exit code that it ends with. */
export const fail = (error: unknown, json: boolean, command: World['command'] = (text) => text): ExitCode => {
  const known = inWords(asError(error), command);
  if (json) {
    const { code, message, why, next, details, docs, exitCode } = known;
    out(
      JSON.stringify(
        { ok: false, exitCode, error: { code, message, why: why ?? null, next, details, docs } },
        null,
        2,
      ),
    );
  } else {
    process.stderr.write(`${errorLines(styleOf(process.stderr), known).join('\n')}\n`);
  }
  if (process.env.DBSYNC_DEBUG)
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  return known.exitCode;
};

/** Set by the installed command. */
let installed = false;

/** Says that this process is the installed command, so that what it advises can be typed there. */
export const asInstalled = (): void => {
  installed = true;
};

const commandOf = (parsed: Parsed | null): World['command'] =>
  commandsFor({ installed, env: parsed?.phase.env, config: parsed?.phase.config });

/** What comes next in the chain; nothing where the phase asks for an action or leaves nothing to do. */
const FOLLOWING: Readonly<Record<string, PhaseName>> = {
  plan: 'rehearse',
  rehearsal: 'approve',
  approval: 'apply',
  execution: 'verify',
};

const nextLines = (name: PhaseName, outcome: Outcome, env: string | undefined): string[] => {
  const next = FOLLOWING[outcome.kind];
  const data = outcome.data;
  const task = data !== null && typeof data === 'object' && 'task' in data ? data.task : null;
  const chained = ['plan', 'rehearse', 'approve', 'apply'].includes(name);
  if (!chained || !next || outcome.exitCode !== EXIT.done || typeof task !== 'string' || env === undefined)
    return [];
  return [
    '',
    ...steps(styleOf(process.stdout), [
      { command: true, text: `npx zx tasks/${next}.ts --env ${env} --task ${task}` },
    ]),
  ];
};

const perform = async (name: PhaseName, parsed: Parsed): Promise<ExitCode> => {
  const signal = stopSignal((line) => process.stderr.write(line));
  const outcome = await PHASES[name](
    processWorld(parsed.run.json ? silentUi : processUi(true), signal, commandOf(parsed)),
    parsed.phase,
  );
  const exitCode =
    parsed.run.exitCode && outcome.exitCode === EXIT.done && outcome.changes
      ? EXIT.changes
      : outcome.exitCode;
  if (parsed.run.json)
    out(
      JSON.stringify(
        {
          ok: exitCode === EXIT.done || exitCode === EXIT.changes,
          exitCode,
          kind: outcome.kind,
          data: outcome.data,
        },
        null,
        2,
      ),
    );
  else
    for (const line of [
      ...linesOf(styleOf(process.stdout), outcome, process.cwd()),
      ...nextLines(name, outcome, parsed.phase.env),
    ])
      out(commandOf(parsed)(line));
  return exitCode;
};

/** Runs the task and sets the process's exit code; a process that ends by itself before that has failed. */
export const runTask = async (name: PhaseName, argv: readonly string[]): Promise<void> => {
  process.exitCode = EXIT.bug;
  tolerateClosedPipes();
  restoreCursor();
  let parsed: Parsed | null = null;
  try {
    parsed = parseArguments(argv, { name, options: optionsOf(name) });
    if (parsed.run.help) helpOf(name).forEach(out);
    if (parsed.run.version) out(VERSION);
    process.exitCode = parsed.run.help || parsed.run.version ? EXIT.done : await perform(name, parsed);
  } catch (error) {
    process.exitCode = fail(error, parsed?.run.json ?? argv.includes('--json'), commandOf(parsed));
  }
};

/** The arguments behind the task's file, whoever started it: node, zx or npm. */
export const argumentsOf = (file: string): readonly string[] => {
  const at = process.argv.findIndex((argument) => argument.endsWith(file));
  return at < 0 ? process.argv.slice(2) : process.argv.slice(at + 1);
};
