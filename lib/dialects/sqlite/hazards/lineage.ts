// Follows the tables of the plan through its statements: what is made, copied, renamed and dropped, and so which table at the
// end holds the rows of which table at the beginning. Pure; judges nothing.
import type { PlannedStatement } from '../../../risk/index.ts';
import type { SchemaObject, Snapshot } from '../../../schema/index.ts';
import { parseStatement, type Stmt } from '../parse.ts';
import { fold, quote } from '../rules.ts';
import { pragmaOf } from '../scan.ts';
import { type CopyText, changeOf, copyOf, type Filled, UNFILLED } from './copies.ts';

/** Where the rows of a table of the beginning went. */
export interface Holding {
  /** By folded name of the holding table's column: the columns of the beginning it is filled with. */
  readonly columns: ReadonlyMap<string, Filled>;
  readonly partial: string | null;
  /** The statement that takes rows out of the copy again; absent where the copy itself leaves them out. */
  readonly thinnedAt?: PlannedStatement;
  /** The copies out of the table of the beginning itself; empty where rows can also be left behind further on. */
  readonly copies: readonly CopyText[];
  readonly at: PlannedStatement;
}

interface Table {
  name: string;
  /** The table of the beginning that this one is; null where the plan made it. */
  readonly origin: string | null;
  /** It was given the name that a table of the beginning had, which was renamed away before. */
  readonly madeInPlace: boolean;
  /** The name that the plan made it under; null where it was there. */
  readonly madeAs: string | null;
  readonly created: PlannedStatement | null;
  /** Of the session or of another file: what it holds is not in this one when the plan is over. */
  readonly isElsewhere: boolean;
  /** Folded names, in order; what `INSERT` without names fills. */
  columns: string[];
  /** By the folded name of today, of columns that the plan renames: what they were called at the beginning. */
  readonly called: Map<string, string>;
  /** By folded name of a table of the beginning. */
  readonly holds: Map<string, Holding>;
}

/** One statement with its tree and the circumstances it runs in. */
export interface Followed {
  readonly at: PlannedStatement;
  readonly tree: Stmt | null;
  /** Folded name of the table of the beginning that an ALTER or DROP touches; null for tables that the plan made. */
  readonly origin: string | null;
  /** Foreign keys are enforced here, as far as the file's own pragmas say. */
  readonly foreignKeys: boolean;
  /** The file itself has opened a transaction. */
  readonly inTransaction: boolean;
}

/** A table of the beginning that was dropped, and what holds its rows now. */
export interface Dropped {
  readonly table: SchemaObject;
  readonly at: Followed;
  readonly holder: {
    readonly name: string;
    readonly created: PlannedStatement | null;
    readonly wrongOrder: boolean;
    readonly holding: Holding;
  } | null;
}

export interface Lineage {
  readonly statements: readonly Followed[];
  readonly dropped: readonly Dropped[];
}

interface Walk {
  readonly before: Snapshot;
  readonly tables: Table[];
  readonly drops: { readonly origin: string; readonly at: Followed }[];
}

const byName = (walk: Walk, name: string): Table | undefined =>
  walk.tables.find((table) => table.name === name);

const columnNames = (object: SchemaObject): string[] =>
  object.children.filter((child) => child.kind === 'column').map((child) => fold(child.name));

const startTables = (before: Snapshot): Table[] =>
  before.objects
    .filter((object) => object.kind === 'table')
    .map((object) => ({
      name: fold(object.name),
      origin: fold(object.name),
      madeInPlace: false,
      madeAs: null,
      created: null,
      isElsewhere: false,
      columns: columnNames(object),
      called: new Map(),
      holds: new Map(),
    }));

const declaredColumns = (tree: Stmt): string[] =>
  tree.type === 'CreateTableStmt' && tree.body.type === 'ColumnsAndConstraintsCreateTableBody'
    ? tree.body.columns.map((column) => fold(column.colName.text))
    : [];

/** What a column of the source is made of, in columns of the beginning. */
const resolve = (filled: Filled, source: Table, origin: string): Filled => {
  if (source.origin === origin) {
    const before = (name: string): string => source.called.get(name) ?? name;
    const named = (name: string | null): string | null => (name === null ? null : before(name));
    const said = source.called.size > 0 || source.name !== origin ? null : filled.said;
    return { plain: named(filled.plain), from: filled.from.map(before), kept: named(filled.kept), said };
  }
  const holding = source.holds.get(origin);
  const parts = filled.from.map((name) => holding?.columns.get(name));
  const plain = filled.plain === null ? null : (parts[0]?.plain ?? null);
  const kept = filled.kept === null ? null : (parts[0]?.kept ?? null);
  return { plain, from: [...new Set(parts.flatMap((part) => part?.from ?? []))], kept, said: null };
};

/** One more INSERT into the same table fills what the ones before it left out. */
const together = (earlier: Holding | undefined, holding: Holding): Holding => {
  if (!earlier) return holding;
  const columns = new Map(earlier.columns);
  for (const [name, filled] of holding.columns)
    if (filled.from.length > 0 || !columns.has(name)) columns.set(name, filled);
  const partial = earlier.partial === null ? null : holding.partial;
  const countable = earlier.copies.length > 0 && holding.copies.length > 0;
  return { ...holding, columns, partial, copies: countable ? [...earlier.copies, ...holding.copies] : [] };
};

const recordCopy = (walk: Walk, text: CopyText, at: PlannedStatement): void => {
  const source = byName(walk, text.source);
  const target = byName(walk, text.target);
  if (!source || !target || source === target) return;
  if (target.columns.length === 0) target.columns = [...(text.names ?? source.columns)];
  const names = text.names ?? target.columns;
  const filled =
    text.filled ??
    source.columns.map((name) => ({
      plain: name,
      from: [name],
      kept: name,
      said: { sql: quote(name), alias: null },
    }));
  const origins = source.origin === null ? [...source.holds.keys()] : [source.origin];
  for (const origin of origins) {
    const columns = new Map(
      names.map((name, index) => [name, resolve(filled[index] ?? UNFILLED, source, origin)]),
    );
    const before = source.holds.get(origin);
    const partial = text.partial ?? before?.partial ?? null;
    const further = text.partial === null ? (before?.copies ?? []) : [];
    const copies = source.origin === origin ? [text] : further;
    target.holds.set(origin, together(target.holds.get(origin), { columns, partial, copies, at }));
  }
};

/** Rows and values that the plan's own table held and loses again; of a table with a name of the beginning the text itself is told. */
const recordChange = (walk: Walk, tree: Stmt, at: PlannedStatement): void => {
  const change = changeOf(tree);
  const table = change && byName(walk, change.table);
  if (!change || !table || table.madeAs !== table.name) return;
  for (const [origin, holding] of table.holds) {
    const made = new Map(holding.columns);
    for (const [name, { from, kept }] of change.overwritten) {
      const sources = from.flatMap((one) => holding.columns.get(one)?.from ?? []);
      const same = kept === null ? null : (holding.columns.get(kept)?.kept ?? null);
      made.set(name, { ...UNFILLED, from: [...new Set(sources)], kept: same });
    }
    const thinned = { partial: 'a DELETE takes some of them out again', copies: [], thinnedAt: at };
    table.holds.set(origin, { ...holding, columns: made, ...(change.deletes && thinned) });
  }
};

const create = (walk: Walk, tree: Extract<Stmt, { type: 'CreateTableStmt' }>, at: PlannedStatement): void => {
  const name = fold(tree.tblName.objName.text);
  if (byName(walk, name)) return;
  const madeInPlace = walk.tables.some((table) => table.origin === name && table.name !== name);
  walk.tables.push({
    name,
    origin: null,
    madeInPlace,
    madeAs: name,
    created: at,
    isElsewhere: tree.temporary || fold(tree.tblName.dbName?.text ?? 'main') !== 'main',
    columns: declaredColumns(tree),
    called: new Map(),
    holds: new Map(),
  });
};

const columnRenamed = (table: Table, from: string, to: string): void => {
  table.columns = table.columns.map((name) => (name === from ? to : name));
  table.called.set(to, table.called.get(from) ?? from);
  table.called.delete(from);
  for (const [origin, holding] of table.holds) {
    const columns = new Map(
      [...holding.columns].map(([name, filled]) => [name === from ? to : name, filled]),
    );
    table.holds.set(origin, { ...holding, columns });
  }
};

const alter = (table: Table, tree: Extract<Stmt, { type: 'AlterTableStmt' }>): void => {
  const { body } = tree;
  if (body.type === 'RenameToAlterTableBody') table.name = fold(body.name.text);
  if (body.type === 'AddColumnAlterTableBody') table.columns.push(fold(body.column.colName.text));
  if (body.type === 'DropColumnAlterTableBody') {
    table.columns = table.columns.filter((name) => name !== fold(body.column.text));
  }
  if (body.type === 'RenameColumnAlterTableBody')
    columnRenamed(table, fold(body.old.text), fold(body.new.text));
};

const apply = (walk: Walk, followed: Followed): void => {
  const { tree, at } = followed;
  if (!tree) return;
  if (tree.type === 'CreateTableStmt') create(walk, tree, at);
  const copy = copyOf(tree, at.statement.text);
  if (copy) recordCopy(walk, copy, at);
  recordChange(walk, tree, at);
  if (tree.type === 'AlterTableStmt') {
    const table = byName(walk, fold(tree.tblName.objName.text));
    if (table) alter(table, tree);
  }
  if (tree.type !== 'DropTableStmt') return;
  const table = byName(walk, fold(tree.tblName.objName.text));
  if (!table) return;
  walk.tables.splice(walk.tables.indexOf(table), 1);
  if (table.origin !== null) walk.drops.push({ origin: table.origin, at: followed });
};

const touched = (walk: Walk, tree: Stmt | null): string | null => {
  if (tree?.type !== 'AlterTableStmt' && tree?.type !== 'DropTableStmt') return null;
  return byName(walk, fold(tree.tblName.objName.text))?.origin ?? null;
};

interface Circumstances {
  migration: string;
  foreignKeys: boolean;
  inTransaction: boolean;
}

/** What the file's own words change for the statements behind; each migration begins anew. */
const advance = (now: Circumstances, tree: Stmt | null, text: string): void => {
  const pragma = pragmaOf(tree, text);
  // Within a transaction the pragma has no effect (https://sqlite.org/pragma.html#pragma_foreign_keys).
  if (pragma?.name === 'foreign_keys' && pragma.value !== null && !now.inTransaction) {
    now.foreignKeys = ['on', '1', 'yes', 'true'].includes(pragma.value);
  }
  if (tree?.type === 'BeginStmt') now.inTransaction = true;
  if (tree?.type === 'CommitStmt' || (tree?.type === 'RollbackStmt' && !tree.savepointName))
    now.inTransaction = false;
};

const holderOf = (walk: Walk, origin: string): Dropped['holder'] => {
  const holders = walk.tables.filter((table) => table.holds.has(origin) && !table.isElsewhere);
  const table = holders.find((one) => one.name === origin) ?? holders[0];
  const holding = table?.holds.get(origin);
  return table && holding
    ? { name: table.name, created: table.created, wrongOrder: table.madeInPlace, holding }
    : null;
};

/** Follows the statements of the plan, in order. */
export const followTables = (planned: readonly PlannedStatement[], before: Snapshot): Lineage => {
  const walk: Walk = { before, tables: startTables(before), drops: [] };
  const statements: Followed[] = [];
  let now: Circumstances = { migration: '', foreignKeys: true, inTransaction: false };
  for (const at of planned) {
    if (at.migration !== now.migration) {
      // A tool's own connection has the engine's default, which is off (https://sqlite.org/foreignkeys.html section 2); ours is on.
      now = { migration: at.migration, foreignKeys: at.sent?.by !== 'tool', inTransaction: false };
    }
    const tree = parseStatement(at.statement.text);
    const { foreignKeys, inTransaction } = now;
    const followed: Followed = { at, tree, origin: touched(walk, tree), foreignKeys, inTransaction };
    statements.push(followed);
    apply(walk, followed);
    advance(now, tree, at.statement.text);
  }
  const dropped: Dropped[] = [];
  for (const { origin, at } of walk.drops) {
    const table = before.objects.find((object) => object.kind === 'table' && fold(object.name) === origin);
    if (table) dropped.push({ table, at, holder: holderOf(walk, origin) });
  }
  return { statements, dropped };
};
