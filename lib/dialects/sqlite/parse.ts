// Reads SQLite text: statements as a tree, tokens with their places. The only importer of the parser; judges nothing.
import { keywordDefs, parseStmt, type Stmt, type TokenId, tokenize, tokenName } from 'sqlite3-parser';

export type {
  ColumnDefinition,
  CreateIndexStmt,
  CreateTableStmt,
  CreateTriggerStmt,
  CreateViewStmt,
  CreateVirtualTableStmt,
  DeferSubclause,
  Expr,
  ForeignKeyClause,
  NamedColumnConstraint,
  NamedTableConstraint,
  PragmaStmt,
  SortedColumn,
  Stmt,
} from 'sqlite3-parser';

/** A node of the tree, as far as a walk needs to know it. */
export interface SyntaxNode {
  readonly type: string;
  readonly span: { readonly offset: number; readonly length: number };
}

/** One token that means something: no white space, no comments. */
export interface SyntaxToken {
  /** The grammar's word: `ID`, `STRING`, `INTEGER`, or the keyword itself. */
  readonly kind: string;
  readonly text: string;
  readonly offset: number;
}

/** The words that need quoting when they are names. */
export const KEYWORDS: ReadonlySet<string> = new Set(keywordDefs.keywords.map((keyword) => keyword.name));

/** The same texts are read for the snapshot, the batches and the hazards of one run. */
const trees = new Map<string, Stmt | null>();
const MOST_TREES = 4_000;

/** One statement as a tree; null where the text is not one statement that the grammar of SQLite 3.53 knows. */
export const parseStatement = (text: string): Stmt | null => {
  const known = trees.get(text);
  if (known !== undefined) return known;
  const result = parseStmt(text);
  const tree = result.status === 'ok' ? result.root : null;
  if (trees.size >= MOST_TREES) trees.clear();
  trees.set(text, tree);
  return tree;
};

const kindOf = (type: TokenId): string => tokenName(type) ?? 'ILLEGAL';

/** Every token of the text, whether or not it parses; `base` is where the text begins in the statement it was cut from. */
export const lex = (text: string, base = 0): SyntaxToken[] => {
  const tokens: SyntaxToken[] = [];
  for (const token of tokenize(text)) {
    tokens.push({ kind: kindOf(token.type), text: token.text, offset: base + token.span.offset });
  }
  return tokens;
};

/** Whether a member of a node is itself a node. */
export const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === 'object' && value !== null && 'type' in value && 'span' in value;

/** Visits every node below (and with) `root`, parents first, telling the parent and the member that holds it. */
export const walk = (
  root: SyntaxNode,
  visit: (node: SyntaxNode, parent: SyntaxNode | null, member: string) => void,
): void => {
  const pending: { node: SyntaxNode; parent: SyntaxNode | null; member: string }[] = [
    { node: root, parent: null, member: '' },
  ];
  for (let next = pending.pop(); next; next = pending.pop()) {
    visit(next.node, next.parent, next.member);
    const children: typeof pending = [];
    for (const [member, value] of Object.entries(next.node)) {
      const items: readonly unknown[] = Array.isArray(value) ? value : [value];
      for (const item of items) if (isNode(item)) children.push({ node: item, parent: next.node, member });
    }
    // One by one: an INSERT can have more rows than a call can have arguments.
    for (const child of children.reverse()) pending.push(child);
  }
};

/** The text of a `Name` or `Id` node, unquoted; null for every other node. */
export const nameIn = (node: SyntaxNode): string | null => {
  if (node.type === 'Name' && 'text' in node && typeof node.text === 'string') return node.text;
  if (node.type === 'Id' && 'name' in node && typeof node.name === 'string') return node.name;
  return null;
};
