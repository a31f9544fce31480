// Numbers, sizes, times and names in words, the same in every document and on the screen. Pure.
import type { BackupDecision } from '../approve/model.ts';
import type { BackupEvidence, TableSize } from '../dialects/contract.ts';
import { shortHash } from '../schema/index.ts';

/** `1,234,567`: the same on every machine, whatever its locale. */
export const number = (value: number): string => String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',');

/** `1 statement`, `1,200 statements`; `many` where the plural is not one with an s. */
export const count = (value: number, one: string, many = `${one}s`): string =>
  `${number(value)} ${value === 1 ? one : many}`;

/** `512 B`, `3.4 MB`; `not known` for null. */
export const bytes = (value: number | null): string => {
  if (value === null) return 'not known';
  if (value < 1000) return `${value} B`;
  const units = ['kB', 'MB', 'GB', 'TB', 'PB'];
  let rest = value / 1000;
  let unit = 0;
  while (rest >= 999.5 && unit < units.length - 1) {
    rest /= 1000;
    unit += 1;
  }
  return `${rest < 9.95 ? rest.toFixed(1) : Math.round(rest)} ${units[unit]}`;
};

/** `340 ms`, `2.1 s`, `3 min 5 s`, `1 h 20 min`; `–` for null. */
export const duration = (milliseconds: number | null): string => {
  if (milliseconds === null) return '–';
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  const [large, small] =
    seconds < 3600
      ? [`${Math.floor(seconds / 60)} min`, `${seconds % 60} s`]
      : [`${Math.floor(seconds / 3600)} h`, `${Math.floor((seconds % 3600) / 60)} min`];
  return small.startsWith('0 ') ? large : `${large} ${small}`;
};

/** `2026-11-22 15:53:43 UTC`; anything that is not such a time is left as it is. */
export const instant = (iso: string): string => {
  const found = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$/.exec(iso);
  return found ? `${found[1]} ${found[2]} UTC` : iso;
};

/** `1,234`, or `about 1,234` where it is the engine's estimate, with the reason where it should have been counted. */
export const rows = ({
  rows: amount,
  exact,
  notCounted,
}: Pick<TableSize, 'rows' | 'exact' | 'notCounted'>): string =>
  `${exact ? '' : 'about '}${number(amount)}${notCounted === undefined ? '' : ` (not counted: ${notCounted})`}`;

/** `public.users`, `users`. */
export const tableName = (table: { readonly namespace: string | null; readonly name: string }): string =>
  table.namespace ? `${table.namespace}.${table.name}` : table.name;

/** `a`, `a and b`, `a, b and c`. */
export const listed = (items: readonly string[]): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;

/** The text without the full stop at its end, for the middle of a longer sentence. */
export const clause = (sentence: string): string => sentence.trim().replace(/\.$/, '');

/** What stands behind a plan that can lose data. */
export const backupDecision = (decision: BackupDecision): string => {
  switch (decision.kind) {
    case 'not-needed':
      return 'not needed: nothing in the plan can lose data';
    case 'take':
      return `taken before the first write (${decision.method})`;
    case 'evidence':
      return backupEvidence(decision.evidence);
    case 'external':
      return `made outside of dbsync: ${decision.reference}`;
    case 'risk-accepted':
      return `none; the risk was accepted: ${decision.reason}`;
  }
};

/** A backup in one line. */
export const backupEvidence = (evidence: BackupEvidence): string =>
  `${evidence.file} (${evidence.method}, ${bytes(evidence.bytes)}, sha256 ${shortHash(evidence.sha256)})`;

/** A line of advice; a line that starts with `$ ` is a command. */
export interface Advice {
  readonly command: boolean;
  readonly text: string;
}

/** Tells commands from sentences. */
export const advice = (lines: readonly string[]): Advice[] =>
  lines.map((line) =>
    line.startsWith('$ ') ? { command: true, text: line.slice(2) } : { command: false, text: line },
  );

/** One labelled fact. `code`: a name, a hash or a path, shown as such. */
export interface Fact {
  readonly label: string;
  readonly value: string;
  readonly code: boolean;
}

/** A fact in words. */
export const said = (label: string, value: string): Fact => ({ label, value, code: false });

/** A fact that is a name, a hash or a path. */
export const named = (label: string, value: string): Fact => ({ label, value, code: true });
