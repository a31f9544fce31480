// Hazards that the difference between two PostgreSQL schemas shows, whatever the statements looked like. Pure.
import {
  type Hazard,
  type HazardRule,
  hazardOf,
  lowered,
  rowsProbe,
  type StructuralRules,
  structuralHazards,
} from '../../../risk/index.ts';
import {
  type Change,
  describeSubject,
  findObject,
  type SchemaObject,
  type Subject,
  subjectOf,
} from '../../../schema/index.ts';
import { quote } from '../quote.ts';
import { alterHazards, enumValueRemoved, recreatedColumns } from './alters.ts';
import { becomesValid, keyHazards, remadeHazards } from './keys.ts';
import { madeAgain, remadeKeys } from './made-again.ts';
import { mended } from './mended.ts';
import { notNullByCheck } from './rewrites.ts';
import { RULES } from './rules.ts';
import {
  isFilledTooLate,
  isFilledWhenAdded,
  isNewName,
  isNullCheck,
  isRelabelled,
  isRenamed,
  isRequiredWhenAdded,
  isUnknownProof,
  provenNotNull,
  tablesMadeAnew,
} from './sayings.ts';
import {
  isReplaced,
  listOf,
  locate,
  nameOf,
  onTable,
  quotedName,
  relationBefore,
  type Scene,
} from './scene.ts';
import { alike } from './types.ts';

const STRUCTURAL: StructuralRules = {
  dropTable: RULES.dropTable,
  dropColumn: RULES.dropColumn,
  rename: RULES.rename,
  notNull: RULES.notNull,
  drops: {
    schema: RULES.dropSchema,
    sequence: RULES.dropSequence,
    view: RULES.dropView,
    'foreign-table': RULES.dropView,
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

/** A check that says no more than the column itself does from now on. */
const saysTheColumn = (scene: Scene, subject: Subject): boolean => {
  if (!subject.parent) return false;
  if (isUnknownProof(scene, subject)) return true;
  if (subject.kind !== 'check') return false;
  const check = findObject(scene.input.before, subject.parent)?.children.find(
    ({ kind, name }) => kind === 'check' && name === subject.name,
  );
  const columns = findObject(scene.input.after, subject.parent)?.children ?? [];
  return (
    check !== undefined &&
    columns.some(
      ({ kind, name, attributes }) =>
        kind === 'column' && attributes.nullable === false && isNullCheck(check, name),
    )
  );
};

/**
 * A key, sequence or index that goes because its table or column goes is told by that; what a statement renames goes nowhere.
 */
const goesWithAnother = (scene: Scene, subject: Subject): boolean => {
  if (isRenamed(scene, subject) || saysTheColumn(scene, subject)) return true;
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
  const isLate = typeof preset === 'string' && isFilledTooLate(scene, subject);
  if (nullable !== false || generated !== undefined || identity !== undefined) return [];
  if (preset !== undefined && !isLate) return [];
  const at = locate(scene, subject, isLate ? 'nullable' : undefined);
  // The rows got the default that was dropped again: nothing fails but old code that gives no value.
  if (isFilledWhenAdded(scene, subject)) {
    const message = `${describeSubject(subject)} must have a value and keeps no default: code that does not give one fails.`;
    return [onTable(scene, RULES.requiredColumn, { table, subject, message, at })];
  }
  // A column that is required as it comes has no value in any row, whatever is changed before: only rows that are gone do not count.
  const by = isRequiredWhenAdded(scene, subject) ? 'takes away' : 'changes';
  const isMended = mended(scene, table, at, by);
  const fails = isMended
    ? `the statement fails unless every row of ${nameOf(table)} has got one before`
    : `the statement fails when ${nameOf(table)} holds rows`;
  return [
    onTable(scene, RULES.requiredColumn, {
      table,
      subject,
      message: `${describeSubject(subject)} must have a value and ${isLate ? 'gets its default too late for the rows that are there' : 'has no default'}: ${fails}.`,
      probe: {
        question: `rows in ${nameOf(table)}`,
        sql: `SELECT count(*) FROM ${quotedName(table)}`,
        positive: isMended ? 'may-fail' : 'will-fail',
        zero: 'lower',
      },
      at,
    }),
  ];
};

const MEETS_ROWS: ReadonlySet<string> = new Set(['column', 'primary-key', 'index']);

/**
 * Columns and keys of a table that is dropped and made anew, under whatever names: its rows are gone, which is told, and the new
 * one has none. Rules that the new one no longer has are missed all the same.
 */
const isOfReplaced =
  (scene: Scene) =>
  ({ action, subject }: Change): boolean =>
    subject.parent?.kind === 'table' &&
    (action !== 'drop' || MEETS_ROWS.has(subject.kind)) &&
    isReplaced(scene, subject.parent);

/** Tables that are there before and after the plan, and empty in between. */
const recreated = (scene: Scene): Hazard[] =>
  tablesMadeAnew(scene).flatMap(({ one, table }) => {
    const before = relationBefore(scene, table);
    const isTold =
      before &&
      scene.input.change.changes.some(
        ({ action, subject }) =>
          action === 'drop' &&
          subject.kind === 'table' &&
          subject.name === before.name &&
          subject.namespace === before.namespace,
      );
    if (!before || isTold) return [];
    return [
      onTable(scene, RULES.dropTable, {
        table: before,
        subject: nameOf(before),
        message: `${nameOf(before)} is dropped with all of its rows, and one of the same name is made.`,
        probe: rowsProbe(before, quote),
        at: one.planned,
      }),
    ];
  });

/** An enum that no text made is swapped for another of its name: which values it had is not known. */
const enumSwapped = (scene: Scene): Hazard[] =>
  scene.input.change.changes.flatMap((change) => {
    const isUnknown =
      change.action === 'alter' &&
      change.subject.kind === 'enum' &&
      change.attributes.some(({ name, from, to }) => name === 'assumed' && from === true && to === undefined);
    if (!isUnknown) return [];
    return [
      hazardOf(RULES.enumRemoval, {
        subject: change.subject,
        message: `${describeSubject(change.subject)} is replaced, and the texts do not tell which values it had: rows that hold one that is missing cannot stay.`,
        at: locate(scene, change.subject),
      }),
    ];
  });

/** SET NOT NULL reads nothing where a validated check says the same; elsewhere there is a way to such a check. */
const unlessProven =
  (scene: Scene) =>
  (hazard: Hazard): Hazard => {
    if (hazard.code !== RULES.notNull.code) return hazard;
    const change = scene.input.change.changes.find(
      ({ subject }) => describeSubject(subject) === hazard.subject,
    );
    if (change && provenNotNull(scene, change.subject))
      return lowered(hazard, 'a validated CHECK proves that it holds no NULL');
    const table = change?.subject.parent && findObject(scene.input.before, change.subject.parent);
    const rewrite = change && table && notNullByCheck(scene, table, change.subject.name);
    return rewrite === undefined ? hazard : { ...hazard, rewrite };
  };

const created = (scene: Scene, subject: Subject, object: SchemaObject): Hazard[] => {
  const table = subject.parent && relationBefore(scene, subject.parent);
  if (!table || isNewName(scene, subject)) return [];
  return subject.kind === 'column'
    ? requiredColumn(scene, subject, object, table)
    : keyHazards(scene, subject, object);
};

/** A column that comes back must have a value, which no row of the table has. */
const requiredAgain = (scene: Scene, words: string): readonly Hazard[] =>
  scene.input.after.objects.flatMap((table) =>
    table.children.flatMap((column) => {
      const subject = subjectOf(column, table);
      const before = describeSubject(subject) === words ? relationBefore(scene, table) : undefined;
      return before && column.kind === 'column' ? requiredColumn(scene, subject, column, before) : [];
    }),
  );

/** Everything that the difference shows. */
export const structureHazards = (scene: Scene): readonly Hazard[] => {
  const ofReplaced = isOfReplaced(scene);
  const changes = scene.input.change.changes.filter((change) => !ofReplaced(change));
  const input = { ...scene.input, change: { ...scene.input.change, changes } };
  const shared = structuralHazards(input, {
    rules: STRUCTURAL,
    quote,
    alike,
    locate: (subject) => locate(scene, subject),
    carried: (subject) => goesWithAnother(scene, subject),
    instead: instead(scene),
    mended: (table, subject) => mended(scene, table, locate(scene, subject)),
  });
  const own = changes.flatMap((change): Hazard[] => {
    if (change.action === 'create') return created(scene, change.subject, change.object);
    if (change.action === 'drop')
      return change.subject.kind === 'enum-value' && !isRelabelled(scene, change.subject)
        ? [enumValueRemoved(scene, change.subject)]
        : [];
    return change.action === 'alter' ? [...alterHazards(scene, change), ...becomesValid(scene, change)] : [];
  });
  const remade = remadeKeys(scene)
    .filter(({ subject }) => !subject.parent || !isReplaced(scene, subject.parent))
    .flatMap((one) => remadeHazards(scene, one));
  const columns = recreatedColumns(scene);
  const anew = new Set(columns.map(({ subject }) => subject));
  return [
    // What the new column has that the old one had not meets no row.
    ...[...shared.map(unlessProven(scene)), ...own].filter(({ subject }) => !anew.has(subject)),
    ...columns,
    ...columns.flatMap(({ subject }) => requiredAgain(scene, subject)),
    ...remade,
    ...madeAgain(scene),
    ...recreated(scene),
    ...enumSwapped(scene),
  ];
};
