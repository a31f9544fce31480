// Every hazard of PostgreSQL, by the name that the analyzers use. Decides nothing.
import type { HazardRule } from '../../../risk/index.ts';
import { ADVICE_RULES } from './rules-advice.ts';
import { BREAKS } from './rules-breaks.ts';
import { LOCKS } from './rules-locks.ts';
import { LOSS } from './rules-loss.ts';

export const RULES = { ...LOSS, ...LOCKS, ...BREAKS, ...ADVICE_RULES } as const;

/** Every rule, for the reference pages and the tests. */
export const rules: readonly HazardRule[] = Object.values(RULES);
