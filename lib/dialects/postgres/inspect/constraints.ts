// Queries: constraints and indexes, in parts where the parts say everything, in the server's words where they do not.
import type { Value } from '../../../schema/index.ts';
import { columnNames, type Lookup, numbersOf, unusualClasses, unusualCollations } from './lookup.ts';
import { type CatalogueRow, type Fields, textOf } from './rows.ts';
import {
  type CatalogueContext,
  type CatalogueQuery,
  FIRST_USER_OID,
  options,
  rare,
  userNamespace,
} from './sql.ts';

const KINDS = `CASE k.contype WHEN 'p' THEN 'primary-key' WHEN 'u' THEN 'unique' WHEN 'f' THEN 'foreign-key'
  WHEN 'c' THEN 'check' WHEN 'x' THEN 'exclusion' WHEN 'n' THEN 'not-null' END`;

const action = (column: string, alias: string): string =>
  `CASE WHEN k.contype = 'f' THEN CASE ${column} WHEN 'a' THEN 'no action' WHEN 'r' THEN 'restrict' WHEN 'c' THEN 'cascade'
    WHEN 'n' THEN 'set null' WHEN 'd' THEN 'set default' END END AS "${alias}"`;

/** Numbers of what an index is over; also read for the index behind a constraint. */
const keys = (index: string): string =>
  `${index}.indkey AS "_key", ${index}.indclass AS "_class_of", ${index}.indcollation AS "_collation", ${index}.indnkeyatts AS "_keys"`;

const hasIndexState = (index: string, { major }: CatalogueContext): readonly string[] => [
  'ic.reloptions IS NOT NULL',
  'ic.reltablespace <> 0',
  `NOT ${index}.indisvalid`,
  `${index}.indisreplident`,
  `${index}.indisclustered`,
  ...(major >= 15 ? [`${index}.indnullsnotdistinct`] : []),
  'ic.relispartition',
];

/** What an index may have beside its keys. */
const indexState = (index: string, { major }: CatalogueContext): readonly string[] => [
  options('ic.reloptions'),
  'CASE WHEN ic.reltablespace <> 0 THEN (SELECT ts.spcname FROM pg_tablespace ts WHERE ts.oid = ic.reltablespace) END AS "tablespace"',
  `CASE WHEN NOT ${index}.indisvalid THEN false END AS "valid"`,
  `CASE WHEN ${index}.indisreplident THEN true END AS "replicaIdentity"`,
  `CASE WHEN ${index}.indisclustered THEN true END AS "clustered"`,
  ...(major >= 15 ? [`CASE WHEN ${index}.indnullsnotdistinct THEN true END AS "nullsNotDistinct"`] : []),
  'CASE WHEN ic.relispartition THEN (SELECT ih.inhparent::regclass::text FROM pg_inherits ih WHERE ih.inhrelid = ic.oid) END AS "partitionOf"',
];

const unusualConstraint = (context: CatalogueContext): string =>
  rare(
    [
      `k.contype = 'x'`,
      `k.contype = 'f' AND k.confmatchtype <> 's'`,
      'k.condeferrable',
      'NOT k.convalidated',
      `k.contype IN ('c', 'n') AND k.connoinherit`,
      'k.coninhcount > 0',
      ...(context.major >= 18 ? ['NOT k.conenforced', 'k.conperiod'] : []),
      ...hasIndexState('i', context),
    ],
    [
      `CASE WHEN k.contype = 'x' THEN pg_get_constraintdef(k.oid) END AS "definition"`,
      `CASE k.confmatchtype WHEN 'f' THEN 'full' WHEN 'p' THEN 'partial' END AS "match"`,
      `CASE WHEN k.condeferrable THEN CASE WHEN k.condeferred THEN 'initially deferred' ELSE 'initially immediate' END END AS "deferrable"`,
      'CASE WHEN NOT k.convalidated THEN false END AS "validated"',
      ...(context.major >= 18
        ? [
            'CASE WHEN NOT k.conenforced THEN false END AS "enforced"',
            'CASE WHEN k.conperiod THEN true END AS "period"',
          ]
        : []),
      `CASE WHEN k.contype IN ('c', 'n') AND k.connoinherit THEN true END AS "noInherit"`,
      `CASE WHEN k.coninhcount > 0 THEN CASE WHEN k.conislocal THEN 'and declared here' ELSE 'yes' END END AS "inherited"`,
      ...indexState('i', context),
    ],
  );

/**
 * Every NOT NULL is a constraint with a name: a domain's from PostgreSQL 17 on, a column's from 18. Only those that say more than the column's own
 * `nullable` are objects: another name than the default one, not validated, not inherited by children.
 */
const telling = ({ major }: CatalogueContext): string =>
  major < 17
    ? ''
    : `AND (k.contype <> 'n' OR NOT k.convalidated OR k.connoinherit
    OR k.conrelid <> 0 AND k.coninhcount = 0 AND left(k.conname, 58) <> left(c.relname || '_' ||
      (SELECT na.attname FROM pg_attribute na WHERE na.attrelid = k.conrelid AND na.attnum = k.conkey[1]) || '_not_null', 58))`;

const put = (row: CatalogueRow, name: string, value: Value | null): void => {
  if (value !== null) row.attributes[name] = value;
};

/** Key columns by name, included ones apart, and what sorts them where it is not the usual. */
const putKeys = (row: CatalogueRow, lookup: Lookup, relation: string, fields: Fields): void => {
  const numbers = numbersOf(fields._key);
  const keys = {
    relation,
    columns: numbers.slice(0, Number(fields._keys)),
    classes: numbersOf(fields._class_of),
    collations: numbersOf(fields._collation),
  };
  put(row, 'columns', columnNames(lookup, relation, keys.columns));
  put(row, 'include', columnNames(lookup, relation, numbers.slice(keys.columns.length)));
  put(row, 'operatorClasses', unusualClasses(lookup, keys));
  put(row, 'collations', unusualCollations(lookup, keys));
};

const refineConstraint: CatalogueQuery['refine'] = (row, fields, lookup) => {
  const relation = textOf(fields._relation);
  if (row.kind === 'primary-key' || row.kind === 'unique') return putKeys(row, lookup, relation, fields);
  if (row.kind === 'check' || relation === '0') return;
  put(row, 'columns', columnNames(lookup, relation, numbersOf(fields._columns)));
  if (row.kind !== 'foreign-key') return;
  const other = textOf(fields._refers);
  put(row, 'referencedColumns', columnNames(lookup, other, numbersOf(fields._referred)));
  put(row, 'onDeleteColumns', columnNames(lookup, relation, numbersOf(fields._cleared)));
};

const constraints: CatalogueQuery = {
  title: 'constraints',
  place: { _class: 'pg_constraint' },
  sql: (context) => `
SELECT k.oid AS "_oid", CASE WHEN k.conrelid <> 0 THEN 'pg_class' ELSE 'pg_type' END AS "_in",
  CASE WHEN k.conrelid <> 0 THEN k.conrelid ELSE k.contypid END AS "_parent", ${KINDS} AS "_kind", k.conname AS "_name",
  k.conrelid AS "_relation", k.conkey AS "_columns",
  CASE WHEN k.contype = 'f' THEN k.confrelid END AS "_refers", k.confkey AS "_referred",
  ${context.major >= 15 ? `k.confdelsetcols AS "_cleared",` : ''}
  CASE WHEN k.contype = 'f' THEN k.confrelid::regclass::text END AS "references",
  ${action('k.confdeltype', 'onDelete')}, ${action('k.confupdtype', 'onUpdate')},
  CASE WHEN k.contype = 'c' THEN pg_get_expr(k.conbin, k.conrelid) END AS "expression",
  ${keys('i')}, ${unusualConstraint(context)}
FROM pg_constraint k
LEFT JOIN pg_class c ON c.oid = k.conrelid
LEFT JOIN pg_type t ON t.oid = k.contypid
JOIN pg_namespace n ON n.oid = coalesce(c.relnamespace, t.typnamespace)
LEFT JOIN pg_index i ON i.indexrelid = k.conindid AND k.contype IN ('p', 'u', 'x')
LEFT JOIN pg_class ic ON ic.oid = i.indexrelid
WHERE k.contype IN ('p', 'u', 'f', 'c', 'x', 'n') AND ${userNamespace('n')}
  AND NOT (k.contype = 'f' AND k.conparentid <> 0) ${telling(context)}`,
  refine: refineConstraint,
};

/** By the bits of indoption (catalog/pg_index.h): 1 descending, 2 nulls first. */
const DIRECTIONS: readonly string[] = ['asc', 'desc nulls last', 'asc nulls first', 'desc'];

const refineIndex: CatalogueQuery['refine'] = (row, fields, lookup) => {
  const relation = textOf(fields._parent);
  const { columns, definition } = row.attributes;
  if (definition === undefined) {
    const bits = numbersOf(fields._option);
    if (bits.some((bit) => bit !== '0'))
      row.attributes.order = bits.map((bit) => DIRECTIONS[Number(bit)] ?? bit);
    return putKeys(row, lookup, relation, fields);
  }
  // The server's words say what sorts the keys; their names are there for the reader.
  const numbers = numbersOf(fields._key);
  const keys = Number(fields._keys);
  if (columns === undefined) put(row, 'columns', columnNames(lookup, relation, numbers.slice(0, keys)));
  put(row, 'include', columnNames(lookup, relation, numbers.slice(keys)));
};

/** Plain B-trees over columns with built-in operator classes: what can be said of them, the parts say. */
const OTHER_THAN_PLAIN = `(i.indexprs IS NOT NULL OR am.amname <> 'btree' OR ${FIRST_USER_OID} <= ANY (i.indclass::oid[]))`;

const unusualIndex = (context: CatalogueContext): string =>
  rare(
    [OTHER_THAN_PLAIN, 'i.indpred IS NOT NULL', ...hasIndexState('i', context)],
    [
      `CASE WHEN i.indexprs IS NOT NULL THEN (SELECT json_agg(CASE WHEN p.number = 0 THEN pg_get_indexdef(i.indexrelid, p.place::int, true)
      ELSE ia.attname::text END ORDER BY p.place)
    FROM unnest(i.indkey) WITH ORDINALITY p(number, place)
    LEFT JOIN pg_attribute ia ON ia.attrelid = i.indrelid AND ia.attnum = p.number
    WHERE p.place <= i.indnkeyatts) END AS "columns"`,
      'CASE WHEN i.indpred IS NOT NULL THEN pg_get_expr(i.indpred, i.indrelid) END AS "where"',
      `CASE WHEN am.amname <> 'btree' THEN am.amname END AS "method"`,
      `CASE WHEN ${OTHER_THAN_PLAIN} THEN regexp_replace(pg_get_indexdef(i.indexrelid), '^CREATE (UNIQUE )?INDEX .*? USING ', '') END AS "definition"`,
      `CASE WHEN i.indexprs IS NOT NULL THEN (SELECT json_agg(json_build_array(ia.attnum, ia.attstattarget) ORDER BY ia.attnum)
    FROM pg_attribute ia WHERE ia.attrelid = i.indexrelid AND ia.attstattarget >= 0) END AS "statistics"`,
      ...indexState('i', context),
    ],
  );

const indexes: CatalogueQuery = {
  title: 'indexes',
  place: { _class: 'pg_class', _in: 'pg_class', _kind: 'index' },
  sql: (context) => `
SELECT ic.oid AS "_oid", i.indrelid AS "_parent", ic.relname AS "_name", i.indoption AS "_option",
  i.indisunique AS "unique", ${keys('i')}, ${unusualIndex(context)}
FROM pg_index i
JOIN pg_class ic ON ic.oid = i.indexrelid
JOIN pg_namespace n ON n.oid = ic.relnamespace
JOIN pg_am am ON am.oid = ic.relam
WHERE ${userNamespace('n')} AND NOT EXISTS (SELECT FROM pg_constraint k
  WHERE k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x'))`,
  refine: refineIndex,
};

export const CONSTRAINTS: readonly CatalogueQuery[] = [constraints, indexes];
