// Turns "run this with a shadow database" into "open" and "close", which is how the engine asks for one.
import type { Session } from '../../../dialects/contract.ts';
import type { SourceContext } from '../../contract.ts';

/** The shadow databases of one call. */
export interface Shadows {
  /** Makes one; its number is never used twice in a process. Rejects where none can be made. */
  open(): Promise<number>;
  session(id: number): Session | undefined;
  /** Lets it go; resolves when it is dropped. Safe to call twice. */
  close(id: number): Promise<void>;
  /** Ends them all, and any that is still being made. */
  closeAll(): Promise<void>;
}

interface Held {
  readonly session: Session;
  readonly close: () => Promise<void>;
}

let lastShadow = 0;

/** Holds an empty shadow database open until `close`. */
const hold = (withEmptyShadow: SourceContext['withEmptyShadow']): Promise<Held> =>
  new Promise((resolve, reject) => {
    const held = withEmptyShadow(
      (session) =>
        new Promise<void>((release) => {
          resolve({
            session,
            close: async () => {
              release();
              await held.catch(() => {});
            },
          });
        }),
    );
    held.catch(reject);
  });

export const createShadows = (withEmptyShadow: SourceContext['withEmptyShadow']): Shadows => {
  const open = new Map<number, Held>();
  let ended = false;
  return {
    open: async () => {
      const held = await hold(withEmptyShadow);
      // The call may have run out of time while the shadow was made.
      if (ended) {
        await held.close();
        throw new Error('The call has ended.');
      }
      lastShadow += 1;
      open.set(lastShadow, held);
      return lastShadow;
    },
    session: (id) => open.get(id)?.session,
    close: async (id) => {
      await open.get(id)?.close();
    },
    closeAll: async () => {
      ended = true;
      for (const held of open.values()) await held.close();
    },
  };
};
