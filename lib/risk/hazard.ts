// Makes hazards from rules, and fits their severity to the table at hand. Pure; knows no dialect.
import { describeSubject, findObject, type Snapshot, type Subject } from '../schema/index.ts';
import {
  type Hazard,
  type HazardRule,
  type PlannedStatement,
  type Probe,
  type RiskInput,
  type Severity,
  type TableFacts,
  tableKey,
} from './model.ts';

/** From here on a table is large: scans and rewrites of it are felt. */
export const LARGE_ROWS = 1_000_000;
export const LARGE_BYTES = 1_073_741_824;

export interface HazardParts {
  /** In words; or the subject, which is described. */
  readonly subject: string | Subject;
  readonly message: string;
  /** Default: the rule's remedy. */
  readonly remedy?: string;
  readonly rewrite?: string | undefined;
  readonly probe?: Probe | undefined;
  readonly at?: PlannedStatement | undefined;
  readonly willFail?: boolean;
}

/** A control character in a name, which may come from the live database, must not reach a terminal. */
const printable = (text: string): string =>
  text.replaceAll(
    /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** A hazard of a rule, here. Texts are made printable; only `rewrite` and the probe hold names as they are. */
export const hazardOf = (rule: HazardRule, parts: HazardParts): Hazard => ({
  code: rule.code,
  severity: rule.severity,
  subject: printable(typeof parts.subject === 'string' ? parts.subject : describeSubject(parts.subject)),
  message: printable(parts.message),
  remedy: printable(parts.remedy ?? rule.remedy),
  ...(parts.rewrite !== undefined && { rewrite: parts.rewrite }),
  ...(parts.at && {
    migration: parts.at.migration,
    file: parts.at.statement.file,
    line: parts.at.statement.line,
  }),
  evidence: [],
  ...(parts.willFail && { willFail: true }),
  ...(parts.probe && { probe: parts.probe }),
});

/** One level down. Without rows nothing is lost and nobody waits, but code that uses the object still fails. */
const LOWER: Readonly<Record<Severity, Severity>> = {
  destructive: 'breaking',
  blocking: 'advice',
  breaking: 'advice',
  advice: 'advice',
};

/** The hazard, one level less severe, with the reason. */
export const lowered = (hazard: Hazard, because: string): Hazard => ({
  ...hazard,
  severity: LOWER[hazard.severity],
  adjusted: hazard.adjusted ? `${hazard.adjusted}; ${because}` : because,
});

/** The hazard with another severity, with the reason. */
export const adjusted = (hazard: Hazard, severity: Severity, because: string): Hazard => ({
  ...hazard,
  severity,
  adjusted: hazard.adjusted ? `${hazard.adjusted}; ${because}` : because,
});

/** Whether a table is large by rows or by bytes. */
export const isLarge = (size: Pick<TableFacts, 'rows' | 'bytes'>): boolean =>
  size.rows >= LARGE_ROWS || (size.bytes ?? 0) >= LARGE_BYTES;

type Table = Pick<Subject, 'namespace' | 'name'>;

/** Whether the table is there before the plan. */
export const existsBefore = (before: Snapshot, table: Table): boolean =>
  findObject(before, { kind: 'table', namespace: table.namespace, name: table.name }) !== undefined;

const about = (size: TableFacts): string =>
  `${size.exact ? '' : 'about '}${size.rows.toLocaleString('en-US')} rows`;

/**
 * Fits the severity to the table: one level down where the table is made in this plan or is known to be empty; up to
 * `blocking` where it is large and the hazard is one that grows with the table.
 */
export const fitToTable = (
  hazard: Hazard,
  table: Table,
  context: Pick<RiskInput, 'before' | 'sizes' | 'moves'> & { readonly grows?: boolean },
): Hazard => {
  const origin = context.moves?.origin(table) ?? table;
  if (!existsBefore(context.before, origin)) return lowered(hazard, 'the table is created in this plan');
  const size = context.sizes.get(tableKey(origin));
  if (!size) return hazard;
  if (size.rows === 0 && size.exact) return lowered(hazard, 'the table is empty');
  if (!context.grows || !isLarge(size)) return hazard;
  const severity = hazard.severity === 'destructive' ? 'destructive' : 'blocking';
  return adjusted(hazard, severity, `the table is large: ${about(size)}`);
};
