// What one statement does to the schema, from PostgreSQL's own parse of its text. Knows no live schema.
import { type ObjectName, type SchemaEdit, schemaObject } from '../../schema/index.ts';
import { oncePerStatement, type Statement } from '../../sql/index.ts';
import { alterTableEdits } from './edits/alters.ts';
import { type Fields, indexObject, tableObject } from './edits/tables.ts';
import { flag, type Node, names, nodes, parseSql, record, stringOf, textField } from './parse.ts';

/** The namespace that a name without one means, as far as no text says otherwise. */
export const DEFAULT_NAMESPACE = 'public';

type Editor = (fields: Fields) => readonly SchemaEdit[];

/** A name in parts as an object; the last part is its own. */
const named = (kind: string, parts: readonly string[]): ObjectName => ({
  kind,
  namespace: parts.at(-2) ?? DEFAULT_NAMESPACE,
  name: parts.at(-1) ?? '',
});

/** An object without a namespace: a schema, an extension. */
const alone = (kind: string, name: string): ObjectName => ({ kind, namespace: null, name });

/** The relation of a statement, as an object of that kind. */
export const relationName = (fields: Fields, kind: string, field = 'relation'): ObjectName => {
  const relation = record(fields, field) ?? {};
  const namespace = textField(relation, 'schemaname');
  return named(kind, [...(namespace ? [namespace] : []), textField(relation, 'relname') ?? '']);
};

const made = (object: ObjectName, ifMissing = false): SchemaEdit => ({
  do: 'create',
  object: schemaObject(object),
  ifMissing,
});

const enumMade: Editor = (fields) => {
  const values = nodes(fields, 'vals').map((item) =>
    schemaObject({ kind: 'enum-value', name: stringOf(item) }),
  );
  return [
    { do: 'create', object: schemaObject({ ...named('enum', names(fields, 'typeName')), children: values }) },
  ];
};

const enumChanged: Editor = (fields) => {
  const of = named('enum', names(fields, 'typeName'));
  const [old, value] = [textField(fields, 'oldVal'), textField(fields, 'newVal') ?? ''];
  if (old !== null)
    return [{ do: 'rename-child', of, child: { kinds: ['enum-value'], name: old }, to: value }];
  return [{ do: 'add', to: of, child: schemaObject({ kind: 'enum-value', name: value }), ifMissing: true }];
};

const tableMade: Editor = (fields) => {
  const relation = record(fields, 'relation') ?? {};
  const name = {
    namespace: textField(relation, 'schemaname') ?? DEFAULT_NAMESPACE,
    name: textField(relation, 'relname') ?? '',
  };
  return [{ do: 'create', object: tableObject(fields, name), ifMissing: flag(fields, 'if_not_exists') }];
};

const tableFromQuery: Editor = (fields) => {
  const into = record(fields, 'into') ?? {};
  const kind = textField(fields, 'objtype') === 'OBJECT_MATVIEW' ? 'materialized-view' : 'table';
  const unlogged = record(into, 'rel')?.relpersistence === 'u' || undefined;
  const object = schemaObject({ ...relationName(into, kind, 'rel'), attributes: { unlogged } });
  return [{ do: 'create', object, ifMissing: flag(fields, 'if_not_exists') }];
};

const indexMade: Editor = (fields) => [
  {
    do: 'add',
    to: relationName(fields, 'table'),
    child: indexObject(fields),
    ifMissing: flag(fields, 'if_not_exists'),
  },
];

/** Kinds of the model, by the parser's words. */
const OBJECT_KINDS: Readonly<Record<string, string>> = {
  OBJECT_TABLE: 'table',
  OBJECT_FOREIGN_TABLE: 'foreign-table',
  OBJECT_VIEW: 'view',
  OBJECT_MATVIEW: 'materialized-view',
  OBJECT_SEQUENCE: 'sequence',
  OBJECT_SCHEMA: 'schema',
  OBJECT_EXTENSION: 'extension',
  OBJECT_TYPE: 'enum',
  OBJECT_DOMAIN: 'domain',
  OBJECT_FUNCTION: 'function',
  OBJECT_PROCEDURE: 'procedure',
  OBJECT_ROUTINE: 'function',
  OBJECT_AGGREGATE: 'aggregate',
};

/** Kinds that the same words can mean. */
const ALTERNATIVES: Readonly<Record<string, readonly string[]>> = {
  enum: ['composite-type', 'range-type', 'domain'],
  function: ['procedure', 'aggregate'],
};

const CHILD_KINDS: Readonly<Record<string, string>> = { OBJECT_TRIGGER: 'trigger', OBJECT_POLICY: 'policy' };

/** The parts of the name of one dropped object, whatever the parser wraps it in. */
const partsOf = (item: Node): readonly string[] => {
  if (item.type === 'String') return [stringOf(item)];
  const list = { List: 'items', TypeName: 'names', ObjectWithArgs: 'objname' }[item.type];
  return list === undefined ? [] : names(item.fields, list);
};

const droppedObject = (type: string, parts: readonly string[], ifThere: boolean): readonly SchemaEdit[] => {
  if (type === 'OBJECT_INDEX') {
    return [{ do: 'remove', from: null, child: { kinds: ['index'], name: parts.at(-1) ?? '' }, ifThere }];
  }
  const child = CHILD_KINDS[type];
  if (child !== undefined) {
    const from = named('table', parts.slice(0, -1));
    return [{ do: 'remove', from, child: { kinds: [child], name: parts.at(-1) ?? '' }, ifThere }];
  }
  const kind = OBJECT_KINDS[type];
  if (kind === undefined) return [];
  const object =
    kind === 'schema' || kind === 'extension' ? alone(kind, parts.at(-1) ?? '') : named(kind, parts);
  return [{ do: 'drop', object, ifThere, or: ALTERNATIVES[kind] ?? [] }];
};

const dropped: Editor = (fields) =>
  nodes(fields, 'objects').flatMap((item) =>
    droppedObject(textField(fields, 'removeType') ?? '', partsOf(item), flag(fields, 'missing_ok')),
  );

const CONSTRAINT_KINDS = ['check', 'foreign-key', 'unique', 'primary-key', 'exclusion'];

const renamed: Editor = (fields) => {
  const type = textField(fields, 'renameType') ?? '';
  const to = textField(fields, 'newname') ?? '';
  const name = textField(fields, 'subname') ?? '';
  const of = relationName(fields, 'table');
  if (type === 'OBJECT_COLUMN') return [{ do: 'rename-child', of, child: { kinds: ['column'], name }, to }];
  if (type === 'OBJECT_TABCONSTRAINT')
    return [{ do: 'rename-child', of, child: { kinds: CONSTRAINT_KINDS, name }, to }];
  if (type === 'OBJECT_INDEX')
    return [
      {
        do: 'rename-child',
        of: null,
        child: { kinds: ['index', 'unique', 'primary-key'], name: of.name },
        to,
      },
    ];
  const kind = OBJECT_KINDS[type];
  if (kind === undefined || kind === 'schema') return [];
  const list = nodes({ object: [fields.object] }, 'object').flatMap(partsOf);
  const object = record(fields, 'relation') ? relationName(fields, kind) : named(kind, list);
  return [
    { do: 'rename', object, to: { namespace: object.namespace, name: to }, or: ALTERNATIVES[kind] ?? [] },
  ];
};

const moved: Editor = (fields) => {
  const kind = OBJECT_KINDS[textField(fields, 'objectType') ?? ''];
  if (kind === undefined || !record(fields, 'relation')) return [];
  const object = relationName(fields, kind);
  return [{ do: 'rename', object, to: { namespace: textField(fields, 'newschema'), name: object.name } }];
};

const domainMade = (fields: Fields): SchemaEdit => {
  const constraints = nodes(fields, 'constraints').map(({ fields: inner }) => inner);
  const has = (type: string): boolean => constraints.some((inner) => textField(inner, 'contype') === type);
  const name = named('domain', names(fields, 'domainname'));
  const check = schemaObject({ kind: 'check', name: `${name.name}_check` });
  const children = has('CONSTR_CHECK') ? [check] : [];
  return {
    do: 'create',
    object: schemaObject({ ...name, attributes: { nullable: !has('CONSTR_NOTNULL') }, children }),
  };
};

const EDITORS: Readonly<Record<string, Editor>> = {
  CreateStmt: tableMade,
  CreateForeignTableStmt: (fields) => [made(relationName(record(fields, 'base') ?? {}, 'foreign-table'))],
  CreateTableAsStmt: tableFromQuery,
  SelectStmt: (fields) => {
    const into = record(fields, 'intoClause');
    return into ? [made(relationName(into, 'table', 'rel'))] : [];
  },
  IndexStmt: indexMade,
  ViewStmt: (fields) => [made(relationName(fields, 'view', 'view'), true)],
  CreateEnumStmt: enumMade,
  AlterEnumStmt: enumChanged,
  CompositeTypeStmt: (fields) => [made(relationName(fields, 'composite-type', 'typevar'))],
  CreateRangeStmt: (fields) => [made(named('range-type', names(fields, 'typeName')))],
  CreateDomainStmt: (fields) => [domainMade(fields)],
  CreateSeqStmt: (fields) => [
    made(relationName(fields, 'sequence', 'sequence'), flag(fields, 'if_not_exists')),
  ],
  CreateSchemaStmt: (fields) => [made(alone('schema', textField(fields, 'schemaname') ?? ''), true)],
  CreateExtensionStmt: (fields) => [made(alone('extension', textField(fields, 'extname') ?? ''), true)],
  CreateFunctionStmt: (fields) => [
    made(named(flag(fields, 'is_procedure') ? 'procedure' : 'function', names(fields, 'funcname')), true),
  ],
  CreateTrigStmt: (fields) => [
    {
      do: 'add',
      to: relationName(fields, 'table'),
      child: schemaObject({ kind: 'trigger', name: textField(fields, 'trigname') ?? '' }),
    },
  ],
  CreatePolicyStmt: (fields) => [
    {
      do: 'add',
      to: relationName(fields, 'table', 'table'),
      child: schemaObject({ kind: 'policy', name: textField(fields, 'policy_name') ?? '' }),
    },
  ],
  AlterTableStmt: alterTableEdits,
  DropStmt: dropped,
  RenameStmt: renamed,
  AlterObjectSchemaStmt: moved,
};

/** Everything that the statement does to the schema, in order; nothing for a text that does not parse. */
export const edits = oncePerStatement((statement: Statement): readonly SchemaEdit[] => {
  const parsed = parseSql(statement.text);
  return parsed.ok ? parsed.nodes.flatMap(({ type, fields }) => EDITORS[type]?.(fields) ?? []) : [];
});
