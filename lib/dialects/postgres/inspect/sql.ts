// Pieces of SQL that the catalogue queries share. Text only; every piece is built from constants of this folder.
import type { Lookup } from './lookup.ts';
import type { CatalogueRow, Fields } from './rows.ts';

/** What the queries depend on, read once before them. */
export interface CatalogueContext {
  readonly major: number;
  /** Numbers of the roles that stand for "ourselves", as an SQL list: the session's role and the database's owner. */
  readonly self: string;
  readonly superuser: boolean;
}

export type Place = '_class' | '_in' | '_kind';

/** The system's own objects have smaller numbers (FirstNormalObjectId in access/transam.h). */
export const FIRST_USER_OID = 16_384;

/**
 * One query per kind. Its rows become objects: columns that begin with an underscore say what and where the object is,
 * every other column is an attribute of that name (null: absent).
 * - `_class`, `_oid`, `_sub`: the catalogue row, for comments and for children to find their parent
 * - `_in`, `_parent`: the parent's catalogue and number; absent for top-level objects
 * - `_kind`, `_ns`, `_name`: as in the snapshot
 * - `_more`: a JSON object of further attributes (see `rare`)
 * - any other: for `refine`
 */
export interface CatalogueQuery {
  readonly title: string;
  /** First major version that has the catalogue. */
  readonly since?: number;
  /** Asked only where this catalogue holds a row that is not the system's own: most databases have none of most kinds. */
  readonly holds?: string;
  /** Columns that are the same in every row. */
  readonly place?: Readonly<Partial<Record<Place, string>>>;
  /** Finishes a row's attributes: what the server could say too, but slower. */
  readonly refine?: (row: CatalogueRow, fields: Fields, lookup: Lookup) => void;
  /** In place of all that: makes the rows of one row that stands for many (the columns of a relation). */
  readonly unfold?: (fields: Fields, into: Unfolding) => void;
  readonly sql: (context: CatalogueContext) => string;
}

/** Where rows go, and what they leave to be known. */
export interface Unfolding {
  readonly add: (row: CatalogueRow) => void;
  readonly lookup: Lookup;
}

/** The namespace `alias` is the user's: not the system's, not temporary. */
export const userNamespace = (alias: string): string =>
  `${alias}.nspname !~ '^pg_' AND ${alias}.nspname <> 'information_schema'`;

/** The object belongs to no extension, and was not made as a part of another object. */
export const independent = (catalogue: string, oid: string): string =>
  `NOT EXISTS (SELECT FROM pg_depend dep WHERE dep.classid = '${catalogue}'::regclass AND dep.objid = ${oid}
    AND dep.objsubid = 0 AND dep.deptype IN ('e', 'i'))`;

/** The object belongs to no extension. Cheaper than `independent` where there are many objects. */
export const ownMaking = (catalogue: string, oid: string): string =>
  `${oid} NOT IN (SELECT dep.objid FROM pg_depend dep WHERE dep.refclassid = 'pg_extension'::regclass
    AND dep.classid = '${catalogue}'::regclass AND dep.objsubid = 0 AND dep.deptype = 'e')`;

/**
 * Attributes that few objects have, as one JSON object where `when` holds: most rows then carry one empty cell for all of
 * them. `when` must hold wherever one of them is not null.
 */
export const rare = (when: readonly string[], attributes: readonly string[]): string =>
  `CASE WHEN ${when.join(' OR ')} THEN ${together(attributes)} END AS "_more"`;

/** Attributes as one JSON object. */
export const together = (attributes: readonly string[]): string =>
  `(SELECT row_to_json(few) FROM (SELECT ${attributes.join(', ')}) few)`;

/** The owner's name; absent where that is ourselves, for a rehearsal runs under a role of its own. */
export const owner = ({ self }: CatalogueContext, column: string): string =>
  `CASE WHEN ${column} NOT IN (${self}) THEN ${column}::regrole::text END AS "owner"`;

/** A role's name, `CURRENT_USER` for ourselves and `PUBLIC` for everyone. */
export const roleName = ({ self }: CatalogueContext, oid: string): string =>
  `CASE WHEN ${oid} = 0 THEN 'PUBLIC' WHEN ${oid} IN (${self}) THEN 'CURRENT_USER' ELSE ${oid}::regrole::text END`;

interface AclParts {
  readonly acl: string;
  /** The letter for acldefault: https://www.postgresql.org/docs/current/functions-info.html */
  readonly type: string;
  readonly owner: string;
  /** What counts as the default, where it is not the built-in one. */
  readonly initial?: string;
  readonly alias?: string;
}

/**
 * Privileges that differ from the default, as `grantee=PRIVILEGE,PRIVILEGE*` (a star: with grant option), and `grantee=`
 * where the default was revoked. Absent where they are the default, however that came about.
 */
export const privileges = (context: CatalogueContext, parts: AclParts): string => {
  const standard = parts.initial
    ? `coalesce(${parts.initial}, acldefault('${parts.type}', ${parts.owner}))`
    : `acldefault('${parts.type}', ${parts.owner})`;
  const grantee = `CASE WHEN x.grantee = ${parts.owner} THEN 'OWNER' ELSE ${roleName(context, 'x.grantee')} END`;
  const entries = (acl: string): string => `SELECT ${grantee} AS who,
    string_agg(x.privilege_type || CASE WHEN x.is_grantable THEN '*' ELSE '' END, ',' ORDER BY x.privilege_type) AS what
    FROM aclexplode(${acl}) x GROUP BY 1`;
  return `CASE WHEN ${parts.acl} IS NOT NULL THEN (SELECT json_agg(item ORDER BY item) FROM (
    SELECT g.who || '=' || g.what AS item FROM (${entries(parts.acl)} EXCEPT ${entries(standard)}) g
    UNION ALL SELECT d.who || '=' FROM (${entries(standard)}) d WHERE d.who NOT IN (SELECT h.who FROM (${entries(parts.acl)}) h)
  ) items) END AS "${parts.alias ?? 'privileges'}"`;
};

/** An array of `name=value` options in a fixed order; absent for none. */
export const options = (column: string, alias = 'options'): string =>
  `CASE WHEN ${column} IS NOT NULL THEN (SELECT json_agg(o ORDER BY o) FROM unnest(${column}) o) END AS "${alias}"`;

/** A collation's qualified name, where it is not the type's own. */
export const collation = (used: string, own: string): string =>
  `CASE WHEN ${used} <> 0 AND ${used} <> ${own} THEN (SELECT quote_ident(cn.nspname) || '.' || quote_ident(co.collname)
    FROM pg_collation co JOIN pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = ${used}) END AS "collation"`;

/** A function's full name; absent for none. */
export const routine = (column: string, alias: string): string =>
  `CASE WHEN ${column} <> 0 THEN ${column}::regprocedure::text END AS "${alias}"`;
