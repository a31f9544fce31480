// The story of the tour, station by station: what is said, what is done by hand, which command runs, and the exit code it must end with.
import { EXIT } from '../../lib/index.ts';
import type { Stage } from './stage.ts';

export interface Command {
  readonly task: 'status' | 'plan' | 'rehearse' | 'approve' | 'apply' | 'verify' | 'sync';
  readonly args: readonly string[];
  /** Variables besides the usual ones. */
  readonly variables?: Readonly<Record<string, string>>;
  /** The exit code that the tour promises; another one ends the tour as a failure. */
  readonly exitCode: number;
}

export interface Station {
  readonly title: string;
  readonly says: string;
  /** Something that happens outside dbsync before the command: shown as the line it returns. */
  readonly happens?: (stage: Stage) => Promise<string> | string;
  readonly command?: (stage: Stage) => Promise<Command> | Command;
  /** Lines to show instead of a command. */
  readonly shows?: (stage: Stage) => Promise<readonly string[]>;
}

const RENAME_MIGRATION = '20260312143009_customer_mobile';
const RENAME = 'ALTER TABLE "Customer" RENAME COLUMN "phone" TO "mobile";';
const HAND_MADE_VIEW = 'CREATE VIEW "FiveStars" AS SELECT "bookId" FROM "Review" WHERE "rating" = 5;';
const HAND_MADE_COLUMN = 'ALTER TABLE "Customer" ADD COLUMN "mobile" TEXT;';
const TAKEN_BACK = 'ALTER TABLE "Customer" DROP COLUMN "mobile";';
const BETWEEN = 'ALTER TABLE "Book" ADD COLUMN "shelf" TEXT;';
const BETWEEN_BACK = 'ALTER TABLE "Book" DROP COLUMN "shelf";';

const byHand = (database: 'staging.db', sql: string) => (stage: Stage) => {
  stage.byHand(database, sql);
  return `by hand, in ${database}: ${sql}`;
};

const on = (
  environment: 'prod' | 'staging',
  task: Command['task'],
  exitCode: number,
  args: readonly string[] = [],
) => ({ task, args: ['--env', environment, ...args], exitCode });

const REASONS: Readonly<Record<string, string>> = {
  'sqlite-rebuild-column-lost': 'gift messages are no longer used',
};

/** The words that accept what the plan leaves open; the reasons stay in the record. */
const acceptances = async (stage: Stage): Promise<readonly string[]> =>
  (await stage.openHazards('staging')).flatMap((code) => [
    '--accept',
    `${code}=${REASONS[code] ?? 'rehearsed on a copy with its rows'}`,
  ]);

const production: readonly Station[] = [
  {
    title: 'Where does production stand?',
    says: 'The code has three migrations that the database "prod" has not. Status only looks: it is quick and read-only.',
    command: () => on('prod', 'status', EXIT.done),
  },
  {
    title: 'What would be done, and what could go wrong',
    says: 'The plan names every change and every hazard, with counts from the live rows. Note the suspected rename: the migration drops "phone" and creates "mobile", as Prisma writes it when a field is renamed.',
    command: () => on('prod', 'plan', EXIT.done),
  },
  {
    title: 'Rehearsed before anyone is asked',
    says: 'The very plan is run by the very executor on a copy of the database, and must lead exactly where it says.',
    command: () => on('prod', 'rehearse', EXIT.done),
  },
  {
    title: 'Without a terminal there is no approval',
    says: 'These commands have no terminal to read from, as in a pipe or a job. Nobody can be asked, so nothing is approved: exit code 4.',
    command: () => on('prod', 'approve', EXIT.notApproved),
  },
  {
    title: 'The wrong name',
    says: 'Whoever approves types the name of the environment, exactly.',
    command: () => on('prod', 'approve', EXIT.notApproved, ['--confirm', 'production']),
  },
  {
    title: 'The right name, but nobody at a terminal',
    says: 'For a protected environment an option is not enough: a person approves this very plan at a terminal.',
    command: () => on('prod', 'approve', EXIT.notApproved, ['--confirm', 'prod']),
  },
  {
    title: 'An automated agent',
    says: 'Coding agents announce themselves by a variable. They may do everything up to here, and may not approve for a protected environment.',
    command: () => ({
      ...on('prod', 'approve', EXIT.notApproved, ['--confirm', 'prod']),
      variables: { AGENT: 'example' },
    }),
  },
];

const staging: readonly Station[] = [
  {
    title: 'The rename is mended, and somebody has been here',
    says: 'The migration is not applied anywhere, so it may still be corrected. From here on the tour works on "staging", the unprotected twin with the same rows. There, a column was added by hand, and it collides with the plan.',
    happens: async (stage) => {
      await stage.project.editMigration(RENAME_MIGRATION, () => `${RENAME}\n`);
      return `${RENAME_MIGRATION} is now: ${RENAME}\n${byHand('staging.db', HAND_MADE_COLUMN)(stage)}`;
    },
    command: () => on('staging', 'plan', EXIT.precondition),
  },
  {
    title: 'Drift that does not collide is left alone',
    says: 'The column is taken back. A view that somebody made by hand stays: the plan does not touch what it reads, so it is named as drift and kept. Sync stops where the approval is missing, with a plan that is made and rehearsed.',
    happens: (stage) => {
      const back = byHand('staging.db', TAKEN_BACK)(stage);
      return `${back}\n${byHand('staging.db', HAND_MADE_VIEW)(stage)}`;
    },
    command: () => on('staging', 'sync', EXIT.notApproved),
  },
  {
    title: 'The name alone does not accept a loss',
    says: 'The name is right now, and no terminal is demanded here. But each destructive hazard is accepted by its code and with a reason, or not at all.',
    command: () => on('staging', 'apply', EXIT.notApproved, ['--confirm', 'staging']),
  },
  {
    title: 'The plan is stale',
    says: 'Between plan and apply somebody adds a column. Everything is approved this time; but under the lock the database is inspected again, and it is no longer the one that was planned for.',
    happens: byHand('staging.db', BETWEEN),
    command: async (stage) =>
      on('staging', 'apply', EXIT.precondition, [
        '--confirm',
        'staging',
        '--plan',
        await stage.planName('staging'),
        ...(await acceptances(stage)),
      ]),
  },
  {
    title: 'Applied, with a backup before the first write',
    says: 'The column is taken back, so the plan is true again, and the approval of a moment ago was not used up. The backup is taken and checked, each statement is written to a journal before and after it is sent, and the migrations are recorded in the ledger of Prisma.',
    happens: byHand('staging.db', BETWEEN_BACK),
    command: () => on('staging', 'apply', EXIT.done, ['--confirm', 'staging']),
  },
  {
    title: 'The proof',
    says: 'A fresh snapshot is compared with the predicted one; the ledger and the rows of untouched tables are checked. The view made by hand is still there.',
    command: () => on('staging', 'verify', EXIT.done),
  },
  {
    title: 'What stays behind',
    says: 'Five documents for people, each rendered from a JSON artifact for programs; the plan is also a page for a browser.',
    shows: (stage) => stage.documents('staging'),
  },
];

/** The stations in order. */
export const STATIONS: readonly Station[] = [...production, ...staging];

/** Only at a terminal with `--step`: the person who takes the tour approves. */
export const IN_PERSON: Station = {
  title: 'Your turn: approve "prod" yourself',
  says: 'This is your terminal, so here you are the person. Read the plan, answer, and type the name of the environment; or press Ctrl-C, which is a refusal like any other. It is a throwaway copy.',
};
