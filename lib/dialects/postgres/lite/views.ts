// Which views read differently on both sides of PostgreSQL 16, as their texts tell. Touches no database; the parser must be loaded.
import { type Node, node, nodes, parseSql, textField } from '../parse.ts';

/**
 * Until 15 the server writes every column of a view's definition with its table; from 16 on only where the outermost query has more
 * than one entry in its FROM, counted as the planner counts them (get_query_def in src/backend/utils/adt/ruleutils.c).
 */
export const VIEWS_ALIKE_FROM = 16;

const MAKES =
  /\bcreate\s+(?:or\s+replace\s+)?(?:(?:temp|temporary|recursive|materialized)\s+)*(?:view|rule)\b/gi;

const readsFromOne = (query: Node | null): boolean => {
  if (query?.type !== 'SelectStmt') return true;
  if ((textField(query.fields, 'op') ?? 'SETOP_NONE') !== 'SETOP_NONE') return false;
  const from = nodes(query.fields, 'fromClause');
  return from.length === 1 && from[0]?.type !== 'JoinExpr';
};

/** Whether the definition of a view, as the server says it, depends on the version. */
export const differs = (definition: string): boolean => {
  const parsed = parseSql(definition);
  return !parsed.ok || parsed.nodes.length === 0 || parsed.nodes.some(readsFromOne);
};

const queryOf = ({ type, fields }: Node): readonly (Node | null)[] => {
  if (type === 'ViewStmt') return [node(fields, 'query')];
  if (type === 'CreateTableAsStmt' && textField(fields, 'objtype') === 'OBJECT_MATVIEW')
    return [node(fields, 'query')];
  return [];
};

/** Whether statements make such a view, or something that cannot be told: a rule, or a view within another text (DO, a function). */
export const makesDifferent = (sql: string): boolean => {
  const places = sql.match(MAKES)?.length ?? 0;
  if (places === 0) return false;
  const parsed = parseSql(sql);
  if (!parsed.ok) return true;
  const queries = parsed.nodes.flatMap(queryOf);
  return queries.length < places || queries.some(readsFromOne);
};
