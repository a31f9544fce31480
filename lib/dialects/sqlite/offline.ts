// SQLite as the analysis of texts sees it. Loads no driver and knows no file.
import type { AssumedServer, Offline } from '../contract.ts';
import { edits } from './edits.ts';
import { rules } from './hazards/rules.ts';

/** The library that was tested last; what else opens the file may be older. */
const NEWEST: readonly number[] = [3, 53, 2];

const server = (version: string | null): AssumedServer | null => {
  if (version !== null && !/^3(\.\d+){0,2}$/.test(version)) return null;
  return { product: 'SQLite', version: version?.split('.').map(Number) ?? NEWEST, facts: {} };
};

export const offline: Offline = { rules, defaultNamespace: null, server, edits, rowsFollowed: true };
