// Hazards of what the plan changes in place: columns, enum values, a table's properties. Pure.
import { type Hazard, type HazardRule, hazardOf } from '../../risk/index.ts';
import { type Change, describeSubject, type SchemaObject, type Subject } from '../../schema/index.ts';
import { RULES } from './hazard-rules.ts';
import {
  countProbe,
  locate,
  mended,
  onTable,
  qualifiedText,
  quotedName,
  relationBefore,
  type Scene,
} from './hazard-scene.ts';
import { typeChange } from './hazard-types.ts';
import { literal, quote } from './quote.ts';

/** Columns of the live schema whose type is the enum, wherever they are. */
const columnsOfType = (
  scene: Scene,
  type: Subject,
): readonly { readonly table: SchemaObject; readonly column: string }[] => {
  const name = qualifiedText(type);
  return scene.input.before.objects
    .filter(({ kind }) => kind === 'table')
    .flatMap((table) =>
      table.children
        .filter((child) => child.kind === 'column' && child.attributes.type === name)
        .map((child) => ({ table, column: child.name })),
    );
};

/** A value that leaves an enum. */
export const enumValueRemoved = (scene: Scene, subject: Subject): Hazard => {
  const users = subject.parent ? columnsOfType(scene, { ...subject.parent }) : [];
  const counts = users.map(
    ({ table, column }) =>
      `(SELECT count(*) FROM ${quotedName(table)} WHERE ${quote(column)}::text = ${literal(subject.name)})`,
  );
  const isMended = users.some(({ table }) => mended(scene, table));
  return hazardOf(RULES.enumRemoval, {
    subject,
    message: `The value "${subject.name}" leaves ${subject.parent ? describeSubject(subject.parent) : 'its type'}: rows that hold it cannot stay.`,
    probe:
      counts.length === 0
        ? undefined
        : {
            question: `rows that hold "${subject.name}"`,
            sql: `SELECT ${counts.join(' + ')}`,
            positive: isMended ? 'may-fail' : 'will-fail',
            zero: 'lower',
          },
    at: locate(scene, subject.parent ?? subject),
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
  const at = locate(scene, subject);
  const found: Hazard[] = [];
  for (const { name, from, to } of change.attributes) {
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
      if (name === 'default') {
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

/** Columns that the statements drop and add again: the difference shows at most another type. */
export const recreatedColumns = (scene: Scene): Hazard[] =>
  scene.input.change.changes.flatMap((change) => {
    if (change.action !== 'alter' || change.subject.kind !== 'column' || !change.subject.parent) return [];
    const table = relationBefore(scene, change.subject.parent);
    const name = change.subject.name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const word = `(?:"${name}"|\\b${name}\\b)`;
    const text = scene.statements
      .filter(({ facts }) => facts.tables.some((named) => named.name === table?.name))
      .map(({ planned }) => planned.statement.text)
      .join('\n');
    const drops = new RegExp(`DROP\\s+(?:COLUMN\\s+)?(?:IF\\s+EXISTS\\s+)?${word}`, 'i').test(text);
    const adds = new RegExp(`ADD\\s+(?:COLUMN\\s+)?(?:IF\\s+NOT\\s+EXISTS\\s+)?${word}`, 'i').test(text);
    if (!table || !drops || !adds) return [];
    const message = `${describeSubject(change.subject)} is dropped and added again: its values are gone.`;
    return [
      onTable(scene, RULES.recreateColumn, {
        table,
        subject: change.subject,
        message,
        probe: countProbe(table, {
          question: `rows with a value in ${describeSubject(change.subject)}`,
          where: `${quote(change.subject.name)} IS NOT NULL`,
          positive: 'loses-values',
          zero: 'lower',
        }),
        at: locate(scene, change.subject),
      }),
    ];
  });
