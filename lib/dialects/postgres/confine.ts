// The engine's own wall around a shadow database: no statement of whatever session reads or writes the rows of a foreign table there.
import type { Session, ShadowRequest } from '../contract.ts';
import { quote } from './quote.ts';

/**
 * From 17 on, and in 12.20, 13.16, 14.13, 15.8 and 16.4 (https://www.postgresql.org/docs/current/runtime-config-client.html,
 * restrict_nonsystem_relation_kind): it refuses every use of a foreign-data wrapper, in functions and DO blocks too.
 */
const WALL = 'restrict_nonsystem_relation_kind';

/** As a default of the database, so that a migration tool with connections of its own stands before it too. */
export const confine = async (
  server: Session,
  database: string,
  request: Pick<ShadowRequest, 'reachesOut'>,
): Promise<void> => {
  if (request.reachesOut) return;
  const known = await server.query('SELECT 1 FROM pg_catalog.pg_settings WHERE name = $1', [WALL]);
  if (known.length > 0)
    await server.execute(`ALTER DATABASE ${quote(database)} SET ${WALL} = 'foreign-table'`);
};
