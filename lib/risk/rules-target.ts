// The process hazards of the target and of what was found out about it, as data.
import type { HazardRule } from './model.ts';
import { ruleOf as row } from './rule.ts';

export const OF_TARGET: readonly HazardRule[] = [
  row(
    'x-drift-present',
    'breaking',
    'The live schema is not what its ledger claims.',
    'Bring the difference into the history, or undo it.',
  ),
  row(
    'x-drift-collides',
    'destructive',
    'The plan touches what was changed by hand: it fails, or destroys that change.',
    'Resolve the drift first.',
  ),
  row(
    'x-non-converging',
    'advice',
    'A difference remains directly after applying: the engine writes an expression in other words.',
    'Compare the two texts; record them if they mean the same.',
  ),
  row(
    'x-wrong-target',
    'destructive',
    'The connection leads to another database than this environment remembers.',
    'Check the variable that supplies the URL.',
  ),
  row(
    'x-target-created',
    'breaking',
    'The database does not exist; creating it would hide a typing error.',
    'Correct the name, or create it on purpose.',
  ),
  row(
    'x-read-only-target',
    'breaking',
    'The target refuses writes: it is a replica or read-only.',
    'Connect to the primary.',
  ),
  row(
    'x-shadow-is-real',
    'destructive',
    'The database named for rehearsals is in use, or is the target itself.',
    'Name an empty database that nothing else uses.',
  ),
  row(
    'x-stale-plan',
    'breaking',
    'The target, the ledger or the files changed since the plan was made.',
    'Plan again.',
  ),
];
