// The hazards of texts on a screen: file by file, worst first. Pure: returns lines, prints nothing.
import type { LintReport } from '../phases/index.ts';
import { count } from '../report/index.ts';
import type { Decision, Hazard } from '../risk/index.ts';
import { hanging, wrap } from './layout.ts';
import { bullet, facts, inline, outcomeLine, whole } from './output.ts';
import type { Style, Tone } from './style.ts';

const TONES: Readonly<Record<Hazard['severity'], Tone>> = {
  destructive: 'bad',
  blocking: 'warning',
  breaking: 'warning',
  advice: 'accent',
};

const isOpen = (decision: Decision | undefined): boolean =>
  decision?.decision === 'open' || decision?.decision === 'denied';

const hazardLines = (style: Style, hazard: Hazard, decision: Decision | undefined): string[] => {
  const tone = TONES[hazard.severity];
  const open = isOpen(decision);
  const place = hazard.file === undefined ? (hazard.migration ?? '') : `${hazard.file}:${hazard.line ?? 1}`;
  const mark = style.paint(tone, open ? style.symbols.warning : style.symbols.bullet);
  const accepted = decision?.decision === 'accepted' ? ` Accepted: ${decision.reason ?? ''}` : '';
  return [
    ...hanging(`${mark} `, inline(style, `${place} ${hazard.severity} ${hazard.code}`), {
      width: style.width,
      tone: (line) => style.paint(tone, line),
    }),
    ...wrap(inline(style, `${hazard.message}${accepted}`), style.width, 4),
    ...(hazard.adjusted === undefined
      ? []
      : wrap(inline(style, `Because ${hazard.adjusted}.`), style.width, 4)),
    ...(hazard.severity === 'advice' && !open ? [] : wrap(inline(style, hazard.remedy), style.width, 4)),
    ...(hazard.rewrite === undefined ? [] : whole(style, hazard.rewrite, 6)),
  ];
};

/** Every hazard with its place, then how many there are and whether somebody must accept one. */
export const summaryOfLint = (style: Style, report: LintReport): string[] => {
  const { hazards, decisions, server } = report;
  const open = decisions.filter(isOpen).length;
  const told = `${count(hazards.length, 'hazard')} in ${count(report.migrations, 'migration')}`;
  const headline =
    open > 0 ? `${told}, ${open} of them to be accepted.` : `${told}; nothing has to be accepted.`;
  return [
    ...hazards.flatMap((hazard, index) => hazardLines(style, hazard, decisions[index])),
    ...report.problems.flatMap((problem) =>
      bullet(
        style,
        `${problem.file}:${problem.line}: a dbsync:accept comment accepts nothing. ${problem.message}`,
        {
          tone: 'warning',
        },
      ),
    ),
    ...(hazards.length > 0 ? [''] : []),
    ...outcomeLine(style, open > 0 ? 'bad' : 'good', headline),
    ...facts(style, [
      [
        'Read as',
        `${server.product} ${server.version}${server.assumed ? ' (assumed; --server-version states another)' : ''}`,
      ],
      ['Statements', String(report.statements)],
      ['Accept', open > 0 ? '-- dbsync:accept <code> <reason>, above the statement' : ''],
      ['Not asked', 'the rows: no database was looked at, so sizes and values are not known'],
    ]),
  ];
};
