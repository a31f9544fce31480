// From a live session to what artifacts say of the target.
import type { Identity, Session } from '../dialects/contract.ts';
import type { TargetRef } from '../target/index.ts';
import type { Context } from './context.ts';

/** How a database that does not exist yet is called. */
export const ABSENT = 'absent';

export interface Located {
  readonly ref: TargetRef;
  readonly identity: Identity | null;
}

/** Asks the server who it is; a database that does not exist yet is known by its address alone. */
export const locate = async (context: Context, session: Session | null): Promise<Located> => {
  const { environment, dialect, address } = context;
  const base = {
    environment: environment.name,
    protected: environment.target.protected,
    dialect: dialect.name,
    urlVariable: environment.target.urlVariable,
  };
  if (!session) {
    const ref = {
      ...base,
      product: dialect.title,
      version: '',
      display: address.display,
      identity: ABSENT,
      instance: ABSENT,
    };
    return { ref, identity: null };
  }
  const identity = await dialect.identify(session);
  const { product, version, display, instance } = identity;
  return { ref: { ...base, product, version, display, identity: identity.identity, instance }, identity };
};
