// One warmed Python that forks a child for each question, and the wire to all of them. Knows no question and no secret.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { Socket } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { type Json, numberOrNull, recordOf, textOf } from './answer.ts';

/** Compiled code lies in `dist/lib`; the Python files stay in `lib`. */
const bridgeFile = (): string => {
  const beside = path.join(import.meta.dirname, 'bridge.py');
  return existsSync(beside)
    ? beside
    : beside.replace(`${path.sep}dist${path.sep}lib${path.sep}`, `${path.sep}lib${path.sep}`);
};

/** What is heard of one question. */
export interface Listener {
  /** One line of the child's descriptor 3. */
  readonly onLine: (line: string) => void;
  readonly onPrinted: (text: string) => void;
  /** Nothing follows. `failed`: Python itself could not be started. */
  readonly onEnd: (how: string, failed: boolean) => void;
}

/** The way to one child. */
export interface Line {
  tell(message: Json): void;
  /** End of input for the child, which it takes for the end of dbsync. */
  hangUp(): void;
  /** Ends the child and what it started. */
  kill(): void;
}

export interface Python {
  /** Whether the process has ended, so that another must be started. */
  over(): boolean;
  ask(request: Json, listener: Listener): Line;
  /** Kills what still answers, and returns when the process has ended. */
  close(): Promise<void>;
}

export interface PythonStart {
  readonly command: readonly string[];
  readonly cwd: string;
  /** The first environment, which any user of the machine's /proc may see. */
  readonly environment: Readonly<Record<string, string>>;
  /** Modules worth importing before the first question. */
  readonly modules: readonly string[];
}

interface Open {
  readonly listener: Listener;
  pid: number | null;
}

interface State {
  readonly child: ChildProcess;
  readonly open: Map<number, Open>;
  /** How the process ended; null as long as it runs. */
  ended: string | null;
  failed: boolean;
  last: number;
}

/** An idle Python ends at once when its input ends; one that does not is killed. */
const END_MS = 2000;

const killGroup = (pid: number | undefined): void => {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // it ended between the two lines
  }
};

const channelOf = (child: ChildProcess): Readable => child.stdio[3] as Readable;

/** A warmed Python that nobody asks must not keep dbsync from ending. */
const hold = ({ child }: State, held: boolean): void => {
  const parts = [child, child.stdin, child.stderr, child.stdio[3]];
  for (const part of parts) if (part instanceof Socket || part === child) part[held ? 'ref' : 'unref']();
};

const finish = (state: State, number: number, how: string): void => {
  const open = state.open.get(number);
  state.open.delete(number);
  if (state.open.size === 0) hold(state, false);
  open?.listener.onEnd(how, state.failed);
};

const hear = (state: State, text: string): void => {
  let message: Json;
  try {
    message = recordOf(JSON.parse(text));
  } catch {
    return; // the last words of a process that was killed
  }
  const number = numberOrNull(message.n) ?? 0;
  const open = state.open.get(number);
  if (!open) return;
  if (typeof message.pid === 'number') open.pid = message.pid;
  else if (typeof message.line === 'string') open.listener.onLine(message.line);
  else if (typeof message.printed === 'string') open.listener.onPrinted(message.printed);
  else if (message.ended !== undefined) finish(state, number, textOf(message.ended));
};

const listen = (state: State): void => {
  const { child } = state;
  const end = (how: string): void => {
    state.ended ??= how;
    for (const number of [...state.open.keys()]) finish(state, number, how);
  };
  createInterface({ input: channelOf(child) }).on('line', (line) => hear(state, line));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    for (const { listener } of state.open.values()) listener.onPrinted(text);
  });
  child.stdin?.on('error', () => {});
  child.on('error', (error) => {
    state.failed = true;
    end(error.message);
  });
  child.on('close', (code, signal) => end(signal ?? `exit code ${code}`));
};

const lineOf = (state: State, number: number): Line => {
  const write = (message: Json): void => {
    if (state.open.has(number)) state.child.stdin?.write(`${JSON.stringify({ n: number, ...message })}\n`);
  };
  return {
    tell: (message) => write({ tell: message }),
    hangUp: () => write({ tell: null }),
    kill: () => {
      const open = state.open.get(number);
      // Without a child yet, Python itself hangs.
      if (open) killGroup(open.pid ?? state.child.pid);
    },
  };
};

/** Starts Python. Whatever goes wrong with that is told to the first question. */
export const startPython = ({ command, cwd, environment, modules }: PythonStart): Python => {
  const [program = 'python3', ...first] = command;
  const state: State = {
    // A group of its own: a Ctrl-C at the terminal reaches dbsync alone, which then stops the statement on the server.
    child: spawn(program, [...first, bridgeFile(), ...modules], {
      cwd,
      env: environment,
      stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
      detached: true,
    }),
    open: new Map(),
    ended: null,
    failed: false,
    last: 0,
  };
  listen(state);
  hold(state, false);
  return {
    over: () => state.ended !== null,
    ask: (request, listener) => {
      state.last += 1;
      const number = state.last;
      state.open.set(number, { listener, pid: null });
      hold(state, true);
      if (state.ended === null) state.child.stdin?.write(`${JSON.stringify({ n: number, ask: request })}\n`);
      else setImmediate(() => finish(state, number, state.ended ?? ''));
      return lineOf(state, number);
    },
    close: async () => {
      for (const { pid } of state.open.values()) killGroup(pid ?? undefined);
      if (state.ended !== null) return;
      const ended = new Promise((resolve) => state.child.once('close', resolve));
      const timer = setTimeout(() => killGroup(state.child.pid), END_MS);
      hold(state, true);
      state.child.stdin?.end();
      await ended;
      clearTimeout(timer);
    },
  };
};
