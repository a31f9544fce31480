// The view of `04-post-verify.md`: every proof with its evidence. Pure.
import type { Artifact } from '../../audit/envelope.ts';
import { describeChange, shortHash } from '../../schema/index.ts';
import type { TargetRef } from '../../target/index.ts';
import { explainedByDrift } from '../../verify/judge.ts';
import type { Compatibility, RowChange, Verification } from '../../verify/model.ts';
import { type Advice, advice, count, duration, type Fact, instant, named, number, said } from '../words.ts';

/** What the document is made from. */
export interface VerificationDocument {
  readonly verification: Artifact<'verification', Verification>;
  readonly target: Pick<TargetRef, 'environment' | 'display'>;
}

export interface Proof {
  readonly name: string;
  /** `attention`: not a contradiction by itself, as a running application writes too. */
  readonly state: 'proven' | 'contradicted' | 'attention' | 'unknown';
  /** `proven`, `NOT AS PROMISED`, `needs a look`, `could not be told`. */
  readonly word: string;
  readonly evidence: string;
}

export interface VerificationView {
  readonly headline: string;
  readonly environment: string;
  readonly outcome: Verification['outcome'];
  readonly reasons: readonly string[];
  readonly facts: readonly Fact[];
  readonly proofs: readonly Proof[];
  readonly remaining: readonly string[];
  readonly ledger: readonly string[];
  readonly tool: { readonly by: string; readonly messages: readonly string[] };
  readonly health: readonly { readonly line: string; readonly remedy: string; readonly code: string }[];
  readonly rows: readonly {
    readonly table: string;
    readonly before: string;
    readonly after: string;
    /** `touched by the plan`, `not touched`, `NOT TOUCHED, YET DIFFERENT`. */
    readonly word: string;
  }[];
  readonly compatibility: { readonly command: string; readonly line: string; readonly tail: string } | null;
  readonly upkeep: readonly Advice[];
  readonly madeAt: string;
}

const PROOF_WORDS: Readonly<Record<Proof['state'], string>> = {
  proven: 'proven',
  contradicted: 'NOT AS PROMISED',
  attention: 'needs a look',
  unknown: 'could not be told',
};

const proof = (name: string, state: Proof['state'], evidence: string): Proof => ({
  name,
  state,
  word: PROOF_WORDS[state],
  evidence,
});

const schemaProof = (body: Verification): Proof =>
  body.remaining.changes.length === 0 && body.predicted === body.actual
    ? proof('Schema is as predicted', 'proven', `fingerprint ${shortHash(body.actual)}, as predicted`)
    : proof(
        'Schema is as predicted',
        'contradicted',
        `fingerprint ${shortHash(body.actual)} instead of ${shortHash(body.predicted)}, ${count(body.remaining.changes.length, 'difference')}`,
      );

const toolProof = (body: Verification): Proof => {
  const { tool } = body;
  const name = 'The migration tool agrees';
  if (explainedByDrift(body)) {
    return proof(
      name,
      'attention',
      `${tool.by}: it sees what the plan left alone: drift that it recorded, or objects that are ignored`,
    );
  }
  const said = tool.messages.length > 0 ? `${tool.by}: ${tool.messages[0]}` : tool.by;
  const state = ({ agrees: 'proven', disagrees: 'contradicted', unavailable: 'unknown' } as const)[
    tool.status
  ];
  return proof(name, state, said);
};

/** A table that nobody meant to change, and whose rows are counted and different. */
const unexpected = (row: RowChange): boolean =>
  !row.touched && row.exact && row.before !== null && row.after !== null && row.before !== row.after;

const rowsProof = (body: Verification): Proof => {
  const name = 'Nothing else changed';
  const untouched = body.rows.filter((row) => !row.touched);
  const counted = untouched.filter((row) => row.exact && row.before !== null && row.after !== null);
  const changed = untouched.filter(unexpected);
  if (changed.length > 0) {
    return proof(name, 'attention', `rows of ${count(changed.length, 'untouched table')} differ`);
  }
  if (untouched.length === 0) return proof(name, 'unknown', 'there is no untouched table to compare');
  const uncounted = untouched.length - counted.length;
  if (counted.length === 0)
    return proof(name, 'unknown', `${count(untouched.length, 'untouched table')}, none counted exactly`);
  const rest = uncounted > 0 ? `, ${number(uncounted)} not counted exactly` : '';
  return proof(name, 'proven', `${count(counted.length, 'untouched table')} with the rows they had${rest}`);
};

const compatibilityProof = (check: Compatibility | null): Proof => {
  const name = "The project's own check passes";
  if (!check) return proof(name, 'unknown', 'the configuration names none');
  const took = duration(check.durationMs);
  if (check.exitCode === 0) return proof(name, 'proven', `exit code 0 in ${took}`);
  const end = check.exitCode === null ? 'it did not end by itself' : `exit code ${check.exitCode}`;
  return proof(name, 'contradicted', `${end} after ${took}`);
};

const proofsOf = (body: Verification): Proof[] => [
  schemaProof(body),
  proof(
    'The ledger is complete',
    body.ledger.complete ? 'proven' : 'contradicted',
    body.ledger.messages[0] ??
      (body.ledger.complete ? 'every migration of the plan is finished' : 'it is not'),
  ),
  toolProof(body),
  proof(
    'The database is healthy',
    body.health.length === 0 ? 'proven' : 'attention',
    body.health.length === 0 ? 'nothing found' : count(body.health.length, 'finding'),
  ),
  rowsProof(body),
  compatibilityProof(body.compatibility),
];

const rowView = (row: RowChange): VerificationView['rows'][number] => {
  const shown = (rows: number | null): string =>
    rows === null ? 'not counted' : `${row.exact ? '' : 'about '}${number(rows)}`;
  const word = row.touched
    ? 'touched by the plan'
    : unexpected(row)
      ? 'NOT TOUCHED, YET DIFFERENT'
      : 'not touched';
  return { table: row.table, before: shown(row.before), after: shown(row.after), word };
};

const headlineOf = (body: Verification, environment: string): string => {
  if (body.outcome === 'mismatch') {
    return `NOT AS PROMISED: ${body.reasons[0] ?? 'see the proofs below'}`;
  }
  return body.execution === null
    ? `Proven: ${environment} has what the code wants (nothing was run).`
    : `Proven: ${environment} has exactly the schema that was predicted.`;
};

/** Decides everything that the verification says. */
export const verificationView = ({ verification, target }: VerificationDocument): VerificationView => {
  const { body } = verification;
  return {
    headline: headlineOf(body, target.environment),
    environment: target.environment,
    outcome: body.outcome,
    reasons: body.reasons,
    facts: [
      said('Environment', target.environment),
      named('Database', target.display),
      ...(body.execution ? [named('Execution', body.execution)] : []),
      named('Predicted', body.predicted),
      named('Actual', body.actual),
    ],
    proofs: proofsOf(body),
    remaining: body.remaining.changes.map(describeChange),
    ledger: body.ledger.messages,
    tool: { by: body.tool.by, messages: body.tool.messages },
    health: body.health.map((finding) => ({
      line: `${finding.message} (${finding.subject}, ${number(finding.count)})`,
      remedy: finding.remedy,
      code: finding.code,
    })),
    rows: body.rows.map(rowView),
    compatibility: body.compatibility && {
      command: body.compatibility.command.join(' '),
      line: compatibilityProof(body.compatibility).evidence,
      tail: body.compatibility.tail.join('\n'),
    },
    upkeep: advice(body.upkeep),
    madeAt: instant(verification.createdAt),
  };
};
