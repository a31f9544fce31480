// What every server of dbsync's own has in common, whatever runs it: sessions to furnish it, the role that it imitates.
import type { Session, ShadowRequest } from '../../contract.ts';
import type { PostgresAddress } from '../address.ts';
import { connect } from '../connect.ts';

/** Said of every shadow whose login is the server's own superuser. */
export const SUPERUSER = 'statements run there as a superuser: missing privileges show only on the target';

/** The role that the target's session works as; what its URL names, as long as the target has not been asked. */
export const roleOf = (request: Pick<ShadowRequest, 'identity'>, address: PostgresAddress): string => {
  const role = request.identity?.facts.role;
  return typeof role === 'string' ? role : address.user;
};

/** Opens a session that may write, lends it, and closes it. */
export const withSession = async <T>(
  address: PostgresAddress,
  request: Pick<ShadowRequest, 'timeouts'>,
  work: (session: Session) => Promise<T>,
): Promise<T> => {
  const session = await connect(address, { mode: 'write', timeouts: request.timeouts });
  try {
    return await work(session);
  } finally {
    await session.close();
  }
};
