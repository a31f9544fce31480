// Which database an environment was, as the configuration pins it or earlier runs remember it.

import type { Execution } from '../apply/model.ts';
import { attemptsOf, type Run, readArtifact } from '../audit/index.ts';
import type { Plan } from '../plan/model.ts';
import type { ConnectionCheck, KnownIdentity } from '../preflight/index.ts';
import type { Context } from './context.ts';
import { runsOf } from './run.ts';
import { ABSENT } from './target-ref.ts';

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
