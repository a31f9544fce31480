// Holds the hazards against what was seen on the shadow database: a warning of work that was not done is lowered, work and locks that
// nothing warned of are hazards of their own. Pure.
import type { Dialect, TableEffect } from '../dialects/contract.ts';
import type { PlannedBatch, Step } from '../execute/model.ts';
import {
  adjusted,
  existsBefore,
  fitToTable,
  type Hazard,
  hazardOf,
  processRule,
  type RiskInput,
} from '../risk/index.ts';
import { describeSubject } from '../schema/index.ts';

interface Scene {
  readonly dialect: Pick<Dialect, 'claims'>;
  readonly batches: readonly PlannedBatch[];
  readonly input: Pick<RiskInput, 'before' | 'sizes'>;
}

const COST: Readonly<Record<TableEffect['work'], number>> = {
  none: 0,
  scan: 1,
  index: 2,
  rewrite: 3,
  unknown: 3,
};

const isOf = (hazard: Hazard, step: Step): boolean =>
  hazard.migration === step.migration && hazard.file === step.file && hazard.line === step.line;

const measuredOf = (step: Step): readonly TableEffect[] =>
  (step.effects ?? []).filter(({ basis }) => basis === 'measured');

const SEEN: Readonly<Record<string, string>> = {
  none: 'no table is read or rewritten',
  scan: 'no table is rewritten',
  index: 'no table is rewritten',
};

/** Less severe where the statement was seen to do less than the hazard says; mere advice is then gone. */
const lowerUnfounded = (hazard: Hazard, { dialect, batches }: Scene): Hazard | null => {
  const claimed = dialect.claims?.[hazard.code];
  const isLowerable = hazard.severity === 'blocking' || (hazard.severity === 'advice' && !hazard.adjusted);
  if (claimed === undefined || !isLowerable) return hazard;
  const step = batches.flatMap((batch) => batch.steps).find((one) => isOf(hazard, one));
  const [first, ...rest] = step ? measuredOf(step) : [];
  if (!first) return hazard;
  const worst = rest.reduce((a, b) => (COST[b.work] > COST[a.work] ? b : a), first);
  if (COST[worst.work] >= COST[claimed]) return hazard;
  if (hazard.severity === 'advice') return null;
  return adjusted(hazard, 'advice', `seen on the shadow database: ${worst.lock}, ${SEEN[worst.work] ?? ''}`);
};

const DOES: Readonly<Record<string, string>> = {
  scan: 'reads all of',
  index: 'builds an index of',
  rewrite: 'writes anew',
};

const WAITS: Readonly<Record<string, string>> = {
  all: 'nobody else can read or write it',
  writes: 'nobody else can write to it',
};

const at = (step: Step): NonNullable<Parameters<typeof hazardOf>[1]['at']> => ({
  migration: step.migration,
  statement: { text: step.sql, file: step.file, line: step.line, offset: 0, index: 0 },
});

const unforeseen = (step: Step, effect: TableEffect, scene: Scene): readonly Hazard[] => {
  const { work, blocks, lock } = effect;
  const waits = WAITS[blocks];
  const subject = describeSubject({ kind: 'table', namespace: effect.namespace, name: effect.name });
  const fit = (hazard: Hazard): Hazard => fitToTable(hazard, effect, { ...scene.input, grows: true });
  const does = DOES[work];
  if (does !== undefined && (work === 'rewrite' || waits !== undefined)) {
    const meanwhile = waits === undefined ? '' : `; meanwhile ${waits} (${lock})`;
    const message = `The statement was seen to do this on the shadow database: it ${does} ${subject}${meanwhile}.`;
    return [fit(hazardOf(processRule('x-measured-work'), { subject, message, at: at(step) }))];
  }
  if (step.opaque === undefined || waits === undefined) return [];
  const message = `The statement cannot be read, and was seen to take ${lock} on ${subject}: ${waits}.`;
  return [fit(hazardOf(processRule('x-measured-lock'), { subject, message, at: at(step) }))];
};

/** A hazard of such work that was lowered for its table warned of it all the same; mere advice did not. */
const isWarned = (step: Step, hazards: readonly Hazard[], { claims }: Scene['dialect']): boolean =>
  hazards.some(
    (hazard) =>
      isOf(hazard, step) &&
      (hazard.severity === 'blocking' ||
        (hazard.adjusted !== undefined && claims?.[hazard.code] !== undefined)),
  );

const raised = (hazards: readonly Hazard[], scene: Scene): readonly Hazard[] =>
  scene.batches
    .flatMap((batch) => batch.steps)
    .filter((step) => !isWarned(step, hazards, scene.dialect))
    .flatMap((step) =>
      measuredOf(step)
        .filter((effect) => existsBefore(scene.input.before, effect))
        .flatMap((effect) => unforeseen(step, effect, scene)),
    );

/** The hazards as the measurement leaves them, and those that only it shows. */
export const heldAgainst = (hazards: readonly Hazard[], scene: Scene): readonly Hazard[] => [
  ...hazards.flatMap((hazard) => lowerUnfounded(hazard, scene) ?? []),
  ...raised(hazards, scene),
];
