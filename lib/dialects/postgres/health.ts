// What is wrong in the database as it stands: broken indexes, unproven constraints, leftovers. Reads only.
import type { HealthFinding, Row, Session } from '../contract.ts';
import { printable } from './quote.ts';

const USER = `n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`;

interface Finding {
  readonly code: string;
  /** Answers with a column `subject`, and what the texts name in braces. */
  readonly sql: string;
  readonly message: string;
  readonly remedy: string;
  readonly inSnapshot?: true;
}

const FINDINGS: readonly Finding[] = [
  {
    code: 'pg-invalid-index',
    sql: `SELECT 'index ' || n.nspname || '.' || ic.relname AS subject, n.nspname || '.' || c.relname AS "table",
        quote_ident(n.nspname) || '.' || quote_ident(ic.relname) AS quoted
      FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
      JOIN pg_catalog.pg_namespace n ON n.oid = ic.relnamespace
      WHERE ${USER} AND (NOT i.indisvalid OR NOT i.indisready) AND ic.relkind = 'i'
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid)
      ORDER BY 1`,
    message:
      'The index on {table} is invalid: a build that failed left it. It costs writes and answers no query.',
    remedy: 'DROP INDEX CONCURRENTLY {quoted}; then build it again.',
  },
  {
    code: 'pg-constraint-not-validated',
    sql: `SELECT 'constraint ' || k.conname || ' on ' || n.nspname || '.' || c.relname AS subject,
        quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS "table", quote_ident(k.conname) AS name
      FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE ${USER} AND NOT k.convalidated AND k.conparentid = 0 ORDER BY 1`,
    message: 'The constraint was never validated: rows from before it may break it.',
    remedy: 'ALTER TABLE {table} VALIDATE CONSTRAINT {name};',
    inSnapshot: true,
  },
  {
    code: 'pg-trigger-disabled',
    sql: `SELECT 'trigger ' || g.tgname || ' on ' || n.nspname || '.' || c.relname AS subject,
        quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS "table"
      FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_class c ON c.oid = g.tgrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE ${USER} AND g.tgenabled = 'D' ORDER BY 1`,
    message: 'The trigger is disabled; an internal one enforces a foreign key, which then holds no longer.',
    remedy: 'ALTER TABLE {table} ENABLE TRIGGER ALL; or drop the trigger.',
  },
  {
    code: 'pg-detach-pending',
    sql: `SELECT 'partition ' || i.inhrelid::pg_catalog.regclass::text AS subject, i.inhparent::pg_catalog.regclass::text AS parent,
        i.inhrelid::pg_catalog.regclass::text AS quoted
      FROM pg_catalog.pg_inherits i WHERE (to_jsonb(i) ->> 'inhdetachpending')::boolean ORDER BY 1`,
    message: 'The partition was being detached from {parent} concurrently, and that was not finished.',
    remedy: 'ALTER TABLE {parent} DETACH PARTITION {quoted} FINALIZE;',
  },
  {
    code: 'pg-shadow-leftover',
    sql: `SELECT 'database ' || d.datname AS subject, quote_ident(d.datname) AS quoted FROM pg_catalog.pg_database d
      WHERE d.datname LIKE 'dbsync\\_shadow\\_%' AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity a WHERE a.datname = d.datname) ORDER BY 1`,
    message: 'A scratch database of an earlier run that did not end in order.',
    remedy: 'DROP DATABASE {quoted};',
  },
];

const fill = (text: string, row: Row): string =>
  text.replaceAll(/\{(\w+)\}/g, (_, name: string) => printable(String(row[name] ?? '')));

/** Everything that is wrong now. */
export const health = async (session: Session): Promise<readonly HealthFinding[]> => {
  const found: HealthFinding[] = [];
  for (const finding of FINDINGS) {
    for (const row of await session.query(finding.sql)) {
      found.push({
        code: finding.code,
        subject: printable(String(row.subject)),
        message: fill(finding.message, row),
        remedy: fill(finding.remedy, row),
        count: 1,
        ...(finding.inSnapshot && { inSnapshot: true }),
      });
    }
  }
  return found;
};
