// The SQLite dialect: one file, answered for by the library that better-sqlite3 brings. Each answer lives in the file of its name.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Dialect } from '../contract.ts';
import { prepared } from '../prepared.ts';
import { adapt } from './adapt.ts';
import { parseAddress } from './address.ts';
import { backup } from './backup.ts';
import { batches } from './batches.ts';
import { checks } from './checks/index.ts';
import { fileExists } from './connect/opening.ts';
import { connect, createFile, fileOf } from './connect.ts';
import { explain } from './explain.ts';
import { foresee } from './foresee.ts';
import { health } from './health.ts';
import { identify, same } from './identify.ts';
import { inspect } from './inspect.ts';
import { lend, withLock } from './lock.ts';
import { measure } from './measure.ts';
import { offline } from './offline.ts';
import { pace } from './pace.ts';
import { facts, NAME, quote, scan } from './rules.ts';
import { classify } from './scan.ts';
import { createShadow } from './shadow.ts';
import { begin, commit, rollback } from './transaction.ts';
import { undo } from './undo.ts';

/** A third of the dialect's code. */
const judging = prepared(() => import('./hazards.ts'));

export const dialect: Dialect = {
  name: NAME,
  title: 'SQLite',
  urlSchemes: ['file', 'sqlite'],
  facts,
  scan,
  prepare: judging.load,
  address: parseAddress,
  exists: (address) => fileExists(fileOf(address)),
  create: async (address) => {
    await mkdir(path.dirname(fileOf(address)), { recursive: true });
    await createFile(fileOf(address), 0o644);
  },
  connect,
  identify,
  same,
  inspect,
  quote,
  checks,
  measure,
  health,
  classify,
  batches,
  hazards: (input) => judging.get().hazards(input),
  offline,
  withLock,
  lend,
  undo,
  begin,
  commit,
  rollback,
  explain,
  foresee,
  pace,
  adapt,
  createShadow,
  backup,
};
