// Private servers that wait between two shadow databases of one run. Knows no engine; gives a server to one holder at a time.

export interface Stoppable {
  stop(): Promise<void>;
}

/** What is wanted, and how to come by it. */
export interface Wish<S> {
  /** Servers of one key are alike. */
  readonly key: string;
  readonly start: () => Promise<S>;
  /** Makes a used server like a new one and says whether it is; whatever is thrown counts as no. */
  readonly renew: (server: S) => Promise<boolean>;
}

export interface Pool<S> {
  /** A server that nobody else holds: one that waits and is as good as new, else a new one. */
  take(wish: Wish<S>): Promise<S>;
  /** Starts a server that a next holder takes, and returns at once. Where it does not start, the holder's own attempt says why. */
  warm(wish: Pick<Wish<S>, 'key' | 'start'>): void;
  /** Lets a server wait for the next holder. */
  give(key: string, server: S): Promise<void>;
  /** Stops the servers that wait, and those that start for nobody yet. Those that are held belong to another run of this process. */
  close(): Promise<void>;
}

/** More would only cost memory, where a long process never closes. */
const MOST_WAITING = 2;

/**
 * An empty pool. One server has one holder, since what statements do to the server itself (roles, settings) would reach the
 * other; a second holder at the same time gets a second server.
 */
export const createPool = <S extends Stoppable>(): Pool<S> => {
  const waiting: { readonly key: string; readonly server: S }[] = [];
  /** Null: it did not start. */
  const starting: { readonly key: string; readonly server: Promise<S | null> }[] = [];
  const begun = (key: string): Promise<S | null> | null => {
    const index = starting.findIndex((one) => one.key === key);
    return index < 0 ? null : (starting.splice(index, 1)[0]?.server ?? null);
  };
  const next = (key: string): S | null => {
    const index = waiting.findLastIndex((one) => one.key === key);
    return index < 0 ? null : (waiting.splice(index, 1)[0]?.server ?? null);
  };
  return {
    take: async ({ key, start, renew }) => {
      for (let server = next(key); server !== null; server = next(key)) {
        if (await renew(server).catch(() => false)) return server;
        await server.stop();
      }
      return (await begun(key)) ?? start();
    },
    warm: ({ key, start }) => {
      if ([...waiting, ...starting].some((one) => one.key === key)) return;
      starting.push({ key, server: start().catch(() => null) });
    },
    give: async (key, server) => {
      waiting.push({ key, server });
      if (waiting.length > MOST_WAITING) await waiting.shift()?.server.stop();
    },
    close: async () => {
      const idle = [...waiting.splice(0), ...starting.splice(0)];
      await Promise.all(idle.map(async ({ server }) => (await server)?.stop()));
    },
  };
};
