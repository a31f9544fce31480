// The room's door: artifacts in, documents out. Decides nothing about a run and writes no file.
import type { Artifact } from '../audit/envelope.ts';
import type { ConnectionCheck } from '../preflight/model.ts';
import { renderHtml, renderMarkdown } from './render.ts';
import { connectionCheckView } from './views/connection-check.ts';
import { type DriftDocument, driftView } from './views/drift.ts';
import { type ExecutionDocument, executionView } from './views/execution.ts';
import { planView } from './views/plan.ts';
import type { PlanDocument } from './views/plan-document.ts';
import { type VerificationDocument, verificationView } from './views/verification.ts';

export { annotations, type LintFindings, sarif } from './lint.ts';
export { oneLine, printable } from './printable.ts';
export { connectionCheckView } from './views/connection-check.ts';
export type { DriftDocument } from './views/drift.ts';
export type { ExecutionDocument } from './views/execution.ts';
export { backupLine, executionHeadline, STATE_WORDS, stateCounts } from './views/execution.ts';
export type { HazardView } from './views/hazards.ts';
export { planView } from './views/plan.ts';
export type { PlanDocument } from './views/plan-document.ts';
export { actorLine, rehearsalView } from './views/readiness.ts';
export type { VerificationDocument } from './views/verification.ts';
export { type Proof, verificationView } from './views/verification.ts';
export { type Advice, advice, backupDecision, count, instant, number } from './words.ts';

/** File names of the five documents in the run folder, by the artifact that each is made from. */
export const DOCUMENTS = {
  connectionCheck: '00-connection-check.md',
  drift: '01-schema-drift-report.md',
  plan: '02-migration-plan.md',
  execution: '03-execution-log.md',
  verification: '04-post-verify.md',
} as const;

/** The text of `00-connection-check.md`. */
export const renderConnectionCheck = (artifact: Artifact<'connection-check', ConnectionCheck>): string =>
  renderMarkdown('00-connection-check.md.njk', connectionCheckView(artifact));

/** The text of `01-schema-drift-report.md`. */
export const renderDrift = (document: DriftDocument): string =>
  renderMarkdown('01-schema-drift-report.md.njk', driftView(document));

/** The text of `02-migration-plan.md`. */
export const renderPlan = (document: PlanDocument): string =>
  renderMarkdown('02-migration-plan.md.njk', planView(document));

/** The text of `03-execution-log.md`. */
export const renderExecution = (document: ExecutionDocument): string =>
  renderMarkdown('03-execution-log.md.njk', executionView(document));

/** The text of `04-post-verify.md`. */
export const renderVerification = (document: VerificationDocument): string =>
  renderMarkdown('04-post-verify.md.njk', verificationView(document));

/** The plan as one self-contained HTML page: no script, nothing loaded from elsewhere. */
export const renderPage = (document: PlanDocument): string => renderHtml('plan.html.njk', planView(document));
