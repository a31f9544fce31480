// Hazards of SET: guards that are turned off, changes that replicas do not get, settings of the whole server. From the text. Pure.
import { type Hazard, type HazardRule, hazardOf } from '../../../risk/index.ts';
import { allWordsOf, type Word } from '../scan/words.ts';
import { TRANSACTIONLESS } from './advice.ts';
import { RULES } from './rules.ts';
import type { ReadStatement } from './scene.ts';

/** One `name = value` of a SET. */
interface Assignment {
  /** Upper case; `GLOBAL`, `PERSIST`, `PERSIST_ONLY`; anything else is the session's. */
  readonly scope: string;
  readonly name: string;
  readonly value: readonly Word[];
}

const SYSTEM = /^@@(?:(SESSION|LOCAL|GLOBAL|PERSIST|PERSIST_ONLY)\.)?(\w+)$/i;
const SCOPES = /^(SESSION|LOCAL|GLOBAL|PERSIST|PERSIST_ONLY)$/;

const assignmentOf = (words: readonly Word[]): Assignment => {
  const [first, ...rest] = words;
  const scoped = SCOPES.test(first?.text ?? '') ? first?.text : undefined;
  const target = scoped === undefined ? first : rest[0];
  const system = SYSTEM.exec(target?.value ?? '');
  const equals = words.findIndex(({ text }) => /^:?=$/.test(text));
  return {
    scope: scoped ?? system?.[1]?.toUpperCase() ?? '',
    name: (system?.[2] ?? target?.value ?? '').toUpperCase(),
    value: equals < 0 ? [] : words.slice(equals + 1),
  };
};

/** The assignments of `SET a = 1, GLOBAL b = 2`, and those before FOR of `SET STATEMENT a = 1 FOR ...`. */
const assignments = (words: readonly Word[]): readonly Assignment[] => {
  const isOne = words[1]?.text === 'STATEMENT';
  const end = isOne ? words.findIndex(({ text, kind }) => kind === 'word' && text === 'FOR') : -1;
  const parts: Word[][] = [[]];
  let depth = 0;
  for (const word of words.slice(isOne ? 2 : 1, end < 0 ? undefined : end)) {
    if (word.text === '(') depth += 1;
    if (word.text === ')') depth -= 1;
    if (word.text === ',' && depth === 0) parts.push([]);
    else parts.at(-1)?.push(word);
  }
  return parts.map(assignmentOf);
};

/** What turning a guard off means (manuals, "Server System Variables", "Replication and Binary Log System Variables"). */
const GUARDS: Readonly<Record<string, { readonly rule: HazardRule; readonly message: string }>> = {
  FOREIGN_KEY_CHECKS: {
    rule: RULES.checksOff,
    message:
      'Foreign keys are not checked from here on; rows that break them are never found by the server again.',
  },
  UNIQUE_CHECKS: {
    rule: RULES.otherChecksOff,
    message:
      'Unique keys need not be checked from here on: the engine takes it for granted that there are no duplicates.',
  },
  CHECK_CONSTRAINT_CHECKS: {
    rule: RULES.otherChecksOff,
    message:
      'CHECK constraints are not checked from here on; rows that break them are never found by the server again.',
  },
  SQL_LOG_BIN: {
    rule: RULES.notReplicated,
    message: 'What follows is not written to the binary log: replicas, and a recovery from the log, lack it.',
  },
};

const isOff = (value: readonly Word[]): boolean =>
  value.length === 1 && /^(0|OFF|FALSE)$/i.test(value[0]?.value ?? '');

const STRICT = /STRICT_(TRANS|ALL)_TABLES|TRADITIONAL/i;

/** A mode in so many words that is not strict, or an expression that takes the strict one out. */
const isLax = (value: readonly Word[]): boolean => {
  const [first] = value;
  if (value.length === 1)
    return (
      (first?.kind === 'string' || (first?.kind === 'word' && first.text !== 'DEFAULT')) &&
      !STRICT.test(first.value)
    );
  return (
    value.some(({ text }) => text === 'REPLACE') &&
    value.some(({ kind, value: said }) => kind === 'string' && /STRICT/i.test(said))
  );
};

const SHARED = /^(GLOBAL|PERSIST|PERSIST_ONLY)$/;

const ofAssignment = ({ planned }: ReadStatement, { scope, name, value }: Assignment): Hazard[] => {
  const subject = name.toLowerCase();
  const found: Hazard[] = [];
  const guard = Object.hasOwn(GUARDS, name) && isOff(value) ? GUARDS[name] : undefined;
  if (guard) found.push(hazardOf(guard.rule, { subject, message: guard.message, at: planned }));
  if (name === 'SQL_MODE' && isLax(value)) {
    const message = 'sql_mode is no longer strict from here on.';
    found.push(hazardOf(RULES.sqlMode, { subject, message, at: planned }));
  }
  if (/^(DEFAULT_)?STORAGE_ENGINE$/.test(name) && TRANSACTIONLESS.test(value[0]?.value ?? '')) {
    const message = `Tables that do not say their engine are made in ${value[0]?.value} from here on, which has no transactions and no foreign keys.`;
    found.push(hazardOf(RULES.deprecated, { subject, message, at: planned }));
  }
  if (SHARED.test(scope)) {
    const message = `${subject} changes for every connection of the server, whatever application it serves.`;
    found.push(hazardOf(RULES.serverSetting, { subject, message, at: planned }));
  }
  return found;
};

/** Every hazard of a SET. */
export const settingHazards = (one: ReadStatement): Hazard[] => {
  const words = allWordsOf(one.planned.statement.text);
  return words[0]?.text === 'SET' ? assignments(words).flatMap((each) => ofAssignment(one, each)) : [];
};
