// A secret that cannot be printed by accident: every way of turning it into text yields ***.
import { inspect } from 'node:util';

/** Holds a credential. `String`, `JSON.stringify`, `util.inspect` and templates all print `***`. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The only way to the value; see `openSecret`. */
  static open(secret: Secret): string {
    return secret.#value;
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
export const openSecret = (secret: Secret): string => Secret.open(secret);
