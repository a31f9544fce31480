// Whether the plan itself may change the rows that a question of today counts, so that what they foretell is not certain. Pure.
import type { SchemaObject, Snapshot } from '../schema/index.ts';

/** Null: the only namespace that there is. */
export interface TableName {
  readonly namespace: string | null;
  readonly name: string;
}

/** What one statement of the plan may do to rows. */
export interface RowChange {
  /** It cannot be read, or runs code that is not in its text: it may change any row. */
  readonly opaque: boolean;
  /** The tables whose rows it changes by itself. */
  readonly tables: readonly TableName[];
}

/** What of a plan counts: whatever changes rows, or only what takes them away, where it matters that there are any. */
export type Mending = 'changes' | 'takes away';

/** What a table goes by, so that two words for it are one. */
type KeyOf = (table: TableName) => string;

const tableCalled = (before: Snapshot, key: string, keyOf: KeyOf) =>
  before.objects.find((object) => object.kind === 'table' && keyOf(object) === key);

/** Tables that the table's foreign keys name, as far as their texts tell: one too many makes a certainty a doubt, and no more. */
const parentsOf = (table: SchemaObject, before: Snapshot): readonly SchemaObject[] => {
  const named = table.children
    .filter((child) => child.kind === 'foreign-key')
    .map((key) => String(key.attributes.references).toLowerCase());
  return before.objects.filter(
    (object) => object.kind === 'table' && named.some((text) => text.includes(object.name.toLowerCase())),
  );
};

/** The table and what it hangs on: a row that goes or changes there takes others with it (ON DELETE, ON UPDATE). */
const lineOf = (table: TableName, before: Snapshot, keyOf: KeyOf): ReadonlySet<string> => {
  const line = new Set([keyOf(table)]);
  const open = [tableCalled(before, keyOf(table), keyOf)];
  for (let at = open.shift(); at; at = open.shift())
    for (const parent of parentsOf(at, before)) {
      if (line.has(keyOf(parent))) continue;
      line.add(keyOf(parent));
      open.push(parent);
    }
  return line;
};

/** Whether a statement of the plan may change rows of the table: by its text, through a foreign key, or unseen. */
export const mayBeMended = (
  changes: readonly RowChange[],
  table: TableName,
  { before, keyOf }: { readonly before: Snapshot; readonly keyOf: KeyOf },
): boolean => {
  if (changes.some(({ opaque }) => opaque)) return true;
  const line = lineOf(table, before, keyOf);
  return changes.some(({ tables }) => tables.some((one) => line.has(keyOf(one))));
};
