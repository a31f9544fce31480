// What foreign keys do to other tables' rows when a table is dropped for its rebuild (https://sqlite.org/foreignkeys.html section 5). Pure.
import { adjusted, type Hazard, hazardOf } from '../../../risk/index.ts';
import { describeSubject, type SchemaObject } from '../../../schema/index.ts';
import { quote } from '../rules.ts';
import { pragmaOf } from '../scan.ts';
import type { Dropped } from './lineage.ts';
import { RULES } from './rules.ts';
import { fitted, isMended, keysTo, names, quoted, type Scene } from './scene.ts';

/** A dropped table whose rows another one holds. */
export type Moved = Dropped & { readonly holder: NonNullable<Dropped['holder']> };

/** Whether another table holds the rows. */
export const isMoved = (dropped: Dropped): dropped is Moved => dropped.holder !== null;

const PASSED_ON = ['CASCADE', 'SET NULL', 'SET DEFAULT'];

/** Whether the migration postpones what keys demand to its commit. */
const isDeferred = (scene: Scene, { at }: Moved, key: SchemaObject): boolean =>
  key.attributes.initiallyDeferred === true ||
  scene.lineage.statements.some(
    (one) =>
      one.at.migration === at.at.migration &&
      pragmaOf(one.tree, one.at.statement.text)?.name === 'defer_foreign_keys',
  );

const referencing = (child: SchemaObject, key: SchemaObject, parent: SchemaObject): string => {
  const targets = names(key, 'referencedColumns');
  const pairs = names(key, 'columns').map(
    (name, index) => `p.${quote(targets[index] ?? '')} = c.${quote(name)}`,
  );
  return `SELECT count(*) FROM ${quoted(child)} AS c WHERE EXISTS (SELECT 1 FROM ${quoted(parent)} AS p WHERE ${pairs.join(' AND ') || '1'})`;
};

const cascade = (
  scene: Scene,
  moved: Moved,
  { child, key }: { child: SchemaObject; key: SchemaObject },
): Hazard => {
  const { table, at } = moved;
  const action = String(key.attributes.onDelete);
  const passed = PASSED_ON.includes(action);
  const fails = isDeferred(scene, moved, key) || isMended(scene, child) ? 'may-fail' : 'will-fail';
  const does = passed
    ? action === 'CASCADE'
      ? 'are deleted'
      : `are changed (${action})`
    : `make the DROP fail (${action})`;
  const hazard = hazardOf(RULES.fkCascade, {
    subject: `${describeSubject(key)} on ${describeSubject(child)}`,
    message: `Foreign keys are on when ${describeSubject(table)} is dropped for its rebuild: rows of ${describeSubject(child)} that reference it ${does}.`,
    probe: {
      question: `rows of ${describeSubject(child)} that reference ${describeSubject(table)}`,
      sql: referencing(child, key, table),
      positive: passed ? 'loses-rows' : fails,
      zero: 'lower',
    },
    at: at.at,
  });
  return fitted(
    passed ? hazard : adjusted(hazard, 'breaking', `the key says ON DELETE ${action}`),
    child,
    scene,
  );
};

/** One hazard for each key that points at the table, where keys are on. */
export const cascades = (scene: Scene, moved: Moved): Hazard[] =>
  scene.conditions(moved.at).foreignKeys
    ? keysTo(scene, moved.table).map((one) => cascade(scene, moved, one))
    : [];
