// One table as the model has it: the engine's own list of columns, completed from the declaration. Knows no connection.
import { type SchemaObject, schemaObject, type Value } from '../../../schema/index.ts';
import type {
  ColumnDefinition,
  CreateIndexStmt,
  CreateTableStmt,
  CreateVirtualTableStmt,
  Stmt,
} from '../parse.ts';
import { lex } from '../parse.ts';
import { fold, literal, quote } from '../rules.ts';
import { affinityOf, canonical, canonicalDefault, canonicalTokens, canonicalType } from './canonical.ts';
import { constraintsOf, keyAttributes, keyPart, type TableContext } from './constraints.ts';
import { ROWID_NAMES } from './scope.ts';

/** One row of sqlite_schema, with its text read; `tree` is null where the text is beyond the parser. */
export interface Declaration {
  readonly type: string;
  readonly name: string;
  readonly table: string;
  readonly sql: string;
  readonly tree: Stmt | null;
}

/** One row of pragma_table_xinfo. */
export interface ColumnRow {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  readonly preset: string | null;
  /** 0 ordinary, 1 hidden (virtual tables), 2 generated virtual, 3 generated stored. */
  readonly hidden: number;
}

/** One row of pragma_table_list. */
export interface TableFlags {
  readonly type: string;
  readonly withoutRowid: boolean;
  readonly strict: boolean;
}

/** A table with all that is known of it. */
export interface TableParts {
  readonly declaration: Declaration;
  readonly flags: TableFlags;
  /** Null where the engine cannot say (the module of a virtual table is not there). */
  readonly columns: readonly ColumnRow[] | null;
  readonly indexes: readonly Declaration[];
  readonly triggers: readonly SchemaObject[];
}

/** What one table must know of the others. */
export interface Neighbours {
  readonly tableName: (name: string) => string;
  readonly primaryKeyOf: (table: string) => readonly string[] | null;
}

type Body = Extract<CreateTableStmt['body'], { readonly type: 'ColumnsAndConstraintsCreateTableBody' }>;

/** The columns and constraints of a CREATE TABLE; null for anything else. */
export const bodyOf = (tree: Stmt | null): Body | null =>
  tree?.type === 'CreateTableStmt' && tree.body.type === 'ColumnsAndConstraintsCreateTableBody'
    ? tree.body
    : null;

/** The columns of the primary key, as declared. */
export const primaryKeyIn = (body: Body): readonly string[] | null => {
  for (const column of body.columns) {
    if (column.constraints.some(({ constraint }) => constraint.type === 'PrimaryKeyColumnConstraint')) {
      return [column.colName.text];
    }
  }
  for (const { constraint } of body.constraints ?? []) {
    if (constraint.type !== 'PrimaryKeyTableConstraint') continue;
    return constraint.columns.map(({ expr }) => {
      const named = expr.type === 'CollateExpr' ? expr.expr : expr;
      return named.type === 'Id' ? named.name : '';
    });
  }
  return null;
};

const collationIn = (definition: ColumnDefinition | undefined): string => {
  let collation = 'BINARY';
  for (const { constraint } of definition?.constraints ?? []) {
    if (constraint.type === 'CollateColumnConstraint')
      collation = constraint.collationName.text.toUpperCase();
  }
  return collation;
};

type Definitions = ReadonlyMap<string, ColumnDefinition>;

const contextOf = (parts: TableParts, definitions: Definitions, neighbours: Neighbours): TableContext => {
  const rows = new Map((parts.columns ?? []).map((row) => [fold(row.name), row]));
  return {
    ...neighbours,
    text: parts.declaration.sql,
    known: (name) => rows.has(name) || ROWID_NAMES.includes(name),
    columnName: (name) => rows.get(fold(name))?.name ?? name,
    collationOf: (name) => collationIn(definitions.get(fold(name))),
    typeOf: (name) => rows.get(fold(name))?.type.toUpperCase() ?? '',
    withoutRowid: parts.flags.withoutRowid,
  };
};

type Attributes = Record<string, Value | undefined>;

const declaredAttributes = (definition: ColumnDefinition, context: TableContext): Attributes => {
  const attributes: Attributes = {};
  for (const { name, constraint } of definition.constraints) {
    if (constraint.type === 'DefaultColumnConstraint') {
      attributes.default = canonicalDefault(context.text, constraint.expr);
    } else if (constraint.type === 'CollateColumnConstraint') {
      const collation = constraint.collationName.text.toUpperCase();
      attributes.collation = collation === 'BINARY' ? undefined : collation;
    } else if (constraint.type === 'NotNullColumnConstraint' && !constraint.nullable) {
      attributes.notNullName = name?.text;
      attributes.onConflict = constraint.conflictClause?.toUpperCase();
    } else if (constraint.type === 'GeneratedColumnConstraint') {
      const stored = constraint.typ?.name.toUpperCase() ?? 'VIRTUAL';
      attributes.generated = `(${canonical(context.text, constraint.expr, context.known)}) ${stored}`;
    }
  }
  return attributes;
};

const columnObject = (
  row: ColumnRow,
  definition: ColumnDefinition | undefined,
  context: TableContext,
): SchemaObject => {
  const type = canonicalType(row.type);
  return schemaObject({
    kind: 'column',
    name: row.name,
    attributes: {
      type,
      affinity: affinityOf(type),
      nullable: !row.notNull,
      hidden: row.hidden === 1 || undefined,
      default: row.preset ?? undefined,
      generated: row.hidden === 2 ? 'VIRTUAL' : row.hidden === 3 ? 'STORED' : undefined,
      ...(definition && declaredAttributes(definition, context)),
    },
  });
};

const indexAttributes = (tree: CreateIndexStmt, context: TableContext): Attributes => ({
  unique: tree.unique,
  ...keyAttributes(tree.columns.map((column) => keyPart(column, context))),
  where: tree.whereClause && canonical(context.text, tree.whereClause, context.known),
});

const indexObject = (declaration: Declaration, context: TableContext): SchemaObject => {
  const { tree, sql } = declaration;
  const attributes =
    tree?.type === 'CreateIndexStmt'
      ? indexAttributes(tree, { ...context, text: sql })
      : { definition: canonicalTokens(sql) };
  return schemaObject({ kind: 'index', name: declaration.name, attributes });
};

/** One argument of a virtual table in one spelling; a word in double quotes after `=` is a value. */
const argumentText = (text: string): string => {
  let result = '';
  let afterEquals = false;
  for (const token of lex(text)) {
    const quoted = /^["`[]/.test(token.text) ? token.text.slice(1, -1).replaceAll('""', '"') : null;
    const words = quoted === null ? token.text : afterEquals ? literal(quoted) : quote(quoted);
    const plain = !afterEquals && quoted !== null && /^\w+$/.test(quoted) ? quoted : words;
    const close =
      result === '' || token.text === '=' || afterEquals || /[(),.]/.test(token.text) || /[(.]$/.test(result);
    result += (close ? '' : ' ') + plain;
    afterEquals = token.text === '=';
  }
  return result;
};

const virtualAttributes = (tree: CreateVirtualTableStmt, sql: string): Attributes => {
  const open = sql.indexOf('(', tree.moduleName.span.offset);
  const list: string[] = [''];
  let depth = 0;
  let from = open + 1;
  for (const token of open < 0 ? [] : lex(sql.slice(open), open)) {
    if (token.text === '(') depth += 1;
    if (token.text === ')') depth -= 1;
    if ((token.text === ',' && depth === 1) || (token.text === ')' && depth === 0)) {
      list[list.length - 1] = argumentText(sql.slice(from, token.offset));
      if (token.text === ',') list.push('');
      from = token.offset + 1;
    }
  }
  return { module: fold(tree.moduleName.text), arguments: open < 0 ? undefined : list };
};

const tableAttributes = (parts: TableParts, body: Body | null): Attributes => {
  const { declaration, flags } = parts;
  if (declaration.tree?.type === 'CreateVirtualTableStmt') {
    return virtualAttributes(declaration.tree, declaration.sql);
  }
  const autoincrement = body?.columns.some(({ constraints }) =>
    constraints.some(({ constraint }) => 'autoIncrement' in constraint && constraint.autoIncrement),
  );
  const byTable = body?.constraints?.some(
    ({ constraint }) => constraint.type === 'PrimaryKeyTableConstraint' && constraint.autoIncrement,
  );
  return {
    strict: flags.strict || undefined,
    withoutRowid: flags.withoutRowid || undefined,
    autoincrement: autoincrement || byTable || undefined,
    // What the parser cannot read must still be seen when it changes.
    definition: body ? undefined : canonicalTokens(declaration.sql),
  };
};

/** The table with its columns, constraints, indexes and triggers. */
export const tableObject = (parts: TableParts, neighbours: Neighbours): SchemaObject => {
  const body = bodyOf(parts.declaration.tree);
  const definitions = new Map((body?.columns ?? []).map((column) => [fold(column.colName.text), column]));
  const context = contextOf(parts, definitions, neighbours);
  return schemaObject({
    kind: 'table',
    name: parts.declaration.name,
    attributes: tableAttributes(parts, body),
    children: [
      ...(parts.columns ?? []).map((row) => columnObject(row, definitions.get(fold(row.name)), context)),
      ...(body ? constraintsOf(body, context) : []),
      ...parts.indexes.map((index) => indexObject(index, context)),
      ...parts.triggers,
    ],
  });
};
