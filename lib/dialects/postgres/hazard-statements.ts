// Hazards that the statements' text shows: locks, what cannot be in a transaction, renames, what a schema does not hold. Pure.
import { adjusted, type Hazard, type HazardRule } from '../../risk/index.ts';
import type { SchemaObject } from '../../schema/index.ts';
import { alterTable } from './hazard-alter-table.ts';
import { atTable, plain, type Reader } from './hazard-readers.ts';
import { RULES } from './hazard-rules.ts';
import { nameOf, relationBefore, relationOf, type Scene } from './hazard-scene.ts';
import { flag, type Node, names, nodes, record, textField } from './parse.ts';

const concurrently = (text: string): string => text.replace(/\bINDEX\b/i, 'INDEX CONCURRENTLY');

const indexMade: Reader = (fields, one, scene) => {
  const table = relationOf(scene, fields);
  if (!table) return [];
  const name = textField(fields, 'idxname') ?? 'its index';
  const existing = table.children.find((child) => child.kind === 'index' && child.name === name);
  const found: Hazard[] = [];
  if (existing?.attributes.valid === false) {
    found.push(
      atTable(scene, RULES.invalidLeftover, {
        table,
        one,
        message: `The index ${name} is there and invalid, from a build that failed.`,
      }),
    );
  }
  const isPartitioned = table.attributes.partitionKey !== undefined;
  const only = record(fields, 'relation')?.inh !== true;
  if (isPartitioned && !only) {
    found.push(
      atTable(scene, RULES.concurrentlyPartitioned, {
        table,
        one,
        message: `${nameOf(table)} is partitioned: the index is built on every partition, and writes to all of them wait.`,
      }),
    );
  } else if (!flag(fields, 'concurrent')) {
    const message = `The index ${name} is built while all writes to ${nameOf(table)} wait.`;
    found.push(
      atTable(scene, RULES.createIndex, {
        table,
        one,
        message,
        rewrite: concurrently(one.planned.statement.text),
      }),
    );
  } else if (scene.major === 14 && (scene.input.version[1] ?? 99) < 4) {
    found.push(
      atTable(scene, RULES.corruption14, {
        table,
        one,
        message: `The index ${name} is built CONCURRENTLY on a version that can lose rows in it.`,
      }),
    );
  }
  return found;
};

const indexTable = (scene: Scene, name: string): SchemaObject | undefined =>
  scene.input.before.objects.find((object) =>
    object.children.some((child) => child.kind === 'index' && child.name === name),
  );

/** An index of the plan's own has no users yet. */
const isMadeHere = (scene: Scene, name: string): boolean =>
  scene.statements.some(
    ({ node: made }) => made.type === 'IndexStmt' && textField(made.fields, 'idxname') === name,
  );

const dropped: Reader = (fields, one, scene) => {
  const found: Hazard[] = [];
  const type = textField(fields, 'removeType') ?? '';
  if (textField(fields, 'behavior') === 'DROP_CASCADE') {
    found.push(
      plain(
        RULES.dropCascade,
        one,
        one.facts.verb.toLowerCase(),
        'The statement drops whatever depends on the object, unseen.',
      ),
    );
  }
  if (type === 'OBJECT_RULE' || type === 'OBJECT_EVENT_TRIGGER') {
    found.push(plain(RULES.dropRoutine, one, one.facts.verb.toLowerCase(), 'What it did no longer happens.'));
  }
  if (type === 'OBJECT_INDEX' && !flag(fields, 'concurrent')) {
    for (const item of nodes(fields, 'objects')) {
      const name = names(item.fields, 'items').at(-1) ?? '';
      const table = indexTable(scene, name);
      const rewrite =
        nodes(fields, 'objects').length === 1 ? concurrently(one.planned.statement.text) : undefined;
      if (!table && !isMadeHere(scene, name)) {
        found.push({
          ...plain(
            RULES.dropIndex,
            one,
            `index ${name}`,
            `The index ${name} is dropped while every use of its table waits.`,
          ),
          ...(rewrite !== undefined && { rewrite }),
        });
      }
      if (table)
        found.push(
          atTable(scene, RULES.dropIndex, {
            table,
            one,
            message: `The index ${name} is dropped while every use of ${nameOf(table)} waits.`,
            rewrite,
          }),
        );
    }
  }
  return found;
};

const truncated: Reader = (fields, one, scene) =>
  nodes(fields, 'relations').flatMap((item) => {
    const name = textField(item.fields, 'relname') ?? '';
    const table = relationBefore(scene, { namespace: textField(item.fields, 'schemaname'), name });
    if (!table) return [];
    const rule = textField(fields, 'behavior') === 'DROP_CASCADE' ? RULES.truncateCascade : RULES.truncate;
    return [atTable(scene, rule, { table, one, message: `All rows of ${nameOf(table)} are removed.` })];
  });

const RENAMES: Readonly<Record<string, HazardRule>> = {
  OBJECT_COLUMN: RULES.renameColumn,
  OBJECT_TABLE: RULES.renameTable,
  OBJECT_VIEW: RULES.renameTable,
  OBJECT_SCHEMA: RULES.renameSchema,
  OBJECT_TABCONSTRAINT: RULES.renameOther,
  OBJECT_INDEX: RULES.renameOther,
  OBJECT_ATTRIBUTE: RULES.renameColumn,
  OBJECT_FUNCTION: RULES.renameTable,
  OBJECT_PROCEDURE: RULES.renameTable,
  OBJECT_SEQUENCE: RULES.renameTable,
  OBJECT_MATVIEW: RULES.renameTable,
};

/** What has no rows and no owner in the model is told by the text alone. */
const BY_TEXT: ReadonlySet<string> = new Set([
  'OBJECT_ATTRIBUTE',
  'OBJECT_FUNCTION',
  'OBJECT_PROCEDURE',
  'OBJECT_SEQUENCE',
  'OBJECT_MATVIEW',
  'OBJECT_VIEW',
  'OBJECT_SCHEMA',
  'OBJECT_TABCONSTRAINT',
  'OBJECT_INDEX',
]);

const renamed: Reader = (fields, one, scene) => {
  const rule = RENAMES[textField(fields, 'renameType') ?? ''];
  if (!rule) return [];
  const table = relationOf(scene, fields);
  const relation = record(fields, 'relation');
  const old = textField(fields, 'subname') ?? (relation && textField(relation, 'relname')) ?? 'the object';
  const message = `"${old}" is called "${textField(fields, 'newname') ?? ''}" from now on; what uses the old name fails.`;
  if (table) return [atTable(scene, rule, { table, one, message })];
  // A table of the plan's own has no users yet.
  return BY_TEXT.has(textField(fields, 'renameType') ?? '')
    ? [plain(rule, one, one.facts.verb.toLowerCase(), message)]
    : [];
};

const enumChanged: Reader = (fields, one) => {
  const type = names(fields, 'typeName').join('.');
  const value = textField(fields, 'newVal') ?? '';
  if (textField(fields, 'oldVal') !== null) {
    return [
      plain(
        RULES.renameEnumValue,
        one,
        `enum ${type}`,
        `The value "${textField(fields, 'oldVal')}" is called "${value}" from now on.`,
      ),
    ];
  }
  const found = [
    plain(RULES.enumAdd, one, `enum ${type}`, `The value "${value}" can be used only after it is committed.`),
  ];
  if (textField(fields, 'newValNeighbor') === null) {
    found.push(plain(RULES.enumOrder, one, `enum ${type}`, `The value "${value}" sorts after all others.`));
  }
  return found;
};

const isSet = (list: readonly Node[], name: string): boolean =>
  list.some((item) => textField(item.fields, 'defname') === name);

const READERS: Readonly<Record<string, Reader>> = {
  IndexStmt: indexMade,
  DropStmt: dropped,
  TruncateStmt: truncated,
  RenameStmt: renamed,
  AlterEnumStmt: enumChanged,
  AlterTableStmt: alterTable,
  DropdbStmt: (_fields, one) => [plain(RULES.dropDatabase, one, 'database', 'A whole database is dropped.')],
  ReindexStmt: (fields, one) =>
    isSet(nodes(fields, 'params'), 'concurrently')
      ? []
      : [plain(RULES.reindex, one, 'index', 'The index is rebuilt while writes wait.')],
  VacuumStmt: (fields, one) =>
    isSet(nodes(fields, 'options'), 'full')
      ? [plain(RULES.maintenance, one, 'table', 'The table is copied while every use of it waits.')]
      : [],
  ClusterStmt: (_fields, one) => [
    plain(RULES.maintenance, one, 'table', 'The table is copied while every use of it waits.'),
  ],
  RefreshMatViewStmt: (fields, one) =>
    flag(fields, 'concurrent')
      ? []
      : [plain(RULES.refresh, one, 'materialized view', 'Readers of the view wait until it is computed.')],
  LockStmt: (_fields, one) => [plain(RULES.lockTable, one, 'lock', 'The statement locks a table by itself.')],
  GrantStmt: (_fields, one) => [plain(RULES.grantRevoke, one, 'privileges', 'Privileges change.')],
  AlterOwnerStmt: (_fields, one) => [plain(RULES.grantRevoke, one, 'owner', 'An object gets another owner.')],
  AlterDefaultPrivilegesStmt: (_fields, one) => [
    plain(RULES.grantRevoke, one, 'default privileges', 'New objects get other privileges.'),
  ],
  AlterExtensionStmt: (_fields, one) => [
    plain(RULES.extensionUpdate, one, 'extension', 'The extension runs its update scripts.'),
  ],
  AlterDomainStmt: (fields, one) =>
    /^[CO]$/.test(textField(fields, 'subtype') ?? '')
      ? [plain(RULES.domainConstraint, one, 'domain', 'Every table that uses the domain is read.')]
      : [],
  CreateTrigStmt: (fields, one, scene) => {
    const table = relationOf(scene, fields);
    return table
      ? [
          atTable(scene, RULES.triggerDdl, {
            table,
            one,
            message: `A trigger is made on ${nameOf(table)}: it waits for every writer.`,
          }),
        ]
      : [];
  },
  AlterObjectSchemaStmt: (fields, one, scene) => {
    const table = relationOf(scene, fields);
    const message = `It is in the schema ${textField(fields, 'newschema') ?? ''} from now on; what finds it by its old one fails.`;
    if (table) return [atTable(scene, RULES.renameTable, { table, one, message })];
    return record(fields, 'relation')
      ? []
      : [plain(RULES.renameTable, one, one.facts.verb.toLowerCase(), message)];
  },
  DropOwnedStmt: (_fields, one) => [
    plain(RULES.dropCascade, one, 'role', 'Everything that the role owns in this database is dropped.'),
  ],
  DropRoleStmt: (_fields, one) => [plain(RULES.grantRevoke, one, 'role', 'A role is dropped.')],
  CreateDomainStmt: (fields, one) =>
    nodes(fields, 'constraints').some(({ fields: inner }) => textField(inner, 'contype') === 'CONSTR_CHECK')
      ? [
          adjusted(
            plain(
              RULES.domainConstraint,
              one,
              'domain',
              'A column of the domain is read and checked as a whole when it is added.',
            ),
            'advice',
            'no table uses the domain yet',
          ),
        ]
      : [],
  VariableSetStmt: (fields, one) =>
    flag(fields, 'is_local') ||
    textField(fields, 'kind') !== 'VAR_SET_VALUE' ||
    /^(lock_timeout|statement_timeout|client_min_messages)$/.test(textField(fields, 'name') ?? '')
      ? []
      : [
          plain(
            RULES.settingLeak,
            one,
            'session setting',
            `The setting ${textField(fields, 'name') ?? ''} acts on the following migrations too.`,
          ),
        ],
};

/** Everything that single statements show. */
export const statementHazards = (scene: Scene): readonly Hazard[] =>
  scene.statements.flatMap((one) => READERS[one.node.type]?.(one.node.fields, one, scene) ?? []);
