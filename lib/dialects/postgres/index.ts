// PostgreSQL, as the contract's Dialect. Holds nothing of its own.
import type { Dialect } from '../contract.ts';
import { prepared } from '../prepared.ts';
import { adapt } from './adapt.ts';
import { parseAddress, postgresAddress, URL_SCHEMES } from './address.ts';
import { backup, restore } from './backup.ts';
import { batches } from './batches.ts';
import { CHECKS } from './checks.ts';
import { CLAIMS } from './claims.ts';
import { connect, createDatabase, exists } from './connect.ts';
import { explain } from './explain.ts';
import { foresee } from './foresee.ts';
import { health } from './health.ts';
import { identify, identifyServer, same } from './identify.ts';
import { inspect } from './inspect.ts';
import { withLock } from './lock.ts';
import { measure } from './measure.ts';
import { observe } from './observe.ts';
import { offline } from './offline.ts';
import { OUTSIDE_HINT } from './outside.ts';
import { pace } from './pace.ts';
import { loadParser } from './parse.ts';
import { quote } from './quote.ts';
import { FACTS, SCAN_RULES } from './rules.ts';
import { classify } from './scan.ts';
import { close, createShadow, warm } from './shadow.ts';
import { sideEffects } from './side-effects.ts';
import { begin, commit, rollback } from './transaction.ts';
import { undo } from './undo.ts';

/** A third of the dialect's code. */
const judging = prepared(() => import('./hazards.ts'));

export const dialect: Dialect = {
  name: 'postgres',
  title: 'PostgreSQL',
  urlSchemes: URL_SCHEMES,
  facts: FACTS,
  scan: SCAN_RULES,
  prepare: async () => {
    await Promise.all([loadParser(), judging.load()]);
  },
  address: parseAddress,
  exists: (address, timeouts) => exists(postgresAddress(address), timeouts),
  create: createDatabase,
  connect,
  identify,
  identifyServer,
  same,
  inspect,
  quote,
  checks: CHECKS,
  measure,
  sideEffects,
  health,
  classify,
  outsideHint: OUTSIDE_HINT,
  batches,
  hazards: (input) => judging.get().hazards(input),
  offline,
  undo,
  withLock,
  begin,
  commit,
  rollback,
  explain,
  claims: CLAIMS,
  foresee,
  observe,
  pace,
  adapt,
  createShadow,
  warmShadow: warm,
  close,
  backup,
  restore,
};
