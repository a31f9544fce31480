// What a dialect looks at before anything is planned, and what it says of it. Part of the dialects' contract.
import type { ErrorCode } from '../errors/index.ts';
import type { Value } from '../schema/index.ts';
import type { Timeouts } from '../target/index.ts';
import type { ToolLock } from './locking.ts';
import type { Address, Identity, Session } from './session.ts';

/** A verdict of one preflight check. */
export interface Verdict {
  readonly status: 'ok' | 'warning' | 'failed' | 'skipped';
  /** One line: what was found. */
  readonly message: string;
  /** What to do, in order; a line that starts with `$ ` is a command. */
  readonly remedy?: readonly string[];
  readonly code?: ErrorCode;
  readonly facts?: Readonly<Record<string, Value>>;
}

/** What a dialect's checks may look at. The session is read-only; null where the database does not exist yet. */
export interface CheckContext {
  readonly address: Address;
  readonly session: Session | null;
  readonly identity: Identity | null;
  readonly timeouts: Timeouts;
  /** Whether the configuration allows the database to be created. */
  readonly create: boolean;
  /** Absolute folder of the project. */
  readonly root: string;
  /** Tables that the pending migrations name, as far as their text tells; all of them where it does not. */
  readonly touched: readonly { readonly namespace: string | null; readonly name: string }[];
  /** Facts that the source states of its own lock, if it has one; see `ToolLock` in the sources' contract. */
  readonly toolLock: ToolLock | null;
}

export interface Check {
  readonly id: string;
  readonly title: string;
  readonly run: (context: CheckContext) => Promise<Verdict>;
}
