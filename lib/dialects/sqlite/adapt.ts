// Double-quoted strings: SQLite takes "x" for a string where no column is called x, unless it was built to refuse that
// (SQLITE_DQS=0, https://sqlite.org/quirks.html#dblquote), as better-sqlite3 is. Histories that other builds ran are full of
// them. Offers the same statement with exactly the refused word as a string literal; judges nothing else.
import { messageOf } from '../../errors/index.ts';
import type { Adaptation, Session } from '../contract.ts';
import { type Handle, handleOf } from './connect.ts';
import { type ColumnsOf, scopeOf } from './inspect/scope.ts';
import { readColumns } from './inspect.ts';
import { nameIn, parseStatement, type SyntaxNode, walk } from './parse.ts';
import { fold, literal, printable, quote } from './rules.ts';

interface Place {
  readonly start: number;
  readonly end: number;
  readonly word: string;
}

/** The engine prints the word as it is, quotes inside it not doubled (resolve.c, lookupName). */
const REFUSED = /no such column: "(.*)" - should this be a string literal in single-quotes\?$/s;

/** The word that the engine refuses to take for a string; null where the error is another. */
const refusedWord = (error: unknown): string | null => REFUSED.exec(messageOf(error))?.[1] ?? null;

/** Where words stand in double quotes as expressions (not as names of tables, aliases or new columns). */
const placesIn = (tree: SyntaxNode | null, text: string): Place[] => {
  const places: Place[] = [];
  if (!tree) return places;
  walk(tree, (node, parent) => {
    const { offset, length } = node.span;
    const word = node.type === 'Id' && text[offset] === '"' ? nameIn(node) : null;
    const isFunction = parent?.type.startsWith('FunctionCall') && 'name' in parent && parent.name === node;
    if (word !== null && !isFunction) places.push({ start: offset, end: offset + length, word });
  });
  return places.sort((a, b) => a.start - b.start);
};

const replaced = (text: string, places: readonly Place[]): string => {
  let result = text;
  for (const { start, end, word } of [...places].reverse()) {
    result = result.slice(0, start) + literal(word) + result.slice(end);
  }
  return result;
};

/** Whether the engine refuses the word in this text; compiled, not run. */
const isRefused = (handle: Handle, text: string, word: string): boolean => {
  try {
    handle.prepare(text);
    return false;
  } catch (error) {
    return refusedWord(error) === word;
  }
};

/**
 * The places that the error is about: those that are still refused when every other place is a string already. The same
 * word may well be a column in another part of the statement.
 */
const refusedPlaces = (handle: Handle, text: string, word: string): Place[] => {
  const places = placesIn(parseStatement(text), text).filter((place) => place.word === word);
  return places.filter((place) => {
    const others = places.filter((other) => other !== place);
    return isRefused(handle, replaced(text, others), word);
  });
};

const BECAUSE = 'this build of SQLite does not take double quotes for a string';

const inStatement = (handle: Handle, text: string, word: string): Adaptation | null => {
  const places = refusedPlaces(handle, text, word);
  if (places.length === 0) return null;
  const change = `${printable(quote(word))} is written as the string ${printable(literal(word))}`;
  return { text: replaced(text, places), note: `${change}: no column has this name here, and ${BECAUSE}.` };
};

interface Stored {
  readonly type: string;
  readonly name: string;
  readonly table: string;
  readonly sql: string;
}

const storedObjects = async (session: Session): Promise<Stored[]> => {
  const rows = await session.query(
    `SELECT type, name, tbl_name AS "table", sql FROM main.sqlite_schema WHERE type IN ('view', 'trigger') ORDER BY rowid`,
  );
  return rows.map(({ type, name, table, sql }) => ({
    type: String(type),
    name: String(name),
    table: String(table),
    sql: String(sql),
  }));
};

/** The strings in double quotes of a stored text. */
const stringsIn = (stored: Stored, columnsOf: ColumnsOf): Place[] => {
  const tree = parseStatement(stored.sql);
  if (!tree) return [];
  const known = scopeOf(tree, columnsOf);
  return placesIn(tree, stored.sql).filter((place) => !known(fold(place.word)));
};

/** The statements that make an object again, all its strings as literals; a view takes its triggers with it. */
const remade = (stored: Stored, all: readonly Stored[], columnsOf: ColumnsOf): string[] => {
  const mended = (one: Stored): string => replaced(one.sql, stringsIn(one, columnsOf));
  const own = ({ type, table }: Stored): boolean => type === 'trigger' && fold(table) === fold(stored.name);
  const triggers = stored.type === 'view' ? all.filter(own).map(mended) : [];
  return [`DROP ${stored.type.toUpperCase()} ${quote(stored.name)}`, mended(stored), ...triggers];
};

/**
 * A view or trigger is compiled only when it is used, so its strings are refused in a statement that does not hold them (an
 * ALTER TABLE, or a change that fires a trigger). The same object is made again with string literals: its meaning, and its
 * fingerprint, stay.
 */
const inStored = async (session: Session, text: string, word: string): Promise<Adaptation | null> => {
  const all = await storedObjects(session);
  const columnsOf = await readColumns(session);
  const statements: string[] = [];
  const names: string[] = [];
  for (const stored of all) {
    if (!stringsIn(stored, columnsOf).some((place) => place.word === word)) continue;
    statements.push(...remade(stored, all, columnsOf));
    names.push(`${stored.type} ${printable(stored.name)}`);
  }
  if (statements.length === 0) return null;
  return {
    text: [...statements, text].join(';\n'),
    note: `${names.join(', ')} made again with strings in single quotes: the meaning is the same, and ${BECAUSE}.`,
  };
};

/** The same statement with one refused word as a string literal; null where the error is another or nothing can be found. */
export const adapt = async (
  session: Session,
  statement: string,
  error: unknown,
): Promise<Adaptation | null> => {
  const word = refusedWord(error);
  if (word === null) return null;
  const offer = inStatement(handleOf(session), statement, word);
  // A reading session cannot make a stored object again.
  return offer || session.mode === 'read' ? offer : inStored(session, statement, word);
};
