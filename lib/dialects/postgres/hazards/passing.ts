// What a plan does to a table and takes back before its end, where the difference of the two schemas shows nothing: a type in between, NOT NULL
// and keys that go again. The rows meet them all the same. Pure.
import { type Hazard, type PlannedStatement, type Probe, sampleOf } from '../../../risk/index.ts';
import { describeSubject, type SchemaObject, type Subject, subjectOf } from '../../../schema/index.ts';
import { edits } from '../edits.ts';
import { node, record, textField } from '../parse.ts';
import { quote } from '../quote.ts';
import { columnType } from '../type-names.ts';
import { columnBefore, tableAfter } from './foreseen.ts';
import { isValidated, keyHazards, validated } from './keys.ts';
import { mended } from './mended.ts';
import { RULES } from './rules.ts';
import { alterParts, isNewName } from './sayings.ts';
import { columnOf, isReplaced, onTable, quotedName, relationBefore, type Scene, seenFrom } from './scene.ts';
import { typeChange } from './types.ts';

/** A part of ALTER TABLE about a column of before, under the name that it had then. */
interface ColumnPart {
  readonly table: SchemaObject;
  readonly column: SchemaObject;
  /** As it is at the end; undefined where it goes. */
  readonly after: SchemaObject | undefined;
  readonly subject: Subject;
  readonly to: string | null;
  readonly at: PlannedStatement;
}

const columnParts = (scene: Scene, subtype: string): readonly ColumnPart[] =>
  alterParts(scene).flatMap(({ one, table: named, command: { fields } }): ColumnPart[] => {
    const name = textField(fields, 'subtype') === subtype ? textField(fields, 'name') : null;
    const table = name === null ? undefined : relationBefore(seenFrom(scene, one), named);
    const old = table && name !== null ? columnBefore(scene, table, name) : undefined;
    const column = table && old !== undefined ? columnOf(table, old) : undefined;
    if (!table || !column || name === null || isReplaced(scene, table)) return [];
    const later = tableAfter(scene, table);
    const after = later?.children.find(
      (child) => child.kind === 'column' && columnBefore(scene, table, child.name) === column.name,
    );
    const definition = node(fields, 'def')?.fields;
    const to = definition && record(definition, 'typeName') ? columnType(definition) : null;
    return [{ table, column, after, subject: subjectOf(column, table), to, at: one.planned }];
  });

/** The first of several types, where it is not the last: values that it does not hold fail there, or are lost on the way. */
const typesBetween = (scene: Scene): readonly Hazard[] => {
  const parts = columnParts(scene, 'AT_AlterColumnType');
  return parts.flatMap(({ table, column, after, subject, to, at }, place) => {
    const same = parts.flatMap((part, other) => (part.column === column ? [other] : []));
    if (same.length < 2 || same[0] !== place) return [];
    const from = column.attributes.type;
    if (to === null || typeof from !== 'string' || to === from || to === after?.attributes.type) return [];
    return typeChange(scene, { subject, table, from, to, at });
  });
};

/** NOT NULL that is dropped again. */
const requiredBetween = (scene: Scene): readonly Hazard[] =>
  columnParts(scene, 'AT_SetNotNull').flatMap(({ table, column, after, subject, at }) => {
    if (column.attributes.nullable === false || after?.attributes.nullable === false) return [];
    const from = `FROM ${quotedName(table)} WHERE ${quote(column.name)} IS NULL`;
    const probe: Probe = {
      question: `rows where ${describeSubject(subject)} is null`,
      sql: `SELECT count(*) ${from}`,
      ...sampleOf({ table, from, quote }),
      positive: mended(scene, table, at) ? 'may-fail' : 'will-fail',
      zero: 'dismiss',
    };
    const message = `${describeSubject(subject)} allows no NULL for a part of the plan; the statement fails while a row holds one.`;
    return [onTable(scene, RULES.notNull, { table, subject, message, probe, at })];
  });

const KEYS: ReadonlySet<string> = new Set([
  'primary-key',
  'unique',
  'foreign-key',
  'check',
  'exclusion',
  'index',
]);

/** Names of what the plan's statements drop. */
const droppedNames = (scene: Scene): ReadonlySet<string> =>
  new Set(
    scene.statements.flatMap(({ planned }) =>
      edits(planned.statement).flatMap((edit) =>
        edit.do === 'remove' ? [edit.child.name] : edit.do === 'drop' ? [edit.object.name] : [],
      ),
    ),
  );

/** Keys, checks and indexes that the plan makes on a table of before and drops again. */
const keysBetween = (scene: Scene): readonly Hazard[] => {
  const dropped = droppedNames(scene);
  if (dropped.size === 0) return [];
  return scene.statements.flatMap((one) =>
    edits(one.planned.statement).flatMap((edit): readonly Hazard[] => {
      if (edit.do !== 'add' || !KEYS.has(edit.child.kind) || !dropped.has(edit.child.name)) return [];
      const table = relationBefore(seenFrom(scene, one), edit.to);
      const later = table && tableAfter(scene, table);
      if (!table || !later || isReplaced(scene, table)) return [];
      const subject = subjectOf(edit.child, table);
      const isThere = [table, later].some(({ children }) =>
        children.some(({ kind, name }) => kind === edit.child.kind && name === edit.child.name),
      );
      if (isThere || isNewName(scene, subject)) return [];
      // NOT VALID meets no row until it is validated, and nobody misses that of what goes again.
      if (edit.child.attributes.validated !== false) return keyHazards(scene, subject, edit.child);
      return isValidated(scene, subject) ? validated(scene, subject, edit.child) : [];
    }),
  );
};

/** A table that is logged before and after, and not in between: it is written twice, and empty after a crash in that time. */
const unloggedBetween = (scene: Scene): readonly Hazard[] =>
  alterParts(scene).flatMap(({ one, table: named, command: { fields } }) => {
    const table =
      textField(fields, 'subtype') === 'AT_SetUnLogged'
        ? relationBefore(seenFrom(scene, one), named)
        : undefined;
    const isLogged = table && tableAfter(scene, table)?.attributes.unlogged !== true;
    // Texts take a table that becomes logged to have been unlogged.
    const wasUnlogged = table?.attributes.unlogged === true && table.attributes.assumed !== true;
    if (!table || !isLogged || wasUnlogged) return [];
    const subject = subjectOf(table);
    const message = `${describeSubject(subject)} is not logged for a part of the plan: a crash in that time empties it.`;
    return [onTable(scene, RULES.setUnlogged, { table, subject, message, at: one.planned })];
  });

/** Everything that a plan does for a while. */
export const passingHazards = (scene: Scene): readonly Hazard[] => [
  ...typesBetween(scene),
  ...requiredBetween(scene),
  ...keysBetween(scene),
  ...unloggedBetween(scene),
];
