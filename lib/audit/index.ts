// The room's door.
export {
  ARTIFACT_FILES,
  dropArtifacts,
  hasArtifact,
  readArtifact,
  requireArtifact,
  type Stored,
  writeArtifact,
  writeDocument,
  writeWhole,
} from './artifacts.ts';
export { ARTIFACT_KINDS, type Artifact, type ArtifactKind, artifactHash } from './envelope.ts';
export {
  isUnfinished,
  type Journal,
  type JournalRecord,
  openJournal,
  readJournal,
  type StoredRecord,
} from './journal.ts';
export {
  archiveAttempt,
  attemptsOf,
  demandWritable,
  freeTask,
  isStarted,
  listRuns,
  type Run,
  runOf,
} from './runs.ts';
