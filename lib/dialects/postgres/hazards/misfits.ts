// Which values of one type do not fit another, as a condition that the live rows can be asked with; and how types are read. Pure.
import { quote } from '../quote.ts';

/** A type in parts. */
export interface TypeName {
  readonly base: string;
  readonly modifiers: readonly number[];
}

/** `character varying(20)` -> base and numbers, as `format_type` prints it. */
export const typeOf = (text: string): TypeName => {
  const modifiers = /\(([\d, -]+)\)/.exec(text);
  return {
    base: modifiers ? text.replace(modifiers[0], '') : text,
    modifiers: (modifiers?.[1] ?? '').split(',').filter(Boolean).map(Number),
  };
};

/** Texts that are stored alike, whatever their length. */
export const TEXTS: ReadonlySet<string> = new Set(['text', 'character varying']);

/** Whole numbers by width. */
export const INTEGERS: Readonly<Record<string, number>> = { smallint: 2, integer: 4, bigint: 8 };

const TEMPORAL = /^(timestamp|time|interval)\b/;

/** Digits of seconds; six where none are stated. */
export const digitsOf = ({ modifiers }: TypeName): number => modifiers[0] ?? 6;

/** Fewer digits of seconds are kept than before: the rest is rounded away. */
export const losesDigits = (from: TypeName, to: TypeName): boolean =>
  TEMPORAL.test(from.base) && TEMPORAL.test(to.base) && digitsOf(to) < digitsOf(from);

/** Text that does not tell upper from lower case (the extension citext): stored as text is. */
export const isCitext = (type: TypeName): boolean => /(^|\.)citext$/.test(type.base);

/** As many characters as a value can have when it is printed; types that are not here are printed as nobody can say. */
const PRINTED: Readonly<Record<string, number>> = {
  ...{
    smallint: 6,
    integer: 11,
    bigint: 20,
    real: 15,
    'double precision': 24,
    boolean: 5,
    uuid: 36,
    date: 13,
  },
  ...{ text: Infinity, character: Infinity, 'character varying': Infinity, numeric: Infinity },
  ...{ json: Infinity, jsonb: Infinity, xml: Infinity, bytea: Infinity },
};

const longest = (from: TypeName): number => {
  const [digits] = from.modifiers;
  if (/^character/.test(from.base)) return digits ?? (from.base === 'character' ? 1 : Infinity);
  // A sign, a point, and a nought before it.
  if (from.base === 'numeric' && digits !== undefined) return digits + 3;
  return isCitext(from) || from.base.endsWith('[]') ? Infinity : (PRINTED[from.base] ?? 0);
};

/** A condition that finds the values that do not fit; null where the new type holds everything, or nobody can say. */
export const misfits = (column: string, from: TypeName, to: TypeName): string | null => {
  const name = quote(column);
  const [limit] = to.modifiers;
  if (/^character/.test(to.base) && limit !== undefined && longest(from) > limit)
    return `length(rtrim(${name}::text)) > ${limit}`;
  const [wide, narrow] = [INTEGERS[from.base], INTEGERS[to.base]];
  if (wide !== undefined && narrow !== undefined && narrow < wide) {
    const top = narrow === 2 ? '32767' : '2147483647';
    return `${name} > ${top} OR ${name} < -${top} - 1`;
  }
  if (from.base === 'numeric' && to.base === 'numeric' && limit !== undefined) {
    const scale = to.modifiers[1] ?? 0;
    return `abs(round(${name}, ${scale})) >= 10::numeric ^ ${limit - scale} OR ${name} <> round(${name}, ${scale})`;
  }
  if (losesDigits(from, to) && from.base === to.base) {
    const type = /^(\w+)(.*)$/.exec(to.base);
    return `${name} <> ${name}::${type?.[1]}(${digitsOf(to)})${type?.[2]}`;
  }
  if (from.base === 'numeric' && narrow !== undefined) return `${name} <> trunc(${name})`;
  return null;
};
