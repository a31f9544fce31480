// Indexes that another key of the same table makes needless. Knows no database: what serves the same searches, each says itself. Pure.
import type { SchemaObject } from '../schema/index.ts';

/** An index, and the key that serves every search that it serves. */
export interface Covered {
  readonly index: SchemaObject;
  readonly by: SchemaObject;
}

/** The needless ones among the keys of a table, where the plan makes either. Of two alike the later one is told, and never a constraint. */
export const coveredIndexes = (
  keys: readonly SchemaObject[],
  judge: {
    readonly isCovered: (key: SchemaObject, other: SchemaObject) => boolean;
    readonly isMade: (key: SchemaObject) => boolean;
  },
): readonly Covered[] => {
  const { isCovered, isMade } = judge;
  return keys
    .filter(({ kind }) => kind === 'index')
    .flatMap((index) => {
      const by = keys.find(
        (one) =>
          isCovered(index, one) &&
          (isMade(index) || isMade(one)) &&
          (!isCovered(one, index) || one.kind !== 'index' || keys.indexOf(one) < keys.indexOf(index)),
      );
      return by ? [{ index, by }] : [];
    });
};
