// The MySQL and MariaDB dialect: its answers to the contract, put together. Product differences come from the server.
import type { Dialect } from '../contract.ts';
import { prepared } from '../prepared.ts';
import { adapt } from './adapt.ts';
import { address, mysqlAddress, URL_SCHEMES } from './address.ts';
import { backup, restore } from './backup.ts';
import { batches } from './batches.ts';
import { bring } from './bring.ts';
import { CHECKS } from './checks.ts';
import { CLAIMS } from './claims.ts';
import { connect } from './connect.ts';
import { diagnose } from './diagnose.ts';
import { explain } from './explain.ts';
import { foresee } from './foresee.ts';
import { refuseBeyond } from './guards.ts';
import { health } from './health.ts';
import { identify, identifyServer } from './identify.ts';
import { inspect } from './inspect.ts';
import { withLock } from './lock.ts';
import { measure } from './measure.ts';
import { observe } from './observe.ts';
import { offline } from './offline.ts';
import { OUTSIDE_HINT } from './outside.ts';
import { pace } from './pace.ts';
import { quote } from './quote.ts';
import { FACTS, SCAN_RULES } from './rules.ts';
import { classify } from './scan.ts';
import { create, exists, same } from './shadow/databases.ts';
import { close } from './shadow/private.ts';
import { createShadow } from './shadow.ts';
import { begin, commit, rollback } from './transaction.ts';
import { undo } from './undo.ts';

/** A third of the dialect's code. */
const judging = prepared(() => import('./hazards.ts'));

export const dialect: Dialect = {
  name: 'mysql',
  title: 'MySQL or MariaDB',
  urlSchemes: URL_SCHEMES,
  facts: FACTS,
  scan: SCAN_RULES,
  prepare: judging.load,
  address,
  exists,
  create,
  connect,
  identify,
  identifyServer,
  same,
  inspect,
  quote,
  checks: CHECKS,
  measure,
  health,
  classify,
  outsideHint: OUTSIDE_HINT,
  refuseBeyond: (where, sql) => {
    const { shadowOf } = mysqlAddress(where);
    if (shadowOf) refuseBeyond(sql, shadowOf);
  },
  batches,
  hazards: (input) => judging.get().hazards(input),
  offline,
  undo,
  bring,
  withLock,
  begin,
  commit,
  rollback,
  explain,
  diagnose,
  claims: CLAIMS,
  foresee,
  observe,
  pace,
  adapt,
  createShadow,
  close,
  backup,
  restore,
};
