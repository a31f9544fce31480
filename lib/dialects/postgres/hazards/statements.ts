// Hazards that the statements' text shows: locks, what cannot be in a transaction, renames, what a schema does not hold. Pure.
import { adjusted, type Hazard } from '../../../risk/index.ts';
import type { SchemaObject } from '../../../schema/index.ts';
import { flag, hasOption, names, nodes, record, textField } from '../parse.ts';
import { ACCESS, ALL_TAKEN_BACK, HARMLESS } from './access.ts';
import { alterTable } from './alter-table.ts';
import { dropsItsOwn } from './cascades.ts';
import { domainAltered } from './composites.ts';
import { enumChanged } from './enums.ts';
import { FOREIGN } from './foreign.ts';
import { partitionMade } from './partitions.ts';
import { atTable, plain, type Reader, rewritten } from './readers.ts';
import { moved, renamed } from './renames.ts';
import { ruleMade } from './rewrite-rules.ts';
import { refreshedBeside, reindexedBeside, setLocally } from './rewrites.ts';
import { RULES } from './rules.ts';
import { nameOf, type ParsedStatement, relationBefore, relationOf, type Scene, seenFrom } from './scene.ts';
import { counterSet, sequenceAltered } from './sequences.ts';

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
  } else if (only && (isPartitioned || table.attributes.assumed === true)) {
    // The index of the parent alone: nothing is built, which is the first step of the safe way.
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

/** Whether a statement drops an index that is there, and so locks its table, which it does not name. */
export const dropsIndexOfTable = (scene: Scene, { node: { type, fields } }: ParsedStatement): boolean =>
  type === 'DropStmt' &&
  textField(fields, 'removeType') === 'OBJECT_INDEX' &&
  !flag(fields, 'concurrent') &&
  nodes(fields, 'objects')
    .map((item) => names(item.fields, 'items').at(-1) ?? '')
    .some((name) => indexTable(scene, name) !== undefined || !isMadeHere(scene, name));

/** Objects that the model does not hold and that others lean on. */
const LEANED_ON =
  /^OBJECT_(CAST|COLLATION|CONVERSION|OPERATOR|OPCLASS|OPFAMILY|LANGUAGE|ACCESS_METHOD|TRANSFORM|FOREIGN_SERVER|FDW|TS\w+)$/;

const dropped: Reader = (fields, one, scene) => {
  const found: Hazard[] = [];
  const type = textField(fields, 'removeType') ?? '';
  if (textField(fields, 'behavior') === 'DROP_CASCADE' && !dropsItsOwn(scene, one)) {
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
  if (type === 'OBJECT_PUBLICATION') {
    found.push(plain(RULES.published, one, 'publication', 'Subscribers get nothing more of its tables.'));
  }
  if (LEANED_ON.test(type)) {
    found.push(
      plain(RULES.dropType, one, one.facts.verb.toLowerCase(), 'What leans on it fails, or is refused.'),
    );
  }
  if (type === 'OBJECT_INDEX' && !flag(fields, 'concurrent')) {
    for (const item of nodes(fields, 'objects')) {
      const name = names(item.fields, 'items').at(-1) ?? '';
      const table = indexTable(scene, name);
      const isPartitioned = table?.attributes.partitionKey !== undefined;
      const rewrite =
        nodes(fields, 'objects').length === 1 && !isPartitioned
          ? concurrently(one.planned.statement.text)
          : undefined;
      if (!table && !isMadeHere(scene, name)) {
        found.push(
          rewritten(
            plain(
              RULES.dropIndex,
              one,
              `index ${name}`,
              `The index ${name} is dropped while every use of its table waits.`,
            ),
            rewrite,
          ),
        );
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

const settingKept: Reader = (fields, one) => {
  const kind = textField(fields, 'kind');
  const name = textField(fields, 'name') ?? '';
  if (kind === 'VAR_RESET_ALL') return [plain(RULES.settingLeak, one, 'session setting', ALL_TAKEN_BACK)];
  if (flag(fields, 'is_local') || kind !== 'VAR_SET_VALUE' || HARMLESS.test(name)) return [];
  const message = `The setting ${name} acts on the following migrations too.`;
  return [rewritten(plain(RULES.settingLeak, one, 'session setting', message), setLocally(one))];
};

const READERS: Readonly<Record<string, Reader>> = {
  ...ACCESS,
  ...FOREIGN,
  IndexStmt: indexMade,
  DropStmt: dropped,
  TruncateStmt: truncated,
  RenameStmt: renamed,
  AlterEnumStmt: enumChanged,
  AlterObjectSchemaStmt: moved,
  AlterTableStmt: alterTable,
  AlterSeqStmt: sequenceAltered,
  SelectStmt: counterSet,
  DropdbStmt: (_fields, one) => [plain(RULES.dropDatabase, one, 'database', 'A whole database is dropped.')],
  AlterTableMoveAllStmt: (_fields, one) => [
    plain(RULES.move, one, 'tables', 'Every table of the tablespace is copied to another.'),
  ],
  ReindexStmt: (fields, one, scene) =>
    hasOption(fields, 'params', 'concurrently')
      ? []
      : [
          rewritten(
            plain(RULES.reindex, one, 'index', 'The index is rebuilt while writes wait.'),
            reindexedBeside(scene, one),
          ),
        ],
  VacuumStmt: (fields, one) =>
    hasOption(fields, 'options', 'full')
      ? [plain(RULES.maintenance, one, 'table', 'The table is copied while every use of it waits.')]
      : [],
  ClusterStmt: (_fields, one) => [
    plain(RULES.maintenance, one, 'table', 'The table is copied while every use of it waits.'),
  ],
  RefreshMatViewStmt: (fields, one) =>
    flag(fields, 'concurrent')
      ? []
      : [
          rewritten(
            plain(RULES.refresh, one, 'materialized view', 'Readers of the view wait until it is computed.'),
            refreshedBeside(one),
          ),
        ],
  LockStmt: (_fields, one) => [plain(RULES.lockTable, one, 'lock', 'The statement locks a table by itself.')],
  AlterExtensionStmt: (_fields, one) => [
    plain(RULES.extensionUpdate, one, 'extension', 'The extension runs its update scripts.'),
  ],
  AlterDomainStmt: domainAltered,
  RuleStmt: ruleMade,
  CreateStmt: partitionMade,
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
  VariableSetStmt: settingKept,
};

/** Everything that single statements show. */
export const statementHazards = (scene: Scene): readonly Hazard[] =>
  scene.statements.flatMap(
    (one) => READERS[one.node.type]?.(one.node.fields, one, seenFrom(scene, one)) ?? [],
  );
