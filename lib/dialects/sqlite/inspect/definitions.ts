// Views and triggers as the model has them. Knows no connection.
import { type SchemaObject, schemaObject, type Value } from '../../../schema/index.ts';
import { type CreateTriggerStmt, type CreateViewStmt, lex } from '../parse.ts';
import { fold } from '../rules.ts';
import { canonical, canonicalTokens } from './canonical.ts';
import { type ColumnsOf, scopeOf } from './scope.ts';
import type { Declaration } from './tables.ts';

/** The place just behind the first token of `kind` at or after `from`. */
const behind = (sql: string, kind: string, from: number): number => {
  const token = lex(sql.slice(from), from).find((one) => one.kind === kind);
  return token ? token.offset + token.text.length : from;
};

const endOf = (
  node: { readonly span: { readonly offset: number; readonly length: number } } | undefined,
): number => (node ? node.span.offset + node.span.length : 0);

const viewAttributes = (tree: CreateViewStmt, sql: string, columnsOf: ColumnsOf) => {
  const head = Math.max(endOf(tree.viewName), ...(tree.columns ?? []).map((column) => endOf(column.colName)));
  const range = { start: behind(sql, 'AS', head), end: sql.length };
  return {
    columns: tree.columns?.map((column) => column.colName.text),
    definition: canonical(sql, tree, scopeOf(tree, columnsOf), range),
  };
};

/** A view; `triggers` are those INSTEAD OF its changes. */
export const viewObject = (
  declaration: Declaration,
  columnsOf: ColumnsOf,
  triggers: readonly SchemaObject[],
): SchemaObject => {
  const { tree, sql, name } = declaration;
  const attributes =
    tree?.type === 'CreateViewStmt'
      ? viewAttributes(tree, sql, columnsOf)
      : { definition: canonicalTokens(sql) };
  return schemaObject({ kind: 'view', name, attributes, children: triggers });
};

const TIMINGS = { Before: 'BEFORE', After: 'AFTER', InsteadOf: 'INSTEAD OF' } as const;
const EVENTS = {
  InsertTriggerEvent: 'INSERT',
  DeleteTriggerEvent: 'DELETE',
  UpdateTriggerEvent: 'UPDATE',
  UpdateOfTriggerEvent: 'UPDATE',
} as const;

const triggerAttributes = (
  tree: CreateTriggerStmt,
  sql: string,
  columnsOf: ColumnsOf,
): Record<string, Value | undefined> => {
  const known = scopeOf(tree, columnsOf);
  const head = Math.max(endOf(tree.tblName), endOf(tree.whenClause));
  const body = { start: behind(sql, 'BEGIN', head), end: sql.toUpperCase().lastIndexOf('END') };
  return {
    // https://sqlite.org/lang_createtrigger.html: BEFORE is the default.
    timing: TIMINGS[tree.time ?? 'Before'],
    event: EVENTS[tree.event.type],
    of:
      tree.event.type === 'UpdateOfTriggerEvent'
        ? tree.event.columns.map(({ text }) => fold(text)).sort()
        : undefined,
    when: tree.whenClause && canonical(sql, tree.whenClause, known),
    definition: canonical(sql, tree, known, body),
  };
};

/** A trigger, as a child of its table or view. */
export const triggerObject = (declaration: Declaration, columnsOf: ColumnsOf): SchemaObject => {
  const { tree, sql, name } = declaration;
  const attributes =
    tree?.type === 'CreateTriggerStmt'
      ? triggerAttributes(tree, sql, columnsOf)
      : { definition: canonicalTokens(sql) };
  return schemaObject({ kind: 'trigger', name, attributes });
};
