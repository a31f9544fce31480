// Columns: one row of information_schema each. Knows no other kind.
import { type SchemaObject, schemaObject, type Value } from '../../../schema/index.ts';
import type { Row } from '../../contract.ts';
import { filled, must, type Scope, text, withoutSchema } from './canonical.ts';

interface Extra {
  readonly autoIncrement: boolean;
  readonly invisible: boolean;
  readonly generated: 'virtual' | 'stored' | null;
  readonly onUpdate: string | null;
  readonly withoutVersioning: boolean;
  /** MySQL: the default is an expression and not a literal. */
  readonly defaultGenerated: boolean;
  /** What none of the above explains: kept as it is, so that nothing the server says is lost. */
  readonly rest: string | null;
}

const ON_UPDATE = /\bon update (\S+)/i;

/** The same few texts, often none, stand at thousands of columns. */
const parsed = new Map<string, Extra>();
const MOST_PARSED = 200;

const extraOf = (extra: string): Extra => {
  const known = parsed.get(extra);
  if (known) return known;
  if (parsed.size >= MOST_PARSED) parsed.clear();
  const found = parseExtra(extra);
  parsed.set(extra, found);
  return found;
};

/** `VIRTUAL GENERATED, INVISIBLE`, `DEFAULT_GENERATED on update CURRENT_TIMESTAMP(3)`. */
const parseExtra = (extra: string): Extra => {
  let rest = extra;
  const take = (pattern: RegExp): boolean => {
    const found = pattern.test(rest);
    rest = rest.replace(pattern, '');
    return found;
  };
  const onUpdate = ON_UPDATE.exec(rest)?.[1] ?? null;
  rest = rest.replace(ON_UPDATE, '');
  const autoIncrement = take(/\bauto_increment\b/i);
  const invisible = take(/\bINVISIBLE\b/i);
  const virtual = take(/\bVIRTUAL GENERATED\b/i);
  const stored = take(/\b(STORED|PERSISTENT) GENERATED\b/i);
  const withoutVersioning = take(/\bWITHOUT SYSTEM VERSIONING\b/i);
  const defaultGenerated = take(/\bDEFAULT_GENERATED\b/i);
  return {
    autoIncrement,
    invisible,
    generated: virtual ? 'virtual' : stored ? 'stored' : null,
    onUpdate: onUpdate?.toLowerCase().replace(/[,]$/, '').replace(/\(\)$/, '') ?? null,
    withoutVersioning,
    defaultGenerated,
    rest: rest.replaceAll(/[\s,]+/g, ' ').trim() || null,
  };
};

/** `b'101'` of BIT and `0x6162` of BINARY and VARBINARY: literals already, where the same letters in text are none. */
const BIT_LITERAL = /^b'[01]*'$/;
const HEX_LITERAL = /^0x(?:[0-9A-F]{2})*$/;

const isLiteral = (value: string, type: string): boolean =>
  (/^bit\b/i.test(type) && BIT_LITERAL.test(value)) ||
  (/^(?:var)?binary\b/i.test(type) && HEX_LITERAL.test(value));

const CURRENT = /^current_timestamp(\(\d*\))?$/i;

/** MySQL gives literals bare; they are quoted as SHOW CREATE TABLE would. MariaDB gives SQL text as it is. */
const mysqlDefault = (value: string, extra: Extra, type: string): string => {
  if (extra.defaultGenerated || isLiteral(value, type)) return value;
  if (CURRENT.test(value) && /^(timestamp|datetime)/i.test(type)) return value;
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
};

/** The default as SQL text; null for none, which for a nullable column is the same as NULL (MariaDB writes it so). */
const presetOf = (row: Row, extra: Extra, scope: Scope): string | null => {
  const value = text(row, 'preset');
  if (value === null) return null;
  if (!scope.mariadb) return mysqlDefault(value, extra, must(row, 'type'));
  return value === 'NULL' ? null : withoutSchema(value, scope.schema);
};

/** MariaDB marks compressed columns by an executable comment. */
const typeOf = (row: Row): string => {
  const type = must(row, 'type');
  return type.includes('/*')
    ? type.replace(/\s*\/\*M!\d+ COMPRESSED\*\//i, ' compressed').trim()
    : type.trim();
};

/** The column's attributes; `check` is MariaDB's column-level check, which MODIFY drops like any other attribute. */
export const columnObject = (row: Row, scope: Scope, check: string | null): SchemaObject => {
  const extra = extraOf(must(row, 'extra'));
  const expression = extra.generated === null ? null : withoutSchema(must(row, 'expression'), scope.schema);
  const srid = row.srid;
  const attributes: Record<string, Value | undefined> = {
    type: typeOf(row),
    nullable: text(row, 'nullable') === 'YES',
    default: presetOf(row, extra, scope),
    generated: expression,
    generatedAs: extra.generated,
    collation: filled(row, 'collation'),
    autoIncrement: extra.autoIncrement || undefined,
    invisible: extra.invisible || undefined,
    onUpdate: extra.onUpdate,
    withoutVersioning: extra.withoutVersioning || undefined,
    comment: filled(row, 'comment'),
    srid: srid === null || srid === undefined ? undefined : Number(srid),
    check,
    extra: extra.rest,
  };
  return schemaObject({ kind: 'column', name: must(row, 'name'), attributes });
};
