// Sends one step: the statement as it is, or in other words where the engine refuses the words but not the meaning.
import type { Adaptation, Batch, Dialect, Session, TableEffect } from '../dialects/contract.ts';
import type { PlannedBatch, Step } from './model.ts';
import { refuseOutside } from './outside.ts';
import { isShadow, type State } from './state.ts';

/** A statement of real history can need several words replaced; more than this is not a matter of words. */
const MAX_ADAPTATIONS = 50;

export interface Sent {
  readonly rows: number | null;
  /** What was sent instead of the file's text, and why. */
  readonly adaptation: Adaptation | null;
}

/** Sends a statement. Throws the driver's error of the text that was sent last. */
const sendStatement = async (dialect: Dialect, session: Session, sql: string): Promise<Sent> => {
  const notes: string[] = [];
  let text = sql;
  for (let attempt = 0; ; attempt += 1) {
    try {
      const rows = await session.execute(text);
      return { rows, adaptation: notes.length > 0 ? { text, note: notes.join('; ') } : null };
    } catch (error) {
      const offer = attempt < MAX_ADAPTATIONS ? await dialect.adapt(session, text, error) : null;
      if (!offer || offer.text === text) throw error;
      notes.push(offer.note);
      text = offer.text;
    }
  }
};

/** The batch as the dialect knows it. */
export const asBatch = (batch: PlannedBatch): Batch => ({
  transactional: batch.transactional,
  because: batch.because,
  settings: batch.settings,
  statements: batch.steps.map(({ sql, file, line }, index) => ({ text: sql, file, line, offset: 0, index })),
});

export type SendStep = (
  step: Step,
) => Promise<{ readonly answer: Sent; readonly effects?: readonly TableEffect[] }>;

/** How the steps of one batch are sent: as they are, or on a shadow database under the dialect's observation. */
export const senderOf = (state: State, batch: PlannedBatch): SendStep => {
  const { dialect, session, observed } = state;
  const guard = (step: Step): void => {
    if (isShadow(state)) refuseOutside(state, step);
  };
  const watch = observed ? dialect.observe?.(session, asBatch(batch)) : undefined;
  if (!watch)
    return async (step) => {
      guard(step);
      return { answer: await sendStatement(dialect, session, step.sql) };
    };
  return async (step) => {
    guard(step);
    const { sql, file, line } = step;
    return watch({ text: sql, file, line, offset: 0, index: 0 }, (text) =>
      sendStatement(dialect, session, text),
    );
  };
};
