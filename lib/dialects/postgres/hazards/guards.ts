// Hazards of statements that take the server's own guards away: triggers and keys that are not looked at, the catalogue written by hand. Pure.
import { type Hazard, hazardOf } from '../../../risk/index.ts';
import { names, nodes, record, textField, visit } from '../parse.ts';
import { HARMLESS } from './access.ts';
import { type Fields, plain } from './readers.ts';
import { RULES } from './rules.ts';
import type { ParsedStatement, Scene } from './scene.ts';

const CATALOGUE = /^(pg_catalog|information_schema)$/;

/** A relation of the server's own; `pg_` is reserved (manual, "System Catalogs" and CREATE SCHEMA). */
const isCatalogue = (relation: Fields): boolean => {
  const schema = textField(relation, 'schemaname');
  return schema === null ? /^pg_/.test(textField(relation, 'relname') ?? '') : CATALOGUE.test(schema);
};

const WRITES = /^(Insert|Update|Delete|Merge)Stmt$/;

const catalogueWrites = (one: ParsedStatement): readonly Hazard[] => {
  if (!/\b(?:pg_|information_schema)/i.test(one.planned.statement.text)) return [];
  const found = new Set<string>();
  visit({ [one.node.type]: one.node.fields }, (type, fields) => {
    const relation = WRITES.test(type) ? record(fields, 'relation') : null;
    if (relation && isCatalogue(relation)) found.add(textField(relation, 'relname') ?? '');
  });
  return [...found].map((name) =>
    hazardOf(RULES.catalogWrite, {
      subject: `catalogue ${name}`,
      message: `Rows of ${name} are changed by hand.`,
      at: one.planned,
    }),
  );
};

/** `SET session_replication_role = replica`: no trigger fires that is not meant for replicated rows, those of foreign keys neither. */
const replicaRole = (one: ParsedStatement): readonly Hazard[] => {
  const { type, fields } = one.node;
  if (type !== 'VariableSetStmt' || textField(fields, 'name') !== 'session_replication_role') return [];
  const value = nodes(fields, 'args').map(({ fields: constant }) =>
    textField(record(constant, 'sval') ?? {}, 'sval'),
  );
  if (value[0]?.toLowerCase() !== 'replica') return [];
  const message = 'Foreign keys and triggers are not looked at from here on.';
  return [plain(RULES.checksOff, one, 'session_replication_role', message)];
};

/** `SELECT set_config('name', 'value', false)`: SET by another word. */
const configured = (one: ParsedStatement): readonly Hazard[] => {
  if (!/\bset_config\b/i.test(one.planned.statement.text)) return [];
  const found: Hazard[] = [];
  visit({ [one.node.type]: one.node.fields }, (type, call) => {
    if (type !== 'FuncCall' || names(call, 'funcname').at(-1) !== 'set_config') return;
    const [name, value, local] = nodes(call, 'args').map(({ fields }) => fields);
    const setting = textOf(name);
    if (setting === 'session_replication_role' && textOf(value)?.toLowerCase() === 'replica') {
      const message = 'Foreign keys and triggers are not looked at from here on.';
      found.push(plain(RULES.checksOff, one, 'session_replication_role', message));
    }
    if (isTrue(local) || (setting !== null && HARMLESS.test(setting))) return;
    const message = `The setting ${setting ?? ''} acts on the following migrations too.`;
    found.push(plain(RULES.settingLeak, one, 'session setting', message));
  });
  return found;
};

const textOf = (constant: Fields | undefined): string | null =>
  textField(record(constant ?? {}, 'sval') ?? {}, 'sval');

const isTrue = (constant: Fields | undefined): boolean =>
  JSON.stringify(constant ?? {}).includes('"boolval":true');

/** What takes guards away. */
export const guardHazards = (scene: Scene): readonly Hazard[] =>
  scene.statements.flatMap((one) => [...catalogueWrites(one), ...replicaRole(one), ...configured(one)]);
