// Queries: namespaces, tables, views, sequences and their columns.
import type { Value } from '../../../schema/index.ts';
import { plainView } from './definitions.ts';
import { learnColumn, numbersOf } from './lookup.ts';
import { recordOf, textOf } from './rows.ts';
import {
  type CatalogueContext,
  type CatalogueQuery,
  collation,
  independent,
  options,
  owner,
  ownMaking,
  privileges,
  together,
  userNamespace,
} from './sql.ts';

const namespaces: CatalogueQuery = {
  title: 'namespaces',
  // The owner of "public" is a matter of the server's version (15 introduced pg_database_owner), not of the schema.
  sql: (context) => `
SELECT 'pg_namespace' AS "_class", n.oid AS "_oid", 'schema' AS "_kind", n.nspname AS "_name",
  CASE WHEN n.nspname <> 'public' OR NOT n.nspowner::regrole::text IN ('pg_database_owner', 'postgres') THEN own.owner END AS "owner",
  ${privileges(context, {
    acl: 'n.nspacl',
    type: 'n',
    owner: 'n.nspowner',
    initial: `(SELECT i.initprivs FROM pg_init_privs i WHERE i.classoid = 'pg_namespace'::regclass AND i.objoid = n.oid AND i.objsubid = 0)`,
  })}
FROM pg_namespace n, LATERAL (SELECT ${owner(context, 'n.nspowner')}) own
WHERE ${userNamespace('n')} AND ${independent('pg_namespace', 'n.oid')}`,
};

const KINDS = `CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' WHEN 'f' THEN 'foreign-table' WHEN 'v' THEN 'view'
  WHEN 'm' THEN 'materialized-view' END`;

const ancestors = `(SELECT json_agg(i.inhparent::regclass::text ORDER BY i.inhseqno) FROM pg_inherits i WHERE i.inhrelid = c.oid)`;

const relations: CatalogueQuery = {
  title: 'tables and views',
  refine: ({ attributes }) => {
    if (typeof attributes.definition === 'string') attributes.definition = plainView(attributes.definition);
  },
  sql: (context) => `
SELECT 'pg_class' AS "_class", c.oid AS "_oid", ${KINDS} AS "_kind", n.nspname AS "_ns", c.relname AS "_name",
  ${owner(context, 'c.relowner')},
  ${privileges(context, { acl: 'c.relacl', type: 'r', owner: 'c.relowner' })},
  CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END AS "definition",
  CASE WHEN c.relpersistence = 'u' THEN true END AS "unlogged",
  CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS "partitionKey",
  CASE WHEN c.relispartition THEN ${ancestors} ->> 0 END AS "partitionOf",
  CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END AS "partitionBound",
  CASE WHEN NOT c.relispartition AND c.relkind IN ('r', 'f') THEN ${ancestors} END AS "inherits",
  CASE WHEN c.reloftype <> 0 THEN c.reloftype::regtype::text END AS "ofType",
  ${options('c.reloptions')},
  CASE WHEN c.reltoastrelid <> 0 THEN (SELECT json_agg(o ORDER BY o) FROM pg_class tc, unnest(tc.reloptions) o
    WHERE tc.oid = c.reltoastrelid) END AS "toastOptions",
  CASE WHEN c.relkind IN ('r', 'p', 'm') THEN CASE c.relreplident WHEN 'n' THEN 'nothing' WHEN 'f' THEN 'full' WHEN 'i' THEN 'index' END END AS "replicaIdentity",
  CASE WHEN c.relrowsecurity THEN true END AS "rowSecurity",
  CASE WHEN c.relforcerowsecurity THEN true END AS "forceRowSecurity",
  CASE WHEN c.reltablespace <> 0 THEN (SELECT ts.spcname FROM pg_tablespace ts WHERE ts.oid = c.reltablespace) END AS "tablespace",
  CASE WHEN c.relam <> 0 THEN (SELECT am.amname FROM pg_am am WHERE am.oid = c.relam AND am.amname <> 'heap') END AS "accessMethod",
  CASE WHEN c.relkind = 'f' THEN (SELECT sv.srvname FROM pg_foreign_table ft JOIN pg_foreign_server sv ON sv.oid = ft.ftserver
    WHERE ft.ftrelid = c.oid) END AS "server",
  CASE WHEN c.relkind = 'f' THEN (SELECT to_json(ft.ftoptions) FROM pg_foreign_table ft WHERE ft.ftrelid = c.oid) END AS "fdwOptions"
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND ${userNamespace('n')} AND ${ownMaking('pg_class', 'c.oid')}`,
};

const identitySequence = `(SELECT json_build_object('sequence', sc.relname, 'type', format_type(s.seqtypid, NULL),
    'start', s.seqstart::text, 'increment', s.seqincrement::text, 'min', s.seqmin::text, 'max', s.seqmax::text,
    'cache', s.seqcache::text, 'cycle', s.seqcycle)
  FROM pg_depend sd JOIN pg_sequence s ON s.seqrelid = sd.objid JOIN pg_class sc ON sc.oid = s.seqrelid
  WHERE sd.classid = 'pg_class'::regclass AND sd.refclassid = 'pg_class'::regclass AND sd.refobjid = a.attrelid
    AND sd.refobjsubid = a.attnum AND sd.deptype = 'i')`;

const STORAGE = `CASE a.attstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external' WHEN 'm' THEN 'main' WHEN 'x' THEN 'extended' END`;

const unusual = ({ major }: CatalogueContext): readonly string[] => [
  `a.attgenerated <> ''`,
  `a.attidentity <> ''`,
  'a.attcollation <> t.typcollation',
  'a.attstorage <> t.typstorage',
  'a.attstattarget >= 0',
  `cardinality(a.attoptions) > 1`,
  `a.attoptions[1] !~ '^pg_'`,
  'a.attfdwoptions IS NOT NULL',
  'a.attinhcount > 0',
  'a.attacl IS NOT NULL',
  ...(major >= 14 ? [`a.attcompression <> ''`] : []),
];

/** Some minor releases keep their own books in attoptions (pg_attver=<position in the log>), which pg_dump leaves out too. */
const unusualAttributes = (context: CatalogueContext): readonly string[] => [
  `CASE a.attgenerated WHEN 's' THEN 'always as (' || pg_get_expr(d.adbin, d.adrelid) || ') stored'
    WHEN 'v' THEN 'always as (' || pg_get_expr(d.adbin, d.adrelid) || ') virtual' END AS "generated"`,
  `CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END AS "identity"`,
  `CASE WHEN a.attidentity <> '' THEN ${identitySequence} END AS "identitySequence"`,
  collation('a.attcollation', 't.typcollation'),
  `CASE WHEN a.attstorage <> t.typstorage THEN ${STORAGE} END AS "storage"`,
  'CASE WHEN a.attstattarget >= 0 THEN a.attstattarget END AS "statistics"',
  `CASE WHEN a.attoptions IS NOT NULL THEN (SELECT json_agg(o ORDER BY o) FROM unnest(a.attoptions) o
    WHERE o !~ '^pg_') END AS "options"`,
  'CASE WHEN a.attfdwoptions IS NOT NULL THEN to_json(a.attfdwoptions) END AS "fdwOptions"',
  `CASE WHEN a.attinhcount > 0 THEN CASE WHEN a.attislocal THEN 'and declared here' ELSE 'yes' END END AS "inherited"`,
  privileges(context, { acl: 'a.attacl', type: 'c', owner: 'c.relowner' }),
  ...(context.major >= 14
    ? [`CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END AS "compression"`]
    : []),
];

const listOf = (value: Value | undefined): readonly Value[] => (Array.isArray(value) ? value : []);

/** One row for each relation, with lists of what its columns have: the server writes that in half the time of a row for each column. */
const columns = (parts: {
  readonly title: string;
  readonly relkinds: string;
  readonly parent: string;
  readonly within: string;
  readonly kind: string;
}): CatalogueQuery => ({
  title: parts.title,
  // A default names no column, so it needs no relation to be printed; opening each of them is what would take the time.
  sql: (context) => `
SELECT ${parts.parent} AS "_parent", a.attrelid AS "_oid", array_agg(a.attnum) AS "_numbers", json_agg(a.attname) AS "_names",
  array_agg(a.atttypid) AS "_types", array_agg(a.attcollation) AS "_collations",
  json_agg(format_type(a.atttypid, a.atttypmod)) AS "_typeNames",
  array_agg(CASE WHEN c.relkind IN ('r', 'p', 'f') THEN NOT a.attnotnull END) AS "_nullable",
  json_agg(CASE WHEN a.atthasdef AND a.attgenerated = '' THEN pg_get_expr(d.adbin, 0) END) AS "_defaults",
  json_object_agg(a.attnum, ${together(unusualAttributes(context))}) FILTER (WHERE ${unusual(context).join(' OR ')}) AS "_more"
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE c.relkind IN (${parts.relkinds}) AND ${userNamespace('n')}
GROUP BY 1, 2`,
  unfold: (fields, { add, lookup }) => {
    const oid = textOf(fields._oid);
    const parent = textOf(fields._parent);
    const [names, typeNames, defaults] = [
      listOf(fields._names),
      listOf(fields._typeNames),
      listOf(fields._defaults),
    ];
    const [types, collations] = [numbersOf(fields._types), numbersOf(fields._collations)];
    const nullable = numbersOf(fields._nullable);
    const more = recordOf(fields._more);
    for (const [at, number] of numbersOf(fields._numbers).entries()) {
      const name = textOf(names[at]);
      const sub = Number(number);
      learnColumn(lookup, oid, sub, { name, type: types[at] ?? '', collation: collations[at] ?? '' });
      const attributes: Record<string, Value> = {};
      const preset = defaults[at];
      if (typeof preset === 'string') attributes.default = preset;
      // NULL in the list: a view's column.
      if (nullable[at] !== 'NULL') attributes.nullable = nullable[at] === 't';
      attributes.type = textOf(typeNames[at]);
      const few = recordOf(more?.[number]);
      if (few !== null) Object.assign(attributes, few);
      add({
        catalogue: 'pg_class',
        oid,
        sub,
        within: parts.within,
        parent,
        kind: parts.kind,
        namespace: null,
        name,
        attributes,
      });
    }
  },
});

const tableColumns = columns({
  title: 'columns',
  relkinds: `'r', 'p', 'f', 'v', 'm'`,
  parent: 'a.attrelid',
  within: 'pg_class',
  kind: 'column',
});

const typeAttributes = columns({
  title: 'attributes of composite types',
  relkinds: `'c'`,
  parent: 'c.reltype',
  within: 'pg_type',
  kind: 'attribute',
});

const sequences: CatalogueQuery = {
  title: 'sequences',
  sql: (context) => `
SELECT 'pg_class' AS "_class", c.oid AS "_oid", 'sequence' AS "_kind", n.nspname AS "_ns", c.relname AS "_name",
  format_type(s.seqtypid, NULL) AS "type", s.seqstart::text AS "start", s.seqincrement::text AS "increment",
  s.seqmin::text AS "min", s.seqmax::text AS "max", s.seqcache::text AS "cache", s.seqcycle AS "cycle",
  CASE WHEN c.relpersistence = 'u' THEN true END AS "unlogged",
  (SELECT json_build_array(tn.nspname, tc.relname, ta.attname) FROM pg_depend sd
    JOIN pg_class tc ON tc.oid = sd.refobjid JOIN pg_namespace tn ON tn.oid = tc.relnamespace
    JOIN pg_attribute ta ON ta.attrelid = tc.oid AND ta.attnum = sd.refobjsubid
    WHERE sd.classid = 'pg_class'::regclass AND sd.objid = c.oid AND sd.refclassid = 'pg_class'::regclass
      AND sd.refobjsubid > 0 AND sd.deptype = 'a') AS "ownedBy",
  ${owner(context, 'c.relowner')},
  ${privileges(context, { acl: 'c.relacl', type: 's', owner: 'c.relowner' })}
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_sequence s ON s.seqrelid = c.oid
WHERE c.relkind = 'S' AND ${userNamespace('n')} AND ${independent('pg_class', 'c.oid')}`,
};

export const RELATIONS: readonly CatalogueQuery[] = [
  namespaces,
  relations,
  tableColumns,
  typeAttributes,
  sequences,
];
