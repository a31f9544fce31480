// Holds the ledger's rows against the revision graph and names everything that is wrong, all at once. Pure.
import { hashOf } from '../../schema/index.ts';
import type { LedgerProblem, LedgerReport } from '../contract.ts';
import type { History } from './answer.ts';
import { below, chosenHeads, drawGraph, type Graph, graphOf, lineage } from './graph.ts';

export interface JudgeInput {
  /** The ledger's rows; null where there is no table. */
  readonly rows: readonly string[] | null;
  readonly history: History;
  readonly targetHasObjects: boolean;
  /** Which head is wanted, as stated in the configuration. */
  readonly head: string | null;
  /** Ids that no revision has but that some file of the history names (a squash leaves such traces). */
  readonly mentioned: ReadonlySet<string>;
}

interface Facts extends JudgeInput {
  readonly graph: Graph;
  readonly known: readonly string[];
  readonly unknown: readonly string[];
  readonly applied: ReadonlySet<string>;
  readonly pending: readonly string[];
}

type Judgement = (facts: Facts) => readonly LedgerProblem[];

const MAX_LISTED = 5;
/** A ledger's row is foreign text: without control characters, of bounded length. */
const shown = (id: string): string => id.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').slice(0, 80);
const listed = (ids: readonly string[]): string =>
  ids.slice(0, MAX_LISTED).map(shown).join(', ') +
  (ids.length > MAX_LISTED ? ` and ${ids.length - MAX_LISTED} more` : '');

const RECOVER = '$ npx zx tasks/recover.ts --env <env> --baseline';

const baseline: Judgement = ({ rows, targetHasObjects, history }) =>
  (rows === null || rows.length === 0) && targetHasObjects && history.revisions.length > 0
    ? [
        {
          code: 'x-baseline-required',
          weight: 'blocking',
          migration: null,
          message: `The database holds objects, but its ledger ${rows === null ? 'does not exist' : 'is empty'}: Alembic would run the whole history against them.`,
          remedy: [
            'Find the revision that the database corresponds to, and record it with proof:',
            `${RECOVER} <revision>`,
          ],
        },
      ]
    : [];

const unknownRows: Judgement = ({ unknown, known, pending, mentioned, history }) =>
  unknown.map((id): LedgerProblem => {
    if (mentioned.has(id)) {
      return {
        code: 'x-deleted-migration',
        weight: 'blocking',
        migration: id,
        message: `The database is at ${shown(id)}, whose file is gone while other files still name it: the history was squashed or a revision was deleted.`,
        remedy: [
          'Restore the file, or record the revision that replaces it with proof:',
          `${RECOVER} <revision>`,
        ],
      };
    }
    const diverged = known.length > 0 && pending.length > 0;
    return {
      code: diverged ? 'x-histories-diverge' : 'x-db-ahead',
      weight: 'blocking',
      migration: id,
      message: diverged
        ? `The database is at ${shown(id)}, which this code does not know, and lacks ${listed(pending)} that it knows: the histories diverge.`
        : `The database is at ${shown(id)}, which this code does not know: the database is ahead of this code, on another branch, or another database.`,
      remedy: [
        'Check out the branch or release that has this revision; check that this is the right database.',
        `$ git log --all --oneline -S ${/^[\w.-]+$/.test(id) ? id : '<revision>'} -- ${history.folders.length === 1 ? '.' : '<versions>'}`,
      ],
    };
  });

/** Alembic itself refuses rows of which one implies the other ("overlaps with other requested revisions"). */
const overlapping: Judgement = ({ graph, known }) =>
  known.flatMap((upper): LedgerProblem[] =>
    known
      .filter((lower) => lower !== upper && below(graph, upper).has(lower))
      .map((lower) => ({
        code: 'x-histories-diverge',
        weight: 'blocking',
        migration: lower,
        message: `The ledger holds ${shown(lower)} besides ${shown(upper)}, which already implies it; Alembic refuses such a ledger.`,
        remedy: [
          'Two runs at the same time, or a row written by hand, leave this behind. After checking the schema:',
          `$ alembic stamp --purge ${upper}`,
        ],
      })),
  );

/** Branches with labels are meant; others come from two people who wrote a revision at the same time. */
const severalHeads: Judgement = ({ graph, rows, head, history }) => {
  if (chosenHeads(graph, head) !== null) return [];
  const stated = head === null ? '' : ` "${shown(head)}" names none of them.`;
  const labels = history.revisions.filter((revision) => revision.head).map((revision) => revision.labels);
  const [label] = labels.every((one) => one.length > 0) ? labels.flat() : [];
  const why =
    label === undefined
      ? 'Two people branched off the same revision, and `alembic upgrade head` fails.'
      : 'They are branches with labels, and `alembic upgrade head` does not know which is meant.';
  const merge = [
    'Join them with a merge revision:',
    `$ alembic merge -m "merge heads" ${history.heads.join(' ')}`,
    "Or, where the branches are meant, choose them in dbsync.config.ts: tool: { head: 'heads' }, or one of them in its place.",
  ];
  return [
    {
      code: 'x-multiple-heads',
      weight: 'blocking',
      migration: null,
      message: `The code has ${history.heads.length} heads: ${listed(history.heads)}.${stated} ${why}\n${drawGraph(graph, rows ?? []).join('\n')}`,
      remedy:
        label === undefined
          ? merge
          : [
              `Choose all of them in dbsync.config.ts, tool: { head: 'heads' }, or one: tool: { head: '${shown(label)}@head' }.`,
            ],
    },
  ];
};

const duplicated: Judgement = ({ history }) =>
  history.warnings
    .filter((warning) => /present more than once/.test(warning))
    .map((warning) => ({
      code: 'x-duplicate-version',
      weight: 'blocking',
      migration: /Revision (\S+) is/.exec(warning)?.[1] ?? null,
      message: `${warning}: two files have the same revision id, and Alembic uses only one of them.`,
      remedy: ['Give one of the two files an id of its own, and correct the down_revision of what follows.'],
    }));

const JUDGEMENTS: readonly Judgement[] = [baseline, unknownRows, overlapping, severalHeads, duplicated];

const pendingOf = (graph: Graph, applied: ReadonlySet<string>, head: string | null): readonly string[] => {
  const heads = chosenHeads(graph, head) ?? graph.history.heads;
  const wanted = lineage(graph, heads);
  return graph.history.revisions.map(({ id }) => id).filter((id) => wanted.has(id) && !applied.has(id));
};

/** The whole report. */
export const judge = (input: JudgeInput): LedgerReport => {
  const graph = graphOf(input.history);
  const rows = input.rows ?? [];
  const known = rows.filter((id) => graph.byId.has(id));
  const unknown = rows.filter((id) => !graph.byId.has(id));
  const applied = lineage(graph, known);
  const pending = pendingOf(graph, applied, input.head);
  const facts: Facts = { ...input, graph, known, unknown, applied, pending };
  return {
    exists: input.rows !== null,
    entries: rows.map((id) => ({
      id,
      checksum: null,
      state: 'applied',
      startedAt: null,
      finishedAt: null,
      logs: null,
    })),
    applied: input.history.revisions.map(({ id }) => id).filter((id) => applied.has(id)),
    pending,
    problems: JUDGEMENTS.flatMap((judgement) => judgement(facts)),
    state: hashOf(input.rows === null ? null : rows.toSorted()),
  };
};
