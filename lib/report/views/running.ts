// What the plan breaks for the version of the application that runs while it is applied: which part can go now, which must wait
// until no running code uses what it takes away. Pure.
import type { Plan } from '../../plan/model.ts';
import type { Hazard } from '../../risk/index.ts';
import { listed } from '../words.ts';

/** Codes, behind their database's prefix, of what running code notices. */
const NOTICED =
  /^[a-z]+-(drop-(?:and-recreate-column|table|column|view|materialized-view|schema|sequence|type|routine|trigger\S*|partition|policy-rls|not-null|cascade)|rename\S*|narrow\S*|suspected-rename|rename-as-drop-add|rebuild-column-lost|enum-(?:value-removal|set-remove)|(?:add-)?(?:required-column|not-null-\S+)|nullable-to-not-null|set-not-null-scan|change-(?:default|drops-attributes|type\S*)|grant-revoke)$/;

const breaks = ({ code, severity }: Hazard): boolean => severity !== 'advice' && NOTICED.test(code);

const inOrder = (plan: Plan): readonly string[] => [
  ...new Set(plan.batches.map(({ migration }) => migration)),
];

const lineOf = (migration: string, hazards: readonly Hazard[]): string => {
  const subjects = [...new Set(hazards.map(({ code, subject }) => `${subject} (${code})`))];
  return `Must wait until no running version needs it: ${migration}, because of ${listed(subjects)}.`;
};

/** One line each: what must wait, what can go now, and the switch that divides them; none where nothing running is broken. */
export const runningLines = (plan: Plan): readonly string[] => {
  const found = plan.hazards.filter(breaks);
  if (found.length === 0) return [];
  const migrations = inOrder(plan);
  const waiting = migrations.filter((id) => found.some(({ migration }) => migration === id));
  const [first] = waiting;
  const lines = waiting.map((id) =>
    lineOf(
      id,
      found.filter(({ migration }) => migration === id),
    ),
  );
  const elsewhere = found.filter(({ migration }) => !waiting.includes(migration ?? ''));
  if (elsewhere.length > 0) lines.push(lineOf('the change as a whole', elsewhere));
  const now = first === undefined ? [] : migrations.slice(0, migrations.indexOf(first));
  const last = now.at(-1);
  if (last === undefined) {
    lines.push(
      'Nothing stands before it that could go alone: first deploy code that works with both schemas.',
    );
    return lines;
  }
  lines.push(`Can go now, as the running version does not notice: ${listed(now)}.`);
  const isDestructive = found.some(
    ({ migration, severity }) => migration === first && severity === 'destructive',
  );
  lines.push(
    isDestructive
      ? `Plan with --hold-back (or --to ${last}) to apply only that, and the rest a release later.`
      : `Plan with --to ${last} to apply only that, and the rest a release later.`,
  );
  return lines;
};
