// Hazards that only the text shows: what a statement does to rows, to checks, to the session, and to a run that fails half-way. Pure.
import {
  existsBefore,
  fitToTable,
  type Hazard,
  type HazardRule,
  hazardOf,
  type PlannedStatement,
  rowsProbe,
} from '../../../risk/index.ts';
import { quote } from '../quote.ts';
import { type Alter, clauseColumn } from '../scan/alter.ts';
import { type Word, wordsOf } from '../scan/words.ts';
import { RULES } from './rules.ts';
import { type ReadStatement, type Scene, tableBefore } from './scene.ts';
import { settingHazards } from './session.ts';

const make = (rule: HazardRule, at: PlannedStatement, parts: { subject: string; message: string }): Hazard =>
  hazardOf(rule, { ...parts, at });

const onTable = (
  scene: Scene,
  rule: HazardRule,
  at: PlannedStatement,
  parts: { table: string; message: string; grows?: boolean },
): Hazard =>
  fitToTable(
    hazardOf(rule, { subject: `table ${parts.table}`, message: parts.message, at }),
    { namespace: null, name: parts.table },
    { ...scene.input, ...(parts.grows && { grows: true }) },
  );

const truncates = (scene: Scene, { planned, facts }: ReadStatement): Hazard[] => {
  const table = facts.tables[0]?.name;
  if (facts.verb !== 'TRUNCATE' || table === undefined) return [];
  const hazard = hazardOf(RULES.truncate, {
    subject: `table ${table}`,
    message: `Every row of table ${table} is removed.`,
    at: planned,
    probe: rowsProbe({ namespace: null, name: table }, quote),
  });
  return [fitToTable(hazard, { namespace: null, name: table }, scene.input)];
};

const dropsSchema = ({ planned, facts }: ReadStatement): Hazard[] =>
  /^(DROP|CREATE OR REPLACE) (DATABASE|SCHEMA)$/.test(facts.verb)
    ? [make(RULES.dropSchema, planned, { subject: 'database', message: 'A whole database is dropped.' })]
    : [];

const renamesTable = (scene: Scene, { planned, facts }: ReadStatement): Hazard[] => {
  if (facts.verb !== 'RENAME TABLE') return [];
  return facts.tables
    .filter((_table, index) => index % 2 === 0)
    .map((table) =>
      onTable(scene, RULES.renameTable, planned, {
        table: table.name,
        message: `Table ${table.name} gets another name.`,
      }),
    );
};

/** A DEFINER with a name; CURRENT_USER is whoever runs it. */
const namesDefiner = ({ planned, facts }: ReadStatement): Hazard[] => {
  if (facts.kind !== 'ddl') return [];
  const words = wordsOf(planned.statement.text).slice(0, 20);
  const at = words.findIndex((word, index) => word.text === 'DEFINER' && words[index + 1]?.text === '=');
  const user = at < 0 ? undefined : words[at + 2];
  if (!user || user.text === 'CURRENT_USER') return [];
  return [
    make(RULES.definer, planned, { subject: facts.verb, message: `It names ${user.value} as its definer.` }),
  ];
};

const partitionDrops = (scene: Scene, alter: Alter): Hazard[] =>
  alter.clauses.flatMap((clause) => {
    const [first, second] = [clause[0]?.text ?? '', clause[1]?.text ?? ''];
    const parts = { table: alter.table, grows: true };
    if (first === 'EXCHANGE' && second === 'PARTITION') {
      return [
        onTable(scene, RULES.dropPartition, alter.planned, {
          ...parts,
          message: `Rows of a partition of table ${alter.table} change places with those of another table.`,
        }),
      ];
    }
    if (first === 'CONVERT' && second === 'TABLE') {
      const name = clause[2]?.value ?? '';
      const message = `Table ${name} becomes a partition of table ${alter.table}, and is no table any more.`;
      return [make(RULES.renameTable, alter.planned, { subject: `table ${name}`, message })];
    }
    if (first === 'CONVERT' && second === 'PARTITION') {
      return [
        onTable(scene, RULES.dropPartition, alter.planned, {
          ...parts,
          message: `Rows of a partition of table ${alter.table} leave it, and are a table of their own.`,
        }),
      ];
    }
    if (first === 'DROP' && second === 'SYSTEM' && clause[2]?.text === 'VERSIONING') {
      const message = `Every old version of the rows of table ${alter.table} is removed.`;
      return [onTable(scene, RULES.truncate, alter.planned, { ...parts, message })];
    }
    if (/^(DROP|TRUNCATE)$/.test(first) && second === 'PARTITION') {
      return [
        onTable(scene, RULES.dropPartition, alter.planned, {
          ...parts,
          message: `Rows of partitions of table ${alter.table} are removed.`,
        }),
      ];
    }
    if (
      (/^(COALESCE|REORGANIZE|REBUILD|OPTIMIZE|REPAIR)$/.test(first) && second === 'PARTITION') ||
      (first === 'PARTITION' && second === 'BY') ||
      (first === 'ADD' && second === 'PARTITION' && clause.some(({ text }) => text === 'PARTITIONS')) ||
      (first === 'REMOVE' && second === 'PARTITIONING')
    ) {
      return [
        onTable(scene, RULES.partitions, alter.planned, {
          ...parts,
          message: `Rows of table ${alter.table} move between partitions.`,
        }),
      ];
    }
    return [];
  });

const renamesIn = (scene: Scene, alter: Alter): Hazard[] =>
  alter.clauses.flatMap((clause) => {
    const found = clauseColumn(clause);
    if (found && clause[0]?.text === 'RENAME' && clause[1]?.text !== 'COLUMN') {
      if (/^(INDEX|KEY)$/.test(clause[1]?.text ?? '')) return [];
      return [
        onTable(scene, RULES.renameTable, alter.planned, {
          table: alter.table,
          message: `Table ${alter.table} gets another name.`,
        }),
      ];
    }
    const renamed =
      (found?.verb === 'CHANGE' &&
        found.rest[0] &&
        found.rest[0].value.toLowerCase() !== found.column.toLowerCase()) ||
      (found?.verb === 'RENAME' && clause[1]?.text === 'COLUMN');
    if (!found || !renamed) return [];
    return [
      onTable(scene, RULES.renameColumn, alter.planned, {
        table: alter.table,
        message: `Column ${alter.table}.${found.column} gets another name.`,
      }),
    ];
  });

const saysAlgorithm = (words: readonly Word[]): boolean =>
  words.some((word) => word.text === 'ALGORITHM' && word.kind === 'word');

/** One advice per table, not one per statement. */
const withoutAlgorithm = (scene: Scene): Hazard[] => {
  const tables = new Map<string, Alter>();
  for (const alter of scene.alters) {
    if (
      !saysAlgorithm(alter.words) &&
      existsBefore(scene.input.before, { namespace: null, name: alter.table }) &&
      !tables.has(alter.table)
    ) {
      tables.set(alter.table, alter);
    }
  }
  return [...tables.values()].map((alter) =>
    onTable(scene, RULES.noAlgorithm, alter.planned, {
      table: alter.table,
      message: `ALTER TABLE ${alter.table} does not say how it may run.`,
      grows: true,
    }),
  );
};

/** From here on `x INT REFERENCES t (id)` is a foreign key (MDEV-20729; MySQL 9.0 release notes, WL#16130). */
const makesInlineKeys = ({ product, version: [major = 0, minor = 0] }: Scene['input']): boolean =>
  product === 'MariaDB' ? major > 10 || (major === 10 && minor >= 5) : major >= 9;

const inlineReferences = (scene: Scene, { planned, facts }: ReadStatement): Hazard[] => {
  if (makesInlineKeys(scene.input) || !/TABLE$/.test(facts.verb)) return [];
  const words = wordsOf(planned.statement.text);
  let foreign = false;
  const found = words.some((word) => {
    if (word.text === 'FOREIGN') foreign = true;
    if (word.text !== 'REFERENCES' || word.kind !== 'word') return false;
    const inline = !foreign;
    foreign = false;
    return inline;
  });
  return found
    ? [
        make(RULES.inlineReferences, planned, {
          subject: facts.verb,
          message: 'REFERENCES stands behind a column and has no effect.',
        }),
      ]
    : [];
};

/** Migrations with more than one schema statement, which commit one by one. */
const partialFiles = (scene: Scene): Hazard[] => {
  const byMigration = new Map<string, ReadStatement[]>();
  for (const one of scene.statements) {
    if (one.facts.kind === 'ddl')
      byMigration.set(one.planned.migration, [...(byMigration.get(one.planned.migration) ?? []), one]);
  }
  return [...byMigration].flatMap(([migration, list]) => {
    const [first] = list;
    // Half of what only makes new things harms nothing that is there; that it is half is the forecast's to say.
    const isOnOld = list.some(({ facts }) => facts.tables.some(({ name }) => tableBefore(scene, name)));
    if (list.length < 2 || !first || !isOnOld) return [];
    const message = `${list.length} schema statements of ${migration} commit one by one; a failure leaves those before it in place.`;
    return [make(RULES.partialFile, first.planned, { subject: `migration ${migration}`, message })];
  });
};

/** `ALTER SEQUENCE s RESTART`, and SETVAL with a number that stands in the text. */
const counters = ({ planned, facts }: ReadStatement): Hazard[] => {
  const words = wordsOf(planned.statement.text);
  const call = words.findIndex(({ kind, text }) => kind === 'word' && text === 'SETVAL');
  const isSet = call >= 0 && words[call + 1]?.text === '(' && /^\d+$/.test(words[call + 4]?.text ?? '');
  const restarts = facts.verb === 'ALTER SEQUENCE' && words.some(({ text }) => text === 'RESTART');
  if (!isSet && !restarts) return [];
  const subject = `sequence ${isSet ? words[call + 2]?.value : (facts.tables[0]?.name ?? words[2]?.value)}`;
  const message = `${subject} counts from another number: what it gave before can come again.`;
  return [make(RULES.sequenceSet, planned, { subject, message })];
};

/** Every hazard that only the text shows. */
/** Which rows a LIMIT takes is the server's choice where nothing orders them (manual, "Replication and LIMIT"). */
const limitsUnordered = (scene: Scene, { planned, facts }: ReadStatement): Hazard[] => {
  const [table] = facts.tables;
  if (!/^(UPDATE|DELETE)$/.test(facts.verb) || !table || !tableBefore(scene, table.name)) return [];
  const words = wordsOf(planned.statement.text);
  let depth = 0;
  const own = words.filter(({ kind, text }) => {
    if (text === '(') depth += 1;
    if (text === ')') depth -= 1;
    return depth === 0 && kind === 'word';
  });
  const said = (word: string): boolean => own.some(({ text }) => text === word);
  if (!said('LIMIT') || said('ORDER')) return [];
  const message = `LIMIT takes rows of ${table.name} in no stated order: another server, or another run, takes others.`;
  return [hazardOf(RULES.limitUnordered, { subject: `table ${table.name}`, message, at: planned })];
};

export const statementHazards = (scene: Scene): Hazard[] => [
  ...scene.statements.flatMap((one) => [
    ...truncates(scene, one),
    ...settingHazards(one),
    ...dropsSchema(one),
    ...renamesTable(scene, one),
    ...namesDefiner(one),
    ...inlineReferences(scene, one),
    ...counters(one),
    ...limitsUnordered(scene, one),
  ]),
  ...scene.alters.flatMap((alter) => [...partitionDrops(scene, alter), ...renamesIn(scene, alter)]),
  ...withoutAlgorithm(scene),
  ...partialFiles(scene),
];
