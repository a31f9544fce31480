// Asks Python: one question, what is heard until its answer, and the limits of waiting for it. Knows nothing of revisions.
import { openSecret, type Redact, redactor, type Secret } from '../../target/index.ts';
import { type Failure, failureOf, type Json, recordOf, textOf } from './answer.ts';
import { DRIVER_VARIABLES } from './providers.ts';
import { type Line, type Python, startPython } from './python.ts';

const PRINTED_LIMIT = 16_000;
/** After a cancellation Python has this long to roll back before it is killed. */
const KILL_AFTER_MS = 6000;

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
  /** Starts Python ahead of its first question. */
  warm(start: Pick<Ask, 'command' | 'cwd'>): void;
  /** Kills whatever still runs, and waits for its end. */
  close(): Promise<void>;
}

export interface BridgeSettings {
  /** Python modules worth importing before the first question. */
  readonly modules?: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly redact: Redact;
}

type Variables = Readonly<Record<string, string>>;

const known = (environment: BridgeSettings['environment'], keep: (value: string) => boolean): Variables =>
  Object.fromEntries(
    Object.entries(environment).filter(
      (pair): pair is [string, string] =>
        pair[1] !== undefined &&
        pair[0] !== 'NODE_OPTIONS' &&
        !DRIVER_VARIABLES.includes(pair[0]) &&
        keep(pair[1]),
    ),
  );

/** The first environment, which any user of the machine's /proc may see: without anything that looks like a secret. */
const firstEnvironment = ({ environment, redact }: BridgeSettings): Variables => ({
  PATH: '/usr/local/bin:/usr/bin:/bin',
  ...known(environment, (value) => redact(value) === value),
  PYTHONUNBUFFERED: '1',
  PYTHONUTF8: '1',
  PYTHONDONTWRITEBYTECODE: '1',
  // Sets of names come in one order: the target is told what the shadow database was told.
  PYTHONHASHSEED: '0',
});

/** What is told inside of the child only: secrets of other services, but nothing of this question's database. */
const laterEnvironment = ({ environment, redact }: BridgeSettings, secrets: readonly Secret[]): Variables => {
  const values = secrets.map(openSecret).filter((value) => value.length >= 3);
  const forms = values.flatMap((value) => [value, encodeURIComponent(value)]);
  return known(
    environment,
    (value) => redact(value) !== value && !forms.some((form) => value.includes(form)),
  );
};

/** Control characters other than line ends and tabs must not reach a terminal. */
const printable = (text: string): string => text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '?');

const cleanJson = (value: unknown, clean: (text: string) => string): unknown => {
  if (typeof value === 'string') return clean(value);
  if (Array.isArray(value)) return value.map((item) => cleanJson(item, clean));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cleanJson(item, clean)]));
};

/** One question that is not answered yet. */
interface Run {
  readonly clean: (text: string) => string;
  readonly ask: Ask;
  printed: string;
  last: Json | null;
  cancelled: string | null;
  thrown: unknown;
  line: Line | null;
}

const cancel = (run: Run, reason: string): void => {
  if (run.cancelled !== null || run.last !== null) return;
  run.cancelled = reason;
  run.line?.tell({ cancel: reason });
  setTimeout(() => run.line?.kill(), KILL_AFTER_MS).unref();
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
    run.line?.hangUp();
    return;
  }
  try {
    run.ask.onEvent?.(event);
    if (typeof event.ask === 'number' && run.cancelled === null) run.line?.tell({ ack: event.ask });
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

const listen = (run: Run, python: Python, request: Json): Promise<Outcome> =>
  new Promise((resolve) => {
    const { ask } = run;
    let timer: NodeJS.Timeout | undefined;
    const rest = (): void => {
      clearTimeout(timer);
      if (ask.silentMs > 0)
        timer = setTimeout(() => cancel(run, `nothing happened for ${ask.silentMs} ms`), ask.silentMs);
    };
    const onAbort = (): void => cancel(run, 'dbsync was asked to stop');
    run.line = python.ask(request, {
      onLine: (line) => {
        rest();
        hear(run, line);
      },
      onPrinted: (text) => {
        run.printed = `${run.printed}${text}`.slice(-2 * PRINTED_LIMIT);
      },
      onEnd: (how, failed) => {
        clearTimeout(timer);
        ask.signal?.removeEventListener('abort', onAbort);
        run.printed = run.clean(run.printed).slice(-PRINTED_LIMIT);
        if (failed) run.last = { event: 'failed', kind: 'not-started', message: how };
        resolve(outcomeOf(run, how));
      },
    });
    ask.signal?.addEventListener('abort', onAbort, { once: true });
    rest();
    if (ask.signal?.aborted) onAbort();
  });

/** A way to ask Python, many times. A command is started once; each question is a process of its own. */
export const openBridge = (settings: BridgeSettings): Bridge => {
  const started = new Map<string, Python>();
  const pythonOf = ({ command, cwd }: Pick<Ask, 'command' | 'cwd'>): Python => {
    const key = JSON.stringify([command, cwd]);
    const there = started.get(key);
    if (there && !there.over()) return there;
    const environment = firstEnvironment(settings);
    const python = startPython({ command, cwd, environment, modules: settings.modules ?? [] });
    started.set(key, python);
    return python;
  };
  return {
    warm: (start) => {
      pythonOf(start);
    },
    ask: (ask) => {
      const mine = redactor(ask.secrets);
      const run: Run = {
        clean: (text) => printable(settings.redact(mine(text))),
        ask,
        printed: '',
        last: null,
        cancelled: null,
        thrown: undefined,
        line: null,
      };
      const request = { ...ask.request, environment: laterEnvironment(settings, ask.secrets) };
      return listen(run, pythonOf(ask), request);
    },
    close: async () => {
      await Promise.all([...started.values()].map((python) => python.close()));
    },
  };
};
