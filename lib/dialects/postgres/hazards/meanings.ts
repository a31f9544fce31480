// Which table a name means while a plan goes on: one that was there, under this or another name, or one of the plan's own. Pure;
// what a name means at the end of a plan that only renames is told by `lib/risk/moves.ts`.
import type { SchemaObject, Subject } from '../../../schema/index.ts';
import { flag, type Node, names, nodes, record, textField } from '../parse.ts';

type Fields = Readonly<Record<string, unknown>>;
type Table = Pick<Subject, 'namespace' | 'name'>;

/** By the key of a name that means something else than before the plan: the table that it means; null for one of the plan's own, or none. */
export type Meanings = ReadonlyMap<string, SchemaObject | null>;

/** What following the names asks. */
export interface MeaningsContext {
  readonly defaultNamespace: string;
  /** The table that a name meant before the plan. */
  readonly before: (table: Table) => SchemaObject | undefined;
}

/** The key of a name in `Meanings`. */
export const meaningKey = (table: Table, defaultNamespace: string): string =>
  `${table.namespace ?? defaultNamespace}\u0000${table.name}`;

const tableIn = (fields: Fields | null): Table | null => {
  const name = fields && textField(fields, 'relname');
  return name ? { namespace: textField(fields, 'schemaname'), name } : null;
};

/** A step of a name's way: `from` is free afterwards, `to` means what `from` did; or, without `from`, a table of the plan's own. */
interface Step {
  readonly from: Table | null;
  readonly to: Table | null;
}

const moved = (fields: Fields, to: Partial<Table>): readonly Step[] => {
  const from = tableIn(record(fields, 'relation'));
  return from ? [{ from, to: { ...from, ...to } }] : [];
};

/** A temporary one stands in a schema of the session's own, and takes nobody's name away. */
const made = (fields: Fields | null): readonly Step[] => {
  const table = textField(fields ?? {}, 'relpersistence') === 't' ? null : tableIn(fields);
  return table ? [{ from: null, to: table }] : [];
};

/** Whatever IF NOT EXISTS makes has a name that was free before it, and means nothing of what was there already. */
const STEPS: Readonly<Record<string, (fields: Fields) => readonly Step[]>> = {
  CreateStmt: (fields) => (flag(fields, 'if_not_exists') ? [] : made(record(fields, 'relation'))),
  CreateTableAsStmt: (fields) =>
    flag(fields, 'if_not_exists') ? [] : made(record(record(fields, 'into') ?? {}, 'rel')),
  SelectStmt: (fields) => made(record(record(fields, 'intoClause') ?? {}, 'rel')),
  RenameStmt: (fields) =>
    textField(fields, 'renameType') === 'OBJECT_TABLE'
      ? moved(fields, { name: textField(fields, 'newname') ?? '' })
      : [],
  AlterObjectSchemaStmt: (fields) =>
    textField(fields, 'objectType') === 'OBJECT_TABLE'
      ? moved(fields, { namespace: textField(fields, 'newschema') })
      : [],
  DropStmt: (fields) =>
    textField(fields, 'removeType') === 'OBJECT_TABLE'
      ? nodes(fields, 'objects').map((item) => {
          const parts = names(item.fields, 'items');
          return { from: { namespace: parts.at(-2) ?? null, name: parts.at(-1) ?? '' }, to: null };
        })
      : [],
};

const stepped = (known: Meanings, steps: readonly Step[], context: MeaningsContext): Meanings => {
  const next = new Map(known);
  const keyOf = (table: Table): string => meaningKey(table, context.defaultNamespace);
  for (const { from, to } of steps) {
    const own = from ? (next.get(keyOf(from)) ?? undefined) : undefined;
    const origin = from && !next.has(keyOf(from)) ? context.before(from) : own;
    if (from) next.set(keyOf(from), null);
    if (to) next.set(keyOf(to), origin ?? null);
  }
  return next;
};

/** What the names mean after the statement. */
export const meaningsAfter = (
  known: Meanings,
  { type, fields }: Node,
  context: MeaningsContext,
): Meanings => {
  const steps = STEPS[type]?.(fields) ?? [];
  return steps.length === 0 ? known : stepped(known, steps, context);
};
