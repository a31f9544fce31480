// Judgements on which migrations both sides know, and in which order: renamed, deleted, ahead, diverged, out of order. Pure.
import type { LedgerProblem } from '../contract.ts';
import type { Judgement } from './judge-facts.ts';
import { commands, listed, shown } from './words.ts';

const renamedFiles: Judgement = ({ renamed }) =>
  [...renamed].map(([before, after]) => ({
    code: 'x-duplicate-version',
    weight: 'blocking',
    migration: after,
    message: `The migration ${shown(after)} has the text of ${shown(before)}, which is applied and has no file any more: it looks renamed, and would run a second time.`,
    remedy: [`Give the folder its old name back: ${shown(before)}.`],
  }));

const deletedProblem = (name: string): LedgerProblem => ({
  code: 'x-deleted-migration',
  weight: 'blocking',
  migration: name,
  message: `The migration ${shown(name)} is applied to the database, but its file is gone.`,
  remedy: ['Restore the folder from version control; an applied migration is part of the history.'],
});

const aheadProblem = (ahead: readonly string[], last: string): LedgerProblem => ({
  code: 'x-db-ahead',
  weight: 'blocking',
  migration: ahead[0] ?? null,
  message: `The database is ahead of this code by ${ahead.length}: ${listed(ahead)}. The last migration that both have: ${last}.`,
  remedy: [
    'Check out the branch or release that has these migrations; this code is older than the database.',
  ],
});

const divergedProblem = (
  sides: { readonly database: readonly string[]; readonly code: readonly string[] },
  last: string,
): LedgerProblem => ({
  code: 'x-histories-diverge',
  weight: 'blocking',
  migration: sides.database[0] ?? null,
  message: `The histories diverge after ${last}: the database has ${listed(sides.database)}, the code has ${listed(sides.code)}.`,
  remedy: [
    'Check that this is the right database for this branch, then bring the missing migrations into the code.',
    'If the history was squashed into one migration: record the new one as applied with proof.',
    ...commands.baseline,
  ],
});

/** Applied migrations that the code does not know: missing in the middle, or ahead of it, or another history. */
const unknownRows: Judgement = ({ unknown, renamed, applied, pending, input }) => {
  const names = new Set(input.history.migrations.map((migration) => migration.id));
  const common = applied.map((row) => row.name).filter((name) => names.has(name));
  const newest = common.toSorted().at(-1) ?? '';
  const heirs = new Set(renamed.values());
  const waiting = pending.filter((id) => !heirs.has(id));
  const foreign = unknown.map((row) => row.name).filter((name) => !renamed.has(name));
  const ahead = foreign.filter((name) => name > newest);
  const deleted = foreign.filter((name) => name <= newest).map(deletedProblem);
  if (ahead.length === 0) return deleted;
  const last = newest === '' ? 'none' : shown(newest);
  const verdict =
    waiting.length === 0
      ? aheadProblem(ahead, last)
      : divergedProblem({ database: ahead, code: waiting }, last);
  return [...deleted, verdict];
};

const outOfOrder: Judgement = ({ pending, appliedNames, renamed, input }) => {
  const heirs = new Set(renamed.values());
  const newest = input.history.migrations.reduce(
    (max, { id }) => (appliedNames.has(id) && id > max ? id : max),
    '',
  );
  return pending
    .filter((id) => id < newest && !heirs.has(id))
    .map((id) => ({
      code: 'x-out-of-order',
      weight: 'warning',
      migration: id,
      message: `The migration ${shown(id)} is not applied, but the later ${shown(newest)} is: they run in an order in which nobody tested them.`,
      remedy: [
        'Read both for conflicts, or give the pending one a later timestamp while it is applied nowhere.',
      ],
    }));
};

/** In the order in which they are told. */
export const ORDER_JUDGEMENTS: readonly Judgement[] = [renamedFiles, unknownRows, outOfOrder];
