// The safer statement beside a hazard, where one statement is enough. Pure; every identifier is quoted.
import type { Hazard, PlannedStatement } from '../../../risk/index.ts';
import { quote } from '../quote.ts';
import { alterOf } from '../scan/alter.ts';
import { objectHead } from '../scan/head.ts';
import { nameAt, type Word, wordsOf } from '../scan/words.ts';
import type { Scene } from './scene.ts';

/** The longest name (manual, "Identifier Length Limits"). */
const LONGEST = 64;

const renamedAway = ({ subject }: Hazard): string | null => {
  const [, name = ''] = /^table (.+)$/.exec(subject) ?? [];
  const aside = `${name}_old`;
  return name === '' || aside.length > LONGEST ? null : `RENAME TABLE ${quote(name)} TO ${quote(aside)};`;
};

/** How an index is put out of use and kept (MySQL manual, "Invisible Indexes"; MariaDB, "Ignored Indexes"); null before there was a way. */
const hiddenBy = ({ product, version: [major = 0, minor = 0] }: Scene['input']): string | null => {
  if (product === 'MariaDB') return major > 10 || (major === 10 && minor >= 6) ? 'IGNORED' : null;
  return major >= 8 ? 'INVISIBLE' : null;
};

/** Index and table of `DROP INDEX i ON t` and of an ALTER that only drops it. */
const droppedIndex = (words: readonly Word[]): { readonly index: string; readonly table: string } | null => {
  const head = objectHead(words);
  const first = head && nameAt(words, head.at);
  if (!head || !first || words.some(({ text }) => text === ',')) return null;
  if (head.verb === 'DROP INDEX') {
    const table = nameAt(words, first.next + 1);
    return table && { index: first.name, table: table.name };
  }
  const isOnly =
    words[first.next]?.text === 'DROP' && /^(INDEX|KEY)$/.test(words[first.next + 1]?.text ?? '');
  const index = isOnly && words[first.next + 2]?.text !== 'IF' ? nameAt(words, first.next + 2) : null;
  return index && { index: index.name, table: first.name };
};

const hidden = (scene: Scene, words: readonly Word[]): string | null => {
  const by = hiddenBy(scene.input);
  const found = droppedIndex(words);
  return by && found ? `ALTER TABLE ${quote(found.table)} ALTER INDEX ${quote(found.index)} ${by};` : null;
};

const STATED = /^(ALGORITHM|LOCK)$/;

/** Only of indexes it is certain that the server can add them in place: it copies the table for a foreign key (manual, "Online DDL Operations"). */
const addsIndexesOnly = (planned: PlannedStatement): boolean =>
  alterOf(planned)?.clauses.every(
    ([first, second]) => first?.text === 'ADD' && /^(INDEX|KEY|UNIQUE)$/.test(second?.text ?? ''),
  ) ?? false;

/** The same statement, which fails where it would keep writers out. */
const online = (words: readonly Word[], planned: PlannedStatement): string | null => {
  const body = planned.statement.text.trim().replace(/;$/, '');
  const isStated = words.some(({ kind, text }) => kind === 'word' && STATED.test(text));
  if (isStated || /--|#|\/\*/.test(body)) return null;
  if (words[0]?.text === 'CREATE') return `${body} ALGORITHM=INPLACE LOCK=NONE;`;
  return addsIndexesOnly(planned) ? `${body}, ALGORITHM=INPLACE, LOCK=NONE;` : null;
};

const rewriteOf = (scene: Scene, hazard: Hazard, planned: PlannedStatement): string | null => {
  const words = wordsOf(planned.statement.text);
  switch (hazard.code) {
    case 'my-drop-table':
      return words[0]?.text === 'DROP' ? renamedAway(hazard) : null;
    case 'my-drop-index':
      return hidden(scene, words);
    case 'my-add-index':
      return online(words, planned);
    case 'my-mdl-wait':
      return 'SET SESSION lock_wait_timeout = 5;';
    default:
      return null;
  }
};

/** The hazard with its statement rewritten, where there is a way. */
export const rewritten = (scene: Scene, hazard: Hazard): Hazard => {
  if (hazard.rewrite !== undefined) return hazard;
  const own = scene.statements.filter(
    ({ planned }) => planned.migration === hazard.migration && planned.statement.line === hazard.line,
  );
  const [one] = own;
  const rewrite = one && own.length === 1 ? rewriteOf(scene, hazard, one.planned) : null;
  return rewrite === null ? hazard : { ...hazard, rewrite };
};
