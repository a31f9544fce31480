// The plan: everything that will happen, what it was made against, and what it must reach. Pure; knows no connection.
import type { TableSize } from '../dialects/contract.ts';
import type { PlannedBatch, Step } from '../execute/model.ts';
import type { Pace } from '../pace/index.ts';
import type { Hazard } from '../risk/index.ts';
import type { Change, Diff, Hash } from '../schema/index.ts';
import type { LedgerReport } from '../sources/contract.ts';
import type { TargetRef, Timeouts } from '../target/index.ts';
import type { LockForecast } from './locks.ts';

export type { LockForecast, PlannedBatch, Step };

export type Strategy = 'migrate' | 'push';

export interface SourceRef {
  readonly source: string;
  /** `Prisma 7.10.1`. */
  readonly title: string;
  readonly version: string | null;
  /** The revision that the ledger claims; null before the first. */
  readonly applied: string | null;
  /** The revision that this plan leads to. */
  readonly wanted: string | null;
  readonly filesHash: Hash;
}

export type DriftClass = 'unmanaged' | 'changed' | 'collides';

export interface DriftItem {
  readonly class: DriftClass;
  readonly change: Change;
  /** One line of English. */
  readonly description: string;
  /** For a collision: the part of the plan that touches it. */
  readonly collidesWith?: string;
}

/** How the live schema differs from what the ledger claims. */
export interface DriftReport {
  /** `none`, `present`; `unknown` where the history does not replay. */
  readonly status: 'none' | 'present' | 'unknown';
  readonly items: readonly DriftItem[];
  /** Why it is unknown, or less certain than it looks. */
  readonly caveats: readonly string[];
}

export interface Atomicity {
  /** Whether a failure anywhere leaves the target as it was. */
  readonly atomic: boolean;
  readonly summary: string;
  readonly migrations: readonly {
    readonly migration: string;
    readonly atomic: boolean;
    readonly because: string;
  }[];
  /** What stays if the run fails at a statement, for each of them in order. */
  readonly failures: readonly StepFailureForecast[];
}

/** What a failure of one statement would leave behind. */
export interface StepFailureForecast {
  readonly step: string;
  /** How many statements of the plan, from the first on, stay committed; null where the file's own transaction or the tool decides. */
  readonly stays: number | null;
  /** Whether something of the failed statement itself can stay, such as an invalid index. */
  readonly itself: boolean;
}

export interface RollbackStep {
  readonly migration: string;
  /** SQL that undoes it; null: restore from backup. */
  readonly sql: readonly string[] | null;
  /** `schema and data`, `schema only: the data is gone`, `restore from backup`. */
  readonly brings: string;
}

/** What the plan says of one hazard's acceptance before anyone approves. */
export interface HazardDecision {
  readonly id: string;
  readonly code: string;
  readonly decision: 'open' | 'allowed' | 'accepted' | 'denied';
  /** Who or what decided: `policy`, `inline`, null while open. */
  readonly by: 'policy' | 'inline' | null;
  readonly reason: string | null;
}

/** How sure the prediction is. */
export interface Prediction {
  /** `replayed`: measured on a shadow that holds the history. `copied`: measured on a copy of the target. */
  readonly method: 'replayed' | 'copied';
  readonly replica: string;
  readonly caveats: readonly string[];
}

/** Body of `plan.json`, shown as `02-migration-plan.md`. Its hash is its name. */
export interface Plan {
  readonly target: TargetRef;
  readonly source: SourceRef;
  readonly strategy: Strategy;
  /** Why push was chosen; null for migrate. */
  readonly reason: string | null;
  /** Whether the database must be created first. */
  readonly createsDatabase: boolean;
  /** Fingerprint of the live schema that the plan was made against. */
  readonly from: Hash;
  /** Fingerprint that the target must have afterwards. */
  readonly predicted: Hash;
  readonly prediction: Prediction;
  /** What was replayed, as hashes over the migrations: those that the ledger claims, and with the planned ones. Null: a copy was measured. */
  readonly replayed: { readonly before: Hash; readonly after: Hash } | null;
  /** State of the ledger that the plan was made against. */
  readonly ledger: Hash;
  readonly ledgerReport: Pick<LedgerReport, 'exists' | 'applied' | 'pending' | 'problems'>;
  readonly drift: DriftReport;
  readonly change: Diff;
  readonly batches: readonly PlannedBatch[];
  /** Migrations that stay pending on purpose (`--to`, hold-back), with the reason. */
  readonly held: readonly { readonly migration: string; readonly reason: string }[];
  readonly hazards: readonly Hazard[];
  readonly decisions: readonly HazardDecision[];
  readonly tables: readonly TableSize[];
  /** The strongest lock on each table that is there before, and about how long it is held; worst first. */
  readonly locks: readonly LockForecast[];
  /** The rates that the times of the locks are worked out with, and what of them was measured. */
  readonly pace: Pace;
  readonly atomicity: Atomicity;
  readonly rollback: readonly RollbackStep[];
  /** Whether a destructive change demands backup evidence or an accepted risk. */
  readonly backupRequired: boolean;
  /** SQL that the declared schema needs and no migration has; '' where the migrations cover it, null where it cannot be told. */
  readonly uncovered: string | null;
  /** Why it cannot be told, where it was asked. */
  readonly uncoveredBecause?: string;
  /** What the word in `uncovered` was asked of, as a hash: a later plan takes it over exactly while all of that is the same. */
  readonly uncoveredOf?: Hash;
  /** How the official tool would have sent the same files. */
  readonly notes: readonly string[];
  readonly timeouts: Timeouts;
}

/** Whether the plan has nothing to do. */
export const isNoop = (plan: Pick<Plan, 'batches' | 'createsDatabase'>): boolean => plan.batches.length === 0;
