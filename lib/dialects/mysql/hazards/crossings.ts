// What a change from one kind of column type to another does to values: numbers to text, text to dates. Pure. Facts: MySQL manual "Data
// Type Conversion Considerations" of ALTER TABLE, "Numeric Type Storage", "The ENUM Type"; MariaDB knowledge base "UUID", "INET6".

import { literal, quote } from '../quote.ts';
import type { ColumnType, TypeEffect } from './types.ts';

const copy: TypeEffect = { effect: 'copy', where: null, misfits: '' };
/** What is no value of the new kind is refused or changed, and which values those are cannot be asked in general. */
const lossy: TypeEffect = { effect: 'lossy', where: null, misfits: '' };

const KINDS: readonly (readonly [string, RegExp])[] = [
  ['int', /^(tiny|small|medium|big)?int$/],
  ['decimal', /^decimal$/],
  ['float', /^(float|double)$/],
  ['bit', /^bit$/],
  ['text', /char$|text$/],
  ['binary', /binary$|blob$/],
  ['temporal', /^(date|datetime|timestamp|time|year)$/],
  ['member', /^(enum|set)$/],
  ['json', /^json$/],
  ['address', /^(uuid|inet4|inet6)$/],
  ['shape', /^(geometry|point|linestring|polygon|multi\w+|geo\w+collection)$/],
  ['vector', /^vector$/],
];

const kindOf = ({ base }: ColumnType): string | undefined => KINDS.find(([, bases]) => bases.test(base))?.[0];

/** Decimal digits of the greatest value of a whole number. */
const DIGITS: Readonly<Record<string, number>> = {
  tinyint: 3,
  smallint: 5,
  mediumint: 8,
  int: 10,
  bigint: 20,
};
/** Bits that a floating-point type keeps exactly, against those of whole numbers. */
const EXACT: Readonly<Record<string, readonly string[]>> = {
  float: ['tinyint', 'smallint', 'mediumint'],
  double: ['tinyint', 'smallint', 'mediumint', 'int'],
};

const fraction = ({ numbers: [digits = 0] }: ColumnType): number => (digits === 0 ? 0 : digits + 1);

/** Characters that the longest value takes as text; infinite where there is no limit to speak of. */
const written = (type: ColumnType): number => {
  const { base, numbers, members } = type;
  const [precision = 10] = numbers;
  const lengths = members.map(({ length }) => length);
  const known: Readonly<Record<string, number>> = {
    decimal: precision + 3,
    float: 24,
    double: 24,
    date: 10,
    year: 4,
    time: 10 + fraction(type),
    datetime: 19 + fraction(type),
    timestamp: 19 + fraction(type),
    enum: Math.max(0, ...lengths),
    set: lengths.reduce((sum, length) => sum + length + 1, 0),
    uuid: 36,
    inet4: 15,
    inet6: 39,
  };
  const digits = DIGITS[base];
  return digits === undefined ? (known[base] ?? Number.POSITIVE_INFINITY) : digits + 1;
};

/** Characters that a text type holds for certain; the blob types' own limits are in bytes, of which a character has four at most. */
const room = ({ base, numbers: [length = 1] }: ColumnType): number => {
  const bytes: Readonly<Record<string, number>> = {
    tinytext: 63,
    text: 16_383,
    mediumtext: 4_194_303,
    longtext: Number.POSITIVE_INFINITY,
  };
  return bytes[base] ?? length;
};

const toText = (from: ColumnType, to: ColumnType): TypeEffect => {
  const limit = room(to);
  if (written(from) <= limit) return copy;
  const where = (column: string): string => `CHAR_LENGTH(${quote(column)}) > ${limit}`;
  return { effect: 'narrow-string', where, misfits: `values longer than ${limit} characters` };
};

const intToNumber = (from: ColumnType, to: ColumnType): TypeEffect => {
  const [precision = 10, scale = 0] = to.numbers;
  const fits =
    to.base === 'decimal'
      ? precision - scale >= (DIGITS[from.base] ?? 20)
      : EXACT[to.base]?.includes(from.base);
  return fits ? copy : { effect: 'narrow-decimal', where: null, misfits: '' };
};

const toBit = ({ numbers: [size = 1] }: ColumnType): TypeEffect => ({
  effect: 'narrow-int',
  where: (column) => `${quote(column)} NOT BETWEEN 0 AND ${2n ** BigInt(size) - 1n}`,
  misfits: `values outside 0 to ${2n ** BigInt(size) - 1n}`,
});

const toMember = (from: ColumnType, to: ColumnType): TypeEffect => {
  if (from.members.length > 0 && from.members.every((one) => to.members.includes(one)) && to.base === 'set')
    return copy;
  const list = to.members.map(literal).join(', ');
  const isAsked = to.base === 'enum' && list !== '' && !from.base.startsWith('set');
  return {
    effect: 'members-removed',
    where: isAsked ? (column) => `${quote(column)} NOT IN (${list})` : null,
    misfits: isAsked ? `values that are none of ${list}` : '',
  };
};

/** `12`, `-1.5`, `.5`, `1e3`: what the server reads as a number in whole (manual, "Number Literals"). */
const NUMBER = '^[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?$';

/** Texts that are no numbers. What is one can still lose its form (`007`), so that none of them proves nothing. */
const textToNumber: TypeEffect = {
  ...lossy,
  where: (column) => `TRIM(${quote(column)}) NOT REGEXP ${literal(NUMBER)}`,
  misfits: 'values that are no numbers',
  leaves: true,
};

/** Texts and numbers that are no dates: a cast gives NULL for them (manual, "Cast Functions and Operators"). */
const toDate = ({ base }: ColumnType): TypeEffect =>
  /^(date|datetime|timestamp)$/.test(base)
    ? {
        ...lossy,
        where: (column) => `(${quote(column)} IS NOT NULL AND CAST(${quote(column)} AS DATETIME) IS NULL)`,
        misfits: 'values that are no dates',
        leaves: true,
      }
    : lossy;

/** What becomes of values whose column changes its kind of type; of kinds that nobody knows it is a copy and no more. */
export const crossing = (from: ColumnType, to: ColumnType): TypeEffect => {
  const [old, now] = [kindOf(from), kindOf(to)];
  if (old === undefined || now === undefined) return copy;
  if (old === now) {
    const [size = 1, wanted = 1] = [from.numbers[0], to.numbers[0]];
    if (old === 'bit') return wanted < size ? toBit(to) : copy;
    if (old === 'member') return toMember(from, to);
    if (old === 'shape') return from.base === to.base || to.base === 'geometry' ? copy : lossy;
    return old === 'vector' && wanted === size ? copy : old === 'address' || old === 'vector' ? lossy : copy;
  }
  if (now === 'text' && old !== 'binary') return toText(from, to);
  if (now === 'member' && old === 'text') return toMember(from, to);
  if (old === 'int' && (now === 'decimal' || now === 'float')) return intToNumber(from, to);
  if (old === 'int' && now === 'bit') return toBit(to);
  if (old === 'bit' && now === 'int') return copy;
  if (old === 'text' && /^(int|decimal|float)$/.test(now)) return textToNumber;
  if ((old === 'text' || old === 'int') && now === 'temporal') return toDate(to);
  if (old === 'text' && now === 'json')
    return {
      effect: 'lossy',
      where: (column) => `NOT JSON_VALID(${quote(column)})`,
      misfits: 'values that are no JSON',
    };
  return old === 'text' && now === 'binary' ? copy : lossy;
};
