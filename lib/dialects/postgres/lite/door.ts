// The way into an engine: a port on loopback that asks for a password and then speaks PostgreSQL's protocol, so that every client
// of a server is one of PGlite. Holds no database itself.
import { timingSafeEqual } from 'node:crypto';
import net from 'node:net';
import { literal, quote } from '../quote.ts';
import type { Engine } from './engine.ts';
import { createTurns, type Guest, type Turns } from './turns.ts';
import {
  ASK_PASSWORD,
  cutMessages,
  fatal,
  type Message,
  type Opening,
  readAnswer,
  readOpening,
  refusal,
  startMessage,
  textOf,
} from './wire.ts';

/** PGlite's only database; its own server would take every other name for it. */
export const DATABASE = 'postgres';

export interface Door {
  readonly port: number;
  /** Lets a role in by this password from now on. */
  admit(user: string, password: string): void;
  close(): Promise<void>;
}

const CODE = { start: 196_608, tls: 80_877_103, gss: 80_877_104 };

/** Parameters of a start that are no settings (src/backend/tcop/backend_startup.c). */
const NO_SETTINGS: ReadonlySet<string> = new Set(['user', 'database', 'replication', 'options']);

/** Nothing in PGlite can end a statement that runs; who asks for that gets the whole engine ended. */
const ENDS_OTHERS = /\bpg_(cancel|terminate)_backend\b/;

/** `-c name=value` and `--name=value`, as libpq's `options` has them. */
const optionsOf = (text: string): readonly (readonly [string, string])[] =>
  [...text.matchAll(/(?:-c\s*|--)([\w.]+)=((?:\\.|[^\s\\])*)/g)].map(([, name = '', value = '']) => [
    name.replaceAll('-', '_'),
    value.replaceAll(/\\(.)/g, '$1'),
  ]);

const guestOf = ({ params }: Opening, user: string): Guest => {
  const wishes = [...params].filter(([name]) => !NO_SETTINGS.has(name));
  const all = [['search_path', '"$user", public'], ...wishes, ...optionsOf(params.get('options') ?? '')];
  const set = all.map(
    ([name = '', value = '']) => `SELECT pg_catalog.set_config(${literal(name)}, ${literal(value)}, false)`,
  );
  return { settings: [`SET SESSION AUTHORIZATION ${quote(user)}`, ...set] };
};

const isSame = (a: string, b: string): boolean => {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
};

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

interface House {
  readonly engine: Engine;
  readonly turns: Turns;
  readonly passwords: ReadonlyMap<string, string>;
  /** What a server says of itself when a client has come in. */
  readonly greeting: Buffer;
}

/** One connection, from its first byte to its last. */
const receive = (house: House, socket: net.Socket): void => {
  const { engine, turns, passwords, greeting } = house;
  let bytes = Buffer.alloc(0);
  let opening: Opening | null = null;
  let guest: Guest | null = null;
  let line: Promise<void> = Promise.resolve();

  const end = (code: string, message: string): void => {
    socket.end(fatal(code, message));
  };

  const open = (): void => {
    for (let read = readOpening(bytes); read; read = readOpening(bytes)) {
      bytes = Buffer.from(read.rest);
      if (read.code === CODE.tls || read.code === CODE.gss) {
        socket.write('N');
        continue;
      }
      if (read.code !== CODE.start) return void socket.destroy();
      opening = read;
      socket.write(ASK_PASSWORD);
      return;
    }
  };

  const enter = (message: Message, asked: Opening): void => {
    const user = asked.params.get('user') ?? '';
    const database = asked.params.get('database') ?? user;
    const password = passwords.get(user);
    if (message.type !== 'p' || password === undefined || !isSame(password, textOf(message))) {
      end('28P01', `password authentication failed for user "${user}"`);
    } else if (database !== DATABASE) {
      end('3D000', `database "${database}" does not exist`);
    } else {
      guest = guestOf(asked, user);
      socket.write(greeting);
    }
  };

  const pass = async (message: Message, by: Guest): Promise<void> => {
    if (message.type === 'X') {
      socket.end();
      return;
    }
    try {
      const answer = await turns.send(by, message);
      if (!socket.destroyed) socket.write(answer);
    } catch (error) {
      // 57P03 says that the server cannot take the connection now: nothing of the message was done.
      end('57P03', wordsOf(error));
    }
  };

  const take = (message: Message): void => {
    if (!guest) {
      if (opening) enter(message, opening);
      return;
    }
    const by = guest;
    if (engine.isBusy() && ENDS_OTHERS.test(textOf(message))) {
      socket.end(refusal('57014', 'PGlite was ended with the statement that ran in it'));
      void engine.stop('PGlite was ended: the statement that ran in it was cancelled');
      return;
    }
    line = line.then(() => pass(message, by));
  };

  socket.on('data', (data: Buffer) => {
    bytes = Buffer.concat([bytes, data]);
    try {
      if (!opening) open();
      if (!opening) return;
      const { messages, rest } = cutMessages(bytes);
      bytes = Buffer.from(rest);
      for (const message of messages) take(message);
    } catch {
      socket.destroy();
    }
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    const by = guest;
    if (by) line = line.then(() => turns.leave(by)).catch(() => undefined);
  });
};

/** The engine's own words at a start, without its authentication's being taken for ours: both say that the client is in. */
const greet = async (engine: Engine): Promise<Buffer> => {
  const greeting = await engine.ask(startMessage('postgres', DATABASE));
  if (readAnswer(greeting).status !== 'I') throw new Error('PGlite did not answer as a server does');
  return greeting;
};

/** Opens a door to an engine, on a free port. It does not keep this process from ending. */
export const openDoor = async (engine: Engine): Promise<Door> => {
  const passwords = new Map<string, string>();
  const turns = createTurns(engine);
  const house: House = { engine, turns, passwords, greeting: await greet(engine) };
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.unref();
    socket.setNoDelay(true);
    socket.on('close', () => sockets.delete(socket));
    receive(house, socket);
  });
  engine.onEnd((why) => {
    for (const socket of sockets) socket.end(fatal('57P01', why));
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
  server.unref();
  return {
    port,
    admit: (user, password) => void passwords.set(user, password),
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
};
