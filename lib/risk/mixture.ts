// Hazards of what stands together in one migration. Pure.
import { findWord, wordAt } from './clauses.ts';
import { adjusted, hazardOf } from './hazard.ts';
import type { Hazard, HazardRule } from './model.ts';
import type { Read, Text } from './reading.ts';
import { processRule } from './rules.ts';

const byMigration = (statements: readonly Read[]): Map<string, Read[]> => {
  const groups = new Map<string, Read[]>();
  for (const one of statements) {
    const group = groups.get(one.planned.migration);
    if (group) group.push(one);
    else groups.set(one.planned.migration, [one]);
  }
  return groups;
};

const hazard = (rule: HazardRule, at: Read, message: string): Hazard =>
  hazardOf(rule, { subject: `migration ${at.planned.migration}`, message, at: at.planned });

const line = (one: Read): string => `line ${one.planned.statement.line}`;

const mixed = (group: readonly Read[]): Hazard[] => {
  const ddl = group.find((one) => one.facts.kind === 'ddl');
  const dml = group.find((one) => one.facts.kind === 'dml' && !one.ofNewTable && !one.facts.counter);
  if (!ddl || !dml) return [];
  const message = `It changes the structure (${line(ddl)}) and rows (${line(dml)}) together.`;
  return [hazard(processRule('x-mixed-ddl-dml'), dml, message)];
};

/** Settings and transaction words are not work that could be left half done. */
const isWork = (one: Read): boolean => ['ddl', 'dml', 'opaque'].includes(one.facts.kind);

const outsideTransactions = (group: readonly Read[]): Hazard[] => {
  const work = group.filter(isWork);
  const outside = work.find((one) => !one.facts.transactional);
  if (!outside) return [];
  const inside = work.find((one) => one.facts.transactional);
  if (inside) {
    const message = `${outside.facts.verb} (${line(outside)}) cannot run in a transaction, ${inside.facts.verb} (${line(inside)}) should.`;
    return [hazard(processRule('x-mixed-tx'), outside, message)];
  }
  const message = `${outside.facts.verb} cannot run in a transaction; what it did stays when a later statement fails.`;
  const found = hazard(processRule('x-non-tx-statement'), outside, message);
  return [work.length === 1 ? adjusted(found, 'advice', 'it stands alone in its migration') : found];
};

const NAMES_CONTAINER = /\b(?:DATABASE|SCHEMA)\b/i;
const CONTAINERS = ['DATABASE', 'SCHEMA'];

/** The database or schema that a statement drops or creates. */
const container = (one: Read, verb: string): string | null => {
  if (!NAMES_CONTAINER.test(one.reading.text)) return null;
  if (wordAt(one.reading, 0) !== verb || !CONTAINERS.includes(wordAt(one.reading, 1))) return null;
  const from = Math.max(1, findWord(one.reading, ['EXISTS']));
  const token = one.reading.tokens[from + 1];
  return token?.value ?? token?.text ?? null;
};

const reset = (group: readonly Read[]): Hazard[] => {
  for (const [position, one] of group.entries()) {
    const dropped = container(one, 'DROP');
    const again = group
      .slice(position + 1)
      .some((later) => dropped !== null && container(later, 'CREATE') === dropped);
    if (again)
      return [hazard(processRule('x-reset-command'), one, `${dropped} is dropped and created anew, empty.`)];
  }
  return [];
};

/** The hazards of each migration as a whole. */
export const migrationHazards = (text: Text): Hazard[] =>
  [...byMigration(text.statements).values()].flatMap((group) => [
    ...mixed(group),
    ...outsideTransactions(group),
    ...reset(group),
  ]);
