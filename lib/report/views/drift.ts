// The view of `01-schema-drift-report.md`: how the live schema differs from what its ledger claims, and what the code adds. Pure.
import type { Artifact } from '../../audit/envelope.ts';
import type { DriftClass, DriftItem, DriftReport, SourceRef } from '../../plan/model.ts';
import { type Diff, describeChange } from '../../schema/index.ts';
import { isCovered, type LedgerProblem, type LedgerReport } from '../../sources/contract.ts';
import type { TargetRef } from '../../target/index.ts';
import { type Advice, advice, count, type Fact, instant, listed, named, number, said } from '../words.ts';

/** What the document is made from. The change and the uncovered SQL are shown where they are known already. */
export interface DriftDocument {
  readonly drift: Artifact<'drift', DriftReport>;
  readonly target: TargetRef;
  readonly source: SourceRef;
  readonly ledger: Pick<LedgerReport, 'exists' | 'applied' | 'pending' | 'problems'>;
  readonly change: Diff | null;
  /** As in the plan: '' where migrations cover the declared schema, null where it cannot be told. */
  readonly uncovered: string | null;
  readonly uncoveredBecause?: string | undefined;
}

export interface DriftGroup {
  readonly title: string;
  readonly meaning: string;
  readonly items: readonly { readonly line: string; readonly collidesWith: string }[];
}

export interface LedgerProblemView {
  readonly code: string;
  readonly weight: string;
  readonly migration: string;
  readonly message: string;
  readonly remedy: readonly Advice[];
}

export interface DriftView {
  readonly headline: string;
  readonly environment: string;
  readonly facts: readonly Fact[];
  readonly groups: readonly DriftGroup[];
  readonly caveats: readonly string[];
  readonly problems: readonly LedgerProblemView[];
  readonly pending: readonly string[];
  /** Null where the change is not known yet. */
  readonly changes: readonly string[] | null;
  readonly uncovered: string;
  readonly uncoveredLine: string;
  readonly madeAt: string;
}

const CLASSES: readonly { readonly class: DriftClass; readonly title: string; readonly meaning: string }[] = [
  {
    class: 'collides',
    title: 'Collides with the plan',
    meaning: 'The plan touches these objects too. It is blocked until somebody decides which side is right.',
  },
  {
    class: 'changed',
    title: 'Changed',
    meaning: 'Objects that the migrations own, but that look different on the target.',
  },
  { class: 'unmanaged', title: 'Unmanaged', meaning: 'Objects that no migration made. They are left alone.' },
];

const itemsOf = (items: readonly DriftItem[], wanted: DriftClass): DriftItem[] =>
  items.filter((item) => item.class === wanted);

/** Collisions first; classes without items are left out. */
export const driftGroups = (drift: DriftReport): DriftGroup[] =>
  CLASSES.map(({ class: wanted, title, meaning }) => ({
    title,
    meaning,
    items: itemsOf(drift.items, wanted).map((item) => ({
      line: item.description,
      collidesWith: item.collidesWith ?? '',
    })),
  })).filter((group) => group.items.length > 0);

/** The drift in one line. */
export const driftHeadline = (drift: DriftReport): string => {
  if (drift.status === 'none') return 'No drift: the live schema is what its ledger claims.';
  const counts = CLASSES.map((entry) => ({ ...entry, size: itemsOf(drift.items, entry.class).length }))
    .filter((entry) => entry.size > 0)
    .map(
      (entry) =>
        `${number(entry.size)} ${entry.class === 'collides' ? 'in collision with the plan' : entry.class}`,
    );
  const found = `${count(drift.items.length, 'difference')} between the live schema and what its ledger claims`;
  if (drift.status === 'present') return `${found}: ${listed(counts)}.`;
  if (counts.length > 0) return `Drift is not fully known; at least ${found}: ${listed(counts)}.`;
  return 'Drift is not known: the history could not be replayed to compare with.';
};

/** One thing that is wrong with the ledger or the files. */
export const problemView = (problem: LedgerProblem): LedgerProblemView => ({
  code: problem.code,
  weight: problem.weight === 'blocking' ? 'blocks every plan' : 'warning',
  migration: problem.migration ?? '',
  message: problem.message,
  remedy: advice(problem.remedy),
});

type Coverage = Pick<DriftDocument, 'uncovered' | 'uncoveredBecause'>;

/** What the declared schema needs and no migration has, in one line. */
export const uncoveredLine = ({ uncovered, uncoveredBecause }: Coverage): string => {
  if (uncovered === null) {
    const line = 'Whether the migrations cover the declared schema could not be told';
    return uncoveredBecause === undefined ? `${line}.` : `${line}: ${uncoveredBecause}`;
  }
  if (uncovered.trim() === '') return 'The migrations cover the declared schema.';
  if (isCovered(uncovered))
    return 'The migrations cover the declared schema. They also made objects that it does not say; these stay, and the migration tool would drop them:';
  return 'Not complete: the declared schema needs more than the migrations bring. This SQL is in no migration, and this run does not bring it:';
};

const ledgerLine = (ledger: DriftDocument['ledger']): string =>
  ledger.exists
    ? `${count(ledger.applied.length, 'migration')} applied, ${number(ledger.pending.length)} pending`
    : `no ledger yet, ${count(ledger.pending.length, 'migration')} pending`;

/** Decides everything that the drift report says. */
export const driftView = (document: DriftDocument): DriftView => {
  const { drift, target, source, ledger } = document;
  return {
    headline: driftHeadline(drift.body),
    environment: target.environment,
    facts: [
      named('Database', target.display),
      said('Server', `${target.product} ${target.version}`),
      said('Source', source.title),
      said('Ledger', ledgerLine(ledger)),
      ...(source.applied ? [named('Ledger is at', source.applied)] : []),
      ...(source.wanted ? [named('Code is at', source.wanted)] : []),
    ],
    groups: driftGroups(drift.body),
    caveats: drift.body.caveats,
    problems: ledger.problems.map(problemView),
    pending: ledger.pending,
    changes: document.change ? document.change.changes.map(describeChange) : null,
    uncovered: document.uncovered?.trim() ?? '',
    uncoveredLine: uncoveredLine(document),
    madeAt: instant(drift.createdAt),
  };
};
