// Reads SHOW GRANTS: what the role may do in one schema, and what is missing for schema changes. Pure.
import type { Verdict } from '../../contract.ts';
import { printable } from '../quote.ts';

/** Without these a migration cannot run at all. */
const NEEDED: readonly string[] = [
  'SELECT',
  'INSERT',
  'UPDATE',
  'DELETE',
  'CREATE',
  'ALTER',
  'DROP',
  'INDEX',
  'REFERENCES',
];
/** Without these some kinds of object cannot be read or changed. */
const WISHED: readonly string[] = [
  'CREATE VIEW',
  'SHOW VIEW',
  'TRIGGER',
  'CREATE ROUTINE',
  'ALTER ROUTINE',
  'EVENT',
];

/** A line of SHOW GRANTS; a partial revoke takes from privileges on everything what they give in one schema. */
interface Grant {
  readonly privileges: readonly string[];
  /** The schema's pattern, or null for all. */
  readonly schema: string | null;
  /** The table, or null for all. */
  readonly table: string | null;
}

/** MySQL with `partial_revokes` (manual, "Privilege Restriction Using Partial Revokes"): the schema's name is no pattern there. */
const REVOKE = /^REVOKE (.+?) ON (`(?:[^`]|``)*`)\.\* FROM /;

const GRANT = /^GRANT (.+?) ON (?:TABLE )?(\*|`(?:[^`]|``)*`)\.(\*|`(?:[^`]|``)*`) TO /;

const unquote = (name: string): string => name.slice(1, -1).replaceAll('``', '`');

/** Privileges without their column lists: a privilege on some columns is not one on the table. */
const privilegeList = (text: string): string[] => {
  if (/^ALL( PRIVILEGES)?$/.test(text.trim())) return ['ALL'];
  return text
    .replaceAll(/[A-Z ]+\([^)]*\),?/g, '')
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);
};

const parseRevoke = (line: string): Pick<Grant, 'privileges' | 'schema'> | null => {
  const found = REVOKE.exec(line);
  return found && { privileges: privilegeList(found[1] ?? ''), schema: unquote(found[2] ?? '') };
};

const parseGrant = (line: string): Grant | null => {
  const found = GRANT.exec(line);
  if (!found) return null;
  const [, list = '', schema = '*', table = '*'] = found;
  return {
    privileges: privilegeList(list),
    schema: schema === '*' ? null : unquote(schema),
    table: table === '*' ? null : unquote(table),
  };
};

/** Schema names in grants are patterns: `_` and `%` match unless escaped (manual, GRANT). */
const patternMatches = (pattern: string, schema: string): boolean => {
  const source = pattern.replaceAll(/\\([_%])|([_%])|([^\\_%]+|\\)/g, (_all, escaped, wild, plain) => {
    if (wild) return wild === '_' ? '.' : '.*';
    return String(escaped ?? plain).replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${source}$`, 'i').test(schema);
};

export interface GrantScope {
  readonly schema: string;
  /** With MySQL's `partial_revokes` names of schemas in grants are names, and no patterns. */
  readonly plainNames?: boolean;
  /** Tables that the plan touches. */
  readonly tables: readonly string[];
}

interface Held {
  readonly grants: readonly Grant[];
  readonly scope: GrantScope;
}

const schemaMatches = (pattern: string, { schema, plainNames }: GrantScope): boolean =>
  plainNames ? pattern.replaceAll(/\\([_%])/g, '$1') === schema : patternMatches(pattern, schema);

const has = ({ grants, scope }: Held, privilege: string, table: string | null): boolean =>
  grants.some(
    (grant) =>
      (grant.schema === null || schemaMatches(grant.schema, scope)) &&
      (grant.table === null || grant.table === table) &&
      (grant.privileges.includes('ALL') || grant.privileges.includes(privilege)),
  );

/** Privileges on everything, less what was revoked in this schema. */
const withoutRevoked = (grant: Grant, revoked: ReadonlySet<string>): Grant => {
  if (grant.schema !== null || revoked.size === 0) return grant;
  if (revoked.has('ALL')) return { ...grant, privileges: [] };
  const all = grant.privileges.includes('ALL') ? [...NEEDED, ...WISHED] : grant.privileges;
  return { ...grant, privileges: all.filter((privilege) => !revoked.has(privilege)) };
};

const heldIn = (lines: readonly string[], scope: GrantScope): Held => {
  const revoked = new Set(
    lines.flatMap((line) => {
      const found = parseRevoke(line);
      return found?.schema === scope.schema ? found.privileges : [];
    }),
  );
  const grants = lines.map(parseGrant).filter((grant) => grant !== null);
  return { grants: grants.map((grant) => withoutRevoked(grant, revoked)), scope };
};

/** What is missing for the whole schema; a privilege on every touched table is enough for what needs no new table. */
const missingOf = (wanted: readonly string[], held: Held): string[] =>
  wanted.filter((privilege) => {
    if (has(held, privilege, null)) return false;
    const { tables } = held.scope;
    const perTable = privilege !== 'CREATE' && tables.length > 0;
    return !(perTable && tables.every((table) => has(held, privilege, table)));
  });

/** Judges the lines of SHOW GRANTS. Roles that are not active grant nothing. */
export const privilegesVerdict = (lines: readonly string[], scope: GrantScope): Verdict => {
  const held = heldIn(lines, scope);
  const needed = missingOf(NEEDED, held);
  const on = `\`${scope.schema.replaceAll('`', '``')}\`.*`;
  if (needed.length > 0) {
    return {
      status: 'failed',
      message: printable(`the role lacks ${needed.join(', ')} on ${on}`),
      remedy: [printable(`Let an administrator run: GRANT ${needed.join(', ')} ON ${on} TO the role`)],
      code: 'CONNECT_PERMISSION',
      facts: { missing: needed },
    };
  }
  const wished = missingOf(WISHED, held);
  if (wished.length > 0) {
    return {
      status: 'warning',
      message: printable(
        `the role lacks ${wished.join(', ')} on ${on}: such objects cannot be read or changed`,
      ),
      remedy: [printable(`Let an administrator run: GRANT ${wished.join(', ')} ON ${on} TO the role`)],
      facts: { missing: wished },
    };
  }
  return { status: 'ok', message: 'the role may do everything that a migration needs' };
};
