// Canonical text of expressions and definitions: equal exactly where two texts differ in layout, comments, letter case of
// keywords and names, or quoting only. Knows no connection; what a double-quoted word can name is told by the caller.
import { KEYWORDS, lex, nameIn, type SyntaxNode, type SyntaxToken, walk } from '../parse.ts';
import { fold, literal, quote } from '../rules.ts';

/** Whether a word can name a column, table or alias where the text stands; what cannot is a string when double-quoted. */
export type Known = (name: string) => boolean;

type Role =
  | { readonly kind: 'reference' | 'declared'; readonly name: string }
  | { readonly kind: 'word'; readonly name: string; readonly doubleQuoted: boolean }
  | { readonly kind: 'type' };

const DECLARING: ReadonlySet<string> = new Set(['AsAs', 'ElidedAs']);
const LISTING: ReadonlySet<string> = new Set(['CommonTableExpr', 'CreateViewStmt']);

const roleOf = (node: SyntaxNode, parent: SyntaxNode | null, text: string): Role | null => {
  const name = nameIn(node);
  if (name === null) return null;
  if (parent && DECLARING.has(parent.type)) return { kind: 'declared', name };
  const isFunction = parent?.type.startsWith('FunctionCall') && 'name' in parent && parent.name === node;
  if (node.type === 'Id' && !isFunction) {
    return { kind: 'word', name, doubleQuoted: text[node.span.offset] === '"' };
  }
  return { kind: 'reference', name };
};

/** What each name below `tree` is, by its place in the text. */
const rolesOf = (text: string, tree: SyntaxNode): ReadonlyMap<number, Role> => {
  const roles = new Map<number, Role>();
  const listed = new Set<SyntaxNode>();
  const types: number[] = [];
  walk(tree, (node, parent, member) => {
    if (parent && LISTING.has(parent.type) && member === 'columns') listed.add(node);
    if (node.type === 'Type') types.push(node.span.offset);
    const role = roleOf(node, parent, text);
    if (!role) return;
    const declares = parent !== null && listed.has(parent) && 'name' in role;
    roles.set(node.span.offset, declares ? { kind: 'declared', name: role.name } : role);
  });
  // A type's words are not names: they win over what stands at the same place.
  for (const offset of types) roles.set(offset, { kind: 'type' });
  return roles;
};

const PLAIN = /^[a-z_][a-z0-9_]*$/;
const BOOLEAN: ReadonlySet<string> = new Set(['true', 'false']);

/** A name as canonical text writes it: bare where that is safe. */
const written = (name: string): string =>
  PLAIN.test(name) && !KEYWORDS.has(name.toUpperCase()) ? name : quote(name);

const unquoted = (text: string): string => {
  const first = text[0];
  if (first === '[') return text.slice(1, -1);
  if (first === '"' || first === '`') return text.slice(1, -1).replaceAll(first + first, first);
  return text;
};

const SPELLINGS: Readonly<Record<string, string>> = { '==': '=', '!=': '<>' };

const tokenText = (token: SyntaxToken, role: Role | undefined, known: Known): string => {
  if (role?.kind === 'type') return unquoted(token.text).toUpperCase();
  if (role?.kind === 'declared') return quote(role.name);
  if (role?.kind === 'reference') return written(fold(role.name));
  if (role?.kind === 'word') {
    return role.doubleQuoted && !known(fold(role.name)) ? literal(role.name) : written(fold(role.name));
  }
  if (token.kind === 'STRING') return token.text;
  if (token.kind === 'ID')
    return /^["`[]/.test(token.text) ? quote(unquoted(token.text)) : written(fold(token.text));
  if (token.kind === 'VARIABLE') return token.text;
  return SPELLINGS[token.text] ?? token.text.toUpperCase();
};

const CLOSE_UP_AFTER: ReadonlySet<string> = new Set(['(', '.']);
const CLOSE_UP_BEFORE: ReadonlySet<string> = new Set([')', ',', '.', ';']);

interface Printed {
  readonly text: string;
  readonly token: SyntaxToken;
  readonly isName: boolean;
}

const isUnary = (before: Printed | undefined): boolean =>
  !before || ['(', ',', '=', '<', '>', '<>', '<=', '>=', '+', '-', '*', '/', '||'].includes(before.text);

const glue = (before: Printed | undefined, sign: Printed | undefined, next: Printed): string => {
  if (!sign) return '';
  if (CLOSE_UP_AFTER.has(sign.token.text) || CLOSE_UP_BEFORE.has(next.token.text)) return '';
  if (next.token.text === '(' && sign.isName) return '';
  if (sign.token.text === '-' && isUnary(before) && /^\d/.test(next.text)) return '';
  return ' ';
};

/** The place of a part within its text. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Where a node of the tree stands. */
const rangeOf = (node: SyntaxNode): Range => ({
  start: node.span.offset,
  end: node.span.offset + node.span.length,
});

/** A list of tokens without parentheses that enclose the whole of it. */
const withoutOuterParentheses = (tokens: readonly SyntaxToken[]): readonly SyntaxToken[] => {
  if (tokens[0]?.text !== '(' || tokens.at(-1)?.text !== ')') return tokens;
  let depth = 0;
  for (const [index, token] of tokens.entries()) {
    if (token.text === '(') depth += 1;
    if (token.text === ')') depth -= 1;
    if (token.text === ',' && depth === 1) return tokens;
    if (depth === 0 && index < tokens.length - 1) return tokens;
  }
  return withoutOuterParentheses(tokens.slice(1, -1));
};

const print = (tokens: readonly SyntaxToken[], roles: ReadonlyMap<number, Role>, known: Known): string => {
  let text = '';
  let before: Printed | undefined;
  let last: Printed | undefined;
  let inType = false;
  for (const token of tokens) {
    const role = roles.get(token.offset);
    // A type's further words follow its first until something else begins.
    inType = role?.kind === 'type' || (inType && role === undefined && token.kind === 'ID');
    const words =
      last?.token.kind === 'COLLATE'
        ? unquoted(token.text).toUpperCase()
        : tokenText(token, inType ? { kind: 'type' } : role, known);
    const next: Printed = { text: words, token, isName: role !== undefined && role.kind !== 'type' };
    text += glue(before, last, next) + words;
    before = last;
    last = next;
  }
  return text;
};

/**
 * The canonical text of a part of a statement (by default all that `tree` spans); parentheses around the whole of it are
 * left out.
 */
export const canonical = (
  text: string,
  tree: SyntaxNode,
  known: Known,
  range: Range = rangeOf(tree),
): string => {
  const tokens = lex(text.slice(range.start, range.end), range.start);
  return print(withoutOuterParentheses(tokens), rolesOf(text, tree), known);
};

/** The canonical text of a whole statement that has no tree: letter case, layout and comments folded, nothing resolved. */
export const canonicalTokens = (text: string): string => print(lex(text), new Map(), () => true);

/**
 * The canonical text of a DEFAULT: a bare or double-quoted word is a string there, as the grammar says
 * (parse.y, `ccons ::= DEFAULT id`), except an unquoted TRUE or FALSE.
 */
export const canonicalDefault = (text: string, expr: SyntaxNode): string => {
  const { start, end } = rangeOf(expr);
  if (expr.type === 'StringLiteral') return text.slice(start, end);
  const name = expr.type === 'Id' ? nameIn(expr) : null;
  if (name === null) {
    // The parser counts the word DEFAULT into the span of a sign or a parenthesis that follows it.
    const skipped = /^default\b/i.test(text.slice(start, end)) ? 'default'.length : 0;
    return canonical(text, expr, () => false, { start: start + skipped, end });
  }
  const bare = /[A-Za-z]/.test(text[start] ?? '');
  return bare && BOOLEAN.has(fold(name)) ? fold(name) : literal(name);
};

/** A declared type in one spelling: upper case, single spaces, none around parentheses and commas. */
export const canonicalType = (type: string): string =>
  /^[A-Z]*$/.test(type)
    ? type
    : type
        .replaceAll(/["`[\]]/g, '')
        .replaceAll(/\s+/g, ' ')
        .replaceAll(/\s*([(),])\s*/g, '$1')
        .trim()
        .toUpperCase();

/** https://sqlite.org/datatype3.html section 3.1: the first rule that matches decides. */
export const affinityOf = (type: string): string => {
  const upper = type.toUpperCase();
  if (upper.includes('INT')) return 'INTEGER';
  if (/CHAR|CLOB|TEXT/.test(upper)) return 'TEXT';
  if (upper === '' || upper.includes('BLOB')) return 'BLOB';
  if (/REAL|FLOA|DOUB/.test(upper)) return 'REAL';
  return 'NUMERIC';
};
