// Puts into a new, empty shadow what it shall hold. Does not know where the shadow stands.
import type { ShadowRequest } from '../../contract.ts';
import type { MysqlAddress } from '../address.ts';
import { connect } from '../connect.ts';
import { copyStructure } from './copy.ts';

/** Copies the target's structure where the request asks for it; returns the caveats. */
export const fill = async (request: ShadowRequest, shadow: MysqlAddress): Promise<readonly string[]> => {
  if (request.content === 'empty' || !request.target || !request.identity) return [];
  const from = await connect(request.address, { mode: 'read', timeouts: request.timeouts });
  const to = await connect(shadow, { mode: 'write', timeouts: request.timeouts });
  try {
    const schema = String(request.identity.facts.schema);
    const role = String(request.identity.facts.role);
    return await copyStructure({ from, to, schema, role, events: !shadow.shadowOf?.eventsRun });
  } finally {
    await from.close();
    await to.close();
  }
};
