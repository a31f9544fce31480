// Replays migrations on a shadow database with the one executor.
import type { Dialect, Session } from '../dialects/contract.ts';
import {
  batchesOf,
  type ExecuteResult,
  execute,
  type MayReachOut,
  type PlannedBatch,
} from '../execute/index.ts';
import type { Migration, Project } from '../sources/contract.ts';
import type { Timeouts } from '../target/index.ts';

export interface ReplayInput {
  readonly dialect: Dialect;
  readonly session: Session;
  readonly project: Project;
  readonly migrations: readonly Migration[];
  /** One of the migrations of which only these batches are sent. */
  readonly part?: { readonly migration: Migration; readonly batches: readonly PlannedBatch[] } | null;
  readonly timeouts: Timeouts;
  readonly signal: AbortSignal;
  readonly now: () => Date;
  /** Whether what the statements do to the tables is watched. */
  readonly observed?: boolean;
  /** What is accepted to act outside of the shadow database; without it nothing may. */
  readonly mayReachOut?: MayReachOut;
  readonly progress?: (done: number, total: number, current: string) => void;
}

/** The result of the executor, as it would be on the target; nothing is written to a journal. */
export const replay = (input: ReplayInput): Promise<ExecuteResult> =>
  execute({
    dialect: input.dialect,
    session: input.session,
    project: input.project,
    batches: input.migrations.flatMap((migration) =>
      migration.id === input.part?.migration.id
        ? input.part.batches
        : batchesOf(input.dialect, migration, input.timeouts),
    ),
    ledger: true,
    observed: input.observed ?? false,
    ...(input.mayReachOut && { mayReachOut: input.mayReachOut }),
    hooks: {
      progress: input.progress ?? (() => {}),
      now: input.now,
      signal: input.signal,
    },
  });
