// Keys and checks of one table, from its declaration. Constraints without a name are named by what they say. Knows no connection.
import { type SchemaObject, schemaObject, type Value } from '../../../schema/index.ts';
import type {
  ColumnDefinition,
  CreateTableStmt,
  DeferSubclause,
  Expr,
  ForeignKeyClause,
  SortedColumn,
  SyntaxNode,
} from '../parse.ts';
import { fold } from '../rules.ts';
import { canonical, type Known } from './canonical.ts';

/** What the constraints of one table must know of it and of its neighbours. */
export interface TableContext {
  readonly text: string;
  readonly known: Known;
  /** A column's name as the engine has it. */
  readonly columnName: (name: string) => string;
  /** Another table's name as the engine has it. */
  readonly tableName: (name: string) => string;
  /** The declared collation of a column, upper case; BINARY where there is none. */
  readonly collationOf: (column: string) => string;
  /** The declared type of a column, upper case. */
  readonly typeOf: (column: string) => string;
  /** The primary key of another table; null where there is no such table or key. */
  readonly primaryKeyOf: (table: string) => readonly string[] | null;
  readonly withoutRowid: boolean;
}

type Attributes = Record<string, Value | undefined>;

type TableBody = Extract<CreateTableStmt['body'], { readonly type: 'ColumnsAndConstraintsCreateTableBody' }>;
type ColumnConstraint = ColumnDefinition['constraints'][number]['constraint'];
type TableConstraint = NonNullable<TableBody['constraints']>[number]['constraint'];

/** One constraint, wherever it was declared. */
interface Declared {
  readonly name: string | undefined;
  readonly column: string | null;
  readonly node: ColumnConstraint | TableConstraint;
  readonly defer: DeferSubclause | undefined;
}

/** The words of a sorted column: `email`, `lower(email)`; collation and order apart. */
export interface KeyPart {
  readonly name: string;
  readonly collation: string | null;
  readonly descending: boolean;
}

/** One member of an index or key, its collation only where it is not the column's own. */
export const keyPart = (column: SortedColumn, context: TableContext): KeyPart => {
  const collated = column.expr.type === 'CollateExpr' ? column.expr : null;
  const expr: Expr = collated ? collated.expr : column.expr;
  const isColumn = expr.type === 'Id' && context.known(fold(expr.name));
  const name = isColumn ? context.columnName(expr.name) : canonical(context.text, expr, context.known);
  const own = isColumn ? context.collationOf(expr.name) : 'BINARY';
  const collation = collated ? collated.collation.toUpperCase() : own;
  return { name, collation: collation === own ? null : collation, descending: column.order === 'Desc' };
};

/** The attributes that a list of key parts makes. */
export const keyAttributes = (parts: readonly KeyPart[]): Attributes => ({
  columns: parts.map((part) => part.name),
  collations: parts.some((part) => part.collation !== null) ? parts.map((part) => part.collation) : undefined,
  order: parts.some((part) => part.descending)
    ? parts.map((part) => (part.descending ? 'DESC' : 'ASC'))
    : undefined,
});

const ACTIONS = {
  SetNull: 'SET NULL',
  SetDefault: 'SET DEFAULT',
  Cascade: 'CASCADE',
  Restrict: 'RESTRICT',
  NoAction: 'NO ACTION',
} as const;

const listName = (columns: readonly string[]): string => `(${columns.join(', ')})`;

const foreignKey = (
  columns: readonly string[],
  clause: ForeignKeyClause,
  parts: { readonly declared: Declared; readonly context: TableContext },
): SchemaObject => {
  const { context, declared } = parts;
  const references = context.tableName(clause.tblName.text);
  const target = context.primaryKeyOf(references);
  const named = clause.columns?.map((column) => column.colName.text);
  const attributes: Attributes = {
    columns,
    references,
    referencedColumns: named ?? target ?? undefined,
    onDelete: 'NO ACTION',
    onUpdate: 'NO ACTION',
    deferrable: declared.defer?.deferrable || undefined,
    initiallyDeferred:
      (declared.defer?.deferrable && declared.defer.initDeferred === 'InitiallyDeferred') || undefined,
  };
  for (const argument of clause.args) {
    if (argument.type === 'OnDeleteRefArg') attributes.onDelete = ACTIONS[argument.action];
    if (argument.type === 'OnUpdateRefArg') attributes.onUpdate = ACTIONS[argument.action];
    if (argument.type === 'MatchRefArg') attributes.match = argument.name.text.toUpperCase();
  }
  const said = `${listName(columns)} -> ${references}${named || target ? ` ${listName(named ?? target ?? [])}` : ''}`;
  return schemaObject({ kind: 'foreign-key', name: declared.name ?? said, attributes });
};

const conflictOf = (node: SyntaxNode): string | undefined =>
  'conflictClause' in node && typeof node.conflictClause === 'string'
    ? node.conflictClause.toUpperCase()
    : undefined;

/** A lone INTEGER primary key is the rowid itself, but for `INTEGER PRIMARY KEY DESC` (lang_createtable.html#rowid). */
const isRowid = (columns: readonly string[], node: SyntaxNode, context: TableContext): boolean =>
  columns.length === 1 &&
  !context.withoutRowid &&
  context.typeOf(columns[0] ?? '') === 'INTEGER' &&
  !('order' in node && node.order === 'Desc');

const keyOfColumns = (declared: Declared, parts: readonly KeyPart[], context: TableContext): SchemaObject => {
  const kind = declared.node.type.startsWith('PrimaryKey') ? 'primary-key' : 'unique';
  const columns = parts.map((part) => part.name);
  return schemaObject({
    kind,
    name: declared.name ?? listName(columns),
    attributes: {
      ...keyAttributes(parts),
      onConflict: conflictOf(declared.node),
      rowid: (kind === 'primary-key' && isRowid(columns, declared.node, context)) || undefined,
    },
  });
};

const check = (declared: Declared, expr: Expr, context: TableContext): SchemaObject => {
  const expression = canonical(context.text, expr, context.known);
  return schemaObject({
    kind: 'check',
    name: declared.name ?? `(${expression})`,
    attributes: { expression, onConflict: conflictOf(declared.node) },
  });
};

const build = (declared: Declared, context: TableContext): SchemaObject | null => {
  const { node } = declared;
  const column = declared.column ?? '';
  switch (node.type) {
    case 'PrimaryKeyColumnConstraint':
      return keyOfColumns(
        declared,
        [{ name: column, collation: null, descending: node.order === 'Desc' }],
        context,
      );
    case 'UniqueColumnConstraint':
      return keyOfColumns(declared, [{ name: column, collation: null, descending: false }], context);
    case 'PrimaryKeyTableConstraint':
    case 'UniqueTableConstraint':
      return keyOfColumns(
        declared,
        node.columns.map((part) => keyPart(part, context)),
        context,
      );
    case 'CheckColumnConstraint':
    case 'CheckTableConstraint':
      return check(declared, node.expr, context);
    case 'ForeignKeyColumnConstraint':
      return foreignKey([column], node.clause, { declared, context });
    case 'ForeignKeyTableConstraint': {
      const columns = node.columns.map((part) => context.columnName(part.colName.text));
      return foreignKey(columns, node.clause, { declared, context });
    }
    default:
      return null;
  }
};

const declaredByColumn = (definition: ColumnDefinition, column: string): Declared[] => {
  const list: Declared[] = [];
  for (const { name, constraint } of definition.constraints) {
    const previous = list.at(-1);
    // In a column's declaration, [NOT] DEFERRABLE is a constraint of its own that belongs to the foreign key before it.
    if (constraint.type === 'DeferColumnConstraint' && previous) {
      list[list.length - 1] = { ...previous, defer: constraint.clause };
    } else {
      list.push({ name: name?.text, column, node: constraint, defer: undefined });
    }
  }
  return list;
};

/** Gives every constraint a name of its own; SQLite itself does not care whether names repeat. */
const distinct = (objects: readonly SchemaObject[]): readonly SchemaObject[] => {
  if (new Set(objects.map(({ kind, name }) => `${kind} ${name}`)).size === objects.length) return objects;
  const seen = new Map<string, number>();
  return [...objects]
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
    .map((object) => {
      const key = `${object.kind} ${object.name}`;
      const count = (seen.get(key) ?? 0) + 1;
      seen.set(key, count);
      return count === 1 ? object : { ...object, name: `${object.name} #${count}` };
    });
};

/** Every key, unique, foreign key and check of a table. */
export const constraintsOf = (body: TableBody, context: TableContext): readonly SchemaObject[] => {
  const declared = body.columns.flatMap((column) =>
    declaredByColumn(column, context.columnName(column.colName.text)),
  );
  for (const { name, constraint } of body.constraints ?? []) {
    const defer = constraint.type === 'ForeignKeyTableConstraint' ? constraint.deferClause : undefined;
    declared.push({ name: name?.text, column: null, node: constraint, defer });
  }
  return distinct(declared.map((one) => build(one, context)).filter((object) => object !== null));
};
