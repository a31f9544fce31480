// Errors for the reader: what happened, why, the next command. Knows nothing of databases.
import { CODES, type ErrorCode, EXIT, type ExitCode } from './codes.ts';

export { CODES, type ErrorCode, EXIT, type ExitCode };

export interface ErrorParts {
  /** One sentence of fact. Never a URL, never a secret. */
  readonly summary: string;
  /** Why it is so, or what would go wrong otherwise. */
  readonly why?: string;
  /** What to do next, in order; a line that starts with `$ ` is a command. */
  readonly next?: readonly string[];
  /** Machine-readable facts for `--json`. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** Shared by every copy of this module in a process: a task runner may load it twice. */
const BRAND = Symbol.for('dbsync.error');

/** An expected refusal or failure. Everything else that is thrown is a bug. */
export class DbsyncError extends Error {
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && BRAND in value;
  }

  readonly code: ErrorCode;
  readonly why: string | undefined;
  readonly next: readonly string[];
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, parts: ErrorParts) {
    super(parts.summary, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.name = 'DbsyncError';
    Object.defineProperty(this, BRAND, { value: true });
    this.code = code;
    this.why = parts.why;
    this.next = parts.next ?? [];
    this.details = parts.details ?? {};
  }

  /** The process exit code that this error ends a run with. */
  get exitCode(): ExitCode {
    return CODES[this.code];
  }

  /** Where reference/errors.md explains the code. */
  get docs(): string {
    return `reference/errors.md#${this.code.toLowerCase()}`;
  }
}

/** The message of anything thrown, without its stack. */
export const messageOf = (error: unknown): string => {
  if (error instanceof Error) return error.message;
  try {
    return String(error);
  } catch {
    // Anything can be thrown, also what has no text.
    return Object.prototype.toString.call(error);
  }
};
