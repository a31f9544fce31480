// The gate: under the lock, whether the target, the ledger and the files are still those of the plan. Pure.
import { DbsyncError } from '../errors/index.ts';
import type { Plan } from '../plan/model.ts';
import { type Diff, describeChange, type Hash, isEmpty } from '../schema/index.ts';

/** What was found with the lock held. */
export interface Found {
  readonly identity: string;
  readonly instance: string;
  /** Fingerprint of the schema. */
  readonly fingerprint: Hash;
  /** Plan's snapshot against what was found; null where the plan's snapshot is not at hand. */
  readonly difference: Diff | null;
  readonly ledger: Hash;
  readonly applied: readonly string[];
  readonly filesHash: Hash;
}

const MAX_LINES = 12;

const schemaReasons = (found: Found): string[] => {
  const changes = found.difference && !isEmpty(found.difference) ? found.difference.changes : [];
  const lines = changes.slice(0, MAX_LINES).map((change) => `  ${describeChange(change)}`);
  const more = changes.length > MAX_LINES ? [`  and ${changes.length - MAX_LINES} more`] : [];
  return [`the schema changed since the plan was made:`, ...lines, ...more];
};

const ledgerReasons = (plan: Plan, found: Found): string[] => {
  const before = new Set(plan.ledgerReport.applied);
  const after = new Set(found.applied);
  const added = found.applied.filter((id) => !before.has(id));
  const gone = plan.ledgerReport.applied.filter((id) => !after.has(id));
  return [
    'the ledger changed since the plan was made:',
    ...added.map((id) => `  ${id} was applied by someone else`),
    ...gone.map((id) => `  ${id} is no longer recorded`),
    ...(added.length + gone.length === 0 ? ['  the same migrations, but other rows'] : []),
  ];
};

/** Every way in which the world is not the plan's; empty where it is. */
export const staleReasons = (plan: Plan, found: Found): readonly string[] => [
  ...(found.identity !== plan.target.identity
    ? [`the database is ${found.identity}, the plan was made for ${plan.target.identity}`]
    : []),
  ...(!plan.createsDatabase && found.instance !== plan.target.instance
    ? ['the database was dropped and made anew (or its file replaced) since the plan was made']
    : []),
  ...(found.fingerprint !== plan.from ? schemaReasons(found) : []),
  ...(found.ledger !== plan.ledger ? ledgerReasons(plan, found) : []),
  ...(found.filesHash !== plan.source.filesHash
    ? ['the migration files changed since the plan was made']
    : []),
];

/** Throws PLAN_STALE with everything that differs. */
export const passGate = (plan: Plan, found: Found, task: string): void => {
  const reasons = staleReasons(plan, found);
  if (reasons.length === 0) return;
  throw new DbsyncError('PLAN_STALE', {
    summary: `The plan is stale:\n${reasons.map((reason) => `  ${reason}`).join('\n')}`,
    why: 'What was reviewed and rehearsed is not what would happen now. Nothing was written to the target.',
    next: [`$ npx zx tasks/plan.ts --env ${plan.target.environment} --task ${task}`],
    details: { reasons },
  });
};
