// Steps and batches: what will be sent, and what became of each. Pure.
import type { TableEffect } from '../dialects/effects.ts';
import type { Value } from '../schema/index.ts';
import type { SentStatement } from '../sources/contract.ts';

/** One statement that will be sent. */
export interface Step {
  /** Unique within the plan: `<migration>#<n>`. */
  readonly id: string;
  readonly migration: string;
  readonly sql: string;
  readonly file: string;
  readonly line: number;
  readonly verb: string;
  readonly transactional: boolean;
  /** It commits parts as it goes, and a failure can leave remains. */
  readonly concurrent?: true;
  /** The strongest lock it takes, in the engine's words. */
  readonly lock?: string;
  /** What it does to the tables that are there before it, as far as that is known or was measured on a shadow database. */
  readonly effects?: readonly TableEffect[];
  readonly lockTimeoutMs: number;
  readonly statementTimeoutMs: number;
  /** Where the tool sends it: how many statements of the plan were committed for good on a shadow database when it came. */
  readonly committedBefore?: number;
  /** Where the tool sends it: a transaction was open behind it there. */
  readonly waits?: true;
  /** Why its text cannot be analysed. */
  readonly opaque?: string;
}

/** A statement that the tool sent, with what a failure of it leaves behind. */
export interface Captured extends SentStatement {
  /** How many of the captured statements before it were committed for good when it was sent. */
  readonly committedBefore: number;
  /** Whether a transaction was open behind it. */
  readonly waits: boolean;
}

/** Steps that the engine does or does not do as a whole. */
export interface PlannedBatch {
  readonly id: string;
  readonly migration: string;
  readonly transactional: boolean;
  readonly because: string;
  readonly settings: Readonly<Record<string, Value>>;
  /** Who sends it: dbsync, statement by statement, or the migration tool itself (`steps` were then captured on the shadow). */
  readonly by: 'dbsync' | 'tool';
  /** Whether the ledger's row is closed in this batch: the last of its migration. */
  readonly closesLedger: boolean;
  /** The migration was begun by an earlier run: its open ledger row goes on, with this note. */
  readonly resumes?: string;
  readonly steps: readonly Step[];
}

export type StepState = 'committed' | 'rolled-back' | 'failed' | 'unknown' | 'not-started';

/** One step after (or without) its execution. */
export interface StepRecord {
  readonly id: string;
  readonly migration: string;
  /** One line, shortened, of what was sent. */
  readonly summary: string;
  readonly state: StepState;
  readonly durationMs: number | null;
  readonly rows: number | null;
  /** What was sent instead, and why, where the engine refused the words but not the meaning. */
  readonly note: string | null;
  readonly error: string | null;
  /** What it did to the tables, where it was observed on a shadow database. */
  readonly effects?: readonly TableEffect[];
}

export type Outcome =
  /** Everything was done. */
  | 'applied'
  /** It failed, and the target is as it was. */
  | 'rolled-back'
  /** It failed, and the target is partly changed. */
  | 'partial'
  /** It was stopped (signal, lost connection) and the state of a step is unknown. */
  | 'interrupted';
