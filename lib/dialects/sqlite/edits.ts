// What one statement does to the schema, from its tree. Knows no live schema.
import { type ObjectName, type SchemaEdit, type SchemaObject, schemaObject } from '../../schema/index.ts';
import { oncePerStatement, type Statement } from '../../sql/index.ts';
import { bodyOf, type ColumnRow, primaryKeyIn, tableObject } from './inspect/tables.ts';
import type { ColumnDefinition, CreateIndexStmt, CreateTableStmt, Stmt } from './parse.ts';
import { parseStatement } from './parse.ts';
import { fold } from './rules.ts';

type AlterBody = Extract<Stmt, { readonly type: 'AlterTableStmt' }>['body'];

const named = (kind: string, name: string): ObjectName => ({ kind, namespace: null, name });

const sliceOf = (
  text: string,
  node: { readonly span: { readonly offset: number; readonly length: number } },
): string => text.slice(node.span.offset, node.span.offset + node.span.length);

const isRequired = (column: ColumnDefinition): boolean =>
  column.constraints.some(
    ({ constraint }) => constraint.type === 'NotNullColumnConstraint' && !constraint.nullable,
  );

/** As the engine's list of columns would have it (pragma_table_xinfo). */
const rowOf = (column: ColumnDefinition, text: string): ColumnRow => {
  const generated = column.constraints.find(
    ({ constraint }) => constraint.type === 'GeneratedColumnConstraint',
  );
  const stored = generated && /\bSTORED\s*$/i.test(sliceOf(text, generated));
  return {
    name: column.colName.text,
    type: column.colType ? sliceOf(text, column.colType) : '',
    notNull: isRequired(column),
    preset: null,
    hidden: generated ? (stored ? 3 : 2) : 0,
  };
};

const tableOf = (tree: CreateTableStmt, text: string, name: string): SchemaObject => {
  const body = bodyOf(tree);
  if (!body) return schemaObject(named('table', name));
  const parts = {
    declaration: { type: 'table', name, table: name, sql: text, tree },
    flags: {
      type: 'table',
      withoutRowid: /\bWITHOUT\s+ROWID\b/i.test(text.slice(-60)),
      strict: /\bSTRICT\b/i.test(text.slice(-60)),
    },
    columns: body.columns.map((column) => rowOf(column, text)),
    indexes: [],
    triggers: [],
  };
  const primaryKeyOf = (table: string): readonly string[] | null =>
    fold(table) === fold(name) ? primaryKeyIn(body) : null;
  return tableObject(parts, { tableName: (other) => other, primaryKeyOf });
};

const indexOf = (tree: CreateIndexStmt, text: string): SchemaObject =>
  schemaObject({
    kind: 'index',
    name: tree.idxName.objName.text,
    attributes: {
      unique: tree.unique,
      columns: tree.columns.map(({ expr }) => (expr.type === 'Id' ? expr.name : sliceOf(text, expr))),
      where: tree.whereClause && sliceOf(text, tree.whereClause),
    },
  });

/** A column of ALTER TABLE with its keys and checks, read as if it stood in a table of its own. */
const added = (column: ColumnDefinition, text: string): readonly SchemaObject[] => {
  // In an ALTER the parser lets a column begin where the statement does.
  const { offset, length } = column.span;
  const alone = `CREATE TABLE x (${text.slice(column.colName.span.offset, offset + length)})`;
  const tree = parseStatement(alone);
  return tree?.type === 'CreateTableStmt' ? tableOf(tree, alone, 'x').children : [];
};

const columnIn = (name: string) => ({ kinds: ['column'], name });

const altered = (of: ObjectName, body: AlterBody, text: string): readonly SchemaEdit[] => {
  switch (body.type) {
    case 'AddColumnAlterTableBody':
      return added(body.column, text).map((child) => ({ do: 'add', to: of, child }));
    case 'DropColumnAlterTableBody':
      return [{ do: 'remove', from: of, child: columnIn(body.column.text) }];
    case 'RenameColumnAlterTableBody':
      return [{ do: 'rename-child', of, child: columnIn(body.old.text), to: body.new.text }];
    case 'RenameToAlterTableBody':
      return [{ do: 'rename', object: of, to: { namespace: null, name: body.name.text } }];
    case 'SetColumnNotNullAlterTableBody':
      return [
        {
          do: 'alter-child',
          of,
          child: columnIn(body.column.text),
          set: { nullable: false },
          was: { nullable: true },
        },
      ];
    case 'DropColumnNotNullAlterTableBody':
      return [
        {
          do: 'alter-child',
          of,
          child: columnIn(body.column.text),
          set: { nullable: true },
          was: { nullable: false },
        },
      ];
    default:
      return [];
  }
};

const editsOf = (tree: Stmt, text: string): readonly SchemaEdit[] => {
  switch (tree.type) {
    case 'CreateTableStmt':
      return [
        { do: 'create', object: tableOf(tree, text, tree.tblName.objName.text), ifMissing: tree.ifNotExists },
      ];
    case 'CreateVirtualTableStmt':
      return [
        {
          do: 'create',
          object: schemaObject(named('table', tree.tblName.objName.text)),
          ifMissing: tree.ifNotExists,
        },
      ];
    case 'CreateViewStmt':
      return [
        {
          do: 'create',
          object: schemaObject(named('view', tree.viewName.objName.text)),
          ifMissing: tree.ifNotExists,
        },
      ];
    case 'CreateIndexStmt':
      return [
        {
          do: 'add',
          to: named('table', tree.tblName.text),
          child: indexOf(tree, text),
          ifMissing: tree.ifNotExists,
        },
      ];
    case 'CreateTriggerStmt':
      return [
        {
          do: 'add',
          to: named('table', tree.tblName.objName.text),
          child: schemaObject({ kind: 'trigger', name: tree.triggerName.objName.text }),
          ifMissing: tree.ifNotExists,
        },
      ];
    case 'AlterTableStmt':
      return altered(named('table', tree.tblName.objName.text), tree.body, text);
    case 'DropTableStmt':
      return [{ do: 'drop', object: named('table', tree.tblName.objName.text), ifThere: tree.ifExists }];
    case 'DropViewStmt':
      return [{ do: 'drop', object: named('view', tree.viewName.objName.text), ifThere: tree.ifExists }];
    case 'DropIndexStmt':
      return [
        {
          do: 'remove',
          from: null,
          child: { kinds: ['index'], name: tree.idxName.objName.text },
          ifThere: tree.ifExists,
        },
      ];
    case 'DropTriggerStmt':
      return [
        {
          do: 'remove',
          from: null,
          child: { kinds: ['trigger'], name: tree.triggerName.objName.text },
          ifThere: tree.ifExists,
        },
      ];
    default:
      return [];
  }
};

/** Everything that the statement does to the schema, in order; nothing for a text that does not parse. */
export const edits = oncePerStatement(({ text }: Statement): readonly SchemaEdit[] => {
  const tree = parseStatement(text);
  return tree ? editsOf(tree, text) : [];
});
