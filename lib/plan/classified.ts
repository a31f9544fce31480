// What a dialect says of a statement, as the hazards of a migration as a whole ask for it. Pure.
import type { Dialect, StatementFacts } from '../dialects/contract.ts';
import type { Statement } from '../sql/index.ts';

/** Where no schema statement is ever transactional, that one is not is no news. */
export const classified = (
  dialect: Pick<Dialect, 'classify' | 'facts'>,
  statement: Statement,
): StatementFacts => {
  const facts = dialect.classify(statement);
  return dialect.facts.transactionalDdl ? facts : { ...facts, transactional: true };
};
