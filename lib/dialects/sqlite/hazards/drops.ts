// Hazards of what goes: tables, columns, and what hung on them. From the structure where that shows it, from the statements where
// something of the same name came back empty. Pure.
import {
  type Hazard,
  hazardOf,
  type PlannedStatement,
  processRule,
  rowsProbe,
  structuralHazards,
  valuesProbe,
} from '../../../risk/index.ts';
import { describeSubject, type SchemaObject, type Subject } from '../../../schema/index.ts';
import { fold, quote } from '../rules.ts';
import type { Followed } from './lineage.ts';
import { RULES } from './rules.ts';
import {
  columnOf,
  columnSubject,
  fitted,
  isMended,
  keysTo,
  names,
  type Scene,
  tableBefore,
} from './scene.ts';

const DROP_STATEMENTS: Readonly<Record<string, string>> = {
  DropIndexStmt: 'index',
  DropTriggerStmt: 'trigger',
  DropViewStmt: 'view',
  DropTableStmt: 'table',
};

const droppedName = ({ tree }: Followed): string | null => {
  if (tree?.type === 'DropIndexStmt') return tree.idxName.objName.text;
  if (tree?.type === 'DropTriggerStmt') return tree.triggerName.objName.text;
  if (tree?.type === 'DropViewStmt') return tree.viewName.objName.text;
  return tree?.type === 'DropTableStmt' ? tree.tblName.objName.text : null;
};

const dropsColumn = ({ tree, origin }: Followed, subject: Subject): boolean =>
  tree?.type === 'AlterTableStmt' &&
  tree.body.type === 'DropColumnAlterTableBody' &&
  origin === fold(subject.parent?.name ?? '') &&
  fold(tree.body.column.text) === fold(subject.name);

/** The statement that says that it drops the subject. */
const explicitDrop = (scene: Scene, subject: Subject): PlannedStatement | undefined =>
  scene.lineage.statements.find((one) => {
    if (subject.kind === 'column') return dropsColumn(one, subject);
    const name = droppedName(one);
    return (
      name !== null &&
      DROP_STATEMENTS[one.tree?.type ?? ''] === subject.kind &&
      fold(name) === fold(subject.name)
    );
  })?.at;

const rebuildOf = (scene: Scene, subject: Subject) =>
  scene.rebuilds.get(fold((subject.parent ?? subject).name));

const locate = (scene: Scene, subject: Subject): PlannedStatement | undefined => {
  const explicit = explicitDrop(scene, subject);
  if (explicit || !subject.parent) return explicit;
  const rebuild = rebuildOf(scene, subject);
  return rebuild?.holder.holding.at ?? rebuild?.dropped.at.at;
};

const sameColumns = (a: SchemaObject, b: SchemaObject): boolean => {
  const left = names(a, 'columns').map(fold).sort();
  const right = names(b, 'columns').map(fold).sort();
  return left.length > 0 && left.join('\u0000') === right.join('\u0000');
};

const isUnique = (object: SchemaObject): boolean =>
  object.kind === 'unique' ||
  object.kind === 'primary-key' ||
  (object.kind === 'index' && object.attributes.unique === true && object.attributes.where === undefined);

/** A key or rule of the new table that does what the old one did, whatever it is called. */
const replaced = (scene: Scene, subject: Subject): boolean => {
  const { parent } = subject;
  const find = (objects: readonly SchemaObject[]) =>
    objects.find((object) => object.kind === 'table' && object.name === parent?.name);
  const before = find(scene.input.before.objects)?.children.find(
    (child) => child.kind === subject.kind && child.name === subject.name,
  );
  const after = find(scene.input.after.objects)?.children ?? [];
  if (!before) return false;
  if (isUnique(before)) return after.some((child) => isUnique(child) && sameColumns(before, child));
  const alike = after.filter((child) => child.kind === subject.kind);
  if (subject.kind === 'foreign-key') {
    return alike.some(
      (child) => sameColumns(before, child) && child.attributes.references === before.attributes.references,
    );
  }
  if (subject.kind === 'check')
    return alike.some((child) => child.attributes.expression === before.attributes.expression);
  return (
    subject.kind === 'index' &&
    alike.some((child) => sameColumns(before, child) && child.attributes.where === before.attributes.where)
  );
};

/** Columns whose values a copy took along, under whatever name; tables whose rows are in another table. */
const carried = (scene: Scene, subject: Subject): boolean => {
  if (subject.kind === 'table') {
    const dropped = scene.lineage.dropped.find(({ table }) => fold(table.name) === fold(subject.name));
    // A table that was renamed is gone by its name and was never dropped.
    return dropped ? dropped.holder !== null : renamedAway(scene, subject);
  }
  if (subject.kind !== 'column') return replaced(scene, subject);
  const rebuild = rebuildOf(scene, subject);
  if (rebuild) return isCopied(rebuild.holder.holding.columns.values(), subject.name);
  return scene.lineage.statements.some(
    ({ tree, origin }) =>
      tree?.type === 'AlterTableStmt' &&
      tree.body.type === 'RenameColumnAlterTableBody' &&
      origin === fold(subject.parent?.name ?? '') &&
      fold(tree.body.old.text) === fold(subject.name),
  );
};

const renamedAway = (scene: Scene, subject: Subject): boolean =>
  scene.lineage.statements.some(
    ({ tree, origin }) =>
      tree?.type === 'AlterTableStmt' &&
      tree.body.type === 'RenameToAlterTableBody' &&
      origin === fold(subject.name),
  );

/** Whether a copy reads the column. */
export const isCopied = (filled: Iterable<{ readonly from: readonly string[] }>, column: string): boolean => {
  for (const one of filled) if (one.from.includes(fold(column))) return true;
  return false;
};

/** Values of one affinity fit another column of the same, and of none. */
const alike = (from: SchemaObject, to: SchemaObject): boolean => {
  const generated = from.attributes.generated !== undefined || to.attributes.generated !== undefined;
  const { affinity } = from.attributes;
  return !generated && (affinity === to.attributes.affinity || to.attributes.affinity === 'BLOB');
};

const CONSTRAINTS = ['unique', 'check', 'foreign-key', 'primary-key'];

const instead = (scene: Scene, subject: Subject) => {
  const rebuilt = rebuildOf(scene, subject) !== undefined;
  if (!rebuilt) return null;
  if (subject.kind === 'column') return RULES.columnLost;
  if (subject.kind !== 'index' && subject.kind !== 'trigger') return null;
  return explicitDrop(scene, subject) ? null : RULES.lostObjects;
};

const fromStructure = (scene: Scene): Hazard[] =>
  structuralHazards(scene.input, {
    rules: {
      dropTable: RULES.dropTable,
      dropColumn: RULES.dropColumn,
      notNull: RULES.notNull,
      rename: processRule('x-rename-as-drop-add'),
      drops: {
        view: RULES.dropView,
        trigger: RULES.dropTrigger,
        index: RULES.dropIndex,
        ...Object.fromEntries(CONSTRAINTS.map((kind) => [kind, RULES.constraintLost])),
      },
    },
    quote,
    alike,
    locate: (subject) => locate(scene, subject),
    carried: (subject) => carried(scene, subject),
    instead: (subject, rule) => (rule === RULES.notNull ? rule : (instead(scene, subject) ?? rule)),
    mended: (table) => isMended(scene, table),
  });

/** A table that was dropped and made anew without its rows: the structure does not show it. */
const emptiedTables = (scene: Scene): Hazard[] =>
  scene.lineage.dropped
    .filter(
      ({ holder, table }) =>
        holder === null &&
        scene.input.after.objects.some((object) => object.kind === 'table' && object.name === table.name),
    )
    .map(({ table, at }) => {
      const hazard = hazardOf(RULES.dropTable, {
        subject: table,
        message: `${describeSubject(table)} is dropped and made anew: its rows are not copied.`,
        probe: rowsProbe(table, quote),
        at: at.at,
      });
      return fitted(hazard, table, scene);
    });

/** A column that was dropped and added anew. */
const emptiedColumns = (scene: Scene): Hazard[] =>
  scene.lineage.statements.flatMap((one) => {
    const { tree, origin } = one;
    if (tree?.type !== 'AlterTableStmt' || tree.body.type !== 'DropColumnAlterTableBody' || origin === null)
      return [];
    const table = tableBefore(scene.input, origin);
    const column = table && columnOf(table, tree.body.column.text);
    if (!table || !column) return [];
    const still = scene.input.after.objects.find(
      (object) => object.kind === 'table' && object.name === table.name,
    );
    if (!still || !columnOf(still, column.name)) return [];
    const subject = columnSubject(table, column.name);
    const message = `${describeSubject(subject)} is dropped and added anew: its values are not kept.`;
    const probe = valuesProbe(table, column.name, quote);
    return [fitted(hazardOf(RULES.dropColumn, { subject, message, probe, at: one.at }), table, scene)];
  });

/** Says which rows of other tables go with those of a dropped one. */
const withCascades = (hazard: Hazard, scene: Scene): Hazard => {
  const dropped = scene.lineage.dropped.find(({ table }) => hazard.subject === describeSubject(table));
  if (hazard.code !== RULES.dropTable.code || !dropped || !scene.conditions(dropped.at).foreignKeys)
    return hazard;
  const children = keysTo(scene, dropped.table).filter(({ key }) => key.attributes.onDelete === 'CASCADE');
  if (children.length === 0) return hazard;
  const list = [...new Set(children.map(({ child }) => describeSubject(child)))].join(', ');
  return {
    ...hazard,
    message: `${hazard.message} Foreign keys are on: rows of ${list} that reference it are deleted too.`,
  };
};

/** Indexes that no text made: whose they are is not known. */
const unknownIndexes = (scene: Scene): Hazard[] =>
  scene.lineage.statements.flatMap(({ tree, at }) => {
    if (!scene.input.unknownBefore || tree?.type !== 'DropIndexStmt') return [];
    const name = tree.idxName.objName.text;
    const isKnown = scene.input.before.objects.some((table) =>
      table.children.some((child) => child.kind === 'index' && fold(child.name) === fold(name)),
    );
    const message = `index ${name} is dropped.`;
    return isKnown ? [] : [hazardOf(RULES.dropIndex, { subject: `index ${name}`, message, at })];
  });

/** The hazards of everything that the plan takes away. */
export const dropHazards = (scene: Scene): Hazard[] =>
  [...fromStructure(scene), ...emptiedTables(scene), ...emptiedColumns(scene), ...unknownIndexes(scene)].map(
    (hazard) => withCascades(hazard, scene),
  );
