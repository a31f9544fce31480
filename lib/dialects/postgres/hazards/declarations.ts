// Advice on what a statement declares: types to regret, keys that lack something, names that are cut off. Pure.
import { adjusted, type Hazard } from '../../../risk/index.ts';
import { findObject, type SchemaObject } from '../../../schema/index.ts';
import { tokenize } from '../../../sql/index.ts';
import { type Node, names, node, nodes, record, textField } from '../parse.ts';
import { FACTS, SCAN_RULES } from '../rules.ts';
import { type Fields, plain } from './readers.ts';
import { RULES } from './rules.ts';
import { nameOf, type ParsedStatement, type Scene } from './scene.ts';

/** The parser's names of types that many came to regret, with the reason. */
const REGRETTED: Readonly<Record<string, string>> = {
  bpchar: 'char(n) pads with blanks; text does not',
  char: 'char holds one byte or pads with blanks; text does not',
  int2: 'smallint ends at 32,767',
  smallserial: 'smallserial ends at 32,767, and an identity column needs no rights on a sequence',
  serial2: 'smallserial ends at 32,767, and an identity column needs no rights on a sequence',
  serial: 'serial ends at 2,147,483,647; a bigint identity column does not',
  serial4: 'serial ends at 2,147,483,647; a bigint identity column does not',
  bigserial: 'an identity column needs no rights on a sequence',
  serial8: 'an identity column needs no rights on a sequence',
  timestamp: 'timestamp without time zone forgets the zone; timestamptz does not',
  timetz: 'time with time zone has a zone and no date to tell its offset',
  money: "money depends on the server's locale; numeric does not",
};

const typeName = (column: Fields): string => names(record(column, 'typeName') ?? {}, 'names').at(-1) ?? '';

const isKey = (column: Fields, keys: ReadonlySet<string>): boolean =>
  keys.has(textField(column, 'colname') ?? '') ||
  nodes(column, 'constraints').some(({ fields }) => textField(fields, 'contype') === 'CONSTR_PRIMARY');

const regret = (column: Fields, keys: ReadonlySet<string>): string | null => {
  const type = typeName(column);
  const known = REGRETTED[type];
  if (known !== undefined) return known;
  if (type === 'int4' && isKey(column, keys)) return 'an integer key ends at 2,147,483,647; bigint does not';
  const limited = nodes(record(column, 'typeName') ?? {}, 'typmods').length > 0;
  return type === 'varchar' && limited
    ? 'varchar(n) cannot be shortened without a scan; text with a CHECK can'
    : null;
};

/** What a statement declares: columns, and the constraints that stand beside them. */
export interface Declaration {
  readonly columns: readonly Fields[];
  readonly constraints: readonly Fields[];
}

/** The declarations of a CREATE TABLE or ALTER TABLE. */
export const declarationOf = ({ node: { type, fields } }: ParsedStatement): Declaration => {
  const columns: Fields[] = [];
  const constraints: Fields[] = [];
  const see = (item: Node | null): void => {
    if (item?.type === 'ColumnDef') columns.push(item.fields);
    if (item?.type === 'Constraint') constraints.push(item.fields);
  };
  if (type === 'CreateStmt') for (const item of nodes(fields, 'tableElts')) see(item);
  else
    for (const command of nodes(fields, 'cmds'))
      if (/^AT_Add(Column|Constraint)$/.test(textField(command.fields, 'subtype') ?? ''))
        see(node(command.fields, 'def'));
  return { columns, constraints };
};

export const tableName = (fields: Fields): string => {
  const relation = record(fields, 'relation') ?? {};
  const namespace = textField(relation, 'schemaname');
  return `table ${namespace ? `${namespace}.` : ''}${textField(relation, 'relname') ?? ''}`;
};

const types = (one: ParsedStatement, { columns, constraints }: Declaration): readonly Hazard[] => {
  if (columns.length === 0) return [];
  const keys = new Set(
    constraints
      .filter((fields) => textField(fields, 'contype') === 'CONSTR_PRIMARY')
      .flatMap((fields) => names(fields, 'keys')),
  );
  const reasons = new Map<string, string[]>();
  for (const column of columns) {
    const reason = regret(column, keys);
    if (reason) reasons.set(reason, [...(reasons.get(reason) ?? []), textField(column, 'colname') ?? '']);
  }
  const subject = tableName(one.node.fields);
  const said = [...reasons].map(([reason, list]) => `${list.join(', ')}: ${reason}`);
  const found = said.length > 0 ? [plain(RULES.typeAdvice, one, subject, `${said.join('. ')}.`)] : [];
  const json = one.node.type === 'CreateStmt' ? columns.filter((column) => typeName(column) === 'json') : [];
  return [
    ...found,
    ...json.map((column) =>
      plain(
        RULES.jsonColumn,
        one,
        `column ${textField(column, 'colname') ?? ''}`,
        'The column is json, which cannot be compared.',
      ),
    ),
  ];
};

const cascades = (one: ParsedStatement, { columns, constraints }: Declaration): readonly Hazard[] => {
  const all = [
    ...constraints,
    ...columns.flatMap((column) => nodes(column, 'constraints').map(({ fields }) => fields)),
  ];
  return all
    .filter(
      (fields) =>
        textField(fields, 'contype') === 'CONSTR_FOREIGN' && textField(fields, 'fk_del_action') === 'c',
    )
    .map((fields) => {
      const parent = textField(record(fields, 'pktable') ?? {}, 'relname') ?? '';
      const message = `Deleting a row of ${parent} deletes every row that refers to it.`;
      return plain(RULES.deleteCascade, one, tableName(one.node.fields), message);
    });
};

const tableAfter = (scene: Scene, relation: Fields): SchemaObject | undefined => {
  return findObject(scene.input.after, {
    kind: 'table',
    namespace: textField(relation, 'schemaname') ?? scene.defaultNamespace,
    name: textField(relation, 'relname') ?? '',
  });
};

/** Partitions and children have their parent's key or none of their own; what is LIKE another is not in the text. */
const standsAlone = (fields: Fields): boolean =>
  nodes(fields, 'inhRelations').length === 0 &&
  !nodes(fields, 'tableElts').some(({ type }) => type === 'TableLikeClause');

/** The table that a statement makes, by its columns or from a query. */
const relationMade = ({ type, fields }: Node): Fields | null => {
  if (type === 'CreateStmt') return standsAlone(fields) ? record(fields, 'relation') : null;
  if (type === 'SelectStmt') return record(record(fields, 'intoClause') ?? {}, 'rel');
  const isTable = type === 'CreateTableAsStmt' && textField(fields, 'objtype') === 'OBJECT_TABLE';
  return isTable ? record(record(fields, 'into') ?? {}, 'rel') : null;
};

const TEMPORARY = 't';
const UNLOGGED = 'u';

/** What a new table lacks: a key that names its rows, a log that brings them back. */
export const madeWithout = (scene: Scene, one: ParsedStatement): readonly Hazard[] => {
  const relation = relationMade(one.node);
  const persistence = relation && textField(relation, 'relpersistence');
  const table = relation && persistence !== TEMPORARY ? tableAfter(scene, relation) : undefined;
  if (!table) return [];
  const isKeyed = table.children.some(({ kind }) => kind === 'primary-key');
  const unlogged = plain(
    RULES.setUnlogged,
    one,
    nameOf(table),
    `${nameOf(table)} is made UNLOGGED: a crash empties it, and no replica has it.`,
  );
  return [
    ...(isKeyed
      ? []
      : [plain(RULES.noPrimaryKey, one, nameOf(table), `${nameOf(table)} has no primary key.`)]),
    ...(persistence === UNLOGGED && table.attributes.unlogged === true
      ? [adjusted(unlogged, 'advice', 'the table is made in this plan')]
      : []),
  ];
};

/** Every way in which more than 63 bytes can stand in a text; most texts have none and are not cut into tokens. */
const MAY_BE_LONG = /\b[\w$]{64}|"[^"]{64}|[^\u0000-\u007f]/;

export const longNames = (one: ParsedStatement): readonly Hazard[] => {
  const { text } = one.planned.statement;
  const limit = FACTS.identifierLimit ?? Number.POSITIVE_INFINITY;
  if (one.facts.kind !== 'ddl' || one.node.type === 'DropStmt' || !MAY_BE_LONG.test(text)) return [];
  const tokens = tokenize(text, SCAN_RULES).filter(
    ({ kind }) => kind === 'word' || kind === 'quoted-identifier',
  );
  const long = new Set(
    tokens.map((token) => token.value ?? token.text).filter((name) => Buffer.byteLength(name) > limit),
  );
  return [...long].map((name) =>
    plain(
      RULES.longName,
      one,
      `name ${name}`,
      `The name has ${Buffer.byteLength(name)} bytes and is cut to ${limit}.`,
    ),
  );
};

/** Advice on the declarations of one statement. */
export const declarationAdvice = (one: ParsedStatement, declaration: Declaration): readonly Hazard[] => [
  ...types(one, declaration),
  ...cascades(one, declaration),
];
