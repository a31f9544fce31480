// Whether the plan itself may change the rows that a question of today counts, so that what they foretell is not certain. Pure.
import type { SchemaObject, Snapshot } from '../schema/index.ts';

/** What one statement of the plan may do to rows. */
export interface RowChange {
  /** It cannot be read, or runs code that is not in its text: it may change any row. */
  readonly opaque: boolean;
  /** The tables whose rows it changes by itself. */
  readonly tables: readonly string[];
}

const tableCalled = (before: Snapshot, name: string, fold: (name: string) => string) =>
  before.objects.find((object) => object.kind === 'table' && fold(object.name) === fold(name));

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
const lineOf = (table: string, before: Snapshot, fold: (name: string) => string): ReadonlySet<string> => {
  const line = new Set([fold(table)]);
  const open = [tableCalled(before, table, fold)];
  for (let at = open.shift(); at; at = open.shift())
    for (const parent of parentsOf(at, before)) {
      if (line.has(fold(parent.name))) continue;
      line.add(fold(parent.name));
      open.push(parent);
    }
  return line;
};

/** Whether a statement of the plan may change rows of the table: by its text, through a foreign key, or unseen. */
export const mayBeMended = (
  changes: readonly RowChange[],
  table: string,
  { before, fold }: { readonly before: Snapshot; readonly fold: (name: string) => string },
): boolean => {
  if (changes.some(({ opaque }) => opaque)) return true;
  const line = lineOf(table, before, fold);
  return changes.some(({ tables }) => tables.some((name) => line.has(fold(name))));
};
