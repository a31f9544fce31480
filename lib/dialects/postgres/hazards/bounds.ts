// Which rows a partition takes, as a condition that rows can be asked with: what ATTACH PARTITION proves of every row (CREATE TABLE in
// the manual, PARTITION OF). Pure; builds SQL and sends none.
import { type PlannedStatement, type Probe, sampleOf } from '../../../risk/index.ts';
import type { SchemaObject } from '../../../schema/index.ts';
import { literal, quote } from '../quote.ts';
import { columnsIn, foreseen } from './foreseen.ts';
import { splitList } from './lists.ts';
import { mended } from './mended.ts';
import { nameOf, quotedName, type Scene } from './scene.ts';

const inBrackets = (text: string): string => /\((.*)\)/s.exec(text)?.[1] ?? '';

/** A key in the server's words is a column, or an expression in brackets; classes and collations behind it sort and do not compute. */
const KEY = /^(\(.*\)|"(?:[^"]|"")+"|[^\s("]+(?:\(.*\))?)/s;

const keysOf = (parent: SchemaObject): readonly string[] =>
  splitList(inBrackets(String(parent.attributes.partitionKey ?? ''))).map(
    (part) => KEY.exec(part)?.[1] ?? part,
  );

/** One side of a range: MINVALUE and MAXVALUE end the comparison where they stand; null where the side is open. */
const side = (
  keys: readonly string[],
  values: readonly string[],
  words: {
    readonly plain: string;
    readonly open: string;
    readonly MINVALUE: string;
    readonly MAXVALUE: string;
  },
): string | null => {
  const end = values.findIndex((value) => value === 'MINVALUE' || value === 'MAXVALUE');
  const word = end < 0 ? null : values[end] === 'MINVALUE' ? 'MINVALUE' : 'MAXVALUE';
  if (end === 0 && word === words.open) return null;
  if (end === 0) return 'false';
  const length = end < 0 ? keys.length : end;
  const operator = word === null ? words.plain : words[word];
  return `(${keys.slice(0, length).join(', ')}) ${operator} (${values.slice(0, length).join(', ')})`;
};

const RANGE = /^FOR VALUES FROM \((.*)\) TO \((.*)\)$/s;

const inRange = (keys: readonly string[], from: string, to: string): string =>
  [
    ...keys.map((key) => `${key} IS NOT NULL`),
    side(keys, splitList(from), { plain: '>=', open: 'MINVALUE', MINVALUE: '>=', MAXVALUE: '>' }),
    side(keys, splitList(to), { plain: '<', open: 'MAXVALUE', MINVALUE: '<', MAXVALUE: '<=' }),
  ]
    .filter((part) => part !== null)
    .join(' AND ');

const inList = ([key = '']: readonly string[], list: string): string => {
  const values = splitList(list);
  const given = values.filter((value) => value !== 'NULL');
  const parts = [
    ...(given.length > 0 ? [`${key} IN (${given.join(', ')})`] : []),
    ...(given.length < values.length ? [`${key} IS NULL`] : []),
  ];
  return parts.join(' OR ');
};

/** The condition of one bound, of a table that is there before the plan; null where its words are not understood. */
const fits = (parent: SchemaObject, bound: unknown): string | null => {
  const [keys, text] = [keysOf(parent), String(bound)];
  const range = RANGE.exec(text);
  if (keys.length === 0) return null;
  if (range) return inRange(keys, range[1] ?? '', range[2] ?? '');
  const list = /^FOR VALUES IN \((.*)\)$/s.exec(text);
  if (list) return inList(keys, list[1] ?? '');
  const hash = /^FOR VALUES WITH \(modulus (\d+), remainder (\d+)\)$/i.exec(text);
  return hash
    ? `satisfies_hash_partition(${literal(quotedName(parent))}::regclass, ${hash[1]}, ${hash[2]}, ${keys.join(', ')})`
    : null;
};

const lastPart = (text: unknown): string => String(text).split('.').at(-1)?.replaceAll('"', '') ?? '';

/** Partitions of before, but for one. */
const others = (scene: Scene, parent: SchemaObject, but: SchemaObject | undefined): readonly SchemaObject[] =>
  scene.input.before.objects.filter(
    (object) =>
      object !== but &&
      object.kind === 'table' &&
      object.attributes.partitionOf !== undefined &&
      lastPart(object.attributes.partitionOf) === parent.name,
  );

/** The rows that a partition must not hold: outside of its bound, or, for the DEFAULT one, inside of another's. */
const strangersOf = (
  scene: Scene,
  parent: SchemaObject,
  partition: SchemaObject,
  bound: unknown,
): string | null => {
  if (bound !== 'DEFAULT') {
    const own = fits(parent, bound);
    return own === null ? null : `(${own}) IS NOT TRUE`;
  }
  const taken = others(scene, parent, partition).map(({ attributes }) =>
    fits(parent, attributes.partitionBound),
  );
  return taken.length === 0 || taken.includes(null) ? null : `(${taken.join(' OR ')}) IS TRUE`;
};

interface Joining {
  readonly parent: SchemaObject;
  /** The table that joins, where it is there before the plan. */
  readonly partition: SchemaObject | undefined;
  /** As it is called at the end. */
  readonly name: string;
  /** The DEFAULT partition that is there. */
  readonly rest: SchemaObject | undefined;
  readonly at: PlannedStatement;
}

/** How many rows forbid that a partition joins: those of its own that do not belong, and those of the DEFAULT one that would. */
export const boundProbe = (
  scene: Scene,
  { parent, partition, name, rest, at }: Joining,
): Probe | undefined => {
  const bound = scene.input.after.objects.find(
    ({ kind, name: own, attributes }) =>
      kind === 'table' && own === name && lastPart(attributes.partitionOf) === parent.name,
  )?.attributes.partitionBound;
  const taken = bound === undefined ? null : fits(parent, bound);
  const asked = [
    ...(partition && bound !== undefined
      ? [{ table: partition, where: strangersOf(scene, parent, partition, bound) }]
      : []),
    ...(rest && rest !== partition ? [{ table: rest, where: taken && `(${taken}) IS TRUE` }] : []),
  ];
  const columns = columnsIn(scene, parent, keysOf(parent).join(', '));
  const froms = asked.flatMap(({ table, where }) => {
    const from = where === null ? null : foreseen(scene, table, { columns });
    return from === null ? [] : [{ table, from: `FROM ${from} WHERE ${where}` }];
  });
  const [first] = froms;
  if (!first || froms.length < asked.length) return undefined;
  return {
    question: `rows in ${asked.map(({ table }) => nameOf(table)).join(' and ')} that forbid it`,
    sql: `SELECT ${froms.map(({ from }) => `(SELECT count(*) ${from})`).join(' + ')}`,
    ...(froms.length === 1 && sampleOf({ ...first, quote })),
    positive: asked.some(({ table }) => mended(scene, table, at)) ? 'may-fail' : 'will-fail',
    zero: 'keep',
  };
};
