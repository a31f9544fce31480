// What is wrong with a file as it stands: damage, orphans, leftovers of broken rebuilds, views and triggers that do not compile.
import type { HealthFinding, Session } from '../contract.ts';
import { explain } from './explain.ts';
import { printable, quote } from './rules.ts';

/** At most so many messages of the integrity check are read; one is enough to know. */
const MESSAGES = 20;

/** Row counts of orphans by child and parent table. Fails where a key refers to what cannot be a parent. */
export const orphanCounts = async (
  session: Session,
): Promise<readonly { readonly table: string; readonly parent: string; readonly rows: number }[]> => {
  const rows = await session.query(
    `SELECT "table", parent, count(*) AS rows FROM pragma_foreign_key_check GROUP BY 1, 2 ORDER BY 1, 2`,
  );
  return rows.map((row) => ({
    table: String(row.table),
    parent: String(row.parent),
    rows: Number(row.rows),
  }));
};

const orphans = async (session: Session): Promise<HealthFinding[]> => {
  try {
    return (await orphanCounts(session)).map(({ table, parent, rows }) => ({
      code: 'orphans',
      subject: `table ${printable(table)}`,
      message: `${rows} rows of ${printable(table)} refer to rows of ${printable(parent)} that do not exist.`,
      remedy: 'Remove these rows, set their reference to NULL, or bring the missing rows back.',
      count: rows,
    }));
  } catch (error) {
    return [
      {
        code: 'broken-foreign-key',
        subject: 'foreign keys',
        message: `Foreign keys cannot be checked: ${printable(explain(error).message)}.`,
        remedy: 'Make the columns that the key refers to a primary key or unique.',
        count: 1,
      },
    ];
  }
};

/** Damage, as the engine words it; empty where there is none. `quick` leaves the indexes' contents out. */
export const integrityMessages = async (session: Session, quick: boolean): Promise<readonly string[]> => {
  const rows = await session.query(`PRAGMA main.${quick ? 'quick_check' : 'integrity_check'}(${MESSAGES})`);
  const messages = rows.map((row) => printable(String(Object.values(row)[0])));
  return messages.length === 1 && messages[0] === 'ok' ? [] : messages;
};

const damage = async (session: Session): Promise<HealthFinding[]> => {
  const messages = await integrityMessages(session, false);
  if (messages.length === 0) return [];
  return [
    {
      code: 'damaged',
      subject: 'database file',
      message: `The integrity check reports: ${messages.join('; ')}.`,
      remedy:
        'Restore the file from a backup, or recover it with the sqlite3 shell (.recover), before anything else.',
      count: messages.length,
    },
  ];
};

/** Names that the migration tools give to the new table while they rebuild an old one: `new_X`, `_tool_tmp_X`. */
const REBUILD = /^(?:new_|_[a-z]+_tmp_)(.+)$/;

/** Tables that a rebuild left behind: their names say so, and the table they were to replace is there. */
export const staleTables = async (session: Session): Promise<readonly string[]> => {
  const rows = await session.query(`SELECT name FROM main.sqlite_schema WHERE type = 'table' ORDER BY name`);
  const names = rows.map((row) => String(row.name));
  const present = new Set(names);
  return names.filter((name) => {
    const replaced = REBUILD.exec(name)?.[1];
    return replaced !== undefined && (present.has(replaced) || name.startsWith('_'));
  });
};

const leftovers = async (session: Session): Promise<HealthFinding[]> =>
  (await staleTables(session)).map((name) => ({
    code: 'stale-rebuild-table',
    subject: `table ${printable(name)}`,
    message: `${printable(name)} looks like the half-made copy of a table rebuild that did not finish.`,
    remedy: `Compare it with the table it was to replace, and drop it when nothing in it is missing there.`,
    count: 1,
  }));

const compiles = async (session: Session, sql: string): Promise<string | null> => {
  try {
    await session.query(sql);
    return null;
  } catch (error) {
    const { message, lockTimeout } = explain(error);
    if (lockTimeout) throw error;
    return printable(message);
  }
};

const brokenViews = async (session: Session): Promise<HealthFinding[]> => {
  const findings: HealthFinding[] = [];
  const views = await session.query(`SELECT name FROM main.sqlite_schema WHERE type = 'view' ORDER BY name`);
  for (const { name } of views) {
    const view = String(name);
    const message = await compiles(session, `EXPLAIN SELECT * FROM main.${quote(view)} LIMIT 0`);
    if (message === null || message.endsWith('single-quotes?')) continue;
    findings.push({
      code: 'broken-view',
      subject: `view ${printable(view)}`,
      message: `The view ${printable(view)} does not compile: ${message}.`,
      remedy: 'Correct or drop the view: tables cannot be renamed or altered while it is broken.',
      count: 1,
    });
  }
  return findings;
};

/** A statement that compiles every trigger of one kind on a table without running any. */
const TRIGGER_PROBES: readonly ((table: string) => string)[] = [
  (table) => `EXPLAIN DELETE FROM main.${quote(table)}`,
  (table) => `EXPLAIN INSERT INTO main.${quote(table)} DEFAULT VALUES`,
];

const updateProbe = async (session: Session, table: string): Promise<string | null> => {
  const rows = await session.query(`SELECT name FROM pragma_table_xinfo(?, 'main') WHERE hidden = 0`, [
    table,
  ]);
  const sets = rows.map(({ name }) => `${quote(String(name))} = ${quote(String(name))}`);
  return sets.length === 0 ? null : `EXPLAIN UPDATE main.${quote(table)} SET ${sets.join(', ')}`;
};

const brokenTriggers = async (session: Session): Promise<HealthFinding[]> => {
  const findings: HealthFinding[] = [];
  const rows = await session.query(
    `SELECT t.tbl_name AS "table", group_concat(t.name, ', ') AS names FROM main.sqlite_schema AS t
     JOIN main.sqlite_schema AS o ON o.name = t.tbl_name AND o.type = 'table' AND o.rootpage <> 0
     WHERE t.type = 'trigger' GROUP BY 1 ORDER BY 1`,
  );
  for (const { table, names } of rows) {
    const name = String(table);
    const update = await updateProbe(session, name);
    const probes = [...TRIGGER_PROBES.map((probe) => probe(name)), ...(update ? [update] : [])];
    for (const probe of probes) {
      const message = await compiles(session, probe);
      if (message === null || message.endsWith('single-quotes?')) continue;
      findings.push({
        code: 'broken-trigger',
        subject: `table ${printable(name)}`,
        message: `A trigger of ${printable(name)} (${printable(String(names))}) does not compile: ${message}.`,
        remedy: 'Correct or drop the trigger: every such change of the table fails while it is broken.',
        count: 1,
      });
      break;
    }
  }
  return findings;
};

/** Everything that is wrong now. Reads the whole file. */
export const health = async (session: Session): Promise<readonly HealthFinding[]> => [
  ...(await damage(session)),
  ...(await orphans(session)),
  ...(await leftovers(session)),
  ...(await brokenViews(session)),
  ...(await brokenTriggers(session)),
];
