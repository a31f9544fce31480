// Hazards of text that is not analysable SQL: commands of clients, code that runs code, what no parser reads. Pure.
import type { Token } from '../sql/index.ts';
import { findWord, wordAt } from './clauses.ts';
import { hazardOf } from './hazard.ts';
import type { Hazard } from './model.ts';
import type { Read } from './reading.ts';
import { processRule } from './rules.ts';

const isLineEnd = (token: Token | undefined): boolean =>
  !token || (token.kind === 'space' && token.text.includes('\n'));

/** A line that holds nothing but GO. */
const hasBatchSeparator = (tokens: readonly Token[]): boolean =>
  tokens.some(
    (token, position) =>
      token.kind === 'word' &&
      /^go$/i.test(token.text) &&
      isLineEnd(tokens[position - 1]) &&
      isLineEnd(tokens[position + 1]),
  );

/** What the database's own parser reads is SQL, unless it says one of these. */
const MAY_BE_FOREIGN = /^\s*[\\.]|\bDELIMITER\b|\bSTD(?:IN|OUT)\b|\bGO\b/i;

/** The client command that the statement holds; null where it is SQL. */
const directive = ({ reading, facts }: Read): string | null => {
  if (facts.kind !== 'opaque' && !MAY_BE_FOREIGN.test(reading.text)) return null;
  const first = reading.tokens[0]?.text ?? '';
  const second = reading.tokens[1];
  if (first.startsWith('\\')) return `\\${second?.text ?? ''}`;
  // `.read`, `.mode`: a dot at the start of a line is the sqlite3 shell's.
  if (first === '.' && second?.kind === 'word') return `.${second.text}`;
  if (wordAt(reading, 0) === 'DELIMITER') return 'DELIMITER';
  const stdin = wordAt(reading, 0) === 'COPY' ? findWord(reading, ['STDIN', 'STDOUT']) : -1;
  if (stdin > 0) return `COPY ... ${wordAt(reading, stdin)}`;
  return hasBatchSeparator(reading.all) ? 'GO' : null;
};

const DYNAMIC = ['DO', 'EXECUTE', 'PREPARE', 'CALL', 'EXEC'];

const place = (one: Read): string =>
  `statement ${one.planned.statement.index + 1} of ${one.planned.migration}`;

/** The hazards of a statement that the rules cannot look into. At most one: the plainest reason. */
export const foreignText = (one: Read): Hazard[] => {
  const command = directive(one);
  const parts = { subject: place(one), at: one.planned };
  if (command !== null) {
    const message = `${command} is a command of a command-line client; the driver sends it and the database refuses it.`;
    return [hazardOf(processRule('x-client-directive'), { ...parts, message })];
  }
  const verb = one.facts.kind === 'opaque' ? wordAt(one.reading, 0) : '';
  if (DYNAMIC.includes(verb) || one.facts.runsCode) {
    const message = one.facts.opaque
      ? `What it runs is not in its text: ${one.facts.opaque}.`
      : `What ${verb} runs here is not in its text.`;
    return [hazardOf(processRule('x-dynamic-sql'), { ...parts, message })];
  }
  if (one.facts.kind !== 'opaque') return [];
  const message = one.facts.opaque ?? 'The text could not be analysed.';
  return [hazardOf(processRule('x-unparseable'), { ...parts, message })];
};

/** The hazard of a statement that acts beyond its database. */
export const reachingOut = (one: Read): Hazard[] => {
  if (one.facts.outside === undefined) return [];
  const message = `${one.facts.outside.charAt(0).toUpperCase()}${one.facts.outside.slice(1)}.`;
  return [hazardOf(processRule('x-reaches-outside'), { subject: place(one), at: one.planned, message })];
};
