// Makes the server's words comparable between two databases: without the schema's own name, with the current user as such. Pure.
import type { Row } from '../../contract.ts';
import { wordsOf } from '../scan/words.ts';

/** What every group of the inspector needs. */
export interface Scope {
  readonly schema: string;
  readonly mariadb: boolean;
  /** `CURRENT_USER()`, as definers are written. */
  readonly role: string;
}

/** A cell as text; null stays null. */
export const text = (row: Row, name: string): string | null => {
  const value = row[name];
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return null;
  return Buffer.isBuffer(value) ? value.toString('utf8') : String(value);
};

/** A cell that may not be null for the object to mean anything. */
export const must = (row: Row, name: string): string => text(row, name) ?? '';

/** Text, or null where it is empty: comments and options. */
export const filled = (row: Row, name: string): string | null => text(row, name) || null;

/** Whether a quoted identifier at an index is the schema's name in front of a table or a sequence. */
const qualifies = (
  words: ReturnType<typeof wordsOf>,
  index: number,
  schema: string,
  aliased: boolean,
): boolean => {
  const word = words[index];
  if (word?.kind !== 'quoted-identifier' || word.value !== schema) return false;
  if (words[index + 1]?.text !== '.' || words[index - 1]?.text === '.') return false;
  // An alias that is called as the schema makes two-part names ambiguous; three-part names never are.
  return !aliased || words[index + 3]?.text === '.';
};

/** An expression or query without the schema's own name: `` `shop`.`users`.`id` `` becomes `` `users`.`id` ``. */
export const withoutSchema = (sql: string, schema: string): string => {
  if (!sql.includes(`\`${schema.replaceAll('`', '``')}\`.`)) return sql;
  const words = wordsOf(sql);
  const aliased = words.some(
    (word, index) =>
      word.kind === 'quoted-identifier' &&
      word.value === schema &&
      words[index + 1]?.text !== '.' &&
      words[index - 1]?.kind === 'quoted-identifier',
  );
  let result = '';
  let from = 0;
  words.forEach((word, index) => {
    const dot = words[index + 1];
    if (!dot || !qualifies(words, index, schema, aliased)) return;
    result += sql.slice(from, word.offset);
    from = dot.end;
  });
  return result + sql.slice(from);
};

/** A definer, or `CURRENT_USER` where it is the role that looks: what two servers with different roles have in common. */
export const definerOf = (row: Row, scope: Scope): string | null => {
  const definer = text(row, 'definer');
  return definer === scope.role ? 'CURRENT_USER' : definer;
};

/** A body; servers hide bodies from roles without the privilege, and hidden is not the same as equal. */
export const bodyOf = (row: Row): string => text(row, 'definition') || '(not visible to this role)';

/** Rows in the order of their own `position`, in which they mostly come. */
export const inOrder = (rows: readonly Row[]): readonly Row[] =>
  rows.some((row, index) => index > 0 && Number(rows[index - 1]?.position) > Number(row.position))
    ? [...rows].sort((a, b) => Number(a.position) - Number(b.position))
    : rows;

/** Rows by the table they belong to, in the order they came. */
export const byTable = (rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> => {
  const groups = new Map<string, Row[]>();
  let table: string | null = null;
  let group: Row[] = [];
  for (const row of rows) {
    const next = must(row, 'tbl');
    // Rows of one table stand together.
    if (next !== table) {
      table = next;
      group = groups.get(next) ?? [];
      groups.set(next, group);
    }
    group.push(row);
  }
  return groups;
};
