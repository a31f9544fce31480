// Create-only: the SQL that the declared schema needs and no migration has, as a new migration for review. Writes files of the
// project and nothing to any database but a shadow.
import path from 'node:path';
import { DbsyncError, EXIT } from '../errors/index.ts';
import { replay, withShadow } from '../shadow/index.ts';
import { type Context, shadowRequest } from './context.ts';
import type { Outcome } from './outcome.ts';
import { mayReachOut } from './outside.ts';
import { ahead } from './refuse.ts';
import { replayFailed } from './replay-failed.ts';

const checkAllowed = (context: Context): string => {
  const { environment, options } = context;
  if (environment.target.protected)
    throw ahead(
      `No migration is written for the protected environment "${environment.name}".`,
      environment.name,
    );
  const name = (options.name ?? '').trim();
  if (name !== '') return name;
  throw new DbsyncError('USAGE', {
    summary: 'The new migration has no name.',
    next: ["--create-only --name 'add customer phone'"],
  });
};

const cannot = (context: Context): DbsyncError =>
  new DbsyncError('SOURCE_UNSUPPORTED', {
    summary: `${context.project.title} writes no migrations from the schema here.`,
    next: ['Write the migration with the tool itself, or by hand.'],
  });

/** Writes the migration and stops. Throws SCHEMA_AHEAD, USAGE, SOURCE_UNSUPPORTED, REPLAY_FAILED, SHADOW_*. */
export const draft = async (context: Context): Promise<Outcome> => {
  const name = checkAllowed(context);
  const { project, dialect, detection, environment, world } = context;
  const { createOnly } = project;
  if (!createOnly) throw cannot(context);
  const files = await world.ui.work('Draft', async (report) => {
    await Promise.all([project.prepare?.(null), dialect.prepare?.()]);
    return withShadow(dialect, shadowRequest(context, 'empty', null), async ({ session }) => {
      report('replaying the history on a shadow database');
      const { migrations } = project;
      const { timeouts } = environment.target;
      const { signal, now } = world;
      const input = {
        dialect,
        session,
        project,
        migrations,
        timeouts,
        signal,
        now,
        mayReachOut: mayReachOut(context),
      };
      const { failure } = await replay(input);
      if (failure) throw replayFailed(context, failure, []);
      report('asking the migration tool');
      return createOnly(session, name, world.now());
    });
  });
  const absolute = files.map((file) => path.join(detection.root, file));
  return {
    exitCode: EXIT.done,
    kind: 'draft',
    changes: files.length > 0,
    data: { files, absolute, environment: environment.name, by: project.title },
  };
};
