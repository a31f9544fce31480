// A failed statement or revision in words: what the engine said, and where in the files of the project. Pure.
import { DbsyncError } from '../errors/index.ts';
import type { StepFailure } from '../execute/index.ts';

/** Where a tool stood in the files of the project when it failed, in its own words; empty where dbsync sent the statement itself. */
const placeOf = ({ cause }: StepFailure): string => (cause instanceof DbsyncError && cause.why) || '';

/** What the engine or the tool said, with the tool's own word of the file and the line. */
export const failureMessage = (failure: StepFailure): string => {
  const said = failure.engine.message.trimEnd();
  const place = placeOf(failure);
  if (place === '') return said;
  return `${said}${/[.!?]$/.test(said) ? '' : '.'} ${place}`;
};

/** The same behind the place of the statement. Among those of a tool it is only a number, and the tool says more. */
export const describeFailure = (failure: StepFailure): string => {
  const { step, migration } = failure;
  if (placeOf(failure) !== '') return failureMessage(failure);
  return `${step ? `${step.file}:${step.line}` : migration}: ${failureMessage(failure)}`;
};
