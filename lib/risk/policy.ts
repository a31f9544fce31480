// What is decided about each hazard before a person is asked: by the environment's policy, or in the migration itself. Pure.
import { hashOf, shortHash } from '../schema/index.ts';
import type { InlineAcceptance } from './inline.ts';
import type { Hazard, HazardRule } from './model.ts';
import { PROCESS_RULES } from './rules.ts';

/** What an environment says of a hazard code. */
export type PolicyDecision = 'allow' | 'deny' | { readonly accept: string };

export interface Policy {
  /** By hazard code. */
  readonly rules: Readonly<Record<string, PolicyDecision>>;
  /** What the migrations accept in their comments. */
  readonly inline: readonly InlineAcceptance[];
  /** Whether that counts in this environment. */
  readonly inlineAllowed: boolean;
}

export interface Decision {
  /** `hazardId` of the hazard. */
  readonly id: string;
  readonly code: string;
  /** `open`: a person must accept it by its code and with a reason. */
  readonly decision: 'open' | 'allowed' | 'accepted' | 'denied';
  /** Null while open, and where nobody needs to decide. */
  readonly by: 'policy' | 'inline' | null;
  readonly reason: string | null;
}

/** Names a hazard by what it is about: the same as long as code, subject and migration are. Twelve hex digits. */
export const hazardId = (hazard: Pick<Hazard, 'code' | 'subject' | 'migration'>): string =>
  shortHash(hashOf([hazard.code, hazard.subject, hazard.migration ?? null]));

const MUST_BE_ACCEPTED: ReadonlySet<string> = new Set(
  PROCESS_RULES.filter((rule: HazardRule) => rule.mustBeAccepted).map((rule) => rule.code),
);

/**
 * Whether a person must accept it: everything destructive, everything that nobody could analyse, and what fails on the data as
 * it is (which nobody is invited to accept, but whoever knows better may).
 */
export const needsAcceptance = (hazard: Pick<Hazard, 'code' | 'severity' | 'willFail'>): boolean =>
  hazard.severity === 'destructive' || hazard.willFail === true || MUST_BE_ACCEPTED.has(hazard.code);

const matches = (acceptance: InlineAcceptance, hazard: Hazard): boolean =>
  acceptance.code === hazard.code &&
  acceptance.migration === hazard.migration &&
  (hazard.line === undefined || acceptance.line === hazard.line);

const byPolicy = (hazard: Hazard, rule: PolicyDecision | undefined): Omit<Decision, 'id' | 'code'> | null => {
  if (rule === undefined) return null;
  if (rule === 'deny')
    return { decision: 'denied', by: 'policy', reason: `this environment denies ${hazard.code}` };
  if (rule === 'allow')
    return { decision: 'allowed', by: 'policy', reason: `this environment allows ${hazard.code}` };
  return { decision: 'accepted', by: 'policy', reason: rule.accept };
};

const byInline = (hazard: Hazard, policy: Policy): Omit<Decision, 'id' | 'code'> | null => {
  const found = policy.inline.find((acceptance) => matches(acceptance, hazard));
  if (!found) return null;
  if (policy.inlineAllowed) return { decision: 'accepted', by: 'inline', reason: found.reason };
  if (!needsAcceptance(hazard)) return null;
  const reason = `the migration accepts it ("${found.reason}"), which does not count in this environment`;
  return { decision: 'open', by: null, reason };
};

const otherwise = (hazard: Hazard): Omit<Decision, 'id' | 'code'> =>
  needsAcceptance(hazard)
    ? { decision: 'open', by: null, reason: null }
    : {
        decision: 'allowed',
        by: null,
        reason: `${hazard.severity} hazards are shown and need no acceptance`,
      };

const decide = (hazard: Hazard, policy: Policy): Decision => ({
  id: hazardId(hazard),
  code: hazard.code,
  ...(byPolicy(hazard, Object.hasOwn(policy.rules, hazard.code) ? policy.rules[hazard.code] : undefined) ??
    byInline(hazard, policy) ??
    otherwise(hazard)),
});

/** One decision for each hazard, in the hazards' order. The environment's policy outranks the migration's comment. */
export const applyPolicy = (hazards: readonly Hazard[], policy: Policy): readonly Decision[] =>
  hazards.map((hazard) => decide(hazard, policy));
