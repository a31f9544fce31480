// A column as a statement declares it, in the words that the server would use. Pure; knows no live schema.
import { type SchemaObject, schemaObject, type Value } from '../../../schema/index.ts';
import type { Word } from '../scan/words.ts';

/** Other names of the same types (manual, "Using Data Types from Other Database Engines" and the type syntax pages). */
const SYNONYMS: Readonly<Record<string, string>> = {
  integer: 'int',
  int1: 'tinyint',
  int2: 'smallint',
  int3: 'mediumint',
  middleint: 'mediumint',
  int4: 'int',
  int8: 'bigint',
  bool: 'tinyint(1)',
  boolean: 'tinyint(1)',
  dec: 'decimal',
  numeric: 'decimal',
  fixed: 'decimal',
  real: 'double',
  float8: 'double',
  float4: 'float',
  character: 'char',
  nvarchar: 'varchar',
  nchar: 'char',
  serial: 'bigint unsigned',
};

/** Two words that are one type. */
const PAIRS: Readonly<Record<string, string>> = {
  'double precision': 'double',
  'character varying': 'varchar',
  'char varying': 'varchar',
  'national varchar': 'varchar',
  'national char': 'char',
  'long varchar': 'mediumtext',
};

interface TypeText {
  readonly type: string;
  /** Index of the first word behind it. */
  readonly next: number;
}

const parenthesised = (
  words: readonly Word[],
  at: number,
): { readonly text: string; readonly next: number } => {
  if (words[at]?.text !== '(') return { text: '', next: at };
  const end = words.findIndex((word, index) => index > at && word.text === ')');
  const next = end < 0 ? words.length : end + 1;
  // An index on a list of members keeps their quotes.
  return {
    text: words
      .slice(at, next)
      .map((word) => (word.kind === 'string' ? `'${word.value.replaceAll("'", "''")}'` : word.text))
      .join(''),
    next,
  };
};

/** The type at an index: its words, its numbers, its sign. */
const typeAt = (words: readonly Word[], at: number): TypeText => {
  const first = (words[at]?.value ?? '').toLowerCase();
  const pair = PAIRS[`${first} ${(words[at + 1]?.value ?? '').toLowerCase()}`];
  const base = pair ?? SYNONYMS[first] ?? first;
  const inner = parenthesised(words, at + (pair === undefined ? 1 : 2));
  let next = inner.next;
  let type = `${base}${inner.text}`;
  while (/^(UNSIGNED|SIGNED|ZEROFILL)$/.test(words[next]?.text ?? '')) {
    if (words[next]?.text !== 'SIGNED') type += ` ${words[next]?.text.toLowerCase()}`;
    next += 1;
  }
  return { type, next };
};

const textOf = (words: readonly Word[]): string =>
  words.map((word) => (word.kind === 'string' ? `'${word.value}'` : word.text)).join(' ');

/** The words of an expression in parentheses, or the one word that stands there. */
const valueAt = (words: readonly Word[], at: number): string => {
  if (words[at]?.text !== '(') return textOf(words.slice(at, at + (words[at]?.text === '-' ? 2 : 1)));
  let depth = 0;
  const end = words.findIndex((word, index) => {
    if (index < at) return false;
    depth += word.text === '(' ? 1 : word.text === ')' ? -1 : 0;
    return depth === 0;
  });
  return textOf(words.slice(at, end < 0 ? undefined : end + 1));
};

const indexOf = (words: readonly Word[], ...wanted: readonly string[]): number => {
  let depth = 0;
  return words.findIndex((word, index) => {
    if (word.text === '(') depth += 1;
    if (word.text === ')') depth -= 1;
    return (
      depth === 0 && word.kind === 'word' && wanted.every((text, step) => words[index + step]?.text === text)
    );
  });
};

const has = (words: readonly Word[], ...wanted: readonly string[]): boolean => indexOf(words, ...wanted) >= 0;

const isRequired = (rest: readonly Word[]): boolean => has(rest, 'NOT', 'NULL') || has(rest, 'PRIMARY');

const collationOf = (rest: readonly Word[]): string | undefined => {
  const collate = indexOf(rest, 'COLLATE');
  if (collate >= 0) return rest[collate + (rest[collate + 1]?.text === '=' ? 2 : 1)]?.value.toLowerCase();
  const set = indexOf(rest, 'CHARACTER', 'SET');
  return set < 0 ? undefined : rest[set + 2]?.value.toLowerCase();
};

const generatedOf = (rest: readonly Word[]): Record<string, Value | undefined> => {
  const at = indexOf(rest, 'AS');
  if (at < 0 || rest[at + 1]?.text !== '(') return {};
  const stored = has(rest, 'STORED') || has(rest, 'PERSISTENT');
  return { generated: valueAt(rest, at + 1), generatedAs: stored ? 'stored' : 'virtual' };
};

/** MySQL's `SRID 4326`, MariaDB's `REF_SYSTEM_ID = 4326`. */
const sridOf = (rest: readonly Word[]): number | undefined => {
  const at = Math.max(indexOf(rest, 'SRID'), indexOf(rest, 'REF_SYSTEM_ID'));
  const value = at < 0 ? undefined : rest.slice(at + 1).find(({ kind }) => kind === 'number');
  return value && Number(value.text);
};

/** A column from the words behind its name. */
export const columnObject = (name: string, words: readonly Word[]): SchemaObject => {
  const { type, next } = typeAt(words, 0);
  const rest = words.slice(next);
  const preset = indexOf(rest, 'DEFAULT');
  const value = preset < 0 ? undefined : valueAt(rest, preset + 1);
  const comment = indexOf(rest, 'COMMENT');
  const update = indexOf(rest, 'ON', 'UPDATE');
  return schemaObject({
    kind: 'column',
    name,
    attributes: {
      type,
      nullable: !isRequired(rest) && !/^serial$/i.test(words[0]?.value ?? ''),
      default: value?.toUpperCase() === 'NULL' ? undefined : value,
      ...generatedOf(rest),
      collation: collationOf(rest),
      srid: sridOf(rest),
      autoIncrement: has(rest, 'AUTO_INCREMENT') || undefined,
      invisible: has(rest, 'INVISIBLE') || undefined,
      comment: comment < 0 ? undefined : rest[comment + 1]?.value,
      onUpdate: update < 0 ? undefined : 'current_timestamp',
    },
  });
};
