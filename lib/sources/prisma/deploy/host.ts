// The run's end of the line to the engine: hands over the order, hears each event, answers when it is written down. Knows no SQL.
import { rm } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import readline from 'node:readline';
import { messageOf } from '../../../errors/index.ts';
import type { RunAnswer, RunEvent, RunOrder } from '../bridge/channel.ts';
import { record } from '../files.ts';

export interface Host {
  /** What the engine needs to find it: a socket in the given folder, or a named pipe. */
  readonly place: string;
  close(): Promise<void>;
}

export interface HostInput {
  /** A folder that nobody else can look into. */
  readonly folder: string;
  readonly order: RunOrder;
  /** Throws where the engine must not go on; the message reaches it. */
  readonly hear: (event: RunEvent) => void;
}

const eventOf = (line: string): (RunEvent & { readonly id: number }) | null => {
  const value = record(JSON.parse(line));
  // The door: the other end is dbsync itself, of this very version.
  return typeof value?.event === 'string' ? (value as unknown as RunEvent & { readonly id: number }) : null;
};

const respond = (input: HostInput, line: string): RunAnswer | null => {
  const event = eventOf(line);
  if (!event) return null;
  const { id } = event;
  if (event.event === 'hello') return { id, refused: null, order: input.order };
  try {
    input.hear(event);
    return { id, refused: null };
  } catch (error) {
    return { id, refused: messageOf(error) };
  }
};

/** Listens until it is closed. */
export const openHost = async (input: HostInput): Promise<Host> => {
  const name = path.basename(input.folder);
  const place = path.sep === '\\' ? `\\\\.\\pipe\\${name}` : path.join(input.folder, 'run.sock');
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    // An engine that dies is seen by the end of the CLI.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    readline.createInterface({ input: socket }).on('line', (line) => {
      const answer = respond(input, line);
      if (answer) socket.write(`${JSON.stringify(answer)}\n`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(place, resolve);
  });
  return {
    place,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await rm(place, { force: true });
    },
  };
};
