// Replays migrations on a shadow database with the one executor.
import type { Dialect, Session } from '../dialects/contract.ts';
import { batchesOf, type ExecuteResult, execute } from '../execute/index.ts';
import type { Migration, Project } from '../sources/contract.ts';
import type { Timeouts } from '../target/index.ts';

export interface ReplayInput {
  readonly dialect: Dialect;
  readonly session: Session;
  readonly project: Project;
  readonly migrations: readonly Migration[];
  readonly timeouts: Timeouts;
  readonly signal: AbortSignal;
  readonly now: () => Date;
  readonly progress?: (done: number, total: number, current: string) => void;
}

/** The result of the executor, as it would be on the target; nothing is written to a journal. */
export const replay = (input: ReplayInput): Promise<ExecuteResult> =>
  execute({
    dialect: input.dialect,
    session: input.session,
    project: input.project,
    batches: input.migrations.flatMap((migration) => batchesOf(input.dialect, migration, input.timeouts)),
    ledger: true,
    hooks: {
      record: () => {},
      progress: input.progress ?? (() => {}),
      now: input.now,
      signal: input.signal,
    },
  });
