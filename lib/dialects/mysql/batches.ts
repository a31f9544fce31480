// Groups a migration's statements into what MySQL and MariaDB do as a whole: each DDL statement by itself, data statements together.
// Pure; `transaction.ts` carries it out. Source: manual, "Statements That Cause an Implicit Commit".
import type { Statement } from '../../sql/index.ts';
import type { Batch } from '../contract.ts';
import { wordsOf } from './scan/words.ts';
import { classify } from './scan.ts';

const DDL =
  'MySQL and MariaDB commit before and after every schema statement; one ALTER or CREATE by itself is done or not done (from ' +
  'MySQL 8.0 and MariaDB 10.6 on).';
const DATA =
  'Data statements that follow one another are one transaction, and are rolled back together (on InnoDB tables; MyISAM and Aria ' +
  'tables do not roll back).';
const SESSION =
  'It sets the session and changes nothing in the database; it holds for the statements after it.';
const OWN =
  'The file begins and ends a transaction of its own, so it is sent as it is; a schema statement within it commits it early.';
const OPAQUE =
  'What it runs cannot be read from its text, and may commit by itself, so it stands alone and counts as not undoable.';

type Group = 'data' | 'ddl' | 'session' | 'opaque' | 'own';

const beginsOwn = (verb: string, texts: readonly string[]): boolean =>
  verb === 'BEGIN' || (verb === 'START' && texts[1] === 'TRANSACTION') || verb === 'XA';

const endsOwn = (verb: string, texts: readonly string[]): boolean =>
  verb === 'COMMIT' || (verb === 'ROLLBACK' && !texts.includes('TO'));

const groupOf = (statement: Statement): Exclude<Group, 'own'> => {
  const { kind, transactional } = classify(statement);
  if (kind === 'ddl') return 'ddl';
  if (kind === 'opaque') return 'opaque';
  if (kind === 'dml' && transactional) return 'data';
  if (kind === 'query') return 'data';
  return kind === 'dml' ? 'opaque' : 'session';
};

const BECAUSE: Readonly<Record<Group, string>> = {
  data: DATA,
  ddl: DDL,
  session: SESSION,
  opaque: OPAQUE,
  own: OWN,
};

const batchOf = (group: Group, statements: readonly Statement[]): Batch => ({
  transactional: group === 'data',
  statements,
  settings: {},
  because: BECAUSE[group],
});

interface Run {
  group: Group;
  statements: Statement[];
}

/** See `Dialect.batches`. Order is never changed; neighbours of one group that may stand together do. */
export const batches = (statements: readonly Statement[]): readonly Batch[] => {
  const runs: Run[] = [];
  let own: Run | null = null;
  for (const statement of statements) {
    const texts = wordsOf(statement.text).map((word) => word.text);
    const verb = classify(statement).kind === 'transaction' ? (texts[0] ?? '') : '';
    if (own) {
      own.statements.push(statement);
      if (endsOwn(verb, texts)) own = null;
      continue;
    }
    if (beginsOwn(verb, texts)) {
      own = { group: 'own', statements: [statement] };
      runs.push(own);
      continue;
    }
    const group = groupOf(statement);
    const last = runs.at(-1);
    const joins = last?.group === group && (group === 'data' || group === 'session');
    if (last && joins) last.statements.push(statement);
    else runs.push({ group, statements: [statement] });
  }
  return runs.map((run) => batchOf(run.group, run.statements));
};
