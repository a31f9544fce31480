// What one statement is, from PostgreSQL's own parse of its text. Touches no database.
import { oncePerStatement, type Statement } from '../../sql/index.ts';
import type { StatementFacts } from '../contract.ts';
import { commands, detachesConcurrently, isAlone, isConcurrent } from './alone.ts';
import { isKnownCall } from './known-calls.ts';
import { ALTER_TABLE_LOCKS, LOCK, lockNumbered, stronger } from './locks.ts';
import { outsideOf } from './outside.ts';
import {
  flag,
  hasOption,
  type Node,
  names,
  node,
  nodes,
  parseSql,
  record,
  textField,
  visit,
} from './parse.ts';

type Fields = Readonly<Record<string, unknown>>;
type TableName = StatementFacts['tables'][number];

const tableOf = (relation: Fields | null): TableName | null => {
  const name = relation && textField(relation, 'relname');
  return name ? { namespace: textField(relation, 'schemaname'), name } : null;
};

const dotted = (parts: readonly string[]): TableName | null => {
  const name = parts.at(-1);
  return name === undefined ? null : { namespace: parts.at(-2) ?? null, name };
};

/** Objects whose names in DROP and COMMENT are those of tables, or lead to one. */
const RELATION_OBJECTS = /^OBJECT_(TABLE|VIEW|MATVIEW|FOREIGN_TABLE|SEQUENCE|INDEX)$/;
const CHILD_OBJECTS = /^OBJECT_(TRIGGER|RULE|POLICY|TABCONSTRAINT|COLUMN)$/;

const droppedTables = (fields: Fields): readonly TableName[] => {
  const type = textField(fields, 'removeType') ?? '';
  const lists = nodes(fields, 'objects').map((item) => names(item.fields, 'items'));
  if (RELATION_OBJECTS.test(type)) return lists.map(dotted).filter((table) => table !== null);
  if (CHILD_OBJECTS.test(type))
    return lists.map((parts) => dotted(parts.slice(0, -1))).filter((table) => table !== null);
  return [];
};

/** Every table that a statement names, without duplicates; names of common table expressions are not tables. */
export const tablesOf = (statement: Node): readonly TableName[] => {
  const found = new Map<string, TableName>();
  const withNames = new Set<string>();
  const add = (table: TableName | null): void => {
    if (table) found.set(`${table.namespace ?? ''}\u0000${table.name}`, table);
  };
  const seeRelation = (fields: Fields): void => add(tableOf(record(fields, 'relation')));
  visit({ [statement.type]: statement.fields }, (type, fields) => {
    if (type === 'RangeVar') add(tableOf(fields));
    if (type === 'pktable' || type === 'table') add(tableOf(fields));
    if (type === 'CommonTableExpr') withNames.add(textField(fields, 'ctename') ?? '');
    seeRelation(fields);
  });
  if (statement.type === 'DropStmt') for (const table of droppedTables(statement.fields)) add(table);
  return [...found.values()].filter(({ namespace, name }) => namespace !== null || !withNames.has(name));
};

const alterTableLock = (fields: Fields): string =>
  commands(fields).reduce<string | undefined>((lock, command) => {
    const subtype = textField(command.fields, 'subtype') ?? '';
    const constraint = node(command.fields, 'def');
    const isForeignKey = subtype === 'AT_AddConstraint' && constraint?.fields.contype === 'CONSTR_FOREIGN';
    const detach = subtype === 'AT_DetachPartition' && detachesConcurrently(fields);
    const own = detach ? LOCK.shareUpdateExclusive : (ALTER_TABLE_LOCKS.get(subtype) ?? LOCK.accessExclusive);
    return stronger(lock, isForeignKey ? LOCK.shareRowExclusive : own);
  }, undefined) ?? LOCK.accessExclusive;

const LOCKS: Readonly<Record<string, (fields: Fields) => string | undefined>> = {
  AlterTableStmt: (fields) => {
    const type = textField(fields, 'objtype');
    if (type === 'OBJECT_TYPE') return undefined;
    return type === 'OBJECT_VIEW' ? LOCK.accessExclusive : alterTableLock(fields);
  },
  IndexStmt: (fields) => (flag(fields, 'concurrent') ? LOCK.shareUpdateExclusive : LOCK.share),
  DropStmt: (fields) => (flag(fields, 'concurrent') ? LOCK.shareUpdateExclusive : droppedLock(fields)),
  ReindexStmt: (fields) =>
    hasOption(fields, 'params', 'concurrently') ? LOCK.shareUpdateExclusive : LOCK.accessExclusive,
  TruncateStmt: () => LOCK.accessExclusive,
  RenameStmt: (fields) =>
    textField(fields, 'renameType') === 'OBJECT_INDEX' ? LOCK.shareUpdateExclusive : renameLock(fields),
  AlterObjectSchemaStmt: () => LOCK.accessExclusive,
  CreateTrigStmt: () => LOCK.shareRowExclusive,
  RuleStmt: () => LOCK.accessExclusive,
  CreatePolicyStmt: () => LOCK.accessExclusive,
  AlterPolicyStmt: () => LOCK.accessExclusive,
  CreateStatsStmt: () => LOCK.shareUpdateExclusive,
  VacuumStmt: (fields) =>
    hasOption(fields, 'options', 'full') ? LOCK.accessExclusive : LOCK.shareUpdateExclusive,
  ClusterStmt: () => LOCK.accessExclusive,
  RefreshMatViewStmt: (fields) => (flag(fields, 'concurrent') ? LOCK.exclusive : LOCK.accessExclusive),
  CreateStmt: (fields) => createTableLock(fields),
  ViewStmt: (fields) => (flag(fields, 'replace') ? LOCK.accessExclusive : undefined),
  CommentStmt: (fields) =>
    RELATION_OBJECTS.test(textField(fields, 'objtype') ?? '') ||
    CHILD_OBJECTS.test(textField(fields, 'objtype') ?? '')
      ? LOCK.shareUpdateExclusive
      : undefined,
  LockStmt: (fields) => lockNumbered(fields.mode),
  SelectStmt: (fields) => (nodes(fields, 'lockingClause').length > 0 ? LOCK.rowShare : undefined),
  InsertStmt: () => LOCK.rowExclusive,
  UpdateStmt: () => LOCK.rowExclusive,
  DeleteStmt: () => LOCK.rowExclusive,
  MergeStmt: () => LOCK.rowExclusive,
};

const droppedLock = (fields: Fields): string | undefined => {
  const type = textField(fields, 'removeType') ?? '';
  return RELATION_OBJECTS.test(type) || CHILD_OBJECTS.test(type) ? LOCK.accessExclusive : undefined;
};

const renameLock = (fields: Fields): string | undefined =>
  record(fields, 'relation') === null ? undefined : LOCK.accessExclusive;

/** On the parent of a partition, the parents of an heir, or the tables that keys refer to. */
const createTableLock = (fields: Fields): string | undefined => {
  if (record(fields, 'partbound') !== null) return LOCK.accessExclusive;
  let found = false;
  visit(fields.tableElts, (type, inner) => {
    if (type === 'Constraint' && textField(inner, 'contype') === 'CONSTR_FOREIGN') found = true;
  });
  if (found) return LOCK.shareRowExclusive;
  return nodes(fields, 'inhRelations').length > 0 ? LOCK.shareUpdateExclusive : undefined;
};

const KINDS: Readonly<Record<string, StatementFacts['kind']>> = {
  SelectStmt: 'query',
  ExplainStmt: 'query',
  VariableShowStmt: 'query',
  InsertStmt: 'dml',
  UpdateStmt: 'dml',
  DeleteStmt: 'dml',
  MergeStmt: 'dml',
  CopyStmt: 'dml',
  TransactionStmt: 'transaction',
  VariableSetStmt: 'session',
  DiscardStmt: 'session',
  ConstraintsSetStmt: 'session',
};

/** Nodes whose effect is not in their text, with the reason. */
const OPAQUE: Readonly<Record<string, string>> = {
  DoStmt: 'a DO block runs code that is not analysed',
  CallStmt: 'a procedure runs code that is not analysed',
  ExecuteStmt: 'a prepared statement was prepared elsewhere',
  PrepareStmt: 'a prepared statement runs later, with values that are not known',
  LoadStmt: 'a library is loaded into the server',
};

/** A query that calls code of which only the name is known, whatever that does; null where it calls none. */
const unknownCall = (statement: Node): string | null => {
  if (statement.type !== 'SelectStmt') return null;
  let found: string | null = null;
  visit({ [statement.type]: statement.fields }, (type, fields) => {
    if (type !== 'FuncCall') return;
    const name = names(fields, 'funcname');
    if (!isKnownCall(name)) found = name.at(-1) ?? '';
  });
  return found === null ? null : `the function ${found}() does what its text does not say`;
};

const opaqueOf = (statement: Node): string | undefined => {
  const { type, fields } = statement;
  if (type === 'CopyStmt' && flag(fields, 'is_program')) return 'COPY runs a program of the server';
  if (type === 'ExplainStmt' && hasOption(fields, 'options', 'analyze'))
    return 'EXPLAIN ANALYZE does what it explains';
  return OPAQUE[type] ?? unknownCall(statement) ?? undefined;
};

const leadingWords = (text: string): string => {
  const bare = text.replaceAll(/--[^\n]*|\/\*[\s\S]*?\*\//g, ' ').trim();
  const verb =
    /^\w+(?:\s+(?:UNIQUE\s+INDEX|OR\s+REPLACE\s+\w+|MATERIALIZED\s+VIEW|FOREIGN\s+TABLE|\w+))?/i.exec(
      bare,
    )?.[0] ?? bare.slice(0, 20);
  const concurrently = /^\w+\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY/i.exec(bare)?.[0];
  return (concurrently ?? verb).replaceAll(/\s+/g, ' ').toUpperCase();
};

/** A query that calls functions can do anything; those that change a sequence are common in migrations. */
const writes = (statement: Node): boolean => {
  let found = false;
  visit({ [statement.type]: statement.fields }, (type, fields) => {
    if (/^(InsertStmt|UpdateStmt|DeleteStmt|MergeStmt)$/.test(type)) found = true;
    if (type === 'FuncCall' && /^(setval|nextval)$/.test(names(fields, 'funcname').at(-1) ?? ''))
      found = true;
  });
  return found;
};

const kindOf = (statement: Node, opaque: string | undefined): StatementFacts['kind'] => {
  if (opaque !== undefined) return 'opaque';
  if (statement.type === 'SelectStmt')
    return record(statement.fields, 'intoClause') ? 'ddl' : writes(statement) ? 'dml' : 'query';
  return KINDS[statement.type] ?? 'ddl';
};

/** A text that the parser does not understand still says whether it may run in a transaction. */
const NEVER_IN_TRANSACTION =
  /^\s*(?:VACUUM|ALTER\s+SYSTEM|(?:CREATE|DROP)\s+(?:DATABASE|TABLESPACE|SUBSCRIPTION)|(?:CREATE|DROP)\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY|REINDEX\b.*\bCONCURRENTLY)\b/is;

const unparsed = (statement: Statement, message: string): StatementFacts => ({
  kind: 'opaque',
  verb: leadingWords(statement.text),
  transactional: !NEVER_IN_TRANSACTION.test(statement.text),
  tables: [],
  opaque: `PostgreSQL's parser does not understand it: ${message}`,
});

const read = (statement: Statement): StatementFacts => {
  const parsed = parseSql(statement.text);
  if (!parsed.ok) return unparsed(statement, parsed.message);
  const [first] = parsed.nodes;
  if (!first) return { kind: 'session', verb: '', transactional: true, tables: [] };
  if (parsed.nodes.length > 1) return unparsed(statement, 'it is more than one statement');
  const lock = LOCKS[first.type]?.(first.fields);
  const opaque = opaqueOf(first);
  const outside = outsideOf(first, statement.text);
  return {
    kind: kindOf(first, opaque),
    verb: leadingWords(statement.text),
    transactional: !isAlone(first),
    ...(isConcurrent(first) && { concurrent: true }),
    ...(lock && { lock }),
    tables: tablesOf(first),
    ...(opaque !== undefined && { opaque, runsCode: true as const }),
    ...(outside !== null && { outside }),
  };
};

/** Everything that the text of one statement says. */
export const classify = oncePerStatement(read);
