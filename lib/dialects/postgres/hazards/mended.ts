// Whether a statement of the plan may have put rows right before another one meets them, so that a probe of today proves less. Pure.
import { type Mending, mayBeMended, type PlannedStatement } from '../../../risk/index.ts';
import { node, nodes, record, textField, visit } from '../parse.ts';
import { type ParsedStatement, relationBefore, type Scene, seenFrom, type Table } from './scene.ts';

type Fields = Readonly<Record<string, unknown>>;

const keyOf = (scene: Scene, { namespace, name }: Table): string =>
  `${namespace ?? scene.defaultNamespace}\u0000${name}`;

const isSame = (scene: Scene, one: Table | undefined, other: Table): boolean =>
  one !== undefined && keyOf(scene, one) === keyOf(scene, other);

/** The table that a `relation` means where it stands, as it was called before the plan. */
const meant = (scene: Scene, relation: Fields | null): Table | undefined => {
  const name = relation && textField(relation, 'relname');
  return name ? relationBefore(scene, { namespace: textField(relation, 'schemaname'), name }) : undefined;
};

/** An INSERT mends rows that are there only where it says what to do with them. */
const mendsRows = (type: string, fields: Fields): boolean =>
  /^(Update|Delete|Merge)Stmt$/.test(type) ||
  (type === 'InsertStmt' &&
    textField(record(fields, 'onConflictClause') ?? {}, 'action') === 'ONCONFLICT_UPDATE');

const isUsing = (fields: Fields): boolean =>
  nodes(fields, 'cmds').some(
    (command) => node(node(command.fields, 'def')?.fields ?? {}, 'raw_default') !== null,
  );

/** Every key and column asks the same statements. */
const known = new WeakMap<ParsedStatement, readonly Table[]>();

/** Statements that change values and leave every row where it is. */
const KEEPS_ROWS = /^(Update|Insert|AlterTable)Stmt$/;

/** Tables whose rows one statement changes or removes. */
export const changed = (one: ParsedStatement, scene: Scene): readonly Table[] => {
  const found = known.get(one) ?? changedBy(one, seenFrom(scene, one));
  known.set(one, found);
  return found;
};

const changedBy = (one: ParsedStatement, scene: Scene): readonly Table[] => {
  const { type, fields } = one.node;
  if (type === 'TruncateStmt')
    return nodes(fields, 'relations').flatMap((item) => meant(scene, item.fields) ?? []);
  if (type === 'AlterTableStmt')
    return isUsing(fields) ? [meant(scene, record(fields, 'relation')) ?? []].flat() : [];
  const found: Table[] = [];
  if (one.facts.kind !== 'dml' && type !== 'SelectStmt' && type !== 'CreateTableAsStmt') return found;
  visit({ [type]: fields }, (kind, inner) => {
    const table = mendsRows(kind, inner) ? meant(scene, record(inner, 'relation')) : undefined;
    if (table) found.push(table);
  });
  return found;
};

/** What in a block runs code that is not in its text (https://www.postgresql.org/docs/current/plpgsql-statements.html). */
const RUNS_OTHER = /\b(EXECUTE|PERFORM|CALL|INTO)\b/i;

const mentions = (text: string, name: string): boolean =>
  new RegExp(`(?<![\\w$])${name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w$])`, 'u').test(text);

/** Code that nobody read: a DO block says what it touches, or builds it; what a procedure touches stands elsewhere. */
const mayTouch = ({ node: { type }, planned, facts }: ParsedStatement, table: Table): boolean => {
  const { text } = planned.statement;
  return (
    facts.kind === 'opaque' && (type !== 'DoStmt' || mentions(text, table.name) || RUNS_OTHER.test(text))
  );
};

const before = (scene: Scene, at: PlannedStatement | undefined): readonly ParsedStatement[] => {
  const index = at ? scene.statements.findIndex(({ planned }) => planned === at) : -1;
  return index < 0 ? scene.statements : scene.statements.slice(0, index);
};

/** What the parser refuses is in no scene, and may do anything. */
const isUnread = ({ statements, input }: Scene): boolean => statements.length < input.statements.length;

/** Whether a statement before that one (any, where it is not known) changes or removes rows of the table. */
export const mended = (
  scene: Scene,
  table: Table,
  at: PlannedStatement | undefined,
  by: Mending = 'changes',
): boolean => {
  const earlier = before(scene, at).map((one) => ({
    opaque: mayTouch(one, table),
    tables: by === 'takes away' && KEEPS_ROWS.test(one.node.type) ? [] : changed(one, scene),
  }));
  return mayBeMended([{ opaque: isUnread(scene), tables: [] }, ...earlier], table, {
    before: scene.input.before,
    keyOf: (one) => keyOf(scene, one),
  });
};

/** Whether a statement before that one adds rows to the table. */
export const fed = (scene: Scene, table: Table, at: PlannedStatement | undefined): boolean =>
  before(scene, at).some(
    (one) =>
      /^(Insert|Merge|Copy)Stmt$/.test(one.node.type) &&
      isSame(scene, meant(seenFrom(scene, one), record(one.node.fields, 'relation')), table),
  );
