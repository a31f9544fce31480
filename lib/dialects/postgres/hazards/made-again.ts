// Hazards of what a plan drops and makes again under the same name, where the difference of two schemas shows little or nothing. Pure;
// tables and columns are told in structure.ts and alters.ts.
import { type Hazard, type HazardRule, hazardOf, lowered } from '../../../risk/index.ts';
import {
  describeSubject,
  findObject,
  type SchemaEdit,
  type SchemaObject,
  type Subject,
  subjectOf,
} from '../../../schema/index.ts';
import { edits } from '../edits.ts';
import { node, textField } from '../parse.ts';
import { RULES } from './rules.ts';
import { alterParts } from './sayings.ts';
import type { ParsedStatement, Scene } from './scene.ts';

/** What is lost although the name survives: a counter, a stored result. */
const LOSES: Readonly<Record<string, HazardRule>> = {
  sequence: RULES.dropSequence,
  'materialized-view': RULES.dropMaterializedView,
};

/** What is there again at once; what was granted on it, and its old text, are not. */
const RETURNS: Readonly<Record<string, HazardRule>> = {
  view: RULES.dropView,
  function: RULES.dropRoutine,
  procedure: RULES.dropRoutine,
  aggregate: RULES.dropRoutine,
  extension: RULES.dropExtension,
};

type Dropped = Extract<SchemaEdit, { do: 'drop' }>['object'];

const isMade = (one: ParsedStatement, { kind, namespace, name }: Dropped): boolean =>
  edits(one.planned.statement).some(
    (edit) =>
      edit.do === 'create' &&
      edit.object.kind === kind &&
      edit.object.namespace === namespace &&
      edit.object.name === name,
  );

const again = (scene: Scene, one: ParsedStatement, object: Dropped): readonly Hazard[] => {
  const rule = LOSES[object.kind] ?? RETURNS[object.kind];
  const isThere = scene.input.unknownBefore || findObject(scene.input.before, object) !== undefined;
  const later = scene.statements.slice(scene.statements.indexOf(one) + 1);
  if (!rule || !isThere || !later.some((other) => isMade(other, object))) return [];
  const words = describeSubject(object);
  const message = `${words} is dropped and made again: what it held, and what was granted on it, is gone.`;
  const hazard = hazardOf(rule, { subject: words, message, at: one.planned });
  return [LOSES[object.kind] ? hazard : lowered(hazard, 'it is made again in this plan')];
};

/** Objects other than tables that go and come back. */
export const madeAgain = (scene: Scene): readonly Hazard[] =>
  scene.statements.flatMap((one) => {
    if (one.node.type !== 'DropStmt') return [];
    return edits(one.planned.statement).flatMap((edit) =>
      edit.do === 'drop' ? again(scene, one, edit.object) : [],
    );
  });

/** A key, index or constraint that is another one by the same name. */
export interface Remade {
  readonly subject: Subject;
  /** As it is at the end. */
  readonly object: SchemaObject;
  /** As it was; undefined where no text tells. */
  readonly before: SchemaObject | undefined;
}

const CONSTRAINTS: ReadonlySet<string> = new Set([
  'primary-key',
  'unique',
  'foreign-key',
  'check',
  'exclusion',
]);

/** Attributes that ALTER CONSTRAINT, VALIDATE and the like change in place. */
const IN_PLACE: ReadonlySet<string> = new Set([
  'validated',
  'enforced',
  'deferrable',
  'deferred',
  'initiallyDeferred',
  'comment',
  'options',
  'tablespace',
  'assumed',
]);

/** Whether parts of ALTER TABLE drop the constraint and later add one that gets its name. */
const isRemadeByText = (scene: Scene, table: SchemaObject, { name, kind }: SchemaObject): boolean => {
  const parts = alterParts(scene).filter((part) => part.table.name === table.name);
  const drop = parts.findIndex(
    ({ command: { fields } }) =>
      textField(fields, 'subtype') === 'AT_DropConstraint' && textField(fields, 'name') === name,
  );
  return (
    drop >= 0 &&
    parts.slice(drop + 1).some(({ command: { fields } }) => {
      const added = node(fields, 'def')?.fields ?? {};
      if (textField(fields, 'subtype') !== 'AT_AddConstraint') return false;
      const own = textField(added, 'conname') || null;
      return own === null ? KINDS[textField(added, 'contype') ?? ''] === kind : own === name;
    })
  );
};

const KINDS: Readonly<Record<string, string>> = {
  CONSTR_PRIMARY: 'primary-key',
  CONSTR_UNIQUE: 'unique',
  CONSTR_FOREIGN: 'foreign-key',
  CONSTR_CHECK: 'check',
  CONSTR_EXCLUSION: 'exclusion',
};

/**
 * Whether the difference shows another key or index by the same name, made by code that nobody read; elsewhere the texts say whether
 * it was made anew, or prints otherwise because of a rename.
 */
const isRemadeByChange = (scene: Scene, subject: Subject): boolean =>
  scene.statements.some(({ facts }) => facts.kind === 'opaque') &&
  scene.input.change.changes.some(
    (change) =>
      change.action === 'alter' &&
      change.subject.kind === subject.kind &&
      change.subject.name === subject.name &&
      change.subject.parent?.name === subject.parent?.name &&
      change.subject.parent?.namespace === subject.parent?.namespace &&
      change.attributes.some(({ name }) => !IN_PLACE.has(name)),
  );

/** Keys and constraints of tables that are there before and after, which are built or checked anew. */
export const remadeKeys = (scene: Scene): readonly Remade[] =>
  scene.input.after.objects
    .filter(({ kind }) => kind === 'table')
    .flatMap((table) => {
      const old = findObject(scene.input.before, subjectOf(table));
      if (!old) return [];
      return table.children.flatMap((object): Remade[] => {
        if (!CONSTRAINTS.has(object.kind) && object.kind !== 'index') return [];
        const subject = subjectOf(object, table);
        const before = old.children.find(({ kind, name }) => kind === object.kind && name === object.name);
        const isOther =
          (CONSTRAINTS.has(object.kind) && isRemadeByText(scene, table, object)) ||
          (before !== undefined && isRemadeByChange(scene, subject));
        return isOther ? [{ subject, object, before }] : [];
      });
    });
