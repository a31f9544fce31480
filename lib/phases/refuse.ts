// Plans that nobody may rehearse or approve: they collide with drift, bring less than the code declares, or hold what the policy
// denies. Asked when a plan was made, and again before it is rehearsed.
import { DbsyncError } from '../errors/index.ts';
import { collisions, type DriftReport, type Plan } from '../plan/index.ts';
import { isCovered } from '../sources/contract.ts';
import type { Context } from './context.ts';

const MAX_LINES = 12;

const refuseDenied = (context: Context, plan: Plan): void => {
  const denied = plan.decisions.filter((decision) => decision.decision === 'denied');
  if (denied.length === 0) return;
  throw new DbsyncError('HAZARD_DENIED', {
    summary: `The policy of "${context.environment.name}" denies: ${[...new Set(denied.map((item) => item.code))].join(', ')}.`,
    why: 'A denied hazard cannot be accepted by anyone in this run.',
    next: ["Change the migration as the hazard's remedy says, or change the policy in dbsync.config.ts."],
    details: { denied },
  });
};

const refuseCollisions = (context: Context, drift: DriftReport): void => {
  const items = collisions(drift);
  if (items.length === 0) return;
  throw new DbsyncError('DRIFT_COLLIDES', {
    summary: `The live schema was changed by hand where the plan works:\n${items
      .map((item) => `  ${item.description}  (the plan: ${item.collidesWith ?? ''})`)
      .join('\n')}`,
    why: 'The plan would fail there, or undo a change that somebody made on purpose. Nothing was written to the target.',
    next: ['Bring the hand-made change into a migration, or take it back, then plan again.'],
    details: { collisions: items.map((item) => item.description), environment: context.environment.name },
  });
};

/** The refusal of what would leave a protected environment behind its code. */
export const ahead = (summary: string, environment: string): DbsyncError =>
  new DbsyncError('SCHEMA_AHEAD', {
    summary,
    why: 'A protected environment gets reviewed migrations only, and all of what the code declares. Nothing was written to the target.',
    next: [
      'Write the missing migration against a development environment, and review it:',
      "$ npx zx tasks/plan.ts --env dev --create-only --name '<words>'",
      `Then: npx zx tasks/plan.ts --env ${environment}`,
    ],
  });

/**
 * A plan that brings a protected environment less than the code declares is refused. Not where the history could not be
 * replayed (then the difference may be drift), nor where migrations are held back on purpose. Throws SCHEMA_AHEAD.
 */
const refuseAhead = (context: Context, plan: Plan): void => {
  const { uncovered, target, prediction, strategy } = plan;
  if (uncovered === null || isCovered(uncovered) || strategy !== 'migrate') return;
  if (!target.protected || prediction.method !== 'replayed') return;
  const lines = uncovered.split('\n').filter((line) => line.trim() !== '');
  const more = lines.length > MAX_LINES ? [`  and ${lines.length - MAX_LINES} more lines`] : [];
  const shown = lines.slice(0, MAX_LINES).map((line) => `  ${line}`);
  throw ahead(
    context.redact(
      `Not complete: the declared schema needs more than the migrations bring:\n${[...shown, ...more].join('\n')}`,
    ),
    context.environment.name,
  );
};

/** Throws DRIFT_COLLIDES, SCHEMA_AHEAD, HAZARD_DENIED. */
export const refusePlan = (context: Context, plan: Plan): void => {
  refuseCollisions(context, plan.drift);
  refuseAhead(context, plan);
  refuseDenied(context, plan);
};
