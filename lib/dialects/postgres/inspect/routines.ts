// Queries: functions, procedures, aggregates, operators and their classes, languages, conversions, transforms. Text only.
import { plainProcedure } from './definitions.ts';
import { textOf } from './rows.ts';
import { type CatalogueQuery, independent, owner, privileges, routine, userNamespace } from './sql.ts';

const routines: CatalogueQuery = {
  title: 'functions, procedures and aggregates',
  holds: 'pg_proc',
  refine: ({ kind, attributes }) => {
    if (kind === 'procedure') attributes.definition = plainProcedure(textOf(attributes.definition));
  },
  sql: (context) => `
SELECT 'pg_proc' AS "_class", p.oid AS "_oid", n.nspname AS "_ns",
  p.proname || '(' || oidvectortypes(p.proargtypes) || ')' AS "_name",
  CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END AS "_kind",
  ${owner(context, 'p.proowner')},
  ${privileges(context, { acl: 'p.proacl', type: 'f', owner: 'p.proowner' })},
  CASE WHEN p.prokind <> 'a' THEN to_json(pg_get_functiondef(p.oid)) ELSE (SELECT json_build_object(
    'kind', a.aggkind, 'directArguments', a.aggnumdirectargs, 'arguments', pg_get_function_arguments(p.oid),
    'result', format_type(p.prorettype, NULL), 'transition', a.aggtransfn::text, 'final', a.aggfinalfn::text,
    'combine', a.aggcombinefn::text, 'serialize', a.aggserialfn::text, 'deserialize', a.aggdeserialfn::text,
    'movingTransition', a.aggmtransfn::text, 'movingInverse', a.aggminvtransfn::text, 'movingFinal', a.aggmfinalfn::text,
    'finalExtra', a.aggfinalextra, 'movingFinalExtra', a.aggmfinalextra, 'finalModify', a.aggfinalmodify,
    'movingFinalModify', a.aggmfinalmodify, 'sort', a.aggsortop::regoperator::text, 'state', format_type(a.aggtranstype, NULL),
    'stateSpace', a.aggtransspace, 'movingState', format_type(nullif(a.aggmtranstype, 0), NULL), 'movingStateSpace', a.aggmtransspace,
    'initial', a.agginitval, 'movingInitial', a.aggminitval, 'parallel', p.proparallel) FROM pg_aggregate a WHERE a.aggfnoid = p.oid)
    END AS "definition"
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE ${userNamespace('n')} AND ${independent('pg_proc', 'p.oid')}`,
};

const operators: CatalogueQuery = {
  title: 'operators',
  holds: 'pg_operator',
  sql: (context) => `
SELECT 'pg_operator' AS "_class", o.oid AS "_oid", 'operator' AS "_kind", n.nspname AS "_ns",
  o.oprname || '(' || format_type(nullif(o.oprleft, 0), NULL) || ', ' || format_type(nullif(o.oprright, 0), NULL) || ')' AS "_name",
  ${owner(context, 'o.oprowner')},
  o.oprcode::regprocedure::text AS "function", o.oprcom::regoperator::text AS "commutator", o.oprnegate::regoperator::text AS "negator",
  o.oprrest::text AS "restrict", o.oprjoin::text AS "join", o.oprcanhash AS "hashes", o.oprcanmerge AS "merges"
FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace
WHERE ${userNamespace('n')} AND ${independent('pg_operator', 'o.oid')}`,
};

const families: CatalogueQuery = {
  title: 'operator families',
  holds: 'pg_opfamily',
  sql: (context) => `
SELECT 'pg_opfamily' AS "_class", f.oid AS "_oid", 'operator-family' AS "_kind", n.nspname AS "_ns", f.opfname || ' using ' || am.amname AS "_name",
  ${owner(context, 'f.opfowner')},
  (SELECT json_agg(json_build_array(o.amopstrategy, o.amoppurpose, o.amopopr::regoperator::text, o.amopsortfamily)
    ORDER BY o.amopstrategy, o.amopopr::regoperator::text) FROM pg_amop o WHERE o.amopfamily = f.oid) AS "operators",
  (SELECT json_agg(json_build_array(s.amprocnum, format_type(s.amproclefttype, NULL), format_type(s.amprocrighttype, NULL), s.amproc::regprocedure::text)
    ORDER BY s.amprocnum, s.amproc::regprocedure::text) FROM pg_amproc s WHERE s.amprocfamily = f.oid) AS "functions"
FROM pg_opfamily f JOIN pg_namespace n ON n.oid = f.opfnamespace JOIN pg_am am ON am.oid = f.opfmethod
WHERE ${userNamespace('n')} AND ${independent('pg_opfamily', 'f.oid')}`,
};

const classes: CatalogueQuery = {
  title: 'operator classes',
  holds: 'pg_opclass',
  sql: (context) => `
SELECT 'pg_opclass' AS "_class", o.oid AS "_oid", 'operator-class' AS "_kind", n.nspname AS "_ns", o.opcname || ' using ' || am.amname AS "_name",
  ${owner(context, 'o.opcowner')},
  (SELECT quote_ident(fn.nspname) || '.' || quote_ident(f.opfname) FROM pg_opfamily f JOIN pg_namespace fn ON fn.oid = f.opfnamespace
    WHERE f.oid = o.opcfamily) AS "family",
  format_type(o.opcintype, NULL) AS "type", format_type(nullif(o.opckeytype, 0), NULL) AS "storage", o.opcdefault AS "isDefault"
FROM pg_opclass o JOIN pg_namespace n ON n.oid = o.opcnamespace JOIN pg_am am ON am.oid = o.opcmethod
WHERE ${userNamespace('n')} AND ${independent('pg_opclass', 'o.oid')}`,
};

const languages: CatalogueQuery = {
  title: 'languages',
  holds: 'pg_language',
  sql: (context) => `
SELECT 'pg_language' AS "_class", l.oid AS "_oid", 'language' AS "_kind", l.lanname AS "_name", l.lanpltrusted AS "trusted",
  ${owner(context, 'l.lanowner')},
  ${privileges(context, { acl: 'l.lanacl', type: 'l', owner: 'l.lanowner' })},
  ${routine('l.lanplcallfoid', 'handler')}, ${routine('l.laninline', 'inline')}, ${routine('l.lanvalidator', 'validator')}
FROM pg_language l WHERE l.oid >= 16384 AND ${independent('pg_language', 'l.oid')}`,
};

const accessMethods: CatalogueQuery = {
  title: 'access methods',
  holds: 'pg_am',
  sql: () => `
SELECT 'pg_am' AS "_class", a.oid AS "_oid", 'access-method' AS "_kind", a.amname AS "_name", a.amtype AS "type", a.amhandler::text AS "handler"
FROM pg_am a WHERE a.oid >= 16384 AND ${independent('pg_am', 'a.oid')}`,
};

const transforms: CatalogueQuery = {
  title: 'transforms',
  holds: 'pg_transform',
  sql: () => `
SELECT 'pg_transform' AS "_class", t.oid AS "_oid", 'transform' AS "_kind",
  format_type(t.trftype, NULL) || ' for ' || l.lanname AS "_name", ${routine('t.trffromsql', 'fromSql')}, ${routine('t.trftosql', 'toSql')}
FROM pg_transform t JOIN pg_language l ON l.oid = t.trflang WHERE ${independent('pg_transform', 't.oid')}`,
};

const conversions: CatalogueQuery = {
  title: 'conversions',
  holds: 'pg_conversion',
  sql: (context) => `
SELECT 'pg_conversion' AS "_class", c.oid AS "_oid", 'conversion' AS "_kind", n.nspname AS "_ns", c.conname AS "_name",
  ${owner(context, 'c.conowner')}, c.conproc::text AS "function", c.condefault AS "isDefault",
  pg_encoding_to_char(c.conforencoding) AS "from", pg_encoding_to_char(c.contoencoding) AS "to"
FROM pg_conversion c JOIN pg_namespace n ON n.oid = c.connamespace
WHERE ${userNamespace('n')} AND ${independent('pg_conversion', 'c.oid')}`,
};

export const ROUTINES: readonly CatalogueQuery[] = [
  routines,
  operators,
  families,
  classes,
  languages,
  accessMethods,
  transforms,
  conversions,
];
