// What a key, check or exclusion constraint asks of the rows: which of them break it. Pure; builds SQL and sends none.
import { type PlannedStatement, type Probe, sampleOf } from '../../../risk/index.ts';
import type { SchemaObject } from '../../../schema/index.ts';
import { quote } from '../quote.ts';
import { columnBefore, columnsIn, foreseen, tableAfter } from './foreseen.ts';
import { splitList } from './lists.ts';
import { fed, mended } from './mended.ts';
import { columnOf, listOf, nameOf, qualifiedText, type Scene } from './scene.ts';

/** A key or constraint on a table of before, and where the plan makes it. */
export interface AskedKey {
  readonly table: SchemaObject;
  readonly key: SchemaObject;
  readonly at: PlannedStatement | undefined;
}

const failing = (scene: Scene, { table, at }: AskedKey): Probe['positive'] =>
  mended(scene, table, at) ? 'may-fail' : 'will-fail';

/** A part of a key that is an expression: as texts give it, which cannot be asked, or as the live server prints it, which can. */
export const isExpression = (scene: Scene, table: SchemaObject, part: string): boolean => {
  const after = tableAfter(scene, table);
  return !columnOf(table, part) && !(after && columnOf(after, part));
};

/** Texts that are no expression of the server's. */
const isUnread = (part: string): boolean => /^expression [0-9a-f]+$/.test(part);

/** Every column that the parts and the condition of a key name. */
const columnsOfKey = (scene: Scene, table: SchemaObject, texts: readonly string[]): readonly string[] => [
  ...new Set(
    texts.flatMap((text) => (isExpression(scene, table, text) ? columnsIn(scene, table, text) : [text])),
  ),
];

/** Keys see the rows of their own table, and of its partitions, not those of tables that inherit from it. */
const ALONE = { alone: true } as const;

/**
 * No duplicates today are none tomorrow, but where the plan changes rows before: then it is lowered, and stays as it is for a column that
 * the plan makes and fills.
 */
const unlessChanged = (
  scene: Scene,
  asked: AskedKey,
  columns: readonly string[],
): Pick<Probe, 'positive' | 'zero'> => {
  const positive = failing(scene, asked);
  const isFilled = columns.some((name) => columnBefore(scene, asked.table, name) === undefined);
  return { positive, zero: positive === 'will-fail' ? 'dismiss' : isFilled ? 'keep' : 'lower' };
};

/** Rows that share their values; NULLs differ from each other unless the index says otherwise. */
export const duplicatesProbe = (scene: Scene, asked: AskedKey): Probe | undefined => {
  const { table, key } = asked;
  const { where, nullsNotDistinct } = key.attributes;
  const columns = listOf(key, 'columns');
  if (columns.length === 0 || columns.some(isUnread)) return undefined;
  const condition = typeof where === 'string' ? [where] : [];
  const named = [
    ...columnsOfKey(scene, table, columns),
    ...condition.flatMap((text) => columnsIn(scene, table, text)),
  ];
  const from = foreseen(scene, table, { columns: [...new Set(named)], ...ALONE });
  if (from === null) return undefined;
  const parts = columns.map((part) => (isExpression(scene, table, part) ? `(${part})` : quote(part)));
  const given = nullsNotDistinct === true ? [] : parts.map((part) => `${part} IS NOT NULL`);
  const conditions = [...given, ...condition.map((text) => `(${text})`)];
  const filter = conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : '';
  return {
    question: `values of (${columns.join(', ')}) that occur more than once in ${nameOf(table)}`,
    sql: `SELECT count(*) FROM (SELECT 1 FROM ${from}${filter} GROUP BY ${parts.join(', ')} HAVING count(*) > 1) repeated`,
    ...unlessChanged(scene, asked, named),
  };
};

/** MATCH FULL lets no key be given in part (CREATE TABLE in the manual). */
const lacksPartner = (columns: readonly string[], exists: string, isFull: boolean): string => {
  const given = columns.map((name) => `child.${quote(name)} IS NOT NULL`);
  if (!isFull || columns.length === 1) return `${given.join(' AND ')} AND NOT ${exists}`;
  return `(${given.join(' OR ')}) AND NOT (${given.join(' AND ')} AND ${exists})`;
};

/** Rows whose key finds no partner. */
export const orphansProbe = (scene: Scene, asked: AskedKey): Probe | undefined => {
  const { table, key, at } = asked;
  const columns = listOf(key, 'columns');
  const isTables = ({ kind }: SchemaObject): boolean => kind === 'table';
  const named = (objects: readonly SchemaObject[]): SchemaObject | undefined =>
    objects.filter(isTables).find((object) => key.attributes.references === qualifiedText(object));
  const later = named(scene.input.after.objects);
  const parent = named(scene.input.before.objects) ?? (later && scene.input.moves?.origin(later));
  const primary = parent?.children.find(({ kind }) => kind === 'primary-key');
  const stated = listOf(key, 'referencedColumns');
  // A text that names no columns means the primary key's.
  const referenced = stated.length === 0 && primary ? listOf(primary, 'columns') : stated;
  if (!parent || columns.length === 0 || columns.length !== referenced.length) return undefined;
  const own = foreseen(scene, table, { columns, ...ALONE });
  const its = foreseen(scene, parent, { columns: referenced, ...ALONE });
  if (own === null || its === null) return undefined;
  const aliased = (from: string, name: string): string => `${from.replace(/ AS foreseen$/, '')} ${name}`;
  const pairs = columns.map(
    (name, place) => `parent.${quote(referenced[place] ?? '')} = child.${quote(name)}`,
  );
  const exists = `EXISTS (SELECT 1 FROM ${aliased(its, 'parent')} WHERE ${pairs.join(' AND ')})`;
  const from = `FROM ${aliased(own, 'child')} WHERE ${lacksPartner(columns, exists, key.attributes.match === 'full')}`;
  return {
    question: `rows in ${nameOf(table)} whose (${columns.join(', ')}) is not in ${nameOf(parent)}`,
    sql: `SELECT count(*) ${from}`,
    ...sampleOf({ table, from, quote, prefix: 'child.' }),
    // A partner that is added or changed mends them too.
    positive: fed(scene, parent, at) || mended(scene, parent, at) ? 'may-fail' : failing(scene, asked),
    zero: 'keep',
  };
};

/** Rows that break a check; an error in the question is one in the check. */
export const brokenProbe = (scene: Scene, asked: AskedKey): Probe | undefined => {
  const { table, key } = asked;
  const { expression, noInherit } = key.attributes;
  if (typeof expression !== 'string') return undefined;
  const columns = columnsIn(scene, table, expression);
  const from = columns.length === 0 ? null : foreseen(scene, table, { columns, alone: noInherit === true });
  if (from === null) return undefined;
  const rest = `FROM ${from} WHERE NOT (${expression})`;
  return {
    question: `rows in ${nameOf(table)} that break the check`,
    sql: `SELECT count(*) ${rest}`,
    ...sampleOf({ table, from: rest, quote }),
    positive: failing(scene, asked),
    zero: 'keep',
  };
};

/** `EXCLUDE USING gist (room WITH =, during WITH &&) WHERE (...)`, in the server's words (pg_get_constraintdef). */
const EXCLUDED =
  /^EXCLUDE USING \w+ \((.*?)\)(?: INCLUDE \(.*?\))?(?: WITH \(.*?\))?(?: USING INDEX TABLESPACE \S+)?(?: WHERE \((.*)\))?(?: DEFERRABLE.*)?$/s;
const PART = /^(.*?)(?: (?:\w+\.)?\w+_ops)? WITH (\S+)$/s;

/** Pairs of expression and operator; null where a part is not understood. */
const excludedParts = (list: string): readonly (readonly [value: string, operator: string])[] | null => {
  const found = splitList(list).map((part) => PART.exec(part));
  return found.every((part) => part !== null)
    ? found.map((part) => [part[1] ?? '', part[2] ?? ''] as const)
    : null;
};

/** Rows that meet another one under every operator; NULL meets nothing. */
export const conflictsProbe = (scene: Scene, asked: AskedKey): Probe | undefined => {
  const { table, key } = asked;
  const [, list = '', condition] = EXCLUDED.exec(String(key.attributes.definition ?? '')) ?? [];
  const parts = excludedParts(list);
  if (list === '' || parts === null) return undefined;
  const columns = columnsIn(scene, table, `${list} ${condition ?? ''}`);
  const from = foreseen(scene, table, { columns, ...ALONE });
  if (from === null) return undefined;
  const filter = condition === undefined ? '' : ` WHERE (${condition})`;
  const values = parts.map(([value], place) => `(${value}) AS value_${place}`);
  const primary = table.children.find(({ kind }) => kind === 'primary-key');
  const keys = primary ? listOf(primary, 'columns').map(quote) : [];
  const rows = (name: string): string =>
    `(SELECT ${['tableoid', 'ctid', ...(name === 'one' ? keys : []), ...values].join(', ')} FROM ${from}${filter}) ${name}`;
  const meets = parts.map(([, operator], place) => `one.value_${place} ${operator} other.value_${place}`);
  const rest = `FROM ${rows('one')} WHERE EXISTS (SELECT 1 FROM ${rows('other')} WHERE (one.tableoid, one.ctid) <> (other.tableoid, other.ctid) AND ${meets.join(' AND ')})`;
  return {
    question: `rows in ${nameOf(table)} that exclude each other`,
    sql: `SELECT count(*) ${rest}`,
    ...sampleOf({ table, from: rest, quote, prefix: 'one.' }),
    positive: failing(scene, asked),
    zero: 'keep',
  };
};
