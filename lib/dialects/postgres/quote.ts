// Quoting for PostgreSQL. Names and values from a live database are hostile input.

/** An identifier in double quotes. A NUL cannot occur in one. */
export const quote = (name: string): string => `"${name.replaceAll('"', '""').replaceAll('\u0000', '')}"`;

/** A text literal that no setting changes the meaning of: `E'...'` where a backslash occurs. */
export const literal = (value: string): string => {
  const text = value.replaceAll("'", "''").replaceAll('\u0000', '');
  return text.includes('\\') ? `E'${text.replaceAll('\\', '\\\\')}'` : `'${text}'`;
};

/** `"schema"."name"`, or the name alone. */
export const qualified = (table: { readonly namespace: string | null; readonly name: string }): string =>
  table.namespace === null ? quote(table.name) : `${quote(table.namespace)}.${quote(table.name)}`;

/** A name that is safe on a terminal: control characters are replaced. */
export const printable = (name: string): string => name.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, '?');
