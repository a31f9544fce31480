// Groups a migration's statements into what PostgreSQL does as a whole. Pure.
import type { Statement } from '../../sql/index.ts';
import type { Batch } from '../contract.ts';
import { type Node, names, node, nodes, parseSql, record, stringOf, textField } from './parse.ts';
import { classify } from './scan.ts';

const AS_ONE = 'PostgreSQL runs these statements in one transaction: all of them take effect, or none.';
const OWN_FRAME =
  "The file's own BEGIN and COMMIT become dbsync's, so that the ledger is written in the same transaction.";
const ENUM =
  'A new enum value can be used only after it is committed, and a later statement of the file uses it.';
const ROLLED_BACK = 'The file rolls its own transaction back; its statements are sent as they stand.';

const alone = (verb: string): string =>
  `PostgreSQL refuses ${verb} inside a transaction; a failure leaves what it had done so far.`;

/** BEGIN, COMMIT, ROLLBACK as the parser names them; null for anything else, savepoints included. */
const frameOf = (
  statement: Statement,
): { readonly kind: string; readonly isolation: string | null; readonly chain: boolean } | null => {
  const parsed = parseSql(statement.text);
  const [first] = parsed.ok ? parsed.nodes : [];
  if (first?.type !== 'TransactionStmt') return null;
  const kind = textField(first.fields, 'kind') ?? 'TRANS_STMT_BEGIN';
  if (!/^TRANS_STMT_(BEGIN|START|COMMIT|ROLLBACK|PREPARE)$/.test(kind)) return null;
  const level = /ISOLATION\s+LEVEL\s+(SERIALIZABLE|REPEATABLE\s+READ|READ\s+COMMITTED)/i.exec(
    statement.text,
  )?.[1];
  return {
    kind,
    isolation: level?.toUpperCase().replaceAll(/\s+/g, ' ') ?? null,
    chain: first.fields.chain === true,
  };
};

interface AddedValue {
  readonly type: string;
  readonly value: string;
}

const addedEnumValue = (statement: Statement): AddedValue | null => {
  const parsed = parseSql(statement.text);
  const [first] = parsed.ok ? parsed.nodes : [];
  if (first?.type !== 'AlterEnumStmt' || textField(first.fields, 'oldVal') !== null) return null;
  const value = textField(first.fields, 'newVal');
  return value === null ? null : { type: names(first.fields, 'typeName').join('.'), value };
};

const createdEnum = (statement: Statement): string | null => {
  const parsed = parseSql(statement.text);
  const [first] = parsed.ok ? parsed.nodes : [];
  return first?.type === 'CreateEnumStmt' ? nodes(first.fields, 'typeName').map(stringOf).join('.') : null;
};

/** The literal occurs in a later statement: as a default, in a condition, in a row. */
const isUsedLater = (added: AddedValue, later: readonly Statement[]): boolean => {
  const text = `'${added.value.replaceAll("'", "''")}'`;
  return later.some((statement) => addedEnumValue(statement) === null && statement.text.includes(text));
};

interface Open {
  readonly statements: Statement[];
  readonly isolation: string | null;
  readonly framed: boolean;
  /** Types made in this transaction: their new values can be used at once. */
  readonly enums: Set<string>;
}

const open = (framed = false, isolation: string | null = null): Open => ({
  statements: [],
  isolation,
  framed,
  enums: new Set(),
});

const close = (group: Open): readonly Batch[] =>
  group.statements.length === 0
    ? []
    : [
        {
          transactional: true,
          statements: group.statements,
          settings: group.isolation ? { isolation: group.isolation } : {},
          because: group.framed ? `${AS_ONE} ${OWN_FRAME}` : AS_ONE,
        },
      ];

const single = (statement: Statement, because: string): Batch => ({
  transactional: false,
  statements: [statement],
  settings: {},
  because,
});

/** The level of `SET TRANSACTION ISOLATION LEVEL`, alone in its statement; null for anything else. */
const levelSet = (node: Node): string | null => {
  if (node.type !== 'VariableSetStmt' || textField(node.fields, 'name') !== 'TRANSACTION') return null;
  const [first, ...others] = nodes(node.fields, 'args');
  if (!first || others.length > 0 || textField(first.fields, 'defname') !== 'transaction_isolation')
    return null;
  const value = record(fieldsOf(first, 'arg'), 'sval');
  return (value && textField(value, 'sval')?.toUpperCase()) ?? null;
};

const fieldsOf = (item: Node, name: string): Node['fields'] => node(item.fields, name)?.fields ?? {};

const nodeOfStatement = (statement: Statement): Node | null => {
  const parsed = parseSql(statement.text);
  return (parsed.ok && parsed.nodes[0]) || null;
};

/** PostgreSQL takes a level until the first query of a transaction, and settings are none: it belongs to the BEGIN. */
const isolationHere = (statement: Statement, { statements }: Open): string | null => {
  const first = nodeOfStatement(statement);
  const level = first && levelSet(first);
  const areSettings = statements.every((one) => nodeOfStatement(one)?.type === 'VariableSetStmt');
  return level && areSettings ? level : null;
};

/** Whether the transaction that begins at this place ends in the file with a rollback, or is prepared for two phases. */
const abandoned = (statements: readonly Statement[], from: number): number | null => {
  for (let at = from + 1; at < statements.length; at += 1) {
    const statement = statements[at];
    const frame = statement ? frameOf(statement) : null;
    if (frame && /ROLLBACK|PREPARE/.test(frame.kind)) return at;
    if (frame && /COMMIT/.test(frame.kind)) return null;
  }
  return null;
};

/**
 * One transaction per migration where the engine can. Split off are: statements that PostgreSQL refuses in a transaction,
 * enum values that the same file uses, and transactions that the file frames itself. A statement that cannot run inside
 * the file's own BEGIN ... COMMIT stays there: the engine refuses it in the rehearsal, and that is the truth of the file.
 */
export const batches = (statements: readonly Statement[]): readonly Batch[] => {
  const done: Batch[] = [];
  let group = open();
  const flush = (next: Open = open()): void => {
    done.push(...close(group));
    group = next;
  };
  for (let at = 0; at < statements.length; at += 1) {
    const statement = statements[at];
    if (!statement) continue;
    const frame = frameOf(statement);
    if (frame) {
      const end = /BEGIN|START/.test(frame.kind) ? abandoned(statements, at) : null;
      flush(/BEGIN|START/.test(frame.kind) || frame.chain ? open(true, frame.isolation) : open());
      if (end !== null) {
        done.push({
          transactional: false,
          statements: statements.slice(at, end + 1),
          settings: {},
          because: ROLLED_BACK,
        });
        group = open();
        at = end;
      }
      continue;
    }
    const isolation = isolationHere(statement, group);
    if (isolation !== null) {
      group = { ...group, isolation };
      continue;
    }
    const facts = classify(statement);
    if (!facts.transactional && !group.framed) {
      flush();
      done.push(single(statement, alone(facts.verb)));
      continue;
    }
    const added = addedEnumValue(statement);
    if (added && !group.enums.has(added.type) && isUsedLater(added, statements.slice(at + 1))) {
      const next = open(group.framed, group.isolation);
      flush(next);
      done.push(single(statement, ENUM));
      continue;
    }
    const type = createdEnum(statement);
    if (type !== null) group.enums.add(type);
    group.statements.push(statement);
  }
  flush();
  return done;
};
