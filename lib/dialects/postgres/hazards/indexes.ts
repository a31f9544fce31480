// Advice on the indexes that a plan leaves: one that is the beginning of another. Pure.
import { coveredIndexes, type Hazard, hazardOf } from '../../../risk/index.ts';
import { describeSubject, type SchemaObject, subjectOf } from '../../../schema/index.ts';
import { RULES } from './rules.ts';
import { listOf, locate, type Scene } from './scene.ts';

/** Attributes of what is no plain B-tree of whole columns, or of no use by itself. */
const UNUSUAL = [
  'where',
  'definition',
  'order',
  'include',
  'operatorClasses',
  'collations',
  'nullsNotDistinct',
  'valid',
  'partitionOf',
] as const;

const isKey = ({ kind, attributes }: SchemaObject): boolean =>
  (kind === 'index' || kind === 'unique' || kind === 'primary-key') &&
  UNUSUAL.every((name) => attributes[name] === undefined);

const isUnique = ({ kind, attributes }: SchemaObject): boolean =>
  kind !== 'index' || attributes.unique === true;

/** A B-tree serves those who ask for its first columns alone ("Multicolumn Indexes" in the manual). */
const isCovered = (key: SchemaObject, other: SchemaObject): boolean => {
  const [own, others] = [listOf(key, 'columns'), listOf(other, 'columns')];
  const begins = key !== other && own.length > 0 && own.every((name, at) => name === others[at]);
  return begins && (!isUnique(key) || (own.length === others.length && isUnique(other)));
};

const coveredIn = (scene: Scene, table: SchemaObject): readonly Hazard[] => {
  const isMade = (key: SchemaObject): boolean =>
    scene.input.change.changes.some(
      ({ action, subject }) =>
        action === 'create' &&
        (subject.kind === 'table'
          ? subject.name === table.name && subject.namespace === table.namespace
          : subject.kind === key.kind && subject.name === key.name && subject.parent?.name === table.name),
    );
  return coveredIndexes(table.children.filter(isKey), { isCovered, isMade }).map(({ index, by }) => {
    const subject = subjectOf(index, table);
    const message = `${describeSubject(subject)} is the beginning of ${by.kind} ${by.name}, which serves the same searches.`;
    return hazardOf(RULES.duplicateIndex, { subject, message, at: locate(scene, subject) });
  });
};

/** Indexes that another one makes needless, where the plan makes either. */
export const indexAdvice = (scene: Scene): readonly Hazard[] =>
  scene.input.after.objects
    .filter(({ kind }) => kind === 'table' || kind === 'materialized-view')
    .flatMap((table) => coveredIn(scene, table));
