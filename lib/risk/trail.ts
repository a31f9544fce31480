// Follows tables and columns through a plan, under whatever names it gives them. Pure; what a statement does to the schema is told by
// the dialect.
import {
  type SchemaEdit,
  type SchemaObject,
  type Snapshot,
  type Subject,
  subjectOf,
} from '../schema/index.ts';
import type { ScanRules, Statement } from '../sql/index.ts';
import type { PlannedStatement, RiskInput } from './model.ts';

/** A table by its name. */
export type Table = Pick<Subject, 'namespace' | 'name'>;

/** What was given another name and then dropped under it. */
export interface Lost {
  /** As it was called before the plan. */
  readonly subject: Subject;
  readonly object: SchemaObject;
  /** The name under which it was dropped. */
  readonly as: string;
  readonly at: PlannedStatement;
}

/** What following names asks of a database. */
export interface MovesContext {
  /** The dialect follows the rows of tables itself, into whatever table they are copied; columns are followed all the same. */
  readonly rowsFollowed?: true;
  readonly edits: (statement: Statement) => readonly SchemaEdit[];
  readonly fold: (name: string) => string;
  /** How expressions are read and names in them written, so that one speaks of columns as they were called. */
  readonly rules: ScanRules;
  readonly quote: (name: string) => string;
}

/** One table through the plan, under whatever name. */
export interface Followed {
  readonly origin: SchemaObject | null;
  /** By the folded name of today: the name before the plan; null for a column of the plan's own. */
  readonly columns: Map<string, string | null>;
}

/** Whether an object is the table of that name, whatever its namespace. */
export const sameName = (table: Table, fold: (name: string) => string) => {
  const name = fold(table.name);
  return (object: SchemaObject): boolean => object.kind === 'table' && fold(object.name) === name;
};

/** The table before the plan; a namespace that nothing stands in is one that the text takes for granted. */
export const tableIn = (
  before: Snapshot,
  table: Table,
  fold: (name: string) => string,
): SchemaObject | undefined => {
  const namespace = fold(table.namespace ?? '');
  const named = before.objects.filter(sameName(table, fold));
  const exact = named.find((object) => fold(object.namespace ?? '') === namespace);
  if (exact || named.length !== 1) return exact;
  const isUsed = before.objects.some((object) => fold(object.namespace ?? '') === namespace);
  return table.namespace !== null && isUsed ? undefined : named[0];
};

/** What became of the names of the beginning. */
export interface Trail {
  readonly keyOf: (table: Table) => string;
  /** By the key of each name that a rename gave: the table before the plan. */
  readonly names: ReadonlyMap<string, SchemaObject>;
  readonly lost: readonly Lost[];
  /** By the key of the last name. */
  readonly tables: ReadonlyMap<string, Followed>;
  /** Keys of the tables that the plan makes, and does not rename. */
  readonly made: ReadonlySet<string>;
}

interface Walk extends Trail {
  readonly rowsFollowed: boolean;
  readonly fold: (name: string) => string;
  readonly before: Snapshot;
  readonly names: Map<string, SchemaObject>;
  readonly lost: Lost[];
  readonly tables: Map<string, Followed>;
  readonly made: Set<string>;
  /** Tables of the beginning that were dropped, by the key of the name they had then. */
  readonly dropped: Map<string, Followed>;
}

const followed = (walk: Walk, table: Table): Followed => {
  const key = walk.keyOf(table);
  const known = walk.tables.get(key);
  if (known) return known;
  const found: Followed = { origin: tableIn(walk.before, table, walk.fold) ?? null, columns: new Map() };
  walk.tables.set(key, found);
  return found;
};

/** Nothing of what was there before has this name from now on. */
const forget = (walk: Walk, table: Table): void => {
  walk.made.delete(walk.keyOf(table));
  walk.tables.set(walk.keyOf(table), { origin: null, columns: new Map() });
};

const renamed = (walk: Walk, from: Table, to: Table): void => {
  const made = followed(walk, from);
  // A table of the plan's own that takes the place of one that is gone is that one, rebuilt: its columns keep their names.
  const rebuilt = made.origin === null ? walk.dropped.get(walk.keyOf(to)) : undefined;
  const one = rebuilt?.origin && walk.keyOf(rebuilt.origin) === walk.keyOf(to) ? rebuilt : made;
  forget(walk, from);
  walk.made.delete(walk.keyOf(to));
  walk.tables.set(walk.keyOf(to), one);
  if (one.origin && one === made) walk.names.set(walk.keyOf(to), one.origin);
};

const dropped = (walk: Walk, table: Table, at: PlannedStatement): void => {
  const one = followed(walk, table);
  const { origin } = one;
  if (origin && walk.rowsFollowed) walk.dropped.set(walk.keyOf(table), one);
  forget(walk, table);
  if (origin && walk.names.has(walk.keyOf(table)))
    walk.lost.push({ subject: subjectOf(origin), object: origin, as: table.name, at });
};

const columnRenamed = (
  walk: Walk,
  of: Table,
  { from, to }: { readonly from: string; readonly to: string },
) => {
  const { columns } = followed(walk, of);
  const origin = columns.get(walk.fold(from));
  columns.set(walk.fold(from), null);
  columns.set(walk.fold(to), origin === undefined ? from : origin);
};

const columnDropped = (
  walk: Walk,
  of: Table,
  { name, at }: { readonly name: string; readonly at: PlannedStatement },
) => {
  const { origin: table, columns } = followed(walk, of);
  const before = columns.get(walk.fold(name));
  columns.set(walk.fold(name), null);
  if (!table || typeof before !== 'string') return;
  const old = walk.fold(before);
  const object = table.children.find(({ kind, name: own }) => kind === 'column' && walk.fold(own) === old);
  if (object) walk.lost.push({ subject: subjectOf(object, table), object, as: name, at });
};

/** One that stands before the table of its name for this session, and leaves it as it is. */
export const MAKES_TEMPORARY = /^\s*CREATE\s+(?:OR\s+REPLACE\s+)?(?:(?:GLOBAL|LOCAL)\s+)?TEMP(?:ORARY)?\b/i;

const follow = (walk: Walk, edit: SchemaEdit, at: PlannedStatement): void => {
  switch (edit.do) {
    case 'create':
      if (edit.object.kind === 'table' && !edit.ifMissing && !MAKES_TEMPORARY.test(at.statement.text)) {
        forget(walk, edit.object);
        walk.made.add(walk.keyOf(edit.object));
      }
      break;
    case 'drop':
      if (edit.object.kind === 'table') dropped(walk, edit.object, at);
      break;
    case 'rename':
      if (edit.object.kind === 'table') renamed(walk, edit.object, edit.to);
      break;
    case 'add':
      if (edit.child.kind === 'column' && !edit.ifMissing)
        followed(walk, edit.to).columns.set(walk.fold(edit.child.name), null);
      break;
    case 'rename-child':
      if (edit.of && edit.child.kinds.includes('column'))
        columnRenamed(walk, edit.of, { from: edit.child.name, to: edit.to });
      break;
    case 'restate':
      followed(walk, edit.of);
      if (walk.fold(edit.child.name) !== walk.fold(edit.as.name))
        columnRenamed(walk, edit.of, { from: edit.child.name, to: edit.as.name });
      break;
    case 'remove':
      if (edit.from && edit.child.kinds.includes('column'))
        columnDropped(walk, edit.from, { name: edit.child.name, at });
      break;
    default:
  }
};

/** Reads the statements in order. */
export const trailOf = (input: RiskInput, { edits, fold, rowsFollowed }: MovesContext): Trail => {
  const keyOf = ({ namespace, name }: Table): string => `${fold(namespace ?? '')}\u0000${fold(name)}`;
  const { before } = input;
  const walk: Walk = {
    keyOf,
    fold,
    before,
    names: new Map(),
    lost: [],
    tables: new Map(),
    made: new Set(),
    dropped: new Map(),
    rowsFollowed: rowsFollowed === true,
  };
  for (const planned of input.statements)
    for (const edit of edits(planned.statement)) follow(walk, edit, planned);
  return walk;
};
