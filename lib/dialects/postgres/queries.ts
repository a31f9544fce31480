// The catalogue queries, one per kind of object, in the order in which they are asked; and the frame around them.
import { BEHAVIOUR } from './inspect/behaviour.ts';
import { CONSTRAINTS } from './inspect/constraints.ts';
import { RELATIONS } from './inspect/relations.ts';
import { ROUTINES } from './inspect/routines.ts';
import { type CatalogueQuery, FIRST_USER_OID } from './inspect/sql.ts';
import { SURROUNDINGS } from './inspect/surroundings.ts';
import { TYPES } from './inspect/types.ts';
import { literal } from './quote.ts';

export const CATALOGUE: readonly CatalogueQuery[] = [
  ...RELATIONS,
  ...CONSTRAINTS,
  ...TYPES,
  ...ROUTINES,
  ...BEHAVIOUR,
  ...SURROUNDINGS,
];

const BEGIN_VIEW = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY';

const VIEW_SETTINGS = [
  `SET LOCAL search_path = ''`,
  `SET LOCAL DateStyle = 'ISO, MDY'`,
  `SET LOCAL IntervalStyle = 'postgres'`,
  `SET LOCAL TimeZone = 'UTC'`,
  'SET LOCAL extra_float_digits = 1',
  'SET LOCAL bytea_output = hex',
  'SET LOCAL quote_all_identifiers = off',
  'SET LOCAL standard_conforming_strings = on',
  // Short queries with many function calls: compiling them costs more than it saves.
  'SET LOCAL jit = off',
  // A limit, not an amount: with the default (4 MB) the server would sort the columns of a thousand tables on its disk.
  `SET LOCAL work_mem = '64MB'`,
];

/**
 * One consistent view of the catalogue. With an empty search path every name is printed with its namespace, and the
 * settings that change how the server prints constants have one value (those of pg_dump).
 */
export const OPEN_CATALOGUE = [BEGIN_VIEW, ...VIEW_SETTINGS].join('; ');

/** The same view for another session, as long as the first one has it open. */
export const EXPORT_CATALOGUE = 'SELECT pg_catalog.pg_export_snapshot()';

/** The view of another session: it must be said before any question (SET TRANSACTION SNAPSHOT in PostgreSQL's manual). */
export const openCatalogueOf = (exported: string): string =>
  [BEGIN_VIEW, `SET TRANSACTION SNAPSHOT ${literal(exported)}`, ...VIEW_SETTINGS].join('; ');

/** Columns for some five hundred tables: from there on a second session wins more than it costs. */
const WIDE_BYTES = 1_500_000;

/** Ends the view; nothing was written, so there is nothing to keep. */
export const CLOSE_CATALOGUE = 'ROLLBACK';

export const CATALOGUE_CONTEXT = `
SELECT pg_catalog.current_setting('server_version_num')::int / 10000 AS major, r.rolsuper AS superuser,
  r.oid::text || CASE WHEN d.datdba <> r.oid THEN ',' || d.datdba::text ELSE '' END AS self,
  pg_catalog.pg_relation_size('pg_catalog.pg_attribute') > ${WIDE_BYTES}
    AND (SELECT count(*) * 2 FROM pg_catalog.pg_stat_activity) < pg_catalog.current_setting('max_connections')::int AS wide
FROM pg_catalog.pg_roles r, pg_catalog.pg_database d
WHERE r.rolname = current_user AND d.datname = pg_catalog.current_database()`;

/** Names of the catalogues that hold anything beside the system's own. */
export const occupiedCatalogues = (names: readonly string[]): string =>
  names
    .map(
      (name) => `SELECT '${name}' AS name WHERE EXISTS (SELECT FROM ${name} WHERE oid >= ${FIRST_USER_OID})`,
    )
    .join(' UNION ALL ');

/** For names of numbers: every operator class, and the collations that keys of indexes have beside the default one (100). */
export const OPERATOR_CLASSES = `
SELECT o.oid::text AS oid, o.opcintype::text AS input, o.opcdefault AS "isDefault",
  CASE WHEN n.nspname <> 'pg_catalog' THEN n.nspname || '.' ELSE '' END || o.opcname AS name
FROM pg_opclass o JOIN pg_namespace n ON n.oid = o.opcnamespace`;

export const KEY_COLLATIONS = `
SELECT c.oid::text AS oid, quote_ident(n.nspname) || '.' || quote_ident(c.collname) AS name
FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
WHERE c.oid = 100 OR c.oid IN (SELECT unnest(i.indcollation::oid[]) FROM pg_index i
  WHERE i.indexrelid >= ${FIRST_USER_OID} AND NOT i.indcollation::oid[] <@ '{0,100}'::oid[])`;

/** Comments on objects that a user can have made, and on "public" where it is not the one that it comes with. */
export const COMMENTS = `
SELECT classoid::regclass::text AS class, objoid::text AS oid, objsubid AS sub, description FROM pg_description
WHERE objoid >= 16384
  OR classoid = 'pg_namespace'::regclass AND objoid = (SELECT oid FROM pg_namespace WHERE nspname = 'public')
    AND description <> 'standard public schema'`;

export const SECURITY_LABELS = `
SELECT classoid::regclass::text AS class, objoid::text AS oid, objsubid AS sub,
  json_agg(provider || '=' || label ORDER BY provider)::text AS labels
FROM pg_seclabel GROUP BY 1, 2, 3`;
