// Whether a database exists, and its creation and removal. Knows nothing of what is in it.
import { DbsyncError } from '../../../errors/index.ts';
import type { Timeouts } from '../../../target/index.ts';
import type { Address, Identity, Session } from '../../contract.ts';
import { mysqlAddress } from '../address.ts';
import { connect, connectServer } from '../connect.ts';
import { quote } from '../quote.ts';

/** Whether the database is there. Throws CONNECT_* where that cannot be told. */
export const exists = async (address: Address, timeouts: Timeouts): Promise<boolean> => {
  try {
    const session = await connect(address, { mode: 'read', timeouts });
    await session.close();
    return true;
  } catch (error) {
    if (error instanceof DbsyncError && error.code === 'DATABASE_MISSING') return false;
    throw error;
  }
};

/** Creates the empty database in utf8mb4, with the server's default collation for it. */
export const create = async (address: Address, timeouts: Timeouts): Promise<void> => {
  const session = await connectServer(address, { mode: 'write', timeouts });
  try {
    await session.execute(`CREATE DATABASE ${quote(mysqlAddress(address).database)} CHARACTER SET utf8mb4`);
  } finally {
    await session.close();
  }
};

/** `SET SESSION sql_mode`, and the schema's defaults, as another server has them. */
export const createLike = async (server: Session, name: string, identity: Identity | null): Promise<void> => {
  const charset = identity?.facts.character_set_database ?? 'utf8mb4';
  const collation = identity?.facts.collation_database;
  const collate = typeof collation === 'string' ? ` COLLATE ${quote(collation)}` : '';
  await server.execute(`CREATE DATABASE ${quote(name)} CHARACTER SET ${quote(String(charset))}${collate}`);
};

/** Same database: the identities are made by the servers, whatever the URLs look like. */
export const same = (a: Identity, b: Identity): boolean => a.identity === b.identity;
