// Queries: constraints and indexes. Text only.
import { type CatalogueContext, type CatalogueQuery, columnNames, options, userNamespace } from './sql.ts';

const KINDS = `CASE k.contype WHEN 'p' THEN 'primary-key' WHEN 'u' THEN 'unique' WHEN 'f' THEN 'foreign-key'
  WHEN 'c' THEN 'check' WHEN 'x' THEN 'exclusion' WHEN 'n' THEN 'not-null' END`;

const action = (column: string, alias: string): string =>
  `CASE WHEN k.contype = 'f' THEN CASE ${column} WHEN 'a' THEN 'no action' WHEN 'r' THEN 'restrict' WHEN 'c' THEN 'cascade'
    WHEN 'n' THEN 'set null' WHEN 'd' THEN 'set default' END END AS "${alias}"`;

/** What an index may have beside its definition; also read for the index behind a constraint. */
const indexState = (index: string): string => `
  ${options('ic.reloptions')},
  CASE WHEN ic.reltablespace <> 0 THEN (SELECT ts.spcname FROM pg_tablespace ts WHERE ts.oid = ic.reltablespace) END AS "tablespace",
  CASE WHEN NOT ${index}.indisvalid THEN false END AS "valid",
  CASE WHEN ${index}.indisreplident THEN true END AS "replicaIdentity",
  CASE WHEN ${index}.indisclustered THEN true END AS "clustered",
  CASE WHEN ic.relispartition THEN (SELECT ih.inhparent::regclass::text FROM pg_inherits ih WHERE ih.inhrelid = ic.oid) END AS "partitionOf"`;

/**
 * Every NOT NULL is a constraint with a name from PostgreSQL 18 on. Only those that say more than the column's own
 * `nullable` are objects: another name than the default one, not validated, not inherited by children.
 */
const telling = ({ major }: CatalogueContext): string =>
  major < 18
    ? ''
    : `AND (k.contype <> 'n' OR NOT k.convalidated OR k.connoinherit
    OR k.conrelid <> 0 AND k.coninhcount = 0 AND left(k.conname, 58) <> left(c.relname || '_' ||
      (SELECT na.attname FROM pg_attribute na WHERE na.attrelid = k.conrelid AND na.attnum = k.conkey[1]) || '_not_null', 58))`;

const constraints: CatalogueQuery = {
  title: 'constraints',
  sql: (context) => `
SELECT 'pg_constraint' AS "_class", k.oid AS "_oid",
  CASE WHEN k.conrelid <> 0 THEN 'pg_class' ELSE 'pg_type' END AS "_in",
  CASE WHEN k.conrelid <> 0 THEN k.conrelid ELSE k.contypid END AS "_parent", ${KINDS} AS "_kind", k.conname AS "_name",
  pg_get_constraintdef(k.oid) AS "definition",
  CASE WHEN k.contype IN ('p', 'u', 'f', 'x', 'n') AND k.conrelid <> 0 THEN ${columnNames('k.conrelid', 'k.conkey')} END AS "columns",
  CASE WHEN k.contype = 'f' THEN k.confrelid::regclass::text END AS "references",
  CASE WHEN k.contype = 'f' THEN ${columnNames('k.confrelid', 'k.confkey')} END AS "referencedColumns",
  ${action('k.confdeltype', 'onDelete')}, ${action('k.confupdtype', 'onUpdate')},
  CASE WHEN k.contype = 'c' THEN pg_get_expr(k.conbin, k.conrelid) END AS "expression",
  CASE WHEN k.condeferrable THEN CASE WHEN k.condeferred THEN 'initially deferred' ELSE 'initially immediate' END END AS "deferrable",
  CASE WHEN NOT k.convalidated THEN false END AS "validated",
  ${context.major >= 18 ? `CASE WHEN NOT k.conenforced THEN false END AS "enforced",` : ''}
  CASE WHEN k.contype = 'c' AND k.connoinherit THEN true END AS "noInherit",
  CASE WHEN k.coninhcount > 0 THEN CASE WHEN k.conislocal THEN 'and declared here' ELSE 'yes' END END AS "inherited",
  CASE WHEN i.indexrelid IS NOT NULL THEN (SELECT json_agg(opc.opcname ORDER BY o.place) FROM unnest(i.indclass) WITH ORDINALITY o(oid, place)
    JOIN pg_opclass opc ON opc.oid = o.oid AND NOT opc.opcdefault) END AS "operatorClasses",
  ${indexState('i')}
FROM pg_constraint k
LEFT JOIN pg_class c ON c.oid = k.conrelid
LEFT JOIN pg_type t ON t.oid = k.contypid
JOIN pg_namespace n ON n.oid = coalesce(c.relnamespace, t.typnamespace)
LEFT JOIN pg_index i ON i.indexrelid = k.conindid AND k.contype IN ('p', 'u', 'x')
LEFT JOIN pg_class ic ON ic.oid = i.indexrelid
WHERE k.contype IN ('p', 'u', 'f', 'c', 'x', 'n') AND ${userNamespace('n')}
  AND NOT (k.contype = 'f' AND k.conparentid <> 0) ${telling(context)}`,
};

const indexes: CatalogueQuery = {
  title: 'indexes',
  sql: ({ major }) => `
SELECT 'pg_class' AS "_class", ic.oid AS "_oid", 'pg_class' AS "_in", i.indrelid AS "_parent", 'index' AS "_kind", ic.relname AS "_name",
  i.indisunique AS "unique",
  (SELECT json_agg(CASE WHEN p.number = 0 THEN pg_get_indexdef(i.indexrelid, p.place::int, true) ELSE ia.attname::text END ORDER BY p.place)
    FROM unnest(i.indkey) WITH ORDINALITY p(number, place)
    LEFT JOIN pg_attribute ia ON ia.attrelid = i.indrelid AND ia.attnum = p.number
    WHERE p.place <= i.indnkeyatts) AS "columns",
  CASE WHEN i.indnatts > i.indnkeyatts THEN (SELECT json_agg(ia.attname ORDER BY p.place)
    FROM unnest(i.indkey) WITH ORDINALITY p(number, place)
    JOIN pg_attribute ia ON ia.attrelid = i.indrelid AND ia.attnum = p.number WHERE p.place > i.indnkeyatts) END AS "include",
  CASE WHEN i.indpred IS NOT NULL THEN pg_get_expr(i.indpred, i.indrelid) END AS "where",
  CASE WHEN am.amname <> 'btree' THEN am.amname END AS "method",
  regexp_replace(pg_get_indexdef(i.indexrelid), '^CREATE (UNIQUE )?INDEX .*? USING ', '') AS "definition",
  ${major >= 15 ? `CASE WHEN i.indnullsnotdistinct THEN true END AS "nullsNotDistinct",` : ''}
  CASE WHEN i.indexprs IS NOT NULL THEN (SELECT json_agg(json_build_array(ia.attnum, ia.attstattarget) ORDER BY ia.attnum)
    FROM pg_attribute ia WHERE ia.attrelid = i.indexrelid AND ia.attstattarget >= 0) END AS "statistics",
  ${indexState('i')}
FROM pg_index i
JOIN pg_class ic ON ic.oid = i.indexrelid
JOIN pg_namespace n ON n.oid = ic.relnamespace
JOIN pg_am am ON am.oid = ic.relam
LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x')
WHERE k.oid IS NULL AND ${userNamespace('n')}`,
};

export const CONSTRAINTS: readonly CatalogueQuery[] = [constraints, indexes];
