// The room's door.
export { coveredIndexes } from './covered.ts';
export {
  adjusted,
  existsBefore,
  fitToTable,
  type HazardParts,
  hazardOf,
  isLarge,
  LARGE_BYTES,
  LARGE_ROWS,
  lowered,
} from './hazard.ts';
export {
  type InlineAcceptance,
  type InlineAcceptances,
  type InlineProblem,
  inlineAcceptances,
  type MigrationText,
} from './inline.ts';
export { type Mending, mayBeMended, type RowChange } from './mended.ts';
export {
  type Evidence,
  type Hazard,
  type HazardRule,
  type PlannedStatement,
  type Probe,
  type RiskInput,
  SEVERITIES,
  type Severity,
  type TableFacts,
  tableKey,
} from './model.ts';
export { type Moves, type MovesContext, withMoves } from './moves.ts';
export {
  applyPolicy,
  type Decision,
  hazardId,
  needsAcceptance,
  type Policy,
  type PolicyDecision,
} from './policy.ts';
export { type Ask, answerProbes, type ProbedHazards } from './probes.ts';
export { type TextFacts, type TextualContext, tableNamed } from './reading.ts';
export { type Alike, renamedColumns, renamedTables, type SuspectedRename } from './rename.ts';
export { PROCESS_RULES, processRule } from './rules.ts';
export { countProbeBy, quotedTable, sampleOf } from './samples.ts';
export { hazardsOnTheWay } from './stations.ts';
export {
  nullsProbe,
  rowsProbe,
  type StructuralContext,
  type StructuralRules,
  structuralHazards,
  valuesProbe,
} from './structural.ts';
export { textualHazards } from './textual.ts';
export { MAKES_TEMPORARY } from './trail.ts';
