// The schema that the database shall have: what the files declare, laid over what is there. What a schema file cannot say (checks,
// triggers, comments, expression indexes, the order of columns) stays as it is. Pure.
import {
  childOf,
  findObject,
  type SchemaObject,
  type Snapshot,
  sameValue,
  schemaObject,
  snapshotOf,
  type Value,
} from '../../../schema/index.ts';
import type { DeclaredTable } from './model.ts';

/** A display width says nothing of what an integer holds; `tinyint(1)` and `tinyint` are one native type of Prisma's. */
const sameType = (a: Value | undefined, b: Value | undefined): boolean => {
  const plain = (type: Value | undefined): string =>
    String(type).replace(/^((?:tiny|small|medium|big)?int|year)\(\d+\)/, '$1');
  return plain(a) === plain(b);
};

/** MariaDB has Json as text, and Prisma takes the one for the other there. */
const isText = (column: SchemaObject, declared: SchemaObject): boolean =>
  column.attributes.type === 'longtext' && String(declared.attributes.check ?? '').startsWith('json_valid(');

/** Attributes that follow the type. */
const typed = ['type', 'collation', 'check', 'srid', 'generated', 'generatedAs'] as const;

const columnOf = (column: SchemaObject, declared: SchemaObject, keepsPreset: boolean): SchemaObject => {
  const type =
    sameType(column.attributes.type, declared.attributes.type) || isText(column, declared)
      ? {}
      : Object.fromEntries(typed.map((name) => [name, declared.attributes[name]]));
  const { nullable, autoIncrement } = declared.attributes;
  // What the server computes has no default that a file could declare.
  const preset =
    keepsPreset || column.attributes.generated !== undefined ? {} : { default: declared.attributes.default };
  return schemaObject({
    ...column,
    attributes: { ...column.attributes, ...type, ...preset, nullable, autoIncrement },
  });
};

/** Of an index, what a schema file says. */
const INDEX = ['columns', 'unique', 'lengths', 'descending'] as const;

const sameIndex = (a: SchemaObject, b: SchemaObject): boolean =>
  INDEX.every((name) => sameValue(a.attributes[name], b.attributes[name])) &&
  (a.attributes.using === 'fulltext') === (b.attributes.using === 'fulltext');

/** Expression and spatial indexes. */
const isUnsayable = (index: SchemaObject): boolean => {
  const { columns, using } = index.attributes;
  return (
    using === 'spatial' || (Array.isArray(columns) && columns.some((part) => String(part).startsWith('(')))
  );
};

const KEY = ['columns', 'references', 'referencedColumns', 'onDelete', 'onUpdate'] as const;

const sameKey = (a: SchemaObject, b: SchemaObject): boolean =>
  KEY.every((name) => sameValue(a.attributes[name], b.attributes[name])) &&
  a.attributes.referencesSchema === undefined;

/** Nobody names the foreign keys of a join table, and earlier Prismas named them otherwise. */
const keysOf = (table: SchemaObject, declared: SchemaObject, join: boolean): readonly SchemaObject[] =>
  declared.children
    .filter(({ kind }) => kind === 'foreign-key')
    .map((key) => {
      const own = childOf(table, 'foreign-key', key.name);
      if (own && sameKey(own, key)) return own;
      const alike = table.children.find((child) => child.kind === 'foreign-key' && sameKey(child, key));
      return join && alike ? alike : key;
    });

/** An index that is there for a foreign key alone: of its name, on its columns. */
const isImplied = (index: SchemaObject, declared: SchemaObject): boolean =>
  index.attributes.unique === false &&
  sameValue(childOf(declared, 'foreign-key', index.name)?.attributes.columns, index.attributes.columns);

const partsOf = (index: SchemaObject): readonly Value[] => {
  const { columns } = index.attributes;
  return Array.isArray(columns) ? columns : [];
};

/** Whether a foreign key on the columns of `other` could use the index. */
const covers = (index: SchemaObject, other: SchemaObject): boolean =>
  partsOf(other).every((column, at) => partsOf(index)[at] === column);

/** Indexes that stand on a table and that its model does not declare, though a schema file could. */
export const undeclaredIndexes = (table: SchemaObject, declared: SchemaObject): readonly SchemaObject[] =>
  table.children.filter(
    (child) => child.kind === 'index' && !isUnsayable(child) && !childOf(declared, 'index', child.name),
  );

const indexesOf = (table: SchemaObject, declared: SchemaObject, keep: boolean): readonly SchemaObject[] => {
  const kept = keep ? undeclaredIndexes(table, declared) : [];
  const wanted = declared.children
    .filter(({ kind }) => kind === 'index' || kind === 'primary-key')
    .filter((index) => !(isImplied(index, declared) && kept.some((other) => covers(other, index))))
    .map((index) => {
      const own = childOf(table, index.kind, index.name);
      return own && sameIndex(own, index) ? own : index;
    });
  const unsayable = table.children.filter(
    (child) => child.kind === 'index' && isUnsayable(child) && !childOf(declared, 'index', child.name),
  );
  return [...wanted, ...kept, ...unsayable];
};

const SAYABLE: ReadonlySet<string> = new Set(['column', 'index', 'primary-key', 'foreign-key']);

interface Model {
  readonly model: DeclaredTable | undefined;
  readonly keepIndexes: boolean;
}

const tableOf = (
  table: SchemaObject,
  declared: SchemaObject,
  { model, keepIndexes }: Model,
): SchemaObject => {
  const keeps = new Set(model?.columns.filter((column) => column.keepsPreset).map((column) => column.name));
  const stays = table.children.flatMap((child) => {
    const twin = child.kind === 'column' ? childOf(declared, 'column', child.name) : undefined;
    return twin ? [columnOf(child, twin, keeps.has(child.name))] : [];
  });
  const added = declared.children.filter(
    (child) => child.kind === 'column' && !childOf(table, 'column', child.name),
  );
  return schemaObject({
    ...table,
    children: [
      ...stays,
      ...added,
      ...indexesOf(table, declared, keepIndexes),
      ...keysOf(table, declared, model?.join ?? false),
      ...table.children.filter((child) => !SAYABLE.has(child.kind)),
    ],
  });
};

export interface WantedInput {
  readonly actual: Snapshot;
  /** An empty database with the declared tables. */
  readonly declared: Snapshot;
  readonly tables: readonly DeclaredTable[];
  /** Tables that the project leaves to others (`tables.external` of prisma.config). */
  readonly external: ReadonlySet<string>;
  /** Indexes that no model declares stay. */
  readonly keepIndexes: boolean;
}

/** The whole schema as it shall be; tables that are not declared are gone. */
export const wantedSchema = ({ actual, declared, tables, external, keepIndexes }: WantedInput): Snapshot => {
  const models = new Map(tables.map((table) => [table.name, table]));
  // A server that stores names of tables in lower case gives them back so.
  const folded = new Map(tables.map((table) => [table.name.toLowerCase(), table]));
  const isOurs = (object: SchemaObject): boolean => object.kind === 'table' && !external.has(object.name);
  const wanted = declared.objects.filter(isOurs).map((object) => {
    const own = findObject(actual, object);
    return own
      ? tableOf(own, object, { model: models.get(object.name) ?? folded.get(object.name), keepIndexes })
      : object;
  });
  return snapshotOf(actual.dialect, [...actual.objects.filter((object) => !isOurs(object)), ...wanted]);
};
