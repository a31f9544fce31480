// A secret that cannot be printed by accident: every way of turning it into text yields ***.
import { inspect } from 'node:util';

/** Shared by every copy of this module in a process, so that a task runner that loads it twice does no harm. */
const VALUE = Symbol.for('dbsync.secret');

/** Holds a credential. `String`, `JSON.stringify`, `util.inspect` and templates all print `***`. */
export class Secret {
  constructor(value: string) {
    // Neither enumerable nor a plain value: spreading, cloning and printing do not reach it.
    Object.defineProperty(this, VALUE, { enumerable: false, value: () => value });
  }

  toString(): string {
    return '***';
  }

  toJSON(): string {
    return '***';
  }

  [inspect.custom](): string {
    return '***';
  }
}

/** The value of a secret. Call it only where a driver or a child's environment needs it. */
export const openSecret = (secret: Secret): string => {
  const read: unknown = Reflect.get(secret, VALUE);
  if (typeof read !== 'function') throw new TypeError('not a secret');
  return String(read());
};
