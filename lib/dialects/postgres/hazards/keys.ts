// Hazards of new keys and checks on a table that is there: what must be built, what must hold, what to ask. Pure.
import { type Hazard, type HazardRule, lowered, type PlannedStatement } from '../../../risk/index.ts';
import {
  type Change,
  describeSubject,
  type SchemaObject,
  type Subject,
  subjectOf,
} from '../../../schema/index.ts';
import { flag, type Node, node, nodes, record, textField } from '../parse.ts';
import { addedAs, tableAfter } from './foreseen.ts';
import { brokenProbe, conflictsProbe, duplicatesProbe, isExpression, orphansProbe } from './key-probes.ts';
import type { Remade } from './made-again.ts';
import { constraintOf, isNull, volatileCalls } from './presets.ts';
import { addedNotValid, keyByIndex, notNullByCheck, validate } from './rewrites.ts';
import { RULES } from './rules.ts';
import { alterParts, provenNotNull } from './sayings.ts';
import { columnOf, listOf, locate, nameOf, onTable, relationBefore, type Scene } from './scene.ts';
import { hasRows, indexTrial } from './trials.ts';

/** Every column is new and gets one value for all rows: two rows are enough to break the key. What counts up or is drawn differs. */
const sharesDefault = (scene: Scene, table: SchemaObject, key: SchemaObject): boolean => {
  const columns = listOf(key, 'columns');
  return (
    columns.length > 0 &&
    columns.every((name) => {
      const added = columnOf(table, name) ? undefined : addedAs(scene, table, name);
      const preset = added && constraintOf(added, 'CONSTR_DEFAULT')?.fields.raw_expr;
      return preset !== undefined && !isNull(preset) && volatileCalls(preset).length === 0;
    })
  );
};

const uniqueKey = (scene: Scene, subject: Subject, object: SchemaObject, table: SchemaObject): Hazard[] => {
  const isUnique =
    object.attributes.unique === true || subject.kind === 'unique' || subject.kind === 'primary-key';
  const at = madeAt(scene, subject);
  // Texts alone suspect only columns that hold values.
  const mayRepeat = hasRows(scene) || listOf(object, 'columns').every((name) => columnOf(table, name));
  const probe = isUnique && mayRepeat ? duplicatesProbe(scene, { table, key: object, at }) : undefined;
  const isRepeated = isUnique && !probe && sharesDefault(scene, table, object);
  const isOfExpression = listOf(object, 'columns').some((part) => isExpression(scene, table, part));
  if (!isUnique || !(probe || isOfExpression || isRepeated)) return [];
  return [
    onTable(scene, RULES.uniqueDuplicates, {
      table,
      subject,
      message: isOfExpression
        ? `${describeSubject(subject)} demands that the values of an expression be unique in ${nameOf(table)}.`
        : `${describeSubject(subject)} demands that (${listOf(object, 'columns').join(', ')}) be unique in ${nameOf(table)}.`,
      probe,
      at,
    }),
  ];
};

/** An index of expressions is computed for every row. Texts alone suspect none of them. */
const computedIndex = (
  scene: Scene,
  subject: Subject,
  index: SchemaObject,
  table: SchemaObject,
): Hazard[] => {
  const at = madeAt(scene, subject);
  const probe = hasRows(scene) ? indexTrial(scene, { table, index, at }) : undefined;
  const message = `${describeSubject(subject)} is computed for every row of ${nameOf(table)}.`;
  return probe ? [onTable(scene, RULES.rowsRefused, { table, subject, message, probe, at })] : [];
};

const validation = (scene: Scene, subject: Subject, object: SchemaObject, table: SchemaObject): Hazard[] => {
  const notValid = object.attributes.validated === false;
  if (notValid) {
    if (scene.input.validatedLater?.has(object.name)) return [];
    const message = `${describeSubject(subject)} is added NOT VALID and nothing in the plan validates it.`;
    const rewrite = validate(table, object.name);
    return [
      onTable(scene, RULES.notValidated, { table, subject, message, rewrite, at: madeAt(scene, subject) }),
    ];
  }
  // Added NOT VALID and validated in the plan: where that is one transaction, it is told as such.
  if (isAddedNotValid(scene, subject)) return validated(scene, subject, object);
  if (isLeftByDetach(scene, subject)) return [];
  const at = madeAt(scene, subject);
  const rewrite = addedNotValid(scene, { table, name: object.name, at });
  if (subject.kind === 'foreign-key') {
    const message = `${describeSubject(subject)} is checked for every row while writes to ${nameOf(table)} and to the referenced table wait.`;
    const probe = orphansProbe(scene, { table, key: object, at });
    return [onTable(scene, RULES.addForeignKey, { table, subject, message, probe, rewrite, at })];
  }
  const probe = brokenProbe(scene, { table, key: object, at });
  const message = `${describeSubject(subject)} is checked for every row of ${nameOf(table)} under ACCESS EXCLUSIVE.`;
  return [onTable(scene, RULES.addCheck, { table, subject, message, probe, rewrite, at })];
};

const validatedAt = (scene: Scene, subject: Subject): PlannedStatement | undefined =>
  alterParts(scene).find(
    ({ command: { fields } }) =>
      textField(fields, 'subtype') === 'AT_ValidateConstraint' && textField(fields, 'name') === subject.name,
  )?.one.planned;

/** Whether a part of the plan validates the constraint. */
export const isValidated = (scene: Scene, subject: Subject): boolean =>
  validatedAt(scene, subject) !== undefined;

/** A constraint that was NOT VALID until the plan validates it: the first row that breaks it ends the statement. Texts alone do not suspect it. */
export const validated = (scene: Scene, subject: Subject, object: SchemaObject): Hazard[] => {
  const table = subject.parent && relationBefore(scene, subject.parent);
  if (!table || !hasRows(scene)) return [];
  const asked = { table, key: object, at: validatedAt(scene, subject) };
  const found = subject.kind === 'foreign-key' ? orphansProbe(scene, asked) : brokenProbe(scene, asked);
  if (!found) return [];
  const probe = { ...found, zero: 'dismiss' as const };
  const message = `${describeSubject(subject)} is validated: every row of ${nameOf(table)} must keep it.`;
  return [onTable(scene, RULES.rowsRefused, { table, subject, message, probe, at: asked.at })];
};

/** A constraint that was there and is valid from now on. */
export const becomesValid = (
  scene: Scene,
  change: Extract<Change, { action: 'alter' }>,
): readonly Hazard[] => {
  const { subject } = change;
  const isValidated =
    /^(foreign-key|check)$/.test(subject.kind) &&
    change.attributes.some(({ name, from, to }) => name === 'validated' && from === false && to !== false);
  const object = isValidated
    ? scene.input.after.objects
        .flatMap((table) => (isParent(scene, table, subject) ? table.children : []))
        .find(({ kind, name }) => kind === subject.kind && name === subject.name)
    : undefined;
  return object ? validated(scene, subject, object) : [];
};

const isParent = (scene: Scene, table: SchemaObject, { parent }: Subject): boolean =>
  parent !== undefined &&
  ((table.name === parent.name && table.namespace === parent.namespace) ||
    (scene.input.moves?.origin(table)?.name === parent.name && table.kind === 'table'));

/** DETACH PARTITION ... CONCURRENTLY leaves the bounds as a check, which holds already (ALTER TABLE in the manual). */
const isLeftByDetach = (scene: Scene, subject: Subject): boolean =>
  addedConstraints(scene, subject).length === 0 &&
  alterParts(scene).some(({ command: { fields } }) => {
    const detached = node(fields, 'def')?.fields ?? {};
    return (
      textField(fields, 'subtype') === 'AT_DetachPartition' &&
      flag(detached, 'concurrent') &&
      textField(record(detached, 'name') ?? {}, 'relname') === subject.parent?.name
    );
  });

const SIMPLE_KEYS: Readonly<Record<string, HazardRule>> = {
  'primary-key': RULES.addPrimaryKey,
  unique: RULES.addUnique,
  exclusion: RULES.addExclusion,
};

/** The constraint of that name as a part of ALTER TABLE adds it. */
const addedConstraints = (scene: Scene, subject: Subject): readonly Node[] =>
  alterParts(scene).flatMap(({ command, table }) => {
    const constraint = node(command.fields, 'def');
    if (textField(command.fields, 'subtype') !== 'AT_AddConstraint' || !constraint) return [];
    // Without a name the constraint gets its index's, which the model does not follow.
    const name = textField(constraint.fields, 'conname') || subject.name;
    return table.name === subject.parent?.name && name === subject.name ? [constraint] : [];
  });

const usesIndex = (scene: Scene, subject: Subject): boolean =>
  addedConstraints(scene, subject).some(({ fields }) => Boolean(textField(fields, 'indexname')));

/** The columns of the index that a constraint takes, as they were before the plan or as the plan makes it. */
const indexTaken = (scene: Scene, subject: Subject, table: SchemaObject): readonly string[] => {
  const [taken] = addedConstraints(scene, subject).flatMap(
    ({ fields }) => textField(fields, 'indexname') ?? [],
  );
  const isTaken = ({ kind, name }: SchemaObject): boolean => kind === 'index' && name === taken;
  const index = table.children.find(isTaken);
  if (index) return listOf(index, 'columns');
  const made = scene.statements.find(
    ({ node: { type, fields } }) => type === 'IndexStmt' && textField(fields, 'idxname') === taken,
  );
  return made
    ? nodes(made.node.fields, 'indexParams').flatMap((item) => textField(item.fields, 'name') ?? [])
    : [];
};

/**
 * A primary key is of columns that are NOT NULL: where they are not yet, taking an index for it reads the whole table, too (ALTER TABLE in
 * the manual, USING INDEX). What the difference shows is told by it; texts alone show no such difference.
 */
const requiredByKey = (scene: Scene, subject: Subject, table: SchemaObject): Hazard[] => {
  if (subject.kind !== 'primary-key' || hasRows(scene)) return [];
  return indexTaken(scene, subject, table).flatMap((name) => {
    const column = columnOf(table, name);
    const isRequired = alterParts(scene).some(
      ({ command: { fields } }) =>
        textField(fields, 'subtype') === 'AT_SetNotNull' && textField(fields, 'name') === name,
    );
    if (column?.attributes.nullable !== true || isRequired) return [];
    const about = subjectOf(column, table);
    const message = `${describeSubject(about)} may hold NULL: the key that takes the index reads the whole table to require it.`;
    const rewrite = notNullByCheck(scene, table, name);
    const found = onTable(scene, RULES.notNull, {
      table,
      subject: about,
      message,
      rewrite,
      at: madeAt(scene, subject),
    });
    return [
      provenNotNull(scene, about) ? lowered(found, 'a validated CHECK proves that it holds no NULL') : found,
    ];
  });
};

const isAddedNotValid = (scene: Scene, subject: Subject): boolean =>
  addedConstraints(scene, subject).some(({ fields }) => flag(fields, 'skip_validation'));

const PARENT_ALONE = 'with ONLY nothing is built on the partitions';

/** `ALTER TABLE ONLY parent ADD PRIMARY KEY`: an index without rows that the partitions' own are attached to. */
const isOfParentAlone = (scene: Scene, table: SchemaObject, at: PlannedStatement | undefined): boolean => {
  const statement = scene.statements.find(({ planned }) => planned === at)?.node;
  const relation = statement && record(statement.fields, 'relation');
  return relation?.inh !== true && relation !== undefined && table.attributes.partitionKey !== undefined;
};

/** Where a key is added: the statement that drops one of its name before is not it. */
const madeAt = (scene: Scene, subject: Subject): PlannedStatement | undefined =>
  alterParts(scene).findLast(
    ({ command, table }) =>
      table.name === subject.parent?.name &&
      textField(command.fields, 'subtype') === 'AT_AddConstraint' &&
      textField(node(command.fields, 'def')?.fields ?? {}, 'conname') === subject.name,
  )?.one.planned ?? locate(scene, subject);

/** The key in the names of the end: in those of before, a column that another one is called like now would not be told from it. */
const asMade = (scene: Scene, table: SchemaObject, key: SchemaObject): SchemaObject =>
  tableAfter(scene, table)?.children.find(({ kind, name }) => kind === key.kind && name === key.name) ?? key;

/** Every hazard of a key, index or constraint that the plan makes on a table that is there. */
export const keyHazards = (scene: Scene, subject: Subject, told: SchemaObject): Hazard[] => {
  const table = subject.parent && relationBefore(scene, subject.parent);
  if (!table) return [];
  const object = asMade(scene, table, told);
  const found = isOfParentAlone(scene, table, madeAt(scene, subject))
    ? []
    : uniqueKey(scene, subject, object, table);
  if (subject.kind === 'index') found.push(...computedIndex(scene, subject, object, table));
  if (subject.kind === 'foreign-key' || subject.kind === 'check')
    found.push(...validation(scene, subject, object, table));
  found.push(...requiredByKey(scene, subject, table));
  const rule = SIMPLE_KEYS[subject.kind];
  if (rule && !usesIndex(scene, subject)) {
    const message = `${describeSubject(subject)} builds its index while every use of ${nameOf(table)} waits.`;
    const at = madeAt(scene, subject);
    const rewrite = keyByIndex(scene, { table, key: object, at });
    const probe =
      subject.kind === 'exclusion' ? conflictsProbe(scene, { table, key: object, at }) : undefined;
    const hazard = onTable(scene, rule, { table, subject, message, probe, rewrite, at });
    found.push(isOfParentAlone(scene, table, at) ? lowered(hazard, PARENT_ALONE) : hazard);
  }
  return found;
};

/** A key that was there by the same name: it is built and checked like a new one; values that were unique by fewer columns still are. */
export const remadeHazards = (scene: Scene, { subject, object, before }: Remade): readonly Hazard[] => {
  const [old, columns] = [before ? listOf(before, 'columns') : [], listOf(object, 'columns')];
  const isImplied =
    before !== undefined &&
    (before.kind !== 'index' || before.attributes.unique === true) &&
    before.attributes.where === undefined &&
    old.length > 0 &&
    old.every((column) => columns.includes(column));
  const found = keyHazards(scene, subject, object).filter(
    ({ code }) => code !== RULES.uniqueDuplicates.code || !isImplied,
  );
  const table = subject.parent && relationBefore(scene, subject.parent);
  if (subject.kind !== 'primary-key' || !table) return found;
  const message = `${describeSubject(subject)} is dropped, and another is built while every use of ${nameOf(table)} waits.`;
  return [
    ...found,
    onTable(scene, RULES.changePrimaryKey, { table, subject, message, at: madeAt(scene, subject) }),
  ];
};
