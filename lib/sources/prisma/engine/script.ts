// Sends a script of the engine's (a migration, as a rule) the way its database takes it. Decides nothing about transactions.
import type { Dialect, Session } from '../../../dialects/contract.ts';
import { splitStatements } from '../../../sql/index.ts';
import type { EngineFlavour } from '../providers.ts';

/** A statement of real history can need several words replaced; more than this is not a matter of words. */
const MAX_ADAPTATIONS = 50;

/** One statement, with words replaced where this build of the engine refuses them; the note says which. */
export const sendOne = async (
  dialect: Dialect,
  session: Session,
  sql: string,
): Promise<{ readonly rows: number | null; readonly note: string | null }> => {
  const notes: string[] = [];
  let text = sql;
  for (let attempt = 0; ; attempt += 1) {
    try {
      const rows = await session.execute(text);
      return { rows, note: notes.length > 0 ? notes.join('; ') : null };
    } catch (error) {
      const offer = attempt < MAX_ADAPTATIONS ? await dialect.adapt(session, text, error) : null;
      if (!offer || offer.text === text) throw error;
      notes.push(offer.note);
      text = offer.text;
    }
  }
};

/** Sends it whole, or statement by statement with words replaced where this build of the engine refuses them. */
export const sendScript = async (
  session: Session,
  sql: string,
  by: { readonly dialect: Dialect; readonly flavour: EngineFlavour | null },
): Promise<void> => {
  if (by.flavour?.scripts !== 'by statement') {
    await session.script(sql);
    return;
  }
  const statements = splitStatements(sql, { file: 'script', rules: by.dialect.scan });
  for (const statement of statements) await sendOne(by.dialect, session, statement.text);
};
