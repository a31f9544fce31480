// Every hazard of PostgreSQL that the change and the statements show. Pure; asks nothing of the database, but says what to ask.
import { type Hazard, hazardOf, type RiskInput } from '../../risk/index.ts';
import { adviceHazards } from './hazards/advice.ts';
import { guardHazards } from './hazards/guards.ts';
import { indexOrderHazards } from './hazards/index-order.ts';
import { passingHazards } from './hazards/passing.ts';
import { nestedRowHazards } from './hazards/rows.ts';
import { RULES, rules } from './hazards/rules.ts';
import { nameOf, relationBefore, type Scene, sceneOf } from './hazards/scene.ts';
import { statementHazards } from './hazards/statements.ts';
import { structureHazards } from './hazards/structure.ts';
import { transactionHazards } from './hazards/transactions.ts';

export { rules };

const keyOf = (hazard: Hazard): string =>
  JSON.stringify([hazard.code, hazard.subject, hazard.migration ?? null, hazard.line ?? null]);

const published = (scene: Scene): ReadonlySet<string> => {
  const found = new Set<string>();
  for (const { kind, attributes } of scene.input.before.objects) {
    if (kind !== 'publication' || !Array.isArray(attributes.tables)) continue;
    for (const entry of attributes.tables) {
      if (typeof entry === 'object' && entry !== null && 'table' in entry) found.add(String(entry.table));
    }
  }
  return found;
};

/** Tables of a publication whose columns the plan changes. */
const replication = (scene: Scene): readonly Hazard[] => {
  const names = published(scene);
  if (names.size === 0) return [];
  const touched = new Map(
    scene.input.change.changes
      .filter(({ subject }) => subject.kind === 'column' || subject.kind === 'table')
      .map(({ subject }) => relationBefore(scene, subject.parent ?? subject))
      .filter((table) => table !== undefined)
      .map((table) => [`${table.namespace}.${table.name}`, table] as const),
  );
  return [...touched]
    .filter(([name]) => names.has(name))
    .map(([, table]) =>
      hazardOf(RULES.published, {
        subject: nameOf(table),
        message: `${nameOf(table)} is published: subscribers do not get the change of its structure.`,
      }),
    );
};

/** Every hazard of this database, each once. Pure; the process hazards are in `lib/risk`. */
export const hazards = (input: RiskInput): readonly Hazard[] => {
  const scene = sceneOf(input);
  const unique = new Map<string, Hazard>();
  const structure = structureHazards(scene);
  // What the statements say by themselves they say of the whole plan too.
  const said = input.onTheWay
    ? []
    : [
        ...passingHazards(scene),
        ...statementHazards(scene),
        ...transactionHazards(scene),
        ...nestedRowHazards(scene),
        ...guardHazards(scene),
        ...indexOrderHazards(scene),
        ...adviceHazards(scene),
        ...replication(scene),
      ];
  for (const hazard of [...structure, ...said]) {
    const key = keyOf(hazard);
    if (!unique.has(key)) unique.set(key, hazard);
  }
  return [...unique.values()];
};
