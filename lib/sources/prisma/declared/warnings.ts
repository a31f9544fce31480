// What a change takes away or can trip over, in a sentence each, for the head of a written migration. Whether it does is asked of the
// live data when the migration is planned. Pure.
import type { Change, Value } from '../../../schema/index.ts';

const enumValues = (type: Value | undefined): readonly string[] | null => {
  const text = String(type);
  if (!/^enum\(/i.test(text)) return null;
  return [...text.matchAll(/'((?:[^']|'')*)'/g)].map((found) => (found[1] ?? '').replaceAll("''", "'"));
};

const retyped = (place: string, from: Value | undefined, to: Value | undefined): readonly string[] => {
  const [before, after] = [enumValues(from), enumValues(to)];
  if (before === null || after === null)
    return [`${place} becomes ${String(to)}, was ${String(from)}: values that do not fit fail or change.`];
  const gone = before.filter((value) => !after.includes(value));
  return gone.length === 0
    ? []
    : [`${place} loses the values ${gone.join(', ')}: rows that hold one fail or change.`];
};

const altered = (change: Extract<Change, { action: 'alter' }>, place: string): readonly string[] =>
  change.attributes.flatMap(({ name, from, to }) => {
    if (name === 'type') return retyped(place, from, to);
    return name === 'nullable' && to === false
      ? [`${place} becomes required: this fails while a row has no value.`]
      : [];
  });

const madeOf = (
  change: Extract<Change, { action: 'create' | 'drop' }>,
  place: string,
  table: string,
): readonly string[] => {
  const { action, subject, object } = change;
  if (subject.kind === 'column' && action === 'drop') return [`${place} is dropped with all of its values.`];
  const { nullable, default: preset, generated, autoIncrement, unique } = object.attributes;
  if (
    subject.kind === 'column' &&
    nullable === false &&
    [preset, generated, autoIncrement].every((value) => value === undefined)
  )
    return [
      `${place} is required and has no default: rows that are there would get a value that nobody chose.`,
    ];
  if (subject.kind === 'index' && action === 'create' && unique === true)
    return [
      `${subject.name} makes ${String(object.attributes.columns).replaceAll(',', ', ')} of ${table} unique: this fails while rows share a value.`,
    ];
  return subject.kind === 'primary-key' ? [`The primary key of ${table} changes.`] : [];
};

/** One line for each, without repetitions. */
export const warningsOf = (changes: readonly Change[]): readonly string[] => {
  const lines = changes.flatMap((change): readonly string[] => {
    const { subject } = change;
    const table = subject.parent ? `\`${subject.parent.name}\`` : `\`${subject.name}\``;
    if (!subject.parent)
      return change.action === 'drop' ? [`The table ${table} is dropped with all of its rows.`] : [];
    const place = `The column \`${subject.name}\` of ${table}`;
    if (change.action === 'alter') return altered(change, place);
    return change.action === 'reorder' ? [] : madeOf(change, place, table);
  });
  return [...new Set(lines)];
};
