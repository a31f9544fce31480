// Makes text from outside harmless to a terminal and to a page: what cannot be seen is written out. Knows no format.

/**
 * C0 and C1 controls (tab and line feed excepted), bidirectional overrides and isolates, zero-width and line separators,
 * the byte order mark, lone surrogates: everything that moves the cursor or makes text look like another text.
 */
const INVISIBLE =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const written = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** The text with every invisible character written as `\u001b`; Windows line ends become line feeds. */
export const printable = (text: string): string => text.replaceAll('\r\n', '\n').replace(INVISIBLE, written);

/** The text on one line: white space folded, invisible characters written out. */
export const oneLine = (text: string): string => printable(text.replaceAll(/[\t\n\r ]+/g, ' ').trim());

/** A copy of a view in which every string is printable; nothing else changes. */
export const printableView = (value: unknown): unknown => {
  if (typeof value === 'string') return printable(value);
  if (Array.isArray(value)) return value.map(printableView);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, printableView(item)]));
};
