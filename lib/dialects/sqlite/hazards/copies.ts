// Reads `INSERT ... SELECT` and `CREATE TABLE ... AS SELECT` as copies: which column is filled from which, and which rows are
// left behind. Knows single statements only.
import { type Expr, nameIn, type Stmt, type SyntaxNode, walk } from '../parse.ts';
import { fold } from '../rules.ts';

type Insert = Extract<Stmt, { readonly type: 'InsertStmt' }>;
type CreateTable = Extract<Stmt, { readonly type: 'CreateTableStmt' }>;
type Select = Extract<Insert['body'], { readonly type: 'SelectInsertBody' }>['select'];
type From = Extract<Select['select'], { readonly type: 'SelectFrom' }>;

/** What one column of the new table is filled with: a column as it is, or something made of columns. */
export interface Filled {
  /** Folded name of the source column, where it is copied as it is. */
  readonly plain: string | null;
  /** Folded names of every source column that the value is made of. */
  readonly from: readonly string[];
  /** Folded name of the source column whose values stay what they are: copied, cast, or filled only where it is NULL; else null. */
  readonly kept: string | null;
  /** The expression, and what the statement calls the table that it reads; null where it is none of one statement's. */
  readonly said: { readonly sql: string; readonly alias: string | null } | null;
}

/** A column that nothing of the source fills. */
export const UNFILLED: Filled = { plain: null, from: [], kept: null, said: null };

/** A copy as one statement says it. */
export interface CopyText {
  /** Folded names. */
  readonly source: string;
  readonly target: string;
  /** By folded name of the target's column; null where the statement names none and order decides. */
  readonly names: readonly string[] | null;
  /** In order; null for `*`. */
  readonly filled: readonly Filled[] | null;
  /** Why rows can be left behind; null where all are copied. */
  readonly partial: string | null;
  /** The SELECT's text, for counting what it returns. */
  readonly select: string;
}

const columnName = (expr: Expr): string | null => {
  if (expr.type === 'Id') return expr.name;
  if (expr.type === 'NameExpr') return expr.name.text;
  return expr.type === 'QualifiedExpr' ? expr.column.text : null;
};

const HOLDERS: ReadonlySet<string> = new Set(['NameExpr', 'QualifiedExpr']);

/** The column that a node somewhere in an expression names; null where it is a function's, table's or no name. */
const columnIn = (node: SyntaxNode, parent: SyntaxNode | null, member: string): string | null => {
  if (node.type === 'Id') return member === 'name' ? null : nameIn(node);
  const holds = parent !== null && HOLDERS.has(parent.type) && member !== 'table' && member !== 'schema';
  return holds ? nameIn(node) : null;
};

/** Functions that give their first argument where it is not NULL (https://sqlite.org/lang_corefunc.html). */
const FILLS = /^(coalesce|ifnull)$/i;

/** The column whose values an expression leaves as they are; what a cast does to them is told with its type. */
const keptBy = (expr: Expr): string | null => {
  if (expr.type === 'ParenthesizedExpr' && expr.exprs.length === 1 && expr.exprs[0])
    return keptBy(expr.exprs[0]);
  if (expr.type === 'CastExpr') return keptBy(expr.expr);
  if (expr.type === 'FunctionCallExpr' && FILLS.test(expr.name.name) && expr.args?.[0])
    return keptBy(expr.args[0]);
  const name = columnName(expr);
  return name === null ? null : fold(name);
};

const filledBy = (expr: Expr, said: Filled['said']): Filled => {
  const own = columnName(expr);
  if (own !== null) return { plain: fold(own), from: [fold(own)], kept: fold(own), said };
  const from = new Set<string>();
  walk(expr, (node, parent, member) => {
    const name = columnIn(node, parent, member);
    if (name !== null) from.add(fold(name));
  });
  return { plain: null, from: [...from], kept: keptBy(expr), said };
};

const partialBy = (select: Select, from: From): string | null => {
  if (select.compounds) return 'the SELECT combines several queries';
  if (select.limit) return 'the SELECT has a LIMIT';
  if (from.whereClause) return 'the SELECT has a WHERE clause';
  if (from.distinctness === 'Distinct') return 'the SELECT is DISTINCT';
  if (from.groupBy || from.having) return 'the SELECT groups rows';
  return from.from?.joins ? 'the SELECT joins other tables' : null;
};

/** Conflict clauses that throw a row away without a word (https://sqlite.org/lang_conflict.html). */
const droppedBy = (orConflict: string | undefined): string | null =>
  orConflict === 'Ignore' || orConflict === 'Replace'
    ? `the INSERT says OR ${orConflict.toUpperCase()}`
    : null;

const textOf = (node: SyntaxNode, text: string): string =>
  text.slice(node.span.offset, node.span.offset + node.span.length);

const copyFrom = (select: Select, text: string): Omit<CopyText, 'target' | 'names'> | null => {
  const from = select.select;
  if (from.type !== 'SelectFrom' || from.from?.select?.type !== 'TableSelectTable') return null;
  const star = from.columns.some((column) => column.type !== 'ExprResultColumn');
  const alias = from.from.select.alias?.name.text ?? null;
  return {
    source: fold(from.from.select.tblName.objName.text),
    filled: star
      ? null
      : from.columns.map((column) =>
          'expr' in column ? filledBy(column.expr, { sql: textOf(column.expr, text), alias }) : UNFILLED,
        ),
    partial: partialBy(select, from),
    select: textOf(select, text),
  };
};

const insertCopy = (tree: Insert, text: string): CopyText | null => {
  if (tree.body.type !== 'SelectInsertBody') return null;
  const copy = copyFrom(tree.body.select, text);
  if (!copy) return null;
  const partial =
    copy.partial ??
    droppedBy(tree.orConflict) ??
    (tree.body.upsert ? 'the INSERT has an ON CONFLICT clause' : null);
  const names = tree.columns?.map((name) => fold(name.text)) ?? null;
  return { ...copy, partial, target: fold(tree.tblName.objName.text), names };
};

const resultNames = (select: Select): string[] | null => {
  const { select: from } = select;
  if (from.type !== 'SelectFrom') return null;
  return from.columns.map((column) => {
    if (column.type !== 'ExprResultColumn') return '';
    return fold(column.alias?.name.text ?? columnName(column.expr) ?? '');
  });
};

const createCopy = (tree: CreateTable, text: string): CopyText | null => {
  if (tree.body.type !== 'AsSelectCreateTableBody') return null;
  const copy = copyFrom(tree.body.select, text);
  return (
    copy && {
      ...copy,
      target: fold(tree.tblName.objName.text),
      names: copy.filled ? resultNames(tree.body.select) : null,
    }
  );
};

/** The copy that a statement makes; null for every other statement. */
export const copyOf = (tree: Stmt, text: string): CopyText | null => {
  if (tree.type === 'InsertStmt') return insertCopy(tree, text);
  return tree.type === 'CreateTableStmt' ? createCopy(tree, text) : null;
};

/** What an UPDATE of every row makes the columns of, by folded name; null for every other statement. */
const overwrittenBy = (tree: Stmt): ReadonlyMap<string, Filled> | null => {
  if (tree.type !== 'UpdateStmt' || tree.whereClause || tree.from) return null;
  return new Map(
    tree.sets.flatMap(({ colNames, expr }) =>
      colNames.map((name) => [fold(name.text), filledBy(expr, null)]),
    ),
  );
};

/** What a statement does to rows that a table already holds. */
export interface Change {
  /** Folded name. */
  readonly table: string;
  /** Rows go. */
  readonly deletes: boolean;
  readonly overwritten: ReadonlyMap<string, Filled>;
}

/** A DELETE, or an UPDATE of every row; null for every other statement. */
export const changeOf = (tree: Stmt): Change | null => {
  if (tree.type !== 'DeleteStmt' && tree.type !== 'UpdateStmt') return null;
  const deletes = tree.type === 'DeleteStmt';
  const overwritten = overwrittenBy(tree) ?? new Map<string, Filled>();
  return { table: fold(tree.tblName.objName.text), deletes, overwritten };
};
