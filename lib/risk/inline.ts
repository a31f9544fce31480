// Acceptances that stand in the migration files: `-- dbsync:accept <code> <reason>`. Pure; whether they count is policy.
import { type ScanRules, type Statement, splitStatements, type Token, tokenize } from '../sql/index.ts';

/** One acceptance with its reason, and the statement that it is for. */
export interface InlineAcceptance {
  readonly migration: string;
  readonly code: string;
  readonly reason: string;
  /** Line of the first word of the statement that it is for. */
  readonly line: number;
}

/** A comment that looks like an acceptance and is none. */
export interface InlineProblem {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

export interface InlineAcceptances {
  readonly acceptances: readonly InlineAcceptance[];
  readonly problems: readonly InlineProblem[];
}

export interface MigrationText {
  readonly migration: string;
  readonly file: string;
  readonly text: string;
}

const MARK = /dbsync:accept\b[ \t]*([^\s*]*)[ \t]*([^\r\n]*)/;

const lineOf = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

/** The statement that ends on the comment's own line; otherwise the one that begins next. */
const meant = (
  comment: Token,
  line: number,
  parts: { statements: readonly Statement[]; text: string },
): Statement | undefined => {
  const { statements, text } = parts;
  const before = statements.findLast((statement) => statement.offset < comment.offset);
  const endsHere = before && lineOf(text, before.offset + before.text.length) === line;
  return endsHere ? before : statements.find((statement) => statement.offset > comment.offset);
};

/** Reads the acceptances of one file. The reason is mandatory: without one, the comment is reported and accepts nothing. */
export const inlineAcceptances = (source: MigrationText, rules: ScanRules): InlineAcceptances => {
  const acceptances: InlineAcceptance[] = [];
  const problems: InlineProblem[] = [];
  if (!source.text.includes('dbsync:accept')) return { acceptances, problems };
  const statements = splitStatements(source.text, { file: source.file, rules });
  for (const token of tokenize(source.text, rules)) {
    const found = token.kind === 'comment' ? MARK.exec(token.text) : null;
    if (!found) continue;
    const line = lineOf(source.text, token.offset);
    const code = found[1] ?? '';
    const reason = (found[2] ?? '').replace(/\*\/\s*$/, '').trim();
    const statement = meant(token, line, { statements, text: source.text });
    const problem = !/^[a-z]+-[a-z0-9-]+$/.test(code)
      ? 'It names no hazard code.'
      : reason === ''
        ? `It gives no reason for ${code}.`
        : statement
          ? null
          : 'No statement follows it.';
    if (problem !== null) problems.push({ file: source.file, line, message: problem });
    else if (statement) acceptances.push({ migration: source.migration, code, reason, line: statement.line });
  }
  return { acceptances, problems };
};
