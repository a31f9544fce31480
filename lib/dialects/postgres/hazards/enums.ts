// Hazards of ALTER TYPE on an enum: a value that is called otherwise, or that cannot be used yet. Pure.
import { adjusted, type Hazard } from '../../../risk/index.ts';
import { names, textField } from '../parse.ts';
import { type Fields, plain, type Reader } from './readers.ts';
import { RULES } from './rules.ts';
import type { ParsedStatement, Scene } from './scene.ts';

const relabelled = (fields: Fields, one: ParsedStatement): readonly Hazard[] => {
  const type = names(fields, 'typeName').join('.');
  const message = `The value "${textField(fields, 'oldVal')}" is called "${textField(fields, 'newVal') ?? ''}" from now on.`;
  return [plain(RULES.renameEnumValue, one, `enum ${type}`, message)];
};

/** Whether a later statement of the same migration writes or compares the value. */
const usedLater = (scene: Scene, one: ParsedStatement, value: string): ParsedStatement | undefined => {
  const literal = `'${value.replaceAll("'", "''")}'`;
  const own = scene.statements.filter(({ planned }) => planned.migration === one.planned.migration);
  return own
    .slice(own.indexOf(one) + 1)
    .find(({ node, planned }) =>
      node.type === 'AlterEnumStmt' ? false : planned.statement.text.includes(literal),
    );
};

/** In a transaction: an error before 12; from 12 on the value cannot be used before the commit (ALTER TYPE in the manual). */
const added = (fields: Fields, one: ParsedStatement, scene: Scene): Hazard => {
  const type = names(fields, 'typeName').join('.');
  const value = textField(fields, 'newVal') ?? '';
  const user = usedLater(scene, one, value);
  const message = user
    ? `The value "${value}" can be used only after it is committed, and line ${user.planned.statement.line} uses it.`
    : `The value "${value}" can be used only after it is committed.`;
  const hazard = plain(RULES.enumAdd, one, `enum ${type}`, message);
  if (user || scene.major < 12) return hazard;
  return adjusted(hazard, 'advice', 'nothing else in the migration uses the value');
};

/** What ALTER TYPE does to the values of an enum. */
export const enumChanged: Reader = (fields, one, scene) => {
  if (textField(fields, 'oldVal') !== null) return relabelled(fields, one);
  const found = [added(fields, one, scene)];
  if (textField(fields, 'newValNeighbor') === null) {
    const [type, value] = [names(fields, 'typeName').join('.'), textField(fields, 'newVal') ?? ''];
    found.push(plain(RULES.enumOrder, one, `enum ${type}`, `The value "${value}" sorts after all others.`));
  }
  return found;
};
