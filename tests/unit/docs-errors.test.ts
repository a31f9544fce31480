// reference/errors.md explains every code of the table, no other, and states the exit code that the table has.
import { readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { CODES, DbsyncError, type ErrorCode, EXIT } from '../../lib/errors/index.ts';
import { spec } from '../helpers/spec.ts';

const page = readFileSync(new URL('../../reference/errors.md', import.meta.url), 'utf8');

/** Code -> text of its section. */
const sections = new Map(
  page
    .split(/^(?=##+ )/m)
    .filter((part) => part.startsWith('### '))
    .map((part) => {
      const [head = '', ...rest] = part.split('\n');
      return [head.slice('### '.length).trim(), rest.join('\n').trim()] as const;
    }),
);

const codes = Object.keys(CODES) as ErrorCode[];

spec('docs: errors', ({ test }) => {
  test('every code has one section, and every section a code', () => {
    assert.ok(codes.length > 60, `${codes.length} codes`);
    assert.equal([...sections.keys()].sort(), [...codes].sort());
    assert.is(page.match(/^### /gm)?.length, codes.length, 'a section stands twice');
  });

  test('a section begins with the exit code of the table', () => {
    for (const code of codes) {
      const stated = /^Exit code (\d+)\. /.exec(sections.get(code) ?? '')?.[1];
      assert.is(stated, String(CODES[code]), code);
    }
  });

  test('a section says what to do next', () => {
    for (const code of codes) assert.match(sections.get(code) ?? '', /^Next: \S/m, code);
  });

  test('the table of exit codes is the one of the program', () => {
    const rows = [...page.matchAll(/^\| (\d+) \|/gm)].map(([, exit]) => Number(exit));
    assert.equal(rows, Object.values(EXIT));
  });

  test('the anchor that an error prints is the one of its section', () => {
    for (const code of codes) {
      const { docs } = new DbsyncError(code, { summary: 'x' });
      assert.is(docs, `reference/errors.md#${code.toLowerCase()}`);
    }
  });
});
