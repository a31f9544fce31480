// How many bytes a character of a column takes, and which set holds all others. Facts and arithmetic; pure.
import { adjusted, type Hazard } from '../../../risk/index.ts';
import type { SchemaObject } from '../../../schema/index.ts';
import type { Scene } from './scene.ts';

/** What text has where neither the column nor its table says: utf8mb4 since MySQL 8.0 and MariaDB 11.6, latin1 before (manuals). */
export const assumedCharset = ({ input }: Scene): string => {
  const [major = 0, minor = 0] = input.version;
  const isNew = input.product === 'MariaDB' ? major > 11 || (major === 11 && minor >= 6) : major >= 8;
  return isNew ? 'utf8mb4' : 'latin1';
};

/** The character set of `utf8mb4_unicode_ci`, or of its own name. */
export const charsetOf = (collation: unknown): string => String(collation ?? '').split('_')[0] ?? '';

/** Most bytes of one character of a column (manual, SHOW CHARACTER SET). */
export const bytesPerCharacter = (
  scene: Scene,
  column: SchemaObject,
  table: SchemaObject | undefined,
): number => {
  const own = column.attributes.collation ?? table?.attributes.collation ?? assumedCharset(scene);
  const charset = charsetOf(own);
  if (/^(utf8mb4|utf16|utf16le|utf32|gb18030)$/.test(charset)) return 4;
  if (/^(utf8|utf8mb3|eucjpms|ujis)$/.test(charset)) return 3;
  return /^(ucs2|sjis|cp932|gbk|gb2312|big5|euckr)$/.test(charset) ? 2 : 1;
};

/** Every character of every other set is one of utf8mb4; what is no text may be none. */
export const heldByAll = (hazard: Hazard, from: string, to: string): Hazard =>
  to === 'utf8mb4' && from !== 'binary' && hazard.severity === 'destructive'
    ? adjusted(hazard, 'blocking', 'utf8mb4 has every character')
    : hazard;

const TEXT = /char|text|^enum|^set\b/i;

/** What a text column is in: its own words, else its table's, else what the server takes; undefined for what is no text. */
export const collationOf = (
  scene: Scene,
  column: SchemaObject | undefined,
  table: SchemaObject | undefined,
): string | undefined => {
  const stated = column?.attributes.collation;
  if (stated !== undefined) return String(stated).toLowerCase();
  if (!TEXT.test(String(column?.attributes.type ?? ''))) return undefined;
  return String(table?.attributes.collation ?? assumedCharset(scene)).toLowerCase();
};

/** The collation that a character set has by itself (manuals, SHOW CHARACTER SET); any other name is one already. */
export const fullCollation = ({ input }: Scene, name: string): string => {
  if (name.includes('_') || name === 'binary') return name.replace(/^utf8_/, 'utf8mb3_');
  const isNew = input.product !== 'MariaDB' && (input.version[0] ?? 0) >= 8;
  if (name === 'utf8mb4' && isNew) return 'utf8mb4_0900_ai_ci';
  return name === 'latin1' ? 'latin1_swedish_ci' : `${name === 'utf8' ? 'utf8mb3' : name}_general_ci`;
};

/** Whether upper and lower case are equal under it. */
export const ignoresCase = (collation: string): boolean => /_ci$/.test(collation);
