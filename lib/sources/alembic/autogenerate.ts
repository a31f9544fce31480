// What Alembic's autogenerate says of the models and a database, and revisions written from it. Reads the database, writes files only.
import path from 'node:path';
import type { Session } from '../../dialects/contract.ts';
import { DbsyncError } from '../../errors/index.ts';
import { type DifferenceLine, type Inspection, inspectionOf, textsOf } from './answer.ts';
import type { Workbench } from './setup.ts';

/** What autogenerate does not see; said in every report that relies on it. */
export const BLIND_SPOTS: readonly string[] = [
  'A renamed table or column shows as a drop and an add.',
  'CHECK constraints, triggers, views, functions, sequences, partitions, grants and policies are not compared.',
  'Server defaults are compared only where env.py sets compare_server_default.',
  'Types are compared only where env.py sets compare_type (the default from Alembic 1.12 on), and not inside ENUM values.',
  'Constraints without a name, and what env.py filters (include_object, include_name), are passed over.',
  'Only tables that the models imported by env.py declare are compared.',
];

/** Asks env.py and the ledger, and autogenerate where the database is at head. The engine refuses writes. */
export const inspect = async (
  bench: Workbench,
  session: Session,
  withDifference: boolean,
): Promise<Inspection> => {
  const answer = await bench.ask({
    do: 'inspect',
    doing: withDifference ? 'comparing the models with the database' : 'reading the ledger',
    address: session.address,
    readOnly: true,
    more: { difference: withDifference },
  });
  const found = inspectionOf(answer);
  if (found.table === bench.env.table && found.schema === bench.env.schema) return found;
  throw new DbsyncError('SOURCE_INVALID', {
    summary: `env.py keeps its ledger in ${found.schema ? `${found.schema}.` : ''}${found.table} when it is connected, and in ${bench.env.table} when it is not.`,
    why: 'dbsync must know the ledger before it looks at the database.',
    next: [
      'Pass the same version_table and version_table_schema to both context.configure() calls of env.py.',
    ],
  });
};

/** One difference as text: what it is, and its SQL where the database has such a statement. */
export const lineOf = ({ text, sql }: DifferenceLine): string =>
  sql === null ? `-- ${text}` : `-- ${text}\n${sql}`;

/** What a text of differences consists of: a difference may have several statements, with an empty line between them. */
export const partsOf = (text: string): readonly string[] => text.split('\n\n');

/** The models' lead over the migrations; '' where there is none, null where the project has no models to compare. */
export const uncoveredChange = async (bench: Workbench, session: Session): Promise<string | null> => {
  const found = await inspect(bench, session, true);
  if (!found.hasModels) return null;
  if (!found.atHead) {
    throw new DbsyncError('SOURCE_TOOL_FAILED', {
      summary: 'Autogenerate was asked on a database that is not at head.',
      why: 'The difference would mix what is pending with what is missing.',
      next: ['$ alembic heads', '$ alembic current'],
    });
  }
  return found.difference === null ? null : found.difference.map(lineOf).join('\n\n');
};

/** Writes a revision by autogenerate and runs nothing; the files, relative to the project. Throws SOURCE_TOOL_FAILED. */
export const createRevision = async (
  bench: Workbench,
  session: Session,
  title: string,
): Promise<readonly string[]> => {
  const answer = await bench.ask({
    do: 'revision',
    doing: 'writing a revision',
    address: session.address,
    readOnly: true,
    more: { message: title },
  });
  return textsOf(answer.files).map((file) => path.relative(bench.layout.root, file));
};
