// The plan on a screen: short, but with everything that decides. Pure: returns lines, prints nothing.
import type { Plan } from '../plan/model.ts';
import { type HazardView, number, planView } from '../report/index.ts';
import type { Hash } from '../schema/index.ts';
import { hanging, wrap } from './layout.ts';
import { bullet, facts, heading, inline, outcomeLine } from './output.ts';
import type { Style, Tone } from './style.ts';
import { changeLines, type Place } from './summaries.ts';

const SHOWN_CHANGES = 15;
/** Groups of hazards. */
const SHOWN_HAZARDS = 12;
/** Hazards of one code that are told in full: each that somebody decides has rows of its own. */
const SHOWN_OF_A_CODE = { open: 3, decided: 1 };
/** Names behind `and 9 more of the same`; of what somebody must decide, every one. */
const SHOWN_NAMES = 6;

const SEVERITY_TONES: Readonly<Record<HazardView['severity'], Tone>> = {
  destructive: 'bad',
  blocking: 'warning',
  breaking: 'warning',
  advice: 'accent',
};

const STANDING_TONES: Readonly<Record<string, Tone>> = {
  nothing: 'good',
  ready: 'good',
  approved: 'good',
  decide: 'warning',
  blocked: 'bad',
};

/** Whether the plan waits for a person because of it. */
const isOpen = ({ decision, willFail }: HazardView): boolean =>
  decision.state === 'open' || decision.state === 'denied' || willFail;

const hazardLines = (style: Style, hazard: HazardView): string[] => {
  const tone = SEVERITY_TONES[hazard.severity];
  const open = isOpen(hazard);
  const title = `${hazard.severity === 'advice' ? 'to read' : hazard.severity}: ${hazard.code} on ${hazard.subject}`;
  const head = hanging(
    `  ${style.paint(tone, open ? style.symbols.warning : style.symbols.bullet)} `,
    inline(style, title),
    {
      width: style.width,
      tone: (line) => style.paint(tone, line),
    },
  );
  const detail = (text: string): string[] => wrap(inline(style, text), style.width, 4);
  const labelled = (label: string, text: string): string[] =>
    hanging(`    ${style.paint('quiet', `${label}:`)} `, inline(style, text), { width: style.width });
  return [
    ...head,
    ...detail(hazard.willFail ? `This will fail. ${hazard.message}` : hazard.message),
    ...hazard.evidence.flatMap((line) => labelled('Evidence', line)),
    ...(open ? labelled('Remedy', hazard.remedy) : []),
    ...(hazard.decision.line === ''
      ? []
      : hanging(`    ${style.paint('quiet', 'Decision:')} `, inline(style, hazard.decision.line), {
          width: style.width,
          ...(open && { tone: (line: string) => style.paint('bad', line) }),
        })),
  ];
};

/** One code of one severity and one standing. */
const groupsOf = (hazards: readonly HazardView[]): readonly (readonly HazardView[])[] => {
  const groups = new Map<string, HazardView[]>();
  for (const hazard of hazards) {
    const key = [hazard.code, hazard.severity, hazard.willFail, hazard.decision.state].join(' ');
    const group = groups.get(key);
    if (group) group.push(hazard);
    else groups.set(key, [hazard]);
  }
  return [...groups.values()];
};

/** The first of a group, and the names of the others: a long plan says the same of many columns. */
const groupLines = (style: Style, group: readonly HazardView[]): string[] => {
  const open = group.some(isOpen);
  const shown = open ? SHOWN_OF_A_CODE.open : SHOWN_OF_A_CODE.decided;
  // A line that stands for one hazard saves nothing.
  const full = group.length <= shown + 1 ? group.length : shown;
  const others = group.slice(full);
  const names = [...new Set(others.map(({ subject }) => subject))];
  const most = open ? names.length : SHOWN_NAMES;
  const listed = [...names.slice(0, most), ...(names.length > most ? ['...'] : [])].join(', ');
  const line = `and ${number(others.length)} more of the same (${listed}): see the document`;
  return [
    ...group.slice(0, full).flatMap((hazard) => hazardLines(style, hazard)),
    ...(others.length === 0 ? [] : bullet(style, line, { indent: 4 })),
  ];
};

/** Names of one reason together. */
const heldLine = (held: Plan['held']): string => {
  const reasons = [...new Set(held.map((item) => item.reason))];
  const named = (reason: string): string =>
    held
      .filter((item) => item.reason === reason)
      .map((item) => item.migration)
      .join(', ');
  return reasons.map((reason) => `${named(reason)} (${reason})`).join('; ');
};

const rest = (style: Style, all: number, shown: number): string[] =>
  all > shown ? bullet(style, `and ${number(all - shown)} more in the document`, { indent: 2 }) : [];

/** The plan: target, work, changes, hazards with evidence and decision, atomicity, where to read on. */
export const summaryOfPlan = (
  style: Style,
  input: { readonly plan: Plan; readonly hash: Hash },
  place: Place,
): string[] => {
  const { plan, hash } = input;
  const artifact = { format: 1, kind: 'plan', previous: null, createdAt: '', body: plan } as const;
  const view = planView({ plan: artifact, hash, rehearsal: null, approval: null, approve: [] });
  const worstFirst = view.hazards.flatMap((group) => group.hazards);
  // A long list is cut short, and what has to be decided must not be in the part that is not shown.
  const hazards = [...worstFirst.filter(isOpen), ...worstFirst.filter((hazard) => !isOpen(hazard))];
  const groups = groupsOf(hazards);
  const told = groups.slice(0, SHOWN_HAZARDS);
  const { target, source, change } = plan;
  return [
    '',
    style.paint('quiet', inline(style, `Plan ${view.name}`)),
    ...outcomeLine(style, STANDING_TONES[view.standing] ?? 'warning', view.headline),
    ...(view.standing === 'blocked'
      ? view.decide.flatMap((line) => bullet(style, line, { tone: 'bad' }))
      : []),
    '',
    ...facts(style, [
      ['Environment', `${target.environment}${target.protected ? ' (protected)' : ''}`],
      ['Database', target.display],
      ['Server', `${target.product} ${target.version}`],
      ['Source', source.title],
      ['From', source.applied ?? 'nothing applied yet'],
      ['To', source.wanted ?? 'the declared schema'],
      ['Strategy', plan.reason === null ? plan.strategy : `${plan.strategy}: ${plan.reason}`],
      ['If it fails', `${view.atomicity.word}. ${view.atomicity.summary}`],
      ['Drift', plan.drift.status === 'none' ? '' : view.drift.headline],
      ['Backup', plan.backupRequired ? 'needed: data can be lost' : ''],
      ['Stays pending', heldLine(plan.held)],
      ['Complete', plan.uncovered || plan.uncoveredBecause ? view.uncoveredLine.replace(/:$/, '.') : ''],
      ['Document', place.document],
    ]),
    ...heading(style, `Changes (${number(change.changes.length)})`),
    ...change.changes.slice(0, SHOWN_CHANGES).flatMap((item) => changeLines(style, item)),
    ...rest(style, change.changes.length, SHOWN_CHANGES),
    ...heading(style, hazards.length === 0 ? 'Hazards: none known' : `Hazards (${view.hazardCounts})`),
    ...told.flatMap((group) => groupLines(style, group)),
    ...rest(style, hazards.length, told.flat().length),
  ];
};
