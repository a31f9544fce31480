// The dialects that exist, each loaded when it is first needed (drivers are slow to import).
import { DbsyncError } from '../errors/index.ts';
import type { Dialect } from './contract.ts';

const LOADERS: Readonly<Record<string, () => Promise<{ readonly dialect: Dialect }>>> = {
  sqlite: () => import('./sqlite/index.ts'),
};

/** Databases that have their room but are not furnished yet. */
const PLANNED: readonly string[] = ['postgres', 'mysql'];

/** Every name that a configuration may state, supported or not yet. */
export const dialectNames = (): readonly string[] => [...Object.keys(LOADERS), ...PLANNED];

/** The dialects that can be used. */
export const supportedDialects = (): readonly string[] => Object.keys(LOADERS);

/** Loads a dialect. Throws DIALECT_UNSUPPORTED. */
export const loadDialect = async (name: string): Promise<Dialect> => {
  const load = Object.hasOwn(LOADERS, name) ? LOADERS[name] : undefined;
  if (load) return (await load()).dialect;
  const known = Object.keys(LOADERS).join(', ');
  throw new DbsyncError('DIALECT_UNSUPPORTED', {
    summary: PLANNED.includes(name)
      ? `This version of dbsync cannot work on ${name} yet.`
      : `There is no database called "${name}" here.`,
    why: 'dbsync refuses a database that it cannot inspect, rehearse on and prove.',
    next: [`Use one of: ${known}.`],
  });
};
