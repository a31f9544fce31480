// What a plan does on its way and undoes before its end: a column that is narrowed and widened again, a key that is added and dropped.
// The difference between the two ends shows none of it, and the rows meet all of it. Pure; what a statement does is told by the dialect.
import {
  type AttributeChange,
  type Change,
  changesBetween,
  describeSubject,
  type SchemaEdit,
  type SchemaObject,
  snapshotOf,
  storyOf,
} from '../schema/index.ts';
import type { Hazard, PlannedStatement, RiskInput } from './model.ts';
import { withMoves } from './moves.ts';
import type { MovesContext } from './trail.ts';

/** More stations than these are not visited: each costs an analysis of the plan so far, some milliseconds with hundreds of statements. */
const MOST = 1000;

/** What an edit works on: its table, or the child where that is named alone; with the new name where it gives one. */
const touchedBy = (edit: SchemaEdit): readonly string[] => {
  const child = ({ name }: { readonly name: string }): string => `child ${name}`;
  switch (edit.do) {
    case 'create':
    case 'drop':
    case 'alter':
      return edit.object.kind === 'table' ? [edit.object.name] : [];
    case 'rename':
      return edit.object.kind === 'table' ? [edit.object.name, edit.to.name] : [];
    case 'add':
      return [edit.to.name, child(edit.child)];
    case 'remove':
      return [edit.from?.name ?? child(edit.child)];
    case 'rename-child':
      return [edit.of?.name ?? child(edit.child)];
    default:
      return [edit.of.name];
  }
};

/** What only adds: nothing on the way is undone by it. */
const isAddition = (edit: SchemaEdit): boolean => edit.do === 'create' || edit.do === 'add';

/** The plan so far, and the schema that its texts make of the one before. */
interface Station {
  readonly statements: readonly PlannedStatement[];
  readonly objects: readonly SchemaObject[];
}

interface Way {
  readonly stations: readonly Station[];
  readonly end: readonly SchemaObject[];
}

/**
 * Places, by the number of the statement behind them, so that whatever a statement may undo of an earlier one to the same table is still
 * there at one of them. A place between the two that was chosen before is enough.
 */
const stopsOf = (all: readonly (readonly SchemaEdit[])[], fold: MovesContext['fold']): readonly number[] => {
  const touched = new Map<string, number>();
  const stops: number[] = [];
  for (const [at, own] of all.entries()) {
    const undone = own.filter((edit) => !isAddition(edit)).flatMap(touchedBy);
    const latest = Math.max(-1, ...undone.map((name) => touched.get(fold(name)) ?? -1));
    if (latest >= (stops.at(-1) ?? 0)) stops.push(at);
    for (const name of own.flatMap(touchedBy)) touched.set(fold(name), at);
  }
  return stops;
};

const wayOf = (input: RiskInput, { edits, fold }: MovesContext): Way | null => {
  // Rows are in tables that were there before.
  if (!input.before.objects.some(({ kind }) => kind === 'table')) return null;
  const all = input.statements.map(({ statement }) => edits(statement));
  const stops = stopsOf(all, fold);
  if (stops.length === 0) return null;
  const story = storyOf(fold);
  story.apply(input.before.objects.map((object) => ({ do: 'create', object })));
  const wanted = new Set(stops.slice(0, MOST));
  const stations: Station[] = [];
  for (const [at, own] of all.entries()) {
    story.begin(false);
    if (wanted.has(at))
      stations.push({ statements: input.statements.slice(0, at), objects: [...story.known()] });
    story.apply(own);
  }
  return { stations, end: [...story.known()] };
};

const attributeKey = ({ subject }: Change, { name, to }: Pick<AttributeChange, 'name' | 'to'>): string =>
  JSON.stringify([subject.kind, subject.parent?.name ?? null, subject.name, name, to ?? null]);

const keysOf = (change: Change): readonly string[] =>
  change.action === 'alter'
    ? change.attributes.map((one) => attributeKey(change, one))
    : change.action === 'create'
      ? [attributeKey(change, { name: 'create' })]
      : [];

/** Attributes whose change reads or refuses rows. */
const MEETS_ROWS: ReadonlySet<string> = new Set(['type', 'nullable', 'collation']);

/** The part of a change that meets rows and was not met before; null where nothing of it is. */
const passing = (change: Change, met: ReadonlySet<string>): Change | null => {
  if (change.subject.parent?.kind !== 'table') return null;
  if (change.action === 'create' && change.subject.kind !== 'column')
    return keysOf(change).some((key) => met.has(key)) ? null : change;
  if (change.action !== 'alter' || change.subject.kind !== 'column') return null;
  const attributes = change.attributes.filter(
    (one) => MEETS_ROWS.has(one.name) && !met.has(attributeKey(change, one)),
  );
  return attributes.length === 0 ? null : { ...change, attributes };
};

const at = (input: RiskInput, station: Station): RiskInput => ({
  ...input,
  statements: station.statements,
  after: snapshotOf(input.before.dialect, station.objects),
  change: { ...input.change, changes: changesBetween(input.before.objects, station.objects) },
});

const questionOf = ({ code, subject, probe }: Hazard): string =>
  JSON.stringify([code, subject, probe?.sql ?? null]);

/**
 * The hazards of what the plan undoes before its end, which are not among those that are known of its end. `judge` finds those of one
 * database in a plan, as for the whole.
 */
export const hazardsOnTheWay = (
  input: RiskInput,
  parts: {
    readonly context: MovesContext;
    readonly judge: (input: RiskInput) => readonly Hazard[];
    /** The input with what the plan's renames hide. */
    readonly moved: RiskInput;
    readonly known: readonly Hazard[];
  },
): readonly Hazard[] => {
  const { context, judge, moved } = parts;
  const way = wayOf(input, context);
  if (!way) return [];
  const end: Station = { statements: input.statements, objects: way.end };
  // What was measured says things in other words than texts do, and is not held against them.
  const ended = input.toldByTexts ? moved : withMoves(at(input, end), context);
  const met = new Set(ended.change.changes.flatMap(keysOf));
  const known = new Set(parts.known.map(questionOf));
  const found: Hazard[] = [];
  for (const station of way.stations) {
    const so = withMoves(at(input, station), context);
    const changes = so.change.changes.flatMap((change) => passing(change, met) ?? []);
    for (const key of changes.flatMap(keysOf)) met.add(key);
    if (changes.length === 0) continue;
    const subjects = new Set(changes.map(({ subject }) => describeSubject(subject)));
    for (const hazard of judge({ ...so, onTheWay: true, change: { ...so.change, changes } })) {
      // Advice is about what a plan leaves behind, and this is what it does not leave.
      if (hazard.severity === 'advice') continue;
      if (!subjects.has(hazard.subject) || known.has(questionOf(hazard))) continue;
      known.add(questionOf(hazard));
      found.push(hazard);
    }
  }
  return found;
};
