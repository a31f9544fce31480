// REPLACE and OR REPLACE: rows that are deleted to make room. Pure; knows no dialect.
import type { SchemaObject } from '../schema/index.ts';
import { findWord } from './clauses.ts';
import { adjusted, hazardOf } from './hazard.ts';
import type { Hazard } from './model.ts';
import { fitToTarget, type Read, type Text, tableNamed } from './reading.ts';
import { processRule } from './rules.ts';

const REPLACES = /^(REPLACE |INSERT OR REPLACE |UPDATE OR REPLACE |.* REPLACE INTO )/;

const tableOf = (one: Read, { input, context }: Text): SchemaObject | undefined => {
  const named = one.change && tableNamed(input, one.change.target, context.fold);
  return input.before.objects.find(({ kind, name }) => kind === 'table' && name === named?.name);
};

/** The columns that the statement names, in its list or behind SET; null where it names none and so fills each. */
const namedColumns = (one: Read, fold: (name: string) => string): readonly string[] | null => {
  const { tokens, depths } = one.reading;
  const behind = one.change?.target.next ?? 0;
  // `REPLACE t PARTITION (p0) (a) VALUES ...`.
  const isPart = one.reading.words[behind] === 'PARTITION';
  const list = isPart ? tokens.findIndex((token, at) => at > behind && token.text === ')') + 1 : behind;
  const set = findWord(one.reading, ['SET']);
  if (set < 0 && tokens[list]?.text !== '(') return null;
  const [from, depth] = set < 0 ? [list, 1] : [set, 0];
  const end = tokens.findIndex((_token, at) => at > from && set < 0 && depths[at] === 0);
  const begins = (at: number): boolean =>
    depths[at] === depth && (at === from + 1 || tokens[at - 1]?.text === ',');
  return tokens
    .map((token, at) => ({ name: fold(token.value ?? token.text), at }))
    .filter(({ at }) => at > from && (end < 0 || at < end) && begins(at))
    .map(({ name }) => name);
};

/** Whether every column of the table gets a value by the statement; null where the columns are not known. */
const fillsAll = (one: Read, table: SchemaObject | undefined, text: Text): boolean | null => {
  const names = namedColumns(one, text.context.fold);
  if (names === null) return true;
  const columns = table?.children.filter(
    ({ kind, attributes }) => kind === 'column' && !attributes.generated,
  );
  if (!columns || columns.length === 0 || table?.attributes.assumed === true) return null;
  return columns.every(({ name }) => names.includes(text.context.fold(name)));
};

/** Tables whose rows go, or are changed, with those of this one. */
const cascading = (table: SchemaObject | undefined, { input, context }: Text): readonly string[] =>
  input.before.objects
    .filter(({ kind, children }) =>
      kind !== 'table'
        ? false
        : children.some(
            (child) =>
              child.kind === 'foreign-key' &&
              /CASCADE|SET/i.test(String(child.attributes.onDelete ?? '')) &&
              context.fold(String(child.attributes.references ?? '')) === context.fold(table?.name ?? ''),
          ),
    )
    .map(({ name }) => name);

/** What REPLACE takes away beside what it writes. */
export const replaceHazards = (one: Read, text: Text): Hazard[] => {
  const words = `${one.reading.words.map((word) => word || '.').join(' ')} `;
  if (!one.change || !REPLACES.test(words)) return [];
  const table = tableOf(one, text);
  const subject = `table ${one.change.target.name}`;
  const make = (message: string): Hazard =>
    hazardOf(processRule('x-replace-deletes-rows'), { subject, message, at: one.planned });
  if (one.change.verb === 'update') {
    return [
      fitToTarget(make(`Rows of ${subject} that are in the way of the new values are deleted.`), one, text),
    ];
  }
  const message = `Rows of ${subject} that have a key of a new row are deleted`;
  const children = cascading(table, text);
  if (children.length > 0)
    return [
      fitToTarget(
        make(`${message}, and with them what refers to them in ${children.join(', ')}.`),
        one,
        text,
      ),
    ];
  if (fillsAll(one, table, text) !== true)
    return [
      fitToTarget(make(`${message}, with the values of the columns that it does not name.`), one, text),
    ];
  const found = make(`${message} and written anew.`);
  return [adjusted(fitToTarget(found, one, text), 'advice', 'it gives every column a value')];
};
