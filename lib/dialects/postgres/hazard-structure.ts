// Hazards that the difference between two PostgreSQL schemas shows, whatever the statements looked like. Pure.
import { type Hazard, type HazardRule, type StructuralRules, structuralHazards } from '../../risk/index.ts';
import { describeSubject, findObject, type SchemaObject, type Subject } from '../../schema/index.ts';
import { alterHazards, enumValueRemoved, recreatedColumns } from './hazard-alters.ts';
import { keyHazards } from './hazard-keys.ts';
import { RULES } from './hazard-rules.ts';
import {
  listOf,
  locate,
  mended,
  nameOf,
  onTable,
  quotedName,
  relationBefore,
  type Scene,
} from './hazard-scene.ts';
import { alike } from './hazard-types.ts';
import { quote } from './quote.ts';

const STRUCTURAL: StructuralRules = {
  dropTable: RULES.dropTable,
  dropColumn: RULES.dropColumn,
  rename: RULES.rename,
  notNull: RULES.notNull,
  drops: {
    schema: RULES.dropSchema,
    sequence: RULES.dropSequence,
    view: RULES.dropView,
    'materialized-view': RULES.dropMaterializedView,
    extension: RULES.dropExtension,
    enum: RULES.dropType,
    domain: RULES.dropType,
    'composite-type': RULES.dropType,
    'range-type': RULES.dropType,
    'primary-key': RULES.changePrimaryKey,
    unique: RULES.dropConstraint,
    'foreign-key': RULES.dropConstraint,
    check: RULES.dropConstraint,
    exclusion: RULES.dropConstraint,
    trigger: RULES.dropRoutine,
    function: RULES.dropRoutine,
    procedure: RULES.dropRoutine,
    aggregate: RULES.dropRoutine,
    policy: RULES.dropPolicy,
  },
};

/** A key, sequence or index that goes because its table or column goes is told by that. */
const goesWithAnother = (scene: Scene, subject: Subject): boolean => {
  const { changes } = scene.input.change;
  const dropped = (kind: string, name: string): boolean =>
    changes.some(
      (change) => change.action === 'drop' && change.subject.kind === kind && change.subject.name === name,
    );
  if (subject.kind === 'sequence') {
    const sequence = findObject(scene.input.before, subject);
    const [, table, column] = sequence ? listOf(sequence, 'ownedBy') : [];
    return table !== undefined && (dropped('table', table) || dropped('column', column ?? ''));
  }
  // A key of the same table that is made anew in the same plan is a change, and told as one.
  return changes.some(
    (change) =>
      change.action === 'create' &&
      change.subject.kind === subject.kind &&
      change.subject.name === subject.name &&
      change.subject.parent?.name === subject.parent?.name &&
      subject.kind !== 'primary-key' &&
      subject.parent !== undefined &&
      subject.kind !== 'column',
  );
};

/** A partition that is detached or dropped takes rows out of its parent. */
const instead =
  (scene: Scene) =>
  (subject: Subject, rule: HazardRule): HazardRule => {
    const table = subject.kind === 'table' ? findObject(scene.input.before, subject) : undefined;
    return table?.attributes.partitionOf === undefined ? rule : RULES.dropPartition;
  };

const requiredColumn = (
  scene: Scene,
  subject: Subject,
  object: SchemaObject,
  table: SchemaObject,
): Hazard[] => {
  const { nullable, default: preset, generated, identity } = object.attributes;
  if (nullable !== false || preset !== undefined || generated !== undefined || identity !== undefined)
    return [];
  return [
    onTable(scene, RULES.requiredColumn, {
      table,
      subject,
      message: `${describeSubject(subject)} must have a value and has no default: the statement fails when ${nameOf(table)} holds rows.`,
      probe: {
        question: `rows in ${nameOf(table)}`,
        sql: `SELECT count(*) FROM ${quotedName(table)}`,
        positive: 'will-fail',
        zero: 'lower',
      },
      at: locate(scene, subject),
    }),
  ];
};

const created = (scene: Scene, subject: Subject, object: SchemaObject): Hazard[] => {
  const table = subject.parent && relationBefore(scene, subject.parent);
  if (!table) return [];
  return subject.kind === 'column'
    ? requiredColumn(scene, subject, object, table)
    : keyHazards(scene, subject, object);
};

/** Everything that the difference shows. */
export const structureHazards = (scene: Scene): readonly Hazard[] => {
  const shared = structuralHazards(scene.input, {
    rules: STRUCTURAL,
    quote,
    alike,
    locate: (subject) => locate(scene, subject),
    carried: (subject) => goesWithAnother(scene, subject),
    instead: instead(scene),
    mended: (table) => mended(scene, table),
  });
  const own = scene.input.change.changes.flatMap((change): Hazard[] => {
    if (change.action === 'create') return created(scene, change.subject, change.object);
    if (change.action === 'drop')
      return change.subject.kind === 'enum-value' ? [enumValueRemoved(scene, change.subject)] : [];
    return change.action === 'alter' ? alterHazards(scene, change) : [];
  });
  return [...shared, ...own, ...recreatedColumns(scene)];
};
