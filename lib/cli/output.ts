// Blocks of a person's screen: headings, labelled facts, advice, errors. Pure: returns lines, prints nothing.
import type { DbsyncError } from '../errors/index.ts';
import { type Advice, advice, oneLine, printable } from '../report/index.ts';
import { hanging, padTo, widthOf, wrap } from './layout.ts';
import type { Style, Tone } from './style.ts';

/** Text from outside on one line, harmless to a terminal. */
export const inline = (style: Style, text: string): string => style.plain(oneLine(text));

/** Text from outside that may have several lines. */
export const lines = (style: Style, text: string): string =>
  style.plain(printable(text).replaceAll('\t', '  '));

/** A question as a terminal may show it: whole words, and no name from a database that moves the cursor. */
export const question = (style: Style, text: string): string =>
  wrap(inline(style, text), style.width - 4).join('\n  ');

/** A title of a block, with an empty line above. */
export const heading = (style: Style, text: string): string[] => [
  '',
  ...wrap(inline(style, text), style.width).map((line) => style.paint('strong', line)),
];

/** The outcome, with its symbol. */
export const outcomeLine = (style: Style, tone: Tone, text: string): string[] => {
  const marks: Partial<Record<Tone, string>> = {
    good: style.symbols.ok,
    warning: style.symbols.warning,
    bad: style.symbols.failed,
  };
  const mark = marks[tone] ?? style.symbols.bullet;
  return hanging(`${style.paint(tone, mark)} `, inline(style, text), {
    width: style.width,
    tone: (line) => style.paint('strong', line),
  });
};

/** `Target   /srv/shop.db`: labels in one column, values wrapped behind them. Empty values are left out. */
export const facts = (style: Style, items: readonly (readonly [string, string])[]): string[] => {
  const shown = items.filter(([, value]) => value !== '');
  const column = Math.max(0, ...shown.map(([label]) => widthOf(label))) + 2;
  return shown.flatMap(([label, value]) =>
    hanging(style.paint('quiet', padTo(label, column)), inline(style, value), { width: style.width }),
  );
};

/** `• text`, wrapped. */
export const bullet = (
  style: Style,
  text: string,
  options: { readonly mark?: string; readonly tone?: Tone; readonly indent?: number } = {},
): string[] => {
  const mark = options.mark ?? style.symbols.bullet;
  const painted = options.tone ? style.paint(options.tone, mark) : mark;
  return hanging(`${' '.repeat(options.indent ?? 0)}${painted} `, inline(style, text), {
    width: style.width,
  });
};

/** A command on a line of its own, whole: it is there to be copied. */
const command = (style: Style, text: string): string => `  $ ${style.paint('accent', inline(style, text))}`;

/** Lines that are there to be copied: whole, however wide. */
export const whole = (style: Style, text: string, indent = 2): string[] =>
  lines(style, text)
    .split('\n')
    .map((line) => `${' '.repeat(indent)}${line}`.trimEnd());

/** Lines that stand as they are (an excerpt with its caret): cut at the width, never folded. */
export const preformatted = (style: Style, text: string, indent = 2): string[] =>
  lines(style, text)
    .split('\n')
    .map((line) => {
      const room = style.width - indent;
      const short =
        widthOf(line) <= room
          ? line
          : `${[...line].slice(0, room - widthOf(style.symbols.more)).join('')}${style.symbols.more}`;
      return `${' '.repeat(indent)}${widthOf(short) <= room ? short : (wrap(line, room)[0] ?? '')}`.trimEnd();
    });

/** What to do, in order; commands stand by themselves. */
export const steps = (style: Style, items: readonly Advice[]): string[] =>
  items.flatMap((item) => {
    if (item.command) return [command(style, item.text)];
    return item.text.includes('\n')
      ? preformatted(style, item.text)
      : wrap(inline(style, item.text), style.width, 2);
  });

/** A line of an error excerpt: a number or the caret, then a bar. */
const EXCERPT = /^\s*(?:>\s*)?\d*\s*\| /;

const message = (style: Style, text: string): string[] => {
  const [first = '', ...others] = lines(style, text).split('\n');
  const mark = style.paint('bad', style.symbols.failed);
  const strong = (line: string): string => style.paint('strong', line);
  return [
    ...hanging(`${mark} `, first, { width: style.width, tone: strong }),
    ...others.flatMap((line) =>
      EXCERPT.test(line) ? preformatted(style, line) : wrap(line, style.width, 2),
    ),
  ];
};

/** An expected refusal or failure: the fact, why, what to do, the code and where it is explained. */
export const errorBlock = (style: Style, error: DbsyncError): string[] => [
  '',
  ...message(style, error.message),
  ...(error.why === undefined ? [] : wrap(lines(style, error.why), style.width, 2)),
  ...(error.next.length > 0 ? ['', '  Next:', ...steps(style, advice(error.next))] : []),
  '',
  ...wrap(`${error.code}, exit code ${error.exitCode}. Explained in ${error.docs}`, style.width, 2).map(
    (line) => style.paint('quiet', line),
  ),
];
