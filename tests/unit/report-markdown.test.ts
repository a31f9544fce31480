// Markdown that no name can break: the four filters, and what every template does with a value.
import { readdirSync, readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { cell, code, fence, text } from '../../lib/report/markdown.ts';
import { oneLine, printable, printableView } from '../../lib/report/printable.ts';
import { renderMarkdown } from '../../lib/report/render.ts';
import { duration } from '../../lib/report/words.ts';
import { HOSTILE } from '../cases/report-artifacts.ts';
import { spec } from '../helpers/spec.ts';

const TEXTS: readonly (readonly [string, string])[] = [
  ['users', 'users'],
  ['user_name', 'user_name'],
  ['_private_', '\\_private\\_'],
  ['# not a heading', '\\# not a heading'],
  ['1. not a list', '1\\. not a list'],
  ['5.0 s', '5.0 s'],
  ['- not a list', '\\- not a list'],
  ['<b>x</b>', '&lt;b>x&lt;/b>'],
  ['a | b', 'a &#124; b'],
  ['a\\| b', 'a\\\\&#124; b'],
  ['**bold** [link](x)', '\\*\\*bold\\*\\* \\[link\\](x)'],
  ['see https://evil.example', 'see https\\://evil.example'],
  ['&lt; stays', '&amp;lt; stays'],
  ['one\ntwo\tthree', 'one two three'],
];

const CODES: readonly (readonly [string, string])[] = [
  ['users', '`users`'],
  ['a`b', '``a`b``'],
  ['`a``', '``` `a`` ```'],
  ['', '(empty)'],
  ['a\nb', '`a b`'],
];

spec('report: markdown', ({ test }) => {
  test('a duration is said in the units that matter', () => {
    const said = [0, 340, 2_100, 60_000, 185_000, 3_600_000, 4_800_000, 7_199_000].map(duration);
    assert.equal(said, ['0 ms', '340 ms', '2.1 s', '1 min', '3 min 5 s', '1 h', '1 h 20 min', '1 h 59 min']);
    assert.is(duration(null), '–');
  });

  for (const [given, wanted] of TEXTS) {
    test(`prose: ${JSON.stringify(given)}`, () => assert.is(text(given), wanted));
  }
  for (const [given, wanted] of CODES) {
    test(`code: ${JSON.stringify(given)}`, () => assert.is(code(given), wanted));
  }

  test('a cell with a pipe holds no pipe and no markup any more', () => {
    assert.is(cell('users'), '`users`');
    const made = cell('a|b`<i>\\|');
    assert.is(made, '<code>a&#124;b&#96;&#60;i&#62;&#92;&#124;</code>');
  });

  test('a fence is longer than every run of backticks inside', () => {
    assert.is(fence('select 1;\n', 'sql'), '```sql\nselect 1;\n```');
    assert.is(fence('-- `````\nselect 1'), '``````\n-- `````\nselect 1\n``````');
  });

  test('invisible characters are written out, everything else stays', () => {
    assert.is(
      printable('a\u001b[2Jb\u202ec\u200bd\ufeffe\u0085'),
      'a\\u001b[2Jb\\u202ec\\u200bd\\ufeffe\\u0085',
    );
    assert.is(printable('a\r\nb\n\tc'), 'a\nb\n\tc');
    assert.is(printable('a\rb'), 'a\\u000db');
    assert.is(printable('Größe 名前 🐘'), 'Größe 名前 🐘');
    assert.is(printable('\ud800x'), '\\ud800x');
    assert.is(oneLine(' a \r\n b\tc '), 'a b c');
    assert.equal(printableView({ a: ['\u0007', 1, null, { b: true }] }), {
      a: ['\\u0007', 1, null, { b: true }],
    });
  });

  test('nothing that a filter makes of a hostile name spans lines or holds a control character', () => {
    for (const filter of [text, code, cell]) {
      const made = filter(HOSTILE);
      assert.not.ok(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/.test(made), made);
      if (filter !== code) assert.not.ok(made.includes('|'), made);
      if (filter !== code) assert.not.ok(made.includes('<script'), made);
    }
  });

  test('every value of every template passes a filter, and no template switches escaping off', () => {
    const folder = new URL('../../templates/', import.meta.url);
    const files = readdirSync(folder).filter((name) => name.endsWith('.njk'));
    let outputs = 0;
    for (const name of files) {
      const source = readFileSync(new URL(name, folder), 'utf8');
      assert.not.ok(/\|\s*safe|autoescape|\{%-?\s*raw/.test(source), `${name} switches escaping off`);
      if (!name.endsWith('.md.njk')) continue;
      for (const [all, inside = ''] of source.matchAll(/\{\{(.*?)\}\}/gs)) {
        outputs += 1;
        const filtered = /\| (?:text|code|cell|fence(?:\("[a-z]+"\))?) $/.test(inside);
        const macro = /^ (?:facts|advice|lines|drift|problems)\([a-zA-Z.]+\) $/.test(inside);
        assert.ok(filtered || macro, `${name}: ${all} is printed as it is`);
      }
    }
    assert.ok(outputs > 100, `only ${outputs} outputs were read`);
  });

  test('a template that is fed the wrong view fails instead of printing nothing', () => {
    assert.throws(() => renderMarkdown('00-connection-check.md.njk', {}), /was given undefined/);
    assert.throws(() => renderMarkdown('../package.json', {}), /not the name of a template/);
  });
});
