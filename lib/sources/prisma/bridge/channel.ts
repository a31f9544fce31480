// The line between a run of dbsync and the engine that Prisma's CLI started for it: each event is answered before the engine goes
// on. What the run hands over (the database's URL among it) comes this way and no other. The engine's end.
import net from 'node:net';
import readline from 'node:readline';
import { Secret, type Timeouts } from '../../../target/index.ts';
import { record } from '../files.ts';

/** The variable with the socket's place; set by a run of dbsync for the CLI's children. */
export const CHANNEL_VARIABLE = 'DBSYNC_ENGINE_CHANNEL';

/** What the engine tells the run. Plain JSON. */
export type RunEvent =
  | { readonly event: 'hello' }
  | { readonly event: 'migration'; readonly name: string; readonly phase: 'started' | 'finished' }
  | {
      readonly event: 'statement';
      readonly text: string;
      /** Null: outside of every migration. */
      readonly migration: string | null;
      readonly ledger: boolean;
    }
  | {
      readonly event: 'outcome';
      readonly durationMs: number;
      readonly rows: number | null;
      readonly note: string | null;
      readonly error: {
        readonly message: string;
        readonly code: string | null;
        readonly position: number | null;
      } | null;
    }
  | { readonly event: 'transaction'; readonly what: 'begin' | 'committing' | 'commit' | 'rollback' };

/** The run's answer. */
export interface RunAnswer {
  readonly id: number;
  /** Why the engine must not go on; null: it may. */
  readonly refused: string | null;
  readonly order?: RunOrder;
}

/** What the engine of a run is to do, and where. */
export interface RunOrder {
  readonly url: string;
  /** Folder that a relative file in the URL begins at. */
  readonly root: string;
  readonly timeouts: Timeouts;
  /** The migrations of the plan: no other is applied. */
  readonly migrations: readonly string[];
}

/** The engine's end of the line. */
export interface RunChannel {
  readonly url: Secret;
  readonly root: string;
  readonly timeouts: Timeouts;
  readonly migrations: ReadonlySet<string>;
  /** Tells the run, and waits until it has written that down. Throws where the run refuses, or is gone. */
  tell(event: RunEvent): Promise<void>;
  /** Called once, when the run is gone. */
  onLost(work: () => void): void;
  close(): void;
}

const GONE = 'the run of dbsync that this engine works for is gone';

const answerOf = (line: string): RunAnswer | null => {
  const value = record(JSON.parse(line));
  // The door: the other end is dbsync itself, of this very version.
  return typeof value?.id === 'number' ? (value as unknown as RunAnswer) : null;
};

/** Connects to the run behind the socket. Throws where nobody listens. */
export const openChannel = async (place: string): Promise<RunChannel> => {
  const socket = net.connect(place);
  const waiting = new Map<number, (answer: RunAnswer) => void>();
  let lost: (() => void) | null = null;
  let last = 0;
  let open = true;
  const fail = (): void => {
    if (!open) return;
    open = false;
    for (const [id, settle] of waiting) settle({ id, refused: GONE });
    waiting.clear();
    lost?.();
  };
  socket.on('error', fail);
  socket.on('close', fail);
  readline.createInterface({ input: socket }).on('line', (line) => {
    const answer = answerOf(line);
    if (answer) waiting.get(answer.id)?.(answer);
    if (answer) waiting.delete(answer.id);
  });
  const ask = (event: RunEvent): Promise<RunAnswer> =>
    new Promise((resolve) => {
      last += 1;
      if (!open) resolve({ id: last, refused: GONE });
      waiting.set(last, resolve);
      socket.write(`${JSON.stringify({ id: last, ...event })}\n`);
    });
  const { order, refused } = await ask({ event: 'hello' });
  if (!order) throw new Error(refused ?? GONE);
  return {
    url: new Secret(order.url),
    root: order.root,
    timeouts: order.timeouts,
    migrations: new Set(order.migrations),
    tell: async (event) => {
      const answer = await ask(event);
      if (answer.refused !== null) throw new Error(answer.refused);
    },
    onLost: (work) => {
      lost = work;
      if (!open) work();
    },
    close: () => {
      open = false;
      socket.destroy();
    },
  };
};
