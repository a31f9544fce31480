// The hazards of SQLite on real files: each code is shown where it is due and not where it only looks so; what is called certain to
// fail does fail; every question that is asked has an answer.
import * as assert from 'uvu/assert';
import { rules } from '../../lib/dialects/sqlite/hazards.ts';
import { PROCESS_RULES } from '../../lib/risk/index.ts';
import { HAZARD_CASES } from '../cases/sqlite-hazards.ts';
import { spec } from '../helpers/spec.ts';
import { temporaryFolder } from '../helpers/sqlite-file.ts';
import { outcomeOf } from '../helpers/sqlite-risk.ts';

/** Decided elsewhere, or not by the text and structure of one plan. */
const NOT_HERE = ['sqlite-wrong-file', 'sqlite-no-lock-driver'];
/** Every code that there is. */
const KNOWN = new Set([...rules, ...PROCESS_RULES].map((rule) => rule.code));

const parse = (text: string): { code: string; severity: string | undefined; certain: boolean } => {
  const [code = '', severity] = text.replace('!', '').split('=');
  return { code, severity, certain: text.endsWith('!') };
};

spec('sqlite-hazards', ({ test, before }) => {
  let folder = '';
  before(async () => {
    folder = await temporaryFolder();
  });

  for (const [index, one] of HAZARD_CASES.entries()) {
    test(one.name, async () => {
      const outcome = await outcomeOf(folder, String(index), one);
      const shown = outcome.hazards;
      assert.equal(outcome.refused, []);
      const list = shown
        .map(({ code, severity, willFail }) => `${code}=${severity}${willFail ? '!' : ''}`)
        .join(', ');
      for (const expected of one.shows.map(parse)) {
        const found = shown.filter((hazard) => hazard.code === expected.code);
        assert.ok(found.length > 0, `${expected.code} is not among: ${list}`);
        if (expected.severity)
          assert.ok(
            found.some((hazard) => hazard.severity === expected.severity),
            list,
          );
        assert.is(
          found.some((hazard) => hazard.willFail === true),
          expected.certain,
          `${expected.code} among: ${list}`,
        );
      }
      for (const code of one.not ?? [])
        assert.not.ok(
          shown.some((hazard) => hazard.code === code),
          `${code} among: ${list}`,
        );

      const certain = shown.filter((hazard) => hazard.willFail).map((hazard) => hazard.code);
      if (one.version === undefined) {
        const failed = outcome.failure !== null;
        assert.is(failed, certain.length > 0 || one.fails === true, `${outcome.failure} but ${list}`);
      }
      for (const hazard of [...shown, ...outcome.dismissed]) {
        assert.ok(KNOWN.has(hazard.code), hazard.code);
        for (const evidence of hazard.evidence)
          assert.type(evidence.count, 'number', `${hazard.code}: ${evidence.question}`);
        assert.not.match(`${hazard.subject}${hazard.message}${hazard.remedy}`, /[\u0000-\u001f]/);
        assert.is(hazard.probe === undefined, !outcome.dismissed.includes(hazard));
      }
    });
  }

  test('every code has a case that shows it and one that does not', () => {
    const shown = new Set(HAZARD_CASES.flatMap((one) => one.shows.map((text) => parse(text).code)));
    const missed = new Set(HAZARD_CASES.flatMap((one) => one.not ?? []));
    const wanted = rules.map((rule) => rule.code).filter((code) => !NOT_HERE.includes(code));
    assert.equal(
      wanted.filter((code) => !shown.has(code)),
      [],
    );
    assert.equal(
      wanted.filter((code) => !missed.has(code)),
      [],
    );
    assert.equal(
      [...shown, ...missed].filter((code) => !KNOWN.has(code)),
      [],
    );
  });
});
