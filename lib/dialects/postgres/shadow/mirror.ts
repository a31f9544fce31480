// Makes a private server resemble the target's: its roles, its database's encoding and locale, its default privileges.
// Reads from the target only.
import { randomBytes } from 'node:crypto';
import type { Identity, Session } from '../../contract.ts';
import { explain } from '../explain.ts';
import type { ServerFacts } from '../inspect/likeness.ts';
import { literal, quote } from '../quote.ts';

const ROLES = `SELECT rolname FROM pg_catalog.pg_roles WHERE rolname !~ '^pg_' ORDER BY rolname`;

const DO_NOT_FAIL = ['42710', '42939'];

/** Creates the target's roles without login, so that GRANT and OWNER TO in the history find them. */
const mirrorRoles = async (target: Session, server: Session): Promise<void> => {
  for (const row of await target.query(ROLES)) {
    try {
      await server.execute(`CREATE ROLE ${quote(String(row.rolname))} NOLOGIN`);
    } catch (error) {
      // Exists already (the superuser's own name), or is a reserved name on this version.
      if (!DO_NOT_FAIL.includes(explain(error).code ?? '')) throw error;
    }
  }
};

export interface Login {
  readonly user: string;
  readonly password: string;
}

export interface LoginWish {
  /** The target's role. */
  readonly user: string;
  /** The server's own superuser, whose password stays. */
  readonly own: Login;
}

/** The role that the replay runs as: of the target's name, so that owners are the same, and able to do everything. */
export const mirrorLogin = async (
  target: Session | null,
  server: Session,
  { user, own }: LoginWish,
): Promise<Login> => {
  if (target) await mirrorRoles(target, server);
  if (user === own.user) return own;
  const password = randomBytes(24).toString('base64url');
  const [found] = await server.query('SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = $1', [user]);
  await server.execute(
    `${found ? 'ALTER' : 'CREATE'} ROLE ${quote(user)} SUPERUSER LOGIN PASSWORD ${literal(password)}`,
  );
  return { user, password };
};

const text = (identity: Identity | null, name: string): string | null => {
  const value = identity?.facts[name];
  return typeof value === 'string' ? value : null;
};

/** What CREATE DATABASE needs so that text is encoded and sorted as in the target. */
export const localeClauses = (identity: Identity | null): string => {
  const [encoding, collation, ctype] = ['encoding', 'collation', 'ctype'].map((name) => text(identity, name));
  const parts = [
    encoding ? `ENCODING ${literal(encoding)}` : '',
    collation ? `LC_COLLATE ${literal(collation)}` : '',
    ctype ? `LC_CTYPE ${literal(ctype)}` : '',
  ];
  return parts.filter(Boolean).join(' ');
};

/** Creates the database with the target's locale, or, where this server lacks it, with its own; says which. */
export const createLike = async (
  server: Session,
  names: { readonly database: string; readonly owner: string },
  identity: Identity | null,
): Promise<readonly string[]> => {
  const create = `CREATE DATABASE ${quote(names.database)} OWNER ${quote(names.owner)} TEMPLATE template0`;
  try {
    await server.execute(`${create} ${localeClauses(identity)}`);
    return [];
  } catch (error) {
    if (explain(error).connectionLost) throw error;
    await server.execute(`${create} ENCODING 'UTF8'`);
    return [
      `text is sorted and compared as in locale C, the target uses ${text(identity, 'collation') ?? 'another'}`,
    ];
  }
};

/** Default privileges that the target gives to new objects of its role, as statements. */
const DEFAULT_PRIVILEGES = `
SELECT n.nspname AS namespace, CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS'
    WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' END AS objects,
  CASE WHEN x.grantee = 0 THEN NULL ELSE pg_catalog.pg_get_userbyid(x.grantee) END AS grantee, x.grantee = d.defaclrole AS own,
  x.privilege_type AS privilege, x.is_grantable AS grantable
FROM pg_catalog.pg_default_acl d
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace, LATERAL pg_catalog.aclexplode(d.defaclacl) x
WHERE d.defaclrole IN (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = current_user)`;

/** What PUBLIC has without being told, by kind of object: revoked where the target's defaults leave it out. */
const BUILT_IN: Readonly<Record<string, string>> = { FUNCTIONS: 'EXECUTE', TYPES: 'USAGE' };

const PUBLIC_SCHEMA = `
SELECT CASE WHEN x.grantee = 0 THEN NULL ELSE pg_catalog.pg_get_userbyid(x.grantee) END AS grantee, x.privilege_type AS privilege,
  x.is_grantable AS grantable
FROM pg_catalog.pg_namespace n, LATERAL pg_catalog.aclexplode(n.nspacl) x
WHERE n.nspname = 'public' AND x.grantee <> n.nspowner AND n.nspacl IS NOT NULL`;

/** Who may use "public" is set up with the server, before any history; so the shadow begins with what the target has. */
const mirrorPublic = async (target: Session, shadow: Session): Promise<void> => {
  const [known] = await target.query(
    `SELECT nspacl IS NULL AS plain FROM pg_catalog.pg_namespace WHERE nspname = 'public'`,
  );
  if (!known || known.plain === true) return;
  await shadow.execute('REVOKE ALL ON SCHEMA public FROM PUBLIC');
  for (const row of await target.query(PUBLIC_SCHEMA)) {
    const grantee = typeof row.grantee === 'string' ? quote(row.grantee) : 'PUBLIC';
    const option = row.grantable === true ? ' WITH GRANT OPTION' : '';
    await shadow.execute(`GRANT ${String(row.privilege)} ON SCHEMA public TO ${grantee}${option}`);
  }
};

/** Gives the shadow the target's default privileges, for new tables get them in both. Says what could not be given. */
export const mirrorDefaults = async (target: Session, shadow: Session): Promise<readonly string[]> => {
  await mirrorPublic(target, shadow);
  const rows = await target.query(DEFAULT_PRIVILEGES);
  const missing = new Set<string>();
  const run = async (sql: string, namespace: unknown): Promise<void> => {
    try {
      await shadow.execute(sql);
    } catch (error) {
      if (explain(error).connectionLost) throw error;
      missing.add(typeof namespace === 'string' ? namespace : 'the database');
    }
  };
  for (const objects of new Set(
    rows.filter((row) => row.namespace === null).map((row) => String(row.objects)),
  )) {
    const revoked = BUILT_IN[objects];
    if (revoked) await run(`ALTER DEFAULT PRIVILEGES REVOKE ${revoked} ON ${objects} FROM PUBLIC`, null);
  }
  for (const row of rows) {
    if (typeof row.objects !== 'string' || (row.own === true && row.namespace === null)) continue;
    const where = typeof row.namespace === 'string' ? `IN SCHEMA ${quote(row.namespace)} ` : '';
    const grantee = typeof row.grantee === 'string' ? quote(row.grantee) : 'PUBLIC';
    const option = row.grantable === true ? ' WITH GRANT OPTION' : '';
    const grant = `GRANT ${String(row.privilege)} ON ${row.objects} TO ${grantee}${option}`;
    await run(`ALTER DEFAULT PRIVILEGES ${where}${grant}`, row.namespace);
  }
  return missing.size === 0
    ? []
    : [`default privileges of ${[...missing].join(', ')} could not be taken over`];
};

/** Extensions of the target that the shadow's server lacks, or has in another version. */
export const extensionCaveats = (target: ServerFacts, shadow: ServerFacts): readonly string[] =>
  [...target.installed].flatMap(([name, version]) => {
    const there = shadow.offered.get(name);
    if (there === undefined) return [`the extension ${name} is not available in the shadow's server`];
    return there === version
      ? []
      : [`the extension ${name} is ${version} in the target and ${there} in the shadow`];
  });
