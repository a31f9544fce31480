// Shadow databases: made, given to a callback, and dropped, whatever the callback does.
import type { Dialect, Session, Shadow, ShadowRequest } from '../dialects/contract.ts';

export interface OpenShadow {
  readonly session: Session;
  readonly shadow: Shadow;
}

/** A shadow that outlives the work it was made for; whoever keeps it closes it, which drops it. */
export interface KeptShadow extends OpenShadow {
  close(): Promise<void>;
}

const open = async (
  dialect: Dialect,
  wanted: ShadowRequest | Promise<ShadowRequest>,
): Promise<KeptShadow> => {
  const request = await wanted;
  const shadow = await dialect.createShadow(request);
  try {
    const session = await dialect.connect(shadow.address, { mode: 'write', timeouts: request.timeouts });
    return { session, shadow, close: () => session.close().finally(() => shadow.drop()) };
  } catch (error) {
    await shadow.drop();
    throw error;
  }
};

/**
 * Runs `work` with a shadow database and a writing session on it, and drops it. Not if the work has called `keep` and did not fail: then
 * the one who got it closes it. Throws SHADOW_UNAVAILABLE, SHADOW_IS_TARGET.
 */
export const withShadow = async <T>(
  dialect: Dialect,
  wanted: ShadowRequest | Promise<ShadowRequest>,
  work: (open: OpenShadow, keep: () => KeptShadow) => Promise<T>,
): Promise<T> => {
  const shadow = await open(dialect, wanted);
  let kept = false;
  const keep = (): KeptShadow => {
    kept = true;
    return shadow;
  };
  try {
    const result = await work(shadow, keep);
    if (!kept) await shadow.close();
    return result;
  } catch (error) {
    await shadow.close();
    throw error;
  }
};
