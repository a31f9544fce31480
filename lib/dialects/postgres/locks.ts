// Which table lock each form of DDL takes, as data (https://www.postgresql.org/docs/current/explicit-locking.html and the
// pages of the commands). Knows no statement text.
import type { TableEffect } from '../contract.ts';

export const LOCK = {
  accessShare: 'ACCESS SHARE',
  rowShare: 'ROW SHARE',
  rowExclusive: 'ROW EXCLUSIVE',
  shareUpdateExclusive: 'SHARE UPDATE EXCLUSIVE',
  share: 'SHARE',
  shareRowExclusive: 'SHARE ROW EXCLUSIVE',
  exclusive: 'EXCLUSIVE',
  accessExclusive: 'ACCESS EXCLUSIVE',
} as const;

/** From weakest to strongest. */
const STRENGTH: readonly string[] = [
  LOCK.accessShare,
  LOCK.rowShare,
  LOCK.rowExclusive,
  LOCK.shareUpdateExclusive,
  LOCK.share,
  LOCK.shareRowExclusive,
  LOCK.exclusive,
  LOCK.accessExclusive,
];

/** The stronger of two locks. */
export const stronger = (a: string | undefined, b: string | undefined): string | undefined => {
  if (a === undefined || b === undefined) return a ?? b;
  return STRENGTH.indexOf(a) >= STRENGTH.indexOf(b) ? a : b;
};

/** What others cannot do while a lock is held (the table of conflicting modes in the manual). */
export const blocksOf = (lock: string): TableEffect['blocks'] => {
  if (lock === LOCK.accessExclusive) return 'all';
  const strength = STRENGTH.indexOf(lock);
  if (strength >= STRENGTH.indexOf(LOCK.share)) return 'writes';
  if (strength >= STRENGTH.indexOf(LOCK.shareUpdateExclusive)) return 'schema';
  return lock === LOCK.accessShare ? 'nothing' : 'rows';
};

/** By the number that the parser gives to a lock mode (lockdefs.h): as in LOCK TABLE. */
export const lockNumbered = (mode: unknown): string =>
  (typeof mode === 'number' ? STRENGTH[mode - 1] : undefined) ?? LOCK.accessExclusive;

/** The parts of ALTER TABLE that take less than ACCESS EXCLUSIVE (`AlterTableGetLockLevel` in tablecmds.c). */
export const ALTER_TABLE_LOCKS: ReadonlyMap<string, string> = new Map([
  ['AT_SetStatistics', LOCK.shareUpdateExclusive],
  ['AT_ValidateConstraint', LOCK.shareUpdateExclusive],
  ['AT_ClusterOn', LOCK.shareUpdateExclusive],
  ['AT_DropCluster', LOCK.shareUpdateExclusive],
  ['AT_SetOptions', LOCK.shareUpdateExclusive],
  ['AT_ResetOptions', LOCK.shareUpdateExclusive],
  ['AT_SetRelOptions', LOCK.shareUpdateExclusive],
  ['AT_ResetRelOptions', LOCK.shareUpdateExclusive],
  ['AT_AttachPartition', LOCK.shareUpdateExclusive],
  ['AT_DetachPartitionFinalize', LOCK.shareUpdateExclusive],
  ['AT_EnableTrig', LOCK.shareRowExclusive],
  ['AT_EnableAlwaysTrig', LOCK.shareRowExclusive],
  ['AT_EnableReplicaTrig', LOCK.shareRowExclusive],
  ['AT_EnableTrigAll', LOCK.shareRowExclusive],
  ['AT_EnableTrigUser', LOCK.shareRowExclusive],
  ['AT_DisableTrig', LOCK.shareRowExclusive],
  ['AT_DisableTrigAll', LOCK.shareRowExclusive],
  ['AT_DisableTrigUser', LOCK.shareRowExclusive],
]);
