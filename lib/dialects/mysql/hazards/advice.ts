// Advice and access that the text alone shows: deprecated types, names that are too long, a wait without end, rights. Pure.
import { type Hazard, hazardOf } from '../../../risk/index.ts';
import { isName, type Word, wordsOf } from '../scan/words.ts';
import { RULES } from './rules.ts';
import { type ReadStatement, type Scene, tableBefore } from './scene.ts';

const DECLARES = /^(CREATE|ALTER)\b.*\bTABLE$/;

const INTEGERS = /^(SMALLINT|MEDIUMINT|INT|INTEGER|BIGINT)$/;

/** Engines without transactions (manual, "Alternative Storage Engines"). */
export const TRANSACTIONLESS = /^(MYISAM|MEMORY|HEAP|ARIA|CSV|ARCHIVE|MERGE|BLACKHOLE)$/i;

const ZERO_DATE = 'a zero date is refused in strict mode';

/** Whether the definition of a column, of which that word is a part, begins with a type of dates. */
const isOfDate = (words: readonly Word[], at: number): boolean => {
  const from = words.findLastIndex(({ text }, place) => place < at && text === ',') + 1;
  return words
    .slice(from, at)
    .some(({ kind, text }) => kind === 'word' && /^(TIMESTAMP|DATETIME|DATE)$/.test(text));
};

/** What is deprecated at a word, with its reason; null for anything else (manual, "Numeric Type Syntax", "The utf8mb3 Character Set"). */
const deprecatedAt = (words: readonly Word[], at: number): string | null => {
  const word = words[at];
  if (!word) return null;
  const next = words[at + 1];
  if (word.kind === 'string' && /^(0000-\d\d-\d\d|\d{4}-00-\d\d|\d{4}-\d\d-00)( |$)/.test(word.value))
    return ZERO_DATE;
  if (word.kind !== 'word') return null;
  if (word.text === 'DEFAULT' && next?.value === '0' && isOfDate(words, at)) return ZERO_DATE;
  const isValue = words[at - 1]?.text === '=' || /^(SET|CHARSET|COLLATE)$/.test(words[at - 1]?.text ?? '');
  if (isValue && /^(UTF8|UTF8MB3)(_\w+)?$/.test(word.text))
    return `${word.value} holds no character of four bytes`;
  if (isValue && /^(LATIN[1257]|CP\d+|MACROMAN|HP8|SWE7|DEC8)(_\w+)?$/.test(word.text))
    return `${word.value} holds the characters of a few languages only`;
  // TINYINT(1) is how BOOLEAN is written.
  if (word.text === 'TINYINT' && next?.text === '(' && words[at + 2]?.text !== '1')
    return `the width of ${word.value}(${words[at + 2]?.text ?? ''}) limits nothing`;
  if (INTEGERS.test(word.text) && next?.text === '(')
    return `the width of ${word.value}(${words[at + 2]?.text ?? ''}) limits nothing`;
  if (/^(FLOAT|DOUBLE)$/.test(word.text) && next?.text === '(' && words[at + 3]?.text === ',')
    return `${word.value}(m,d) rounds, and is deprecated`;
  if (word.text === 'ZEROFILL') return 'ZEROFILL is deprecated';
  const isEngine =
    words[at - 1]?.text === 'ENGINE' || (words[at - 1]?.text === '=' && words[at - 2]?.text === 'ENGINE');
  return isEngine && TRANSACTIONLESS.test(word.text)
    ? `${word.value} has no transactions and no foreign keys`
    : null;
};

const deprecated = ({ planned, facts }: ReadStatement): Hazard[] => {
  if (!DECLARES.test(facts.verb)) return [];
  const words = wordsOf(planned.statement.text);
  const reasons = new Set(
    words.map((_word, at) => deprecatedAt(words, at)).filter((reason) => reason !== null),
  );
  if (reasons.size === 0) return [];
  const message = `${[...reasons].join('; ')}.`;
  return [
    hazardOf(RULES.deprecated, { subject: `table ${facts.tables[0]?.name ?? ''}`, message, at: planned }),
  ];
};

/** The manual's limit of most names, in characters ("Identifier Length Limits"). */
const LONGEST_NAME = 64;

const longNames = ({ planned, facts }: ReadStatement): Hazard[] => {
  if (facts.kind !== 'ddl' || !/[^\s(),;]{65}|`[^`]{65}/.test(planned.statement.text)) return [];
  const long = wordsOf(planned.statement.text).filter(
    (word) => isName(word) && [...word.value].length > LONGEST_NAME,
  );
  return long.map(({ value }) =>
    hazardOf(RULES.nameLimits, {
      subject: `name ${value}`,
      message: `The name has ${[...value].length} characters.`,
      at: planned,
    }),
  );
};

/** An account that is replaced loses what it was granted. */
const RIGHTS = /^(GRANT|REVOKE|(CREATE OR REPLACE|ALTER|DROP|RENAME) (USER|ROLE))\b/;

const rights = ({ planned, facts }: ReadStatement): Hazard[] => {
  const isPassword =
    facts.verb === 'SET' && /^\s*SET\s+(PASSWORD|DEFAULT\s+ROLE)\b/i.test(planned.statement.text);
  if (!RIGHTS.test(facts.verb) && !isPassword) return [];
  return [
    hazardOf(RULES.grantRevoke, {
      subject: 'privileges',
      message: 'Accounts or privileges change.',
      at: planned,
    }),
  ];
};

/** The first statement that waits for a metadata lock although nothing limits the wait; dbsync's own sessions do. */
const waits = (scene: Scene): Hazard[] => {
  for (const { planned, facts } of scene.statements) {
    if (/\block_wait_timeout\b/i.test(planned.statement.text)) return [];
    const locks =
      facts.lock?.startsWith('metadata lock') && facts.tables.some(({ name }) => tableBefore(scene, name));
    if (!locks || !(scene.input.sentByOthers || planned.sent?.by === 'tool')) continue;
    const message = 'lock_wait_timeout is not set before the first statement that waits for a metadata lock.';
    return [hazardOf(RULES.waitUnlimited, { subject: 'migration', message, at: planned })];
  }
  return [];
};

/** All of it. */
export const adviceHazards = (scene: Scene): Hazard[] => [
  ...scene.statements.flatMap((one) => [...deprecated(one), ...longNames(one), ...rights(one)]),
  ...waits(scene),
];
