// A scalar field as a column: type, default, numbering, in the SQL that Prisma's engine writes for it (prisma-engines,
// flavour/mysql/renderer.rs and mysql_datamodel_connector.rs). What it does not know it refuses by name.
import { DbsyncError } from '../../../errors/index.ts';
import {
  argument,
  attributeOf,
  type Block,
  databaseName,
  type Expression,
  type Member,
  textOf,
} from './blocks.ts';
import type { DeclaredColumn } from './model.ts';

/** Types without a native one. */
const SCALARS: Readonly<Record<string, string>> = {
  Int: 'INTEGER',
  BigInt: 'BIGINT',
  Float: 'DOUBLE',
  Decimal: 'DECIMAL(65, 30)',
  Boolean: 'BOOLEAN',
  String: 'VARCHAR(191)',
  DateTime: 'DATETIME(3)',
  Bytes: 'LONGBLOB',
  Json: 'JSON',
};

/** Native types by their names in a schema; their arguments are written behind the first word. */
const NATIVE: Readonly<Record<string, string>> = {
  Int: 'INTEGER',
  SmallInt: 'SMALLINT',
  TinyInt: 'TINYINT',
  MediumInt: 'MEDIUMINT',
  BigInt: 'BIGINT',
  UnsignedInt: 'INTEGER UNSIGNED',
  UnsignedSmallInt: 'SMALLINT UNSIGNED',
  UnsignedTinyInt: 'TINYINT UNSIGNED',
  UnsignedMediumInt: 'MEDIUMINT UNSIGNED',
  UnsignedBigInt: 'BIGINT UNSIGNED',
  Decimal: 'DECIMAL',
  Float: 'FLOAT',
  Double: 'DOUBLE',
  Bit: 'BIT',
  Char: 'CHAR',
  VarChar: 'VARCHAR',
  Binary: 'BINARY',
  VarBinary: 'VARBINARY',
  TinyBlob: 'TINYBLOB',
  Blob: 'BLOB',
  MediumBlob: 'MEDIUMBLOB',
  LongBlob: 'LONGBLOB',
  TinyText: 'TINYTEXT',
  Text: 'TEXT',
  MediumText: 'MEDIUMTEXT',
  LongText: 'LONGTEXT',
  Date: 'DATE',
  Time: 'TIME',
  DateTime: 'DATETIME',
  Timestamp: 'TIMESTAMP',
  Year: 'YEAR',
  Json: 'JSON',
};

/** The field of a model, as people find it. */
export interface Place {
  readonly block: Block;
  readonly member: Member;
}

export const unrenderable = ({ block, member }: Place, what: string): DbsyncError =>
  new DbsyncError('SCHEMA_UNRENDERABLE', {
    summary: `${block.name}.${member.name} cannot be written as SQL by dbsync: ${what}.`,
    why: `${block.file}:${member.line}. Prisma's engine in process has no connector for this database, so dbsync writes the declared schema by itself, and guesses nothing.`,
    next: [
      "Let the project's own Prisma do it where its native schema engine is installed:",
      '$ npx zx tasks/prisma.ts --env <env> -- migrate dev --create-only',
      'Or write the migration by hand.',
    ],
  });

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** The native type's attribute, the only one with a dot: `@db.VarChar(20)`. */
const nativeOf = (member: Member) => member.attributes.find((item) => item.name.includes('.'));

const typeOf = (place: Place, values: readonly string[] | undefined): string => {
  const { member } = place;
  if (member.unsupported) return member.type;
  if (values) return `ENUM(${values.map(quoted).join(', ')})`;
  const native = nativeOf(member);
  if (!native) {
    const scalar = SCALARS[member.type];
    if (scalar === undefined) throw unrenderable(place, `the type ${member.type} is not known`);
    return scalar;
  }
  const name = native.name.slice(native.name.indexOf('.') + 1);
  const type = NATIVE[name];
  if (type === undefined) throw unrenderable(place, `the native type ${native.name} is not known`);
  if (member.type === 'Boolean' && name === 'TinyInt') return 'BOOLEAN';
  const args = native.args.map((item) => textOf(item.value)).join(', ');
  return args === '' ? type : `${type}(${args})`;
};

/** `2020-01-01T10:20:30.5Z` as RFC 3339 with 0, 3, 6 or 9 digits of a second, which is how Prisma writes it. */
const moment = (text: string): string => {
  const found = /^(.*?)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/i.exec(text);
  if (!found) return text;
  const digits = (found[2] ?? '').replace(/0+$/, '');
  const padded = digits.padEnd(Math.ceil(digits.length / 3) * 3, '0').slice(0, 9);
  const zone = /z/i.test(found[3] ?? '') ? '+00:00' : found[3];
  return `${found[1]}${padded === '' ? '' : `.${padded}`}${zone}`;
};

/** Fractions of a second that `now()` is given with: the column's, or 3. */
const precisionOf = (member: Member): string => {
  const native = nativeOf(member);
  const timed = native && /\.(?:Time|DateTime|Timestamp)$/.test(native.name);
  return (timed && textOf(native.args[0]?.value)) || '3';
};

/** Functions whose values Prisma's client makes, so that the database has no default. */
const CLIENT: ReadonlySet<string> = new Set(['cuid', 'uuid', 'ulid', 'nanoid', 'auto']);

const called = (place: Place, value: Extract<Expression, { kind: 'call' }>): string | null => {
  if (CLIENT.has(value.text) || value.text === 'autoincrement') return null;
  if (value.text === 'now') return `CURRENT_TIMESTAMP(${precisionOf(place.member)})`;
  if (value.text === 'dbgenerated') return textOf(argument(value, 'value', true)) || null;
  throw unrenderable(place, `the default ${value.text}() is not known`);
};

const WITHOUT_DEFAULT: ReadonlySet<string> = new Set(['Json', 'Bytes']);

const presetOf = (place: Place, values: ReadonlyMap<string, string> | undefined): string | null => {
  const attribute = attributeOf(place.member, 'default');
  const value = attribute && argument(attribute, 'value', true);
  if (!value) return null;
  if (value.kind === 'call') return place.member.type === 'Json' ? null : called(place, value);
  if (value.kind === 'list') throw unrenderable(place, 'a list as a default');
  if (values) return quoted(values.get(value.text) ?? value.text);
  if (WITHOUT_DEFAULT.has(place.member.type)) return null;
  if (place.member.type === 'DateTime') return quoted(moment(value.text));
  return place.member.type === 'String' ? quoted(value.text) : value.text;
};

const isCall = (value: Expression | undefined, name: string): boolean =>
  value?.kind === 'call' && value.text === name;

/** The column of a scalar field; `values` are those of its enum, by their names in the schema. */
export const columnOf = (place: Place, values: ReadonlyMap<string, string> | undefined): DeclaredColumn => {
  const { member } = place;
  const attribute = attributeOf(member, 'default');
  const value = attribute && argument(attribute, 'value', true);
  const preset = presetOf(place, values);
  return {
    name: databaseName(member),
    type: typeOf(place, values && [...values.values()]),
    nullable: member.arity === 'optional',
    preset,
    keepsPreset: member.type === 'Json' || (isCall(value, 'dbgenerated') && preset === null),
    autoIncrement: isCall(value, 'autoincrement'),
  };
};
