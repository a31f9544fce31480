// Asks the live data what the hazards need to know, one question at a time. Knows no connection: the caller's function asks.
import { lowered } from './hazard.ts';
import type { Evidence, Hazard, Probe } from './model.ts';

/** Runs one SELECT and returns its rows as arrays. The caller bounds its time; a rejection means "not answered". */
export type Ask = (sql: string) => Promise<readonly (readonly unknown[])[]>;

export interface ProbedHazards {
  /** In the order that they came; each without its probe and with the evidence. */
  readonly hazards: readonly Hazard[];
  /** What the data showed to be none. */
  readonly dismissed: readonly Hazard[];
}

const MOST_SAMPLES = 5;
const LONGEST_SAMPLE = 60;
const LONGEST_REASON = 120;

const countOf = (rows: readonly (readonly unknown[])[]): number | null => {
  const value = rows[0]?.[0];
  if (value === null || value === undefined || value === '') return null;
  const count = Number(value);
  return Number.isFinite(count) ? count : null;
};

/** What comes from the database is hostile and may be long. */
const short = (text: string, longest: number): string => {
  const plain = text.replaceAll(
    /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    '?',
  );
  return plain.length > longest ? `${plain.slice(0, longest - 3)}...` : plain;
};

/** A key as text. */
const sampleText = (row: readonly unknown[]): string => {
  const values = row.map((value) => (value instanceof Uint8Array ? `${value.length} bytes` : String(value)));
  return short(values.join(', '), LONGEST_SAMPLE);
};

type Answer<T> = { readonly value: T } | { readonly error: string; readonly ofValue: boolean };

const field = (error: unknown, name: string): string => {
  const value: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
  return typeof value === 'string' ? value : '';
};

/**
 * SQLSTATE class 22, data exception: a value of some row made the question fail (ISO/IEC 9075-2, and the manuals of all servers). So does
 * class 23, where a question casts to a domain that forbids the value. The server's words then hold it, which is nobody's business here.
 */
const dataException = (error: unknown): string | null =>
  [field(error, 'code'), field(error, 'sqlState')].find((code) => /^2[23][0-9A-Z]{3}$/.test(code)) ?? null;

/** A probe that fails or takes too long proves nothing, and the hazard stays as it is. */
const attempt = async <T>(work: () => Promise<T>): Promise<Answer<T>> => {
  try {
    return { value: await work() };
  } catch (error) {
    const code = dataException(error);
    if (code !== null)
      return { error: `a value of some row makes the question itself fail (${code})`, ofValue: true };
    const said = error instanceof Error ? error.message : String(error);
    return { error: short(said.split('\n')[0] ?? '', LONGEST_REASON), ofValue: false };
  }
};

const samplesOf = async (probe: Probe, count: number | null, ask: Ask): Promise<readonly string[]> => {
  const { sampleSql } = probe;
  if (count === null || count === 0 || sampleSql === undefined) return [];
  const rows = await attempt(() => ask(sampleSql));
  return 'value' in rows ? rows.value.slice(0, MOST_SAMPLES).map(sampleText) : [];
};

const answer = async (probe: Probe, ask: Ask): Promise<Evidence> => {
  const counted = await attempt(async () => countOf(await ask(probe.sql)));
  const count = 'value' in counted ? counted.value : null;
  return {
    question: probe.question,
    count,
    ...('error' in counted && { unanswered: counted.error }),
    ...('error' in counted && counted.ofValue && { refused: true as const }),
    exact: true,
    samples: await samplesOf(probe, count, ask),
  };
};

/** The hazard with its evidence; null where the evidence shows that it is none. */
const settle = (hazard: Hazard, probe: Probe, evidence: Evidence): Hazard | null => {
  const { probe: _answered, ...rest } = hazard;
  const known: Hazard = { ...rest, evidence: [...hazard.evidence, evidence] };
  const fails = probe.positive === 'will-fail';
  // What the question cannot compute of a row, the statement cannot either.
  if (evidence.count === null) return evidence.refused && fails ? { ...known, willFail: true } : known;
  if (evidence.count > 0) return fails ? { ...known, willFail: true } : known;
  if (probe.zero === 'dismiss') return null;
  // An empty table has lowered it already; one reason is enough.
  return probe.zero === 'lower' && hazard.adjusted === undefined
    ? lowered(known, `${probe.question}: none`)
    : known;
};

/** Answers every hazard's probe, one after the other and each question once. */
export const answerProbes = async (hazards: readonly Hazard[], ask: Ask): Promise<ProbedHazards> => {
  const answers = new Map<string, Evidence>();
  const settled: Hazard[] = [];
  const dismissed: Hazard[] = [];
  for (const hazard of hazards) {
    const { probe } = hazard;
    if (!probe) {
      settled.push(hazard);
      continue;
    }
    const evidence = answers.get(probe.sql) ?? (await answer(probe, ask));
    answers.set(probe.sql, evidence);
    const result = settle(hazard, probe, { ...evidence, question: probe.question });
    if (result) settled.push(result);
    else dismissed.push(hazard);
  }
  return { hazards: settled, dismissed };
};
