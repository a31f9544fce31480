// Process hazards that the statements themselves show, for every database alike. Pure; what a statement is was told by the
// dialect, names are quoted by it.
import { ownRoutines } from './calls.ts';
import { foreignText, reachingOut } from './foreign.ts';
import { existingObjects } from './masks.ts';
import { migrationHazards } from './mixture.ts';
import type { Hazard, RiskInput } from './model.ts';
import { readAll, type Text, type TextualContext } from './reading.ts';
import { dataHazards } from './rows.ts';
import { secretHazards } from './secrets.ts';

/** Every process hazard of the statements, in their order. */
export const textualHazards = (
  input: Pick<RiskInput, 'statements' | 'before' | 'change' | 'sizes' | 'unknownBefore' | 'moves'>,
  context: TextualContext,
): Hazard[] => {
  const text: Text = { input, context, statements: readAll(input.statements, context) };
  const single = text.statements.flatMap((one) => [
    ...foreignText(one),
    ...reachingOut(one),
    ...secretHazards(one),
    ...(one.facts.kind === 'opaque' ? [] : [...existingObjects(one, text), ...dataHazards(one, text)]),
  ]);
  return [...single, ...ownRoutines(text), ...migrationHazards(text)];
};
