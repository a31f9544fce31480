// Which statements PostgreSQL refuses inside a transaction, and which of those work beside other sessions. Touches no database.
import { flag, hasOption, type Node, node, nodes, record, textField } from './parse.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The subcommands of an ALTER TABLE. */
export const commands = (fields: Fields): readonly Node[] =>
  nodes(fields, 'cmds').filter(({ type }) => type === 'AlterTableCmd');

/** ALTER TABLE ... DETACH PARTITION ... CONCURRENTLY. */
export const detachesConcurrently = (fields: Fields): boolean =>
  commands(fields).some((command) => {
    if (textField(command.fields, 'subtype') !== 'AT_DetachPartition') return false;
    const partition = node(command.fields, 'def');
    return partition !== null && flag(partition.fields, 'concurrent');
  });

const REINDEX_ALONE = /^REINDEX_OBJECT_(SCHEMA|SYSTEM|DATABASE)$/;

/** Statements that call PreventInTransactionBlock in the server's source. */
const OUTSIDE_TRANSACTION: Readonly<Record<string, (fields: Fields) => boolean>> = {
  IndexStmt: (fields) => flag(fields, 'concurrent'),
  DropStmt: (fields) => flag(fields, 'concurrent'),
  ReindexStmt: (fields) =>
    hasOption(fields, 'params', 'concurrently') || REINDEX_ALONE.test(textField(fields, 'kind') ?? ''),
  VacuumStmt: (fields) => flag(fields, 'is_vacuumcmd'),
  ClusterStmt: (fields) => record(fields, 'relation') === null,
  CreatedbStmt: () => true,
  DropdbStmt: () => true,
  AlterDatabaseStmt: (fields) =>
    nodes(fields, 'options').some((item) => textField(item.fields, 'defname') === 'tablespace'),
  CreateTableSpaceStmt: () => true,
  DropTableSpaceStmt: () => true,
  AlterSystemStmt: () => true,
  CreateSubscriptionStmt: () => true,
  DropSubscriptionStmt: () => true,
  AlterSubscriptionStmt: (fields) => /REFRESH|PUBLICATION/.test(textField(fields, 'kind') ?? ''),
  AlterTableStmt: detachesConcurrently,
  DiscardStmt: (fields) => textField(fields, 'target') === 'DISCARD_ALL',
};

/** Whether it must run by itself. */
export const isAlone = ({ type, fields }: Node): boolean => OUTSIDE_TRANSACTION[type]?.(fields) ?? false;

const CONCURRENT = new Set(['IndexStmt', 'DropStmt', 'ReindexStmt', 'AlterTableStmt']);

/**
 * The statements with CONCURRENTLY: several transactions, between which they wait for those of other sessions. A failure in the
 * middle leaves an invalid index or a pending detach (manual: CREATE INDEX, "Building Indexes Concurrently").
 */
export const isConcurrent = ({ type, fields }: Node): boolean =>
  CONCURRENT.has(type) &&
  isAlone({ type, fields }) &&
  (type !== 'ReindexStmt' || hasOption(fields, 'params', 'concurrently'));
