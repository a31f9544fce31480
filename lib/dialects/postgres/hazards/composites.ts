// Hazards of ALTER TYPE on a composite type, and of ALTER DOMAIN: both reach into whatever columns are of the type. Pure.
import { adjusted, type Hazard } from '../../../risk/index.ts';
import { flag, names, node, nodes, textField } from '../parse.ts';
import { asking, type Fields, plain, type Reader } from './readers.ts';
import { RULES } from './rules.ts';
import type { ParsedStatement, Scene } from './scene.ts';
import { domainTrial } from './trials.ts';

/**
 * Another type of an attribute: refused while a column of any table is of the composite type; CASCADE changes the tables that were
 * made OF it, whose values must fit (ATPrepAlterColumnType and find_typed_table_dependencies in tablecmds.c).
 */
const retyped = (fields: Fields, one: ParsedStatement): readonly Hazard[] => {
  const name = textField(fields, 'name') ?? '';
  const subject = `attribute ${name}`;
  if (textField(fields, 'behavior') !== 'DROP_CASCADE') {
    const message = `The attribute ${name} changes its type: PostgreSQL refuses it while a column is of the composite type.`;
    const because = 'without CASCADE no table is changed, and what uses the type fails';
    return [adjusted(plain(RULES.changeType, one, subject, message), 'breaking', because)];
  }
  const words = `The attribute ${name} changes its type in every table that was made of the composite type`;
  return [
    plain(RULES.narrowType, one, subject, `${words}: not every value need fit.`),
    plain(RULES.changeType, one, subject, `${words}: they are rewritten, and every use of them waits.`),
  ];
};

/** ALTER TYPE on a composite type is an ALTER TABLE to the parser. */
export const compositeAltered: Reader = (fields, one) =>
  nodes(fields, 'cmds').flatMap(({ fields: command }) => {
    const subtype = textField(command, 'subtype');
    if (subtype === 'AT_AlterColumnType') return retyped(command, one);
    if (subtype !== 'AT_DropColumn') return [];
    const name = textField(command, 'name') ?? '';
    const message = `The attribute ${name} is dropped: its values are gone from every column of the type.`;
    return [plain(RULES.dropColumn, one, `attribute ${name}`, message)];
  });

/** A domain of the plan's own has no columns yet. */
const isMadeHere = (scene: Scene, name: string): boolean =>
  scene.statements.some(
    ({ node: { type, fields } }) =>
      type === 'CreateDomainStmt' && names(fields, 'domainname').at(-1) === name,
  );

/** Whether a statement, here or in a later migration of the history, validates the constraint. */
const isValidated = (scene: Scene, name: string): boolean =>
  scene.statements.some(
    ({ node: { type, fields } }) =>
      type === 'AlterDomainStmt' &&
      textField(fields, 'subtype') === 'V' &&
      textField(fields, 'name') === name,
  );

/** ADD ... NOT VALID reads nothing; VALIDATE reads with SHARE, as adding it at once does (typecmds.c, validateDomainConstraint). */
const constrained: Reader = (fields, one, scene) => {
  const domain = `domain ${names(fields, 'typeName').at(-1) ?? ''}`;
  const constraint = node(fields, 'def')?.fields ?? {};
  if (!flag(constraint, 'skip_validation')) {
    const hazard = plain(RULES.domainConstraint, one, domain, 'Every table that uses the domain is read.');
    const probe = domainTrial(scene, { name: names(fields, 'typeName'), at: one.planned });
    return [asking(hazard, probe)];
  }
  const name = textField(constraint, 'conname') ?? '';
  const message = `${name} is added NOT VALID and nothing in the plan validates it.`;
  return isValidated(scene, name) ? [] : [plain(RULES.notValidated, one, domain, message)];
};

const DOMAIN_DEEDS: Readonly<Record<string, Reader>> = {
  C: constrained,
  O: constrained,
  V: constrained,
  N: (fields, one) => [
    plain(
      RULES.dropNotNull,
      one,
      `domain ${names(fields, 'typeName').at(-1) ?? ''}`,
      'It may be NULL from now on.',
    ),
  ],
  T: (fields, one) => [
    plain(
      RULES.changeDefault,
      one,
      `domain ${names(fields, 'typeName').at(-1) ?? ''}`,
      'Columns of the domain that have no default of their own get another.',
    ),
  ],
  X: (fields, one, scene) => {
    const name = textField(fields, 'name') ?? '';
    const isTold = scene.input.change.changes.some(
      ({ action, subject }) =>
        action === 'drop' && subject.name === name && subject.parent?.kind === 'domain',
    );
    const subject = `domain ${names(fields, 'typeName').at(-1) ?? ''}`;
    return isTold
      ? []
      : [plain(RULES.dropConstraint, one, subject, `${name} no longer holds for any column.`)];
  },
};

/** What ALTER DOMAIN does to the columns of the domain. */
export const domainAltered: Reader = (fields, one, scene) =>
  isMadeHere(scene, names(fields, 'typeName').at(-1) ?? '')
    ? []
    : (DOMAIN_DEEDS[textField(fields, 'subtype') ?? '']?.(fields, one, scene) ?? []);
