// Starts bridge.py and speaks with it: the request on standard input, JSON lines on descriptor 3. Knows nothing of revisions.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { openSecret, type Redact, redactor, type Secret } from '../../target/index.ts';
import { type Failure, failureOf, type Json, recordOf, textOf } from './answer.ts';
import { DRIVER_VARIABLES } from './providers.ts';

/** Compiled code lies in `dist/lib`; the Python files stay in `lib`. */
const bridgeFile = (): string => {
  const beside = path.join(import.meta.dirname, 'bridge.py');
  return existsSync(beside)
    ? beside
    : beside.replace(`${path.sep}dist${path.sep}lib${path.sep}`, `${path.sep}lib${path.sep}`);
};

const PRINTED_LIMIT = 16_000;
/** After a cancellation Python has this long to roll back before it is killed. */
const KILL_AFTER_MS = 6000;
const LINGER_MS = 1000;

export interface Ask {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly request: Json;
  readonly secrets: readonly Secret[];
  /** Silence on descriptor 3 for longer than this counts as hanging; 0 means no limit. */
  readonly silentMs: number;
  readonly signal?: AbortSignal;
  /** Hears every event. What asks is acknowledged when this returns; where it throws, the work is cancelled. */
  readonly onEvent?: (event: Json) => void;
}

export type Outcome =
  | { readonly ok: true; readonly answer: Json; readonly printed: string }
  | { readonly ok: false; readonly failure: Failure; readonly thrown?: unknown };

export interface Bridge {
  ask(ask: Ask): Promise<Outcome>;
  /** Kills whatever still runs. */
  close(): void;
}

export interface BridgeSettings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly redact: Redact;
}

/** The child's first environment, which any user of the machine's /proc may see: without anything that holds a secret. */
const childEnvironment = (
  environment: BridgeSettings['environment'],
  secrets: readonly Secret[],
): Record<string, string> => {
  const values = secrets.map(openSecret).filter((value) => value.length >= 3);
  const forms = values.flatMap((value) => [value, encodeURIComponent(value)]);
  const kept = Object.entries(environment).filter(
    (pair): pair is [string, string] =>
      pair[1] !== undefined &&
      pair[0] !== 'NODE_OPTIONS' &&
      !DRIVER_VARIABLES.includes(pair[0]) &&
      !forms.some((form) => pair[1]?.includes(form)),
  );
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    ...Object.fromEntries(kept),
    PYTHONUNBUFFERED: '1',
    PYTHONUTF8: '1',
    PYTHONDONTWRITEBYTECODE: '1',
  };
};

/** Control characters other than line ends and tabs must not reach a terminal. */
const printable = (text: string): string => text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '?');

const cleanJson = (value: unknown, clean: (text: string) => string): unknown => {
  if (typeof value === 'string') return clean(value);
  if (Array.isArray(value)) return value.map((item) => cleanJson(item, clean));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cleanJson(item, clean)]));
};

/** One running bridge. */
interface Run {
  readonly child: ChildProcess;
  readonly clean: (text: string) => string;
  readonly ask: Ask;
  printed: string;
  last: Json | null;
  cancelled: string | null;
  thrown: unknown;
}

const killGroup = (child: ChildProcess): void => {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // it ended between the two lines
  }
};

const write = (run: Run, message: Json): void => {
  run.child.stdin?.write(`${JSON.stringify(message)}\n`);
};

const cancel = (run: Run, reason: string): void => {
  if (run.cancelled !== null || run.last !== null) return;
  run.cancelled = reason;
  write(run, { cancel: reason });
  setTimeout(() => killGroup(run.child), KILL_AFTER_MS).unref();
};

const hear = (run: Run, line: string): void => {
  let event: Json;
  try {
    event = recordOf(cleanJson(JSON.parse(line), run.clean));
  } catch {
    run.printed = run.clean(`${run.printed}\n${line}`).slice(-PRINTED_LIMIT);
    return;
  }
  const kind = textOf(event.event);
  if (kind === 'result' || kind === 'failed') {
    run.last = event;
    run.child.stdin?.end();
    return;
  }
  try {
    run.ask.onEvent?.(event);
    if (typeof event.ask === 'number' && run.cancelled === null) write(run, { ack: event.ask });
  } catch (error) {
    run.thrown = error;
    cancel(run, 'dbsync stopped the run');
  }
};

const outcomeOf = (run: Run, exit: string): Outcome => {
  const { printed } = run;
  const thrown = run.thrown === undefined ? {} : { thrown: run.thrown };
  if (run.last && textOf(run.last.event) === 'result') return { ok: true, answer: run.last, printed };
  if (run.last) return { ok: false, failure: failureOf(run.last, printed), ...thrown };
  const kind = run.cancelled === null ? 'died' : 'interrupted';
  const message = run.cancelled ?? `Python ended without an answer (${exit})`;
  return { ok: false, failure: failureOf({ kind, message }, printed), ...thrown };
};

const listen = (run: Run, resolve: (outcome: Outcome) => void): void => {
  const { child, ask } = run;
  let timer: NodeJS.Timeout | undefined;
  const rest = (): void => {
    clearTimeout(timer);
    if (ask.silentMs > 0)
      timer = setTimeout(() => cancel(run, `nothing happened for ${ask.silentMs} ms`), ask.silentMs);
  };
  const onAbort = (): void => cancel(run, 'dbsync was asked to stop');
  const channel = child.stdio[3] as Readable;
  createInterface({ input: channel }).on('line', (line) => {
    rest();
    hear(run, line);
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    run.printed = `${run.printed}${text}`.slice(-2 * PRINTED_LIMIT);
  });
  child.stdin?.on('error', () => {});
  child.on('error', (error) => {
    run.last = { event: 'failed', kind: 'not-started', message: error.message };
  });
  child.on('exit', () => {
    // A grandchild that keeps the pipes open must not keep us waiting.
    setTimeout(() => {
      child.stderr?.destroy();
      channel.destroy();
    }, LINGER_MS).unref();
  });
  child.on('close', (code, signal) => {
    clearTimeout(timer);
    ask.signal?.removeEventListener('abort', onAbort);
    run.printed = run.clean(run.printed).slice(-PRINTED_LIMIT);
    resolve(outcomeOf(run, signal ?? `exit code ${code}`));
  });
  ask.signal?.addEventListener('abort', onAbort, { once: true });
  write(run, ask.request);
  rest();
  if (ask.signal?.aborted) onAbort();
};

const start = (settings: BridgeSettings, ask: Ask): Run => {
  const [program = 'python3', ...first] = ask.command;
  const mine = redactor(ask.secrets);
  return {
    // A group of its own: a Ctrl-C at the terminal reaches dbsync alone, which then stops the statement on the server.
    child: spawn(program, [...first, bridgeFile()], {
      cwd: ask.cwd,
      env: childEnvironment(settings.environment, ask.secrets),
      stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
      detached: true,
    }),
    clean: (text) => printable(settings.redact(mine(text))),
    ask,
    printed: '',
    last: null,
    cancelled: null,
    thrown: undefined,
  };
};

/** A way to ask Python, many times; each request is a process of its own. */
export const openBridge = (settings: BridgeSettings): Bridge => {
  const running = new Set<ChildProcess>();
  return {
    ask: (ask) =>
      new Promise((resolve) => {
        const run = start(settings, ask);
        running.add(run.child);
        listen(run, (outcome) => {
          running.delete(run.child);
          resolve(outcome);
        });
      }),
    close: () => {
      for (const child of running) killGroup(child);
    },
  };
};
