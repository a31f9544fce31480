// What can be said of one statement from its text: kind, verb, tables, lock. A clause splitter, not a parser: what it does not know
// it calls opaque. Pure.
import { oncePerStatement, type Statement } from '../../sql/index.ts';
import type { StatementFacts } from '../contract.ts';
import { outsideOf } from './outside.ts';
import { unknownClause } from './scan/alter.ts';
import { unknownCall } from './scan/calls.ts';
import { type ObjectHead, objectHead } from './scan/head.ts';
import { ddlTables, dmlTables, mentioned, tableList, unique } from './scan/tables.ts';
import { isCut, nameAt, type Word, wordsOf } from './scan/words.ts';

export type Kind = StatementFacts['kind'];

/** First words that decide the kind; the rest is opaque. */
const KINDS: Readonly<Record<string, Kind>> = {
  CREATE: 'ddl',
  ALTER: 'ddl',
  DROP: 'ddl',
  RENAME: 'ddl',
  TRUNCATE: 'ddl',
  OPTIMIZE: 'ddl',
  ANALYZE: 'ddl',
  REPAIR: 'ddl',
  GRANT: 'ddl',
  REVOKE: 'ddl',
  COMMENT: 'ddl',
  IMPORT: 'ddl',
  FLUSH: 'ddl',
  INSERT: 'dml',
  UPDATE: 'dml',
  DELETE: 'dml',
  REPLACE: 'dml',
  LOAD: 'dml',
  SELECT: 'query',
  WITH: 'query',
  SHOW: 'query',
  EXPLAIN: 'query',
  DESCRIBE: 'query',
  DESC: 'query',
  TABLE: 'query',
  VALUES: 'query',
  CHECK: 'query',
  CHECKSUM: 'query',
  '(': 'query',
  HELP: 'query',
  BEGIN: 'transaction',
  START: 'transaction',
  COMMIT: 'transaction',
  ROLLBACK: 'transaction',
  SAVEPOINT: 'transaction',
  RELEASE: 'transaction',
  SET: 'session',
  USE: 'session',
  LOCK: 'session',
  UNLOCK: 'session',
  DEALLOCATE: 'session',
};

const OPAQUE: Readonly<Record<string, string>> = {
  CALL: 'CALL runs a procedure whose statements the text does not show',
  PREPARE: 'PREPARE builds a statement from text at run time',
  EXECUTE: 'EXECUTE runs a statement that was built at run time',
  DO: 'DO evaluates expressions that may call functions',
  HANDLER: 'HANDLER reads tables beneath SQL',
};

/** What a statement holds while it runs (manual, "Metadata Locking", "Online DDL Operations"). */
const lockOf = (kind: Kind, head: ObjectHead | null): string | undefined => {
  if (kind === 'dml') return 'row locks';
  if (kind !== 'ddl' || !head) return undefined;
  if (!/TABLE|INDEX|TRIGGER|VIEW/.test(head.verb)) return undefined;
  if (/^(ALTER|CREATE) .*(TABLE|INDEX)/.test(head.verb) && !head.verb.startsWith('CREATE TABLE')) {
    return 'metadata lock: exclusive at the beginning and the end, writes blocked in between where it copies';
  }
  return 'metadata lock: exclusive';
};

const opaqueFacts = (verb: string, reason: string): StatementFacts => ({
  kind: 'opaque',
  verb,
  transactional: false,
  tables: [],
  opaque: reason,
});

/** BEGIN as a transaction, or MariaDB's `BEGIN NOT ATOMIC` and bare IF, LOOP, FOR blocks, which are programs. */
const isProgram = (words: readonly Word[]): boolean => {
  const verb = words[0]?.text ?? '';
  if (verb === 'BEGIN') return words.length > 1 && words[1]?.text !== 'WORK';
  return /^(IF|CASE|LOOP|WHILE|REPEAT|FOR|DECLARE)$/.test(verb);
};

const NEEDS_OBJECT = /^(CREATE|ALTER|DROP)$/;
const NEEDS_NAME = /^(TABLE|VIEW|TRIGGER|PROCEDURE|FUNCTION|EVENT|SEQUENCE|PACKAGE)$/;

/** Words, reserved in every version, behind which a statement does not end. */
const GOES_ON =
  /^(COLUMN|TABLE|INDEX|CONSTRAINT|FROM|INTO|SET|ADD|DROP|MODIFY|CHANGE|ALTER|RENAME|REFERENCES|WHERE|AND|OR|JOIN|BY|LIKE|IN|NOT|,|=|\()$/;

/** Why the text cannot be a whole statement; undefined where nothing speaks against it. */
const brokenOff = (words: readonly Word[]): string | undefined => {
  const last = words.at(-1);
  if (last?.unterminated) return 'a quote in it is never closed';
  if (last && last.kind !== 'string' && last.kind !== 'quoted-identifier' && GOES_ON.test(last.text))
    return `it ends behind ${last.text}`;
  let depth = 0;
  for (const { text, kind } of words) {
    if (kind === 'string') continue;
    if (text === '(') depth += 1;
    if (text === ')') depth -= 1;
    if (depth < 0) return 'a parenthesis in it is never opened';
  }
  return depth > 0 ? 'a parenthesis in it is never closed' : undefined;
};

const ddlFacts = (words: readonly Word[]): StatementFacts => {
  const first = words[0]?.text ?? '';
  if (first === 'TRUNCATE') {
    const table = words[1]?.text === 'TABLE' ? 2 : 1;
    const at = words[table]?.text === 'IF' && words[table + 1]?.text === 'EXISTS' ? table + 2 : table;
    const tables = tableList(words, at);
    return { kind: 'ddl', verb: 'TRUNCATE', transactional: false, lock: 'metadata lock: exclusive', tables };
  }
  if (first === 'RENAME' && words[1]?.text === 'USER')
    return { kind: 'ddl', verb: 'RENAME USER', transactional: false, tables: [] };
  const head = objectHead(words);
  if (!head && NEEDS_OBJECT.test(first))
    return opaqueFacts(first, `dbsync does not know what ${first} is about here`);
  const isLoose = head?.verb === 'DROP INDEX' && !words.some(({ text }) => text === 'ON');
  if (isLoose) return opaqueFacts(head.verb, 'it names no table whose index it is');
  if (head && NEEDS_NAME.test(head.object) && !nameAt(words, head.at))
    return opaqueFacts(head.verb, 'it names nothing where a name must stand');
  if (!head) return { kind: 'ddl', verb: first, transactional: false, tables: [] };
  const altered = first === 'ALTER' && head.object === 'TABLE' ? nameAt(words, head.at) : null;
  const unknown = altered && unknownClause(words, altered.next);
  if (unknown) return opaqueFacts(head.verb, `no clause of ALTER TABLE begins with ${unknown}`);
  const lock = lockOf('ddl', head);
  return {
    kind: 'ddl',
    verb: head.verb,
    transactional: false,
    ...(lock && { lock }),
    tables: unique(ddlTables(words, head)),
  };
};

const read = (statement: Statement, words: readonly Word[]): StatementFacts => {
  const verb = words[0]?.text ?? '';
  if (verb === '') return opaqueFacts('', 'it holds no words');
  const reason = OPAQUE[verb] ?? (isCut(statement.text) ? undefined : brokenOff(words));
  if (reason) return opaqueFacts(verb, reason);
  if (isProgram(words)) return opaqueFacts(verb, 'it is a program, not one statement');
  const kind = Object.hasOwn(KINDS, verb) ? KINDS[verb] : undefined;
  if (!kind) return opaqueFacts(verb, `dbsync does not know the statement ${verb}`);
  if (kind === 'ddl') return ddlFacts(words);
  if (verb === 'WITH') return withFacts(words);
  if (kind === 'dml') {
    return {
      kind,
      verb,
      transactional: verb !== 'LOAD',
      lock: 'row locks',
      tables: unique(dmlTables(words, verb)),
    };
  }
  if (verb === 'SELECT') return queryFacts(words, verb);
  return {
    kind,
    verb,
    transactional: kind === 'query',
    tables: kind === 'query' ? unique(mentioned(words)) : [],
  };
};

/** A query; one that calls code of which only the name is known can do anything. */
const queryFacts = (words: readonly Word[], verb: string): StatementFacts => {
  const called = unknownCall(words);
  return {
    kind: called === null ? 'query' : 'opaque',
    verb,
    transactional: true,
    tables: unique(mentioned(words)),
    ...(called !== null && {
      opaque: `the function ${called}() does what its text does not say`,
      runsCode: true as const,
    }),
  };
};

/** WITH stands before SELECT, and in MySQL before UPDATE and DELETE. */
const withFacts = (words: readonly Word[]): StatementFacts => {
  let depth = 0;
  const main = words.findIndex((word) => {
    if (word.text === '(') depth += 1;
    if (word.text === ')') depth -= 1;
    return depth === 0 && /^(SELECT|UPDATE|DELETE|TABLE|VALUES)$/.test(word.text) && word.kind === 'word';
  });
  const verb = words[main]?.text ?? '';
  if (verb !== 'UPDATE' && verb !== 'DELETE') {
    return queryFacts(words, 'WITH');
  }
  const tables = unique([...dmlTables(words.slice(main), verb), ...mentioned(words)]);
  return { kind: 'dml', verb: `WITH ${verb}`, transactional: true, lock: 'row locks', tables };
};

/** See `Dialect.classify`. */
export const classify = oncePerStatement((statement: Statement): StatementFacts => {
  const words = wordsOf(statement.text);
  const facts = read(statement, words);
  const outside = outsideOf(words, statement.text);
  return outside === null ? facts : { ...facts, outside };
});
