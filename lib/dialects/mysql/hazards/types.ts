// Column types, read from the server's own words, and what a change from one to another does to values. Pure.
import type { Probe } from '../../../risk/index.ts';
import { literal, quote } from '../quote.ts';
import { crossing } from './crossings.ts';

export interface ColumnType {
  readonly base: string;
  /** Length, or precision and scale. */
  readonly numbers: readonly number[];
  readonly unsigned: boolean;
  /** Members of an ENUM or SET. */
  readonly members: readonly string[];
}

const MEMBER = /'((?:[^']|'')*)'/g;

/** `decimal(10,2) unsigned`, `enum('a','b')`. */
export const parseType = (text: string): ColumnType => {
  const base = /^[a-z0-9_]+/i.exec(text)?.[0]?.toLowerCase() ?? text;
  const isList = base === 'enum' || base === 'set';
  const inner = /\(([\s\S]*)\)/.exec(text)?.[1] ?? '';
  return {
    base,
    numbers: isList
      ? []
      : inner
          .split(',')
          .map(Number)
          .filter((number) => Number.isFinite(number) && inner !== ''),
    unsigned: /\bunsigned\b/i.test(text),
    members: isList ? [...inner.matchAll(MEMBER)].map((found) => (found[1] ?? '').replaceAll("''", "'")) : [],
  };
};

const INT_BITS: Readonly<Record<string, bigint>> = {
  tinyint: 8n,
  smallint: 16n,
  mediumint: 24n,
  int: 32n,
  bigint: 64n,
};
/** Bytes that the text and blob types hold. */
const BLOB_BYTES: Readonly<Record<string, number>> = {
  tinytext: 255,
  text: 65_535,
  mediumtext: 16_777_215,
  longtext: 4_294_967_295,
  tinyblob: 255,
  blob: 65_535,
  mediumblob: 16_777_215,
  longblob: 4_294_967_295,
};

export type Effect =
  | 'none'
  | 'narrow-int'
  | 'narrow-decimal'
  | 'narrow-string'
  | 'narrow-temporal'
  | 'binary-pad'
  | 'varchar-bytes'
  | 'members-removed'
  | 'members-reordered'
  | 'members-grow'
  | 'lossy'
  | 'copy';

export interface TypeEffect {
  readonly effect: Effect;
  /** Rows that do not fit, as a condition; null where none can be stated. */
  readonly where: ((column: string) => string) | null;
  /** In words: `values longer than 10 characters`. */
  readonly misfits: string;
  /**
   * Which of these values the server cuts or rounds with no more than a note, in strict mode too: digits behind the point, parts of
   * times. Seen on MariaDB 10.11 and MySQL 9.7. Default: none, in strict mode the statement fails with them.
   */
  readonly cuts?: 'all' | 'some';
  /** Values that fit can be changed all the same, so that no misfit proves nothing. */
  readonly leaves?: true;
}

/** What a misfit means where the server cuts some or all of them in place of failing. */
export const whenCut = (cuts: TypeEffect['cuts'], positive: Probe['positive']): Probe['positive'] => {
  if (cuts === 'all') return 'loses-values';
  return cuts === 'some' && positive === 'will-fail' ? 'may-fail' : positive;
};

const only = (effect: Effect): TypeEffect => ({ effect, where: null, misfits: '' });

const range = (type: ColumnType): readonly [bigint, bigint] => {
  const bits = INT_BITS[type.base] ?? 64n;
  return type.unsigned ? [0n, 2n ** bits - 1n] : [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n];
};

const intEffect = (from: ColumnType, to: ColumnType): TypeEffect => {
  const [oldMin, oldMax] = range(from);
  const [min, max] = range(to);
  // MariaDB and MySQL change display width and zerofill in place.
  if (from.base === to.base && from.unsigned === to.unsigned) return only('none');
  if (min <= oldMin && max >= oldMax) return only('copy');
  return {
    effect: 'narrow-int',
    where: (column) => `${quote(column)} NOT BETWEEN ${min} AND ${max}`,
    misfits: `values outside ${min} to ${max}`,
  };
};

const decimalEffect = (from: ColumnType, to: ColumnType): TypeEffect => {
  const [precision = 10, scale = 0] = to.numbers;
  const [oldPrecision = 10, oldScale = 0] = from.numbers;
  const loses =
    scale < oldScale || precision - scale < oldPrecision - oldScale || (to.unsigned && !from.unsigned);
  if (!loses) return only('copy');
  const limit = `1${'0'.repeat(Math.max(0, precision - scale))}`;
  const mayOverflow = precision - scale < oldPrecision - oldScale || (to.unsigned && !from.unsigned);
  const rounds = scale < oldScale;
  return {
    effect: 'narrow-decimal',
    ...(rounds && { cuts: mayOverflow ? 'some' : 'all' }),
    where: (column) =>
      `(${quote(column)} <> ROUND(${quote(column)}, ${scale}) OR ABS(${quote(column)}) >= ${limit}${to.unsigned ? ` OR ${quote(column)} < 0` : ''})`,
    misfits: `values that need more than ${precision} digits, ${scale} of them behind the point`,
  };
};

const isText = (base: string): boolean => /char$|text$/.test(base);
const isBinary = (base: string): boolean => /binary$|blob$/.test(base);

/** Characters for CHAR and VARCHAR, bytes for the others; null where there is no limit to speak of. */
const capacity = (type: ColumnType): { readonly amount: number; readonly unit: 'characters' | 'bytes' } => {
  const bytes = BLOB_BYTES[type.base];
  if (bytes !== undefined) return { amount: bytes, unit: 'bytes' };
  return { amount: type.numbers[0] ?? 1, unit: isBinary(type.base) ? 'bytes' : 'characters' };
};

/** 255 bytes is the longest value with one length byte. */
const ONE_BYTE = 255;

const stringEffect = (from: ColumnType, to: ColumnType, bytesPerCharacter: number): TypeEffect => {
  const old = capacity(from);
  const now = capacity(to);
  if (from.base === 'binary' && to.base === 'binary') return only('binary-pad');
  const oldBytes = old.unit === 'bytes' ? old.amount : old.amount * bytesPerCharacter;
  const nowBytes = now.unit === 'bytes' ? now.amount : now.amount * bytesPerCharacter;
  const shrinks = old.unit === now.unit ? now.amount < old.amount : nowBytes < oldBytes;
  if (shrinks) {
    const measure = now.unit === 'bytes' ? 'LENGTH' : 'CHAR_LENGTH';
    return {
      effect: 'narrow-string',
      where: (column) => `${measure}(${quote(column)}) > ${now.amount}`,
      misfits: `values longer than ${now.amount} ${now.unit}`,
    };
  }
  if (from.base === to.base && /^var/.test(to.base)) {
    return only(oldBytes <= ONE_BYTE && nowBytes > ONE_BYTE ? 'varchar-bytes' : 'none');
  }
  return only('copy');
};

const TEMPORAL = /^(date|datetime|timestamp|time|year)$/;

const temporalEffect = (from: ColumnType, to: ColumnType): TypeEffect => {
  const digits = to.numbers[0] ?? 0;
  const step = 10 ** (6 - digits);
  const fraction = (column: string): string => `MICROSECOND(${quote(column)}) % ${step} <> 0`;
  if (from.base === to.base) {
    if (digits >= (from.numbers[0] ?? 0)) return only('copy');
    return {
      effect: 'narrow-temporal',
      cuts: 'all',
      where: fraction,
      misfits: `values with more than ${digits} digits of seconds`,
    };
  }
  if (to.base === 'date') {
    return {
      effect: 'narrow-temporal',
      cuts: 'all',
      // As numbers: compared as texts, `00:00:00.000` is another one.
      where: (column) => `(TIME_TO_SEC(${quote(column)}) <> 0 OR MICROSECOND(${quote(column)}) <> 0)`,
      misfits: 'values with a time of day',
    };
  }
  const losesDigits = digits < (from.numbers[0] ?? 0);
  if (from.base === 'datetime' && to.base === 'timestamp') {
    const outside = (column: string): string =>
      `${quote(column)} NOT BETWEEN '1970-01-02 00:00:00' AND '2038-01-18 00:00:00'`;
    return {
      effect: 'narrow-temporal',
      ...(losesDigits && { cuts: 'some' }),
      where: (column) => (losesDigits ? `(${outside(column)} OR ${fraction(column)})` : outside(column)),
      misfits: `values that a TIMESTAMP${losesDigits ? ` of ${digits} digits` : ''} cannot hold`,
    };
  }
  if (from.base === 'timestamp' && to.base === 'datetime')
    return losesDigits
      ? {
          effect: 'narrow-temporal',
          cuts: 'all',
          where: fraction,
          misfits: `values with more than ${digits} digits of seconds`,
        }
      : only('copy');
  if (from.base === 'date' && to.base === 'datetime') return only('copy');
  return { effect: 'narrow-temporal', where: null, misfits: '' };
};

const holds = (column: string, member: string, isSet: boolean): string =>
  isSet ? `FIND_IN_SET(${literal(member)}, ${quote(column)})` : `${quote(column)} = ${literal(member)}`;

/** Bytes that ENUM and SET need (manual, "Data Type Storage Requirements"). */
const storage = (type: ColumnType): number => {
  const count = type.members.length;
  if (type.base === 'enum') return count > 255 ? 2 : 1;
  const bytes = Math.ceil(count / 8);
  return bytes > 4 ? 8 : bytes;
};

const memberEffect = (from: ColumnType, to: ColumnType): TypeEffect => {
  const removed = from.members.filter((member) => !to.members.includes(member));
  if (removed.length > 0) {
    const isSet = from.base === 'set';
    return {
      effect: 'members-removed',
      where: (column) => `(${removed.map((member) => holds(column, member, isSet)).join(' OR ')})`,
      misfits: `values that use ${removed.map((member) => `'${member}'`).join(', ')}`,
    };
  }
  if (from.members.some((member, index) => to.members[index] !== member)) return only('members-reordered');
  return only(storage(to) > storage(from) ? 'members-grow' : 'none');
};

const isInt = (base: string): boolean => Object.hasOwn(INT_BITS, base);
const isDecimal = (base: string): boolean => /^(decimal|float|double)$/.test(base);

/** What the change does to the values of a column whose text has so many bytes per character at most. */
export const typeEffect = (fromText: string, toText: string, bytesPerCharacter: number): TypeEffect => {
  const from = parseType(fromText);
  const to = parseType(toText);
  if (from.base === to.base && from.members.length > 0) return memberEffect(from, to);
  if (isInt(from.base) && isInt(to.base)) return intEffect(from, to);
  if (from.base === 'decimal' && to.base === 'decimal') return decimalEffect(from, to);
  if (isDecimal(from.base) && (isDecimal(to.base) || isInt(to.base))) {
    const whole = isInt(to.base);
    return {
      effect: from.base === 'float' && to.base === 'double' ? 'copy' : 'narrow-decimal',
      where: whole ? (column) => `${quote(column)} <> ROUND(${quote(column)})` : null,
      misfits: whole ? 'values with digits behind the point' : '',
    };
  }
  if ((isText(from.base) && isText(to.base)) || (isBinary(from.base) && isBinary(to.base))) {
    return stringEffect(from, to, bytesPerCharacter);
  }
  if (isText(from.base) && isBinary(to.base)) {
    const found = stringEffect(from, to, bytesPerCharacter);
    if (found.effect === 'narrow-string') return found;
  }
  if (TEMPORAL.test(from.base) && TEMPORAL.test(to.base)) return temporalEffect(from, to);
  return crossing(from, to);
};
