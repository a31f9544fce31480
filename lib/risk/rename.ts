// Finds what looks like a rename written as a drop and a creation. Pure; what types are alike is told by the dialect.
import { type Change, keyOf, type SchemaObject, type Subject } from '../schema/index.ts';

type Made = Extract<Change, { action: 'create' | 'drop' }>;

export interface SuspectedRename {
  readonly from: Made;
  readonly to: Made;
}

/** Whether values of one column fit the other, as the engine sees it. */
export type Alike = (from: SchemaObject, to: SchemaObject) => boolean;

const isMade =
  (action: 'create' | 'drop', kind: string) =>
  (change: Change): change is Made =>
    change.action === action && change.subject.kind === kind;

const bigrams = (text: string): Set<string> => {
  const folded = ` ${text.toLowerCase().slice(0, 200)} `;
  return new Set(Array.from({ length: folded.length - 1 }, (_none, index) => folded.slice(index, index + 2)));
};

/** 0 to 1: how many pairs of letters two names share. */
const likeness = (a: string, b: string): number => {
  const left = bigrams(a);
  const right = bigrams(b);
  const shared = [...left].filter((pair) => right.has(pair)).length;
  return (2 * shared) / (left.size + right.size);
};

interface Pair extends SuspectedRename {
  readonly score: number;
}

/** Best pairs first, each side used once. */
const match = (pairs: readonly Pair[]): SuspectedRename[] => {
  const used = new Set<Made>();
  const result: SuspectedRename[] = [];
  for (const pair of [...pairs].sort((a, b) => b.score - a.score)) {
    if (used.has(pair.from) || used.has(pair.to)) continue;
    used.add(pair.from).add(pair.to);
    result.push({ from: pair.from, to: pair.to });
  }
  return result;
};

const parentKey = (subject: Subject): string => (subject.parent ? keyOf(subject.parent) : '');

/** Columns of one table: one goes, one comes, and the values would fit. */
export const renamedColumns = (changes: readonly Change[], alike: Alike): SuspectedRename[] => {
  const created = changes.filter(isMade('create', 'column'));
  const pairs: Pair[] = [];
  for (const from of changes.filter(isMade('drop', 'column'))) {
    for (const to of created) {
      if (parentKey(from.subject) !== parentKey(to.subject) || !alike(from.object, to.object)) continue;
      pairs.push({ from, to, score: likeness(from.subject.name, to.subject.name) });
    }
  }
  return match(pairs);
};

const columnsOf = (object: SchemaObject): readonly SchemaObject[] =>
  object.children.filter((child) => child.kind === 'column');

/** Share of the columns of both tables that are the same by name and fit by type. */
const overlap = (from: SchemaObject, to: SchemaObject, alike: Alike): number => {
  const named = new Map(columnsOf(to).map((column) => [column.name, column]));
  let shared = 0;
  for (const column of columnsOf(from)) {
    const other = named.get(column.name);
    if (other && alike(column, other)) shared += 1;
  }
  const total = columnsOf(from).length + named.size - shared;
  return total === 0 ? 0 : shared / total;
};

/** From this share of common columns on, a new table is taken for the dropped one under another name. */
const SAME_TABLE = 0.6;

/** Tables: one goes, and one with the same columns comes. */
export const renamedTables = (changes: readonly Change[], alike: Alike): SuspectedRename[] => {
  const created = changes.filter(isMade('create', 'table'));
  const pairs: Pair[] = [];
  for (const from of changes.filter(isMade('drop', 'table'))) {
    for (const to of created) {
      const share = overlap(from.object, to.object, alike);
      if (share >= SAME_TABLE)
        pairs.push({ from, to, score: share + likeness(from.subject.name, to.subject.name) });
    }
  }
  return match(pairs);
};
