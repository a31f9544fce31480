// Reads a one-dimensional array as PostgreSQL prints it (manual, 8.15.6 "Array Input and Output Syntax"). Pure.

/** The elements of `{a,"b c",NULL}` as text; an unquoted NULL is null. */
export const parseArray = (literal: string): (string | null)[] => {
  const items: (string | null)[] = [];
  let text = '';
  let quoted = false;
  let inQuotes = false;
  const push = (): void => {
    items.push(!quoted && text === 'NULL' ? null : text);
    text = '';
    quoted = false;
  };
  const body = literal.slice(literal.indexOf('{') + 1, -1);
  if (body === '') return items;
  for (let at = 0; at < body.length; at += 1) {
    const char = body.charAt(at);
    if (char === '\\') {
      at += 1;
      text += body.charAt(at);
    } else if (char === '"') {
      inQuotes = !inQuotes;
      quoted = true;
    } else if (char === ',' && !inQuotes) push();
    else text += char;
  }
  push();
  return items;
};
