// What a statement's text says of the locks it will take, table by table, for statements that are not observed. Touches no database.
import type { Statement } from '../../sql/index.ts';
import type { TableEffect } from '../contract.ts';
import { blocksOf, LOCK } from './locks.ts';
import { flag, type Node, names, node, nodes, parseSql, record, textField, visit } from './parse.ts';
import { classify } from './scan.ts';

type Fields = Readonly<Record<string, unknown>>;
type Work = TableEffect['work'];

interface Name {
  readonly namespace: string | null;
  readonly name: string;
}

const nameOf = (relation: Fields | null): readonly Name[] => {
  const name = relation && textField(relation, 'relname');
  return name ? [{ namespace: textField(relation, 'schemaname'), name }] : [];
};

const listed = (fields: Fields, list: string): readonly Name[] =>
  nodes(fields, list).flatMap((item) => {
    if (item.type === 'RangeVar') return nameOf(item.fields);
    return nameOf(record(item.fields, 'relation'));
  });

const dropped = (fields: Fields): readonly Name[] => {
  const type = textField(fields, 'removeType') ?? '';
  const isChild = /^OBJECT_(TRIGGER|RULE|POLICY)$/.test(type);
  return nodes(fields, 'objects').flatMap((item) => {
    const parts = names(item.fields, 'items');
    const own = isChild ? parts.slice(0, -1) : parts;
    const name = own.at(-1);
    return name === undefined ? [] : [{ namespace: own.at(-2) ?? null, name }];
  });
};

const commented = (fields: Fields): readonly Name[] => {
  const type = textField(fields, 'objtype') ?? '';
  if (!/^OBJECT_(TABLE|COLUMN|VIEW|MATVIEW|FOREIGN_TABLE)$/.test(type)) return [];
  const parts = names(node(fields, 'object')?.fields ?? {}, 'items');
  const own = type === 'OBJECT_COLUMN' ? parts.slice(0, -1) : parts;
  const name = own.at(-1);
  return name === undefined ? [] : [{ namespace: own.at(-2) ?? null, name }];
};

/** The tables that a statement is about, where its lock stands; those that it only reads are others. */
const subjects = ({ type, fields }: Node): readonly Name[] => {
  if (type === 'CreateStmt') return listed(fields, 'inhRelations');
  if (type === 'SelectStmt') return listed(fields, 'fromClause');
  if (type === 'DropStmt') return dropped(fields);
  return [
    ...nameOf(record(fields, 'relation')),
    ...nameOf(record(fields, 'table')),
    ...nameOf(record(fields, 'view')),
    ...commented(fields),
    ...listed(fields, 'relations'),
    ...listed(fields, 'rels'),
  ];
};

const referenced = (root: Node): readonly Name[] => {
  const found: Name[] = [];
  visit({ [root.type]: root.fields }, (type, fields) => {
    if (type === 'Constraint') found.push(...nameOf(record(fields, 'pktable')));
  });
  return found;
};

/** The table that ATTACH or DETACH PARTITION names, which nobody can use meanwhile. */
const partition = ({ type, fields }: Node): readonly Name[] =>
  type === 'AlterTableStmt'
    ? nodes(fields, 'cmds').flatMap((command) =>
        nameOf(record(node(command.fields, 'def')?.fields ?? {}, 'name')),
      )
    : [];

const hasFull = (fields: Fields): boolean =>
  nodes(fields, 'options').some((item) => textField(item.fields, 'defname') === 'full');

/** The work of statements that cannot be observed within a transaction; for the others it depends on the schema. */
const workOf = ({ type, fields }: Node): Work => {
  if (type === 'IndexStmt' || type === 'ReindexStmt') return 'index';
  if (type === 'VacuumStmt') return hasFull(fields) ? 'rewrite' : 'scan';
  if (type === 'ClusterStmt' || type === 'RefreshMatViewStmt') return 'rewrite';
  if (type === 'AlterTableStmt') {
    const subtypes = nodes(fields, 'cmds').map(({ fields: command }) => textField(command, 'subtype'));
    if (subtypes.every((subtype) => subtype === 'AT_ValidateConstraint')) return 'scan';
    const concurrent = nodes(fields, 'cmds').some((command) => {
      const partition = node(command.fields, 'def');
      return partition !== null && flag(partition.fields, 'concurrent');
    });
    return concurrent ? 'none' : 'unknown';
  }
  return /^(InsertStmt|UpdateStmt|DeleteStmt|MergeStmt)$/.test(type) ? 'unknown' : 'none';
};

/** The known effect of a statement on each table that its text names. */
export const foresee = (statement: Statement): readonly TableEffect[] => {
  const facts = classify(statement);
  const parsed = parseSql(statement.text);
  const [first] = parsed.ok ? parsed.nodes : [];
  if (!first) return [];
  const until = facts.transactional ? 'transaction' : 'statement';
  const effect = (table: Name, lock: string, work: Work): TableEffect => ({
    ...table,
    lock,
    blocks: blocksOf(lock),
    until,
    work,
    basis: 'known',
  });
  const { lock } = facts;
  const own = lock === undefined ? [] : subjects(first).map((table) => effect(table, lock, workOf(first)));
  const others = referenced(first)
    .filter((table) => own.every(({ name }) => name !== table.name))
    .map((table) => effect(table, LOCK.shareRowExclusive, 'unknown'));
  const moved = facts.transactional
    ? partition(first).map((table) => effect(table, LOCK.accessExclusive, 'unknown'))
    : [];
  return [...own, ...others, ...moved];
};
