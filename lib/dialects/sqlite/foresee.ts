// What a statement's text says of its work on tables. SQLite has one lock, of the whole file, which the run holds from its beginning
// to its end; only the work under it differs. Touches no database.
import type { Statement } from '../../sql/index.ts';
import type { TableEffect } from '../contract.ts';
import { parseStatement } from './parse.ts';
import { classify } from './scan.ts';

type Work = TableEffect['work'];

/** https://sqlite.org/lang_altertable.html: DROP COLUMN writes the table anew, ADD COLUMN and the renames change the schema only. */
const workOf = (statement: Statement): Work => {
  const tree = parseStatement(statement.text);
  switch (tree?.type) {
    case 'CreateIndexStmt':
    case 'ReindexStmt':
      return 'index';
    case 'AlterTableStmt':
      return tree.body.type === 'DropColumnAlterTableBody' ? 'rewrite' : 'none';
    case 'InsertStmt':
    case 'UpdateStmt':
    case 'DeleteStmt':
      return 'unknown';
    default:
      return 'none';
  }
};

/** The work on each table that the text names. A list of values is no work. */
export const foresee = (statement: Statement): readonly TableEffect[] => {
  const { kind, lock, tables } = classify(statement);
  if (lock === undefined || (kind !== 'ddl' && kind !== 'dml')) return [];
  const values = /^\s*(INSERT|REPLACE)\b/i.test(statement.text) && !/\bSELECT\b/i.test(statement.text);
  const work = values ? 'none' : workOf(statement);
  return tables.map(({ namespace, name }) => ({
    namespace,
    name,
    lock,
    blocks: 'all',
    until: 'transaction',
    work,
    basis: 'known',
  }));
};
