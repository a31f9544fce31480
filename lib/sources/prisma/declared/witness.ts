// Prisma's own reading of the schema (DMMF) held against dbsync's: a schema that the two read differently is not written as SQL. DMMF
// leaves out what Prisma's client does not use (`@ignore`, `Unsupported`, names of foreign keys), so it is a witness and not the
// source. Pure.
import { DbsyncError } from '../../../errors/index.ts';
import {
  type Attribute,
  argument,
  attributeOf,
  type Block,
  type Expression,
  itemsOf,
  type Member,
  textOf,
} from './blocks.ts';

type Loose = Readonly<Record<string, unknown>>;

const record = (value: unknown): Loose =>
  value !== null && typeof value === 'object' ? Object.fromEntries(Object.entries(value)) : {};
const listOf = (value: unknown): readonly Loose[] => (Array.isArray(value) ? value.map(record) : []);
const words = (value: unknown): string => (Array.isArray(value) ? value.map(String).join(',') : '');

const mapped = (of: { readonly attributes: readonly Attribute[] }): string => {
  const map = attributeOf(of, 'map');
  return (map && textOf(argument(map, 'name', true))) ?? '';
};

/** The names of a list of fields, with what stands behind each. */
const partWords = (value: Expression | undefined): string =>
  itemsOf(value)
    .map((item) => {
      const args = item.kind === 'call' ? item.args : [];
      const of = (name: string): string => textOf(argument({ args }, name)) ?? '';
      return [item.text, of('length'), of('sort').toLowerCase()].join(':');
    })
    .join(',');

const fieldWords = (member: Member): readonly string[] => {
  const native = member.attributes.find((item) => item.name.includes('.'));
  const relation = attributeOf(member, 'relation');
  const names = (name: string): string => partWords(relation && argument(relation, name)).replaceAll(':', '');
  const action = (name: string): string => (relation && textOf(argument(relation, name))) ?? '';
  return [
    member.name,
    mapped(member),
    member.type,
    member.arity,
    native
      ? `${native.name.split('.').at(-1)}(${native.args.map((item) => textOf(item.value)).join(',')})`
      : '',
    names('fields'),
    names('references'),
    action('onDelete'),
    action('onUpdate'),
  ];
};

const arityOf = (field: Loose): string =>
  field.isList === true ? 'list' : field.isRequired === true ? 'required' : 'optional';

const theirField = (field: Loose): readonly string[] => {
  const [name, args] = Array.isArray(field.nativeType) ? field.nativeType : [];
  return [
    String(field.name),
    String(field.dbName ?? ''),
    String(field.type),
    arityOf(field),
    name === undefined ? '' : `${String(name)}(${words(args)})`,
    words(field.relationFromFields),
    words(field.relationToFields),
    String(field.relationOnDelete ?? ''),
    String(field.relationOnUpdate ?? ''),
  ];
};

const INDEXES: Readonly<Record<string, string>> = {
  id: 'id',
  unique: 'unique',
  index: 'normal',
  fulltext: 'fulltext',
};

/** `name` of an index that is not unique is an older word for `map`. */
const indexName = (attribute: Attribute): string => {
  const older =
    attribute.name === 'unique' || attribute.name === 'id' ? undefined : argument(attribute, 'name');
  return textOf(argument(attribute, 'map') ?? older) ?? '';
};

const ownIndexes = (block: Block): readonly string[] => [
  ...block.members.flatMap((member) =>
    member.attributes
      .filter(({ name }) => name === 'id' || name === 'unique')
      .map((attribute) => {
        const of = (name: string): string => textOf(argument(attribute, name)) ?? '';
        return [
          attribute.name,
          indexName(attribute),
          [member.name, of('length'), of('sort').toLowerCase()].join(':'),
        ].join(' ');
      }),
  ),
  ...block.attributes
    .filter(({ name }) => INDEXES[name] !== undefined)
    .map((attribute) =>
      [INDEXES[attribute.name], indexName(attribute), partWords(argument(attribute, 'fields', true))].join(
        ' ',
      ),
    ),
];

const theirIndex = (index: Loose): string =>
  [
    String(index.type),
    String(index.dbName ?? ''),
    listOf(index.fields)
      .map((field) => [field.name, field.length ?? '', field.sortOrder ?? ''].join(':'))
      .join(','),
  ].join(' ');

const isSeen = (member: Member): boolean =>
  !member.unsupported && attributeOf(member, 'ignore') === undefined;

const refused = (what: string): DbsyncError =>
  new DbsyncError('SCHEMA_UNRENDERABLE', {
    summary: `dbsync reads ${what} in the Prisma schema otherwise than Prisma does.`,
    why: 'SQL from a schema that was not understood would be wrong.',
    next: ['Write the migration by hand.'],
  });

const demandModel = (block: Block, model: Loose, indexes: readonly Loose[]): void => {
  if (String(model.dbName ?? '') !== mapped(block)) throw refused(`the table of ${block.name}`);
  // Fields of ignored models and of unsupported types are missing on the other side, and so are those that lead to them.
  const theirs = new Map(
    listOf(model.fields).map((field) => [String(field.name), theirField(field).join(' ')]),
  );
  for (const member of block.members.filter(isSeen)) {
    const their = theirs.get(member.name);
    if (their !== undefined && their !== fieldWords(member).join(' '))
      throw refused(`the field ${block.name}.${member.name}`);
    if (their === undefined) throw refused(`the field ${block.name}.${member.name}`);
    theirs.delete(member.name);
  }
  const [strange] = theirs.keys();
  if (strange !== undefined) throw refused(`the field ${block.name}.${strange}`);
  const own = ownIndexes(block);
  const missing = indexes.map(theirIndex).find((index) => !own.includes(index));
  if (missing !== undefined || indexes.length > own.length) throw refused(`the indexes of ${block.name}`);
};

/** Throws SCHEMA_UNRENDERABLE where the two readings differ; ignored models are seen by dbsync alone. */
export const demandAgreement = (blocks: readonly Block[], dmmf: unknown): void => {
  const datamodel = record(record(dmmf).datamodel);
  const indexes = listOf(datamodel.indexes);
  const models = blocks.filter(
    (block) => block.kind === 'model' && attributeOf(block, 'ignore') === undefined,
  );
  const ignored = new Set(
    blocks.filter((block) => attributeOf(block, 'ignore') !== undefined).map((block) => block.name),
  );
  const theirs = new Map(listOf(datamodel.models).map((model) => [String(model.name), model]));
  for (const block of models) {
    const model = theirs.get(block.name);
    if (!model) throw refused(`the model ${block.name}`);
    const seen = { ...block, members: block.members.filter((member) => !ignored.has(member.type)) };
    demandModel(
      seen,
      model,
      indexes.filter((index) => index.model === block.name),
    );
    theirs.delete(block.name);
  }
  const views = new Set(blocks.filter((block) => block.kind === 'view').map((block) => block.name));
  const strange = [...theirs.keys()].find((name) => !views.has(name));
  if (strange !== undefined) throw refused(`the model ${strange}`);
  const values = new Map(listOf(datamodel.enums).map((item) => [String(item.name), item]));
  for (const block of blocks.filter(({ kind }) => kind === 'enum')) {
    const own = block.members.map((member) => `${member.name}=${mapped(member)}`).join(',');
    const their = listOf(values.get(block.name)?.values)
      .map((value) => `${String(value.name)}=${String(value.dbName ?? '')}`)
      .join(',');
    if (own !== their) throw refused(`the enum ${block.name}`);
  }
};
