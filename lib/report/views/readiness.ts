// How far a plan has come: rehearsed, approved, and how to approve it. Pure.
import type { Acceptance, Actor, Approval } from '../../approve/model.ts';
import type { Rehearsal } from '../../rehearse/model.ts';
import { describeChange, type Hash, shortHash } from '../../schema/index.ts';
import {
  type Advice,
  advice,
  backupDecision,
  count,
  duration,
  type Fact,
  instant,
  named,
  said,
} from '../words.ts';
import type { PlanDocument } from './plan-document.ts';

export interface RehearsalView {
  readonly state: 'missing' | 'foreign' | 'passed' | 'failed';
  readonly headline: string;
  readonly facts: readonly Fact[];
  readonly caveats: readonly string[];
  /** Predicted against reached, one line each. */
  readonly differences: readonly string[];
  readonly again: readonly string[];
  /** The engine's words, or ''. */
  readonly failure: string;
}

export interface ApprovalView {
  readonly state: 'missing' | 'foreign' | 'given';
  readonly headline: string;
  readonly facts: readonly Fact[];
  readonly accepted: readonly Acceptance[];
  readonly commands: readonly Advice[];
}

const withoutRehearsal = (state: 'missing' | 'foreign', headline: string): RehearsalView => ({
  state,
  headline,
  facts: [],
  caveats: [],
  differences: [],
  again: [],
  failure: '',
});

const rehearsalHeadline = (rehearsal: Rehearsal): string => {
  const where = `on ${rehearsal.replica}`;
  if (rehearsal.outcome === 'failed') return `The rehearsal ${where} failed.`;
  const sure = rehearsal.faithful ? '' : ', with the reservations below';
  return `The rehearsal ${where} reached the predicted schema in ${duration(rehearsal.durationMs)}${sure}.`;
};

/** What the rehearsal showed of the migrations' own way back. */
export const wayBackLines = (rehearsal: Rehearsal | null): readonly string[] => {
  const tried = rehearsal?.wayBack;
  if (!rehearsal || !tried) return [];
  const where = `Tried on ${rehearsal.replica}: the migrations' own way back`;
  const rows = 'Rows that the plan deletes or changes do not come back by it.';
  if (tried.outcome === 'returns') return [`${where} leads to the schema from before. ${rows}`];
  if (tried.outcome === 'failed') return [`${where} fails: ${tried.failure ?? ''}`];
  if (tried.outcome === 'missing')
    return ['Not every migration brings a way back of its own; none was tried.'];
  const changes = tried.difference?.changes.map(describeChange) ?? [];
  return [`${where} does not lead to the schema from before. It leaves:`, ...changes];
};

/** What the rehearsal of this very plan showed. */
export const rehearsalView = (rehearsal: Rehearsal | null, plan: Hash): RehearsalView => {
  if (!rehearsal)
    return withoutRehearsal('missing', 'This plan was not rehearsed yet; it cannot be approved before.');
  if (rehearsal.plan !== plan) {
    return withoutRehearsal(
      'foreign',
      `The rehearsal at hand is of another plan (${shortHash(rehearsal.plan)}).`,
    );
  }
  return {
    state: rehearsal.outcome,
    headline: rehearsalHeadline(rehearsal),
    facts: [
      said('Replica', rehearsal.replica),
      said(
        'Holds data',
        rehearsal.holdsData
          ? 'all that the target has'
          : 'no: failures that only data can cause were not seen',
      ),
      said(
        'Statements',
        `${count(rehearsal.steps.length, 'statement')} in ${duration(rehearsal.durationMs)}`,
      ),
      said(
        'Planned again',
        rehearsal.again === 'nothing' ? 'nothing was left to do' : 'something was left to do',
      ),
      named('Predicted', rehearsal.predicted),
      named('Reached', rehearsal.reached),
    ],
    caveats: rehearsal.caveats,
    differences: rehearsal.difference.changes.map(describeChange),
    again: rehearsal.againMessages,
    failure: rehearsal.failure ?? '',
  };
};

/** `jo@desk, a person at a terminal`. */
export const actorLine = (actor: Actor): string => {
  const kind = { person: 'a person', automation: 'automation', agent: 'an automated agent' }[actor.kind];
  const marker = actor.marker ? `, recognised by ${actor.marker}` : '';
  return `${actor.name}, ${kind}${actor.terminal ? ' at a terminal' : ' without a terminal'}${marker}`;
};

const given = (approval: Approval): ApprovalView => ({
  state: 'given',
  headline: `Approved by ${actorLine(approval.actor)} at ${instant(approval.approvedAt)}.`,
  facts: [
    said('Typed', approval.typed),
    named('Database', approval.target.display),
    named('Identity', approval.target.identity),
    named('Rehearsal', approval.rehearsal),
    said('Backup', backupDecision(approval.backup)),
    said('Valid until', `${instant(approval.expiresAt)}, for one run`),
  ],
  accepted: approval.accepted,
  commands: [],
});

/** Who approved this very plan, or how to. */
export const approvalView = (document: PlanDocument): ApprovalView => {
  const approval = document.approval?.body ?? null;
  if (approval && approval.plan === document.hash) return given(approval);
  const { environment } = document.plan.body.target;
  return {
    state: approval ? 'foreign' : 'missing',
    headline: approval
      ? `The approval at hand is for another plan (${shortHash(approval.plan)}).`
      : `Nothing was written. A person approves this plan by typing the name of the environment, ${environment}.`,
    facts: [],
    accepted: [],
    commands: advice(document.approve),
  };
};
