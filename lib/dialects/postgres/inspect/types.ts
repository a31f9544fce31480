// Queries: enums, domains, composite, range and base types, collations. Text only.
import { type Fields, onCommonGround, recordOf } from './rows.ts';
import {
  type CatalogueQuery,
  collation,
  independent,
  owner,
  privileges,
  routine,
  userNamespace,
} from './sql.ts';

/** From 14 on; null where nobody named it (makeMultirangeTypeName in src/backend/catalog/pg_type.c), for older servers have none. */
const namedMultirange = `(SELECT format_type(m.oid, NULL) FROM pg_type m WHERE m.oid = r.rngmultitypid AND (m.typnamespace <> t.typnamespace
      OR m.typname <> CASE WHEN strpos(t.typname, 'range') > 0 THEN regexp_replace(t.typname, 'range', 'multirange') ELSE t.typname || '_multirange' END))`;

const types: CatalogueQuery = {
  title: 'types',
  refine: ({ attributes }) => {
    const range = recordOf(attributes.range);
    if (range) attributes.range = onCommonGround(range);
  },
  // Most types are the row types of tables and the arrays of everything: those are put aside first, at one reading.
  sql: (context) => `
SELECT 'pg_type' AS "_class", t.oid AS "_oid", n.nspname AS "_ns", t.typname AS "_name",
  CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' WHEN 'c' THEN 'composite-type' WHEN 'r' THEN 'range-type'
    WHEN 'p' THEN 'shell-type' ELSE 'base-type' END AS "_kind",
  ${owner(context, 't.typowner')},
  ${privileges(context, { acl: 't.typacl', type: 'T', owner: 't.typowner' })},
  CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END AS "type",
  CASE WHEN t.typtype = 'd' THEN NOT t.typnotnull END AS "nullable",
  CASE WHEN t.typtype = 'd' THEN coalesce(pg_get_expr(t.typdefaultbin, 0), t.typdefault) END AS "default",
  CASE WHEN t.typtype = 'd' THEN (SELECT x.c FROM (SELECT ${collation('t.typcollation', 'bt.typcollation')}
    FROM pg_type bt WHERE bt.oid = t.typbasetype) x(c)) END AS "collation",
  CASE WHEN t.typtype = 'r' THEN (SELECT json_build_object('subtype', format_type(r.rngsubtype, NULL),
    'operatorClass', (SELECT o.opcname FROM pg_opclass o WHERE o.oid = r.rngsubopc),
    'collation', (SELECT co.collname FROM pg_collation co WHERE co.oid = r.rngcollation),
    'canonical', r.rngcanonical::text, 'difference', r.rngsubdiff::text
    ${context.major >= 14 ? `, 'multirange', ${namedMultirange}` : ''}) FROM pg_range r WHERE r.rngtypid = t.oid) END AS "range",
  CASE WHEN t.typtype = 'b' THEN json_build_object('input', t.typinput::text, 'output', t.typoutput::text, 'receive', t.typreceive::text,
    'send', t.typsend::text, 'modifierIn', t.typmodin::text, 'modifierOut', t.typmodout::text, 'analyze', t.typanalyze::text,
    'length', t.typlen, 'byValue', t.typbyval, 'alignment', t.typalign, 'storage', t.typstorage, 'category', t.typcategory,
    'preferred', t.typispreferred, 'delimiter', t.typdelim, 'default', t.typdefault, 'element', format_type(t.typelem, NULL),
    'collatable', t.typcollation <> 0) END AS "definition"
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_class c ON c.oid = t.typrelid
WHERE ${userNamespace('n')} AND ${independent('pg_type', 't.oid')} AND (c.oid IS NULL OR c.relkind = 'c')
  AND t.oid NOT IN (SELECT el.typarray FROM pg_type el WHERE el.typarray <> 0)
  AND (t.typtype IN ('e', 'd', 'c', 'r', 'b') OR t.typtype = 'p' AND NOT t.typisdefined)`,
};

const enumValues: CatalogueQuery = {
  title: 'enum values',
  holds: 'pg_enum',
  sql: () => `
SELECT 'pg_type' AS "_in", e.enumtypid AS "_parent", 'pg_enum' AS "_class", e.oid AS "_oid", 'enum-value' AS "_kind", e.enumlabel AS "_name",
  row_number() OVER (ORDER BY e.enumtypid, e.enumsortorder) AS "_sub"
FROM pg_enum e`,
};

/** ICU's locale: in the columns of the C library's until 14, called `colliculocale` in 15 and 16, `colllocale` since. */
const collationOf = (row: Fields): Fields => {
  const { colliculocale = null, colllocale = colliculocale, collcollate, collctype, ...rest } = row;
  const isIcu = row.collprovider === 'i';
  const locale = isIcu
    ? { colllocale: colllocale ?? collcollate ?? null }
    : { colllocale, collcollate: collcollate ?? null, collctype: collctype ?? null };
  return onCommonGround({ ...rest, ...locale });
};

const collations: CatalogueQuery = {
  title: 'collations',
  holds: 'pg_collation',
  // The row as JSON: each column makes a difference. The version that the system's library had when the collation was made
  // (collversion) is the machine's, not the schema's.
  refine: ({ attributes }) => {
    attributes.definition = collationOf(recordOf(attributes.definition) ?? {});
  },
  sql: (context) => `
SELECT 'pg_collation' AS "_class", c.oid AS "_oid", 'collation' AS "_kind", n.nspname AS "_ns", c.collname AS "_name",
  ${owner(context, 'c.collowner')},
  to_jsonb(c) - '{oid,collname,collnamespace,collowner,collversion}'::text[] AS "definition"
FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
WHERE ${userNamespace('n')} AND ${independent('pg_collation', 'c.oid')}`,
};

const casts: CatalogueQuery = {
  title: 'casts',
  holds: 'pg_cast',
  sql: () => `
SELECT 'pg_cast' AS "_class", c.oid AS "_oid", 'cast' AS "_kind",
  format_type(c.castsource, NULL) || ' as ' || format_type(c.casttarget, NULL) AS "_name",
  ${routine('c.castfunc', 'function')}, c.castcontext AS "context", c.castmethod AS "method"
FROM pg_cast c WHERE c.oid >= 16384 AND ${independent('pg_cast', 'c.oid')}`,
};

export const TYPES: readonly CatalogueQuery[] = [types, enumValues, collations, casts];
