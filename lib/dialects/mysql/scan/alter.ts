// ALTER TABLE as its clauses: the list between the commas, each as words. Knows no meaning beyond where a clause begins and ends. Pure.
import type { PlannedStatement } from '../../../risk/index.ts';
import { objectHead } from './head.ts';
import { nameAt, type Word, wordsOf } from './words.ts';

export interface Alter {
  readonly planned: PlannedStatement;
  readonly table: string;
  readonly clauses: readonly (readonly Word[])[];
  readonly words: readonly Word[];
}

const splitAtCommas = (words: readonly Word[]): readonly (readonly Word[])[] => {
  const clauses: Word[][] = [[]];
  let depth = 0;
  for (const word of words) {
    if (word.text === '(') depth += 1;
    if (word.text === ')') depth -= 1;
    if (word.text === ',' && depth === 0) clauses.push([]);
    else clauses.at(-1)?.push(word);
  }
  return clauses.filter((clause) => clause.length > 0);
};

/** Options of a table, which may stand without `=`, one behind the other. */
const OPTIONS =
  /^(ENGINE|TYPE|AUTO_INCREMENT|AVG_ROW_LENGTH|AUTOEXTEND_SIZE|DEFAULT|CHARACTER|CHARSET|COLLATE|CHECKSUM|TABLE_CHECKSUM|COMMENT|COMPRESSION|CONNECTION|DATA|INDEX|DELAY_KEY_WRITE|ENCRYPTION|ENCRYPTED|ENCRYPTION_KEY_ID|ENGINE_ATTRIBUTE|INSERT_METHOD|KEY_BLOCK_SIZE|MAX_ROWS|MIN_ROWS|PACK_KEYS|PAGE_CHECKSUM|PAGE_COMPRESSED|PAGE_COMPRESSION_LEVEL|PASSWORD|ROW_FORMAT|SECONDARY_ENGINE|SECONDARY_ENGINE_ATTRIBUTE|SEQUENCE|START|STATS_AUTO_RECALC|STATS_PERSISTENT|STATS_SAMPLE_PAGES|STORAGE|TABLESPACE|TRANSACTIONAL|UNION)$/;

/** Whether a new part of the clause begins at a word: partitioning behind anything, an option behind an option. */
const beginsPart = (clause: readonly Word[], at: number): boolean => {
  const [before, word, next] = [clause[at - 1]?.text ?? '', clause[at], clause[at + 1]?.text];
  if (at === 0 || word?.kind !== 'word') return false;
  if ((word.text === 'PARTITION' && next === 'BY') || (word.text === 'REMOVE' && next === 'PARTITIONING'))
    return true;
  const isValue = before === '=' || before === 'DEFAULT';
  return OPTIONS.test(clause[0]?.text ?? '') && OPTIONS.test(word.text) && !isValue;
};

/** Options stand one behind the other without commas: `ROW_FORMAT = COMPACT ENGINE = MyISAM PARTITION BY ...`. */
const parted = (clause: readonly Word[]): readonly (readonly Word[])[] => {
  const parts: Word[][] = [[]];
  let depth = 0;
  for (const [at, word] of clause.entries()) {
    if (depth === 0 && beginsPart(clause, at)) parts.push([]);
    if (word.text === '(') depth += 1;
    if (word.text === ')') depth -= 1;
    parts.at(-1)?.push(word);
  }
  return parts;
};

/** MariaDB's `WAIT n` and `NOWAIT` stand between the table and its clauses. */
export const behindWait = (words: readonly Word[], at: number): number => {
  if (words[at]?.text === 'NOWAIT') return at + 1;
  return words[at]?.text === 'WAIT' && words[at + 1]?.kind === 'number' ? at + 2 : at;
};

/** The clauses of an ALTER TABLE; null for every other statement. */
export const alterOf = (planned: PlannedStatement): Alter | null => {
  const words = wordsOf(planned.statement.text);
  const head = words[0]?.text === 'ALTER' ? objectHead(words) : null;
  if (head?.object !== 'TABLE') return null;
  const name = nameAt(words, head.at);
  if (!name) return null;
  return {
    planned,
    table: name.name,
    clauses: splitAtCommas(words.slice(behindWait(words, name.next))).flatMap(parted),
    words,
  };
};

/** Words that a clause of ALTER TABLE begins with (manuals of both, "ALTER TABLE"). */
const BEGINNINGS =
  /^(ADD|ALTER|CHANGE|MODIFY|DROP|RENAME|ORDER|CONVERT|DISCARD|IMPORT|DISABLE|ENABLE|FORCE|LOCK|ALGORITHM|WITH|WITHOUT|PARTITION|REMOVE|TRUNCATE|COALESCE|REORGANIZE|EXCHANGE|ANALYZE|CHECK|OPTIMIZE|REBUILD|REPAIR|UPGRADE|SECONDARY_LOAD|SECONDARY_UNLOAD|WAIT|NOWAIT)$/;

/** `ORDER BY a, b`, `DROP PARTITION p0, p1`: what follows behind commas is its list. */
const beginsList = ([first, second]: readonly Word[]): boolean =>
  first?.text === 'ORDER' || second?.text === 'PARTITION';

/** The first word that no clause of ALTER TABLE begins with; null where every clause is known. What engines define has a `=`. */
export const unknownClause = (words: readonly Word[], at: number): string | null => {
  const clauses = splitAtCommas(words.slice(behindWait(words, at)));
  const list = clauses.findIndex(beginsList);
  const unknown = (list < 0 ? clauses : clauses.slice(0, list)).find(
    ([first, second]) =>
      second?.text !== '=' &&
      !(first?.kind === 'word' && (BEGINNINGS.test(first.text) || OPTIONS.test(first.text))),
  );
  return unknown?.[0]?.value ?? null;
};

/** The column that a clause is about, by its leading words: `MODIFY COLUMN x`, `CHANGE x y`, `ADD x`, `DROP COLUMN x`, `RENAME COLUMN x TO y`. */
export const clauseColumn = (
  clause: readonly Word[],
): { readonly verb: string; readonly column: string; readonly rest: readonly Word[] } | null => {
  const verb = clause[0]?.text ?? '';
  if (!/^(MODIFY|CHANGE|ADD|DROP|RENAME|ALTER)$/.test(verb)) return null;
  let at = clause[1]?.text === 'COLUMN' ? 2 : 1;
  if (clause[at]?.text === 'IF') at += clause[at + 1]?.text === 'NOT' ? 3 : 2;
  const name = nameAt(clause, at);
  return name && { verb, column: name.name, rest: clause.slice(name.next) };
};
