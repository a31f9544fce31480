// What adding one column does to the rows that are there. Pure.
import {
  type Hazard,
  type HazardRule,
  hazardOf,
  type PlannedStatement,
  processRule,
} from '../../../risk/index.ts';
import type { SchemaObject } from '../../../schema/index.ts';
import { columnObject } from '../edits/tables.ts';
import { flag, names, node, record, textField } from '../parse.ts';
import { constraintOf, volatileCalls } from './presets.ts';
import { asking } from './readers.ts';
import { defaultAfterwards } from './rewrites.ts';
import { RULES } from './rules.ts';
import { columnOf, onTable, type Scene } from './scene.ts';
import { addedTrial } from './trials.ts';

type Fields = Readonly<Record<string, unknown>>;

const typeName = (column: Fields): string => names(record(column, 'typeName') ?? {}, 'names').at(-1) ?? '';

/** A domain with a CHECK or NOT NULL, as far as it is known. */
const isConstrainedDomain = (scene: Scene, type: string): boolean =>
  scene.input.after.objects.some(
    ({ kind, name, attributes, children }) =>
      kind === 'domain' &&
      name === type &&
      (attributes.nullable === false || children.some((child) => child.kind === 'check')),
  );

interface Place {
  readonly one: PlannedStatement;
  readonly scene: Scene;
  readonly table: SchemaObject;
}

const lastPart = (type: unknown): string => String(type).replaceAll('"', '').split('.').at(-1) ?? '';

/** The column that is there before the plan, which no statement takes away. */
const standing = (name: string, { scene, table }: Place): SchemaObject | undefined =>
  scene.input.statements.some(({ statement: { text } }) => /\bDROP\b/i.test(text) && text.includes(name))
    ? undefined
    : columnOf(table, name);

/** `ADD COLUMN IF NOT EXISTS` of one that is there does nothing, whatever type it has. */
const passedOver = (column: Fields, there: SchemaObject, { one, table }: Place): readonly Hazard[] => {
  const { type } = there.attributes;
  const wanted = columnObject(column).attributes.type;
  if (typeof type !== 'string' || type === 'unknown' || lastPart(type) === lastPart(wanted)) return [];
  const message = `Column ${table.name}.${there.name} exists and is ${type}: the statement does nothing, and does not make it ${String(wanted)}.`;
  return [
    hazardOf(processRule('x-if-not-exists-mask'), {
      subject: `column ${table.name}.${there.name}`,
      message,
      at: one,
    }),
  ];
};

/** The hazards of `ADD COLUMN` on a table that is there. */
export const addedColumn = (command: Fields, { one, scene, table }: Place): readonly Hazard[] => {
  const column = node(command, 'def')?.fields;
  if (!column) return [];
  const name = textField(column, 'colname') ?? '';
  const there = flag(command, 'missing_ok') ? standing(name, { one, scene, table }) : undefined;
  if (there) return passedOver(column, there, { one, scene, table });
  const subject = {
    kind: 'column',
    namespace: null,
    name,
    parent: { kind: 'table', namespace: table.namespace, name: table.name },
  };
  const hazard = (rule: HazardRule, message: string, rewrite?: string): Hazard =>
    onTable(scene, rule, { table, subject, message, rewrite, at: one });
  const found: Hazard[] = [];
  const probe = addedTrial(scene, { table, column: name, at: one });
  const type = typeName(column);
  if (/^(small|big)?serial[248]?$/.test(type) || constraintOf(column, 'CONSTR_IDENTITY')) {
    found.push(hazard(RULES.serial, `Every row gets a number for "${name}": the table is rewritten.`));
  }
  const generated = constraintOf(column, 'CONSTR_GENERATED');
  // The parser gives "s" for STORED and "v" for VIRTUAL; before 18 there was only the former.
  if (generated && textField(generated.fields, 'generated_kind') !== 'v') {
    const message = `"${name}" is computed for every row: the table is rewritten.`;
    found.push(asking(hazard(RULES.storedGenerated, message), probe));
  }
  const calls = volatileCalls(constraintOf(column, 'CONSTR_DEFAULT')?.fields.raw_expr);
  if (calls.length > 0) {
    found.push(
      hazard(
        RULES.volatileDefault,
        `The default of "${name}" calls ${calls.join(', ')}() for every row: the table is rewritten.`,
        defaultAfterwards(scene, { table, column: name, at: one }),
      ),
    );
  }
  const preset = constraintOf(column, 'CONSTR_DEFAULT');
  if (preset && calls.length === 0 && scene.major < 11) {
    found.push(
      hazard(
        RULES.defaultLegacy,
        `Every row gets the default of "${name}": the table is rewritten.`,
        defaultAfterwards(scene, { table, column: name, at: one }),
      ),
    );
  }
  if (isConstrainedDomain(scene, type)) {
    const message = `"${name}" is of the domain ${type}, which has constraints: the table is rewritten.`;
    found.push(asking(hazard(RULES.constrainedDomain, message), probe));
  }
  if (type === 'json') found.push(hazard(RULES.jsonColumn, `"${name}" is json, which cannot be compared.`));
  return found;
};
