// Reads the whole schema of a file into the model: three queries and the texts that the engine keeps. Changes nothing.
import { type SchemaObject, type Snapshot, snapshotOf } from '../../schema/index.ts';
import type { InspectOptions, ObjectPattern, Row, Session } from '../contract.ts';
import { triggerObject, viewObject } from './inspect/definitions.ts';
import { type ColumnsOf, namesIn } from './inspect/scope.ts';
import {
  bodyOf,
  type ColumnRow,
  type Declaration,
  primaryKeyIn,
  type TableFlags,
  tableObject,
} from './inspect/tables.ts';
import { parseStatement } from './parse.ts';
import { COLUMNS, SCHEMA, TABLE_LIST, VIRTUAL_COLUMNS } from './queries.ts';
import { fold, NAME } from './rules.ts';

const text = (value: unknown): string => (typeof value === 'string' ? value : String(value ?? ''));

const columnOf = (row: Row): ColumnRow => ({
  name: text(row.name),
  type: text(row.type),
  notNull: row.notNull === 1,
  preset: row.preset === null ? null : text(row.preset),
  hidden: Number(row.hidden),
});

const groupBy = <T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> => {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const name = fold(key(item));
    const group = groups.get(name);
    if (group) group.push(item);
    else groups.set(name, [item]);
  }
  return groups;
};

/** What the file declares, before any of it is understood. */
interface Raw {
  readonly declarations: readonly Declaration[];
  readonly flags: ReadonlyMap<string, TableFlags>;
  readonly columns: ReadonlyMap<string, readonly ColumnRow[]>;
}

const virtualColumns = async (session: Session, name: string): Promise<readonly ColumnRow[] | null> => {
  try {
    return (await session.query(VIRTUAL_COLUMNS, [name, name])).map(columnOf);
  } catch {
    // The module is not in this library: the columns cannot be told, the declaration still is.
    return null;
  }
};

const read = async (session: Session): Promise<Raw> => {
  const rows = await session.query(SCHEMA);
  const declarations = rows
    .filter((row) => typeof row.sql === 'string')
    .map((row) => {
      const sql = text(row.sql);
      return {
        type: text(row.type),
        name: text(row.name),
        table: text(row.table),
        sql,
        tree: parseStatement(sql),
      };
    });
  const flags = new Map<string, TableFlags>();
  for (const row of await session.query(TABLE_LIST)) {
    flags.set(fold(text(row.name)), {
      type: text(row.type),
      withoutRowid: row.withoutRowid === 1,
      strict: row.strict === 1,
    });
  }
  const columns = new Map<string, readonly ColumnRow[]>();
  for (const [table, list] of groupBy(await session.query(COLUMNS), (row) => text(row.table))) {
    columns.set(table, list.map(columnOf));
  }
  for (const [name, { type }] of flags) {
    if (type !== 'virtual') continue;
    const list = await virtualColumns(session, name);
    if (list) columns.set(name, list);
  }
  return { declarations, flags, columns };
};

/** Answers for tables from the engine's list, for views from their own text; a view in a circle knows nothing. */
const columnsResolver = (raw: Raw, views: ReadonlyMap<string, Declaration>): ColumnsOf => {
  const known = new Map<string, ReadonlySet<string> | null>();
  const columnsOf: ColumnsOf = (table) => {
    const cached = known.get(table);
    if (cached !== undefined) return cached;
    known.set(table, null);
    const rows = raw.columns.get(table);
    const view = views.get(table);
    const names = rows
      ? new Set(rows.map((row) => fold(row.name)))
      : view?.tree
        ? namesIn(view.tree, columnsOf)
        : null;
    known.set(table, names);
    return names;
  };
  return columnsOf;
};

const viewsIn = (raw: Raw): Map<string, Declaration> =>
  new Map(raw.declarations.filter(({ type }) => type === 'view').map((view) => [fold(view.name), view]));

/** The column names of every table and view, for those who must tell names from strings. */
export const readColumns = async (session: Session): Promise<ColumnsOf> => {
  const raw = await read(session);
  return columnsResolver(raw, viewsIn(raw));
};

const patternText = (name: string): RegExp =>
  new RegExp(
    `^${name
      .split('*')
      .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
    's',
  );

/** Whether a pattern leaves an object out; a child only goes where its kind is named. */
const ignores = (patterns: readonly ObjectPattern[]): ((object: SchemaObject, child: boolean) => boolean) => {
  const compiled = patterns.map(({ kind, name }) => ({ kind, matches: patternText(name) }));
  return (object, child) =>
    compiled.some(
      ({ kind, matches }) =>
        (kind === undefined ? !child : kind === object.kind) && matches.test(object.name),
    );
};

const withoutIgnored = (
  objects: readonly SchemaObject[],
  patterns: readonly ObjectPattern[],
): SchemaObject[] => {
  if (patterns.length === 0) return [...objects];
  const ignored = ignores(patterns);
  return objects
    .filter((object) => !ignored(object, false))
    .map((object) =>
      object.children.some((child) => ignored(child, true))
        ? { ...object, children: object.children.filter((child) => !ignored(child, true)) }
        : object,
    );
};

const assemble = (raw: Raw): SchemaObject[] => {
  const byType = groupBy(raw.declarations, (declaration) => declaration.type);
  const tables = byType.get('table') ?? [];
  const byName = new Map(tables.map((table) => [fold(table.name), table]));
  const views = viewsIn(raw);
  const columnsOf = columnsResolver(raw, views);
  const indexes = groupBy(byType.get('index') ?? [], (index) => index.table);
  const triggers = groupBy(byType.get('trigger') ?? [], (trigger) => trigger.table);
  const triggersOf = (name: string): SchemaObject[] =>
    (triggers.get(fold(name)) ?? []).map((trigger) => triggerObject(trigger, columnsOf));
  const neighbours = {
    tableName: (name: string) => byName.get(fold(name))?.name ?? name,
    primaryKeyOf: (name: string) => {
      const body = bodyOf(byName.get(fold(name))?.tree ?? null);
      return body && primaryKeyIn(body);
    },
  };
  const objects = [...views.values()].map((view) => viewObject(view, columnsOf, triggersOf(view.name)));
  for (const declaration of tables) {
    const key = fold(declaration.name);
    const flags = raw.flags.get(key) ?? { type: 'table', withoutRowid: false, strict: false };
    // Shadow tables are the insides of a virtual table (https://sqlite.org/vtab.html#xshadowname).
    if (flags.type === 'shadow') continue;
    const parts = {
      declaration,
      flags,
      columns: raw.columns.get(key) ?? null,
      indexes: indexes.get(key) ?? [],
      triggers: triggersOf(declaration.name),
    };
    objects.push(tableObject(parts, neighbours));
  }
  return objects;
};

/** The complete schema of the main file, without the engine's own tables and what `ignore` names. */
export const inspect = async (session: Session, options: InspectOptions): Promise<Snapshot> =>
  snapshotOf(NAME, withoutIgnored(assemble(await read(session)), options.ignore));
