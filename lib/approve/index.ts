// The room's door. The prompt is imported by its own path, because it brings a terminal library.
export { detectActor, type Surroundings } from './actor.ts';
export { type ApprovalContext, judgeApproval } from './judge.ts';
export type { Acceptance, Actor, Approval, BackupDecision } from './model.ts';
export {
  acceptancesFor,
  certainFailures,
  openHazards,
  uncoveredHazards,
} from './requirements.ts';
