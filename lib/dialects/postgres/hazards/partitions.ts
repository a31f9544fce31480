// Hazards of partitions that join and leave a table: what is read, what is locked, which rows are no longer found. Pure.
import { adjusted, hazardOf, lowered } from '../../../risk/index.ts';
import type { SchemaObject } from '../../../schema/index.ts';
import { flag, node, nodes, record, textField } from '../parse.ts';
import { boundProbe } from './bounds.ts';
import { asking, atTable, type Fields, plain, type Reader } from './readers.ts';
import { attachedBeside, detachedBeside } from './rewrites.ts';
import { RULES } from './rules.ts';
import { nameOf, relationOf, type Scene } from './scene.ts';

const lastPart = (text: unknown): string => String(text).split('.').at(-1)?.replaceAll('"', '') ?? '';

/** The partition that takes what no other takes; known from a live schema, and from texts that name it. */
const defaultOf = (scene: Scene, parent: SchemaObject): SchemaObject | undefined =>
  scene.input.before.objects.find(
    ({ kind, attributes }) =>
      kind === 'table' &&
      attributes.partitionBound === 'DEFAULT' &&
      lastPart(attributes.partitionOf) === parent.name,
  );

/** The names that an expression holds, among other words. */
const wordsIn = (expression: unknown): readonly string[] =>
  (String(expression ?? '').match(/"(?:[^"]|"")+"|\w+/g) ?? []).map((word) => word.replaceAll('"', ''));

/**
 * Whether a validated CHECK names every column of the key: where it implies the bounds, no row is read (ALTER TABLE in the manual,
 * ATTACH PARTITION); whether it does is for the server to say.
 */
const hasCheckOfKey = (parent: SchemaObject, partition: SchemaObject): boolean => {
  const key = wordsIn(parent.attributes.partitionKey).filter((word) => isColumn(parent, word));
  const isAbout = ({ kind, attributes }: SchemaObject): boolean => {
    const said = [...wordsIn(attributes.expression), ...wordsIn(attributes.columns)];
    return kind === 'check' && attributes.validated !== false && key.every((name) => said.includes(name));
  };
  return key.length > 0 && partition.children.some(isAbout);
};

const isColumn = (table: SchemaObject, name: string): boolean =>
  table.children.some((child) => child.kind === 'column' && child.name === name);

const named = (fields: Fields): Fields => record(node(fields, 'def')?.fields ?? {}, 'name') ?? {};

/** `ATTACH PARTITION`: the rows of the new one are read, and those of the DEFAULT one under ACCESS EXCLUSIVE. */
export const attached: Reader = (fields, one, scene) => {
  const parent = relationOf(scene, one.node.fields);
  if (!parent) return [];
  const relation = named(fields);
  const partition = relationOf(scene, { relation });
  const rest = defaultOf(scene, parent);
  const message = rest
    ? `The rows of ${nameOf(rest)} are read while every use of it waits, to prove that none belongs to the new partition.`
    : `The rows of ${textField(relation, 'relname') ?? ''} are read to prove that they belong to ${nameOf(parent)}.`;
  // The rows that are read decide how grave it is.
  const table = rest ?? partition ?? parent;
  const name = textField(relation, 'relname') ?? '';
  const probe = boundProbe(scene, { parent, partition, name, rest, at: one.planned });
  const hazard = asking(atTable(scene, RULES.attachPartition, { table, one, message }), probe);
  if (rest) return [hazard];
  // Only what the plan itself put there is read, and nobody waits for it.
  if (!partition) return [];
  return hasCheckOfKey(parent, partition)
    ? [
        lowered(
          hazard,
          'where its CHECK implies the bounds, and no partition is the DEFAULT one, no row is read',
        ),
      ]
    : [hazard];
};

/**
 * `CREATE TABLE ... PARTITION OF` takes ACCESS EXCLUSIVE on its parent, which ATTACH does not (manual, "Partition Maintenance"; seen on
 * 15); where there is a DEFAULT partition, that one is read under it.
 */
export const partitionMade: Reader = (fields, one, scene) => {
  const [parentName] = nodes(fields, 'inhRelations');
  if (!record(fields, 'partbound') || !parentName) return [];
  const parent = relationOf(scene, { relation: parentName.fields });
  if (!parent) return [];
  const rest = defaultOf(scene, parent);
  if (!rest) {
    const message = `Every use of ${nameOf(parent)} waits until the partition is made, and as long as its transaction lasts.`;
    const rewrite = attachedBeside(one);
    const hazard = atTable(scene, RULES.attachPartition, { table: parent, one, message, rewrite });
    return [adjusted(hazard, 'advice', 'no partition is the DEFAULT one, so no row is read')];
  }
  const message = `The rows of ${nameOf(rest)} are read while every use of it waits, to prove that none belongs to the new partition.`;
  const name = textField(record(fields, 'relation') ?? {}, 'relname') ?? '';
  const probe = boundProbe(scene, { parent, partition: undefined, name, rest, at: one.planned });
  return [asking(atTable(scene, RULES.attachPartition, { table: rest, one, message }), probe)];
};

/** `DETACH PARTITION`: its rows are no longer found through the parent; without CONCURRENTLY every use of that waits. */
export const detached: Reader = (fields, one, scene) => {
  const parent = relationOf(scene, one.node.fields);
  if (!parent) return [];
  const left = textField(named(fields), 'relname') ?? '';
  const gone = plain(
    RULES.dropPartition,
    one,
    `partition ${left}`,
    `The rows of ${left} are no longer found through ${nameOf(parent)}; they stay in ${left}.`,
  );
  if (!flag(node(fields, 'def')?.fields ?? {}, 'concurrent')) {
    const rewrite = defaultOf(scene, parent) ? undefined : detachedBeside(scene, one);
    const message = `Every use of ${nameOf(parent)} waits while a partition leaves it.`;
    return [gone, atTable(scene, RULES.detachPartition, { table: parent, one, message, rewrite })];
  }
  const rest = defaultOf(scene, parent);
  if (!rest) return [gone];
  const message = `PostgreSQL refuses CONCURRENTLY while ${nameOf(parent)} has the DEFAULT partition ${rest.name}.`;
  const refused = hazardOf(RULES.detachPartition, {
    subject: nameOf(parent),
    message,
    at: one.planned,
    willFail: true,
  });
  return [gone, refused];
};
