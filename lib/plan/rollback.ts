// The way back: SQL where each change of a migration can be undone, "restore from backup" where one cannot. Pure.
import type { Dialect } from '../dialects/contract.ts';
import type { Change } from '../schema/index.ts';
import type { RollbackStep } from './model.ts';

/** One migration's own change of the schema; null where it was not measured by itself. */
export interface MigrationChange {
  readonly migration: string;
  readonly changes: readonly Change[] | null;
  /** Whether it also changes rows, which no schema change brings back. */
  readonly changesRows: boolean;
}

const BACKUP = 'restore from backup';

const undoAll = (dialect: Dialect, changes: readonly Change[]): readonly string[] | null => {
  const statements: string[] = [];
  // What was made last goes first.
  for (const change of [...changes].reverse()) {
    const sql = dialect.undo?.(change) ?? null;
    if (sql === null) return null;
    statements.push(sql);
  }
  return statements;
};

/** The rollback of each migration, last first: the order in which it would be done. */
export const rollbackOf = (
  dialect: Dialect,
  migrations: readonly MigrationChange[],
): readonly RollbackStep[] =>
  [...migrations].reverse().map(({ migration, changes, changesRows }) => {
    const sql = changes === null || changesRows ? null : undoAll(dialect, changes);
    return {
      migration,
      sql,
      brings: sql === null ? BACKUP : 'schema; rows written since then to what it made are lost',
    };
  });
