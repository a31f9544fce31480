// Advice on the foreign keys that a plan makes: no index that begins with them, types that differ from those they reference. Pure.
import { type Hazard, hazardOf, type PlannedStatement } from '../../../risk/index.ts';
import { findObject, type SchemaObject } from '../../../schema/index.ts';
import { indexOf } from './rewrites.ts';
import { RULES } from './rules.ts';
import { columnOf, listOf, nameOf, qualifiedText, relationBefore, type Scene } from './scene.ts';

/** A foreign key that the plan makes, on its table as it is at the end. */
interface MadeKey {
  readonly key: SchemaObject;
  readonly table: SchemaObject;
  readonly at: PlannedStatement | undefined;
}

const madeKeys = (scene: Scene): readonly MadeKey[] =>
  scene.input.change.changes.flatMap((change): MadeKey[] => {
    if (change.action !== 'create') return [];
    const isTable = change.subject.kind === 'table';
    const keys = isTable
      ? change.object.children.filter(({ kind }) => kind === 'foreign-key')
      : change.subject.kind === 'foreign-key'
        ? [change.object]
        : [];
    const owner = isTable ? change.subject : change.subject.parent;
    const table = keys.length > 0 && owner ? findObject(scene.input.after, owner) : undefined;
    if (!table) return [];
    const at = scene.statements.find(
      ({ planned, facts }) =>
        facts.tables.some(({ name }) => name === table.name) && /REFERENCES/i.test(planned.statement.text),
    )?.planned;
    return keys.map((key) => ({ key, table, at }));
  });

const covers = (index: SchemaObject, columns: readonly string[]): boolean => {
  if (!['index', 'unique', 'primary-key'].includes(index.kind) || index.attributes.where !== undefined)
    return false;
  const leading = listOf(index, 'columns').slice(0, columns.length);
  return columns.every((column) => leading.includes(column));
};

const unindexed = (scene: Scene, { key, table, at }: MadeKey): readonly Hazard[] => {
  if (table.children.some((index) => covers(index, listOf(key, 'columns')))) return [];
  const message = `No index of ${nameOf(table)} begins with (${listOf(key, 'columns').join(', ')}).`;
  const rewrite = indexOf(table, listOf(key, 'columns'), !relationBefore(scene, table));
  return [hazardOf(RULES.keyWithoutIndex, { subject: `foreign key ${key.name}`, message, rewrite, at })];
};

/** The columns that a key references: those it names, otherwise the primary key's. */
const referencedColumns = (key: SchemaObject, parent: SchemaObject): readonly string[] => {
  const named = listOf(key, 'referencedColumns');
  if (named.length > 0) return named;
  const primary = parent.children.find(({ kind }) => kind === 'primary-key');
  return primary ? listOf(primary, 'columns') : [];
};

/** Lengths do not matter to a comparison: `varchar(20)` and text are one, as are numerics. */
const comparable = (type: unknown): string | null => {
  if (typeof type !== 'string' || type === 'unknown') return null;
  const base = type.replace(/\([\d, -]+\)/, '');
  return /^(text|character varying)$/.test(base) ? 'text' : base;
};

const otherTypes = (scene: Scene, { key, table, at }: MadeKey): readonly Hazard[] => {
  const parent = scene.input.after.objects.find(
    (object) => object.kind === 'table' && key.attributes.references === qualifiedText(object),
  );
  if (!parent) return [];
  const referenced = referencedColumns(key, parent);
  return listOf(key, 'columns').flatMap((name, position) => {
    const other = referenced[position] ?? '';
    const types = [columnOf(table, name), columnOf(parent, other)].map((column) => column?.attributes.type);
    const [own, its] = types.map(comparable);
    if (!own || !its || own === its) return [];
    const message = `${nameOf(table)}.${name} is ${String(types[0])} and references ${parent.name}.${other}, which is ${String(types[1])}.`;
    return [hazardOf(RULES.keyOfOtherType, { subject: `foreign key ${key.name}`, message, at })];
  });
};

/** Advice on every foreign key that the plan makes. */
export const referenceAdvice = (scene: Scene): readonly Hazard[] =>
  madeKeys(scene).flatMap((made) => [...unindexed(scene, made), ...otherTypes(scene, made)]);
