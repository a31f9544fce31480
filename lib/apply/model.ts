// The execution: what was sent to the target, and how it ended. Pure.
import type { BackupEvidence, TableSize } from '../dialects/contract.ts';
import type { Outcome, StepRecord } from '../execute/model.ts';
import type { Hash } from '../schema/index.ts';

export interface Failure {
  readonly step: string | null;
  readonly migration: string | null;
  /** The engine's own words. */
  readonly message: string;
  readonly engineCode: string | null;
  /** The lines around, with a caret. */
  readonly excerpt: string | null;
}

/** Body of `execution.json`, shown as `03-execution-log.md`. */
export interface Execution {
  readonly plan: Hash;
  readonly approval: Hash;
  readonly steps: readonly StepRecord[];
  /** Migrations whose ledger row is closed by this run. */
  readonly migrations: readonly string[];
  readonly outcome: Outcome;
  readonly failure: Failure | null;
  /** What can be done now, in order; a line that starts with `$ ` is a command. */
  readonly recovery: readonly string[];
  readonly backup: BackupEvidence | null;
  /** Rows of every table before the first write. */
  readonly rowsBefore: readonly TableSize[];
  /** Rows of every table after the last one, with the lock still held; null where it did not come to that. */
  readonly rowsAfter: readonly TableSize[] | null;
  /** What was wrong before the first write, as `code subject`: not blamed on the change. */
  readonly healthBefore: readonly string[];
  readonly startedAt: string;
  readonly finishedAt: string;
  /** Whether the database was created by this run. */
  readonly createdDatabase: boolean;
}
