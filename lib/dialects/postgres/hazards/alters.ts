// Hazards of what the plan changes in place: columns, enum values, a table's properties. Pure.
import { type Hazard, type HazardRule, hazardOf, sampleOf } from '../../../risk/index.ts';
import {
  type Change,
  describeSubject,
  type SchemaObject,
  type Subject,
  subjectOf,
} from '../../../schema/index.ts';
import { type Node, node, record, textField } from '../parse.ts';
import { literal, quote } from '../quote.ts';
import { retypedBy } from './foreseen.ts';
import { mended } from './mended.ts';
import { RULES } from './rules.ts';
import { alterParts } from './sayings.ts';
import {
  columnOf,
  countProbe,
  locate,
  onTable,
  type ParsedStatement,
  qualifiedText,
  quotedName,
  relationBefore,
  type Scene,
  seenFrom,
} from './scene.ts';
import { typeChange } from './types.ts';
import { usingOf } from './using.ts';

/** Columns of the live schema whose type is the enum, wherever they are. */
const columnsOfType = (
  scene: Scene,
  type: Subject,
): readonly { readonly table: SchemaObject; readonly column: string; readonly isArray: boolean }[] => {
  const name = qualifiedText(type);
  return scene.input.before.objects
    .filter(({ kind }) => kind === 'table')
    .flatMap((table) =>
      table.children
        .filter(
          ({ kind, attributes }) =>
            kind === 'column' && (attributes.type === name || attributes.type === `${name}[]`),
        )
        .map((child) => ({ table, column: child.name, isArray: child.attributes.type !== name })),
    );
};

/** A value that leaves an enum. */
export const enumValueRemoved = (scene: Scene, subject: Subject): Hazard => {
  const users = subject.parent ? columnsOfType(scene, { ...subject.parent }) : [];
  const holds = users.map(({ table, column, isArray }) => {
    const value = literal(subject.name);
    const where = isArray ? `${value} = ANY (${quote(column)}::text[])` : `${quote(column)}::text = ${value}`;
    return { table, from: `FROM ${quotedName(table)} WHERE ${where}` };
  });
  const counts = holds.map(({ from }) => `(SELECT count(*) ${from})`);
  const [only] = holds.length === 1 ? holds : [];
  const at = locate(scene, subject.parent ?? subject);
  // The rows are met where a column gets the type anew, and not where the old one goes.
  const isMended = users.some(({ table, column }) => {
    const swap = retypedBy(scene, table, column);
    return (
      mended(scene, table, swap?.one.planned ?? at) || (swap !== undefined && usingOf(swap.command) !== null)
    );
  });
  return hazardOf(RULES.enumRemoval, {
    subject,
    message: `The value "${subject.name}" leaves ${subject.parent ? describeSubject(subject.parent) : 'its type'}: rows that hold it cannot stay.`,
    probe:
      counts.length === 0
        ? undefined
        : {
            question: `rows that hold "${subject.name}"`,
            sql: `SELECT ${counts.join(' + ')}`,
            ...(only && sampleOf({ ...only, quote })),
            positive: isMended ? 'may-fail' : 'will-fail',
            zero: 'lower',
          },
    at,
  });
};

const ALTERED: Readonly<Record<string, HazardRule>> = {
  unlogged: RULES.setUnlogged,
  rowSecurity: RULES.dropPolicy,
  replicaIdentity: RULES.replicaIdentity,
};

/** What one alteration does. */
export const alterHazards = (scene: Scene, change: Extract<Change, { action: 'alter' }>): Hazard[] => {
  const { subject } = change;
  const table = subject.parent ? relationBefore(scene, subject.parent) : relationBefore(scene, subject);
  if (!table) return [];
  const found: Hazard[] = [];
  for (const { name, from, to } of change.attributes) {
    const at = locate(scene, subject, name);
    if (subject.kind === 'column') {
      if (name === 'type')
        found.push(...typeChange(scene, { subject, table, from: String(from), to: String(to), at }));
      if (name === 'nullable' && to === true) {
        found.push(
          onTable(scene, RULES.dropNotNull, {
            table,
            subject,
            message: `${describeSubject(subject)} may be NULL from now on.`,
            at,
          }),
        );
      }
      if (name === 'identity' && from !== undefined && to === undefined) {
        const message = `${describeSubject(subject)} is no longer counted up: its counter is dropped.`;
        found.push(onTable(scene, RULES.dropSequence, { table, subject, message, at }));
      } else if (name === 'default' || name === 'identity' || name === 'generated') {
        found.push(
          onTable(scene, RULES.changeDefault, {
            table,
            subject,
            message: `The default of ${describeSubject(subject)} changes.`,
            at,
          }),
        );
      }
      continue;
    }
    const rule = subject.kind === 'table' ? ALTERED[name] : undefined;
    const loses = name === 'unlogged' ? to === true : name === 'rowSecurity' ? to === undefined : true;
    if (rule && loses)
      found.push(
        onTable(scene, rule, {
          table,
          subject,
          message: `${name} of ${describeSubject(subject)} changes.`,
          at,
        }),
      );
  }
  return found;
};

/** Whether a statement gives a column of the table this name. */
const givesName = ({ node: { type, fields } }: ParsedStatement, table: string, column: string): boolean =>
  type === 'RenameStmt' &&
  textField(fields, 'renameType') === 'OBJECT_COLUMN' &&
  textField(record(fields, 'relation') ?? {}, 'relname') === table &&
  textField(fields, 'newname') === column;

/** Columns whose name another one takes after they are dropped: the difference shows another type at most. */
export const recreatedColumns = (scene: Scene): Hazard[] => {
  const parts = alterParts(scene);
  return parts.flatMap(({ one, table: named, command }, index) => {
    const name = textField(command.fields, 'name') ?? '';
    const table = relationBefore(seenFrom(scene, one), named);
    const isDrop = textField(command.fields, 'subtype') === 'AT_DropColumn';
    const column = isDrop && table ? columnOf(table, name) : undefined;
    const comesBack = parts
      .slice(index + 1)
      .some((later) => later.table.name === named.name && addedName(later.command) === name);
    const isReplaced =
      !comesBack &&
      scene.statements
        .slice(scene.statements.indexOf(one) + 1)
        .some((later) => givesName(later, named.name, name));
    if (!table || !column || !(comesBack || isReplaced)) return [];
    const subject = subjectOf(column, table);
    const words = describeSubject(subject);
    return [
      onTable(scene, RULES.recreateColumn, {
        table,
        subject,
        message: comesBack
          ? `${words} is dropped and added again: its values are gone.`
          : `${words} is dropped, and another column takes its name: its values are gone, but for what the plan copied before.`,
        probe: countProbe(table, {
          question: `rows with a value in ${words}`,
          where: `${quote(name)} IS NOT NULL`,
          positive: 'loses-values',
          zero: 'lower',
        }),
        at: one.planned,
      }),
    ];
  });
};

/** The column that a part of ALTER TABLE adds. */
const addedName = (command: Node): string | null =>
  textField(command.fields, 'subtype') === 'AT_AddColumn'
    ? textField(node(command.fields, 'def')?.fields ?? {}, 'colname')
    : null;
