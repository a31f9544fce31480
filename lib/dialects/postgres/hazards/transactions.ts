// Hazards of statements that stand together in one transaction of a migration. Pure.
import { adjusted, type Hazard, hazardOf } from '../../../risk/index.ts';
import { batches } from '../batches.ts';
import { LOCK } from '../locks.ts';
import { node, nodes, record, textField, visit } from '../parse.ts';
import { changed } from './mended.ts';
import { RULES } from './rules.ts';
import { nameOf, onTable, type ParsedStatement, relationBefore, type Scene, seenFrom } from './scene.ts';

const CHANGES_ROWS = /^(Update|Delete|Insert|Merge)Stmt$/;

const isValidation = ({ node }: ParsedStatement): boolean =>
  nodes(node.fields, 'cmds').some(
    (command) => textField(command.fields, 'subtype') === 'AT_ValidateConstraint',
  );

/** ALTER TABLE names its own table first; those behind REFERENCES are locked less. */
const ownTables = ({ node, facts }: ParsedStatement): ParsedStatement['facts']['tables'] =>
  node.type === 'AlterTableStmt' ? facts.tables.slice(0, 1) : facts.tables;

/** Those of the tables that were there before, by what their names mean where the statement stands. */
const there = (
  tables: ParsedStatement['facts']['tables'],
  one: ParsedStatement,
  scene: Scene,
): readonly string[] => {
  const seen = seenFrom(scene, one);
  return tables
    .map((table) => relationBefore(seen, table))
    .filter((table) => table !== undefined)
    .map(nameOf);
};

/** Tables that were there before and that the statement locks against every other use. */
const lockedTables = (one: ParsedStatement, scene: Scene): readonly string[] =>
  one.facts.lock === LOCK.accessExclusive ? there(ownTables(one), one, scene) : [];

/** Tables that the statement locks against writers at least. */
const guardedTables = (one: ParsedStatement, scene: Scene): readonly string[] =>
  one.facts.lock === LOCK.shareRowExclusive ? there(one.facts.tables, one, scene) : lockedTables(one, scene);

/** Tables whose rows the statement works on, by itself or within WITH. */
const rowsOf = (one: ParsedStatement, named: readonly string[], scene: Scene): readonly string[] => {
  if (CHANGES_ROWS.test(one.node.type)) return named;
  return /^(Select|CreateTableAs)Stmt$/.test(one.node.type) ? changed(one, scene).map(nameOf) : [];
};

/** Whether the statement reads a whole table to build an index of it, or rows to answer with. */
const readsRows = (one: ParsedStatement): boolean =>
  one.node.type === 'IndexStmt' || one.node.type === 'SelectStmt';

/** What is read while an earlier statement of the transaction keeps even readers out. */
const readUnderLock = (
  one: ParsedStatement,
  { locked, scene }: { readonly locked: ReadonlySet<string>; readonly scene: Scene },
): readonly Hazard[] => {
  if (locked.size === 0 || !readsRows(one)) return [];
  const seen = seenFrom(scene, one);
  const table = one.facts.tables
    .map((named) => relationBefore(seen, named))
    .find((found) => found !== undefined && locked.has(nameOf(found)));
  if (!table) return [];
  const what = one.node.type === 'IndexStmt' ? 'an index on it is built' : 'its rows are read';
  const message = `Readers of ${nameOf(table)} wait too while ${what}: the same transaction keeps it locked.`;
  return [onTable(scene, RULES.accumulation, { table, subject: nameOf(table), message, at: one.planned })];
};

/** Tables that were there before and that a new foreign key refers to: SHARE ROW EXCLUSIVE keeps their writers out until the commit. */
const referredTo = (one: ParsedStatement, scene: Scene): readonly string[] => {
  if (!/^(Create|AlterTable)Stmt$/.test(one.node.type)) return [];
  // Most make no foreign key, and their trees need no walk.
  if (!/\bREFERENCES\b/i.test(one.planned.statement.text)) return [];
  const named: { readonly namespace: string | null; readonly name: string }[] = [];
  visit({ [one.node.type]: one.node.fields }, (type, fields) => {
    const parent = type === 'Constraint' ? record(fields, 'pktable') : null;
    const name = textField(parent ?? {}, 'relname');
    if (name) named.push({ namespace: textField(parent ?? {}, 'schemaname') ?? null, name });
  });
  return there(named, one, scene);
};

/** Whether the statement works on rows that it finds; the few that it spells out are no wait. */
const worksOnRows = ({ node: { type, fields } }: ParsedStatement): boolean => {
  const spelt = nodes(node(fields, 'selectStmt')?.fields ?? {}, 'valuesLists').length > 0;
  return CHANGES_ROWS.test(type) && !(type === 'InsertStmt' && spelt);
};

/** Writers of the tables that new foreign keys refer to, who wait for whatever the transaction does besides. */
const writersWait = (group: readonly ParsedStatement[], scene: Scene): readonly Hazard[] => {
  const parents = new Set<string>();
  let first: ParsedStatement | undefined;
  for (const one of group) {
    if (parents.size > 0 && worksOnRows(one)) {
      const message = `Writers of ${[...parents].join(', ')} wait too while rows are worked on: a new foreign key of the same transaction keeps them locked.`;
      return [
        hazardOf(RULES.accumulation, { subject: [...parents][0] ?? 'transaction', message, at: one.planned }),
      ];
    }
    const found = referredTo(one, scene);
    if (found.length > 0) first ??= one;
    for (const name of found) parents.add(name);
  }
  if (parents.size < 2 || !first) return [];
  const message = `Writers of ${parents.size} tables wait until the commit, because new foreign keys refer to them: ${[...parents].join(', ')}.`;
  const hazard = hazardOf(RULES.accumulation, { subject: 'transaction', message, at: first.planned });
  return [adjusted(hazard, 'advice', 'readers go on, and writers wait no longer than the transaction lasts')];
};

const together = (group: readonly ParsedStatement[], scene: Scene): readonly Hazard[] => {
  const found: Hazard[] = [];
  const locked = new Set<string>();
  const strong = new Set<string>();
  const first = group[0];
  for (const one of group) {
    const named = there(one.facts.tables, one, scene);
    const held = rowsOf(one, named, scene).find((name) => locked.has(name));
    if (held) {
      found.push(
        hazardOf(RULES.backfill, {
          subject: held,
          message: `Rows of ${held} are changed while the same transaction keeps it locked.`,
          at: one.planned,
        }),
      );
    } else found.push(...readUnderLock(one, { locked, scene }));
    // One statement may add a constraint and validate it too, under the lock of the stronger part.
    const guarded = [...named.filter((name) => strong.has(name)), ...guardedTables(one, scene)][0];
    if (guarded && isValidation(one)) {
      found.push(
        hazardOf(RULES.validateSameTransaction, {
          subject: guarded,
          message: `${guarded} is checked row by row while the same transaction keeps it locked.`,
          at: one.planned,
        }),
      );
    }
    const other = isValidation(one) && !guarded ? [...locked][0] : undefined;
    if (other !== undefined) {
      found.push(
        hazardOf(RULES.validateSameTransaction, {
          subject: other,
          message: `${other} stays locked while ${named[0] ?? 'another table'} is checked row by row in the same transaction.`,
          at: one.planned,
        }),
      );
    }
    for (const name of lockedTables(one, scene)) locked.add(name);
    for (const name of guardedTables(one, scene)) strong.add(name);
  }
  if (locked.size > 1 && first) {
    const message = `${locked.size} tables stay locked until the commit: ${[...locked].join(', ')}.`;
    found.push(hazardOf(RULES.accumulation, { subject: 'transaction', message, at: first.planned }));
  }
  return found;
};

const byMigration = (scene: Scene): ReadonlyMap<string, readonly ParsedStatement[]> => {
  const groups = new Map<string, ParsedStatement[]>();
  for (const one of scene.statements) {
    const group = groups.get(one.planned.migration) ?? [];
    group.push(one);
    groups.set(one.planned.migration, group);
  }
  return groups;
};

const CONTROL = /^TRANS_STMT_(BEGIN|START|COMMIT|ROLLBACK|PREPARE)$/;

const control = (group: readonly ParsedStatement[]): readonly Hazard[] => {
  const frames = group.filter(
    ({ node }) =>
      node.type === 'TransactionStmt' && CONTROL.test(textField(node.fields, 'kind') ?? 'TRANS_STMT_BEGIN'),
  );
  const [first] = frames;
  if (!first) return [];
  const message = `The migration holds ${frames.length} statements that begin or end a transaction.`;
  return [hazardOf(RULES.transactionControl, { subject: 'transaction', message, at: first.planned })];
};

/** Everything that the company of statements shows. */
export const transactionHazards = (scene: Scene): readonly Hazard[] => {
  const found: Hazard[] = [];
  for (const group of byMigration(scene).values()) {
    found.push(...control(group));
    const byIndex = new Map(group.map((one) => [one.planned.statement, one]));
    for (const batch of batches(group.map(({ planned }) => planned.statement))) {
      const members = batch.statements
        .map((statement) => byIndex.get(statement))
        .filter((one) => one !== undefined);
      if (!batch.transactional) continue;
      found.push(...together(members, scene), ...writersWait(members, scene));
      for (const one of members.filter(({ facts }) => !facts.transactional)) {
        const message = `${one.facts.verb} stands between BEGIN and COMMIT, where PostgreSQL refuses it.`;
        found.push(
          hazardOf(RULES.concurrentlyInTransaction, {
            subject: one.facts.verb.toLowerCase(),
            message,
            at: one.planned,
            willFail: true,
          }),
        );
      }
    }
  }
  return found;
};
