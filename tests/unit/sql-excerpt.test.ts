// Excerpts: the caret stands below the character that is meant, and nothing reaches the terminal but text.
import * as assert from 'uvu/assert';
import { excerpt } from '../../lib/sql/index.ts';
import { spec } from '../helpers/spec.ts';

/** The character above the caret. */
const pointed = (shown: string): string => {
  const rows = shown.split('\n');
  const caret = rows.findIndex((row) => row.endsWith('^') && /^\s+\|/.test(row));
  return rows[caret - 1]?.[rows[caret]?.indexOf('^') ?? -1] ?? '';
};

spec('sql-excerpt', ({ test }) => {
  test('a line with its neighbours, its number and a caret', () => {
    assert.is(
      excerpt('CREATE TABLE t (\n\tid integr,\n  b int\n);', 21),
      ['  1 | CREATE TABLE t (', '> 2 |  id integr,', '    |     ^', '  3 |   b int'].join('\n'),
    );
  });

  test('the first and the last line have one neighbour', () => {
    assert.is(excerpt('a\nb', 0), ['> 1 | a', '    | ^', '  2 | b'].join('\n'));
    assert.is(excerpt('a\r\nb', 3), ['  1 | a', '> 2 | b', '    | ^'].join('\n'));
    assert.is(excerpt('', 0), ['> 1 |', '    | ^'].join('\n'));
    assert.is(excerpt('\nb', 1), ['  1 |', '> 2 | b', '    | ^'].join('\n'));
  });

  test('a statement further down counts its lines from there', () => {
    assert.match(excerpt('a\nb', 2, 41), /^> 42 \| b/m);
  });

  test('positions outside of the text mean its nearest end', () => {
    for (const position of [-5, 99, Number.NaN, 1.5]) assert.match(excerpt('abc', position), /\^$/m);
  });

  test('a wide line is cut around the caret', () => {
    for (const place of [0, 40, 5_000, 999_990, 1_000_000]) {
      const text = `${'a'.repeat(place)}Z${'b'.repeat(1_000_000 - place)}`;
      const shown = excerpt(text, place);
      assert.is(pointed(shown), 'Z');
      assert.ok(shown.split('\n').every((row) => row.length < 120));
    }
  });

  test('control and direction characters become question marks, and the caret stays', () => {
    const shown = excerpt('a\u001b[31m\u0007\u202e\u009bZ\u0000', 9);
    assert.is(pointed(shown), 'Z');
    assert.not.match(shown.replaceAll('\n', ''), /[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
  });
});
