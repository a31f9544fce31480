// What the parts of ALTER TABLE do to the schema. Pure; knows no live schema.
import type { ObjectName, SchemaEdit } from '../../../schema/index.ts';
import { flag, type Node, names, node, nodes, record, textField } from '../parse.ts';
import { columnType } from '../type-names.ts';
import {
  columnConstraints,
  columnObject,
  constraintObject,
  defaultOf,
  expressionText,
  type Fields,
} from './tables.ts';

interface Command {
  readonly table: ObjectName;
  readonly name: string;
  readonly fields: Fields;
  /** The definition, where the part has one. */
  readonly def: Node | null;
}

type Editor = (command: Command) => readonly SchemaEdit[];

const column = (
  { table, name }: Command,
  set: Extract<SchemaEdit, { do: 'alter-child' }>['set'],
  was: Extract<SchemaEdit, { do: 'alter-child' }>['was'] = {},
): readonly SchemaEdit[] => [{ do: 'alter-child', of: table, child: { kinds: ['column'], name }, set, was }];

const table = (
  command: Command,
  set: Extract<SchemaEdit, { do: 'alter' }>['set'],
  was: Extract<SchemaEdit, { do: 'alter' }>['was'] = {},
): readonly SchemaEdit[] => [{ do: 'alter', object: command.table, set, was }];

const addColumn: Editor = ({ table: to, fields, def }) => {
  if (!def) return [];
  const ifMissing = flag(fields, 'missing_ok');
  return [
    { do: 'add', to, child: columnObject(def.fields), ifMissing },
    ...columnConstraints(def.fields, to.name).map((child) => ({ do: 'add', to, child, ifMissing }) as const),
  ];
};

/** `ADD NOT NULL a` is SET NOT NULL with a name; NOT VALID leaves the rows alone (from version 18 on). */
const addNotNull: Editor = (command) => {
  const { def } = command;
  const [name = ''] = def ? names(def.fields, 'keys') : [];
  if (!def || flag(def.fields, 'skip_validation')) return [];
  return column({ ...command, name }, { nullable: false }, { nullable: true });
};

const addConstraint: Editor = (command) => {
  const { table: to, def } = command;
  if (def && textField(def.fields, 'contype') === 'CONSTR_NOTNULL') return addNotNull(command);
  const key = def && constraintObject(def.fields, { table: to.name, column: null });
  if (!def || !key) return [];
  // USING INDEX: the index becomes the constraint's own.
  const index = textField(def.fields, 'indexname');
  const taken: SchemaEdit[] = index
    ? [{ do: 'remove', from: to, child: { kinds: ['index'], name: index }, ifThere: true }]
    : [];
  return [...taken, { do: 'add', to, child: key }];
};

/** Kinds in the order of likelihood: what the server's own names end with is what they are. */
const kindsOf = (name: string): readonly string[] => {
  const all = ['check', 'foreign-key', 'unique', 'primary-key', 'exclusion'];
  const likely = /_pkey$/i.test(name)
    ? 'primary-key'
    : /_fkey\d*$|^fk_|_fk$/i.test(name)
      ? 'foreign-key'
      : /_key\d*$/i.test(name)
        ? 'unique'
        : 'check';
  return [likely, ...all.filter((kind) => kind !== likely)];
};

const partition = (command: Command): ObjectName | null => {
  const relation = command.def && record(command.def.fields, 'name');
  if (!relation) return null;
  return {
    kind: 'table',
    namespace: textField(relation, 'schemaname') ?? command.table.namespace,
    name: textField(relation, 'relname') ?? '',
  };
};

const attach: Editor = (command) => {
  const object = partition(command);
  const bound = record(command.def?.fields ?? {}, 'bound')?.is_default === true ? 'DEFAULT' : undefined;
  return object
    ? [{ do: 'alter', object, set: { partitionOf: command.table.name, partitionBound: bound } }]
    : [];
};

const detach: Editor = (command) => {
  const object = partition(command);
  return object ? [{ do: 'alter', object, set: { partitionOf: undefined } }] : [];
};

const EDITORS: Readonly<Record<string, Editor>> = {
  AT_AddColumn: addColumn,
  AT_DropColumn: ({ table: from, name, fields }) => [
    { do: 'remove', from, child: { kinds: ['column'], name }, ifThere: flag(fields, 'missing_ok') },
  ],
  AT_AlterColumnType: (command) =>
    command.def ? column(command, { type: columnType(command.def.fields) }, { type: 'unknown' }) : [],
  AT_SetNotNull: (command) => column(command, { nullable: false }, { nullable: true }),
  AT_DropNotNull: (command) => column(command, { nullable: true }, { nullable: false }),
  AT_ColumnDefault: (command) => {
    const preset = defaultOf(command.fields);
    return column(command, { default: preset }, preset === undefined ? { default: 'unknown' } : {});
  },
  AT_AddIdentity: (command) => column(command, { identity: 'by default' }),
  AT_DropIdentity: (command) => column(command, { identity: undefined }, { identity: 'by default' }),
  AT_DropExpression: (command) => column(command, { generated: undefined }, { generated: 'unknown' }),
  AT_SetExpression: (command) => column(command, { generated: expressionText(command.fields.def) }),
  AT_AddConstraint: addConstraint,
  AT_DropConstraint: ({ table: from, name, fields }) => [
    { do: 'remove', from, child: { kinds: kindsOf(name), name }, ifThere: flag(fields, 'missing_ok') },
  ],
  AT_ValidateConstraint: ({ table: of, name }) => [
    {
      do: 'alter-child',
      of,
      child: { kinds: kindsOf(name), name },
      set: { validated: undefined },
      knownOnly: true,
    },
  ],
  AT_SetUnLogged: (command) => table(command, { unlogged: true }),
  AT_SetLogged: (command) => table(command, { unlogged: undefined }, { unlogged: true }),
  AT_EnableRowSecurity: (command) => table(command, { rowSecurity: true }),
  AT_DisableRowSecurity: (command) => table(command, { rowSecurity: undefined }, { rowSecurity: true }),
  AT_ReplicaIdentity: (command) =>
    table(command, { replicaIdentity: textField(command.def?.fields ?? {}, 'identity_type') ?? 'd' }),
  AT_AttachPartition: attach,
  AT_DetachPartition: detach,
};

/** Everything that one ALTER TABLE does to the schema. */
export const alterTableEdits = (fields: Fields): readonly SchemaEdit[] => {
  if (textField(fields, 'objtype') !== 'OBJECT_TABLE') return [];
  const relation = record(fields, 'relation') ?? {};
  const own: ObjectName = {
    kind: 'table',
    namespace: textField(relation, 'schemaname') ?? 'public',
    name: textField(relation, 'relname') ?? '',
  };
  return nodes(fields, 'cmds').flatMap((item) => {
    const edit = EDITORS[textField(item.fields, 'subtype') ?? ''];
    const name = textField(item.fields, 'name') ?? '';
    return edit?.({ table: own, name, fields: item.fields, def: node(item.fields, 'def') }) ?? [];
  });
};
