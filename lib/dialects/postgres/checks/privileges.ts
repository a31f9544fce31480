// Check: may the role do what the plan does: own the touched tables, create in the schema.
import type { Check, CheckContext, Session, Verdict } from '../../contract.ts';
import { postgresAddress } from '../address.ts';
import { printable, quote } from '../quote.ts';
import { needSession, ok, TOUCHED, touchedArrays } from './verdict.ts';

const NOT_OWNED = `
SELECT t.nspname || '.' || t.relname AS name, pg_catalog.pg_get_userbyid(t.relowner) AS owner
FROM ${TOUCHED} t WHERE NOT pg_catalog.pg_has_role(t.relowner, 'USAGE') ORDER BY 1`;

const SCHEMA = `
SELECT n.nspname AS name, pg_catalog.has_schema_privilege(n.oid, 'CREATE') AS may
FROM pg_catalog.pg_namespace n WHERE n.nspname = coalesce($1, pg_catalog.current_schema(), 'public')`;

const SPACE = `SELECT pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') AS may`;

const schemaProblem = async (session: Session): Promise<readonly string[]> => {
  const wanted = postgresAddress(session.address).schema;
  const [schema] = await session.query(SCHEMA, [wanted]);
  if (schema?.may === true) return [];
  if (schema)
    return [
      `GRANT CREATE ON SCHEMA ${quote(String(schema.name))} TO the role; it may not create tables there.`,
    ];
  const [database] = await session.query(SPACE);
  return database?.may === true
    ? []
    : [`The schema ${quote(wanted ?? 'public')} is missing, and the role may not create it.`];
};

const ownerProblems = async (session: Session, context: CheckContext): Promise<readonly string[]> => {
  const rows = await session.query(NOT_OWNED, touchedArrays(context));
  return rows.map(
    (row) =>
      `${printable(String(row.name))} belongs to ${printable(String(row.owner))}: GRANT ${quote(String(row.owner))} TO the role, or use that role.`,
  );
};

export const PRIVILEGES_CHECK: Check = {
  id: 'postgres-privileges',
  title: 'The role may change the touched tables',
  run: needSession(async (session, context): Promise<Verdict> => {
    if (context.identity?.facts.superuser === true) {
      return ok('The role is a superuser, which is more than a migration needs.');
    }
    const problems = [...(await schemaProblem(session)), ...(await ownerProblems(session, context))];
    if (problems.length === 0) return ok('The role owns the touched tables and may create in the schema.');
    return {
      status: 'failed',
      message: `The role may not do all that the plan does (${problems.length} ${problems.length === 1 ? 'gap' : 'gaps'}).`,
      remedy: problems.slice(0, 10),
      code: 'PREFLIGHT_FAILED',
    };
  }),
};
