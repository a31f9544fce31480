// Keys, indexes and checks as a statement declares them. Pure; knows no live schema.
import { type SchemaObject, schemaObject } from '../../../schema/index.ts';
import { isName, nameAt, type Word } from '../scan/words.ts';

/** The words between an opening parenthesis and its own closing one, and where that is. */
const inner = (
  words: readonly Word[],
  at: number,
): { readonly list: readonly Word[]; readonly next: number } => {
  let depth = 0;
  for (let index = at; index < words.length; index += 1) {
    depth += words[index]?.text === '(' ? 1 : words[index]?.text === ')' ? -1 : 0;
    if (depth === 0) return { list: words.slice(at + 1, index), next: index + 1 };
  }
  return { list: words.slice(at + 1), next: words.length };
};

/** Splits words at the commas outside of parentheses. */
const atCommas = (words: readonly Word[]): readonly (readonly Word[])[] => {
  const parts: Word[][] = [[]];
  let depth = 0;
  for (const word of words) {
    depth += word.text === '(' ? 1 : word.text === ')' ? -1 : 0;
    if (word.text === ',' && depth === 0) parts.push([]);
    else parts.at(-1)?.push(word);
  }
  return parts.filter((part) => part.length > 0);
};

/** What stands in parentheses at an index, as a list; empty where none stands there. */
export const listAt = (words: readonly Word[], at: number): readonly (readonly Word[])[] =>
  words[at]?.text === '(' ? atCommas(inner(words, at).list) : [];

const partText = (part: readonly Word[]): string =>
  isName(part[0]) ? (part[0]?.value ?? '') : part.map((word) => word.text).join(' ');

const columnsAt = (
  words: readonly Word[],
): { readonly columns: readonly string[]; readonly next: number } => {
  const open = words.findIndex((word) => word.text === '(');
  if (open < 0) return { columns: [], next: words.length };
  return { columns: listAt(words, open).map(partText), next: inner(words, open).next };
};

/** `name(20)`: only the beginning of the value is in the index. */
const prefixOf = (part: readonly Word[]): number | null =>
  isName(part[0]) && part[1]?.text === '(' && part[3]?.text === ')' ? Number(part[2]?.text) : null;

/** An index, from the words that begin with its name or its columns. */
export const indexObject = (
  words: readonly Word[],
  kind: { readonly unique: boolean; readonly using: string },
): SchemaObject => {
  const { columns } = columnsAt(words);
  const named = words[0]?.text === '(' || words[0]?.text === 'USING' ? null : nameAt(words, 0);
  const open = words.findIndex((word) => word.text === '(');
  const lengths = listAt(words, open).map(prefixOf);
  return schemaObject({
    kind: 'index',
    // Without a name it gets that of its first column (manual, CREATE TABLE).
    name: named?.name ?? columns[0] ?? '',
    attributes: {
      columns,
      unique: kind.unique,
      using: kind.using,
      lengths: lengths.some((length) => length !== null) ? lengths : undefined,
    },
  });
};

const foreignKey = (name: string | null, words: readonly Word[]): SchemaObject | null => {
  const at = words.findIndex((word) => word.text === 'REFERENCES' && word.kind === 'word');
  const parent = at < 0 ? null : nameAt(words, at + 1);
  if (!parent) return null;
  const { columns } = columnsAt(words.slice(0, at));
  const text = words
    .slice(at)
    .map((word) => word.text)
    .join(' ');
  return schemaObject({
    kind: 'foreign-key',
    name: name ?? `(${columns.join(', ')}) -> ${parent.name}`,
    attributes: {
      columns,
      references: parent.name,
      referencedColumns: columnsAt(words.slice(at)).columns,
      onDelete: /ON DELETE (CASCADE|SET NULL|RESTRICT|NO ACTION)/.exec(text)?.[1],
    },
  });
};

const afterWords = (words: readonly Word[], pattern: RegExp): readonly Word[] => {
  let at = 0;
  while (pattern.test(words[at]?.text ?? '') && words[at]?.kind === 'word') at += 1;
  return words.slice(at);
};

const NAMED = /^(INDEX|KEY)$/;

const primaryKey = (words: readonly Word[]): SchemaObject =>
  schemaObject({
    kind: 'primary-key',
    name: 'PRIMARY',
    attributes: { columns: columnsAt(words).columns, unique: true },
  });

const check = (name: string | null, words: readonly Word[]): SchemaObject => {
  const expression = inner(words, 1)
    .list.map((word) => (word.kind === 'string' ? `'${word.value}'` : word.text))
    .join(' ');
  return schemaObject({
    kind: 'check',
    name: name ?? `check ${expression}`.slice(0, 60),
    attributes: { expression },
  });
};

/** A key, index or check that stands in the list of a table; null where the words are a column. */
export const keyObject = (words: readonly Word[]): SchemaObject | null => {
  const constraint = words[0]?.text === 'CONSTRAINT' && words[0].kind === 'word';
  const named =
    constraint && !/^(PRIMARY|UNIQUE|FOREIGN|CHECK)$/.test(words[1]?.text ?? '') ? nameAt(words, 1) : null;
  const rest = constraint ? words.slice(named ? named.next : 1) : words;
  if (rest[0]?.kind !== 'word') return null;
  switch (rest[0].text) {
    case 'PRIMARY':
      return primaryKey(rest);
    case 'UNIQUE': {
      const index = indexObject(afterWords(rest.slice(1), NAMED), { unique: true, using: 'btree' });
      return named ? { ...index, name: named.name } : index;
    }
    case 'FOREIGN':
      return foreignKey(named?.name ?? null, rest);
    case 'CHECK':
      return check(named?.name ?? null, rest);
    case 'FULLTEXT':
    case 'SPATIAL':
      return indexObject(afterWords(rest.slice(1), NAMED), {
        unique: false,
        using: rest[0].text.toLowerCase(),
      });
    case 'INDEX':
    case 'KEY':
      return rest[1]?.text === '(' || rest.some((word) => word.text === '(')
        ? indexObject(rest.slice(1), { unique: false, using: 'btree' })
        : null;
    default:
      return null;
  }
};
