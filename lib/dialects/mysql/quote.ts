// Quoting for MySQL and MariaDB: identifiers, string literals, and names for a terminal. Knows no connection.

/** An identifier in backticks; a backtick within is doubled (manual, "Schema Object Names"). */
export const quote = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

/**
 * A string literal that reads the same whether or not sql_mode has NO_BACKSLASH_ESCAPES: text that a backslash could
 * change is given as hexadecimal with its character set.
 */
export const literal = (text: string): string =>
  /[\\\u0000-\u001f]/.test(text)
    ? `_utf8mb4 x'${Buffer.from(text, 'utf8').toString('hex')}'`
    : `'${text.replaceAll("'", "''")}'`;

/** A name from a server, safe for a terminal: control characters become escapes. */
export const printable = (text: string): string =>
  text.replaceAll(
    /[\u0000-\u001f\u007f-\u009f]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
