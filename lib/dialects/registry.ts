// The dialects that exist, each loaded when it is first needed (drivers are slow to import).
import { DbsyncError } from '../errors/index.ts';
import type { Dialect } from './contract.ts';

const LOADERS: Readonly<Record<string, () => Promise<{ readonly dialect: Dialect }>>> = {
  sqlite: () => import('./sqlite/index.ts'),
  postgres: () => import('./postgres/index.ts'),
  mysql: () => import('./mysql/index.ts'),
};

/** Every name that a configuration may state. */
export const dialectNames = (): readonly string[] => Object.keys(LOADERS);

/** Loads a dialect, ready to analyse statements unless `analyses` is false. Throws DIALECT_UNSUPPORTED. */
export const loadDialect = async (
  name: string,
  { analyses = true }: { readonly analyses?: boolean } = {},
): Promise<Dialect> => {
  const load = Object.hasOwn(LOADERS, name) ? LOADERS[name] : undefined;
  if (load) {
    const { dialect } = await load();
    if (analyses) await dialect.prepare?.();
    return dialect;
  }
  const known = Object.keys(LOADERS).join(', ');
  throw new DbsyncError('DIALECT_UNSUPPORTED', {
    summary: `There is no database called "${name}" here.`,
    why: 'dbsync refuses a database that it cannot inspect, rehearse on and prove.',
    next: [`Use one of: ${known}.`],
  });
};
