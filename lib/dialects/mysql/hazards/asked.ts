// Hazards of what a text asks of the server by itself: a lock, or a copy under one. Pure.
import { fitToTable, type Hazard, hazardOf } from '../../../risk/index.ts';
import { type Word, wordsOf } from '../scan/words.ts';
import { RULES } from './rules.ts';
import type { Scene } from './scene.ts';

/** The words behind `ALGORITHM` or `LOCK`, with or without `=`. */
const optionOf = (words: readonly Word[], option: string): string | undefined => {
  const at = words.findLastIndex(({ kind, text }) => kind === 'word' && text === option);
  return at < 0 ? undefined : words[words[at + 1]?.text === '=' ? at + 2 : at + 1]?.text;
};

/** Writes, or reads too, are shut out because the text asks for it. */
const shutOut = (words: readonly Word[]): string | null => {
  const lock = optionOf(words, 'LOCK');
  if (lock === 'EXCLUSIVE') return 'LOCK=EXCLUSIVE shuts out reads and writes';
  if (lock === 'SHARED') return 'LOCK=SHARED shuts out writes';
  return optionOf(words, 'ALGORITHM') === 'COPY'
    ? 'ALGORITHM=COPY copies the table and shuts out writes'
    : null;
};

/** Locks that the text takes by itself, although the work may need none. */
export const explicitLocks = (scene: Scene): Hazard[] =>
  scene.statements.flatMap(({ planned, facts }) => {
    const words = wordsOf(planned.statement.text);
    const [table] = facts.tables;
    if (/^(ALTER TABLE|(CREATE|DROP)\b.*INDEX)$/.test(facts.verb) && table) {
      const reason = shutOut(words);
      const message = `${reason} of table ${table.name}.`;
      const found = hazardOf(RULES.explicitLock, { subject: `table ${table.name}`, message, at: planned });
      return reason
        ? [fitToTable(found, { namespace: null, name: table.name }, { ...scene.input, grows: true })]
        : [];
    }
    const isWhole =
      facts.verb === 'FLUSH' && /\b(WITH\s+READ\s+LOCK|FOR\s+EXPORT)\b/i.test(planned.statement.text);
    if (facts.verb !== 'LOCK' && !isWhole) return [];
    const subject = isWhole ? 'every table' : 'tables';
    return [
      hazardOf(RULES.explicitLock, {
        subject,
        message: `The statement locks ${subject} by itself.`,
        at: planned,
      }),
    ];
  });
