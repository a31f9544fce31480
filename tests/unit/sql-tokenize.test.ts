// Tokens: kinds, values, and that no character is lost.
import * as assert from 'uvu/assert';
import { type Token, tokenize } from '../../lib/sql/index.ts';
import { HOSTILE, MYSQL, POSTGRES, SPLIT_CASES, SQLITE } from '../cases/sql-split.ts';
import { spec } from '../helpers/spec.ts';

const joined = (tokens: readonly Token[]): string => tokens.map((token) => token.text).join('');
const kinds = (tokens: readonly Token[]): string =>
  tokens
    .filter((token) => token.kind !== 'space')
    .map((token) => `${token.kind}:${token.value ?? token.text}`)
    .join(' | ');

spec('sql-tokenize', ({ test }) => {
  test('no text loses a character, and offsets are where the text is', () => {
    for (const { text } of [...SPLIT_CASES, ...HOSTILE]) {
      for (const rules of [POSTGRES, MYSQL, SQLITE]) {
        const tokens = tokenize(text, rules);
        assert.is(joined(tokens), text);
        for (const token of tokens)
          assert.is(text.slice(token.offset, token.offset + token.text.length), token.text);
        assert.ok(tokens.every((token) => token.text.length > 0));
      }
    }
  });

  test('values are what is between the quotes', () => {
    assert.is(
      kinds(tokenize(`SELECT "a""b", [c d], \`e\`, 'it''s', x'00' FROM t1 WHERE f = ?1 AND g=:h`, SQLITE)),
      'word:SELECT | quoted-identifier:a"b | operator:, | quoted-identifier:c d | operator:, | quoted-identifier:e | operator:, | string:it\'s | operator:, | string:00 | word:FROM | word:t1 | word:WHERE | word:f | operator:= | parameter:?1 | word:AND | word:g | operator:= | parameter::h',
    );
    assert.is(
      kinds(tokenize(`SELECT "a\\"b", 'c\\n\\'d', @x, @@y.z # e`, MYSQL)),
      'word:SELECT | string:a"b | operator:, | string:c\n\'d | operator:, | parameter:@x | operator:, | parameter:@@y.z | comment:# e',
    );
    assert.is(
      kinds(tokenize(`SELECT $1, $t$a'b$t$, E'\\'', '\\' || U&"c"::text`, POSTGRES)),
      "word:SELECT | parameter:$1 | operator:, | string:a'b | operator:, | string:' | operator:, | string:\\ | operator:|| | quoted-identifier:c | operator::: | word:text",
    );
  });

  test('numbers stop where a range begins', () => {
    assert.is(
      kinds(tokenize('1 2.5 .5 1e-3 0xFF 1..10', SQLITE)),
      'number:1 | number:2.5 | number:.5 | number:1e-3 | number:0xFF | number:1 | operator:. | number:.10',
    );
  });

  test('a name of MySQL may begin with a digit, and a number stays a number', () => {
    assert.is(
      kinds(tokenize('2020_log 1a t.2b t.3 1e5 1e+5 0x1F .5 5-1', MYSQL)),
      'word:2020_log | word:1a | word:t | operator:. | word:2b | word:t | operator:. | number:3 | number:1e5 | number:1e+5 | number:0x1F | number:.5 | number:5 | operator:- | number:1',
    );
    assert.is(kinds(tokenize('1a', POSTGRES)), 'number:1 | word:a');
  });

  test('what is not closed says so', () => {
    for (const text of ["'a", '"a', '[a', '/* a', '`a']) {
      assert.is(tokenize(text, SQLITE).at(-1)?.unterminated, true, text);
    }
    assert.is(tokenize('$a$ b', POSTGRES).at(-1)?.unterminated, true);
    assert.is(tokenize("'a'", SQLITE).at(-1)?.unterminated, undefined);
  });
});
