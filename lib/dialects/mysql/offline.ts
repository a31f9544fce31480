// MySQL and MariaDB as the analysis of texts sees them. Loads no driver and knows no server.
import type { AssumedServer, Offline } from '../contract.ts';
import { edits } from './edits.ts';
import { rules } from './hazards.ts';

/** The long-term release of MySQL whose manual the rules were written to. */
const NEWEST: readonly number[] = [8, 4];

/** The default of both products (manual, "Server SQL Modes"). */
const SQL_MODE =
  'STRICT_TRANS_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION';

/** MariaDB counts from 10 on, MySQL has not come there. */
const FIRST_MARIADB = 10;

const server = (version: string | null): AssumedServer | null => {
  if (version !== null && !/^\d{1,2}(\.\d+)*$/.test(version)) return null;
  const numbers = version?.split('.').map(Number) ?? NEWEST;
  const product = (numbers[0] ?? 0) >= FIRST_MARIADB ? 'MariaDB' : 'MySQL';
  return { product, version: numbers, facts: { sql_mode: SQL_MODE } };
};

export const offline: Offline = { rules, defaultNamespace: null, server, edits };
