// What a migration tool tells while it runs migrations by itself, and how it is started. Types only.
import type { Address } from '../dialects/contract.ts';
import type { Migration } from './contract.ts';

/** A statement that the tool itself sent, captured while it ran a migration. */
export interface SentStatement {
  readonly migration: string;
  readonly text: string;
  /** It writes the tool's own ledger. */
  readonly ledger?: boolean;
}

/** How a sent statement ended. */
export interface SentOutcome {
  readonly durationMs: number | null;
  /** Rows changed or read, where the driver says so. */
  readonly rows: number | null;
  /** Words that were replaced in it, and why. */
  readonly note?: string | null;
  /** Whether a transaction is open behind it, as the driver last heard; null or absent where it does not say. */
  readonly inTransaction?: boolean | null;
  /** The engine's message and code, where it failed; with the place in the statement's text, where that is known. */
  readonly error: {
    readonly message: string;
    readonly code: string | null;
    readonly position?: number | null;
  } | null;
}

/** What the caller of a tool's run hears, in order. */
export interface RunHooks {
  /** Called before the statement is sent; it is sent only after this returned, and not at all where it throws; but see `ahead`. */
  readonly onStatement: (statement: SentStatement) => void;
  /** Called after each statement of `onStatement`. */
  readonly onOutcome?: (statement: SentStatement, outcome: SentOutcome) => void;
  /** The tool began, committed or rolled back a transaction; null outside of a migration. */
  readonly onTransaction?: (what: 'begin' | 'commit' | 'rollback', migration: string | null) => void;
  readonly onMigration?: (migration: string, phase: 'started' | 'finished') => void;
  readonly signal: AbortSignal;
  /** Nothing is written down before a statement is sent (a shadow database), so that the tool may run ahead of what is heard. */
  readonly ahead?: boolean;
}

/** Runs migrations by the tool itself (all that have no SQL text, or that it is told to), on the database of `address` and no other. */
export interface ToolRunner {
  /** Whether the engine undoes the tool's statements when their transaction is rolled back. */
  readonly rollsBack: boolean;
  /** Its ledger keeps a row of a migration that failed, which blocks the next run until it is mended. Default: false. */
  readonly recordsFailures?: boolean;
  run(migrations: readonly Migration[], address: Address, hooks: RunHooks): Promise<void>;
  /**
   * Undoes the newest migrations by the way back that they bring themselves; for shadow databases only. False: one of them has
   * none, and nothing was run. Absent: the tool has no such thing. Throws the error of what failed.
   */
  undo?(migrations: readonly Migration[], address: Address, hooks: RunHooks): Promise<boolean>;
}
