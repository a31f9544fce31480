// What a statement reaches outside of its database: files and programs of the server's machine, the server itself, another server. Pure.
import { flag, type Node, names, nodes, record, textField, visit } from './parse.ts';

/**
 * Part of every text that `outsideOf` speaks of, whatever the case, so that most texts need no parsing for it. Written in what the
 * regular expressions of JavaScript and of Python have in common.
 */
export const OUTSIDE_HINT =
  'copy|dblink|pg_|lo_import|lo_export|foreign\\s+schema|system|tablespace|subscription|load|language|u&';

/**
 * Functions that read or write files of the server, end other sessions, or steer the server
 * (https://www.postgresql.org/docs/current/functions-admin.html, lo-funcs.html, adminpack.html).
 */
const ADMIN =
  /^(lo_(import|export)|pg_(read|read_binary|stat)_file|pg_ls_(dir|\w+dir)|pg_current_logfile|pg_file_(write|sync|rename|unlink|read|length)|pg_logdir_ls|pg_(terminate|cancel)_backend|pg_reload_conf|pg_rotate_logfile\w*|pg_promote|pg_switch_wal|pg_create_restore_point|pg_(backup_)?(start|stop)(_backup)?|pg_(create|copy|drop)_\w*replication_slot|pg_drop_replication_slot|pg_replication_(slot|origin)_\w+|pg_wal_replay_(pause|resume)|pg_log_backend_memory_contexts)$/;

/** Those of dblink that open a connection, or send something on one (https://www.postgresql.org/docs/current/dblink.html). */
const DBLINK =
  /^dblink(_connect|_connect_u|_exec|_open|_fetch|_close|_send_query|_get_result|_get_pkey|_cancel_query)?$/;

/** Statements that only write down what is done another time. */
const DEFINES: ReadonlySet<string> = new Set([
  'CreateStmt',
  'CreateFunctionStmt',
  'ViewStmt',
  'RuleStmt',
  'CreateTrigStmt',
  'CreatePolicyStmt',
  'AlterPolicyStmt',
  'PrepareStmt',
  'CommentStmt',
]);

type Fields = Node['fields'];
type Reader = (fields: Fields) => string | null;

const called = (statement: Node): string | null => {
  if (DEFINES.has(statement.type)) return null;
  let found: string | null = null;
  visit({ [statement.type]: statement.fields }, (type, fields) => {
    if (type !== 'FuncCall') return;
    const path = names(fields, 'funcname');
    const name = path.at(-1) ?? '';
    const builtIn = path.length === 1 || path[0] === 'pg_catalog';
    if (DBLINK.test(name) || (builtIn && ADMIN.test(name))) found = name;
  });
  return found === null ? null : `the function ${found}() acts outside of the database`;
};

const copies: Reader = (fields) => {
  const file = textField(fields, 'filename');
  if (file === null) return null;
  if (flag(fields, 'is_program')) return "COPY runs a program on the server's machine";
  return flag(fields, 'is_from')
    ? "COPY reads a file of the server's machine"
    : "COPY writes a file on the server's machine";
};

/** `WITH (connect = false)` makes the subscription without a word to the publisher. */
const staysAway = (fields: Fields): boolean =>
  nodes(fields, 'options').some(({ fields: option }) => {
    if (textField(option, 'defname') !== 'connect') return false;
    const value = record(option, 'arg') ?? {};
    return /"(sval|boolval)":"?(false|off)|"ival":(\{\}|0)|:\{"Boolean":\{\}\}/i.test(JSON.stringify(value));
  });

const always =
  (what: string): Reader =>
  () =>
    what;

/** What of ALTER SUBSCRIPTION only writes the catalogue. */
const QUIET_ALTER = /^ALTER_SUBSCRIPTION_(OPTIONS|SKIP)$/;

/** `CREATE FUNCTION ... LANGUAGE c AS 'file'` loads the file at once; those of `$libdir` were installed with the server. */
const library: Reader = (fields) => {
  const options = nodes(fields, 'options').map(({ fields: option }) => option);
  const option = (name: string): string =>
    JSON.stringify(options.find((one) => textField(one, 'defname') === name) ?? {});
  if (!/"sval":"c"/i.test(option('language'))) return null;
  const file = /"sval":"([^"]*)"/.exec(option('as'))?.[1] ?? '';
  return file.startsWith('$libdir/') || !file.includes('/')
    ? null
    : "it loads a library of the server's machine into the server";
};

const TABLESPACE = "it acts on a folder of the server's machine and on the whole server";

/** By the parser's node (https://www.postgresql.org/docs/current/sql-commands.html). */
const READERS: Readonly<Record<string, Reader>> = {
  CopyStmt: copies,
  AlterSystemStmt: always("it changes the server's own configuration file"),
  CreateTableSpaceStmt: always(TABLESPACE),
  DropTableSpaceStmt: always(TABLESPACE),
  AlterTableSpaceOptionsStmt: always(TABLESPACE),
  CreateSubscriptionStmt: (fields) =>
    staysAway(fields) ? null : 'it connects to the publishing server and makes a replication slot there',
  AlterSubscriptionStmt: (fields) =>
    QUIET_ALTER.test(textField(fields, 'kind') ?? '') ? null : 'it reaches the publishing server',
  DropSubscriptionStmt: always('it drops the replication slot on the publishing server'),
  ImportForeignSchemaStmt: always('it reads the catalogue of another server'),
  LoadStmt: always("it loads a library of the server's machine into the server"),
  CreateFunctionStmt: library,
};

const SUSPECT = new RegExp(OUTSIDE_HINT, 'i');

/** See `StatementFacts.outside`. */
export const outsideOf = (statement: Node, text: string): string | null =>
  SUSPECT.test(text) ? (READERS[statement.type]?.(statement.fields) ?? called(statement)) : null;
