// Shadow databases: made, given to a callback, and dropped, whatever the callback does.
import type { Dialect, Session, Shadow, ShadowRequest } from '../dialects/contract.ts';

export interface OpenShadow {
  readonly session: Session;
  readonly shadow: Shadow;
}

/** Runs `work` with a shadow database and a writing session on it. Throws SHADOW_UNAVAILABLE, SHADOW_IS_TARGET. */
export const withShadow = async <T>(
  dialect: Dialect,
  wanted: ShadowRequest | Promise<ShadowRequest>,
  work: (open: OpenShadow) => Promise<T>,
): Promise<T> => {
  const request = await wanted;
  const shadow = await dialect.createShadow(request);
  try {
    const session = await dialect.connect(shadow.address, { mode: 'write', timeouts: request.timeouts });
    try {
      return await work({ session, shadow });
    } finally {
      await session.close();
    }
  } finally {
    await shadow.drop();
  }
};
