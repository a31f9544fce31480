// From a live session to what artifacts say of the target.
import type { Dialect, Identity, Session } from '../dialects/contract.ts';
import type { TargetRef } from '../target/index.ts';
import type { Context } from './context.ts';

/** How a database that does not exist yet is called. */
export const ABSENT = 'absent';

export interface Located {
  readonly ref: TargetRef;
  readonly identity: Identity | null;
}

const known = new WeakMap<Session, Identity>();

/** Who the server of a session is, asked once: a session ends where its server or its database does. */
export const identityOf = async (dialect: Dialect, session: Session): Promise<Identity> => {
  const identity = known.get(session) ?? (await dialect.identify(session));
  known.set(session, identity);
  return identity;
};

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
  const identity = await identityOf(dialect, session);
  const { product, version, display, instance } = identity;
  return { ref: { ...base, product, version, display, identity: identity.identity, instance }, identity };
};
