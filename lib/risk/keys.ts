// Conditions that every row of a table meets because of what its columns are: a key above zero, a required column that is not NULL. Pure.
import type { SchemaObject } from '../schema/index.ts';
import type { Token } from '../sql/index.ts';
import { type Read, type Text, tableNamed } from './reading.ts';

/** Names that stand for a key of numbers where the columns of the table are not known, or where the engine has them besides. */
const KEY_NAMES = /^(id|rowid|_rowid_)$/i;

const tableOf = (one: Read, { input, context }: Text): SchemaObject | undefined => {
  const table = one.change && tableNamed(input, one.change.target, context.fold);
  return input.before.objects.find(
    ({ kind, name, namespace }) => kind === 'table' && name === table?.name && namespace === table.namespace,
  );
};

interface Column {
  readonly table: SchemaObject | undefined;
  readonly name: string;
  readonly found: SchemaObject | undefined;
}

const columnOf = (name: string, one: Read, text: Text): Column => {
  const { fold } = text.context;
  const table = tableOf(one, text);
  const found = table?.children.find(({ kind, name: own }) => kind === 'column' && fold(own) === fold(name));
  return { table, name, found };
};

const isKnown = ({ found }: Column): boolean => found !== undefined && found.attributes.type !== undefined;

const COUNTED = /nextval|autoincrement/i;
const NUMBER = /int|serial|numeric|decimal/i;

/** A primary key of numbers: they are counted up from one. */
const isNumberKey = (column: Column): boolean => {
  const { table, found, name } = column;
  if (!isKnown(column)) return KEY_NAMES.test(name);
  const { type, identity, autoIncrement, default: preset } = found?.attributes ?? {};
  if (identity !== undefined || autoIncrement === true || COUNTED.test(String(preset ?? ''))) return true;
  const key = table?.children.find(({ kind }) => kind === 'primary-key')?.attributes.columns;
  return Array.isArray(key) && key.length === 1 && key[0] === found?.name && NUMBER.test(String(type));
};

const isRequired = (column: Column): boolean =>
  isKnown(column)
    ? column.found?.attributes.nullable === false || isNumberKey(column)
    : KEY_NAMES.test(column.name);

/** The tokens without the table that stands before the column. */
const unqualified = (where: readonly Token[]): readonly Token[] =>
  where[1]?.text === '.' ? where.slice(2) : where;

const wordsOf = (tokens: readonly Token[]): string => tokens.map(({ text }) => text.toUpperCase()).join(' ');

/** `> 0`, `>= 1`, `<> 0`, `!= -1`, up to a number that no key reaches, and nothing at all, which asks whether it is zero. */
const ABOVE_NOTHING =
  /^($|> ?(- ?1|0)$|> ?= ?(- ?1|0|1)$|(<>|< >|!=|! =) ?(- ?1|0)$|BETWEEN (- ?1|0|1) AND \d{10,}$|< ?=? ?\d{10,}$)/;

/** `id IN (SELECT id FROM t)` and `id = ANY (SELECT id FROM t)`, of the same table. */
const asksItself = (tokens: readonly Token[], one: Read): boolean => {
  const name = tokens[0]?.text.toUpperCase();
  const table = one.change?.target.name.toUpperCase();
  const asked = `( SELECT ${name} FROM ${table} )`;
  return [`${name} IN ${asked}`, `${name} = ANY ${asked}`].includes(wordsOf(tokens));
};

/** Whether one condition holds for every row of the table that the statement changes. */
export const everyRow = (where: readonly Token[], one: Read, text: Text): boolean => {
  const tokens = unqualified(where);
  const [first] = tokens;
  if (!one.change || tokens.length > 9 || !first || !/^(word|quoted-identifier)$/.test(first.kind))
    return false;
  const rest = wordsOf(tokens.slice(1));
  if (rest !== 'IS NOT NULL' && !ABOVE_NOTHING.test(rest)) return asksItself(tokens, one);
  const column = columnOf(first.value ?? first.text, one, text);
  return rest === 'IS NOT NULL' ? isRequired(column) : isNumberKey(column);
};
