// The room's door.
export { workingTree } from './files.ts';
export { judgeIdentity, type KnownIdentity } from './identity.ts';
export { judgeLedger, judgeLedgerForPush } from './ledger.ts';
export type { CheckResult, ConnectionCheck } from './model.ts';
