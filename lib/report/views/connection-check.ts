// The view of `00-connection-check.md`: can the work begin, and if not, what to do first. Pure.
import type { Artifact } from '../../audit/envelope.ts';
import type { CheckResult, ConnectionCheck } from '../../preflight/model.ts';
import { type Advice, advice, count, duration, type Fact, instant, named, number, said } from '../words.ts';

export interface CheckView {
  readonly id: string;
  readonly title: string;
  readonly status: CheckResult['status'];
  /** `OK`, `warning`, `FAILED`, `skipped`. */
  readonly word: string;
  readonly message: string;
  readonly remedy: readonly Advice[];
  /** The error code, or ''. */
  readonly code: string;
  readonly docs: string;
  readonly took: string;
}

export interface ConnectionCheckView {
  readonly headline: string;
  readonly environment: string;
  readonly outcome: ConnectionCheck['outcome'];
  readonly facts: readonly Fact[];
  /** What asks for an action: failures, then warnings. */
  readonly attention: readonly CheckView[];
  readonly checks: readonly CheckView[];
  readonly madeAt: string;
}

const WORDS: Readonly<Record<CheckResult['status'], string>> = {
  ok: 'OK',
  warning: 'warning',
  failed: 'FAILED',
  skipped: 'skipped',
};

const checkView = (check: CheckResult): CheckView => ({
  id: check.id,
  title: check.title,
  status: check.status,
  word: WORDS[check.status],
  message: check.message,
  remedy: advice(check.remedy ?? []),
  code: check.code ?? '',
  docs: check.code ? `reference/errors.md#${check.code.toLowerCase()}` : '',
  took: duration(check.durationMs),
});

const headlineOf = (body: ConnectionCheck): string => {
  const having = (status: CheckResult['status']): number =>
    body.checks.filter((check) => check.status === status).length;
  if (body.checks.length === 0) return 'Nothing was checked.';
  const skipped = having('skipped') > 0 ? `, ${number(having('skipped'))} skipped` : '';
  const warned = count(having('warning'), 'warning');
  switch (body.outcome) {
    case 'failed':
      return `Not ready: ${number(having('failed'))} of ${count(body.checks.length, 'check')} failed, with ${warned}${skipped}.`;
    case 'passed-with-warnings':
      return `Ready, with ${warned} in ${count(body.checks.length, 'check')}${skipped}.`;
    case 'passed':
      return `Ready: ${count(having('ok'), 'check')} passed${skipped}.`;
  }
};

const origin = (body: ConnectionCheck): string => {
  const place = { environment: 'the environment', '.env': '.env', config: 'dbsync.config.ts' }[
    body.urlOrigin
  ];
  return body.urlVariable ? `${body.urlVariable}, from ${place}` : place;
};

const factsOf = (body: ConnectionCheck): Fact[] => {
  const { target } = body;
  const common = [
    said('Environment', `${body.environment}${target?.protected ? ' (protected)' : ''}`),
    named('Database', target?.display ?? body.display),
    said('URL from', origin(body)),
  ];
  if (!target) return [...common, said('Server', 'not known: there was no connection')];
  return [
    ...common,
    said('Server', `${target.product} ${target.version}`),
    named('Identity', target.identity),
    named('Instance', target.instance),
  ];
};

/** Decides everything that the connection check says. */
export const connectionCheckView = (
  artifact: Artifact<'connection-check', ConnectionCheck>,
): ConnectionCheckView => {
  const { body } = artifact;
  const checks = body.checks.map(checkView);
  const having = (status: CheckResult['status']): CheckView[] =>
    checks.filter((check) => check.status === status);
  return {
    headline: headlineOf(body),
    environment: body.environment,
    outcome: body.outcome,
    facts: factsOf(body),
    attention: [...having('failed'), ...having('warning')],
    checks,
    madeAt: instant(artifact.createdAt),
  };
};
