// What every analysis of SQLite's hazards looks at: the plan, its tables followed, and the live schema by folded name. Pure.
import type { Hazard, Mending, PlannedStatement, RiskInput, RowChange } from '../../../risk/index.ts';
import { countProbeBy, fitToTable, mayBeMended, quotedTable } from '../../../risk/index.ts';
import type { SchemaObject, Subject } from '../../../schema/index.ts';
import { batches } from '../batches.ts';
import { fold, quote } from '../rules.ts';
import { type Dropped, type Followed, followTables, type Lineage } from './lineage.ts';

/** A table whose rows moved into a new one of the same name. */
export interface Rebuild {
  readonly before: SchemaObject;
  readonly after: SchemaObject | undefined;
  readonly dropped: Dropped;
  readonly holder: NonNullable<Dropped['holder']>;
}

export interface Scene {
  readonly input: RiskInput;
  readonly lineage: Lineage;
  /** By folded name of the table. */
  readonly rebuilds: ReadonlyMap<string, Rebuild>;
  /** How the executor will send a statement: in a transaction of ours, and with foreign keys on. */
  readonly conditions: (followed: Followed) => { readonly ours: boolean; readonly foreignKeys: boolean };
}

/** A table of the live schema, by its name in any letter case. */
export const tableBefore = (input: RiskInput, name: string): SchemaObject | undefined =>
  input.before.objects.find((object) => object.kind === 'table' && fold(object.name) === fold(name));

const tableAfter = (input: RiskInput, name: string): SchemaObject | undefined =>
  input.after.objects.find((object) => object.kind === 'table' && fold(object.name) === fold(name));

/** The columns of a table, in order. */
export const columnsOf = (table: SchemaObject): readonly SchemaObject[] =>
  table.children.filter((child) => child.kind === 'column');

/** A column by its name in any letter case. */
export const columnOf = (table: SchemaObject, name: string): SchemaObject | undefined =>
  columnsOf(table).find((column) => fold(column.name) === fold(name));

/** The subject of a column. */
export const columnSubject = (table: SchemaObject, name: string): Subject => ({
  kind: 'column',
  namespace: null,
  name,
  parent: { kind: 'table', namespace: null, name: table.name },
});

/** A table, quoted. */
export const quoted = (table: SchemaObject): string => quotedTable(table, quote);

/** Fits a hazard to the size of its table. */
export const fitted = (hazard: Hazard, table: SchemaObject, scene: Scene, grows = false): Hazard =>
  fitToTable(hazard, table, { ...scene.input, grows });

/** Other tables' keys that point at a table, as the live schema has them. */
export const keysTo = (
  scene: Scene,
  table: SchemaObject,
): { readonly child: SchemaObject; readonly key: SchemaObject }[] =>
  scene.input.before.objects
    .filter((object) => object.kind === 'table' && object.name !== table.name)
    .flatMap((child) =>
      child.children
        .filter(
          (key) => key.kind === 'foreign-key' && fold(String(key.attributes.references)) === fold(table.name),
        )
        .map((key) => ({ child, key })),
    );

/** Names in a list attribute. */
export const names = (object: SchemaObject, attribute: string): readonly string[] => {
  const value = object.attributes[attribute];
  return Array.isArray(value) ? value.map(String) : [];
};

/** A probe that counts rows; with the primary keys of some of them, where the table has one. */
export const countProbe = countProbeBy(quote);

const rowChanges = ({ lineage }: Scene, by: Mending): readonly RowChange[] =>
  lineage.statements.map(({ tree }) => ({
    opaque: tree === null,
    tables:
      tree?.type === 'DeleteStmt' ||
      (by === 'changes' && (tree?.type === 'UpdateStmt' || tree?.type === 'InsertStmt'))
        ? [{ namespace: null, name: tree.tblName.objName.text }]
        : [],
  }));

/** Whether the plan may change rows of the table, or take them away, so that a failure that today's rows foretell is not certain. */
export const isMended = (scene: Scene, table: Pick<Subject, 'name'>, by: Mending = 'changes'): boolean =>
  mayBeMended(
    rowChanges(scene, by),
    { namespace: null, name: table.name },
    {
      before: scene.input.before,
      keyOf: ({ name }) => fold(name),
    },
  );

const rebuildsIn = (input: RiskInput, lineage: Lineage): Map<string, Rebuild> => {
  const rebuilds = new Map<string, Rebuild>();
  for (const dropped of lineage.dropped) {
    const { holder, table } = dropped;
    if (!holder || holder.name !== fold(table.name)) continue;
    rebuilds.set(fold(table.name), { before: table, after: tableAfter(input, table.name), dropped, holder });
  }
  return rebuilds;
};

const conditionsOf = (planned: readonly PlannedStatement[]): Scene['conditions'] => {
  const settings = new Map<PlannedStatement['statement'], { ours: boolean; foreignKeys: boolean }>();
  for (const migration of new Set(planned.map((one) => one.migration))) {
    const statements = planned.filter((one) => one.migration === migration).map((one) => one.statement);
    for (const batch of batches(statements)) {
      const state = { ours: batch.transactional, foreignKeys: batch.settings.foreignKeys !== 'off' };
      for (const statement of batch.statements) settings.set(statement, state);
    }
  }
  return (followed) => {
    const { sent, statement } = followed.at;
    const told = sent && {
      ours: sent.by === 'dbsync' && sent.transactional,
      foreignKeys: sent.settings.foreignKeys !== 'off',
    };
    const state = told ?? settings.get(statement);
    // A file that is sent as it is switches keys by its own pragmas.
    return state?.ours ? state : { ours: false, foreignKeys: followed.foreignKeys };
  };
};

/** Reads the plan once for every analysis. */
export const sceneOf = (input: RiskInput): Scene => {
  const lineage = followTables(input.statements, input.before);
  return { input, lineage, rebuilds: rebuildsIn(input, lineage), conditions: conditionsOf(input.statements) };
};
