// Every hazard of MySQL and MariaDB that the change and the statements show. Pure; asks nothing of the database, but says what to ask.
import { type Hazard, type RiskInput, structuralHazards } from '../../risk/index.ts';
import type { SchemaObject, Subject } from '../../schema/index.ts';
import { adviceHazards } from './hazards/advice.ts';
import { anewHazards } from './hazards/anew.ts';
import { explicitLocks } from './hazards/asked.ts';
import { columnHazards } from './hazards/columns.ts';
import { comparisonHazards } from './hazards/comparisons.ts';
import { declaredHazards } from './hazards/declared.ts';
import { keyHazards } from './hazards/keys.ts';
import { liveHazards } from './hazards/live.ts';
import { onlineHazards } from './hazards/online.ts';
import { programHazards } from './hazards/programs.ts';
import { rewritten } from './hazards/rewrites.ts';
import { RULES, rules } from './hazards/rules.ts';
import { locate, mended, type Scene, sceneOf } from './hazards/scene.ts';
import { sourceHazards } from './hazards/sources.ts';
import { statementHazards } from './hazards/statements.ts';
import { tableHazards } from './hazards/tables.ts';
import { typeEffect } from './hazards/types.ts';
import { quote } from './quote.ts';
import { clauseColumn } from './scan/alter.ts';
import type { Word } from './scan/words.ts';

export { rules };

/** Values fit where the type is the same or only grows. */
const alike = (from: SchemaObject, to: SchemaObject): boolean => {
  // A column that texts alone tell of may have any type.
  if (from.attributes.type === undefined) return true;
  const { effect } = typeEffect(String(from.attributes.type), String(to.attributes.type), 1);
  return from.attributes.type === to.attributes.type || effect === 'none' || effect === 'varchar-bytes';
};

/** A column or table that the text renames loses nothing; the statement's own hazard speaks of it. */
const carried = (scene: Scene, subject: Subject): boolean => {
  const table = (subject.parent ?? subject).name.toLowerCase();
  if (subject.kind === 'table') {
    const renamed = scene.statements.some(
      ({ facts }) =>
        facts.verb === 'RENAME TABLE' &&
        facts.tables.some((one, index) => index % 2 === 0 && one.name.toLowerCase() === table),
    );
    return (
      renamed ||
      scene.alters.some((alter) => alter.table.toLowerCase() === table && alter.clauses.some(renamesTable))
    );
  }
  if (subject.kind === 'index')
    return scene.alters.some(
      (alter) =>
        alter.table.toLowerCase() === table &&
        alter.clauses.some((clause) => renamesIndex(clause, subject.name)),
    );
  if (subject.kind !== 'column') return false;
  return scene.alters
    .filter((alter) => alter.table.toLowerCase() === table)
    .flatMap((alter) => alter.clauses.map(clauseColumn))
    .some(
      (found) =>
        found !== null &&
        /^(CHANGE|RENAME)$/.test(found.verb) &&
        found.column.toLowerCase() === subject.name.toLowerCase(),
    );
};

const renamesIndex = (clause: readonly Word[], name: string): boolean =>
  clause[0]?.text === 'RENAME' &&
  /^(INDEX|KEY)$/.test(clause[1]?.text ?? '') &&
  clause[2]?.value.toLowerCase() === name.toLowerCase();

const renamesTable = (clause: readonly { readonly text: string }[]): boolean =>
  clause[0]?.text === 'RENAME' && !/^(COLUMN|INDEX|KEY)$/.test(clause[1]?.text ?? '');

const STRUCTURAL = {
  dropTable: RULES.dropTable,
  dropColumn: RULES.dropColumn,
  rename: RULES.rename,
  notNull: RULES.notNull,
  drops: {
    view: RULES.dropLogic,
    trigger: RULES.dropLogic,
    event: RULES.dropLogic,
    function: RULES.dropRoutine,
    procedure: RULES.dropRoutine,
    package: RULES.dropRoutine,
    index: RULES.dropIndex,
    'foreign-key': RULES.dropConstraint,
    check: RULES.dropConstraint,
    sequence: RULES.dropSequence,
  },
} as const;

const keyOf = (hazard: Hazard): string =>
  JSON.stringify([hazard.code, hazard.subject, hazard.migration ?? null, hazard.line ?? null]);

/** Dropped columns that were computed and not stored held nothing. */
const isVirtual = (input: RiskInput, subject: Subject): boolean =>
  input.change.changes.some(
    (change) =>
      change.action === 'drop' &&
      change.subject.kind === 'column' &&
      change.subject.name === subject.name &&
      change.subject.parent?.name === subject.parent?.name &&
      change.object.attributes.generatedAs === 'virtual',
  );

/** Every hazard of this database, each once. Pure; the process hazards are in `lib/risk`. */
export const hazards = (input: RiskInput): readonly Hazard[] => {
  const scene = sceneOf(input);
  const structural = structuralHazards(input, {
    rules: STRUCTURAL,
    quote,
    alike,
    locate: (subject) => locate(scene, subject),
    carried: (subject) => carried(scene, subject),
    instead: (subject, rule) =>
      rule === RULES.dropColumn && isVirtual(input, subject) ? RULES.dropVirtualColumn : rule,
    mended: (table) => mended(scene, table.name),
  });
  const unique = new Map<string, Hazard>();
  const structure = [
    ...structural,
    ...columnHazards(scene),
    ...keyHazards(scene),
    ...tableHazards(scene),
    ...anewHazards(scene),
    ...onlineHazards(scene),
  ];
  // What the statements say by themselves they say of the whole plan too.
  const said = input.onTheWay
    ? []
    : [
        ...statementHazards(scene),
        ...programHazards(scene),
        ...explicitLocks(scene),
        ...adviceHazards(scene),
        ...declaredHazards(scene),
        ...comparisonHazards(scene),
        ...sourceHazards(scene),
      ];
  const found = [...structure, ...said];
  for (const hazard of [...found, ...liveHazards(scene, found)]) {
    if (!unique.has(keyOf(hazard))) unique.set(keyOf(hazard), hazard);
  }
  return [...unique.values()].map((hazard) => rewritten(scene, hazard));
};
