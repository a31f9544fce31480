// Names that Prisma gives to what the schema leaves unnamed (prisma-engines, psl-core constraint_names.rs). Pure.

/** Longest identifier, in bytes as Prisma counts them. */
const LIMIT = 64;

/** The text within so many bytes, never through the middle of a character. */
const withinBytes = (text: string, bytes: number): string => {
  const buffer = Buffer.from(text, 'utf8');
  if (bytes >= buffer.length) return text;
  let end = bytes;
  while (end > 0 && ((buffer[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return buffer.toString('utf8', 0, end);
};

const suffixed = (text: string, suffix: string): string =>
  `${Buffer.byteLength(text) >= LIMIT - suffix.length ? withinBytes(text, LIMIT - suffix.length) : text}${suffix}`;

const SUFFIXES = { unique: '_key', index: '_idx', foreignKey: '_fkey' } as const;

/** `Table_column_key`, `Table_a_b_idx`, `Table_column_fkey`. */
export const impliedName = (kind: keyof typeof SUFFIXES, table: string, columns: readonly string[]): string =>
  suffixed(`${table}_${columns.join('_')}`, SUFFIXES[kind]);

const firstCharacters = (text: string, count: number): string => [...text].slice(0, count).join('');

/** The names of the table behind an implicit many-to-many relation, and of what stands on it (sql_schema_calculator.rs). */
export const joinTableNames = (relation: string) => {
  const table = firstCharacters(`_${relation}`, LIMIT);
  const room = LIMIT - '_A_fkey'.length;
  const bytes = Buffer.byteLength(table);
  return {
    table,
    unique: `${firstCharacters(table, LIMIT - '_AB_unique'.length)}_AB_unique`,
    index: `${firstCharacters(table, LIMIT - '_B_index'.length)}_B_index`,
    foreignKeys: {
      A: `${bytes > room ? withinBytes(table, room) : table}_A_fkey`,
      B: `${bytes >= room ? withinBytes(table, room) : table}_B_fkey`,
    },
  };
};
