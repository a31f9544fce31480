// What a plan's renames hide: what changes under the names of before, and what is dropped under a name that the plan gave. Pure.
import {
  type Change,
  changesBetween,
  childOf,
  type SchemaObject,
  type Subject,
  subjectOf,
} from '../schema/index.ts';
import { calledAsBefore, referringAsBefore } from './called.ts';
import type { RiskInput } from './model.ts';
import {
  type Followed,
  type Lost,
  type MovesContext,
  sameName,
  type Table,
  type Trail,
  tableIn,
  trailOf,
} from './trail.ts';

export type { MovesContext } from './trail.ts';

/** Where tables and columns went. */
export interface Moves {
  /** The table before the plan that a name means, which the plan gave it; undefined for every other name. */
  readonly origin: (table: Table) => SchemaObject | undefined;
  /** The name that a column had before the plan; null for a column of the plan's own; the same where nothing renamed it. */
  readonly column: (table: Table, name: string) => string | null;
  readonly lost: readonly Lost[];
}

/** Words without which no name means another thing at the end than at the beginning. */
const MOVES = /\b(?:RENAME|CHANGE|MODIFY|DROP|SET\s+SCHEMA)\b/i;

/** Attributes whose text names other columns, so that a rename alone changes them. */
const NAMES_OTHERS: ReadonlySet<string> = new Set(['generated', 'default', 'check']);

/** A type that no text tells, in the words of every dialect's edits. */
const UNKNOWN = 'unknown';

/** What a change says beside the names. */
const told = (change: Change): readonly Change[] => {
  if (change.action === 'reorder') return [];
  if (change.action !== 'alter') return [change];
  if (change.subject.kind === 'check') return [];
  if (change.subject.kind !== 'column') return [change];
  const attributes = change.attributes
    .filter(({ name }) => !NAMES_OTHERS.has(name))
    .map((one) => (one.name === 'type' && one.from === undefined ? { ...one, from: UNKNOWN } : one));
  return attributes.length === 0 ? [] : [{ ...change, attributes }];
};

const changeKey = ({ action, subject }: Change): string =>
  JSON.stringify([action, subject.kind, subject.parent?.name ?? null, subject.name]);

/** A table that has another name at the end, or columns that have, or that were made anew under theirs. */
interface Moved {
  readonly origin: SchemaObject;
  readonly isElsewhere: boolean;
  /** Whether the column of this name was there before, under another. */
  readonly isOld: (column: string) => boolean;
  /** Whether the column of this name is another one than that of before. */
  readonly isAnew: (column: string) => boolean;
  /** Whether the column of before is there at the end, under another name. */
  readonly isCalledAnew: (column: string) => boolean;
  /** What changes besides the names, under the names they had. */
  readonly changes: readonly Change[];
}

const columnsIn = (table: SchemaObject | undefined): readonly SchemaObject[] =>
  (table?.children ?? []).filter(({ kind }) => kind === 'column');

/** What the columns of a table at its end were called before; null for those of the plan's own, undefined where nothing changed. */
const namesBefore =
  (followed: Followed, origin: SchemaObject, fold: MovesContext['fold']) =>
  (name: string): string | null | undefined => {
    const told = followed.columns.get(fold(name));
    if (told !== undefined) return told;
    // A column in other letters is the same one where the database says so.
    const spelled = columnsIn(origin).find((column) => fold(column.name) === fold(name));
    return spelled && spelled.name !== name ? spelled.name : undefined;
  };

interface Ends {
  readonly origin: SchemaObject;
  readonly table: SchemaObject | undefined;
  readonly before: (name: string) => string | null | undefined;
}

/** What changes in a table whose columns have other names, in the names of before. */
const changesOf = ({ origin, table, before }: Ends, context: MovesContext): readonly Change[] => {
  if (!table) return [];
  const anew = columnsIn(table).filter(
    ({ name }) => before(name) === null && childOf(origin, 'column', name) !== undefined,
  );
  const rest = { ...table, children: table.children.filter((child) => !anew.includes(child)) };
  const same = calledAsBefore(rest, origin, { before, context });
  const isReplaced = ({ action, subject }: Change): boolean =>
    action === 'drop' && subject.kind === 'column' && anew.some(({ name }) => name === subject.name);
  return [
    ...changesBetween([origin], [same])
      .filter((change) => !isReplaced(change))
      .flatMap(told),
    ...anew.map((object): Change => ({ action: 'create', subject: subjectOf(object, origin), object })),
  ];
};

const movedTables = (trail: Trail, input: RiskInput, context: MovesContext): readonly Moved[] => {
  const { fold } = context;
  const after = new Map(
    input.after.objects.filter(({ kind }) => kind === 'table').map((table) => [trail.keyOf(table), table]),
  );
  return [...trail.tables].flatMap(([key, followed]): Moved[] => {
    const { origin } = followed;
    if (!origin) return [];
    const table = after.get(key);
    const isElsewhere = key !== trail.keyOf(origin) && trail.names.get(key) === origin;
    const before = namesBefore(followed, origin, fold);
    const isOld = (name: string): boolean => typeof before(name) === 'string';
    const isAnew = (name: string): boolean =>
      before(name) === null && childOf(origin, 'column', name) !== undefined;
    const columns = columnsIn(table);
    if (!isElsewhere && !columns.some(({ name }) => isOld(name) || isAnew(name))) return [];
    const isCalledAnew = (name: string): boolean => columns.some((column) => before(column.name) === name);
    const changes = changesOf({ origin, table, before }, context);
    return [{ origin, isElsewhere, isOld, isAnew, isCalledAnew, changes }];
  });
};

const isKey = ({ subject }: Change): boolean => subject.parent !== undefined && subject.kind !== 'column';

/** What the difference of two schemas says of things that only changed their names is replaced by what else changes in them. */
const seenThrough = (changes: readonly Change[], moved: readonly Moved[]): readonly Change[] => {
  const found = moved.flatMap((one) =>
    one.isElsewhere
      ? one.changes
      : one.changes.filter(
          (change) =>
            change.action === 'alter' ||
            (change.action === 'create' && (isKey(change) || one.isAnew(change.subject.name))),
        ),
  );
  const wanted = new Set(found.map(changeKey));
  const about = ({ subject: { parent, ...own } }: Change, { origin }: Moved): boolean =>
    (parent ?? own).name === origin.name && (parent ?? own).namespace === origin.namespace;
  const kept = changes.filter((change) => {
    const one = moved.find((each) => about(change, each));
    if (!one || change.subject.kind === 'table') return true;
    if (one.isElsewhere) return false;
    // A new name is no new column: its rows have values. Nor is the old one gone. And what is made anew is no longer the old one.
    if (change.subject.kind === 'column') {
      if (change.action === 'create') return !one.isOld(change.subject.name);
      if (change.action === 'drop') return !one.isCalledAnew(change.subject.name);
      return !one.isAnew(change.subject.name) && !one.isOld(change.subject.name);
    }
    // A key that comes is told by the names that its columns have today.
    if (change.action === 'create') return !wanted.has(changeKey(change));
    return change.action !== 'alter' || wanted.has(changeKey(change));
  });
  const known = new Set(kept.map(changeKey));
  return [...kept, ...found.filter((change) => !known.has(changeKey(change)))];
};

const FILLS = /\b(?:INSERT|REPLACE|LOAD|COPY|MERGE)\b/i;

/**
 * A table that the plan drops and makes anew under its name has no rows that could meet what differs in it: its drop is told, and
 * so is what it lacks from now on; the rest is nobody's loss. Where the plan fills it, its rows may be those of before.
 */
const withoutMadeAnew = (input: RiskInput, trail: Trail): readonly Change[] => {
  const isMade = ({ subject: { parent, ...own } }: Change): boolean => {
    const table = parent ?? own;
    if (table.kind !== 'table' || !trail.made.has(trail.keyOf(table))) return false;
    const name = table.name.toLowerCase();
    return !input.statements.some(
      ({ statement: { text } }) => FILLS.test(text) && text.toLowerCase().includes(name),
    );
  };
  const { changes } = input.change;
  return trail.made.size === 0
    ? changes
    : changes.filter(
        (change) =>
          change.action === 'drop' ||
          (change.action === 'create' && !change.subject.parent) ||
          !isMade(change),
      );
};

/** A foreign key that comes refers to tables and columns by the names that they have today. */
const referring = (changes: readonly Change[], trail: Trail, context: MovesContext): readonly Change[] =>
  changes.map((change) =>
    change.action === 'create' && change.subject.kind === 'foreign-key'
      ? { ...change, object: referringAsBefore(change.object, trail, context) }
      : change,
  );

/** The input with what the plan's renames hide: what changes under the old names, and where they went. */
export const withMoves = (input: RiskInput, context: MovesContext | null): RiskInput => {
  if (!context || !input.statements.some(({ statement }) => MOVES.test(statement.text))) return input;
  const { fold } = context;
  const trail = trailOf(input, context);
  const named = (table: Table): SchemaObject | undefined =>
    trail.names.get(trail.keyOf(table)) ??
    (table.namespace === null
      ? [...trail.names].find(([key]) => key.endsWith(`\u0000${fold(table.name)}`))?.[1]
      : undefined);
  const columnsOf = (table: Table) => {
    const direct = trail.tables.get(trail.keyOf(table));
    if (direct) return direct.columns;
    const suffix = `\u0000${fold(table.name)}`;
    return table.namespace === null
      ? [...trail.tables].find(([key]) => key.endsWith(suffix))?.[1].columns
      : undefined;
  };
  const moves: Moves = {
    origin: (table) => (tableIn(input.before, table, fold) ? undefined : named(table)),
    column: (table, name) => {
      const known = columnsOf(table)?.get(fold(name));
      return known === undefined ? name : known;
    },
    lost: trail.lost.filter(({ subject }) => !context.rowsFollowed || subject.kind === 'column'),
  };
  // A dialect that follows rows judges a table whose old name is taken again by itself: it is a rebuild.
  const isTaken = ({ name }: Table): boolean =>
    input.after.objects.some(sameName({ namespace: null, name }, fold));
  const moved = movedTables(trail, input, context).filter(
    ({ isElsewhere, origin }) => !(context.rowsFollowed && isElsewhere && isTaken(origin)),
  );
  const changes = referring(seenThrough(withoutMadeAnew(input, trail), moved), trail, context);
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
