// A way to a server that can fall silent: a connection that the server ends then stays open on this side, as behind a firewall that
// forgot it. On loopback, ended by its caller.
import net from 'node:net';

export interface SilentProxy {
  readonly port: number;
  /** From now on the client does not learn that the server ended a connection, and gets no answer on it. */
  readonly fallSilent: () => void;
  readonly stop: () => Promise<void>;
}

/** Forwards a free port of the loopback to another one. */
export const startSilentProxy = async (target: number): Promise<SilentProxy> => {
  let silent = false;
  const open = new Set<net.Socket>();
  const server = net.createServer((client) => {
    const upstream = net.connect(target, '127.0.0.1');
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => open.delete(socket));
    }
    client.on('data', (data) => {
      if (!upstream.destroyed) upstream.write(data);
    });
    let mute = false;
    upstream.on('data', (data) => {
      // What a server says of the end of an idle connection would not come through either.
      mute ||= silent && /terminat|killed/i.test(data.toString('latin1'));
      if (!mute) client.write(data);
    });
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => {
      if (!silent) client.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const place = server.address();
  return {
    port: place !== null && typeof place === 'object' ? place.port : 0,
    fallSilent: () => {
      silent = true;
    },
    stop: () => {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
};
