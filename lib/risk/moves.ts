// Follows tables and columns that a plan gives other names: whose rows a later name means, and what is dropped under it. Pure; what
// a statement does to the schema is told by the dialect.
import {
  type Change,
  changesBetween,
  type SchemaEdit,
  type SchemaObject,
  type Snapshot,
  type Subject,
  schemaObject,
  subjectOf,
} from '../schema/index.ts';
import type { Statement } from '../sql/index.ts';
import type { PlannedStatement, RiskInput } from './model.ts';

type Table = Pick<Subject, 'namespace' | 'name'>;

/** What was given another name and then dropped under it. */
export interface Lost {
  /** As it was called before the plan. */
  readonly subject: Subject;
  readonly object: SchemaObject;
  /** The name under which it was dropped. */
  readonly as: string;
  readonly at: PlannedStatement;
}

/** Where tables and columns went. */
export interface Moves {
  /** The table before the plan that a name means, which the plan gave it; undefined for every other name. */
  readonly origin: (table: Table) => SchemaObject | undefined;
  readonly lost: readonly Lost[];
}

/** What following names asks of a database. */
export interface MovesContext {
  /** The dialect follows the rows of tables itself, into whatever table they are copied; columns are followed all the same. */
  readonly rowsFollowed?: true;
  readonly edits: (statement: Statement) => readonly SchemaEdit[];
  readonly fold: (name: string) => string;
}

/** One table through the plan, under whatever name. */
interface Followed {
  readonly origin: SchemaObject | null;
  /** By the folded name of today: the name before the plan; null for a column of the plan's own. */
  readonly columns: Map<string, string | null>;
}

const RENAMES = /\b(?:RENAME|CHANGE|SET\s+SCHEMA)\b/i;

const sameName = (table: Table, fold: (name: string) => string) => {
  const name = fold(table.name);
  return (object: SchemaObject): boolean => object.kind === 'table' && fold(object.name) === name;
};

/** The table before the plan; a namespace that nothing stands in is one that the text takes for granted. */
const tableIn = (
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

interface Trail {
  readonly keyOf: (table: Table) => string;
  /** By the key of each name that a rename gave: the table before the plan. */
  readonly names: ReadonlyMap<string, SchemaObject>;
  readonly lost: readonly Lost[];
  /** By the key of the last name. */
  readonly tables: ReadonlyMap<string, Followed>;
}

interface Walk extends Trail {
  readonly fold: (name: string) => string;
  readonly before: Snapshot;
  readonly names: Map<string, SchemaObject>;
  readonly lost: Lost[];
  readonly tables: Map<string, Followed>;
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
  walk.tables.set(walk.keyOf(table), { origin: null, columns: new Map() });
};

const renamed = (walk: Walk, from: Table, to: Table): void => {
  const one = followed(walk, from);
  forget(walk, from);
  walk.tables.set(walk.keyOf(to), one);
  if (one.origin) walk.names.set(walk.keyOf(to), one.origin);
};

const dropped = (walk: Walk, table: Table, at: PlannedStatement): void => {
  const { origin } = followed(walk, table);
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

const follow = (walk: Walk, edit: SchemaEdit, at: PlannedStatement): void => {
  switch (edit.do) {
    case 'create':
      if (edit.object.kind === 'table' && !edit.ifMissing) forget(walk, edit.object);
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

const trailOf = (input: RiskInput, { edits, fold }: MovesContext): Trail => {
  const keyOf = ({ namespace, name }: Table): string => `${fold(namespace ?? '')}\u0000${fold(name)}`;
  const { before } = input;
  const walk: Walk = { keyOf, fold, before, names: new Map(), lost: [], tables: new Map() };
  for (const planned of input.statements)
    for (const edit of edits(planned.statement)) follow(walk, edit, planned);
  return walk;
};

/** Attributes whose text names other columns, so that a rename alone changes them. */
const NAMES_OTHERS: ReadonlySet<string> = new Set(['generated', 'default', 'check']);

/** The name of a column before the plan. */
type Before = (name: string) => string | null | undefined;

const childAsBefore = (child: SchemaObject, before: Before): SchemaObject => {
  const { columns } = child.attributes;
  if (child.kind === 'column') return { ...child, name: before(child.name) ?? child.name };
  if (!Array.isArray(columns)) return child;
  const names = columns.map((name) => (typeof name === 'string' ? (before(name) ?? name) : name));
  return { ...child, attributes: { ...child.attributes, columns: names } };
};

/** The table as it is at the end, called as it and its columns were before the plan. */
const calledAsBefore = (after: SchemaObject, origin: SchemaObject, before: Before): SchemaObject =>
  schemaObject({
    ...after,
    namespace: origin.namespace,
    name: origin.name,
    children: after.children.map((child) => childAsBefore(child, before)),
  });

/** A type that no text tells, in the words of every dialect's edits. */
const UNKNOWN = 'unknown';

/** What a change says beside the names. */
const told = (change: Change): readonly Change[] => {
  if (change.action === 'reorder' || change.subject.kind === 'check') return [];
  if (change.action !== 'alter' || change.subject.kind !== 'column') return [change];
  const attributes = change.attributes
    .filter(({ name }) => !NAMES_OTHERS.has(name))
    .map((one) => (one.name === 'type' && one.from === undefined ? { ...one, from: UNKNOWN } : one));
  return attributes.length === 0 ? [] : [{ ...change, attributes }];
};

const changeKey = ({ action, subject }: Change): string =>
  JSON.stringify([action, subject.kind, subject.parent?.name ?? null, subject.name]);

/** A table that has another name at the end, or columns that have. */
interface Moved {
  readonly origin: SchemaObject;
  readonly isElsewhere: boolean;
  /** Whether the column of this name was there before, under another. */
  readonly isOld: (column: string) => boolean;
  /** What changes besides the names, under the names they had. */
  readonly changes: readonly Change[];
}

const movedTables = (trail: Trail, input: RiskInput, fold: (name: string) => string): readonly Moved[] => {
  const after = new Map(
    input.after.objects.filter(({ kind }) => kind === 'table').map((table) => [trail.keyOf(table), table]),
  );
  return [...trail.tables].flatMap(([key, { origin, columns }]): Moved[] => {
    if (!origin) return [];
    const table = after.get(key);
    const isElsewhere = key !== trail.keyOf(origin) && trail.names.get(key) === origin;
    const renames = [...columns.values()].some((name) => name !== null);
    if (!isElsewhere && !renames) return [];
    const same = table && calledAsBefore(table, origin, (name) => columns.get(fold(name)));
    const changes = same ? changesBetween([origin], [same]).flatMap(told) : [];
    return [{ origin, isElsewhere, isOld: (name) => typeof columns.get(fold(name)) === 'string', changes }];
  });
};

/** What the difference of two schemas says of things that only changed their names is replaced by what else changes in them. */
const seenThrough = (changes: readonly Change[], moved: readonly Moved[]): readonly Change[] => {
  const found = moved.flatMap((one) =>
    one.isElsewhere ? one.changes : one.changes.filter(({ action }) => action === 'alter'),
  );
  const wanted = new Set(found.map(changeKey));
  const about = ({ subject: { parent, ...own } }: Change, { origin }: Moved): boolean =>
    (parent ?? own).name === origin.name && (parent ?? own).namespace === origin.namespace;
  const kept = changes.filter((change) => {
    const one = moved.find((each) => about(change, each));
    if (!one || change.subject.kind === 'table') return true;
    if (one.isElsewhere) return false;
    // A new name is no new column: its rows have values.
    if (change.subject.kind === 'column')
      return change.action !== 'create' || !one.isOld(change.subject.name);
    return change.action !== 'alter' || wanted.has(changeKey(change));
  });
  const known = new Set(kept.map(changeKey));
  return [...kept, ...found.filter((change) => !known.has(changeKey(change)))];
};

/** The input with what the plan's renames hide: what changes under the old names, and where they went. */
export const withMoves = (input: RiskInput, context: MovesContext | null): RiskInput => {
  if (!context || !input.statements.some(({ statement }) => RENAMES.test(statement.text))) return input;
  const { fold } = context;
  const trail = trailOf(input, context);
  const named = (table: Table): SchemaObject | undefined =>
    trail.names.get(trail.keyOf(table)) ??
    (table.namespace === null
      ? [...trail.names].find(([key]) => key.endsWith(`\u0000${fold(table.name)}`))?.[1]
      : undefined);
  const moves: Moves = {
    origin: (table) => (tableIn(input.before, table, fold) ? undefined : named(table)),
    lost: trail.lost.filter(({ subject }) => !context.rowsFollowed || subject.kind === 'column'),
  };
  // A dialect that follows rows judges a table whose old name is taken again by itself: it is a rebuild.
  const isTaken = ({ name }: Table): boolean =>
    input.after.objects.some(sameName({ namespace: null, name }, fold));
  const moved = movedTables(trail, input, fold).filter(
    ({ isElsewhere, origin }) => !(context.rowsFollowed && isElsewhere && isTaken(origin)),
  );
  const changes = seenThrough(input.change.changes, moved);
  return { ...input, change: { ...input.change, changes }, moves };
};

/** Where a subject was dropped under another name; undefined where it was not. */
export const lostAt = (moves: Moves | undefined, subject: Subject): Lost | undefined =>
  moves?.lost.find(
    (lost) =>
      lost.subject.kind === subject.kind &&
      lost.subject.name === subject.name &&
      lost.subject.parent?.name === subject.parent?.name &&
      (lost.subject.parent ?? lost.subject).namespace === (subject.parent ?? subject).namespace,
  );
