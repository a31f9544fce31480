// Whether the target is what was promised. Pure.
import type { TableSize } from '../dialects/contract.ts';
import { type Diff, describeChange, isEmpty } from '../schema/index.ts';
import type { RowChange, Verification } from './model.ts';

type Evidence = Omit<Verification, 'outcome' | 'reasons'> & {
  /** Findings that were there before the change do not count against it. */
  readonly healthBefore: readonly string[];
};

const nameOf = (table: Pick<TableSize, 'namespace' | 'name'>): string =>
  table.namespace ? `${table.namespace}.${table.name}` : table.name;

/** Rows before and after, for every table that either side has. */
export const compareRows = (
  before: readonly TableSize[],
  after: readonly TableSize[],
  touched: (table: Pick<TableSize, 'namespace' | 'name'>) => boolean,
): readonly RowChange[] => {
  const tables = new Map<string, { before?: TableSize; after?: TableSize }>();
  for (const size of before) tables.set(nameOf(size), { before: size });
  for (const size of after) tables.set(nameOf(size), { ...tables.get(nameOf(size)), after: size });
  return [...tables].map(([table, sizes]) => {
    const one = sizes.after ?? sizes.before;
    return {
      table,
      before: sizes.before?.rows ?? null,
      after: sizes.after?.rows ?? null,
      touched: one ? touched(one) : false,
      exact: (sizes.before?.exact ?? true) && (sizes.after?.exact ?? true),
    };
  });
};

/** Rows of a table that the plan does not touch, counted exactly on both sides, must be the same. */
const strayRows = (rows: readonly RowChange[]): string[] =>
  rows
    .filter(
      (row) =>
        !row.touched && row.exact && row.before !== null && row.after !== null && row.before !== row.after,
    )
    .map(
      (row) =>
        `table ${row.table} has ${row.after} rows and had ${row.before}, although the plan does not touch it`,
    );

const schemaReasons = (remaining: Diff): string[] =>
  isEmpty(remaining) ? [] : remaining.changes.map((change) => `not as predicted: ${describeChange(change)}`);

/**
 * Whether the tool's objection is the drift that the plan recorded. It explains a schema that is not the declared one (and that is
 * compared with the predicted one besides); it never explains a history that is not the code's.
 */
export const explainedByDrift = ({ tool, driftKnown }: Pick<Verification, 'tool' | 'driftKnown'>): boolean =>
  driftKnown && tool.against.length > 0 && tool.against.every((what) => what === 'schema');

/** The verdict over all evidence, with every reason against it. */
export const judgeVerification = (
  evidence: Evidence,
  options: {
    /** Other sessions may have written while the plan ran. */
    readonly othersWrite: boolean;
  },
): Pick<Verification, 'outcome' | 'reasons'> => {
  const { compatibility } = evidence;
  const foreseen = isEmpty(evidence.remaining);
  const fresh = evidence.health.filter(
    (finding) =>
      !evidence.healthBefore.includes(`${finding.code} ${finding.subject}`) &&
      !(finding.inSnapshot === true && foreseen),
  );
  const reasons = [
    ...schemaReasons(evidence.remaining),
    ...(evidence.ledger.complete ? [] : evidence.ledger.messages),
    ...(evidence.tool.status === 'disagrees' && !explainedByDrift(evidence) ? evidence.tool.messages : []),
    ...fresh.map((finding) => `${finding.subject}: ${finding.message}`),
    ...(options.othersWrite ? [] : strayRows(evidence.rows)),
    ...(compatibility && compatibility.exitCode !== 0
      ? [`${compatibility.command.join(' ')} ended with ${compatibility.exitCode ?? 'a signal'}`]
      : []),
  ];
  return { outcome: reasons.length === 0 ? 'proven' : 'mismatch', reasons };
};
