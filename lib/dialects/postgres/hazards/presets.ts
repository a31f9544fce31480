// What the definition of a column gives the rows that are there: its constraints, and which functions its default calls. Pure.
import { type Node, names, node, nodes, textField, visit } from '../parse.ts';

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
export const volatileCalls = (expression: unknown): readonly string[] => {
  const found: string[] = [];
  visit(expression, (type, fields) => {
    if (type !== 'FuncCall') return;
    const name = names(fields, 'funcname').at(-1) ?? '';
    if (!NOT_VOLATILE.has(name)) found.push(name);
  });
  return found;
};

/** `DEFAULT NULL` is none. */
export const isNull = (expression: unknown): boolean =>
  node({ expression }, 'expression')?.fields.isnull === true;

/** The constraint of that type which the definition of a column states. */
export const constraintOf = (column: Fields, type: string): Node | undefined =>
  nodes(column, 'constraints').find(
    (item) => item.type === 'Constraint' && textField(item.fields, 'contype') === type,
  );
