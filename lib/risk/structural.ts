// Hazards that the difference between two snapshots shows, whatever the statements looked like. Pure; every code, quote and
// question that belongs to one database is handed in.
import {
  type Change,
  describeSubject,
  findObject,
  type SchemaObject,
  type Subject,
} from '../schema/index.ts';
import { fitToTable, hazardOf } from './hazard.ts';
import type { Hazard, HazardRule, PlannedStatement, Probe, RiskInput } from './model.ts';
import { lostAt } from './moves.ts';
import { type Alike, renamedColumns, renamedTables, type SuspectedRename } from './rename.ts';
import { quotedTable, sampleOf } from './samples.ts';

type Table = Pick<Subject, 'namespace' | 'name'>;

/** The rules by which a database names what the structure shows; an absent one is not reported from here. */
export interface StructuralRules {
  readonly dropTable?: HazardRule;
  readonly dropColumn?: HazardRule;
  /** A table or column dropped and one like it created. */
  readonly rename?: HazardRule;
  /** A column that was nullable is no longer. */
  readonly notNull?: HazardRule;
  /** By kind, for everything else that is dropped: `view`, `trigger`, `index`, `function`. */
  readonly drops?: Readonly<Record<string, HazardRule>>;
}

/** What the analysis asks of a database. */
export interface StructuralContext {
  readonly rules: StructuralRules;
  readonly quote: (name: string) => string;
  readonly alike: Alike;
  /** The statement that does it, where the text shows one. */
  readonly locate?: (subject: Subject) => PlannedStatement | undefined;
  /** Whether the statements carry the column's (or table's) data elsewhere, so that it is not lost. */
  readonly carried?: (subject: Subject) => boolean;
  /** Another rule for this subject than the one that its kind has, such as where a whole table is rebuilt. */
  readonly instead?: (subject: Subject, rule: HazardRule) => HazardRule;
  /** Whether a statement before the subject's changes rows of the table, so that a probe of today proves less. */
  readonly mended?: (table: Table, subject: Subject) => boolean;
}

const ruleFor = (subject: Subject, rule: HazardRule, context: StructuralContext): HazardRule =>
  context.instead?.(subject, rule) ?? rule;

interface Analysis {
  readonly input: RiskInput;
  readonly context: StructuralContext;
}

const tableOf = (subject: Subject): Table => subject.parent ?? subject;

/** How many rows there are: for what takes them away. */
export const rowsProbe = (table: Table, quote: (name: string) => string): Probe => ({
  question: `rows in ${describeSubject({ kind: 'table', ...table })}`,
  sql: `SELECT count(*) FROM ${quotedTable(table, quote)}`,
  positive: 'loses-rows',
  zero: 'lower',
});

/** How many rows have a value in the column: for what takes the column away. */
export const valuesProbe = (table: Table, column: string, quote: (name: string) => string): Probe => ({
  question: `rows with a value in ${describeSubject({ kind: 'column', namespace: null, name: column, parent: { kind: 'table', ...table } })}`,
  sql: `SELECT count(*) FROM ${quotedTable(table, quote)} WHERE ${quote(column)} IS NOT NULL`,
  positive: 'loses-values',
  zero: 'lower',
});

/** How many rows have none: for what forbids that. */
export const nullsProbe = (
  table: Table,
  column: string,
  parts: {
    readonly quote: (name: string) => string;
    readonly mended: boolean;
    readonly before: SchemaObject | undefined;
  },
): Probe => {
  const from = `FROM ${quotedTable(table, parts.quote)} WHERE ${parts.quote(column)} IS NULL`;
  return {
    question: `rows where ${describeSubject({ kind: 'column', namespace: null, name: column, parent: { kind: 'table', ...table } })} is null`,
    sql: `SELECT count(*) ${from}`,
    ...sampleOf({ table: parts.before, from, quote: parts.quote }),
    positive: parts.mended ? 'may-fail' : 'will-fail',
    zero: 'dismiss',
  };
};

/** Where the plan drops it under a name that the plan gave it. */
const lost = (subject: Subject, { input }: Analysis) => lostAt(input.moves, subject);

const isCarried = (subject: Subject, analysis: Analysis): boolean =>
  lost(subject, analysis) === undefined && (analysis.context.carried?.(subject) ?? false);

const dropsAt = (subject: Subject, analysis: Analysis): PlannedStatement | undefined =>
  lost(subject, analysis)?.at ?? analysis.context.locate?.(subject);

/** ` It is called "x" by then.` */
const renamedTo = (subject: Subject, analysis: Analysis): string => {
  const as = lost(subject, analysis)?.as;
  return as === undefined || as === subject.name ? '' : ` It is called "${as}" by then.`;
};

const fit = (hazard: Hazard, subject: Subject, { input }: Analysis): Hazard =>
  fitToTable(hazard, tableOf(subject), input);

const dropTable = (subject: Subject, rule: HazardRule, analysis: Analysis): Hazard =>
  fit(
    hazardOf(rule, {
      subject,
      message: `${describeSubject(subject)} is dropped with all of its rows.${renamedTo(subject, analysis)}`,
      probe: rowsProbe(subject, analysis.context.quote),
      at: dropsAt(subject, analysis),
    }),
    subject,
    analysis,
  );

const dropColumn = (subject: Subject, rule: HazardRule, analysis: Analysis): Hazard | null => {
  const { context } = analysis;
  if (!subject.parent || isCarried(subject, analysis)) return null;
  const hazard = hazardOf(ruleFor(subject, rule, context), {
    subject,
    message: `${describeSubject(subject)} is dropped with all of its values.${renamedTo(subject, analysis)}`,
    probe: valuesProbe(subject.parent, subject.name, context.quote),
    at: dropsAt(subject, analysis),
  });
  return fit(hazard, subject, analysis);
};

const renameSql = ({ from, to }: SuspectedRename, quote: (name: string) => string): string => {
  const table = quotedTable(tableOf(from.subject), quote);
  return from.subject.kind === 'column'
    ? `ALTER TABLE ${table} RENAME COLUMN ${quote(from.subject.name)} TO ${quote(to.subject.name)};`
    : `ALTER TABLE ${table} RENAME TO ${quote(to.subject.name)};`;
};

const rename = (suspect: SuspectedRename, rule: HazardRule, analysis: Analysis): Hazard => {
  const { subject } = suspect.from;
  const { quote, locate } = analysis.context;
  const old = describeSubject(subject);
  const made = describeSubject(suspect.to.subject);
  const isColumn = subject.kind === 'column';
  const hazard = hazardOf(rule, {
    subject,
    message: `${old} is dropped and ${made}, which could hold its data, is created empty: this looks like a rename.`,
    remedy: `If it is one, replace both statements by the rename; otherwise accept the loss of ${old}.`,
    rewrite: renameSql(suspect, quote),
    probe: isColumn ? valuesProbe(tableOf(subject), subject.name, quote) : rowsProbe(subject, quote),
    at: locate?.(subject),
  });
  return fit(hazard, subject, analysis);
};

const notNull = (change: Change, rule: HazardRule, { input, context }: Analysis): Hazard | null => {
  if (change.action !== 'alter' || change.subject.kind !== 'column' || !change.subject.parent) return null;
  const nullable = change.attributes.find((attribute) => attribute.name === 'nullable');
  if (nullable?.to !== false) return null;
  const table = change.subject.parent;
  const mended = context.mended?.(table, change.subject) ?? false;
  const hazard = hazardOf(ruleFor(change.subject, rule, context), {
    subject: change.subject,
    message: `${describeSubject(change.subject)} no longer allows NULL; the statement fails while a row holds one.`,
    probe: nullsProbe(table, change.subject.name, {
      quote: context.quote,
      mended,
      before: findObject(input.before, { kind: 'table', namespace: table.namespace, name: table.name }),
    }),
    at: context.locate?.(change.subject),
  });
  return fit(hazard, change.subject, { input, context });
};

const dropOther = (subject: Subject, object: SchemaObject, { context }: Analysis): Hazard | null => {
  const rule = context.rules.drops?.[subject.kind];
  if (!rule || context.carried?.(subject)) return null;
  const unique = object.attributes.unique === true ? ' It enforced uniqueness.' : '';
  return hazardOf(ruleFor(subject, rule, context), {
    subject,
    message: `${describeSubject(subject)} is dropped.${unique}`,
    at: context.locate?.(subject),
  });
};

const dropped = (
  change: Extract<Change, { action: 'create' | 'drop' }>,
  analysis: Analysis,
): Hazard | null => {
  const { rules } = analysis.context;
  const { subject, object } = change;
  if (subject.kind === 'table') {
    return rules.dropTable && !isCarried(subject, analysis)
      ? dropTable(subject, rules.dropTable, analysis)
      : null;
  }
  if (subject.kind === 'column')
    return rules.dropColumn ? dropColumn(subject, rules.dropColumn, analysis) : null;
  return dropOther(subject, object, analysis);
};

const suspects = ({ input, context }: Analysis): SuspectedRename[] => {
  if (!context.rules.rename) return [];
  const all = [
    ...renamedTables(input.change.changes, context.alike),
    ...renamedColumns(input.change.changes, context.alike),
  ];
  return all.filter(({ from }) => !context.carried?.(from.subject));
};

/** Drops under another name that the difference does not show, because the name was given to something else. */
const unseenDrops = ({ input }: Analysis): Change[] =>
  (input.moves?.lost ?? [])
    .filter(
      ({ subject }) =>
        !input.change.changes.some(
          (change) =>
            change.action === 'drop' &&
            change.subject.kind === subject.kind &&
            change.subject.name === subject.name &&
            change.subject.parent?.name === subject.parent?.name &&
            change.subject.namespace === subject.namespace,
        ),
    )
    .map(({ subject, object }) => ({ action: 'drop', subject, object }));

/** Every hazard that the difference itself shows. A suspected rename is one hazard, in place of its drop. */
export const structuralHazards = (input: RiskInput, context: StructuralContext): Hazard[] => {
  const analysis: Analysis = { input, context };
  const renames = suspects(analysis);
  const explained = new Set<Change>(renames.map(({ from }) => from));
  const hazards: Hazard[] = [];
  for (const suspect of renames) {
    if (context.rules.rename) hazards.push(rename(suspect, context.rules.rename, analysis));
  }
  for (const change of [...input.change.changes, ...unseenDrops(analysis)]) {
    if (explained.has(change)) continue;
    const hazard =
      change.action === 'drop'
        ? dropped(change, analysis)
        : context.rules.notNull
          ? notNull(change, context.rules.notNull, analysis)
          : null;
    if (hazard) hazards.push(hazard);
  }
  return hazards;
};
