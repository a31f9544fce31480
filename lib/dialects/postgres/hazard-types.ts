// What a change of a column's type does: nothing, a rebuild of indexes, a rewrite, or a loss. Pure.
import type { Alike, Hazard, PlannedStatement, Probe } from '../../risk/index.ts';
import { describeSubject, type SchemaObject, type Subject, subjectOf } from '../../schema/index.ts';
import { unreadable } from './hazard-casts.ts';
import { mended } from './hazard-mended.ts';
import {
  digitsOf,
  INTEGERS,
  isCitext,
  losesDigits,
  misfits,
  TEXTS,
  type TypeName,
  typeOf,
} from './hazard-misfits.ts';
import { RULES } from './hazard-rules.ts';
import { countProbe, listOf, nameOf, onTable, type Scene } from './hazard-scene.ts';
import { isComputed, isElsewhere } from './hazard-using.ts';

const STAMP = /^timestamp (with|without) time zone$/;

/** Both are stored as the same bytes, whatever their length: the extension's casts are WITHOUT FUNCTION. */
const isSameText = (from: TypeName, to: TypeName): boolean =>
  (isCitext(from) || isCitext(to)) &&
  to.modifiers.length === 0 &&
  [from, to].every((type) => TEXTS.has(type.base) || isCitext(type));

/** A timestamp becomes one of the same precision or more, with or without a zone: no value is lost. */
const holdsInstants = (from: TypeName, to: TypeName): boolean =>
  STAMP.test(from.base) && STAMP.test(to.base) && (to.modifiers[0] ?? 6) >= (from.modifiers[0] ?? 6);

/**
 * Changes that touch no row: a wider or unlimited varchar, varchar to text and back, more digits before the point, wider
 * bit, time and interval precision, cidr to inet, text to citext and back; timestamps with and without time zone while the session is in UTC, as
 * dbsync's is (https://www.postgresql.org/docs/current/sql-altertable.html, Notes; ATColumnChangeRequiresRewrite). From the
 * one to the other kind of timestamp, a precision below six is a second cast, which no version sees through.
 */
const keepsRows = (from: TypeName, to: TypeName): boolean => {
  if (TEXTS.has(from.base) && TEXTS.has(to.base)) {
    return (
      to.modifiers.length === 0 ||
      (from.modifiers[0] !== undefined && (to.modifiers[0] ?? 0) >= from.modifiers[0])
    );
  }
  if (from.base === 'numeric' && to.base === 'numeric') {
    if (to.modifiers.length === 0) return true;
    return (
      from.modifiers.length > 0 &&
      (from.modifiers[1] ?? 0) === (to.modifiers[1] ?? 0) &&
      (to.modifiers[0] ?? 0) >= (from.modifiers[0] ?? 0)
    );
  }
  if (from.base === 'bit varying' && to.base === 'bit varying')
    return (to.modifiers[0] ?? Infinity) >= (from.modifiers[0] ?? Infinity);
  if ((from.base === 'cidr' && to.base === 'inet') || isSameText(from, to)) return true;
  if (from.base === to.base && /^(time|interval)\b/.test(from.base)) return digitsOf(to) >= digitsOf(from);
  return holdsInstants(from, to) && (from.base === to.base || (to.modifiers[0] ?? 6) === 6);
};

/** As many digits before and behind the point, or more: a rewrite, and no value is lost. */
const holdsDigits = (from: TypeName, to: TypeName): boolean => {
  const [before, after] = [from, to].map(({ modifiers }) => ({
    all: modifiers[0] ?? 0,
    scale: modifiers[1] ?? 0,
  }));
  if (from.base !== 'numeric' || to.base !== 'numeric' || !before?.all || !after) return false;
  return after.scale >= before.scale && after.all - after.scale >= before.all - before.scale;
};

/** Pairs that lose something whatever the values are likely to be. */
const LOSSY: readonly (readonly [RegExp, RegExp])[] = [
  [/^timestamp/, /^(date|time)/],
  [/^(double precision|real|numeric)$/, /^(smallint|integer|bigint)$/],
  [/^double precision$/, /^real$/],
  [/^(numeric|bigint)$/, /^(double precision|real)$/],
  [/^integer$/, /^real$/],
  [/^(smallint|integer|bigint)$/, /^boolean$/],
  [/^money$/, /^(numeric|smallint|integer|bigint|real)$/],
  [/^time with time zone$/, /^time without time zone$/],
  [/^inet$/, /^cidr$/],
  [/^bit( varying)?$/, /^bit( varying)?$/],
  [/^jsonb?$/, /^(?!jsonb?$|text$)/],
];

/** Every value of the old type is one of the new, although the pair as such is lossy: room for all bits, for all digits. */
const holdsAll = (from: TypeName, to: TypeName): boolean => {
  const [own] = from.modifiers;
  if (to.base === 'bit varying')
    return (to.modifiers[0] ?? Infinity) >= (own ?? (from.base === 'bit' ? 1 : Infinity));
  const digits = { 'double precision': 15, real: 6 }[to.base];
  return from.base === 'numeric' && own !== undefined && digits !== undefined && own <= digits;
};

const isLossy = (from: TypeName, to: TypeName): boolean =>
  !holdsAll(from, to) &&
  (losesDigits(from, to) || LOSSY.some(([before, after]) => before.test(from.base) && after.test(to.base)));

export interface TypeChange {
  readonly subject: Subject;
  readonly table: SchemaObject;
  readonly from: string;
  readonly to: string;
  readonly at: PlannedStatement | undefined;
}

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
  const cuts = unread === null && (/\bUSING\b/i.test(change.at?.statement.text ?? '') || isLossy(from, to));
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

const isIndexed = ({ table, subject }: Pick<TypeChange, 'table' | 'subject'>): boolean =>
  table.children.some(
    (child) =>
      ['index', 'unique', 'primary-key'].includes(child.kind) &&
      listOf(child, 'columns').some((part) => part === subject.name || namesColumn(part, subject.name)),
  );

/** Checks that name the column: they are made anew with it, and read every row although nothing is rewritten. */
const checkedAnew = (scene: Scene, { table, subject, to, at }: TypeChange): Hazard[] =>
  table.children
    .filter(
      ({ kind, attributes }) =>
        kind === 'check' &&
        attributes.validated !== false &&
        (names(attributes.columns).includes(subject.name) ||
          namesColumn(String(attributes.expression ?? ''), subject.name)),
    )
    .map((check) => {
      const own = subjectOf(check, table);
      const message = `${describeSubject(own)} is checked anew for every row under ACCESS EXCLUSIVE, for ${describeSubject(subject)} becomes ${to}.`;
      return onTable(scene, RULES.addCheck, { table, subject: own, message, at });
    });

const names = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const namesColumn = (expression: string, column: string): boolean =>
  (expression.match(/"(?:[^"]|"")+"|\w+/g) ?? []).some((word) => word.replaceAll('"', '') === column);

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
    found.push(onTable(scene, RULES.changeType, { table, subject, message, at }));
    return found;
  }
  found.push(...checkedAnew(scene, change));
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
