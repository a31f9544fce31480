// Every hazard of SQLite that the change and the statements show. Pure; asks nothing of the database, but says what to ask.
import type { Hazard, RiskInput } from '../../risk/index.ts';
import { describeSubject } from '../../schema/index.ts';
import { dropHazards } from './hazards/drops.ts';
import { guardHazards } from './hazards/guards.ts';
import { keyHazards } from './hazards/keys.ts';
import { rebuildHazards } from './hazards/rebuilds.ts';
import { RULES, rules } from './hazards/rules.ts';
import { columnSubject, columnsOf, type Scene, sceneOf } from './hazards/scene.ts';
import { statementHazards } from './hazards/statements.ts';
import { quote } from './rules.ts';

export { rules };

/** Columns whose NOT NULL the copy of a rebuild decides; the rebuild's own hazard speaks of them. */
const decidedByCopy = (scene: Scene): ReadonlySet<string> =>
  new Set(
    [...scene.rebuilds.values()].flatMap(({ before }) =>
      columnsOf(before).map((column) => describeSubject(columnSubject(before, column.name))),
    ),
  );

/** The safer statement, where one is enough. */
const rewritten = (hazard: Hazard): Hazard => {
  const [, table] = /^table (.+)$/.exec(hazard.subject) ?? [];
  if (hazard.code === RULES.dropTable.code && table !== undefined)
    return { ...hazard, rewrite: `ALTER TABLE ${quote(table)} RENAME TO ${quote(`${table}_old`)};` };
  if (hazard.code === RULES.noFkCheck.code) return { ...hazard, rewrite: 'PRAGMA foreign_key_check;' };
  return hazard;
};

const keyOf = (hazard: Hazard): string =>
  JSON.stringify([hazard.code, hazard.subject, hazard.migration ?? null, hazard.line ?? null]);

/** Every hazard of this database, each once. Pure; the process hazards are in `lib/risk`. */
export const hazards = (input: RiskInput): readonly Hazard[] => {
  const scene = sceneOf(input);
  const copied = decidedByCopy(scene);
  const found = [
    ...dropHazards(scene),
    ...rebuildHazards(scene),
    ...keyHazards(scene),
    // What the statements say by themselves they say of the whole plan too.
    ...(input.onTheWay ? [] : [...statementHazards(scene), ...guardHazards(scene)]),
  ];
  const unique = new Map<string, Hazard>();
  for (const hazard of found) {
    if (hazard.code === RULES.notNull.code && copied.has(hazard.subject)) continue;
    if (!unique.has(keyOf(hazard))) unique.set(keyOf(hazard), hazard);
  }
  return [...unique.values()].map(rewritten);
};
