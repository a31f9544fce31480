// Lists in the server's words: `a, lower(b), 'x, y'` as its parts. Knows brackets and quotes, and no grammar beyond them.
import { tokenize } from '../../../sql/index.ts';
import { SCAN_RULES } from '../rules.ts';

/** The parts of a list, at the commas that stand in no brackets and no quotes. */
export const splitList = (text: string): readonly string[] => {
  const parts: string[] = [''];
  let depth = 0;
  for (const { text: token } of tokenize(text, SCAN_RULES)) {
    if (token === '(' || token === '[') depth += 1;
    if (token === ')' || token === ']') depth -= 1;
    if (token === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += token;
  }
  return parts.map((part) => part.trim()).filter((part) => part !== '');
};
