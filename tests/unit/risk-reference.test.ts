// The page of hazards and the rules in the code say the same: a section for every code, a line for every code, no code too many.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { type HazardRule, PROCESS_RULES, SEVERITIES } from '../../lib/risk/index.ts';
import { spec } from '../helpers/spec.ts';

const root = path.resolve(import.meta.dirname, '../..');
const page = readFileSync(path.join(root, 'reference/hazards.md'), 'utf8');
const sections = new Map(
  page
    .split(/^### /m)
    .slice(1)
    .map((text) => [text.split('\n')[0] ?? '', text]),
);
const rows = [...page.matchAll(/^\| ((?:[a-z]+)-[a-z0-9-]+) \| (.+) \|$/gm)].map((match) => match[1] ?? '');

/** The rules of the process and those that each dialect exports from its `hazards.ts`; a dialect without the file is an error. */
const everyRule = async (): Promise<HazardRule[]> => {
  const dialects = path.join(root, 'lib/dialects');
  const files = readdirSync(dialects, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => path.join(dialects, name, 'hazards.ts'));
  const modules: readonly { readonly rules: readonly HazardRule[] }[] = await Promise.all(
    files.map((file) => import(file)),
  );
  return [...PROCESS_RULES, ...modules.flatMap((one) => one.rules)];
};

spec('risk-reference', ({ test }) => {
  test('the catalogue has its forty-seven process hazards, and no code twice', async () => {
    assert.is(PROCESS_RULES.length, 47);
    const codes = (await everyRule()).map((rule) => rule.code);
    assert.ok(codes.length > PROCESS_RULES.length);
    assert.equal([...new Set(codes)], codes);
  });

  test('every rule is one line of plain words', async () => {
    for (const rule of await everyRule()) {
      assert.match(rule.code, /^[a-z]+(-[a-z0-9]+)+$/);
      assert.ok(SEVERITIES.includes(rule.severity));
      assert.match(rule.effect, /^\S.*\.$/s, rule.code);
      assert.match(rule.remedy, /^\S.*\.$/s, rule.code);
    }
  });

  test('every rule has a section with its effect, severity, remedy and evidence', async () => {
    for (const rule of await everyRule()) {
      const section = sections.get(rule.code);
      assert.ok(section, `reference/hazards.md has no section ${rule.code}`);
      assert.ok(section.includes(rule.effect), rule.code);
      assert.ok(section.includes(`- Severity: ${rule.severity}`), rule.code);
      assert.ok(section.includes(`- Remedy: ${rule.remedy}`), rule.code);
      assert.match(section, /^- When: .+$/m);
      assert.match(section, /^- Evidence: .+$/m);
    }
  });

  test('every rule has a line that says whether it is decided, and nothing else has', async () => {
    const codes = (await everyRule()).map((rule) => rule.code).sort();
    assert.equal([...sections.keys()].sort(), codes);
    assert.equal([...rows].sort(), codes);
  });
});
