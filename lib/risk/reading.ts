// The plan's statements, read for rules: what each is, which rows it changes, whose they are. Pure.
import type { Subject } from '../schema/index.ts';
import type { ScanRules } from '../sql/index.ts';
import { type Change, changeOf, type Name, type Reading, read } from './clauses.ts';
import { fitToTable } from './hazard.ts';
import type { Hazard, PlannedStatement, RiskInput } from './model.ts';

/** What a dialect says of a statement; its `classify` returns more. */
export interface TextFacts {
  readonly kind: 'ddl' | 'dml' | 'query' | 'transaction' | 'session' | 'opaque';
  readonly verb: string;
  readonly transactional: boolean;
  readonly opaque?: string;
  readonly runsCode?: true;
  readonly counter?: true;
  readonly outside?: string;
}

/** What the analysis asks of a database. */
export interface TextualContext {
  readonly rules: ScanRules;
  readonly quote: (name: string) => string;
  /** Folds letter case as the database compares names that are not quoted. */
  readonly fold: (name: string) => string;
  readonly classify: (planned: PlannedStatement) => TextFacts;
}

/** One statement with all that is known of it. */
export interface Read {
  readonly planned: PlannedStatement;
  readonly facts: TextFacts;
  readonly reading: Reading;
  /** What it does to rows; null where it changes none. */
  readonly change: Change | null;
  /** It fills or changes a table that the plan itself made: nobody's rows. */
  readonly ofNewTable: boolean;
}

/** The plan's statements and what they are read against. */
export interface Text {
  readonly input: Pick<RiskInput, 'before' | 'change' | 'sizes' | 'unknownBefore' | 'moves'>;
  readonly context: TextualContext;
  readonly statements: readonly Read[];
}

/** The table of the snapshot that a name in a statement means; null where it has none. */
export const tableNamed = (
  { before, moves }: Pick<RiskInput, 'before' | 'moves'>,
  name: Pick<Name, 'namespace' | 'name'>,
  fold: (name: string) => string,
): Pick<Subject, 'namespace' | 'name'> | null => {
  const matches = before.objects.filter(
    (object) =>
      object.kind === 'table' &&
      (object.name === name.name || fold(object.name) === fold(name.name)) &&
      (name.namespace === null ||
        object.namespace === null ||
        fold(object.namespace) === fold(name.namespace)),
  );
  return matches[0] ?? moves?.origin(name) ?? null;
};

/** How far into a statement the name of the table that it makes can stand. */
const REACH = 600;

const createdTable = (text: string, rules: ScanRules): string | null => {
  const head = text.slice(0, REACH);
  if (!/^CREATE\b/i.test(head) || !/\bTABLE\b/i.test(head)) return null;
  const { tokens, words } = read(head, rules);
  const table = words.indexOf('TABLE');
  if (table < 0 || table > 3) return null;
  let next = table + 1;
  while (['IF', 'NOT', 'EXISTS'].includes(words[next] ?? '')) next += 1;
  const token = tokens[next];
  return (token?.kind === 'word' ? token.text : token?.value) ?? null;
};

/** Reads the statements in order, remembering which tables the plan has made so far. */
export const readAll = (statements: readonly PlannedStatement[], context: TextualContext): Read[] => {
  const created = new Set<string>();
  return statements.map((planned) => {
    const facts = context.classify(planned);
    const reading = read(planned.statement.text, context.rules);
    const made = createdTable(planned.statement.text, context.rules);
    if (made !== null) created.add(context.fold(made));
    const change = facts.kind === 'dml' ? changeOf(reading) : null;
    const ofNewTable = change !== null && created.has(context.fold(change.target.name));
    return { planned, facts, reading, change, ofNewTable };
  });
};

/** Fits a hazard to the table that its statement changes. */
export const fitToTarget = (hazard: Hazard, one: Read, { input, context }: Text): Hazard => {
  if (!one.change) return hazard;
  const table = tableNamed(input, one.change.target, context.fold);
  return fitToTable(hazard, table ?? { namespace: null, name: one.change.target.name }, input);
};
