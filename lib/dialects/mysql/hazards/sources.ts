// Hazards of tables that a statement only reads to change another one: under REPEATABLE READ, where the server begins, what it reads of
// them is locked against writers, and so is what stands between (manual, "Locks Set by Different SQL Statements in InnoDB"; seen on
// MariaDB 10.11, where READ COMMITTED locks nothing of them). Pure.
import { adjusted, fitToTable, type Hazard, hazardOf } from '../../../risk/index.ts';
import { nameAt, type Word, wordsOf } from '../scan/words.ts';
import { RULES } from './rules.ts';
import { type ReadStatement, type Scene, tableBefore } from './scene.ts';

const CHANGES = /^(INSERT|REPLACE|UPDATE|DELETE|WITH (UPDATE|DELETE)|CREATE( OR REPLACE)? TABLE)$/;
const READS_COMMITTED = /^\s*SET\b[\s\S]*\bREAD[\s-]+COMMITTED\b/i;

const isWord = (word: Word | undefined, text: string): boolean => word?.kind === 'word' && word.text === text;

/** Names behind FROM and JOIN, from the first SELECT on where the statement is no UPDATE or DELETE. */
const readNames = (words: readonly Word[]): readonly string[] =>
  words.flatMap((word, at) => {
    const found = isWord(word, 'FROM') || isWord(word, 'JOIN') ? nameAt(words, at + 1) : null;
    return found && found.schema === null ? [found.name] : [];
  });

/** `INSERT INTO a SELECT ... FROM b` without a condition or a limit of its own. */
const copiesAll = (words: readonly Word[]): boolean =>
  /^(INSERT|REPLACE|CREATE)$/.test(words[0]?.text ?? '') &&
  !words.some((word) => isWord(word, 'WHERE') || isWord(word, 'LIMIT') || isWord(word, 'JOIN'));

const locked = (scene: Scene, { planned, facts }: ReadStatement): Hazard[] => {
  if (!CHANGES.test(facts.verb)) return [];
  const words = wordsOf(planned.statement.text);
  if (!words.some((word) => isWord(word, 'SELECT') || isWord(word, 'JOIN'))) return [];
  const target = facts.tables[0]?.name.toLowerCase();
  const names = [...new Set(readNames(words).map((name) => name.toLowerCase()))];
  return names.flatMap((name) => {
    const table = name === target ? undefined : tableBefore(scene, name);
    if (!table) return [];
    const message = `Writers of table ${table.name} wait until the transaction ends: what the statement reads of it is locked.`;
    const hazard = hazardOf(RULES.sourceLocked, {
      subject: `table ${table.name}`,
      message,
      rewrite: 'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED;',
      at: planned,
    });
    return copiesAll(words)
      ? [fitToTable(hazard, table, { ...scene.input, grows: true })]
      : [adjusted(hazard, 'advice', 'a condition may keep it to some of the rows')];
  });
};

/** Every hazard of a table that is read to change another one. */
export const sourceHazards = (scene: Scene): Hazard[] => {
  const from = scene.statements.findIndex(({ planned }) => READS_COMMITTED.test(planned.statement.text));
  const looked = from < 0 ? scene.statements : scene.statements.slice(0, from);
  return looked.flatMap((one) => locked(scene, one));
};
