// Which of the pending migrations are planned. Pure.
import { DbsyncError } from '../errors/index.ts';
import type { Migration } from '../sources/contract.ts';

export interface Selection {
  readonly selected: readonly Migration[];
  readonly held: readonly { readonly migration: string; readonly reason: string }[];
}

/** Where a plan stops on purpose: this migration and all after it stay pending, so that the order is kept. */
export interface Hold {
  readonly from: string;
  readonly reason: string;
}

/** The selection without what is held. */
export const holdBack = (selection: Selection, hold: Hold | null): Selection => {
  const { selected, held } = selection;
  const at = hold === null ? -1 : selected.findIndex((migration) => migration.id === hold.from);
  if (hold === null || at < 0) return selection;
  const kept = selected.slice(at).map(({ id }) => ({
    migration: id,
    reason: id === hold.from ? hold.reason : `comes after ${hold.from}, which is held back`,
  }));
  return { selected: selected.slice(0, at), held: [...kept, ...held] };
};

/** `+2` is the second of the pending ones. */
const placeOf = (pending: readonly Migration[], to: string): number => {
  const count = /^\+([1-9]\d{0,3})$/.exec(to)?.[1];
  if (count === undefined) return pending.findIndex((migration) => migration.id === to);
  return Number(count) <= pending.length ? Number(count) - 1 : -1;
};

/** Everything, or everything up to and including `to` (a name, or `+1` for the next one). Throws MIGRATION_UNKNOWN. */
export const selectPending = (pending: readonly Migration[], to: string | undefined): Selection => {
  if (to === undefined) return { selected: pending, held: [] };
  const last = placeOf(pending, to);
  if (last < 0) {
    throw new DbsyncError('MIGRATION_UNKNOWN', {
      summary: `"${to}" is not a pending migration.`,
      why: '--to names the last migration that is applied, or how many: +1 is the next one.',
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
