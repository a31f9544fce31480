// Hazards of a type change where texts alone do not tell what the type was: the worse case. Pure.
import type { Hazard, HazardRule } from '../../../risk/index.ts';
import { describeSubject, type Subject } from '../../../schema/index.ts';
import { RULES } from './rules.ts';
import { finding, type Scene } from './scene.ts';

/** A type that texts alone do not tell. */
export const UNKNOWN = 'unknown';

/** Types that hold less than others that could stand in their place. */
const BOUNDED: readonly (readonly [RegExp, HazardRule])[] = [
  [/^(tinyint|smallint|mediumint|int)\b/, RULES.narrowInt],
  [/^(decimal|float)\b/, RULES.narrowDecimal],
  [/^(var)?(char|binary)\b|^tiny(text|blob)/, RULES.narrowString],
  [/^(date|time|year|timestamp)\b|^datetime(\([0-5]\))?$/, RULES.narrowTemporal],
  [/^(enum|set)\b/, RULES.membersRemoved],
];

/** What a column's new type may do to values of a type that is not known. */
export const unknownBefore = (
  scene: Scene,
  { subject, table, to }: { readonly subject: Subject; readonly table: string; readonly to: string },
): Hazard[] => {
  const bounded = BOUNDED.find(([types]) => types.test(to))?.[1];
  const message = `${describeSubject(subject)} becomes ${to}, and the texts do not tell what it was.`;
  return [bounded, RULES.changeType]
    .filter((rule) => rule !== undefined)
    .map((rule) => finding(scene, { rule, subject, table, message, grows: true }));
};
