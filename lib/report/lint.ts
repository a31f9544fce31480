// Hazards of texts in the words of other programs: SARIF for code scanning, annotations for the checks of a pull request. Pure.
import type { Decision, Hazard, HazardRule, Severity } from '../risk/index.ts';

/** What is told; hazards and decisions in the same order. */
export interface LintFindings {
  readonly hazards: readonly Hazard[];
  readonly decisions: readonly Decision[];
}

const PAGE = 'reference/hazards.md';

const LEVELS: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  destructive: 'error',
  blocking: 'warning',
  breaking: 'warning',
  advice: 'note',
};

const isOpen = (decision: Decision | undefined): boolean =>
  decision?.decision === 'open' || decision?.decision === 'denied';

/** What must be accepted is an error, whatever its severity; what was accepted is not. */
const levelOf = (hazard: Hazard, decision: Decision | undefined): 'error' | 'warning' | 'note' => {
  if (isOpen(decision)) return 'error';
  const level = LEVELS[hazard.severity];
  return level === 'error' ? 'note' : level;
};

const ruleOf = (rule: HazardRule): object => ({
  id: rule.code,
  shortDescription: { text: rule.effect },
  fullDescription: { text: rule.effect },
  help: {
    text: `${rule.effect} ${rule.remedy}`,
    markdown: `${rule.effect}\n\n**Remedy**: ${rule.remedy}\n\nSee \`${PAGE}#${rule.code}\`.`,
  },
  defaultConfiguration: { level: LEVELS[rule.severity] },
  properties: { severity: rule.severity },
});

const locationOf = (hazard: Hazard): object[] =>
  hazard.file === undefined
    ? []
    : [
        {
          physicalLocation: {
            artifactLocation: {
              uri: hazard.file.split('/').map(encodeURIComponent).join('/'),
              uriBaseId: '%SRCROOT%',
            },
            region: { startLine: hazard.line ?? 1 },
          },
        },
      ];

const resultOf = (hazard: Hazard, decision: Decision | undefined, index: number): object => ({
  ruleId: hazard.code,
  ruleIndex: index,
  level: levelOf(hazard, decision),
  message: { text: `${hazard.message} ${hazard.remedy}` },
  locations: locationOf(hazard),
  partialFingerprints: { 'dbsync/v1': decision?.id ?? hazard.code },
  ...(decision?.decision === 'accepted' && {
    suppressions: [
      {
        kind: decision.by === 'inline' ? 'inSource' : 'external',
        status: 'accepted',
        justification: decision.reason ?? '',
      },
    ],
  }),
  properties: { severity: hazard.severity, subject: hazard.subject },
});

/** A SARIF 2.1.0 log (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html), with the rules that were met. */
export const sarif = (findings: LintFindings, rules: readonly HazardRule[], version: string): string => {
  const met = new Set(findings.hazards.map(({ code }) => code));
  const own = rules.filter(({ code }) => met.has(code));
  const results = findings.hazards.map((hazard, index) =>
    resultOf(
      hazard,
      findings.decisions[index],
      own.findIndex(({ code }) => code === hazard.code),
    ),
  );
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'dbsync', version, rules: own.map(ruleOf) } },
        columnKind: 'utf16CodeUnits',
        results,
      },
    ],
  };
  return JSON.stringify(log, null, 2);
};

/** Escapes as the runner undoes them (actions/toolkit, packages/core/src/command.ts). */
const escapeData = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const escapeProperty = (text: string): string =>
  escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

const WORDS = { error: 'error', warning: 'warning', note: 'notice' } as const;

/** One workflow command of GitHub for each hazard that nobody accepted: `::warning file=...,line=...,title=...::...`. */
export const annotations = ({ hazards, decisions }: LintFindings): string =>
  hazards
    .flatMap((hazard, index) => {
      const decision = decisions[index];
      if (decision?.decision === 'accepted') return [];
      const place =
        hazard.file === undefined ? '' : `file=${escapeProperty(hazard.file)},line=${hazard.line ?? 1},`;
      const text = escapeData(`${hazard.message} ${hazard.remedy}`);
      return [`::${WORDS[levelOf(hazard, decision)]} ${place}title=${escapeProperty(hazard.code)}::${text}`];
    })
    .join('\n');
