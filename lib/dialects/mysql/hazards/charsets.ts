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
