// What Prisma's own engine says of a database: its history, and the drift that it can see. Reads only.
import type { Session } from '../../dialects/contract.ts';
import { DbsyncError } from '../../errors/index.ts';
import type { ToolVerdict } from '../contract.ts';
import type { Asked } from './asked.ts';
import type { Engine } from './engine/index.ts';
import { schemaDifference } from './push.ts';
import { listed } from './words.ts';

type Ready = Asked & { readonly engine: Engine };
type Diagnosis = Awaited<ReturnType<typeof diagnose>>;

const diagnose = async (asked: Ready, session: Session) => {
  const { value } = await asked.engine.call({
    session,
    method: 'diagnoseMigrationHistory',
    params: { migrationsList: asked.list, optInToShadowDatabase: false, filters: asked.filters },
  });
  return value;
};

/** What is wrong with the history, in words; nothing where it is clean. */
const historyMessages = (diagnosis: Diagnosis): readonly string[] => {
  const { history, failedMigrationNames: failed, editedMigrationNames: edited } = diagnosis;
  const messages: string[] = [];
  if (failed.length > 0) messages.push(`Failed in the ledger: ${listed(failed)}.`);
  if (edited.length > 0) messages.push(`Edited after they were applied: ${listed(edited)}.`);
  if (history?.diagnostic === 'databaseIsBehind') {
    messages.push(`Not applied yet: ${listed(history.unappliedMigrationNames)}.`);
  }
  if (history?.diagnostic === 'migrationsDirectoryIsBehind') {
    messages.push(`Applied, but not in the code: ${listed(history.unpersistedMigrationNames)}.`);
  }
  if (history?.diagnostic === 'historiesDiverge') {
    messages.push(
      `The histories diverge: the database has ${listed(history.unpersistedMigrationNames)}, the code has ${listed(history.unappliedMigrationNames)}.`,
    );
  }
  return messages;
};

/** Whether the database is what its migrations make, by the engine's replay on a shadow; the reason where that is impossible. */
const drifted = async (asked: Ready, session: Session): Promise<boolean | string> => {
  try {
    const { value } = await asked.engine.call({
      session,
      method: 'diff',
      params: {
        from: { tag: 'migrations', ...asked.list },
        to: { tag: 'schemaDatasource', files: asked.schema.files, configDir: asked.list.baseDir },
        script: false,
        exitCode: true,
        filters: asked.filters,
      },
    });
    return value.exitCode !== 0;
  } catch (error) {
    if (!(error instanceof DbsyncError)) throw error;
    return [error.message, ...(error.why ? [error.why] : [])].join(' ');
  }
};

/**
 * The schema against the database. Equal: no drift that Prisma can see. Different: a replay of the history on a shadow tells a
 * schema that is ahead of its migrations from a database that was changed by hand.
 */
const driftVerdict = async (asked: Ready, session: Session): Promise<Omit<ToolVerdict, 'by'>> => {
  const difference = await schemaDifference(asked, session);
  if (difference === '')
    return { status: 'agrees', against: [], messages: ['The database is what the schema declares.'] };
  const drift = await drifted(asked, session);
  if (drift === true) {
    return {
      status: 'disagrees',
      against: ['schema'],
      messages: ['The database differs from what its migrations make of an empty one.'],
    };
  }
  if (typeof drift === 'string') {
    return {
      status: 'unavailable',
      against: [],
      messages: [
        `The database differs from the schema; whether by drift cannot be told, as the engine could not replay the history: ${drift}`,
      ],
    };
  }
  return {
    status: 'agrees',
    against: [],
    messages: [
      'The database is what its migrations make; the schema differs from them, by changes that no migration covers or by hand-written SQL that Prisma cannot model.',
    ],
  };
};

/** Asks the engine: history clean, nothing pending, no drift that it can see. An engine that fails is `unavailable`. */
export const askVerdict = async (asked: Asked, session: Session): Promise<ToolVerdict> => {
  const { by, engine } = asked;
  if (!engine) return { by, status: 'unavailable', against: [], messages: [asked.unavailable] };
  const ready: Ready = { ...asked, engine };
  try {
    const wrong = historyMessages(await diagnose(ready, session));
    if (wrong.length > 0) return { by, status: 'disagrees', against: ['history'], messages: wrong };
    return { by, ...(await driftVerdict(ready, session)) };
  } catch (error) {
    if (!(error instanceof DbsyncError)) throw error;
    return {
      by,
      status: 'unavailable',
      against: [],
      messages: [error.message, ...(error.why ? [error.why] : [])],
    };
  }
};
