// The one diff is total and exact: for any two schemas it is empty just where the fingerprints are equal, and it leads from one to the other.
import { randomInt } from 'node:crypto';
import * as assert from 'uvu/assert';
import {
  type Change,
  canonicalJson,
  describeChange,
  diffSnapshots,
  fingerprint,
  hashText,
  isEmpty,
  patchSnapshot,
  type SchemaObject,
  type Snapshot,
  schemaObject,
  snapshotOf,
  type Value,
} from '../../lib/schema/index.ts';
import { spec } from '../helpers/spec.ts';

/** A small generator of numbers that can be repeated from its seed (mulberry32). */
const dice = (seed: number): ((sides: number) => number) => {
  let state = seed;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
};

type Dice = ReturnType<typeof dice>;

/** Names that have broken such programs: members of every object, numbers, quotes, terminals' own language, half a character. */
const NAMES: readonly string[] = [
  'a',
  'b',
  'users',
  'Users',
  '__proto__',
  'constructor',
  'toString',
  '1',
  '10',
  '',
  ' ',
  'a.b',
  '"quoted"',
  "it's",
  'line\nbreak',
  '\u001b[31mred\u001b[0m',
  '\u009b2J',
  'tab\there',
  'ünïcödé',
  '表',
  '🦑',
  '\ud83e',
  '\u202egnp.exe',
  '$x',
  'x'.repeat(300),
];

const NAMED_ATTRIBUTES: readonly string[] = [
  'type',
  'nullable',
  'default',
  'comment',
  'columns',
  'references',
  'definition',
  'expression',
  '9',
  'z',
];

const pick = <T>(roll: Dice, list: readonly T[], otherwise: T): T => list[roll(list.length)] ?? otherwise;

const someValue = (roll: Dice, depth = 0): Value => {
  const kind = roll(depth > 1 ? 4 : 6);
  if (kind === 0) return pick(roll, NAMES, '');
  if (kind === 1) return roll(3);
  if (kind === 2) return roll(2) === 0;
  if (kind === 3) return `text ${roll(3)}`;
  if (kind === 4) return Array.from({ length: roll(3) }, () => someValue(roll, depth + 1));
  return Object.fromEntries(
    Array.from({ length: roll(3) }, () => [pick(roll, NAMED_ATTRIBUTES, 'z'), someValue(roll, depth + 1)]),
  );
};

const someAttributes = (roll: Dice): Record<string, Value> =>
  Object.fromEntries(
    Array.from({ length: roll(4) }, () => [pick(roll, NAMED_ATTRIBUTES, 'z'), someValue(roll)]),
  );

/** Without two of one kind and name: no database has them. */
const distinct = (objects: readonly SchemaObject[]): readonly SchemaObject[] => [
  ...new Map(
    objects.map((object) => [JSON.stringify([object.kind, object.namespace, object.name]), object]),
  ).values(),
];

const CHILD_KINDS = ['column', 'column', 'column', 'partition', 'enum-value', 'index', 'check', 'trigger'];

const someChild = (roll: Dice): SchemaObject =>
  schemaObject({
    kind: pick(roll, CHILD_KINDS, 'column'),
    name: pick(roll, NAMES, 'a'),
    attributes: someAttributes(roll),
  });

const someObject = (roll: Dice): SchemaObject =>
  schemaObject({
    kind: pick(roll, ['table', 'view', 'enum', 'function'], 'table'),
    namespace: pick(roll, [null, 'public', 'app', '__proto__'], null),
    name: pick(roll, NAMES, 'a'),
    attributes: someAttributes(roll),
    children: distinct(Array.from({ length: roll(9) }, () => someChild(roll))),
  });

const someSnapshot = (roll: Dice): Snapshot =>
  snapshotOf('any', distinct(Array.from({ length: roll(8) }, () => someObject(roll))));

const shuffled = <T>(roll: Dice, list: readonly T[]): T[] => {
  const left = [...list];
  return Array.from({ length: list.length }, () => left.splice(roll(left.length), 1)).flat();
};

/** What a migration does to a table: drops, adds and alters children, and gives them another order. */
const edited = (roll: Dice, object: SchemaObject): SchemaObject => {
  const kept = object.children.filter(() => roll(5) > 0);
  const touched = kept.map((child) =>
    roll(4) === 0 ? schemaObject({ ...child, attributes: someAttributes(roll) }) : child,
  );
  const all = roll(2) === 0 ? [...touched, someChild(roll)] : touched;
  return schemaObject({
    ...object,
    attributes: roll(3) === 0 ? someAttributes(roll) : object.attributes,
    children: distinct(roll(2) === 0 ? shuffled(roll, all) : all),
  });
};

const neighbour = (roll: Dice, snapshot: Snapshot): Snapshot => {
  const kept = snapshot.objects.filter(() => roll(6) > 0).map((o) => (roll(2) === 0 ? edited(roll, o) : o));
  return snapshotOf(
    snapshot.dialect,
    distinct([...kept, ...Array.from({ length: roll(2) }, () => someObject(roll))]),
  );
};

/** As an artifact has it: written, read again, and the members of every object in another order. */
const asRead = (roll: Dice, value: unknown): unknown => {
  if (Array.isArray(value)) return value.map((item) => asRead(roll, item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    shuffled(roll, Object.entries(value)).map(([key, item]) => [key, asRead(roll, item)]),
  );
};

const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

const demandExact = (a: Snapshot, b: Snapshot, seed: string): void => {
  const diff = diffSnapshots(a, b);
  assert.is(isEmpty(diff), fingerprint(a) === fingerprint(b), `${seed}: empty exactly where nothing differs`);
  const reached = patchSnapshot(a, diff);
  assert.equal(reached, b, `${seed}: the diff leads there`);
  assert.is(fingerprint(reached), fingerprint(b), seed);
  assert.ok(isEmpty(diffSnapshots(reached, b)), seed);
};

const demandOneLine = (changes: readonly Change[], seed: string): void => {
  for (const change of changes) {
    const line = describeChange(change);
    assert.ok(line.length > 0, seed);
    assert.not.match(line, CONTROL, `${seed}: ${JSON.stringify(line)}`);
  }
};

const PAIRS = 3000;

const table = (columns: readonly string[], more: readonly SchemaObject[] = []): Snapshot =>
  snapshotOf('any', [
    schemaObject({
      kind: 'table',
      name: 't',
      children: [...columns.map((name) => schemaObject({ kind: 'column', name })), ...more],
    }),
  ]);

const actions = (a: Snapshot, b: Snapshot): readonly string[] =>
  diffSnapshots(a, b).changes.map(({ action }) => action);

spec('schema', ({ test }) => {
  // Another seed each time finds what a fixed one never would; it is in the message of what fails.
  const first = randomInt(2 ** 31);

  test('the diff of any two schemas is complete, and empty exactly where the fingerprints are equal', () => {
    let reorders = 0;
    for (let seed = first; seed < first + PAIRS; seed += 1) {
      const roll = dice(seed);
      const a = someSnapshot(roll);
      const b = roll(4) === 0 ? someSnapshot(roll) : neighbour(roll, a);
      demandExact(a, b, `seed ${seed}`);
      demandExact(b, a, `seed ${seed}, back`);
      const { changes } = diffSnapshots(a, b);
      demandOneLine(changes, `seed ${seed}`);
      reorders += changes.filter(({ action }) => action === 'reorder').length;
    }
    assert.ok(reorders > 100, `${reorders} reorders among the pairs`);
  });

  test('a snapshot that was written and read again is the same one, whatever the order of its members', () => {
    for (let seed = first; seed < first + 300; seed += 1) {
      const roll = dice(seed);
      const a = someSnapshot(roll);
      const read = asRead(roll, JSON.parse(JSON.stringify(a))) as Snapshot;
      assert.is(fingerprint(read), fingerprint(a), `seed ${seed}`);
      assert.ok(isEmpty(diffSnapshots(a, read)), `seed ${seed}`);
    }
  });

  test('the fingerprint is the hash of the canonical text', () => {
    for (let seed = first; seed < first + 100; seed += 1) {
      const a = someSnapshot(dice(seed));
      assert.is(fingerprint(a), hashText(a.dialect + a.objects.map(canonicalJson).join('')), `seed ${seed}`);
    }
  });

  test('the order of columns is a difference, and one of its own', () => {
    assert.equal(actions(table(['a', 'b']), table(['b', 'a'])), ['reorder']);
    assert.equal(actions(table(['a', 'b']), table(['a', 'c', 'b'])), ['reorder', 'create']);
    assert.equal(actions(table(['a', 'b']), table(['a', 'b', 'c'])), ['create']);
    assert.equal(actions(table(['a', 'b', 'c']), table(['a', 'c'])), ['drop']);
  });

  test('the order in which kinds of children are given means nothing', () => {
    const column = schemaObject({ kind: 'column', name: 'a' });
    const partition = schemaObject({ kind: 'partition', name: 'p' });
    const of = (children: readonly SchemaObject[]): Snapshot =>
      snapshotOf('any', [schemaObject({ kind: 'table', name: 't', children })]);
    assert.is(fingerprint(of([column, partition])), fingerprint(of([partition, column])));
  });

  test('changes to what a snapshot does not hold are without effect', () => {
    const other = table([]);
    const elsewhere = diffSnapshots(
      snapshotOf('any', [schemaObject({ kind: 'view', name: 'v', attributes: { definition: 'a' } })]),
      snapshotOf('any', [schemaObject({ kind: 'view', name: 'v', attributes: { definition: 'b' } })]),
    );
    assert.equal(patchSnapshot(other, elsewhere), other);
    const column = diffSnapshots(table(['a']), table(['a', 'b']));
    assert.equal(patchSnapshot(snapshotOf('any', []), column), snapshotOf('any', []));
  });

  test('a table with very many columns in another order: the diff leads there', () => {
    const names = Array.from({ length: 20_000 }, (_, index) => `column_${index}`);
    const a = table(names);
    const b = table([...names].reverse());
    const diff = diffSnapshots(a, b);
    assert.is(fingerprint(patchSnapshot(a, diff)), fingerprint(b));
  });
});
