// The main thread's half of the engine: one call at a time, each with a time limit, on the sessions that it is handed. It knows
// nothing of Prisma's files and opens no connection of its own.
import type { Worker } from 'node:worker_threads';
import type { Session } from '../../../dialects/contract.ts';
import { DbsyncError, messageOf } from '../../../errors/index.ts';
import type { SourceContext } from '../../contract.ts';
import type {
  EngineCalls,
  EngineMethod,
  EngineRequest,
  FromWorker,
  ToWorker,
  WorkerSettings,
  Writes,
} from './protocol.ts';
import { describeError, perform, type Served, type ServeSettings } from './serve.ts';
import { createShadows } from './shadow.ts';
import { startWorker } from './start.ts';

export interface EngineSettings extends ServeSettings, WorkerSettings {
  readonly context: ServeSettings['context'] & Pick<SourceContext, 'redact' | 'withEmptyShadow'>;
}

export interface EngineCall<M extends EngineMethod> {
  readonly session: Session;
  readonly method: M;
  readonly params: EngineCalls[M]['params'];
  readonly writes?: Writes;
  /** How long it may take, shadow replay included; 30 s where nothing is said. */
  readonly timeoutMs?: number;
}

export interface EngineOutcome<M extends EngineMethod> {
  readonly value: EngineCalls[M]['result'];
  /** The writes that were kept from the database (`writes: 'record'`). */
  readonly recorded: readonly string[];
}

export interface Engine {
  /** Throws SOURCE_TOOL_FAILED: the engine's own error, a panic, or the time limit; the next call gets a new worker. */
  call<M extends EngineMethod>(call: EngineCall<M>): Promise<EngineOutcome<M>>;
  /** Starts the worker before it is asked anything; an idle one keeps no process alive. */
  warm(): void;
  close(): Promise<void>;
}

const DEFAULT_TIMEOUT_MS = 30_000;

type Outcome = { readonly value: unknown; readonly recorded: readonly string[] };

/** What one call holds while it runs. */
interface Running extends Served {
  readonly id: number;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: DbsyncError) => void;
}

/** One engine: its worker, if one runs, and the call that it works on. */
interface State {
  readonly settings: EngineSettings;
  worker: Worker | null;
  running: Running | null;
  lastId: number;
}

/** The engine's message without its own traces; the whole of one that is nothing else. */
const firstLines = (message: string): string =>
  message.split(/\n\s+(?:\d+: |at )/)[0]?.trim() || message.trim();

/** P1012: the schema files are not valid; anything else is the tool's own failure. */
const failure = (
  state: State,
  parts: { summary: string; detail: string; code?: string | null },
): DbsyncError => {
  const invalid = parts.code === 'P1012';
  return new DbsyncError(invalid ? 'SOURCE_INVALID' : 'SOURCE_TOOL_FAILED', {
    summary: invalid ? 'Prisma rejects the schema of this project.' : parts.summary,
    why: state.settings.context.redact(firstLines(parts.detail)),
    next: invalid ? ['$ npx prisma validate'] : [],
    details: { prismaCode: parts.code ?? null },
  });
};

const discard = async (state: State): Promise<void> => {
  const old = state.worker;
  state.worker = null;
  // An idle worker keeps no process alive, and its end would then be waited for by nobody.
  old?.ref();
  await old?.terminate();
};

const post = (state: State, message: ToWorker): void => state.worker?.postMessage(message);

const answer = async (
  state: State,
  call: Running,
  ask: Extract<FromWorker, { kind: 'ask' }>,
): Promise<void> => {
  try {
    const value = await perform(ask.request, call, state.settings);
    if (state.running === call) post(state, { kind: 'answer', id: ask.id, value });
  } catch (error) {
    const refusal: ToWorker = { kind: 'refusal', id: ask.id, error: describeError(error, state.settings) };
    if (state.running === call) post(state, refusal);
  }
};

const onMessage = (state: State, message: FromWorker): void => {
  const call = state.running;
  if (!call) return;
  if (message.kind === 'ask') void answer(state, call, message);
  else if (message.id === call.id && message.kind === 'done') call.resolve(message);
  else if (message.id === call.id && message.kind === 'failed') {
    // Whatever failed may have left something behind in the worker; a new one costs a tenth of a second.
    void discard(state);
    const how = message.panic ? 'stopped with an internal error' : 'refused the request';
    const summary = `Prisma's schema engine ${how}.`;
    call.reject(failure(state, { summary, detail: message.message, code: message.code }));
  }
};

const ensureWorker = (state: State): Worker => {
  if (state.worker) return state.worker;
  const { line, flavour, datamodels } = state.settings;
  const started = startWorker({ line, flavour, datamodels });
  const died = (detail: string): void => {
    if (state.worker !== started) return;
    state.worker = null;
    state.running?.reject(failure(state, { summary: "Prisma's schema engine died.", detail }));
  };
  started.on('message', (message: FromWorker) => onMessage(state, message));
  started.on('error', (error) => died(messageOf(error)));
  started.on('exit', (code) => died(`The engine's thread ended with code ${code}.`));
  state.worker = started;
  return started;
};

/** Ends a call that took too long: its worker, and what runs on its session. */
const expire = (state: State, call: Running, limit: { method: string; ms: number }): void => {
  void discard(state);
  void call.session.cancel().catch(() => {});
  const summary = `Prisma's schema engine did not answer within ${limit.ms} ms.`;
  call.reject(failure(state, { summary, detail: `Call: ${limit.method}.` }));
};

const run = async <M extends EngineMethod>(state: State, call: EngineCall<M>): Promise<EngineOutcome<M>> => {
  const shadows = createShadows(state.settings.context.withEmptyShadow);
  const ms = call.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  let timer: NodeJS.Timeout | undefined;
  ensureWorker(state).ref();
  state.lastId += 1;
  const id = state.lastId;
  try {
    const outcome = await new Promise<Outcome>((resolve, reject) => {
      const running = { id, session: call.session, shadows, resolve, reject };
      state.running = running;
      timer = setTimeout(() => expire(state, running, { method: call.method, ms }), ms);
      // The door: `call` has bound method and parameters to each other, the union wants to see it by name.
      const request = { method: call.method, params: call.params } as EngineRequest;
      post(state, { kind: 'call', id, writes: call.writes ?? 'refuse', request });
    });
    return outcome as EngineOutcome<M>;
  } finally {
    clearTimeout(timer);
    state.running = null;
    state.worker?.unref();
    await shadows.closeAll();
  }
};

/** An engine without a worker yet: the first call starts one, and an idle one keeps no process alive. */
export const createEngine = (settings: EngineSettings): Engine => {
  const state: State = { settings, worker: null, running: null, lastId: 0 };
  let queue: Promise<unknown> = Promise.resolve();
  return {
    warm: () => ensureWorker(state).unref(),
    call: (call) => {
      const result = queue.then(() => run(state, call));
      queue = result.catch(() => {});
      return result;
    },
    close: async () => {
      await queue;
      await discard(state);
    },
  };
};
