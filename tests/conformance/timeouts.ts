// The limits of the conformance suite: generous enough for a loaded machine, short enough to fail in.
import type { Timeouts } from '../../lib/target/index.ts';

export const TIMEOUTS: Timeouts = {
  connectMs: 10_000,
  lockMs: 5000,
  statementMs: 60_000,
  runnerLockMs: 1000,
  probeMs: 10_000,
};
