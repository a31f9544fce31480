// The ledger and the files held against each other: every problem in one report. Pure; reads neither.
import { hashOf } from '../../schema/index.ts';
import type { LedgerEntry, LedgerProblem, LedgerReport } from '../contract.ts';
import { compareChecksum } from './checksum.ts';
import { lockedProvider } from './history.ts';
import { factsOf, isApplied, isFailed, type JudgeInput, type Judgement } from './judge-facts.ts';
import { ORDER_JUDGEMENTS } from './judge-order.ts';
import type { LedgerRow } from './ledger.ts';
import { commands, shown } from './words.ts';

const entryOf = (row: LedgerRow): LedgerEntry => ({
  id: row.name,
  checksum: row.checksum,
  state: isApplied(row) ? 'applied' : isFailed(row) ? 'failed' : 'rolled-back',
  startedAt: row.startedAt,
  finishedAt: row.finishedAt,
  logs: row.logs,
});

const unfinished: Judgement = ({ failed }) =>
  failed.map((row) => {
    const id = row.name;
    const since = row.startedAt === null ? '' : ` at ${row.startedAt}`;
    const told = row.logs !== null && row.logs !== '';
    return {
      code: told ? 'x-failed-in-ledger' : 'x-running-in-ledger',
      weight: 'blocking',
      torn: true,
      migration: id,
      message: told
        ? `The migration ${shown(id)} failed: it was started${since} and ended with an error. ${shown(row.logs ?? '', 300)}`
        : `The migration ${shown(id)} was started${since} and neither finished nor failed: it is running now, or its runner was killed. The ledger cannot tell which.`,
      remedy: [
        ...(told ? [] : ['Make sure that nothing is applying migrations to this database now.']),
        ...commands.resolveFailed(id),
      ],
    };
  });

const edited: Judgement = ({ applied, input }) => {
  const last = new Map(applied.map((row) => [row.name, row]));
  return [...last.values()].flatMap((row): LedgerProblem[] => {
    const text = input.history.texts.get(row.name);
    const verdict = text === undefined ? 'same' : compareChecksum(text, row.checksum);
    if (verdict === 'same') return [];
    const id = row.name;
    if (verdict === 'layout') {
      return [
        {
          code: 'x-edited-whitespace',
          weight: 'warning',
          migration: id,
          message: `The file of ${shown(id)} differs from what was applied only in line ends or a byte order mark.`,
          remedy: ['Keep line ends stable: add `*.sql text eol=lf` to .gitattributes.'],
        },
      ];
    }
    return [
      {
        code: 'x-edited-migration',
        weight: 'blocking',
        migration: id,
        message: `The file of ${shown(id)} was edited after it was applied${row.finishedAt ? ` at ${row.finishedAt}` : ''}: the database was made by another text.`,
        remedy: [
          'Restore the text that was applied, and put the change into a new migration.',
          `$ git log -p -- ${commands.quoted(`${fileOf(input, id)}`)}`,
        ],
      },
    ];
  });
};

const fileOf = (input: JudgeInput, id: string): string =>
  input.history.migrations.find((migration) => migration.id === id)?.file ?? id;

const duplicateRows: Judgement = ({ applied }) => {
  const count = new Map<string, number>();
  for (const row of applied) count.set(row.name, (count.get(row.name) ?? 0) + 1);
  return [...count]
    .filter(([, times]) => times > 1)
    .map(([name, times]) => ({
      code: 'x-duplicate-version',
      weight: 'warning',
      migration: name,
      message: `The ledger says ${times} times that ${shown(name)} was applied.`,
      remedy: [
        'Find out whether it really ran more than once (two runners without a lock, a restored dump).',
      ],
    }));
};

const lockFile: Judgement = ({ input: { history, provider } }) => {
  if (history.migrations.length === 0) return [];
  const stated = history.lockFile === null ? null : lockedProvider(history.lockFile);
  if (stated !== null && provider.names.includes(stated)) return [];
  return [
    {
      code: 'x-provider-mismatch',
      weight: stated === null ? 'warning' : 'blocking',
      migration: null,
      message:
        stated === null
          ? `The migrations have no migration_lock.toml that names a provider, so nothing says that they were written for ${provider.title}.`
          : `migration_lock.toml says that the migrations were written for ${shown(stated)}, but the database is ${provider.title}.`,
      remedy: [
        stated === null
          ? `Add migration_lock.toml with \`provider = "${provider.names[0]}"\` to the migrations folder and commit it.`
          : 'Use a database of that provider, or start a new history for this one.',
      ],
    },
  ];
};

const baseline: Judgement = ({ input }) => {
  const rows = input.rows ?? [];
  if (!input.targetHasObjects || rows.length > 0 || input.history.migrations.length === 0) return [];
  return [
    {
      code: 'x-baseline-required',
      weight: input.rows === null ? 'blocking' : 'warning',
      migration: null,
      message:
        input.rows === null
          ? 'The database has objects but no ledger of Prisma: the first migration would meet what is already there.'
          : 'The database has objects, but its ledger is empty: the first migration may meet what is already there.',
      remedy: [
        'If the objects are those of the first migrations, record these as applied, with proof that they are.',
        ...commands.baseline,
      ],
    },
  ];
};

const JUDGEMENTS: readonly Judgement[] = [
  lockFile,
  baseline,
  unfinished,
  edited,
  duplicateRows,
  ...ORDER_JUDGEMENTS,
];

/** How a file is written that is applied already: nobody can mend it, and nothing depends on it any more. */
const isPast = (problem: LedgerProblem, applied: ReadonlySet<string>): boolean =>
  problem.code === 'x-unparseable' &&
  problem.weight === 'warning' &&
  problem.migration !== null &&
  applied.has(problem.migration);

/** The report: entries, what counts as applied, what is pending, and every problem. */
export const judge = (input: JudgeInput): LedgerReport => {
  const facts = factsOf(input);
  return {
    exists: input.rows !== null,
    entries: (input.rows ?? []).map(entryOf),
    applied: [...facts.appliedNames],
    pending: facts.pending,
    problems: [
      ...JUDGEMENTS.flatMap((look) => look(facts)),
      ...input.history.problems.filter((problem) => !isPast(problem, facts.appliedNames)),
    ],
    state: hashOf(input.rows),
  };
};
