// Statements that call a routine which the plan itself made and whose body changes things: what they do is not in their own text. Pure.
import { findWord, nameAt, wordAt } from './clauses.ts';
import { hazardOf } from './hazard.ts';
import type { Hazard } from './model.ts';
import type { Read, Text } from './reading.ts';
import { processRule } from './rules.ts';

const CHANGES = /\b(DELETE|TRUNCATE|DROP|UPDATE|ALTER|MERGE|REPLACE\s+INTO|EXECUTE|PREPARE)\b/i;
/** How far into a CREATE the kind of object can stand. */
const REACH = 12;

/** The routine that a statement makes, where its body changes things; null otherwise. */
const routineOf = (one: Read): string | null => {
  if (wordAt(one.reading, 0) !== 'CREATE' || !/\b(FUNCTION|PROCEDURE)\b/i.test(one.reading.text)) return null;
  const kind = findWord(one.reading, ['FUNCTION', 'PROCEDURE']);
  if (kind < 0 || kind > REACH) return null;
  const at = wordAt(one.reading, kind + 1) === 'IF' ? kind + 4 : kind + 1;
  const name = nameAt(one.reading, at);
  return name && CHANGES.test(one.reading.text.slice(one.reading.tokens[name.next]?.offset))
    ? name.name
    : null;
};

const calls = (one: Read, name: string, fold: (name: string) => string): boolean => {
  const { tokens } = one.reading;
  return tokens.some(
    (token, at) =>
      tokens[at + 1]?.text === '(' &&
      /^(word|quoted-identifier)$/.test(token.kind) &&
      fold(token.value ?? token.text) === name,
  );
};

/** Statements that do something when they are sent; the others only name the routine. */
const isDone = ({ facts }: Read): boolean =>
  facts.kind === 'dml' ||
  (facts.kind === 'ddl' &&
    /^CREATE (OR REPLACE )?(TEMP\w* |UNLOGGED )?(TABLE|MATERIALIZED)/.test(facts.verb));

/** A statement whose kind says that it changes rows, and that calls a routine of the plan besides. */
export const ownRoutines = (text: Text): Hazard[] => {
  const { fold } = text.context;
  const made = new Set<string>();
  return text.statements.flatMap((one) => {
    const routine = routineOf(one);
    if (routine !== null) made.add(fold(routine));
    const called = isDone(one) ? [...made].find((name) => calls(one, name, fold)) : undefined;
    if (called === undefined) return [];
    const subject = `statement ${one.planned.statement.index + 1} of ${one.planned.migration}`;
    const message = `It calls ${called}(), which the plan makes and whose body changes things.`;
    return [hazardOf(processRule('x-dynamic-sql'), { subject, message, at: one.planned })];
  });
};
