// Hazards of new keys and checks on a table that is there: what must be built, what must hold, what to ask. Pure.
import {
  type Hazard,
  type HazardRule,
  lowered,
  type PlannedStatement,
  type Probe,
  sampleOf,
} from '../../risk/index.ts';
import { describeSubject, findObject, type SchemaObject, type Subject } from '../../schema/index.ts';
import type { Remade } from './hazard-made-again.ts';
import { fed, mended } from './hazard-mended.ts';
import { addedNotValid, keyByIndex, validate } from './hazard-rewrites.ts';
import { RULES } from './hazard-rules.ts';
import { alterParts } from './hazard-sayings.ts';
import {
  columnOf,
  countProbe,
  listOf,
  locate,
  nameOf,
  onTable,
  qualifiedText,
  quotedName,
  relationBefore,
  type Scene,
} from './hazard-scene.ts';
import { flag, type Node, node, record, textField } from './parse.ts';
import { quote } from './quote.ts';

const failing = (scene: Scene, subject: Subject, table: SchemaObject): Probe['positive'] =>
  mended(scene, table, madeAt(scene, subject)) ? 'may-fail' : 'will-fail';

/** Whether every column was there before: only then can the live data be asked. */
const allBefore = (table: SchemaObject, columns: readonly string[]): boolean =>
  columns.length > 0 && columns.every((name) => columnOf(table, name) !== undefined);

const tableAfter = (scene: Scene, { namespace, name }: SchemaObject): SchemaObject | undefined =>
  findObject(scene.input.after, { kind: 'table', namespace, name });

/** A part of a key that is an expression: as texts give it, which cannot be asked, or as the live server prints it, which can. */
const isExpression = (scene: Scene, table: SchemaObject, part: string): boolean => {
  const after = tableAfter(scene, table);
  return !columnOf(table, part) && !(after && columnOf(after, part));
};

/** The parts of a key in SQL that the table of today can be asked with; null where it cannot. */
const askable = (scene: Scene, table: SchemaObject, key: SchemaObject): readonly string[] | null => {
  const after = tableAfter(scene, table);
  const fresh = (after?.children ?? [])
    .filter(({ kind, name }) => kind === 'column' && !columnOf(table, name))
    .map(({ name }) => name);
  const parts = listOf(key, 'columns').map((part) => {
    if (!isExpression(scene, table, part)) return columnOf(table, part) ? quote(part) : null;
    return /^expression [0-9a-f]+$/.test(part) || fresh.some((name) => part.includes(name))
      ? null
      : `(${part})`;
  });
  const known = parts.filter((part) => part !== null);
  return known.length > 0 && known.length === parts.length ? known : null;
};

/** Rows that share their values; NULLs differ from each other unless the index says otherwise. */
const duplicatesProbe = (
  scene: Scene,
  table: SchemaObject,
  { subject, key }: { readonly subject: Subject; readonly key: SchemaObject },
): Probe | undefined => {
  const parts = askable(scene, table, key);
  if (!parts) return undefined;
  const list = parts.join(', ');
  const { where, nullsNotDistinct } = key.attributes;
  const conditions = nullsNotDistinct === true ? [] : parts.map((part) => `${part} IS NOT NULL`);
  if (typeof where === 'string') conditions.push(`(${where})`);
  const filter = conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : '';
  return {
    question: `values of (${listOf(key, 'columns').join(', ')}) that occur more than once in ${nameOf(table)}`,
    sql: `SELECT count(*) FROM (SELECT 1 FROM ${quotedName(table)}${filter} GROUP BY ${list} HAVING count(*) > 1) repeated`,
    positive: failing(scene, subject, table),
    zero: 'dismiss',
  };
};

/** Every column is new and gets one value for all rows: two rows are enough to break the key. */
const sharesDefault = (scene: Scene, table: SchemaObject, key: SchemaObject): boolean => {
  const after = tableAfter(scene, table);
  const columns = listOf(key, 'columns');
  return (
    columns.length > 0 &&
    columns.every((name) => {
      const column = after && !columnOf(table, name) ? columnOf(after, name) : undefined;
      const { default: preset, generated, identity } = column?.attributes ?? {};
      return (
        typeof preset === 'string' &&
        !preset.includes('(') &&
        generated === undefined &&
        identity === undefined
      );
    })
  );
};

const uniqueKey = (scene: Scene, subject: Subject, object: SchemaObject, table: SchemaObject): Hazard[] => {
  const isUnique =
    object.attributes.unique === true || subject.kind === 'unique' || subject.kind === 'primary-key';
  const probe = isUnique ? duplicatesProbe(scene, table, { subject, key: object }) : undefined;
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
      at: madeAt(scene, subject),
    }),
  ];
};

/** Rows whose key finds no partner. */
const orphansProbe = (
  scene: Scene,
  table: SchemaObject,
  { subject, key }: { readonly subject: Subject; readonly key: SchemaObject },
): Probe | undefined => {
  const columns = listOf(key, 'columns');
  const referenced = listOf(key, 'referencedColumns');
  const parent = scene.input.before.objects.find(
    (object) => object.kind === 'table' && key.attributes.references === qualifiedText(object),
  );
  if (!parent || !allBefore(table, columns) || !allBefore(parent, referenced)) return undefined;
  const pairs = columns.map((name, at) => `parent.${quote(referenced[at] ?? '')} = child.${quote(name)}`);
  const given = columns.map((name) => `child.${quote(name)} IS NOT NULL`);
  const from = `FROM ${quotedName(table)} child WHERE ${given.join(' AND ')} AND NOT EXISTS (SELECT 1 FROM ${quotedName(parent)} parent WHERE ${pairs.join(' AND ')})`;
  return {
    question: `rows in ${nameOf(table)} whose (${columns.join(', ')}) is not in ${nameOf(parent)}`,
    sql: `SELECT count(*) ${from}`,
    ...sampleOf({ table, from, quote, prefix: 'child.' }),
    // A partner that is added or changed mends them too.
    positive:
      fed(scene, parent, madeAt(scene, subject)) || mended(scene, parent, madeAt(scene, subject))
        ? 'may-fail'
        : failing(scene, subject, table),
    zero: 'keep',
  };
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
  if (isAddedNotValid(scene, subject) || isLeftByDetach(scene, subject)) return [];
  const at = madeAt(scene, subject);
  const rewrite = addedNotValid(scene, { table, name: object.name, at });
  if (subject.kind === 'foreign-key') {
    const message = `${describeSubject(subject)} is checked for every row while writes to ${nameOf(table)} and to the referenced table wait.`;
    const probe = orphansProbe(scene, table, { subject, key: object });
    return [onTable(scene, RULES.addForeignKey, { table, subject, message, probe, rewrite, at })];
  }
  const { expression } = object.attributes;
  const probe =
    typeof expression === 'string' && allBefore(table, namesIn(expression, table))
      ? countProbe(table, {
          question: `rows in ${nameOf(table)} that break the check`,
          where: `NOT (${expression})`,
          positive: failing(scene, subject, table),
          zero: 'keep',
        })
      : undefined;
  const message = `${describeSubject(subject)} is checked for every row of ${nameOf(table)} under ACCESS EXCLUSIVE.`;
  return [onTable(scene, RULES.addCheck, { table, subject, message, probe, rewrite, at })];
};

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

/** Columns of the table that an expression names; one that names none of them cannot be asked. */
const namesIn = (expression: string, table: SchemaObject): readonly string[] =>
  table.children
    .filter((child) => child.kind === 'column' && expression.includes(child.name))
    .map(({ name }) => name);

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

/** Every hazard of a key, index or constraint that the plan makes on a table that is there. */
export const keyHazards = (scene: Scene, subject: Subject, object: SchemaObject): Hazard[] => {
  const table = subject.parent && relationBefore(scene, subject.parent);
  if (!table) return [];
  const found = isOfParentAlone(scene, table, madeAt(scene, subject))
    ? []
    : uniqueKey(scene, subject, object, table);
  if (subject.kind === 'foreign-key' || subject.kind === 'check')
    found.push(...validation(scene, subject, object, table));
  const rule = SIMPLE_KEYS[subject.kind];
  if (rule && !usesIndex(scene, subject)) {
    const message = `${describeSubject(subject)} builds its index while every use of ${nameOf(table)} waits.`;
    const at = madeAt(scene, subject);
    const rewrite = keyByIndex(scene, { table, key: object, at });
    const hazard = onTable(scene, rule, { table, subject, message, rewrite, at });
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
