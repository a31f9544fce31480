// What is worked out of a statement's text need be worked out once: several rooms ask, and a statement does not change.
import type { Statement } from './statement.ts';

/** The same work, whose answer for a statement is kept as long as the statement itself. */
export const oncePerStatement = <Answer extends object>(
  work: (statement: Statement) => Answer,
): ((statement: Statement) => Answer) => {
  const known = new WeakMap<Statement, Answer>();
  return (statement) => {
    const answer = known.get(statement) ?? work(statement);
    known.set(statement, answer);
    return answer;
  };
};
