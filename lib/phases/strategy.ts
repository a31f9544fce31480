// Migrate by default; push only when explicitly chosen, with a reason, and where the environment allows it.
import { DbsyncError } from '../errors/index.ts';
import type { Strategy } from '../plan/model.ts';
import type { Context } from './context.ts';

const MIN_REASON = 8;

/** The strategy of this run. Throws STRATEGY_REASON_REQUIRED, PUSH_REFUSED. */
export const checkStrategy = (context: Context): Strategy => {
  const { options, environment } = context;
  if (options.strategy !== 'push') return 'migrate';
  if ((options.reason ?? '').trim().length < MIN_REASON) {
    throw new DbsyncError('STRATEGY_REASON_REQUIRED', {
      summary: 'Push was chosen without a reason.',
      why: 'Push changes a database without a migration that says so; the reason is part of the record.',
      next: [
        `--strategy push --reason "why this change has no migration" (at least ${MIN_REASON} characters)`,
      ],
    });
  }
  if (!environment.allowPush) {
    throw new DbsyncError('PUSH_REFUSED', {
      summary: `Push is not allowed on "${environment.name}".`,
      why: 'A protected environment is changed by versioned migrations, unless its configuration says otherwise.',
      next: ['Use migrations, or set `allowPush: true` for this environment and say why in the commit.'],
    });
  }
  return 'push';
};
