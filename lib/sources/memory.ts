// What a source keeps of one run for the next, and what it says of a declared schema. Types only.
import type { Hash } from '../schema/index.ts';

/**
 * What the project's own code said, and everything that it read to say it: where none of that has changed, it would say the same.
 * Plain JSON; what it holds is known to its source alone.
 */
export interface Memory {
  /** Of the content. */
  readonly hash: Hash;
  readonly content: unknown;
}

/** Why there is no memory: a later run could not know whether it is still true. */
export interface Forgotten {
  readonly because: string;
}

/** What `uncovered` answered, or why it did not. */
export interface Coverage {
  readonly uncovered: string | null;
  readonly because: string | null;
}
