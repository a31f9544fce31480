// A torn migration: what the journals tell of its statements, and behind which one it can go on. Pure.
import type { StoredRecord } from '../audit/index.ts';
import type { StatementFacts } from '../dialects/contract.ts';
import { type PlannedBatch, stepNumber } from '../execute/index.ts';

/** What journals tell of one migration; statements are counted from 1. */
export interface Told {
  /** Statements up to this one are committed. */
  readonly least: number;
  /** Statements behind this one were not started, or left nothing. Between the two the journal cannot tell. */
  readonly most: number;
  /** What was sent, by number, as far as it is written down. */
  readonly texts: ReadonlyMap<number, string>;
}

interface Reading {
  least: number;
  most: number;
  readonly texts: Map<number, string>;
  /** Of the batch that is open: whether it is one transaction, and its last statement that was sent. */
  whole: boolean;
  last: number;
}

const onStep = (reading: Reading, event: string, number: number, lost: boolean): void => {
  reading.last = Math.max(reading.last, number);
  // A setting that was sent again says nothing of the statement that it once was.
  if (reading.whole || number <= reading.least) return;
  if (event === 'step-started' || (event === 'step-failed' && lost)) reading.most = number;
  if (event === 'step-failed' && !lost) reading.most = number - 1;
  if (event !== 'step-done') return;
  reading.least = number;
  reading.most = number;
};

const onBatch = (reading: Reading, event: string, lost: boolean): void => {
  if (event === 'batch-committing' && reading.whole) reading.most = Math.max(reading.most, reading.last);
  if (event === 'batch-committed') {
    reading.least = Math.max(reading.least, reading.last);
    reading.most = Math.max(reading.most, reading.least);
  }
  if (event === 'batch-rolled-back' && !lost) reading.most = reading.least;
};

/** Reads records of one or several runs, oldest first; null where none is about this migration. */
export const toldOf = (records: readonly StoredRecord[], migration: string): Told | null => {
  const reading: Reading = { least: 0, most: 0, texts: new Map(), whole: false, last: 0 };
  let found = false;
  let open = '';
  for (const record of records) {
    if (record.event === 'batch-started') {
      open = record.migration === migration ? String(record.batch) : '';
      reading.whole = record.transactional === true;
      reading.last = 0;
    }
    if (open === '') continue;
    found = true;
    const number = typeof record.step === 'string' ? stepNumber(record.step) : null;
    if (number !== null && typeof record.sql === 'string') reading.texts.set(number, record.sql);
    if (number !== null) onStep(reading, record.event, number, record.lost === true);
    else if (record.batch === open) onBatch(reading, record.event, record.lost === true);
  }
  return found ? { least: reading.least, most: reading.most, texts: reading.texts } : null;
};

export type FactsOf = (text: string) => Pick<StatementFacts, 'kind' | 'verb'>;

const isOwn = (batch: PlannedBatch, factsOf: FactsOf): boolean =>
  !batch.transactional && batch.steps.some((step) => factsOf(step.sql).kind === 'transaction');

/** Numbers of statements behind which a database can be at rest, 0 among them: not inside of what is done as a whole. */
export const restsOf = (batches: readonly PlannedBatch[], factsOf: FactsOf): readonly number[] => {
  const rests = [0];
  for (const batch of batches) {
    const numbers = batch.steps.flatMap((step) => stepNumber(step.id) ?? []);
    const whole = batch.transactional || isOwn(batch, factsOf);
    rests.push(...(whole ? numbers.slice(-1) : numbers));
  }
  return rests;
};

export interface Evidence {
  readonly batches: readonly PlannedBatch[];
  readonly factsOf: FactsOf;
  readonly told: Told | null;
  /** Rests at which the replayed schema is the live one. */
  readonly fits: readonly number[];
  /** The rest that a person named; null where nobody did. */
  readonly chosen: number | null;
}

/** Rests that neither the journal nor the schema excludes. Neighbours that only settings part are one, since settings are sent again. */
const possibleRests = ({ batches, factsOf, told, fits }: Evidence): readonly number[] => {
  const steps = new Map(
    batches.flatMap((batch) => batch.steps.map((step) => [stepNumber(step.id), step.sql] as const)),
  );
  const rests = restsOf(batches, factsOf);
  const least = told ? Math.max(...rests.filter((rest) => rest <= told.least)) : 0;
  const most = told
    ? Math.min(...rests.filter((rest) => rest >= told.most), Number.POSITIVE_INFINITY)
    : Number.POSITIVE_INFINITY;
  const open = fits.filter((rest) => rest >= least && rest <= most);
  const passive = (number: number): boolean => {
    const sql = steps.get(number);
    return sql === undefined || ['session', 'query'].includes(factsOf(sql).kind);
  };
  return open.filter((rest, index) => {
    const next = open[index + 1];
    if (next === undefined) return true;
    for (let number = rest + 1; number <= next; number += 1) if (!passive(number)) return true;
    return false;
  });
};

export type Verdict =
  | { readonly done: number }
  /** More than one state is possible, and only the data can tell. */
  | { readonly ambiguous: readonly number[] }
  | { readonly impossible: true };

/** Behind which statement the migration goes on. */
export const judgeTorn = (evidence: Evidence): Verdict => {
  const possible = possibleRests(evidence);
  const { chosen } = evidence;
  if (chosen !== null && possible.includes(chosen)) return { done: chosen };
  const [only] = possible;
  if (only === undefined || (chosen !== null && possible.length === 1)) return { impossible: true };
  return possible.length === 1 ? { done: only } : { ambiguous: possible };
};

/** Things of a session that are gone with it, and that no repetition brings back as they were. */
const BOUND = /^(PREPARE|LOCK|DECLARE|HANDLER|CREATE (OR REPLACE )?((LOCAL|GLOBAL) )?TEMP)/;

const plainText = (sql: string): string =>
  sql
    .replace(/^(\s+|--[^\n]*\n?|#[^\n]*\n?|\/\*[\s\S]*?\*\/)+/, '')
    .replaceAll(/\s+/g, ' ')
    .toUpperCase();

/** The settings among the statements that are done, to be sent again on the new session; or the number of one that cannot be. */
export const settingsBefore = (
  batches: readonly PlannedBatch[],
  done: number,
  factsOf: FactsOf,
): { readonly again: readonly number[] } | { readonly bound: number } => {
  const again: number[] = [];
  for (const step of batches.flatMap((batch) => batch.steps)) {
    const number = stepNumber(step.id) ?? 0;
    if (number > done) break;
    const facts = factsOf(step.sql);
    if (BOUND.test(facts.verb) || BOUND.test(plainText(step.sql))) return { bound: number };
    if (facts.kind !== 'session') continue;
    // What is computed from data, or kept in a variable of the session, would be another value today.
    if (/(^|[^@\w])@(?!@)|\bSELECT\b|\(/i.test(step.sql)) return { bound: number };
    again.push(number);
  }
  return { again };
};
