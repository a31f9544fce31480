// A way to a server that breaks at one message of the client: before the server has it, or when it has done it and answers.
// On loopback, ended by its caller.
import net from 'node:net';

export type Cut = 'before it arrives' | 'after it is done';

export interface CuttingProxy {
  readonly port: number;
  /** From now on the first message that holds the text breaks its connection; others go on. */
  readonly arm: () => void;
  /** Whether it broke one. */
  readonly broke: () => boolean;
  readonly stop: () => Promise<void>;
}

/** Forwards a free port of the loopback to another one. */
export const startCuttingProxy = async (target: number, text: string, cut: Cut): Promise<CuttingProxy> => {
  let armed = false;
  let broke = false;
  const open = new Set<net.Socket>();
  const server = net.createServer((client) => {
    const upstream = net.connect(target, '127.0.0.1');
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => open.delete(socket));
    }
    let breaks = false;
    client.on('data', (data) => {
      if (armed && !broke && data.includes(text)) {
        broke = true;
        breaks = true;
        if (cut === 'before it arrives') {
          client.destroy();
          upstream.destroy();
          return;
        }
      }
      if (!upstream.destroyed) upstream.write(data);
    });
    upstream.on('data', (data) => {
      if (breaks) client.destroy();
      else client.write(data);
    });
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const place = server.address();
  return {
    port: place !== null && typeof place === 'object' ? place.port : 0,
    arm: () => {
      armed = true;
    },
    broke: () => broke,
    stop: () => {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
};
