// Which statements of a plan are about an object, by their parse: its own name, and not a name that only begins like it. Pure.
import type { Change, Subject } from '../../../schema/index.ts';
import { type Node, names, node, nodes, record, stringOf, textField } from '../parse.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What a statement does to the object: takes it away, does what the difference shows, or something else. */
export type Deed = 'drops' | 'does' | 'names';

const DROPS: ReadonlySet<string> = new Set(['AT_DropColumn', 'AT_DropConstraint']);

/** The part of ALTER TABLE that makes an attribute of a column differ; where several do, the first of these is the graver. */
const DOES: Readonly<Record<string, string>> = {
  nullable: 'AT_SetNotNull',
  type: 'AT_AlterColumnType',
  default: 'AT_ColumnDefault',
};

const isNamed = (fields: Fields | null, table: Pick<Subject, 'namespace' | 'name'>): boolean => {
  if (!fields || textField(fields, 'relname') !== table.name) return false;
  const namespace = textField(fields, 'schemaname');
  return namespace === null || table.namespace === null || namespace === table.namespace;
};

/** The names that DROP lists, the last word of each. */
const droppedNames = ({ type, fields }: Node): readonly string[] =>
  type === 'DropStmt'
    ? nodes(fields, 'objects').map((item) => names(item.fields, 'items').at(-1) ?? stringOf(item))
    : [];

const OWN_DROPS: Readonly<Record<string, string>> = { table: 'OBJECT_TABLE', index: 'OBJECT_INDEX' };

const dropsItself = (statement: Node, subject: Subject): boolean =>
  textField(statement.fields, 'removeType') === OWN_DROPS[subject.kind] &&
  droppedNames(statement).includes(subject.name);

const childNames = (command: Node): readonly (string | null)[] => {
  const made = node(command.fields, 'def')?.fields;
  return [
    textField(command.fields, 'name'),
    made ? textField(made, 'colname') : null,
    made ? textField(made, 'conname') : null,
  ];
};

/** What a part of ALTER TABLE does to a child of the table. */
const deedOfPart = (command: Node, name: string, subtype: string | null): Deed | null => {
  if (!childNames(command).includes(name)) return null;
  const own = textField(command.fields, 'subtype') ?? '';
  if (DROPS.has(own)) return 'drops';
  return own === subtype ? 'does' : 'names';
};

const STRENGTH: Readonly<Record<Deed, number>> = { drops: 3, does: 2, names: 1 };

const strongest = (deeds: readonly (Deed | null)[]): Deed | null =>
  deeds.reduce((a, b) => (b && (!a || STRENGTH[b] > STRENGTH[a]) ? b : a), null);

/** The part of ALTER TABLE that brings what the difference shows of the subject, of one attribute or of the gravest. */
export const subtypeOf = (change: Change | undefined, attribute?: string): string | null => {
  if (change?.action !== 'alter') return null;
  const changed = change.attributes.map(({ name }) => name);
  const wanted = attribute ?? Object.keys(DOES).find((name) => changed.includes(name));
  return DOES[wanted ?? ''] ?? null;
};

/** What a statement does to a table, an index, or a column or constraint of a table; null where it does not say so by name. */
export const deedOf = (statement: Node, subject: Subject, subtype: string | null): Deed | null => {
  const { type, fields } = statement;
  if (type === 'DropStmt') return dropsItself(statement, subject) ? 'drops' : null;
  if (subject.kind === 'index')
    return type === 'IndexStmt' && textField(fields, 'idxname') === subject.name ? 'names' : null;
  const table = subject.parent ?? subject;
  if (!isNamed(record(fields, 'relation'), table)) return null;
  if (!subject.parent) return /^(AlterTable|Rename|Create)Stmt$/.test(type) ? 'names' : null;
  if (type === 'RenameStmt')
    return [textField(fields, 'subname'), textField(fields, 'newname')].includes(subject.name)
      ? 'names'
      : null;
  if (type !== 'AlterTableStmt') return null;
  return strongest(nodes(fields, 'cmds').map((command) => deedOfPart(command, subject.name, subtype)));
};
