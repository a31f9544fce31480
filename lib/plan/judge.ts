// Every hazard that statements show on a given schema: the database's own and those of the text, at the end of the plan and on the way to
// it. One door for plans, for texts alone, and for whoever checks either. Pure.
import type { Dialect } from '../dialects/contract.ts';
import { type Hazard, hazardsOnTheWay, type RiskInput, textualHazards, withMoves } from '../risk/index.ts';
import { classified } from './classified.ts';

/** What was found, and against what. */
export interface Judged {
  /** The input with what the plan's renames hide. */
  readonly input: RiskInput;
  /** Told by the dialect. */
  readonly dialect: readonly Hazard[];
  /** Told by the texts, for every database alike. */
  readonly text: readonly Hazard[];
}

/** Judges statements on the schema before them. `dialect.prepare` has to be over where there is something to judge. */
export const judge = (dialect: Dialect, input: RiskInput): Judged => {
  if (input.statements.length === 0 && input.change.changes.length === 0)
    return { input, dialect: [], text: [] };
  const fold = dialect.fold ?? ((name: string) => name.toLowerCase());
  const { offline, quote, scan: rules } = dialect;
  const context = offline ? { ...offline, fold, quote, rules } : null;
  const risk = withMoves(input, context);
  const found = dialect.hazards(risk);
  const passed = context
    ? hazardsOnTheWay(input, { context, moved: risk, judge: (so) => dialect.hazards(so), known: found })
    : [];
  const text = textualHazards(risk, {
    rules,
    quote,
    fold,
    classify: (planned) => classified(dialect, planned.statement),
  });
  return { input: risk, dialect: [...found, ...passed], text };
};
