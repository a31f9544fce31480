// What DROP ... CASCADE may take along: nothing that was there, where the plan itself made the object and nobody named it since. Pure.
import { hasObjects, type ObjectName } from '../../../schema/index.ts';
import { tokenize } from '../../../sql/index.ts';
import { edits } from '../edits.ts';
import { SCAN_RULES } from '../rules.ts';
import type { ParsedStatement, Scene } from './scene.ts';

/** Names in statements have no arguments, those of functions in a schema do. */
const isSame = (one: ObjectName, other: ObjectName, kinds: readonly string[]): boolean =>
  kinds.includes(one.kind) &&
  (one.name === other.name || one.name.startsWith(`${other.name}(`)) &&
  one.namespace === other.namespace;

/** What it names may have been there, with whatever hangs on it. */
const MAY_BE_OLDER = /^\s*CREATE\s+(OR\s+REPLACE\b|.{0,60}?\bIF\s+NOT\s+EXISTS\b)/i;

/** A statement that leaves nothing older on what it names: it makes something new, reads, or changes rows. */
const hangsNothing = ({ facts: { kind, verb }, planned: { statement } }: ParsedStatement): boolean =>
  kind === 'dml' || kind === 'query' || (/^CREATE\b/.test(verb) && !MAY_BE_OLDER.test(statement.text));

const mentions = ({ planned }: ParsedStatement, name: string): boolean =>
  tokenize(planned.statement.text, SCAN_RULES).some(
    ({ kind, text, value }) =>
      (kind === 'word' && text.toLowerCase() === name) ||
      (kind === 'quoted-identifier' && (value ?? text) === name),
  );

/** Texts know of the schema before only what they name. */
const isEmptyBefore = ({ input: { before, toldByTexts } }: Scene): boolean =>
  !toldByTexts && !hasObjects(before);

/** Whether everything that a statement drops is the plan's own, and nothing that is older can have come to lean on it. */
export const dropsItsOwn = (scene: Scene, one: ParsedStatement): boolean => {
  if (isEmptyBefore(scene)) return true;
  const earlier = scene.statements.slice(0, scene.statements.indexOf(one));
  const dropped = edits(one.planned.statement).flatMap((edit) => (edit.do === 'drop' ? [edit] : []));
  const isOwn = ({ object, or }: (typeof dropped)[number]): boolean => {
    const kinds = [object.kind, ...(or ?? [])];
    const at = earlier.findLastIndex(
      ({ planned: { statement } }) =>
        !MAY_BE_OLDER.test(statement.text) &&
        edits(statement).some((edit) => edit.do === 'create' && isSame(edit.object, object, kinds)),
    );
    return (
      at >= 0 &&
      !scene.input.before.objects.some((there) => isSame(there, object, kinds)) &&
      earlier.slice(at + 1).every((later) => hangsNothing(later) || !mentions(later, object.name))
    );
  };
  return dropped.length > 0 && dropped.every(isOwn);
};
