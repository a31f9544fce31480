// What information_schema does not say of a few kinds of table, read from SHOW CREATE TABLE for those tables only: full-text parsers,
// application-time periods, the interval of system-time partitions, and the age of the hash of KEY partitions. Knows no other kind.
import type { Row, Session } from '../../contract.ts';
import { quote } from '../quote.ts';
import { must, text } from './canonical.ts';

export interface TableDetails {
  /** Full-text parser by index. */
  readonly parsers: ReadonlyMap<string, string>;
  /** Application-time periods: their two columns by name. */
  readonly periods: ReadonlyMap<string, readonly [string, string]>;
  /** The period that a key may not overlap in, by index. */
  readonly overlaps: ReadonlyMap<string, string>;
  /** `INTERVAL 1 MONTH`, `LIMIT 1000`, with AUTO where partitions are made by themselves. */
  readonly systemTime: string | null;
  /** `ALGORITHM = 1`: KEY partitions by the hash of 5.1, which puts rows elsewhere (manual, "KEY Partitioning"). */
  readonly keyHash: string | null;
}

const NAME = '`((?:[^`]|``)+)`';
const PARSER = new RegExp(`^\\s*FULLTEXT KEY ${NAME}.*WITH PARSER ${NAME}`, 'gm');
const PERIOD = new RegExp(`^\\s*PERIOD FOR ${NAME} \\(${NAME}, ${NAME}\\)`, 'gm');
const OVERLAPS = new RegExp(`^\\s*(?:UNIQUE KEY ${NAME}|(PRIMARY) KEY).*${NAME} WITHOUT OVERLAPS\\)`, 'gm');
const SYSTEM_TIME =
  /PARTITION BY SYSTEM_TIME\s*(INTERVAL \S+ \w+|LIMIT \d+)?(?:\s+STARTS [^\n]*?)?(\s+AUTO)?\s*$/m;

const KEY_HASH = /PARTITION BY (?:LINEAR )?KEY (?:\*\/ \/\*!50611 )?(ALGORITHM = \d+)/;

const unquote = (name: string): string => name.replaceAll('``', '`');

/** Reads the details out of the text of SHOW CREATE TABLE. */
const parseDetails = (sql: string): TableDetails => {
  const parsers = new Map<string, string>();
  const periods = new Map<string, readonly [string, string]>();
  const overlaps = new Map<string, string>();
  for (const found of sql.matchAll(PARSER)) parsers.set(unquote(found[1] ?? ''), unquote(found[2] ?? ''));
  for (const found of sql.matchAll(PERIOD)) {
    periods.set(unquote(found[1] ?? ''), [unquote(found[2] ?? ''), unquote(found[3] ?? '')]);
  }
  for (const found of sql.matchAll(OVERLAPS))
    overlaps.set(unquote(found[1] ?? found[2] ?? ''), unquote(found[3] ?? ''));
  const system = SYSTEM_TIME.exec(sql);
  const systemTime = system ? `${system[1] ?? ''}${system[2] ? ' AUTO' : ''}`.trim() : null;
  return { parsers, periods, overlaps, systemTime, keyHash: KEY_HASH.exec(sql)?.[1] ?? null };
};

/** An application-time period shows in MariaDB's check constraints as `` `from` < `to` `` and nowhere else before 11.4. */
const PERIOD_CHECK = /^`(?:[^`]|``)+` < `(?:[^`]|``)+`$/;

export interface DetailSigns {
  readonly indexes: readonly Row[];
  readonly checks: readonly Row[];
  readonly partitions: readonly Row[];
}

/** The tables that SHOW CREATE TABLE must be asked about. */
export const tablesInNeed = (signs: DetailSigns): ReadonlySet<string> => {
  const names = new Set<string>();
  for (const row of signs.indexes) if (text(row, 'method') === 'FULLTEXT') names.add(must(row, 'tbl'));
  for (const row of signs.checks) {
    if (text(row, 'level') === 'Table' && PERIOD_CHECK.test(must(row, 'expression')))
      names.add(must(row, 'tbl'));
  }
  for (const row of signs.partitions)
    if (/^(?:SYSTEM_TIME|(?:LINEAR )?KEY)$/.test(must(row, 'method'))) names.add(must(row, 'tbl'));
  return names;
};

/** Asks about each of the named tables. */
export const readDetails = async (
  session: Session,
  names: ReadonlySet<string>,
): Promise<ReadonlyMap<string, TableDetails>> => {
  const details = new Map<string, TableDetails>();
  for (const name of names) {
    const { rows } = await session.raw(`SHOW CREATE TABLE ${quote(name)}`);
    details.set(name, parseDetails(String(rows[0]?.[1] ?? '')));
  }
  return details;
};
