// Every dependency of package.json has its line in reference/dependencies.md, and no line is about one that is gone.
import { readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { spec } from '../helpers/spec.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

const namesIn = (manifest: unknown, groups: readonly string[]): string[] => {
  if (manifest === null || typeof manifest !== 'object') return [];
  const record = Object.entries(manifest);
  return groups.flatMap((group) => {
    const found: unknown = record.find(([key]) => key === group)?.[1];
    return found !== null && typeof found === 'object' ? Object.keys(found) : [];
  });
};

/** Package and reason of each row of the tables below a heading. */
const rowsBelow = (source: string, heading: string): readonly (readonly [string, string])[] => {
  const section = source.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return [...section.matchAll(/^\| `([^`]+)` \| (.*) \|$/gm)].map(
    ([, name = '', reason = '']) => [name, reason] as const,
  );
};

const SECTIONS: readonly (readonly [string, readonly string[]])[] = [
  ['At run time', ['dependencies', 'optionalDependencies']],
  ['For development', ['devDependencies']],
];

spec('docs: dependencies', ({ test }) => {
  const manifest: unknown = JSON.parse(read('package.json'));
  const page = read('reference/dependencies.md');
  for (const [heading, groups] of SECTIONS) {
    const wanted = namesIn(manifest, groups).sort();
    const rows = rowsBelow(page, heading);

    test(`${heading}: exactly the packages of package.json, each once`, () => {
      assert.ok(wanted.length > 5, 'package.json was not read');
      assert.equal(rows.map(([name]) => name).sort(), wanted);
    });

    test(`${heading}: each earns its place in one line`, () => {
      for (const [name, reason] of rows) assert.ok(reason.length > 10, name);
    });
  }
});
