// Declared tables as statements for an empty database, in the order and the words of Prisma's engine: every table, then every foreign
// key. Pure; the dialect quotes.
import type { DeclaredColumn, DeclaredIndex, DeclaredKey, DeclaredPart, DeclaredTable } from './model.ts';

export type Quote = (name: string) => string;

const partSql = (part: DeclaredPart, quote: Quote): string =>
  `${quote(part.column)}${part.length === null ? '' : `(${part.length})`}${part.sort === null ? '' : ` ${part.sort}`}`;

const partsSql = (parts: readonly DeclaredPart[], quote: Quote): string =>
  `(${parts.map((part) => partSql(part, quote)).join(', ')})`;

const columnSql = (column: DeclaredColumn, quote: Quote): string =>
  [
    quote(column.name),
    column.type,
    column.nullable ? 'NULL' : 'NOT NULL',
    ...(column.preset === null ? [] : [`DEFAULT ${column.preset}`]),
    ...(column.autoIncrement ? ['AUTO_INCREMENT'] : []),
  ].join(' ');

const WORDS = { unique: 'UNIQUE INDEX', normal: 'INDEX', fulltext: 'FULLTEXT INDEX' } as const;

const indexSql = (index: DeclaredIndex, quote: Quote): string =>
  `${WORDS[index.kind]} ${quote(index.name)}${partsSql(index.parts, quote)}`;

/** What Prisma's engine writes behind every table it makes. */
const OPTIONS = 'DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci';

const tableSql = (table: DeclaredTable, quote: Quote): string => {
  const lines = [
    ...table.columns.map((column) => columnSql(column, quote)),
    ...table.indexes.map((index) => indexSql(index, quote)),
    ...(table.primaryKey.length > 0 ? [`PRIMARY KEY ${partsSql(table.primaryKey, quote)}`] : []),
  ];
  return `CREATE TABLE ${quote(table.name)} (\n    ${lines.join(',\n    ')}\n) ${OPTIONS}`;
};

const names = (columns: readonly string[], quote: Quote): string => `(${columns.map(quote).join(', ')})`;

const keySql = (table: DeclaredTable, key: DeclaredKey, quote: Quote): string =>
  [
    `ALTER TABLE ${quote(table.name)} ADD CONSTRAINT ${quote(key.name)}`,
    `FOREIGN KEY ${names(key.columns, quote)}`,
    `REFERENCES ${quote(key.references)}${names(key.referencedColumns, quote)}`,
    `ON DELETE ${key.onDelete} ON UPDATE ${key.onUpdate}`,
  ].join(' ');

export interface DeclaredStatement {
  /** The table that it is for. */
  readonly table: string;
  readonly sql: string;
}

/** The statements, in order. */
export const declaredStatements = (
  tables: readonly DeclaredTable[],
  quote: Quote,
): readonly DeclaredStatement[] => [
  ...tables.map((table) => ({ table: table.name, sql: tableSql(table, quote) })),
  ...tables.flatMap((table) =>
    table.foreignKeys.map((key) => ({ table: table.name, sql: keySql(table, key, quote) })),
  ),
];
