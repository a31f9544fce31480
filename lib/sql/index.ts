// The room's door. Text of SQL: statements with their origin, tokens, excerpts. Pure; knows dialects only as rules.
export { excerpt } from './excerpt.ts';
export { oncePerStatement } from './once.ts';
export type { ScanRules } from './rules.ts';
export { type SplitOptions, splitStatements } from './split.ts';
export type { Statement } from './statement.ts';
export { type Token, type TokenKind, tokenize } from './tokenize.ts';
