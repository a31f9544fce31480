// What a read session refuses to send, whatever the server would say. Read-only transactions are the first wall; this is the second,
// for what can lift them (BEGIN READ WRITE) and for what they let pass (VACUUM, ALTER SYSTEM, COPY to a file, large objects).
import { DbsyncError } from '../../errors/index.ts';
import { splitStatements, tokenize } from '../../sql/index.ts';
import { SCAN_RULES } from './rules.ts';

/** Statements that only ask, or that begin, bound or end a question. */
const QUESTIONS: ReadonlySet<string> = new Set([
  'SELECT',
  'WITH',
  'VALUES',
  'TABLE',
  'SHOW',
  'EXPLAIN',
  'SET',
  'RESET',
  'BEGIN',
  'START',
  'COMMIT',
  'END',
  'ROLLBACK',
  'ABORT',
  'SAVEPOINT',
  'RELEASE',
  'DECLARE',
  'FETCH',
  'MOVE',
  'CLOSE',
  'DEALLOCATE',
  '(',
]);

/**
 * Functions that act although the transaction is read-only: large objects (refused by the server itself only from 16 on), files,
 * other sessions, the server, other servers (https://www.postgresql.org/docs/current/functions-admin.html, lo-funcs.html).
 */
const ACTING =
  /^(LO_(CREATE?|IMPORT|EXPORT|UNLINK|PUT|FROM_BYTEA|TRUNCATE(64)?|OPEN)|LOWRITE|DBLINK\w*|PG_(TERMINATE|CANCEL)_BACKEND|PG_RELOAD_CONF|PG_ROTATE_LOGFILE|PG_(SWITCH|CREATE)_\w+|PG_PROMOTE|PG_(BACKUP|START_BACKUP|STOP_BACKUP)\w*|PG_WAL_REPLAY_\w+|PG_FILE_\w+|PG_LOGICAL_EMIT_MESSAGE|PG_REPLICATION_\w+|PG_DROP_REPLICATION_SLOT|PG_NOTIFY|PG_STAT_RESET\w*|PG_STATISTICS_\w*RESET\w*)$/;

/** Settings by which a session would be allowed to write, or would be another role. */
const LIFTING = /TRANSACTION_READ_ONLY|SESSION_AUTHORIZATION|SESSION_REPLICATION_ROLE|^ROLE$/i;

const inner = (text: string): string => text.replace(/^["']|["']$/g, '').toUpperCase();

/** Why a statement is more than a question; null where it is one. */
const reasonAgainst = (statement: string): string | null => {
  const tokens = tokenize(statement, SCAN_RULES).filter(
    (token) => token.kind !== 'comment' && token.text.trim() !== '',
  );
  const words = tokens.map((token) => inner(token.text));
  const verb = words[0] ?? '';
  if (!QUESTIONS.has(verb)) return verb;
  if (words.some((word, index) => word === 'READ' && words[index + 1] === 'WRITE')) return 'READ WRITE';
  if (verb === 'SET' && words.some((word) => LIFTING.test(word) || word === 'AUTHORIZATION'))
    return 'SET of what lifts the read-only mode';
  if (verb === 'RESET' && words.some((word) => word === 'ALL' || LIFTING.test(word))) return 'RESET';
  if (verb === 'EXPLAIN' && /^ANALY[SZ]E$/.test(words.find((word) => /^ANALY[SZ]E$/.test(word)) ?? ''))
    return 'EXPLAIN ANALYZE';
  const call = words.find((word, index) => words[index + 1] === '(' && ACTING.test(word));
  if (call !== undefined) return call.toLowerCase();
  const at = words.findIndex((word, index) => word === 'SET_CONFIG' && words[index + 1] === '(');
  return at >= 0 && LIFTING.test(words[at + 2] ?? '') ? 'set_config of what lifts the read-only mode' : null;
};

/** Parts of everything that a SELECT is refused for, wherever they stand; more than that, so that a quick look can be sure. */
const SUSPECT =
  /\bwrite\b|set_config|lo_|lowrite|dblink|pg_(terminate|cancel|reload|rotate|switch|create|promote|backup|start|stop|wal|file|logical|replication|drop|notify|stat_reset|statistics_)/i;

/** One SELECT without any such part: reading its words, which takes longer than many a question, could find nothing. */
const isPlainlyAsking = (sql: string): boolean =>
  /^\s*SELECT\s/i.test(sql) && !sql.includes(';') && !SUSPECT.test(sql);

/** Texts that were found to be questions: the catalogue's are long, and always the same. */
const known = new Set<string>();
const MOST_KNOWN = 500;

/** Throws where a text for a read session holds anything but questions. */
export const refuseWrites = (sql: string): void => {
  if (known.has(sql) || isPlainlyAsking(sql)) return;
  for (const { text } of splitStatements(sql, { file: '', rules: SCAN_RULES })) {
    const reason = reasonAgainst(text);
    if (reason === null) continue;
    throw new DbsyncError('INTERNAL', {
      summary: `A read-only session was asked to send ${reason}.`,
      why: 'Nothing but questions may reach the target before an approval.',
    });
  }
  if (known.size >= MOST_KNOWN) known.clear();
  known.add(sql);
};
