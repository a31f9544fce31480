// What becomes of values when one type becomes another, by the pair alone: kept as they are, held, or lost in part. Pure.
import { digitsOf, isCitext, losesDigits, TEXTS, type TypeName } from './misfits.ts';

/** Both kinds of timestamp. */
export const STAMP = /^timestamp (with|without) time zone$/;

/** Both are stored as the same bytes, whatever their length: the extension's casts are WITHOUT FUNCTION. */
const isSameText = (from: TypeName, to: TypeName): boolean =>
  (isCitext(from) || isCitext(to)) &&
  to.modifiers.length === 0 &&
  [from, to].every((type) => TEXTS.has(type.base) || isCitext(type));

/** A timestamp becomes one of the same precision or more, with or without a zone: no value is lost. */
export const holdsInstants = (from: TypeName, to: TypeName): boolean =>
  STAMP.test(from.base) && STAMP.test(to.base) && (to.modifiers[0] ?? 6) >= (from.modifiers[0] ?? 6);

/**
 * Changes that touch no row: a wider or unlimited varchar, varchar to text and back, more digits before the point, wider
 * bit, time and interval precision, cidr to inet, text to citext and back; timestamps with and without time zone while the session is in UTC, as
 * dbsync's is (https://www.postgresql.org/docs/current/sql-altertable.html, Notes; ATColumnChangeRequiresRewrite). From the
 * one to the other kind of timestamp, a precision below six is a second cast, which no version sees through.
 */
export const keepsRows = (from: TypeName, to: TypeName): boolean => {
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
export const holdsDigits = (from: TypeName, to: TypeName): boolean => {
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

/** Whether two values of the old type can be one of the new. */
export const isLossy = (from: TypeName, to: TypeName): boolean =>
  !holdsAll(from, to) &&
  (losesDigits(from, to) || LOSSY.some(([before, after]) => before.test(from.base) && after.test(to.base)));
