// What adding one column does to the rows that are there. Pure.
import type { Hazard, HazardRule, PlannedStatement } from '../../risk/index.ts';
import type { SchemaObject } from '../../schema/index.ts';
import { defaultAfterwards } from './hazard-rewrites.ts';
import { RULES } from './hazard-rules.ts';
import { onTable, type Scene } from './hazard-scene.ts';
import { type Node, names, node, nodes, record, textField, visit } from './parse.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Functions whose result is the same within one statement, so that all rows share one value and none is written. */
const NOT_VOLATILE: ReadonlySet<string> = new Set([
  ...['pi', 'sqrt', 'power', 'exp', 'ln', 'log', 'mod', 'sign', 'trunc', 'ceiling', 'degrees', 'radians'],
  ...['char_length', 'character_length', 'octet_length', 'btrim', 'ltrim', 'rtrim', 'lpad', 'rpad', 'repeat'],
  ...['reverse', 'initcap', 'strpos', 'split_part', 'format', 'concat_ws', 'encode', 'decode', 'sha256'],
  ...['date_part', 'extract', 'age', 'make_date', 'make_time', 'make_timestamp', 'make_timestamptz'],
  ...['to_number', 'to_json', 'to_jsonb', 'array_append', 'array_length', 'cardinality', 'array_fill'],
  ...['string_to_array', 'array_to_string', 'regexp_replace', 'to_tsvector', 'int4range', 'int8range'],
  ...['numrange', 'tsrange', 'tstzrange', 'daterange', 'current_database', 'current_schema', 'hashtext'],
  'now',
  'transaction_timestamp',
  'statement_timestamp',
  'current_timestamp',
  'to_timestamp',
  'to_char',
  'to_date',
  'lower',
  'upper',
  'coalesce',
  'concat',
  'md5',
  'jsonb_build_object',
  'jsonb_build_array',
  'json_build_object',
  'json_build_array',
  'array',
  'abs',
  'round',
  'floor',
  'ceil',
  'length',
  'left',
  'right',
  'substring',
  'replace',
  'date_trunc',
  'make_interval',
  'current_setting',
  'timezone',
]);

/** The functions that a default calls and that are volatile, or that nobody here knows. */
const volatileCalls = (expression: unknown): readonly string[] => {
  const found: string[] = [];
  visit(expression, (type, fields) => {
    if (type !== 'FuncCall') return;
    const name = names(fields, 'funcname').at(-1) ?? '';
    if (!NOT_VOLATILE.has(name)) found.push(name);
  });
  return found;
};

export const constraintOf = (column: Fields, type: string): Node | undefined =>
  nodes(column, 'constraints').find(
    (item) => item.type === 'Constraint' && textField(item.fields, 'contype') === type,
  );

const typeName = (column: Fields): string => names(record(column, 'typeName') ?? {}, 'names').at(-1) ?? '';

/** A domain with a CHECK or NOT NULL, as far as it is known. */
const isConstrainedDomain = (scene: Scene, type: string): boolean =>
  scene.input.after.objects.some(
    ({ kind, name, attributes, children }) =>
      kind === 'domain' &&
      name === type &&
      (attributes.nullable === false || children.some((child) => child.kind === 'check')),
  );

interface Place {
  readonly one: PlannedStatement;
  readonly scene: Scene;
  readonly table: SchemaObject;
}

/** The hazards of `ADD COLUMN` on a table that is there. */
export const addedColumn = (command: Fields, { one, scene, table }: Place): readonly Hazard[] => {
  const column = node(command, 'def')?.fields;
  if (!column) return [];
  const name = textField(column, 'colname') ?? '';
  const subject = {
    kind: 'column',
    namespace: null,
    name,
    parent: { kind: 'table', namespace: table.namespace, name: table.name },
  };
  const hazard = (rule: HazardRule, message: string, rewrite?: string): Hazard =>
    onTable(scene, rule, { table, subject, message, rewrite, at: one });
  const found: Hazard[] = [];
  const type = typeName(column);
  if (/^(small|big)?serial[248]?$/.test(type) || constraintOf(column, 'CONSTR_IDENTITY')) {
    found.push(hazard(RULES.serial, `Every row gets a number for "${name}": the table is rewritten.`));
  }
  const generated = constraintOf(column, 'CONSTR_GENERATED');
  // The parser gives "s" for STORED and "v" for VIRTUAL; before 18 there was only the former.
  if (generated && textField(generated.fields, 'generated_kind') !== 'v') {
    found.push(hazard(RULES.storedGenerated, `"${name}" is computed for every row: the table is rewritten.`));
  }
  const calls = volatileCalls(constraintOf(column, 'CONSTR_DEFAULT')?.fields.raw_expr);
  if (calls.length > 0) {
    found.push(
      hazard(
        RULES.volatileDefault,
        `The default of "${name}" calls ${calls.join(', ')}() for every row: the table is rewritten.`,
        defaultAfterwards(scene, { table, column: name, at: one }),
      ),
    );
  }
  const preset = constraintOf(column, 'CONSTR_DEFAULT');
  if (preset && calls.length === 0 && scene.major < 11) {
    found.push(
      hazard(
        RULES.defaultLegacy,
        `Every row gets the default of "${name}": the table is rewritten.`,
        defaultAfterwards(scene, { table, column: name, at: one }),
      ),
    );
  }
  if (isConstrainedDomain(scene, type)) {
    found.push(
      hazard(
        RULES.constrainedDomain,
        `"${name}" is of the domain ${type}, which has constraints: the table is rewritten.`,
      ),
    );
  }
  if (type === 'json') found.push(hazard(RULES.jsonColumn, `"${name}" is json, which cannot be compared.`));
  return found;
};
