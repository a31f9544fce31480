// The schema files' blocks as tables: one for each model, and those behind implicit many-to-many relations. Views are not Prisma's
// to make. Pure.
import {
  type Argument,
  type Attribute,
  argument,
  attributeOf,
  type Block,
  databaseName,
  type Expression,
  itemsOf,
  type Member,
  textOf,
} from './blocks.ts';
import { columnOf, unrenderable } from './columns.ts';
import type { DeclaredIndex, DeclaredPart, DeclaredTable } from './model.ts';
import { impliedName } from './names.ts';
import { joinTables, keysOf, type Models } from './relations.ts';

const SORTS: Readonly<Record<string, 'ASC' | 'DESC'>> = { Asc: 'ASC', Desc: 'DESC' };

const partOf = (member: Member | undefined, name: string, args: readonly Argument[]): DeclaredPart => {
  const length = textOf(argument({ args }, 'length'));
  return {
    column: member ? databaseName(member) : name,
    length: length === undefined ? null : Number(length),
    sort: SORTS[textOf(argument({ args }, 'sort')) ?? ''] ?? null,
  };
};

/** `[a, b(length: 10, sort: Desc)]`. */
const partsOf = (block: Block, value: Expression | undefined): readonly DeclaredPart[] =>
  itemsOf(value).map((item) => {
    const member = block.members.find(({ name }) => name === item.text);
    return partOf(member, item.text, item.kind === 'call' ? item.args : []);
  });

const KINDS: Readonly<Record<string, DeclaredIndex['kind']>> = {
  unique: 'unique',
  index: 'normal',
  fulltext: 'fulltext',
};

const indexOf = (block: Block, attribute: Attribute, parts: readonly DeclaredPart[]): DeclaredIndex => {
  const kind = KINDS[attribute.name] ?? 'normal';
  const columns = parts.map((part) => part.column);
  // `name` of an index that is not unique is an older word for `map`; of a unique one it is the client's.
  const stated = argument(attribute, 'map') ?? (kind === 'unique' ? undefined : argument(attribute, 'name'));
  const implied = impliedName(kind === 'unique' ? 'unique' : 'index', databaseName(block), columns);
  return { kind, name: textOf(stated) ?? implied, parts };
};

const indexesOf = (block: Block): readonly DeclaredIndex[] => [
  ...block.members.flatMap((member) => {
    const unique = attributeOf(member, 'unique');
    return unique ? [indexOf(block, unique, [partOf(member, member.name, unique.args)])] : [];
  }),
  ...block.attributes
    .filter((attribute) => KINDS[attribute.name] !== undefined)
    .map((attribute) => indexOf(block, attribute, partsOf(block, argument(attribute, 'fields', true)))),
];

const primaryKeyOf = (block: Block): readonly DeclaredPart[] => {
  const compound = attributeOf(block, 'id');
  if (compound) return partsOf(block, argument(compound, 'fields', true));
  const member = block.members.find((item) => attributeOf(item, 'id'));
  const id = member && attributeOf(member, 'id');
  return member && id ? [partOf(member, member.name, id.args)] : [];
};

/** What no renderer of dbsync knows. Throws SCHEMA_UNRENDERABLE. */
const refuseUnknown = (block: Block): void => {
  const [first] = block.members;
  if (!first) return;
  if (attributeOf(block, 'shardKey'))
    throw unrenderable({ block, member: first }, 'the model has a shard key');
  const sharded = block.members.find((member) => attributeOf(member, 'shardKey'));
  if (sharded) throw unrenderable({ block, member: sharded }, 'a shard key');
};

export interface DeclaredInput {
  readonly blocks: readonly Block[];
  /** False with `relationMode = "prisma"`. */
  readonly foreignKeys: boolean;
}

/** The tables that the schema declares, in its order. Throws SCHEMA_UNRENDERABLE. */
export const declaredTables = ({ blocks, foreignKeys }: DeclaredInput): readonly DeclaredTable[] => {
  const models: Models = new Map(
    blocks.filter((block) => block.kind === 'model').map((block) => [block.name, block]),
  );
  const views = new Set(blocks.filter((block) => block.kind === 'view').map((block) => block.name));
  const enums = new Map(
    blocks
      .filter((block) => block.kind === 'enum')
      .map((block) => [block.name, new Map(block.members.map((value) => [value.name, databaseName(value)]))]),
  );
  const tableOf = (block: Block): DeclaredTable => {
    refuseUnknown(block);
    const scalars = block.members.filter(
      ({ type, unsupported }) => unsupported || !(models.has(type) || views.has(type)),
    );
    return {
      name: databaseName(block),
      columns: scalars.map((member) =>
        columnOf({ block, member }, member.unsupported ? undefined : enums.get(member.type)),
      ),
      primaryKey: primaryKeyOf(block),
      indexes: indexesOf(block),
      foreignKeys: foreignKeys ? keysOf(block, models) : [],
      join: false,
    };
  };
  const tables = new Map([...models.values()].map((block) => [block.name, tableOf(block)]));
  const own = (block: Block): DeclaredTable => tables.get(block.name) ?? tableOf(block);
  return [...tables.values(), ...joinTables(models, own, foreignKeys)];
};
