// A session reaches one file: statements that would open or write another are refused before the engine has them. Pure.
import { lex, type SyntaxToken } from '../parse.ts';

/** Most statements hold neither word, and need no reading. */
const MAY_REACH = /\battach\b|\bvacuum\b/i;

/** Files that are nobody's (https://sqlite.org/lang_attach.html, https://sqlite.org/inmemorydb.html). */
const NOBODYS: ReadonlySet<string> = new Set(["''", '""', "':memory:'", '":memory:"']);

const statementsOf = (tokens: readonly SyntaxToken[]): readonly (readonly string[])[] => {
  const statements: string[][] = [[]];
  for (const { kind, text } of tokens) {
    if (kind === 'SEMI') statements.push([]);
    else statements.at(-1)?.push(text);
  }
  return statements;
};

const reachOf = ([first = '', ...rest]: readonly string[]): string | null => {
  if (/^attach$/i.test(first)) {
    const [file = '', as = ''] = /^database$/i.test(rest[0] ?? '') ? rest.slice(1) : rest;
    return NOBODYS.has(file) && /^as$/i.test(as) ? null : 'ATTACH opens another file';
  }
  if (/^vacuum$/i.test(first) && rest.some((word) => /^into$/i.test(word)))
    return 'VACUUM INTO writes another file';
  return null;
};

/** What other file a text opens or writes, in words; null where it stays with this one. */
export const otherFile = (sql: string): string | null => {
  if (!MAY_REACH.test(sql)) return null;
  for (const statement of statementsOf(lex(sql))) {
    const reach = reachOf(statement);
    if (reach) return reach;
  }
  return null;
};

/**
 * Throws where the text opens or writes another database file: a rehearsal would do so to the real one, before anybody
 * approved it, and no snapshot, backup or proof of ours covers it.
 */
export const refuseOtherFiles = (sql: string): void => {
  const reach = otherFile(sql);
  if (reach) throw new Error(`${reach}, and dbsync changes this one alone; do that outside of migrations`);
};
