// Which database an environment was, as the configuration pins it or earlier runs remember it.

import type { Execution } from '../apply/model.ts';
import { attemptsOf, type Run, readArtifact } from '../audit/index.ts';
import type { Session, Verdict } from '../dialects/contract.ts';
import { DbsyncError } from '../errors/index.ts';
import type { Plan } from '../plan/model.ts';
import { type ConnectionCheck, judgeIdentity, type KnownIdentity } from '../preflight/index.ts';
import { hasObjects } from '../schema/index.ts';
import type { Context } from './context.ts';
import { runsOf } from './run.ts';
import { ABSENT, identityOf } from './target-ref.ts';

const rememberedBy = (run: Run): string | null => {
  const checked = readArtifact<ConnectionCheck>(run, 'connection-check')?.artifact.body;
  const failed = checked?.checks.some((check) => check.id === 'identity' && check.status === 'failed');
  const seen = failed ? null : checked?.target?.identity;
  if (seen && seen !== ABSENT) return seen;
  const planned = readArtifact<Plan>(run, 'plan')?.artifact.body.target.identity;
  return planned && planned !== ABSENT ? planned : null;
};

/** A run that created the database starts the memory anew: what was there before is gone. */
const createdIt = (run: Run): boolean =>
  readArtifact<Execution>(run, 'execution')?.artifact.body.createdDatabase ?? false;

/** The identity that the target must have; null where none is known. */
export const knownIdentity = (context: Context): KnownIdentity | null => {
  if (context.environment.identity)
    return { identity: context.environment.identity, from: 'the configuration' };
  for (const run of runsOf(context).flatMap((own) => [own, ...[...attemptsOf(own)].reverse()])) {
    const identity = rememberedBy(run);
    if (identity) return { identity, from: `the run "${run.task}"` };
    if (createdIt(run)) return null;
  }
  return null;
};

/** Neither objects nor a ledger. */
const isEmptyTarget = async (context: Context, session: Session): Promise<boolean> => {
  const { entries } = await context.project.ledger.read(session, { targetHasObjects: false });
  return entries.length === 0 && !hasObjects(await context.dialect.inspect(session, context.inspect));
};

/** Whether the target is the database that this environment always was; it is looked into only where it is not. */
export const identityVerdict = async (
  context: Context,
  session: Session,
  found: string,
): Promise<Verdict> => {
  const { environment, options } = context;
  const known = knownIdentity(context);
  const changed = known !== null && known.identity !== found;
  const mayBeNew = changed && environment.target.create && !environment.identity;
  return judgeIdentity(found, known, {
    accepted: options.acceptIdentity ?? false,
    madeAnew: mayBeNew && (await isEmptyTarget(context, session)),
  });
};

/** Stops before anything is planned for, or recorded in, another database than the remembered one. Throws IDENTITY_CHANGED. */
export const demandRemembered = async (context: Context, session: Session | null): Promise<void> => {
  if (!session) return;
  const { identity, display } = await identityOf(context.dialect, session);
  const verdict = await identityVerdict(context, session, identity);
  if (verdict.status !== 'failed') return;
  throw new DbsyncError('IDENTITY_CHANGED', {
    summary: `Another database than the one that "${context.environment.name}" always was: ${display} ${verdict.message}.`,
    why: 'Nothing was written to it.',
    next: [...(verdict.remedy ?? [])],
  });
};
