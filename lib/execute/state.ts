// What one execution holds while it runs: its input, its tally, its open ledger rows.
import type { Dialect, EngineError, HeldLock, Session } from '../dialects/contract.ts';
import type { Migration, Project } from '../sources/contract.ts';
import type { Captured, Outcome, PlannedBatch, Step, StepRecord } from './model.ts';
import type { MayReachOut } from './outside.ts';
import type { Tally } from './tally.ts';

/** What the executor tells while it works; records go to the journal before it goes on. */
export interface ExecuteHooks {
  /** Absent on a shadow database: then nothing waits for the journal. */
  readonly record?: (record: { readonly event: string; readonly [key: string]: unknown }) => void;
  readonly progress: (done: number, total: number, current: string) => void;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  /** The runner lock: what is known of it is looked at before each step, and the server is asked before whatever commits. Default: no lock. */
  readonly lock?: HeldLock;
}

export interface ExecuteInput {
  readonly dialect: Dialect;
  readonly session: Session;
  readonly project: Project;
  readonly batches: readonly PlannedBatch[];
  /** Whether the ledger is written; push has none. */
  readonly ledger: boolean;
  readonly hooks: ExecuteHooks;
  /** Whether the dialect watches what the statements do to the tables. Only ever set for a shadow database. */
  readonly observed?: boolean;
  /** What is accepted to act outside of a shadow database; without it nothing may. Not asked on a target, whose plan was approved. */
  readonly mayReachOut?: MayReachOut;
  /** Lets the migration tool's own process at the database, where the runner lock would keep it out. */
  readonly lend?: (work: () => Promise<void>) => Promise<void>;
}

export interface StepFailure {
  readonly step: Step | null;
  readonly migration: string;
  readonly engine: EngineError;
  readonly excerpt: string | null;
  /** What the migration tool's run ended with, where a tool ran it. */
  readonly cause?: unknown;
}

export interface ExecuteResult {
  readonly steps: readonly StepRecord[];
  /** Migrations whose ledger row was closed and committed. */
  readonly migrations: readonly string[];
  readonly outcome: Outcome;
  readonly failure: StepFailure | null;
  readonly stopped: boolean;
  /** What the tool sent by itself, in order. */
  readonly captured: readonly Captured[];
  /** What a failed statement left behind, with the statement that removes it. */
  readonly remains: readonly string[];
}

/** A failed step, on its way up to the place that decides about the batch. */
export interface Failed {
  readonly step: Step | null;
  readonly engine: EngineError;
  readonly duringCommit: boolean;
  readonly cause?: unknown;
}

export interface State extends ExecuteInput {
  readonly tally: Tally;
  readonly byId: ReadonlyMap<string, Migration>;
  /** Ledger rows of migrations in progress. */
  readonly rows: Map<string, string>;
  readonly closed: string[];
  /** Migrations of which something is committed. */
  readonly touched: Set<string>;
  readonly captured: Captured[];
  readonly remains: string[];
  readonly total: number;
  done: number;
  /** The limits that the session has, as text; set anew only when they change. */
  limits: string;
  ensured: boolean;
  lost: boolean;
}

/** Whether it runs on a shadow database: only there nothing is written to a journal. */
export const isShadow = ({ hooks }: Pick<ExecuteInput, 'hooks'>): boolean => hooks.record === undefined;
