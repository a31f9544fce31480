// Relations as foreign keys and join tables (prisma-engines, sql_schema_calculator.rs). Pure.
import {
  argument,
  attributeOf,
  type Block,
  databaseName,
  type Expression,
  itemsOf,
  type Member,
  textOf,
} from './blocks.ts';
import type { DeclaredColumn, DeclaredKey, DeclaredTable } from './model.ts';
import { impliedName, joinTableNames } from './names.ts';

export type Models = ReadonlyMap<string, Block>;

/** The names in a list of fields. */
const fieldNames = (value: Expression | undefined): readonly string[] =>
  itemsOf(value).map((item) => item.text);

const memberOf = (block: Block, name: string): Member | undefined =>
  block.members.find((member) => member.name === name);

const columnName = (block: Block, name: string): string => {
  const member = memberOf(block, name);
  return member ? databaseName(member) : name;
};

/** Prisma's words for what becomes of the referencing rows. */
const ACTIONS: Readonly<Record<string, string>> = {
  Cascade: 'CASCADE',
  Restrict: 'RESTRICT',
  NoAction: 'NO ACTION',
  SetNull: 'SET NULL',
  SetDefault: 'SET DEFAULT',
};

/** Required where one of the referencing fields is, whatever the relation itself says. */
const onDeleteOf = (block: Block, member: Member, fields: readonly string[]): string =>
  member.arity !== 'optional' || fields.some((name) => memberOf(block, name)?.arity === 'required')
    ? 'RESTRICT'
    : 'SET NULL';

const keyOf = (block: Block, member: Member, models: Models): DeclaredKey | null => {
  const relation = attributeOf(member, 'relation');
  const other = models.get(member.type);
  const fields = fieldNames(relation && argument(relation, 'fields'));
  if (!relation || !other || fields.length === 0) return null;
  const action = (name: string): string | undefined => ACTIONS[textOf(argument(relation, name)) ?? ''];
  const table = databaseName(block);
  const columns = fields.map((name) => columnName(block, name));
  return {
    name: textOf(argument(relation, 'map')) ?? impliedName('foreignKey', table, columns),
    columns,
    references: databaseName(other),
    referencedColumns: fieldNames(argument(relation, 'references')).map((name) => columnName(other, name)),
    onDelete: action('onDelete') ?? onDeleteOf(block, member, fields),
    onUpdate: action('onUpdate') ?? 'CASCADE',
  };
};

/** The foreign keys of one model. */
export const keysOf = (block: Block, models: Models): readonly DeclaredKey[] =>
  block.members.flatMap((member) => keyOf(block, member, models) ?? []);

/** The relation's name: as stated, else of its two models in order. */
const relationName = (block: Block, member: Member): string => {
  const relation = attributeOf(member, 'relation');
  const stated = relation && textOf(argument(relation, 'name', true));
  return stated ?? [block.name, member.type].sort((a, b) => (a < b ? -1 : 1)).join('To');
};

/** List fields whose other side is a list too, once for each relation, with its models in order of their names. */
const manyToMany = (
  models: Models,
): readonly { readonly name: string; readonly sides: readonly [Block, Block] }[] => {
  const found = new Map<string, { readonly name: string; readonly sides: readonly [Block, Block] }>();
  for (const block of models.values()) {
    for (const member of block.members) {
      const other = models.get(member.type);
      if (!other || member.arity !== 'list') continue;
      const name = relationName(block, member);
      const back = other.members.some(
        (item) =>
          item !== member &&
          item.type === block.name &&
          item.arity === 'list' &&
          relationName(other, item) === name,
      );
      if (!back) continue;
      const sides = block.name <= other.name ? ([block, other] as const) : ([other, block] as const);
      found.set([name, ...sides.map((side) => side.name)].join('\u0000'), { name, sides });
    }
  }
  return [...found.values()];
};

/** The tables behind implicit many-to-many relations; `table` gives the one of a model. */
export const joinTables = (
  models: Models,
  table: (model: Block) => DeclaredTable,
  withKeys: boolean,
): readonly DeclaredTable[] =>
  manyToMany(models).map(({ name, sides }) => {
    const names = joinTableNames(name);
    const ends = (['A', 'B'] as const).map((column, index) => {
      const owner = table(sides[index === 0 ? 0 : 1]);
      const id = owner.columns.find((item) => item.name === owner.primaryKey[0]?.column);
      return { column, owner, id };
    });
    const part = (column: string) => ({ column, length: null, sort: null });
    return {
      name: names.table,
      columns: ends.map(
        ({ column, id }): DeclaredColumn => ({
          name: column,
          type: id?.type ?? '',
          nullable: false,
          preset: null,
          keepsPreset: false,
          autoIncrement: false,
        }),
      ),
      primaryKey: [],
      indexes: [
        { kind: 'unique', name: names.unique, parts: [part('A'), part('B')] },
        { kind: 'normal', name: names.index, parts: [part('B')] },
      ],
      foreignKeys: ends.flatMap(({ column, owner, id }): readonly DeclaredKey[] =>
        withKeys
          ? [
              {
                name: names.foreignKeys[column],
                columns: [column],
                references: owner.name,
                referencedColumns: [id?.name ?? ''],
                onDelete: 'CASCADE',
                onUpdate: 'CASCADE',
              },
            ]
          : [],
      ),
      join: true,
    };
  });
