// The one session of an engine, lent to several clients in turn. A client that comes back finds its settings as it left them; what
// cannot be put away (temporary tables, prepared statements, advisory locks) is refused to be taken from the one that holds it.
import { literal, quote } from '../quote.ts';
import type { Engine } from './engine.ts';
import { type Message, queryMessage, type Reading, readAnswer, SYNC } from './wire.ts';

/** A client, and the session as it left it. */
export interface Guest {
  /** Statements that make the session anew the client's own. */
  settings: readonly string[];
}

export interface Turns {
  /** Sends a client's message when it is its turn, and gives the answer. Rejects with why not. */
  send(guest: Guest, message: Message): Promise<Buffer>;
  /** The client is gone: what it left open is rolled back. */
  leave(guest: Guest): Promise<void>;
}

/** What another client must not lose, and what it gets back: as one JSON text. */
const STATE = `SELECT pg_catalog.json_build_object(
  'held', (SELECT pg_catalog.count(*) FROM pg_catalog.pg_prepared_statements)
    + (SELECT pg_catalog.count(*) FROM pg_catalog.pg_locks l WHERE l.locktype = 'advisory')
    + (SELECT pg_catalog.count(*) FROM pg_catalog.pg_class c WHERE c.relnamespace = pg_catalog.pg_my_temp_schema())
    + (SELECT pg_catalog.count(*) FROM pg_catalog.pg_listening_channels()),
  'user', session_user, 'role', pg_catalog.current_setting('role'),
  'settings', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(s.name, s.setting)), '[]'::json)
    FROM pg_catalog.pg_settings s WHERE s.source = 'session'))::text`;

interface State {
  readonly held: number;
  readonly user: string;
  readonly role: string;
  readonly settings: readonly (readonly [string, string])[];
}

/** Messages whose answer is complete: a query, the end of the extended protocol's, the two ends of a COPY. */
const LAST: ReadonlySet<string> = new Set(['Q', 'S', 'c', 'f']);

/** How long a client may wait for the other's transaction to end, in milliseconds. */
const WAIT_MS = 5000;

const settingsOf = ({ user, role, settings }: State): readonly string[] => [
  `SET SESSION AUTHORIZATION ${quote(user)}`,
  ...(role === 'none' ? [] : [`SET ROLE ${quote(role)}`]),
  ...settings.map(
    ([name, value]) => `SELECT pg_catalog.set_config(${literal(name)}, ${literal(value)}, false)`,
  ),
];

const read = async (engine: Engine, sql: string): Promise<Reading> => {
  const reading = readAnswer(await engine.ask(queryMessage(sql)));
  if (reading.error !== null) throw new Error(reading.error);
  return reading;
};

/** What waits until something else has happened. */
const createBell = (): { ring(): void; wait(ms: number): Promise<boolean> } => {
  let hearers: ((rung: boolean) => void)[] = [];
  return {
    ring: () => {
      const all = hearers;
      hearers = [];
      for (const hear of all) hear(true);
    },
    wait: (ms) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => resolve(false), ms);
        hearers.push((rung) => {
          clearTimeout(timer);
          resolve(rung);
        });
      }),
  };
};

/** Begins with nobody in the session. */
export const createTurns = (engine: Engine): Turns => {
  const bell = createBell();
  let holder: Guest | null = null;
  let resting = true;
  let last: Promise<unknown> = Promise.resolve();
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const run = last.then(work, work);
    last = run.catch(() => undefined);
    return run;
  };

  const putAway = async (guest: Guest): Promise<void> => {
    const state: State = JSON.parse((await read(engine, STATE)).value ?? '{}');
    if (state.held > 0)
      throw new Error(
        'PGlite has one session, and another connection keeps temporary tables, prepared statements, channels or advisory locks in it',
      );
    guest.settings = settingsOf(state);
    await read(engine, 'DISCARD ALL');
  };

  const change = async (guest: Guest): Promise<void> => {
    if (holder) await putAway(holder);
    holder = null;
    for (const sql of guest.settings) await read(engine, sql);
    holder = guest;
  };

  /** The answer, or null while another's transaction goes on. */
  const attempt = async (guest: Guest, { type, bytes }: Message): Promise<Buffer | null> => {
    if (holder !== guest) {
      if (!resting) return null;
      await change(guest);
    }
    const answer = await engine.ask(bytes);
    const { status, copying } = readAnswer(answer);
    resting = status === 'I' && !copying && LAST.has(type);
    if (resting) bell.ring();
    return answer;
  };

  return {
    send: async (guest, message) => {
      for (;;) {
        const answer = await alone(() => attempt(guest, message));
        if (answer) return answer;
        if (!(await bell.wait(WAIT_MS)))
          throw new Error(
            `PGlite has one session, and another connection kept a transaction open in it for ${WAIT_MS} ms`,
          );
      }
    },
    leave: (guest) =>
      alone(async () => {
        if (holder !== guest) return;
        if (!resting) {
          await engine.ask(SYNC);
          await engine.ask(queryMessage('ROLLBACK'));
        }
        await read(engine, 'DISCARD ALL');
        holder = null;
        resting = true;
        bell.ring();
      }),
  };
};
