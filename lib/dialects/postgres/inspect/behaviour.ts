// Queries: what acts by itself or guards rows: triggers, rules, policies, event triggers, statistics. Text only.
import { type CatalogueQuery, independent, owner, roleName, userNamespace } from './sql.ts';

const ENABLED = (column: string): string =>
  `CASE ${column} WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' END AS "enabled"`;

const triggers: CatalogueQuery = {
  title: 'triggers',
  holds: 'pg_trigger',
  // A partition's copy of its parent's trigger counts only where it is enabled differently (as in pg_dump).
  sql: ({ major }) => `
SELECT 'pg_trigger' AS "_class", g.oid AS "_oid", 'pg_class' AS "_in", g.tgrelid AS "_parent", 'trigger' AS "_kind", g.tgname AS "_name",
  pg_get_triggerdef(g.oid) AS "definition", ${ENABLED('g.tgenabled')}
FROM pg_trigger g ${major >= 13 ? 'LEFT JOIN pg_trigger u ON u.oid = g.tgparentid' : ''}
WHERE NOT g.tgisinternal ${major >= 13 ? 'AND (g.tgparentid = 0 OR g.tgenabled <> u.tgenabled)' : ''}
  AND ${independent('pg_trigger', 'g.oid')}`,
};

const rules: CatalogueQuery = {
  title: 'rules',
  sql: () => `
SELECT 'pg_rewrite' AS "_class", r.oid AS "_oid", 'pg_class' AS "_in", r.ev_class AS "_parent", 'rule' AS "_kind", r.rulename AS "_name",
  pg_get_ruledef(r.oid) AS "definition", ${ENABLED('r.ev_enabled')}
FROM pg_rewrite r WHERE r.rulename <> '_RETURN' AND r.oid >= 16384`,
};

const policies: CatalogueQuery = {
  title: 'policies',
  holds: 'pg_policy',
  sql: (context) => `
SELECT 'pg_policy' AS "_class", p.oid AS "_oid", 'pg_class' AS "_in", p.polrelid AS "_parent", 'policy' AS "_kind", p.polname AS "_name",
  CASE p.polcmd WHEN 'r' THEN 'select' WHEN 'a' THEN 'insert' WHEN 'w' THEN 'update' WHEN 'd' THEN 'delete' ELSE 'all' END AS "command",
  p.polpermissive AS "permissive",
  (SELECT json_agg(${roleName(context, 'r.oid')} ORDER BY ${roleName(context, 'r.oid')}) FROM unnest(p.polroles) r(oid)) AS "roles",
  pg_get_expr(p.polqual, p.polrelid) AS "using", pg_get_expr(p.polwithcheck, p.polrelid) AS "check"
FROM pg_policy p`,
};

const eventTriggers: CatalogueQuery = {
  title: 'event triggers',
  holds: 'pg_event_trigger',
  sql: (context) => `
SELECT 'pg_event_trigger' AS "_class", e.oid AS "_oid", 'event-trigger' AS "_kind", e.evtname AS "_name", e.evtevent AS "event",
  e.evtfoid::regprocedure::text AS "function", ${ENABLED('e.evtenabled')}, to_json(e.evttags) AS "tags", ${owner(context, 'e.evtowner')}
FROM pg_event_trigger e WHERE ${independent('pg_event_trigger', 'e.oid')}`,
};

const statistics: CatalogueQuery = {
  title: 'statistics objects',
  holds: 'pg_statistic_ext',
  sql: (context) => `
SELECT 'pg_statistic_ext' AS "_class", s.oid AS "_oid", 'statistics' AS "_kind", n.nspname AS "_ns", s.stxname AS "_name",
  pg_get_statisticsobjdef(s.oid) AS "definition", ${owner(context, 's.stxowner')}
  ${context.major >= 13 ? `, CASE WHEN s.stxstattarget >= 0 THEN s.stxstattarget END AS "target"` : ''}
FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace
WHERE ${userNamespace('n')} AND ${independent('pg_statistic_ext', 's.oid')}`,
};

export const BEHAVIOUR: readonly CatalogueQuery[] = [triggers, rules, policies, eventTriggers, statistics];
