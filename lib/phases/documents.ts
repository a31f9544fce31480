// Writes the plan's document and page, again whenever a rehearsal or an approval adds to what is known of it.
import path from 'node:path';
import { type Approval, certainFailures, openHazards } from '../approve/index.ts';
import { type Run, readArtifact, type Stored, writeDocument } from '../audit/index.ts';
import type { Plan } from '../plan/index.ts';
import type { Rehearsal } from '../rehearse/model.ts';
import { DOCUMENTS, renderPage, renderPlan } from '../report/index.ts';
import type { Hazard } from '../risk/index.ts';
import { shortHash } from '../schema/index.ts';
import type { Desk } from './context.ts';

/** A plan that is known to fail is not offered for approval. */
const howToMend = (hazards: readonly Hazard[], where: string): readonly string[] => [
  'The plan is known to fail on the rows as they are, so it is not to be approved:',
  ...hazards.map((hazard) => `${hazard.code} on ${hazard.subject}: ${hazard.remedy}`),
  'Mend the rows or the migration, then plan again:',
  `$ npx zx tasks/plan.ts ${where}`,
];

/** The commands with which this plan is approved and applied, or, where it is known to fail, the way to one that is not. */
export const howToApprove = (
  plan: Stored<'plan', Plan>,
  run: Run,
  rehearsal: Rehearsal | null,
): readonly string[] => {
  const { environment, protected: isProtected } = plan.artifact.body.target;
  const where = `--env ${environment} --task ${run.task}`;
  const failing = certainFailures(plan.artifact.body, rehearsal);
  if (failing.length > 0) return howToMend(failing, where);
  const accept = [...new Set(openHazards(plan.artifact.body).map((hazard) => hazard.code))]
    .map((code) => ` --accept '${code}=<reason>'`)
    .join('');
  if (isProtected) {
    return [
      'At a terminal, by a person:',
      `$ npx zx tasks/approve.ts ${where}`,
      'Then, there or in the deploy job, with this run folder:',
      `$ npx zx tasks/apply.ts ${where} --confirm ${environment}`,
    ];
  }
  return [`$ npx zx tasks/sync.ts ${where} --confirm ${environment} --plan ${shortHash(plan.hash)}${accept}`];
};

/** `02-migration-plan.md` and `02-migration-plan.html`, from what the run holds for this very plan. */
export const writePlanDocument = (context: Desk, run: Run, plan: Stored<'plan', Plan>): void => {
  const stored = readArtifact<Rehearsal, 'rehearsal'>(run, 'rehearsal');
  const rehearsal = stored?.artifact.body.plan === plan.hash ? stored.artifact : null;
  const approval = readArtifact<Approval, 'approval'>(run, 'approval');
  const input = {
    plan: plan.artifact,
    hash: plan.hash,
    approve: howToApprove(plan, run, rehearsal?.body ?? null),
    rehearsal,
    approval: approval?.artifact.body.plan === plan.hash ? approval.artifact : null,
  };
  writeDocument(path.join(run.folder, DOCUMENTS.plan), context.redact(renderPlan(input)));
  writeDocument(path.join(run.folder, '02-migration-plan.html'), context.redact(renderPage(input)));
};
