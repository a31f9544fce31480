// Which of the pending migrations are planned. Pure.
import { DbsyncError } from '../errors/index.ts';
import type { Migration } from '../sources/contract.ts';

export interface Selection {
  readonly selected: readonly Migration[];
  readonly held: readonly { readonly migration: string; readonly reason: string }[];
}

/** Everything, or everything up to and including `to`. Throws MIGRATION_UNKNOWN. */
export const selectPending = (pending: readonly Migration[], to: string | undefined): Selection => {
  if (to === undefined) return { selected: pending, held: [] };
  const last = pending.findIndex((migration) => migration.id === to);
  if (last < 0) {
    throw new DbsyncError('MIGRATION_UNKNOWN', {
      summary: `"${to}" is not a pending migration.`,
      why: '--to names the last migration that is applied.',
      next:
        pending.length > 0
          ? [`Pending: ${pending.map((migration) => migration.id).join(', ')}`]
          : ['Nothing is pending.'],
    });
  }
  return {
    selected: pending.slice(0, last + 1),
    held: pending
      .slice(last + 1)
      .map((migration) => ({ migration: migration.id, reason: `comes after --to ${to}` })),
  };
};
