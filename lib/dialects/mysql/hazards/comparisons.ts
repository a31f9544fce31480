// Hazards of conditions that compare text with a number: the server compares both as numbers (manual, "Type Conversion in Expression
// Evaluation"), and every text that begins with no digit is 0. Seen on MariaDB 10.11, in strict mode too. Pure.
import { fitToTable, type Hazard, hazardOf, type Probe, processRule } from '../../../risk/index.ts';
import { childOf, type SchemaObject } from '../../../schema/index.ts';
import { literal, quote } from '../quote.ts';
import { isName, type Word, wordsOf } from '../scan/words.ts';
import { countProbe, type ReadStatement, type Scene, tableBefore } from './scene.ts';

const COMPARES = /^(=|<|>|<=|>=|<>|!=|<=>)$/;
/** What stands before the first word of a condition. */
const BEGINS = /^(WHERE|AND|OR|XOR|NOT|&&|\|\||\()$/;
/** What stands behind the last one. */
const ENDS = /^(AND|OR|XOR|&&|\|\||\)|ORDER|LIMIT|RETURNING|IS)$/;

const TEXT = /^(var)?char|text/i;

const isText = (table: SchemaObject, column: string): boolean => {
  const found = table.children.find(
    ({ kind, name }) => kind === 'column' && name.toLowerCase() === column.toLowerCase(),
  );
  return TEXT.test(String(found?.attributes.type ?? ''));
};

interface Comparison {
  readonly column: string;
  /** The number that it is compared with, where it is one and the question is whether they are equal. */
  readonly equals: string | null;
}

/** The number at a position that ends the condition there. */
const numberAt = (words: readonly Word[], at: number): string | null => {
  const sign = words[at]?.text === '-' ? 1 : 0;
  const number = words[at + sign];
  const behind = words[at + sign + 1];
  if (number?.kind !== 'number' || (behind !== undefined && !ENDS.test(behind.text))) return null;
  return `${sign ? '-' : ''}${number.text}`;
};

/** Whether a list in parentheses holds a number. */
const listsNumber = (words: readonly Word[], open: number): boolean => {
  if (words[open]?.text !== '(') return false;
  const close = words.findIndex(({ text }, at) => at > open && text === ')');
  return words
    .slice(open + 1, close)
    .some(({ kind }, at, list) => kind === 'number' && !/^[-+*/%(]$/.test(list[at + 1]?.text ?? ''));
};

/** What is compared from a position on: `c = 0`, `t.c > 5`, `c IN (1, 2)`, `c NOT IN (0)`. */
const comparisonAt = (words: readonly Word[], at: number): Comparison | null => {
  if (!BEGINS.test(words[at - 1]?.text ?? '')) return null;
  const name = words[at + 1]?.text === '.' ? at + 2 : at;
  const column = isName(words[name]) ? words[name]?.value : undefined;
  if (column === undefined) return null;
  let next = name + 1;
  if (words[next]?.text === 'NOT') next += 1;
  if (words[next]?.text === 'IN') return listsNumber(words, next + 1) ? { column, equals: null } : null;
  const first = words[next]?.text ?? '';
  const both = first + (words[next + 1]?.text ?? '');
  const behind = COMPARES.test(both) && both !== first ? next + 2 : next + 1;
  if (!COMPARES.test(first)) return null;
  const number = numberAt(words, behind);
  return number === null ? null : { column, equals: behind === next + 1 && first === '=' ? number : null };
};

const metByNumber = (
  table: SchemaObject,
  { column, equals }: Comparison,
  deletes: boolean,
): Probe | undefined =>
  equals === null
    ? undefined
    : countProbe(table, {
        question: `rows whose ${column} is ${equals} as a number and not as text`,
        where: `${quote(column)} = ${equals} AND BINARY ${quote(column)} <> ${literal(equals)}`,
        positive: deletes ? 'loses-rows' : 'changes-values',
        zero: 'dismiss',
      });

const compared = (scene: Scene, { planned, facts }: ReadStatement): Hazard[] => {
  const [named, ...others] = facts.tables;
  const isChange = facts.kind === 'dml' && /^(UPDATE|DELETE)\b/.test(facts.verb);
  const table = isChange && named && others.length === 0 ? tableBefore(scene, named.name) : undefined;
  if (!table) return [];
  const words = wordsOf(planned.statement.text);
  const from = words.findIndex(({ kind, text }) => kind === 'word' && text === 'WHERE');
  if (from < 0) return [];
  const found = words
    .map((_word, at) => (at > from ? comparisonAt(words, at) : null))
    .find((one) => one !== null && isText(table, one.column));
  if (!found) return [];
  const column = childOf(table, 'column', found.column)?.name ?? found.column;
  const message = `The text of column ${table.name}.${column} is compared as a number: 'abc' is 0 to the server, and '5x' is 5.`;
  const remedy = 'Write the number in quotes.';
  const probe = metByNumber(table, { ...found, column }, /^DELETE/.test(facts.verb));
  const hazard = hazardOf(processRule('x-misread-condition'), {
    subject: `table ${table.name}`,
    message,
    remedy,
    probe,
    at: planned,
  });
  return [fitToTable(hazard, table, scene.input)];
};

/** Every hazard of text that is compared with a number. */
export const comparisonHazards = (scene: Scene): Hazard[] =>
  scene.statements.flatMap((one) => compared(scene, one));
