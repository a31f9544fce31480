// Hazards of the order in which indexes come and go: queries that had an index and have none until the next is built. Pure.
import { type Hazard, hazardOf } from '../../../risk/index.ts';
import type { SchemaObject } from '../../../schema/index.ts';
import { names, nodes } from '../parse.ts';
import { filled } from '../type-names.ts';
import { RULES } from './rules.ts';
import { listOf, nameOf, type ParsedStatement, relationOf, type Scene, seenFrom } from './scene.ts';

const droppedNames = ({ node: { type, fields } }: ParsedStatement): readonly string[] =>
  type === 'DropStmt' && fields.removeType === 'OBJECT_INDEX'
    ? nodes(fields, 'objects').map((item) => names(item.fields, 'items').at(-1) ?? '')
    : [];

const isIndex = ({ kind }: SchemaObject): boolean => ['index', 'unique', 'primary-key'].includes(kind);

/** Whether the first columns of an index are those of the other, in any order: it serves the same conditions. */
const covers = (columns: readonly string[], other: readonly string[]): boolean => {
  const leading = columns.slice(0, other.length);
  return other.length > 0 && other.every((column) => leading.includes(column));
};

const madeColumns = ({ node: { fields } }: ParsedStatement): readonly string[] =>
  nodes(fields, 'indexParams').map((item) => filled(item.fields, 'name') ?? '');

/** The first statement behind the drop that builds an index for the same columns of the table. */
const replacement = (
  scene: Scene,
  {
    one,
    table,
    columns,
  }: { readonly one: ParsedStatement; readonly table: SchemaObject; readonly columns: readonly string[] },
): ParsedStatement | undefined =>
  scene.statements
    .slice(scene.statements.indexOf(one) + 1)
    .find(
      (later) =>
        later.node.type === 'IndexStmt' &&
        relationOf(seenFrom(scene, later), later.node.fields) === table &&
        covers(madeColumns(later), columns),
    );

/** In one transaction nobody sees the time between: the table is locked, which is told. */
const isTogether = (one: ParsedStatement, other: ParsedStatement): boolean =>
  one.planned.migration === other.planned.migration && one.facts.transactional && other.facts.transactional;

const late = (scene: Scene, one: ParsedStatement, dropped: readonly string[]): readonly Hazard[] =>
  dropped.flatMap((name) => {
    const table = scene.input.before.objects.find(({ children }) =>
      children.some((child) => child.kind === 'index' && child.name === name),
    );
    const index = table?.children.find((child) => child.kind === 'index' && child.name === name);
    const columns = index ? listOf(index, 'columns') : [];
    const other = table?.children.some(
      (child) => isIndex(child) && !dropped.includes(child.name) && covers(listOf(child, 'columns'), columns),
    );
    const next = table && !other ? replacement(scene, { one, table, columns }) : undefined;
    if (!table || !next || isTogether(one, next)) return [];
    const message = `Queries of ${nameOf(table)} by (${columns.join(', ')}) have no index from the drop of ${name} until the next one is built.`;
    return [hazardOf(RULES.replacedLate, { subject: `index ${name}`, message, at: one.planned })];
  });

/** Indexes that go before those that replace them come. */
export const indexOrderHazards = (scene: Scene): readonly Hazard[] =>
  scene.statements.flatMap((one) => {
    const dropped = droppedNames(one);
    return dropped.length === 0 ? [] : late(scene, one, dropped);
  });
