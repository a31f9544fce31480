// Sends one step: the statement as it is, or in other words where the engine refuses the words but not the meaning.
import type { Adaptation, Dialect, Session } from '../dialects/contract.ts';

/** A statement of real history can need several words replaced; more than this is not a matter of words. */
const MAX_ADAPTATIONS = 50;

export interface Sent {
  readonly rows: number | null;
  /** What was sent instead of the file's text, and why. */
  readonly adaptation: Adaptation | null;
}

/** Sends a statement. Throws the driver's error of the text that was sent last. */
export const sendStatement = async (dialect: Dialect, session: Session, sql: string): Promise<Sent> => {
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
