// What a change of a column's type does: nothing, a rebuild of indexes, a rewrite, or a loss. Pure.
import type { Alike, Hazard, PlannedStatement, Probe } from '../../../risk/index.ts';
import { describeSubject, type SchemaObject, type Subject, subjectOf } from '../../../schema/index.ts';
import { unreadable } from './casts.ts';
import { mended } from './mended.ts';
import { INTEGERS, misfits, TEXTS, type TypeName, typeOf } from './misfits.ts';
import { RULES } from './rules.ts';
import { countProbe, nameOf, onTable, type Scene } from './scene.ts';
import { retypeTrial } from './trials.ts';
import { brokenAnew, checkedAnew, isIndexed, repeatedAnew, type TypeChange } from './type-keys.ts';
import { holdsDigits, holdsInstants, isLossy, keepsRows, STAMP } from './type-pairs.ts';
import { isComputed, isElsewhere } from './using.ts';

/** A type that texts alone do not tell. */
const UNKNOWN = 'unknown';

/** Types that hold less than others that could stand in their place. */
const isBounded = (type: TypeName): boolean =>
  // Only values that have no time of day or no zone become it without USING.
  !(type.base === 'timestamp with time zone' && type.modifiers.length === 0) &&
  (/^(smallint|integer|date|time.*|real|character|bit.*|boolean|uuid)$/.test(type.base) ||
    (/^(character varying|numeric)$/.test(type.base) && type.modifiers.length > 0));

/** From one to the other kind of timestamp by a zone that the plan sets: every value is computed, some meet another. */
const isZoned = (scene: Scene, { from, to, at }: TypeChange): boolean => {
  const [before, after] = [typeOf(from).base, typeOf(to).base];
  return before !== after && STAMP.test(before) && STAMP.test(after) && isElsewhere(scene, at);
};

const narrowing = (scene: Scene, change: TypeChange): Hazard[] => {
  const [from, to] = [typeOf(change.from), typeOf(change.to)];
  if (from.base === UNKNOWN) {
    if (!isBounded(to)) return [];
    const message = `${describeSubject(change.subject)} becomes ${change.to}, and the texts do not tell what it was: values may not fit.`;
    return [
      onTable(scene, RULES.narrowType, {
        table: change.table,
        subject: change.subject,
        message,
        at: change.at,
      }),
    ];
  }
  const shifts = isZoned(scene, change);
  if (!shifts && (keepsRows(from, to) || holdsDigits(from, to) || holdsInstants(from, to))) return [];
  const unread = isComputed(scene, change.at, change.subject.name)
    ? null
    : unreadable(change.subject.name, { ...change, major: scene.major });
  const where = misfits(change.subject.name, from, to) ?? unread;
  if (where === null && !isLossy(from, to) && !shifts) return [];
  // Digits behind the point are rounded away; whether those before it fit is asked of the rewrite.
  const rounds = from.base === 'numeric' && to.base === 'numeric';
  const cuts =
    unread === null && (rounds || /\bUSING\b/i.test(change.at?.statement.text ?? '') || isLossy(from, to));
  const failing = mended(scene, change.table, change.at) ? 'may-fail' : 'will-fail';
  const probe: Probe | undefined =
    where === null
      ? undefined
      : countProbe(change.table, {
          question: `values of ${describeSubject(change.subject)} that do not fit ${change.to}`,
          where,
          positive: cuts ? 'changes-values' : failing,
          zero: 'lower',
        });
  const why = shifts
    ? 'hours that come twice or not at all in the zone that is set are not told apart'
    : 'not every value fits';
  const message = `${describeSubject(change.subject)} becomes ${change.to} and was ${change.from}: ${why}.`;
  return [
    onTable(scene, RULES.narrowType, {
      table: change.table,
      subject: change.subject,
      message,
      probe,
      at: change.at,
    }),
  ];
};

/** Every hazard of one type change. */
export const typeChange = (scene: Scene, change: TypeChange): Hazard[] => {
  const found = narrowing(scene, change);
  const { table, subject, at } = change;
  const words = `${describeSubject(subject)} becomes ${change.to} and was ${change.from}`;
  const kept =
    keepsRows(typeOf(change.from), typeOf(change.to)) &&
    !isComputed(scene, at, subject.name) &&
    !isZoned(scene, change);
  if (!kept) {
    const message = `${words}: ${nameOf(table)} and its indexes are rewritten, and every use of it waits.`;
    const isAsked = found.some(({ probe }) => /-fail$/.test(probe?.positive ?? ''));
    const computed = isComputed(scene, at, subject.name);
    const probe = isAsked ? undefined : retypeTrial(scene, { subject, table, to: change.to, at, computed });
    found.push(onTable(scene, RULES.changeType, { table, subject, message, probe, at }));
    return [...found, ...brokenAnew(scene, change)];
  }
  found.push(...checkedAnew(scene, change), ...repeatedAnew(scene, change));
  if (
    isIndexed(change) &&
    typeOf(change.from).base !== typeOf(change.to).base &&
    !(TEXTS.has(typeOf(change.from).base) && TEXTS.has(typeOf(change.to).base))
  ) {
    found.push(
      onTable(scene, RULES.changeTypeReindex, {
        table,
        subject,
        message: `${words}: its indexes are rebuilt.`,
        at,
      }),
    );
  }
  return found;
};

/** Another collation sorts the column otherwise: no row is rewritten, every index of the column is. */
export const collated = (
  scene: Scene,
  {
    table,
    column,
    at,
  }: { readonly table: SchemaObject; readonly column: string; readonly at: PlannedStatement },
): readonly Hazard[] => {
  const subject: Subject = { kind: 'column', namespace: null, name: column, parent: { ...subjectOf(table) } };
  if (!isIndexed({ table, subject })) return [];
  const message = `${describeSubject(subject)} is sorted by another collation: its indexes are rebuilt.`;
  return [onTable(scene, RULES.changeTypeReindex, { table, subject, message, at })];
};

/** Whether values of one column could live in the other: the same type, or one that widens it. */
export const alike: Alike = (from, to) => {
  const [before, after] = [typeOf(String(from.attributes.type)), typeOf(String(to.attributes.type))];
  // A column that texts alone tell of may have any type.
  if (before.base === after.base || from.attributes.type === undefined) return true;
  const [narrow, wide] = [INTEGERS[before.base], INTEGERS[after.base]];
  return (
    (TEXTS.has(before.base) && TEXTS.has(after.base)) ||
    (narrow !== undefined && wide !== undefined) ||
    keepsRows(before, after)
  );
};
