// The words of a Prisma schema file, with the line each stands on. Knows no block and no attribute.

export interface Token {
  readonly kind: 'word' | 'string' | 'sign' | 'line-end';
  /** A string's content; everything else as written. */
  readonly text: string;
  readonly line: number;
}

const PATTERN =
  /(\r\n|\n|\r)|\/\/[^\n\r]*|\/\*[\s\S]*?\*\/|("(?:[^"\\\n\r]|\\.)*")|([\p{L}\p{N}_.-]+)|(\S)/gu;

const linesIn = (text: string): number => text.split('\n').length - 1;

/** Strings follow JSON's grammar (prisma-engines, datamodel.pest); one that does not is left as it is written. */
const contentOf = (text: string): string => {
  try {
    return String(JSON.parse(text));
  } catch {
    return text.slice(1, -1);
  }
};

/** Comments are left out; line ends stay, because a declaration ends with its line. */
export const tokensOf = (text: string): readonly Token[] => {
  const tokens: Token[] = [];
  let line = 1;
  for (const [whole, end, string, word, sign] of text.matchAll(PATTERN)) {
    if (end !== undefined) tokens.push({ kind: 'line-end', text: '\n', line });
    else if (string !== undefined) tokens.push({ kind: 'string', text: contentOf(string), line });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word, line });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign, line });
    line += end === undefined ? linesIn(whole) : 1;
  }
  return tokens;
};
