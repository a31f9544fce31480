// Queries: what connects a schema with its surroundings: extensions, foreign data, replication, text search, default
// privileges. Text only.
import { type Fields, onCommonGround, recordOf } from './rows.ts';
import {
  type CatalogueQuery,
  independent,
  owner,
  privileges,
  roleName,
  routine,
  userNamespace,
} from './sql.ts';

const extensions: CatalogueQuery = {
  title: 'extensions',
  sql: () => `
SELECT 'pg_extension' AS "_class", e.oid AS "_oid", 'extension' AS "_kind", e.extname AS "_name", e.extversion AS "version", n.nspname AS "schema"
FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace`,
};

const wrappers: CatalogueQuery = {
  title: 'foreign-data wrappers',
  holds: 'pg_foreign_data_wrapper',
  sql: (context) => `
SELECT 'pg_foreign_data_wrapper' AS "_class", w.oid AS "_oid", 'foreign-data-wrapper' AS "_kind", w.fdwname AS "_name",
  ${owner(context, 'w.fdwowner')}, ${privileges(context, { acl: 'w.fdwacl', type: 'F', owner: 'w.fdwowner' })},
  ${routine('w.fdwhandler', 'handler')}, ${routine('w.fdwvalidator', 'validator')}, to_json(w.fdwoptions) AS "fdwOptions"
FROM pg_foreign_data_wrapper w WHERE ${independent('pg_foreign_data_wrapper', 'w.oid')}`,
};

const servers: CatalogueQuery = {
  title: 'foreign servers',
  holds: 'pg_foreign_server',
  sql: (context) => `
SELECT 'pg_foreign_server' AS "_class", s.oid AS "_oid", 'foreign-server' AS "_kind", s.srvname AS "_name",
  ${owner(context, 's.srvowner')}, ${privileges(context, { acl: 's.srvacl', type: 'S', owner: 's.srvowner' })},
  (SELECT w.fdwname FROM pg_foreign_data_wrapper w WHERE w.oid = s.srvfdw) AS "wrapper",
  s.srvtype AS "type", s.srvversion AS "version", to_json(s.srvoptions) AS "fdwOptions"
FROM pg_foreign_server s WHERE ${independent('pg_foreign_server', 's.oid')}`,
};

const mappings: CatalogueQuery = {
  title: 'user mappings',
  holds: 'pg_foreign_server',
  sql: (context) => `
SELECT 'pg_user_mapping' AS "_class", m.umid AS "_oid", 'user-mapping' AS "_kind",
  ${roleName(context, 'm.umuser')} || ' at ' || m.srvname AS "_name", to_json(m.umoptions) AS "fdwOptions"
FROM pg_user_mappings m`,
};

/** Which tables, with which columns and rows, a publication holds; columns and rows from PostgreSQL 15. */
const publishedTables = (
  major: number,
): string => `(SELECT json_agg(json_strip_nulls(json_build_object('table', r.prrelid::regclass::text
    ${major >= 15 ? `, 'columns', (SELECT json_agg(a.attname ORDER BY a.attname) FROM unnest(r.prattrs) k(n) JOIN pg_attribute a ON a.attrelid = r.prrelid AND a.attnum = k.n), 'where', pg_get_expr(r.prqual, r.prrelid)` : ''}))
    ORDER BY r.prrelid::regclass::text) FROM pg_publication_rel r WHERE r.prpubid = p.oid)`;

/** Columns of pg_publication that not every version has, and what they hold where nobody asked for anything else. */
const PUBLISHED_BY_DEFAULT: Fields = { pubviaroot: false, pubgencols: 'n' };

const publications: CatalogueQuery = {
  title: 'publications',
  holds: 'pg_publication',
  refine: ({ attributes }) => {
    attributes.definition = onCommonGround(recordOf(attributes.definition) ?? {}, PUBLISHED_BY_DEFAULT);
  },
  sql: (context) => `
SELECT 'pg_publication' AS "_class", p.oid AS "_oid", 'publication' AS "_kind", p.pubname AS "_name", ${owner(context, 'p.pubowner')},
  to_jsonb(p) - '{oid,pubname,pubowner}'::text[] AS "definition", ${publishedTables(context.major)} AS "tables"
  ${
    context.major >= 15
      ? `, (SELECT json_agg(n.nspname ORDER BY n.nspname) FROM pg_publication_namespace x JOIN pg_namespace n ON n.oid = x.pnnspid
    WHERE x.pnpubid = p.oid) AS "schemas"`
      : ''
  }
FROM pg_publication p WHERE ${independent('pg_publication', 'p.oid')}`,
};

const subscriptions: CatalogueQuery = {
  title: 'subscriptions',
  holds: 'pg_subscription',
  // The connection string holds a password and may be read by superusers only.
  sql: (context) => `
SELECT 'pg_subscription' AS "_class", s.oid AS "_oid", 'subscription' AS "_kind", s.subname AS "_name", ${owner(context, 's.subowner')},
  s.subenabled AS "isEnabled", s.subslotname AS "slot", s.subsynccommit AS "synchronousCommit", to_json(s.subpublications) AS "publications"
  ${context.superuser ? `, s.subconninfo AS "connection"` : ''}
FROM pg_subscription s WHERE s.subdbid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())`,
};

const searchConfigurations: CatalogueQuery = {
  title: 'text search configurations',
  holds: 'pg_ts_config',
  sql: (context) => `
SELECT 'pg_ts_config' AS "_class", c.oid AS "_oid", 'text-search-configuration' AS "_kind", n.nspname AS "_ns", c.cfgname AS "_name",
  ${owner(context, 'c.cfgowner')},
  (SELECT quote_ident(pn.nspname) || '.' || quote_ident(p.prsname) FROM pg_ts_parser p JOIN pg_namespace pn ON pn.oid = p.prsnamespace
    WHERE p.oid = c.cfgparser) AS "parser",
  (SELECT json_agg(json_build_array(m.maptokentype, m.mapdict::regdictionary::text) ORDER BY m.maptokentype, m.mapseqno)
    FROM pg_ts_config_map m WHERE m.mapcfg = c.oid) AS "mapping"
FROM pg_ts_config c JOIN pg_namespace n ON n.oid = c.cfgnamespace WHERE ${userNamespace('n')} AND ${independent('pg_ts_config', 'c.oid')}`,
};

const searchDictionaries: CatalogueQuery = {
  title: 'text search dictionaries',
  holds: 'pg_ts_dict',
  sql: (context) => `
SELECT 'pg_ts_dict' AS "_class", d.oid AS "_oid", 'text-search-dictionary' AS "_kind", n.nspname AS "_ns", d.dictname AS "_name",
  ${owner(context, 'd.dictowner')}, d.dictinitoption AS "options",
  (SELECT quote_ident(tn.nspname) || '.' || quote_ident(t.tmplname) FROM pg_ts_template t JOIN pg_namespace tn ON tn.oid = t.tmplnamespace
    WHERE t.oid = d.dicttemplate) AS "template"
FROM pg_ts_dict d JOIN pg_namespace n ON n.oid = d.dictnamespace WHERE ${userNamespace('n')} AND ${independent('pg_ts_dict', 'd.oid')}`,
};

const searchParsers: CatalogueQuery = {
  title: 'text search parsers and templates',
  sql: () => `
SELECT 'pg_ts_parser' AS "_class", p.oid AS "_oid", 'text-search-parser' AS "_kind", n.nspname AS "_ns", p.prsname AS "_name",
  json_build_array(p.prsstart::text, p.prstoken::text, p.prsend::text, p.prsheadline::text, p.prslextype::text) AS "functions"
FROM pg_ts_parser p JOIN pg_namespace n ON n.oid = p.prsnamespace WHERE ${userNamespace('n')} AND ${independent('pg_ts_parser', 'p.oid')}
UNION ALL
SELECT 'pg_ts_template', t.oid, 'text-search-template', n.nspname, t.tmplname, json_build_array(t.tmplinit::text, t.tmpllexize::text)
FROM pg_ts_template t JOIN pg_namespace n ON n.oid = t.tmplnamespace WHERE ${userNamespace('n')} AND ${independent('pg_ts_template', 't.oid')}`,
};

const OBJECT_TYPES = `CASE d.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions' WHEN 'T' THEN 'types'
  WHEN 'n' THEN 'schemas' WHEN 'L' THEN 'large objects' END`;

const defaultPrivileges: CatalogueQuery = {
  title: 'default privileges',
  holds: 'pg_default_acl',
  sql: (context) => `
SELECT 'pg_default_acl' AS "_class", d.oid AS "_oid", 'default-privileges' AS "_kind", n.nspname AS "_ns",
  ${OBJECT_TYPES} || ' of ' || ${roleName(context, 'd.defaclrole')} AS "_name",
  (SELECT json_agg(item ORDER BY item) FROM (
    SELECT CASE WHEN x.grantee = d.defaclrole THEN 'OWNER' ELSE ${roleName(context, 'x.grantee')} END || '=' ||
      string_agg(x.privilege_type || CASE WHEN x.is_grantable THEN '*' ELSE '' END, ',' ORDER BY x.privilege_type) AS item
    FROM aclexplode(d.defaclacl) x GROUP BY x.grantee) g) AS "privileges"
FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace`,
};

export const SURROUNDINGS: readonly CatalogueQuery[] = [
  extensions,
  wrappers,
  servers,
  mappings,
  publications,
  subscriptions,
  searchConfigurations,
  searchDictionaries,
  searchParsers,
  defaultPrivileges,
];
