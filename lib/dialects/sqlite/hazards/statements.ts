// Hazards that single statements show: what ALTER TABLE cannot do, renames, pragmas without effect, the lock on the file. Pure.
import { adjusted, type Hazard, hazardOf, lowered, tableKey } from '../../../risk/index.ts';
import { describeSubject } from '../../../schema/index.ts';
import type { Stmt } from '../parse.ts';
import { fold } from '../rules.ts';
import { pragmaOf } from '../scan.ts';
import { addedColumn, at, type Place } from './columns.ts';
import { RULES } from './rules.ts';
import { columnOf, columnSubject, keysTo, names, type Scene, tableBefore } from './scene.ts';

type Body = Extract<Stmt, { readonly type: 'AlterTableStmt' }>['body'];
const isBelow = (version: readonly number[], wanted: readonly [number, number]): boolean =>
  (version[0] ?? 0) < wanted[0] || (version[0] === wanted[0] && (version[1] ?? 0) < wanted[1]);

/** Whether the plan dropped the index before it drops the column. */
const droppedBefore = ({ scene, followed }: Place, index: string): boolean =>
  scene.lineage.statements
    .slice(0, scene.lineage.statements.indexOf(followed))
    .some(({ tree }) => tree?.type === 'DropIndexStmt' && fold(tree.idxName.objName.text) === fold(index));

/** Kinds that the engine never lets go of a column of (https://sqlite.org/lang_altertable.html#altertabdropcol). */
const HELD_BY = ['primary-key', 'unique', 'index'];

/**
 * What uses the column, in words. A foreign key goes with its column where it was declared with it and holds it where it was
 * declared for the table, which the model does not tell apart; the rehearsal does.
 */
const usesOf = (
  place: Place,
  column: string,
): { readonly certain: string[]; readonly possible: string[] } => {
  const uses = place.table.children.filter((child) => {
    const own = [
      ...names(child, 'columns'),
      ...(child.kind === 'index' ? [String(child.attributes.where ?? '')] : []),
    ];
    const isGone = child.kind === 'index' && droppedBefore(place, child.name);
    return !isGone && own.some((name) => fold(name) === fold(column));
  });
  const words = (kinds: readonly string[]): string[] =>
    uses
      .filter(({ kind }) => kinds.includes(kind))
      .map(({ kind, name }) => describeSubject({ kind, namespace: null, name }));
  return { certain: words(HELD_BY), possible: words(['foreign-key']) };
};

const droppedColumn = (place: Place, name: string): Hazard[] => {
  const column = columnOf(place.table, name);
  if (!column) return [];
  const subject = describeSubject(columnSubject(place.table, column.name));
  const hazards: Hazard[] = [];
  if (isBelow(place.scene.input.version, [3, 35])) {
    const message = `SQLite ${place.scene.input.version.join('.')} does not know DROP COLUMN.`;
    hazards.push(at(place, RULES.dropColumnUnsupported, { subject, message, willFail: true }));
  }
  const { certain, possible } = usesOf(place, column.name);
  if (certain.length > 0) {
    const message = `${subject} is used by ${certain.join(', ')}: the engine refuses to drop it.`;
    hazards.push(at(place, RULES.dropColumnRefused, { subject, message, willFail: true }));
  } else if (possible.length > 0) {
    const message = `${subject} is used by ${possible.join(', ')}: the engine refuses to drop it if the key was declared for the table.`;
    hazards.push(at(place, RULES.dropColumnRefused, { subject, message }));
  }
  return hazards;
};

const changedRules = (place: Place, body: Body): Hazard[] => {
  const { version } = place.scene.input;
  const message = `${body.type.includes('Constraint') ? 'ADD or DROP CONSTRAINT' : 'ALTER COLUMN'} on ${describeSubject(place.table)} needs SQLite 3.53.0.`;
  const hazard = at(place, RULES.alterConstraint, { subject: describeSubject(place.table), message });
  if (isBelow(version, [3, 53])) return [{ ...hazard, willFail: true }];
  return [
    adjusted(
      hazard,
      'advice',
      `dbsync runs SQLite ${version.join('.')}; what else opens the file may be older`,
    ),
  ];
};

const renamed = (place: Place, body: Body): Hazard[] => {
  const { table, scene } = place;
  if (body.type === 'RenameColumnAlterTableBody') {
    const subject = describeSubject(columnSubject(table, body.old.text));
    return [at(place, RULES.rename, { subject, message: `${subject} is renamed to ${body.new.text}.` })];
  }
  // A rename that is a part of a rebuild leads back to the old name, or to the drop.
  if (
    body.type !== 'RenameToAlterTableBody' ||
    scene.lineage.dropped.some((dropped) => dropped.table === table)
  )
    return [];
  if (fold(body.name.text) === fold(table.name)) return [];
  const subject = describeSubject(table);
  return [at(place, RULES.rename, { subject, message: `${subject} is renamed to ${body.name.text}.` })];
};

const alterations = (scene: Scene): Hazard[] =>
  scene.lineage.statements.flatMap((followed) => {
    const { tree, origin } = followed;
    const table = origin === null ? undefined : tableBefore(scene.input, origin);
    if (tree?.type !== 'AlterTableStmt' || !table) return [];
    const place: Place = { scene, followed, table };
    const { body } = tree;
    switch (body.type) {
      case 'AddColumnAlterTableBody':
        return addedColumn(place, body.column);
      case 'DropColumnAlterTableBody':
        return droppedColumn(place, body.column.text);
      case 'RenameColumnAlterTableBody':
      case 'RenameToAlterTableBody':
        return renamed(place, body);
      default:
        return changedRules(place, body);
    }
  });

/** Copies into a table of another name, with the old one dropped: a rename, as the application sees it. */
const movedTables = (scene: Scene): Hazard[] =>
  scene.lineage.dropped.flatMap(({ table, holder, at: dropped }) => {
    if (!holder || holder.name === fold(table.name)) return [];
    const subject = describeSubject(table);
    return [
      hazardOf(RULES.rename, {
        subject,
        message: `${subject} is copied into ${holder.name} and dropped.`,
        at: dropped.at,
      }),
    ];
  });

const pragmas = (scene: Scene): Hazard[] =>
  scene.lineage.statements.flatMap((followed) => {
    const pragma = pragmaOf(followed.tree, followed.at.statement.text);
    if (pragma?.name !== 'foreign_keys' || pragma.value === null || !followed.inTransaction) return [];
    const hazard = hazardOf(RULES.pragmaInTx, {
      subject: `statement ${followed.at.statement.index + 1} of ${followed.at.migration}`,
      message: 'PRAGMA foreign_keys stands behind BEGIN, where it has no effect.',
      at: followed.at,
    });
    const harmful = scene.lineage.dropped.some(
      ({ table, at: drop }) => drop.at.migration === followed.at.migration && keysTo(scene, table).length > 0,
    );
    return [
      harmful ? hazard : adjusted(hazard, 'advice', 'the migration drops no table that others reference'),
    ];
  });

const vacuums = (scene: Scene): Hazard[] =>
  scene.lineage.statements
    .filter(({ tree }) => tree?.type === 'VacuumStmt')
    .map(({ at: planned }) =>
      hazardOf(RULES.space, {
        subject: 'the file',
        message: 'VACUUM writes the whole file anew; it needs up to twice its size.',
        at: planned,
      }),
    );

const DDL = /^(?:Alter|Create|Drop|Reindex|Vacuum)/;
/** Below so many rows in every table that is touched, the lock is held too briefly to be felt. */
const FELT_ROWS = 100_000;

const writeLock = (scene: Scene): Hazard[] => {
  const first = scene.lineage.statements.find(({ tree }) => tree !== null && DDL.test(tree.type));
  if (!first) return [];
  const hazard = hazardOf(RULES.writeLock, {
    subject: 'the file',
    message: 'The migration holds the write lock of the whole file until it commits.',
    at: first.at,
  });
  const tables = scene.input.before.objects.filter((object) => object.kind === 'table');
  const sizes = tables.map((table) => scene.input.sizes.get(tableKey(table)));
  const small =
    sizes.every((size) => size === undefined || size.rows < FELT_ROWS) &&
    sizes.some((size) => size !== undefined);
  if (tables.length === 0) return [lowered(hazard, 'the database holds no tables yet')];
  return [
    small
      ? lowered(hazard, `every measured table has fewer than ${FELT_ROWS.toLocaleString('en-US')} rows`)
      : hazard,
  ];
};

/** A trigger whose table no text tells, and that the plan did not make. */
const unknownTriggers = (scene: Scene): Hazard[] =>
  scene.lineage.statements.flatMap(({ tree, at: planned }) => {
    if (tree?.type !== 'DropTriggerStmt') return [];
    const name = tree.triggerName.objName.text;
    const isKnown = [...scene.input.before.objects, ...scene.input.after.objects].some((object) =>
      object.children.some((child) => child.kind === 'trigger' && fold(child.name) === fold(name)),
    );
    const isOwn = scene.lineage.statements.some(
      (one) =>
        one.tree?.type === 'CreateTriggerStmt' && fold(one.tree.triggerName.objName.text) === fold(name),
    );
    if (isKnown || isOwn) return [];
    return [
      hazardOf(RULES.dropTrigger, {
        subject: `trigger ${name}`,
        message: `trigger ${name} is dropped.`,
        at: planned,
      }),
    ];
  });

/** The hazards of single statements, and of the run as a whole. */
export const statementHazards = (scene: Scene): Hazard[] => [
  ...alterations(scene),
  ...movedTables(scene),
  ...pragmas(scene),
  ...vacuums(scene),
  ...unknownTriggers(scene),
  ...writeLock(scene),
];
