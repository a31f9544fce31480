// Hazards of tables that a statement copies as a whole into another one: under REPEATABLE READ, where the server begins, what it reads of
// them is locked against writers, and so is what stands between (manual, "Locks Set by Different SQL Statements in InnoDB"; seen on
// MariaDB 10.11, where READ COMMITTED locks nothing of them). Pure.
import { fitToTable, type Hazard, hazardOf } from '../../../risk/index.ts';
import { nameAt, type Word, wordsOf } from '../scan/words.ts';
import { RULES } from './rules.ts';
import { type ReadStatement, type Scene, tableBefore } from './scene.ts';

const COPIES = /^(INSERT|REPLACE|CREATE( OR REPLACE)? TABLE)$/;
const READS_COMMITTED = /^\s*SET\b[\s\S]*\bREAD[\s-]+COMMITTED\b/i;

const isWord = (word: Word | undefined, text: string): boolean => word?.kind === 'word' && word.text === text;

/** Names behind FROM. */
const readNames = (words: readonly Word[]): readonly string[] =>
  words.flatMap((word, at) => {
    const found = isWord(word, 'FROM') ? nameAt(words, at + 1) : null;
    return found && found.schema === null ? [found.name] : [];
  });

/** `INSERT INTO a SELECT ... FROM b` without anything that may keep it to some of the rows. */
const copiesAll = (words: readonly Word[]): boolean =>
  words.some((word) => isWord(word, 'SELECT')) &&
  !words.some((word) => word.kind === 'word' && /^(WHERE|LIMIT|JOIN|STRAIGHT_JOIN|WITH)$/.test(word.text));

const locked = (scene: Scene, { planned, facts }: ReadStatement): Hazard[] => {
  // Rows that are spelt out can be many, and need no reading.
  if (!COPIES.test(facts.verb) || !/\bSELECT\b/i.test(planned.statement.text)) return [];
  const words = wordsOf(planned.statement.text);
  if (!copiesAll(words)) return [];
  const target = facts.tables[0]?.name.toLowerCase();
  const names = [...new Set(readNames(words).map((name) => name.toLowerCase()))];
  return names.flatMap((name) => {
    const table = name === target ? undefined : tableBefore(scene, name);
    if (!table) return [];
    const message = `Writers of table ${table.name} wait until the transaction ends: the statement reads all of it, and locks what it reads.`;
    const hazard = hazardOf(RULES.sourceLocked, {
      subject: `table ${table.name}`,
      message,
      rewrite: 'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED;',
      at: planned,
    });
    return [fitToTable(hazard, table, { ...scene.input, grows: true })];
  });
};

/** Every hazard of a table that is copied into another one. */
export const sourceHazards = (scene: Scene): Hazard[] => {
  const from = scene.statements.findIndex(({ planned }) => READS_COMMITTED.test(planned.statement.text));
  const looked = from < 0 ? scene.statements : scene.statements.slice(0, from);
  return looked.flatMap((one) => locked(scene, one));
};
