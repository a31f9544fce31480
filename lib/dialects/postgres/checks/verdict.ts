// The common frame of the checks: what they answer where there is nothing to ask yet.
import type { CheckContext, Session, Verdict } from '../../contract.ts';

export const ok = (message: string, facts?: Verdict['facts']): Verdict => ({
  status: 'ok',
  message,
  ...(facts && { facts }),
});

/** A check that needs a session; skipped while the database does not exist. */
export const needSession =
  (run: (session: Session, context: CheckContext) => Promise<Verdict>) =>
  async (context: CheckContext): Promise<Verdict> =>
    context.session
      ? run(context.session, context)
      : { status: 'skipped', message: 'There is no database to ask yet.' };

/** The touched tables as two parallel arrays, for unnest. Null namespaces follow the search path. */
export const touchedArrays = ({ touched }: CheckContext): [readonly (string | null)[], readonly string[]] => [
  touched.map((table) => table.namespace),
  touched.map((table) => table.name),
];

/** The touched tables that exist, as rows with `oid`; a FROM item over `$1` and `$2`. */
export const TOUCHED = `(SELECT DISTINCT c.oid, c.relowner, c.relkind, n.nspname, c.relname
  FROM unnest($1::text[], $2::text[]) w(namespace, name)
  JOIN pg_catalog.pg_class c ON c.oid = pg_catalog.to_regclass(CASE WHEN w.namespace IS NULL THEN pg_catalog.quote_ident(w.name)
    ELSE pg_catalog.quote_ident(w.namespace) || '.' || pg_catalog.quote_ident(w.name) END)
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace)`;

/** `12 MB`. */
export const bytesText = (bytes: number): string => {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** step;
  return `${value >= 10 || step === 0 ? Math.round(value) : value.toFixed(1)} ${units[step]}`;
};
