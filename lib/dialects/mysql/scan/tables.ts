// The tables that a statement names, as far as its text tells. Pure.
import { behindWait } from './alter.ts';
import type { ObjectHead } from './head.ts';
import { isName, nameAt, type Word } from './words.ts';

export interface TableName {
  readonly namespace: string | null;
  readonly name: string;
}

const tableAt = (words: readonly Word[], at: number): { table: TableName; next: number } | null => {
  const found = nameAt(words, at);
  return found && { table: { namespace: null, name: found.name }, next: found.next };
};

/** Names in a comma-separated list from an index on. */
export const tableList = (words: readonly Word[], from: number): TableName[] => {
  const tables: TableName[] = [];
  let at = from;
  for (let found = tableAt(words, at); found; found = tableAt(words, at)) {
    tables.push(found.table);
    const end = behindAlias(words, found.next);
    if (words[end]?.text !== ',') break;
    at = end + 1;
  }
  return tables;
};

/** Behind `AS a` or `a`, where a comma and so the next table follows. */
const behindAlias = (words: readonly Word[], at: number): number => {
  const alias = words[at]?.text === 'AS' ? at + 1 : at;
  return isName(words[alias]) && words[alias + 1]?.text === ',' ? alias + 1 : at;
};

/** Tables behind FROM, JOIN, INTO, UPDATE, REFERENCES, anywhere in the statement. */
export const mentioned = (words: readonly Word[]): TableName[] => {
  const tables: TableName[] = [];
  words.forEach((word, index) => {
    if (word.kind !== 'word') return;
    // `LOAD DATA ... INTO TABLE t`.
    const at = word.text === 'INTO' && words[index + 1]?.text === 'TABLE' ? index + 2 : index + 1;
    if (/^(FROM|JOIN|INTO|REFERENCES)$/.test(word.text) && isName(words[at])) {
      tables.push(...tableList(words, at));
    }
  });
  return tables;
};

const ON_TABLE = new Set(['INDEX', 'TRIGGER']);

/** The tables of a DDL statement: its own, then those that foreign keys or queries in it name. */
export const ddlTables = (words: readonly Word[], head: ObjectHead): TableName[] => {
  if (head.object === 'TABLE') {
    const own = /^(DROP|RENAME)/.test(head.verb)
      ? renameOrDrop(words, head)
      : tableList(words, head.at).slice(0, 1);
    const likeAt = words.findIndex((word) => word.text === 'LIKE');
    const like = likeAt > 0 && head.verb.startsWith('CREATE') ? tableList(words, likeAt + 1).slice(0, 1) : [];
    return [...own, ...like, ...mentioned(words.slice(head.at))];
  }
  if (ON_TABLE.has(head.object)) {
    const on = words.findIndex(
      (word, index) => index >= head.at && word.kind === 'word' && word.text === 'ON',
    );
    return on < 0 ? [] : tableList(words, on + 1).slice(0, 1);
  }
  if (head.object === 'VIEW')
    return [...tableList(words, head.at).slice(0, 1), ...mentioned(words.slice(head.at))];
  return [];
};

/** `RENAME TABLE a TO b, c TO d`; `DROP TABLE a, b`. */
const renameOrDrop = (words: readonly Word[], head: ObjectHead): TableName[] => {
  const tables: TableName[] = [];
  let at = head.at;
  for (let found = tableAt(words, at); found; found = tableAt(words, at)) {
    tables.push(found.table);
    const end = behindWait(words, found.next);
    const separator = words[end]?.text;
    if (separator !== ',' && separator !== 'TO') break;
    at = end + 1;
  }
  return tables;
};

export const dmlTables = (words: readonly Word[], verb: string): TableName[] => {
  if (verb === 'UPDATE') {
    const at = words.findIndex((word, index) => index > 0 && !/^(LOW_PRIORITY|IGNORE)$/.test(word.text));
    return [...tableList(words, at), ...mentioned(words)];
  }
  if (verb === 'INSERT' || verb === 'REPLACE') {
    const at = words.findIndex(
      (word, index) => index > 0 && !/^(LOW_PRIORITY|DELAYED|HIGH_PRIORITY|IGNORE|INTO)$/.test(word.text),
    );
    return [...tableList(words, at).slice(0, 1), ...mentioned(words.slice(Math.max(0, at)))];
  }
  const using = words.findIndex(({ text, kind }) => kind === 'word' && text === 'USING');
  return [...mentioned(words), ...(using > 0 ? tableList(words, using + 1) : [])];
};

export const unique = (tables: readonly TableName[]): TableName[] => [
  ...new Map(tables.map((table) => [table.name, table])).values(),
];
