// What a ledger and the files say, counted once for every judgement. Pure; judges nothing.
import type { LedgerProblem } from '../contract.ts';
import { compareChecksum } from './checksum.ts';
import type { History } from './history.ts';
import type { LedgerRow } from './ledger.ts';
import type { Provider } from './providers.ts';

export interface JudgeInput {
  /** Null: there is no ledger. */
  readonly rows: readonly LedgerRow[] | null;
  readonly history: History;
  readonly provider: Provider;
  readonly targetHasObjects: boolean;
}

/** What the ledger says, once, for all judgements. */
export interface Facts {
  readonly input: JudgeInput;
  readonly applied: readonly LedgerRow[];
  readonly appliedNames: ReadonlySet<string>;
  readonly failed: readonly LedgerRow[];
  /** Files that are not applied. */
  readonly pending: readonly string[];
  /** Applied rows without a file, by the file that took their text under another name, if there is one. */
  readonly unknown: readonly LedgerRow[];
  readonly renamed: ReadonlyMap<string, string>;
}

export const isApplied = (row: LedgerRow): boolean => row.finishedAt !== null && row.rolledBackAt === null;
export const isFailed = (row: LedgerRow): boolean => row.finishedAt === null && row.rolledBackAt === null;

/** Counts. */
export const factsOf = (input: JudgeInput): Facts => {
  const rows = input.rows ?? [];
  const applied = rows.filter(isApplied);
  const appliedNames = new Set(applied.map((row) => row.name));
  const files = input.history.migrations.map((migration) => migration.id);
  const known = new Set(files);
  const pending = files.filter((id) => !appliedNames.has(id));
  const unknown = applied.filter((row) => !known.has(row.name));
  const renamed = new Map<string, string>();
  for (const row of unknown) {
    const heir = pending.find((id) => {
      const text = input.history.texts.get(id) ?? '';
      return text.trim() !== '' && compareChecksum(text, row.checksum) !== 'edited';
    });
    if (heir !== undefined) renamed.set(row.name, heir);
  }
  return { input, applied, appliedNames, failed: rows.filter(isFailed), pending, unknown, renamed };
};

/** One kind of problem, looked for. */
export type Judgement = (facts: Facts) => readonly LedgerProblem[];
