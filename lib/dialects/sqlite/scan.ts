// What can be said of one statement from its text: kind, lock, tables, whether a transaction may hold it. Knows no connection.
import { oncePerStatement, type Statement } from '../../sql/index.ts';
import type { StatementFacts } from '../contract.ts';
import { isNode, lex, nameIn, parseStatement, type Stmt, type SyntaxNode, walk } from './parse.ts';
import { fold } from './rules.ts';

type Kind = StatementFacts['kind'];

const KINDS: Readonly<Record<Stmt['type'], Kind>> = {
  AlterTableStmt: 'ddl',
  AnalyzeStmt: 'ddl',
  AttachStmt: 'session',
  BeginStmt: 'transaction',
  CommitStmt: 'transaction',
  CreateIndexStmt: 'ddl',
  CreateTableStmt: 'ddl',
  CreateTriggerStmt: 'ddl',
  CreateViewStmt: 'ddl',
  CreateVirtualTableStmt: 'ddl',
  DeleteStmt: 'dml',
  DetachStmt: 'session',
  DropIndexStmt: 'ddl',
  DropTableStmt: 'ddl',
  DropTriggerStmt: 'ddl',
  DropViewStmt: 'ddl',
  ExplainStmt: 'query',
  InsertStmt: 'dml',
  PragmaStmt: 'session',
  ReindexStmt: 'ddl',
  ReleaseStmt: 'transaction',
  RollbackStmt: 'transaction',
  SavepointStmt: 'transaction',
  SelectStmt: 'query',
  UpdateStmt: 'dml',
  VacuumStmt: 'ddl',
};

/** One PRAGMA statement, read. */
export interface PragmaFacts {
  readonly name: string;
  /** Lower case; null where it only asks. */
  readonly value: string | null;
}

const valueText = (value: SyntaxNode, text: string): string => {
  const raw = text.slice(value.span.offset, value.span.offset + value.span.length);
  return fold(raw).replaceAll(/^['"`[]|['"`\]]$/g, '');
};

/** The pragma that a statement is; null for any other statement. */
export const pragmaOf = (tree: Stmt | null, text: string): PragmaFacts | null => {
  if (tree?.type !== 'PragmaStmt') return null;
  return { name: fold(tree.name.objName.text), value: tree.body ? valueText(tree.body.value, text) : null };
};

/**
 * Pragmas that fail or have no effect within a transaction (https://sqlite.org/pragma.html: journal_mode, synchronous,
 * temp_store, wal_checkpoint, foreign_keys).
 */
const OUTSIDE_TRANSACTIONS: ReadonlySet<string> = new Set([
  'journal_mode',
  'synchronous',
  'temp_store',
  'temp_store_directory',
  'wal_checkpoint',
  'foreign_keys',
  'locking_mode',
]);

const isTransactional = (tree: Stmt, text: string): boolean => {
  if (['VacuumStmt', 'AttachStmt', 'DetachStmt', 'BeginStmt', 'CommitStmt'].includes(tree.type)) return false;
  const pragma = pragmaOf(tree, text);
  return (
    !(pragma?.value != null && OUTSIDE_TRANSACTIONS.has(pragma.name)) && pragma?.name !== 'wal_checkpoint'
  );
};

/** https://sqlite.org/lockingv3.html: one writer for the whole file; a commit keeps readers out for its moment. */
const lockOf = (tree: Stmt, kind: Kind): string | undefined => {
  if (tree.type === 'VacuumStmt') return 'EXCLUSIVE on the whole file';
  if (kind === 'ddl' || kind === 'dml') return 'RESERVED on the whole file, EXCLUSIVE while it commits';
  return kind === 'query' ? 'SHARED on the whole file' : undefined;
};

/** The words that say what a statement is, up to the name of its object. */
const verbOf = (text: string): string => {
  const words: string[] = [];
  for (const token of lex(text).slice(0, 5)) {
    const isWord = /^[A-Za-z]+$/.test(token.text) && token.kind !== 'ID';
    if (!isWord || ['IF', 'ON', 'AS', 'INTO', 'FROM', 'SET'].includes(token.text.toUpperCase())) break;
    words.push(token.text.toUpperCase());
    if (words[0] !== 'CREATE' && words[0] !== 'DROP' && words[0] !== 'ALTER') break;
    if (['TABLE', 'INDEX', 'VIEW', 'TRIGGER'].includes(token.text.toUpperCase())) break;
  }
  return words.join(' ');
};

const objectName = (node: unknown): string | null => {
  if (!isNode(node)) return null;
  return node.type === 'QualifiedName' && 'objName' in node ? objectName(node.objName) : nameIn(node);
};

/** Tables that a statement names anywhere, in order; not what it calls its index, view, trigger or common table expression. */
const tablesIn = (tree: Stmt): readonly string[] => {
  const names = new Map<string, string>();
  const ctes = new Set<string>();
  const add = (name: string | null): void => {
    if (name !== null && !names.has(fold(name))) names.set(fold(name), name);
  };
  walk(tree, (node, parent, member) => {
    if (node.type === 'CommonTableExpr' && 'tblName' in node) ctes.add(fold(objectName(node.tblName) ?? ''));
    const isTable = member === 'tblName' && parent?.type !== 'CommonTableExpr';
    const isInTable = parent?.type === 'InTableExpr' && node.type === 'QualifiedName';
    if ((isTable && parent?.type !== 'TableCallSelectTable') || isInTable) add(objectName(node));
    if (member === 'name' && parent?.type === 'RenameToAlterTableBody') add(objectName(node));
  });
  return [...names].filter(([key]) => !ctes.has(key)).map(([, name]) => name);
};

/** What takes the engine's own guards away, or runs what is in no text (https://www.sqlite.org/pragma.html#pragma_writable_schema). */
const DANGEROUS: readonly (readonly [RegExp, string])[] = [
  [
    /^\s*PRAGMA\s+(\w+\s*\.\s*)?writable_schema\b\s*[=(]\s*(1|on|true|yes|reset)\b/i,
    'the schema can be written as text from here on',
  ],
  [/\bload_extension\s*\(/i, 'a library is loaded into the process'],
];

/** Where AUTOINCREMENT counts (https://www.sqlite.org/autoinc.html). */
const COUNTERS = 'sqlite_sequence';

const countsOnly = (tree: Stmt): boolean =>
  (tree.type === 'InsertStmt' || tree.type === 'UpdateStmt' || tree.type === 'DeleteStmt') &&
  fold(tree.tblName.objName.text) === COUNTERS;

const read = (statement: Statement): StatementFacts => {
  const tree = parseStatement(statement.text);
  if (!tree) {
    return {
      kind: 'opaque',
      verb: verbOf(statement.text),
      transactional: true,
      tables: [],
      opaque: 'The text is not a statement that the grammar of SQLite 3.53 knows.',
    };
  }
  const danger = DANGEROUS.find(([words]) => words.test(statement.text))?.[1];
  if (danger !== undefined) {
    const tables = tablesIn(tree).map((name) => ({ namespace: null, name }));
    return {
      kind: 'opaque',
      verb: verbOf(statement.text),
      transactional: true,
      tables,
      opaque: danger,
      runsCode: true,
    };
  }
  const kind = KINDS[tree.type];
  const lock = lockOf(tree, kind);
  return {
    kind,
    verb: verbOf(statement.text),
    transactional: isTransactional(tree, statement.text),
    ...(lock !== undefined && { lock }),
    ...(countsOnly(tree) && { counter: true as const }),
    tables: tablesIn(tree).map((name) => ({ namespace: null, name })),
  };
};

/** What a statement is and does, as far as its text tells. */
export const classify = oncePerStatement(read);
