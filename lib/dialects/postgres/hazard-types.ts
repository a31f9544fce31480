// What a change of a column's type does: nothing, a rebuild of indexes, a rewrite, or a loss. Pure.
import type { Alike, Hazard, PlannedStatement, Probe } from '../../risk/index.ts';
import { describeSubject, type SchemaObject, type Subject } from '../../schema/index.ts';
import { RULES } from './hazard-rules.ts';
import { listOf, mended, nameOf, onTable, quotedName, type Scene } from './hazard-scene.ts';
import { quote } from './quote.ts';

interface TypeName {
  readonly base: string;
  readonly modifiers: readonly number[];
}

/** `character varying(20)` -> base and numbers, as `format_type` prints it. */
const typeOf = (text: string): TypeName => {
  const modifiers = /\(([\d, -]+)\)/.exec(text);
  return {
    base: modifiers ? text.replace(modifiers[0], '') : text,
    modifiers: (modifiers?.[1] ?? '').split(',').filter(Boolean).map(Number),
  };
};

const TEXTS: ReadonlySet<string> = new Set(['text', 'character varying']);

/** Whole numbers by width. */
const INTEGERS: Readonly<Record<string, number>> = { smallint: 2, integer: 4, bigint: 8 };

/**
 * Changes that touch no row: a wider or unlimited varchar, varchar to text and back, more digits before the point, wider
 * bit and interval precision, cidr to inet; timestamps with and without time zone while the session is in UTC, as
 * dbsync's is (https://www.postgresql.org/docs/current/sql-altertable.html, Notes; ATColumnChangeRequiresRewrite).
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
  if (from.base === 'cidr' && to.base === 'inet') return true;
  const stamp = /^timestamp (with|without) time zone$/;
  if (stamp.test(from.base) && stamp.test(to.base)) return (to.modifiers[0] ?? 6) >= (from.modifiers[0] ?? 6);
  return false;
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

/** A condition that finds the values that do not fit; null where the new type holds everything, or nobody can say. */
const misfits = (column: string, from: TypeName, to: TypeName): string | null => {
  const name = quote(column);
  const [limit] = to.modifiers;
  if (
    (TEXTS.has(from.base) || from.base === 'character') &&
    /^character/.test(to.base) &&
    limit !== undefined
  ) {
    return `length(rtrim(${name}::text)) > ${limit}`;
  }
  const [wide, narrow] = [INTEGERS[from.base], INTEGERS[to.base]];
  if (wide !== undefined && narrow !== undefined && narrow < wide) {
    const top = narrow === 2 ? '32767' : '2147483647';
    return `${name} > ${top} OR ${name} < -${top} - 1`;
  }
  if (from.base === 'numeric' && to.base === 'numeric' && limit !== undefined) {
    const scale = to.modifiers[1] ?? 0;
    return `abs(round(${name}, ${scale})) >= 10::numeric ^ ${limit - scale} OR ${name} <> round(${name}, ${scale})`;
  }
  if (from.base === 'numeric' && narrow !== undefined) return `${name} <> trunc(${name})`;
  return null;
};

/** Pairs that lose something whatever the values are likely to be. */
const LOSSY: readonly (readonly [RegExp, RegExp])[] = [
  [/^timestamp/, /^(date|time)/],
  [/^(double precision|real|numeric)$/, /^(smallint|integer|bigint)$/],
  [/^double precision$/, /^real$/],
  [/^jsonb?$/, /^(?!jsonb?$|text$)/],
];

const isLossy = (from: TypeName, to: TypeName): boolean =>
  LOSSY.some(([before, after]) => before.test(from.base) && after.test(to.base));

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
  /^(smallint|integer|date|time.*|real|character|bit.*|boolean|uuid)$/.test(type.base) ||
  (/^(character varying|numeric)$/.test(type.base) && type.modifiers.length > 0);

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
  if (keepsRows(from, to) || holdsDigits(from, to)) return [];
  const where = misfits(change.subject.name, from, to);
  if (where === null && !isLossy(from, to)) return [];
  const cuts = /\bUSING\b/i.test(change.at?.statement.text ?? '') || isLossy(from, to);
  const failing = mended(scene, change.table) ? 'may-fail' : 'will-fail';
  const probe: Probe | undefined =
    where === null
      ? undefined
      : {
          question: `values of ${describeSubject(change.subject)} that do not fit ${change.to}`,
          sql: `SELECT count(*) FROM ${quotedName(change.table)} WHERE ${where}`,
          positive: cuts ? 'changes-values' : failing,
          zero: 'lower',
        };
  const message = `${describeSubject(change.subject)} becomes ${change.to} and was ${change.from}: not every value fits.`;
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

const isIndexed = ({ table, subject }: TypeChange): boolean =>
  table.children.some(
    (child) =>
      ['index', 'unique', 'primary-key'].includes(child.kind) &&
      listOf(child, 'columns').includes(subject.name),
  );

/** Every hazard of one type change. */
export const typeChange = (scene: Scene, change: TypeChange): Hazard[] => {
  const found = narrowing(scene, change);
  const { table, subject, at } = change;
  const words = `${describeSubject(subject)} becomes ${change.to} and was ${change.from}`;
  if (!keepsRows(typeOf(change.from), typeOf(change.to))) {
    const message = `${words}: ${nameOf(table)} and its indexes are rewritten, and every use of it waits.`;
    found.push(onTable(scene, RULES.changeType, { table, subject, message, at }));
  } else if (
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
