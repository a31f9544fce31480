// Which objects a snapshot leaves out: the ledger's, and what the configuration says is not ours. Pure.
import type { SchemaObject, Value } from '../../../schema/index.ts';
import type { ObjectPattern } from '../../contract.ts';

const glob = (pattern: string): RegExp =>
  new RegExp(`^${pattern.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`, 's');

type Test = (object: Pick<SchemaObject, 'kind' | 'namespace' | 'name'>) => boolean;

const testOf = (pattern: ObjectPattern): Test => {
  const name = glob(pattern.name);
  const namespace =
    pattern.namespace === null || pattern.namespace === undefined ? null : glob(pattern.namespace);
  return (object) =>
    (pattern.kind === undefined || pattern.kind === object.kind) &&
    (namespace === null || namespace.test(object.namespace ?? '')) &&
    name.test(object.name);
};

const ownerTable = (ownedBy: Value | undefined): { namespace: string; name: string } | null => {
  if (!Array.isArray(ownedBy)) return null;
  const [namespace, name] = ownedBy;
  return typeof namespace === 'string' && typeof name === 'string' ? { namespace, name } : null;
};

/** Without the ignored objects, and without the sequences that ignored tables own. */
export const withoutIgnored = (
  objects: readonly SchemaObject[],
  patterns: readonly ObjectPattern[],
): readonly SchemaObject[] => {
  if (patterns.length === 0) return objects;
  const tests = patterns.map(testOf);
  const ignored: Test = (object) => tests.some((test) => test(object));
  return objects.filter((object) => {
    const table = object.kind === 'sequence' ? ownerTable(object.attributes.ownedBy) : null;
    return !ignored(object) && !(table && ignored({ kind: 'table', ...table }));
  });
};
