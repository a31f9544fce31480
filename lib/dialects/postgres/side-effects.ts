// Which functions a question would run that may do more than compute. Reads the catalogue; runs nothing of what it is asked about.
import type { Session } from '../contract.ts';
import { names, parseSql, record, visit } from './parse.ts';
import { literal } from './quote.ts';

interface Called {
  readonly functions: ReadonlySet<string>;
  readonly operators: ReadonlySet<string>;
  /** Types that values are cast to: a cast may be a function of somebody's own (CREATE CAST in the manual). */
  readonly types: ReadonlySet<string>;
}

const calledIn = (sql: string): Called => {
  const functions = new Set<string>();
  const operators = new Set<string>();
  const types = new Set<string>();
  const parsed = parseSql(sql);
  for (const node of parsed.ok ? parsed.nodes : [])
    visit({ [node.type]: node.fields }, (type, fields) => {
      if (type === 'FuncCall') functions.add(names(fields, 'funcname').at(-1) ?? '');
      if (type === 'A_Expr') operators.add(names(fields, 'name').at(-1) ?? '');
      if (type === 'TypeCast') types.add(names(record(fields, 'typeName') ?? {}, 'names').at(-1) ?? '');
    });
  return { functions, operators, types };
};

const list = (texts: ReadonlySet<string>): string => `ARRAY[${[...texts].map(literal).join(', ')}]::text[]`;

/**
 * Functions of that name which are not declared STABLE or IMMUTABLE: only such may change anything, and so they are run by nobody but the
 * statement itself ("Function Volatility Categories" in the manual).
 */
export const sideEffects = async (session: Session, sql: string): Promise<readonly string[]> => {
  const { functions, operators, types } = calledIn(sql);
  const { rows } = await session.raw(`
SELECT p.proname::text FROM pg_catalog.pg_proc p WHERE p.provolatile = 'v' AND (
  p.proname = ANY (${list(functions)})
  OR EXISTS (SELECT FROM pg_catalog.pg_operator o WHERE o.oprcode = p.oid AND o.oprname = ANY (${list(operators)}))
  OR EXISTS (SELECT FROM pg_catalog.pg_cast c JOIN pg_catalog.pg_type t ON t.oid = c.casttarget
    WHERE c.castfunc = p.oid AND t.typname = ANY (${list(types)})))
ORDER BY 1 LIMIT 3`);
  return rows.map(([name]) => `${String(name)}()`);
};
