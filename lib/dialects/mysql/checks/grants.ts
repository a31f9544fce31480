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

interface Grant {
  readonly privileges: readonly string[];
  /** The schema's pattern, or null for all. */
  readonly schema: string | null;
  /** The table, or null for all. */
  readonly table: string | null;
}

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
  /** Tables that the plan touches. */
  readonly tables: readonly string[];
}

const covers = (grant: Grant, schema: string, table: string | null): boolean =>
  (grant.schema === null || patternMatches(grant.schema, schema)) &&
  (grant.table === null || grant.table === table);

const has = (
  grants: readonly Grant[],
  privilege: string,
  on: { schema: string; table: string | null },
): boolean =>
  grants.some(
    (grant) =>
      covers(grant, on.schema, on.table) &&
      (grant.privileges.includes('ALL') || grant.privileges.includes(privilege)),
  );

/** What is missing for the whole schema; a privilege on every touched table is enough for what needs no new table. */
const missingOf = (wanted: readonly string[], grants: readonly Grant[], scope: GrantScope): string[] =>
  wanted.filter((privilege) => {
    if (has(grants, privilege, { schema: scope.schema, table: null })) return false;
    const perTable = privilege !== 'CREATE' && scope.tables.length > 0;
    return !(
      perTable && scope.tables.every((table) => has(grants, privilege, { schema: scope.schema, table }))
    );
  });

/** Judges the lines of SHOW GRANTS. Roles that are not active grant nothing. */
export const privilegesVerdict = (lines: readonly string[], scope: GrantScope): Verdict => {
  const grants = lines.map(parseGrant).filter((grant) => grant !== null);
  const needed = missingOf(NEEDED, grants, scope);
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
  const wished = missingOf(WISHED, grants, scope);
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
