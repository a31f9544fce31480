// What the statements say in so many words, where the difference of two schemas cannot tell: a rename, a drop of what is made anew
// under the same name, a proof that a column holds no NULL. Pure.
import { findObject, type SchemaObject, type Subject } from '../../../schema/index.ts';
import { flag, type Node, names, node, nodes, record, textField } from '../parse.ts';
import { isSerial } from '../type-names.ts';
import { constraintOf, isNull } from './presets.ts';
import type { ParsedStatement, Scene, Table } from './scene.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The relation that a statement is about. */
const relationIn = (fields: Fields): Table | null => {
  const relation = record(fields, 'relation');
  const name = relation && textField(relation, 'relname');
  return name ? { namespace: textField(relation, 'schemaname'), name } : null;
};

const isSame = (scene: Scene, a: Table | null, b: Table): boolean =>
  a !== null &&
  a.name === b.name &&
  (a.namespace ?? scene.defaultNamespace) === (b.namespace ?? scene.defaultNamespace);

/** Whether a statement gives the table or column another name, so that what looks like a drop is none. */
export const isRenamed = (scene: Scene, subject: Subject): boolean =>
  scene.statements.some(({ node: { type, fields } }) => {
    if (type === 'AlterObjectSchemaStmt') return isSame(scene, relationIn(fields), subject);
    if (type !== 'RenameStmt') return false;
    const kind = textField(fields, 'renameType');
    if (subject.kind === 'column')
      return (
        kind === 'OBJECT_COLUMN' &&
        textField(fields, 'subname') === subject.name &&
        relationIn(fields)?.name === subject.parent?.name
      );
    if (subject.parent)
      return kind === 'OBJECT_TABCONSTRAINT' && textField(fields, 'subname') === subject.name;
    return (
      kind !== 'OBJECT_COLUMN' && kind !== 'OBJECT_TABCONSTRAINT' && renamedName(fields) === subject.name
    );
  });

/** Whether a child is there under a name that a statement gave it, so that nothing is made. */
export const isNewName = (scene: Scene, subject: Subject): boolean =>
  scene.statements.some(
    ({ node: { type, fields } }) =>
      type === 'RenameStmt' &&
      /^OBJECT_(TABCONSTRAINT|INDEX)$/.test(textField(fields, 'renameType') ?? '') &&
      textField(fields, 'newname') === subject.name,
  );

/** Whether a statement gives the value of an enum another word that stays, so that no row loses it. */
export const isRelabelled = (scene: Scene, subject: Subject): boolean => {
  const labels = subject.parent && findObject(scene.input.after, subject.parent)?.children;
  return scene.statements.some(
    ({ node: { type, fields } }) =>
      type === 'AlterEnumStmt' &&
      textField(fields, 'oldVal') === subject.name &&
      (labels ?? []).some(({ name }) => name === textField(fields, 'newVal')),
  );
};

const renamedName = (fields: Fields): string | null => {
  const relation = relationIn(fields);
  if (relation) return relation.name;
  const object = node(fields, 'object');
  if (!object) return textField(fields, 'subname');
  const parts =
    object.type === 'ObjectWithArgs' ? names(object.fields, 'objname') : names(object.fields, 'items');
  return parts.at(-1) ?? null;
};

/** A part of ALTER TABLE, with the table that it is about. */
interface Part {
  readonly one: ParsedStatement;
  readonly table: Table;
  readonly command: Node;
}

/** Every key and column asks for them. */
const known = new WeakMap<Scene['statements'], readonly Part[]>();

/** Every part of every ALTER TABLE, in order. */
export const alterParts = ({ statements }: Scene): readonly Part[] => {
  const parts = known.get(statements) ?? partsOf(statements);
  known.set(statements, parts);
  return parts;
};

const partsOf = (statements: Scene['statements']): readonly Part[] =>
  statements.flatMap((one) => {
    const table = one.node.type === 'AlterTableStmt' ? relationIn(one.node.fields) : null;
    return table ? nodes(one.node.fields, 'cmds').map((command) => ({ one, table, command })) : [];
  });

/** A table that a statement drops by name. */
interface Dropped {
  readonly one: ParsedStatement;
  readonly table: Table;
}

/** DEFAULT NULL is none. */
const isStated = (preset: Node | undefined): boolean =>
  preset !== undefined && !isNull(preset.fields.raw_expr);

/** Whether the column is added without a value for the rows that are there, and gets its default by a later part. */
export const isFilledTooLate = (scene: Scene, subject: Subject): boolean => {
  const definition = alterParts(scene)
    .filter(({ table }) => table.name === subject.parent?.name)
    .map(({ command: { fields } }) =>
      textField(fields, 'subtype') === 'AT_AddColumn' ? node(fields, 'def') : null,
    )
    .find((column) => column !== null && textField(column.fields, 'colname') === subject.name);
  return Boolean(
    definition &&
      !isSerial(definition.fields) &&
      !isStated(constraintOf(definition.fields, 'CONSTR_DEFAULT')),
  );
};

/** Whether the column is added with a default, which the rows of the table then hold. */
export const isFilledWhenAdded = (scene: Scene, subject: Subject): boolean =>
  alterParts(scene).some(({ command, table }) => {
    const column = node(command.fields, 'def');
    return (
      textField(command.fields, 'subtype') === 'AT_AddColumn' &&
      column !== null &&
      table.name === subject.parent?.name &&
      textField(column.fields, 'colname') === subject.name &&
      isStated(constraintOf(column.fields, 'CONSTR_DEFAULT'))
    );
  });

/** Whether the part that adds the column requires a value and gives none. */
export const isRequiredWhenAdded = (scene: Scene, subject: Subject): boolean =>
  alterParts(scene).some(({ command, table }) => {
    const column = node(command.fields, 'def')?.fields;
    return (
      textField(command.fields, 'subtype') === 'AT_AddColumn' &&
      column !== undefined &&
      table.name === subject.parent?.name &&
      textField(column, 'colname') === subject.name &&
      (constraintOf(column, 'CONSTR_NOTNULL') ?? constraintOf(column, 'CONSTR_PRIMARY')) !== undefined &&
      !isStated(constraintOf(column, 'CONSTR_DEFAULT'))
    );
  });

/** Tables that a statement drops and a later one makes anew under the same name. */
export const tablesMadeAnew = (scene: Scene): readonly Dropped[] => {
  const dropped = scene.statements.flatMap((one): Dropped[] =>
    one.node.type === 'DropStmt' && textField(one.node.fields, 'removeType') === 'OBJECT_TABLE'
      ? nodes(one.node.fields, 'objects').map((item) => {
          const parts = names(item.fields, 'items');
          return { one, table: { namespace: parts.at(-2) ?? null, name: parts.at(-1) ?? '' } };
        })
      : [],
  );
  if (dropped.length === 0) return [];
  return dropped.filter(({ one, table }) =>
    scene.statements.slice(scene.statements.indexOf(one) + 1).some((later) => isMade(scene, later, table)),
  );
};

const isMade = (scene: Scene, { node: { type, fields } }: ParsedStatement, table: Table): boolean => {
  if (type === 'CreateStmt') return isSame(scene, relationIn(fields), table);
  if (type === 'RenameStmt' && textField(fields, 'renameType') === 'OBJECT_TABLE')
    return textField(fields, 'newname') === table.name;
  if (type !== 'CreateTableAsStmt') return false;
  return isSame(scene, relationIn({ relation: record(fields, 'into')?.rel }), table);
};

/** Whether a check says that the column is not NULL, in the words of the parser. */
const forbidsNull = (constraint: Fields, column: string): boolean => {
  const test = node(constraint, 'raw_expr');
  if (test?.type !== 'NullTest' || textField(test.fields, 'nulltesttype') !== 'IS_NOT_NULL') return false;
  const argument = node(test.fields, 'arg');
  return argument?.type === 'ColumnRef' && names(argument.fields, 'fields').at(-1) === column;
};

/** Names of the checks that are added on the table and say that the column is not NULL; with whether they are valid. */
const checksAdded = (scene: Scene, subject: Subject): readonly { name: string | null; valid: boolean }[] =>
  alterParts(scene)
    .filter(({ table }) => table.name === subject.parent?.name)
    .flatMap(({ command }) => {
      const constraint = node(command.fields, 'def');
      if (textField(command.fields, 'subtype') !== 'AT_AddConstraint' || !constraint) return [];
      if (!forbidsNull(constraint.fields, subject.name)) return [];
      return [
        { name: textField(constraint.fields, 'conname'), valid: !flag(constraint.fields, 'skip_validation') },
      ];
    });

const validates = (scene: Scene, name: string | null): boolean =>
  alterParts(scene).some(
    ({ command }) =>
      textField(command.fields, 'subtype') === 'AT_ValidateConstraint' &&
      textField(command.fields, 'name') === name,
  );

/** A constraint that no text made is validated, and its name says which column it is about: `t_email_not_null`. */
const validatesUnknown = (scene: Scene, subject: Subject, table: SchemaObject | undefined): boolean =>
  alterParts(scene).some(({ command, table: own }) => {
    const name = textField(command.fields, 'name') ?? '';
    return (
      textField(command.fields, 'subtype') === 'AT_ValidateConstraint' &&
      own.name === subject.parent?.name &&
      name.includes(subject.name) &&
      table?.attributes.assumed === true
    );
  });

/** Whether a statement validates a constraint of a table that no text made. */
const isValidatedUnknown = (scene: Scene, { name, parent }: Subject): boolean =>
  parent !== undefined &&
  findObject(scene.input.before, parent)?.attributes.assumed === true &&
  alterParts(scene).some(
    ({ command, table }) =>
      table.name === parent.name &&
      textField(command.fields, 'subtype') === 'AT_ValidateConstraint' &&
      textField(command.fields, 'name') === name,
  );

/** A constraint that no text made, validated in the plan, and named for a column that must have a value from now on. */
export const isUnknownProof = (scene: Scene, subject: Subject): boolean =>
  scene.input.change.changes.some(
    (change) =>
      change.action === 'alter' &&
      change.subject.kind === 'column' &&
      change.subject.parent?.name === subject.parent?.name &&
      subject.name.includes(change.subject.name) &&
      change.attributes.some(({ name, to }) => name === 'nullable' && to === false) &&
      isValidatedUnknown(scene, subject),
  );

/** Whether a check says that the column is not NULL and nothing else, in the words of the server. */
export const isNullCheck = ({ kind, attributes }: SchemaObject, column: string): boolean => {
  const name = /^[a-z_][a-z0-9_$]*$/.test(column) ? column : `"${column.replaceAll('"', '""')}"`;
  const words = new RegExp(`^\\(*${name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')} IS NOT NULL\\)*$`);
  return kind === 'check' && typeof attributes.expression === 'string' && words.test(attributes.expression);
};

/** A check that goes before SET NOT NULL comes proves nothing to it. */
const isDroppedBefore = (scene: Scene, check: string, subject: Subject): boolean => {
  const parts = alterParts(scene).filter(({ table }) => table.name === subject.parent?.name);
  const at = (subtype: string, name: string): number =>
    parts.findIndex(
      ({ command: { fields } }) =>
        textField(fields, 'subtype') === subtype && textField(fields, 'name') === name,
    );
  const drop = at('AT_DropConstraint', check);
  return drop >= 0 && drop < at('AT_SetNotNull', subject.name);
};

/**
 * Whether a validated check proves that the column holds no NULL, so that SET NOT NULL reads nothing (from version 12 on,
 * https://www.postgresql.org/docs/12/release-12.html).
 */
export const provenNotNull = (scene: Scene, subject: Subject): boolean => {
  if (scene.major < 12 || !subject.parent) return false;
  const { parent } = subject;
  const table = scene.input.before.objects.find(
    ({ kind, name, namespace }) => kind === 'table' && name === parent.name && namespace === parent.namespace,
  );
  const standing = table?.children.some(
    (child) =>
      isNullCheck(child, subject.name) &&
      !isDroppedBefore(scene, child.name, subject) &&
      (child.attributes.validated !== false || validates(scene, child.name)),
  );
  return (
    standing === true ||
    checksAdded(scene, subject).some(({ name, valid }) => valid || validates(scene, name)) ||
    validatesUnknown(scene, subject, table)
  );
};
