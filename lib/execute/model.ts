// Steps and batches: what will be sent, and what became of each. Pure.
import type { Value } from '../schema/index.ts';

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
  /** The strongest lock it takes, in the engine's words. */
  readonly lock?: string;
  /** What happens to the lock's table: `rewrite`, `scan`, as measured on the shadow. */
  readonly effect?: string;
  readonly lockTimeoutMs: number;
  readonly statementTimeoutMs: number;
  /** Why its text cannot be analysed. */
  readonly opaque?: string;
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
