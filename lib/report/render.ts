// The only door to nunjucks. Templates are dbsync's own files; values are data and are never rendered as templates.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type nunjucks from 'nunjucks';
import { cell, code, fence, text } from './markdown.ts';
import { printableView } from './printable.ts';

/** Beside `lib/` in the sources; one level higher in a build, where this file lies in `dist/lib/report/`. */
const templateFolder = (): string => {
  const candidates = ['../../templates/', '../../../templates/'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  const found = candidates.find((folder) => existsSync(folder));
  if (!found) throw new Error(`The templates of dbsync are missing: looked in ${candidates.join(' and ')}.`);
  return found;
};

const require = createRequire(import.meta.url);

/** What a build has made of the templates: for each name the function that the engine would compile it to. */
type Compiled = Readonly<Record<string, object>>;

/** `templates.cjs` of the build; null in the sources, where the templates are compiled as they are needed. */
const loadCompiled = (): Compiled | null => {
  const file = fileURLToPath(new URL('../../templates.cjs', import.meta.url));
  return existsSync(file) ? require(file) : null;
};

/** The engine with its compiler, and the templates as texts. */
const fromTexts = (): { readonly engine: typeof nunjucks; readonly loader: nunjucks.ILoader } => {
  const folder = templateFolder();
  return {
    engine: require('nunjucks'),
    loader: {
      getSource: (name) => {
        if (!/^[a-z0-9][a-z0-9.-]*\.njk$/.test(name))
          throw new Error(`"${name}" is not the name of a template.`);
        const path = `${folder}${name}`;
        return { src: readFileSync(path, 'utf8'), path, noCache: false };
      },
    },
  };
};

/** The engine without its compiler: a quarter of the time to load, and nothing to compile. */
const fromCompiled = (
  compiled: Compiled,
): { readonly engine: typeof nunjucks; readonly loader: nunjucks.ILoader } => ({
  engine: require('nunjucks/browser/nunjucks-slim.js'),
  loader: {
    getSource: (name) => {
      const obj = Object.hasOwn(compiled, name) ? compiled[name] : undefined;
      if (!obj) throw new Error(`"${name}" is not the name of a template.`);
      const src: unknown = { type: 'code', obj };
      // The engine's types know texts only; this is the form of its own loader of compiled templates.
      return { src: src as string, path: name, noCache: false };
    },
  },
});

/** A filter that refuses anything but text and numbers, so that a misspelt field fails instead of printing nothing. */
const strict =
  (name: string, filter: (value: string, argument?: string) => string) =>
  (value: unknown, argument?: unknown): string => {
    if (typeof value !== 'string' && typeof value !== 'number') {
      throw new Error(`The filter "${name}" was given ${value === null ? 'null' : typeof value}.`);
    }
    return filter(String(value), typeof argument === 'string' ? argument : undefined);
  };

const environment = (autoescape: boolean): nunjucks.Environment => {
  const compiled = loadCompiled();
  const { engine, loader } = compiled ? fromCompiled(compiled) : fromTexts();
  const made = new engine.Environment(loader, {
    autoescape,
    throwOnUndefined: true,
    trimBlocks: true,
    lstripBlocks: true,
  });
  for (const [name, filter] of Object.entries({ text, code, cell, fence }))
    made.addFilter(name, strict(name, filter));
  return made;
};

const environments = new Map<boolean, nunjucks.Environment>();
const environmentFor = (html: boolean): nunjucks.Environment => {
  const known = environments.get(html) ?? environment(html);
  environments.set(html, known);
  return known;
};

/** At most one empty line between two blocks outside of fences, and one line end at the end. */
const tidyMarkdown = (source: string): string => {
  const lines: string[] = [];
  let open = '';
  for (const line of source.split('\n')) {
    const marks = /^\s*(`{3,})/.exec(line)?.[1] ?? '';
    if (open === '' && line.trim() === '' && (lines.at(-1) ?? '') === '') continue;
    lines.push(open === '' ? line.trimEnd() : line);
    if (open === '') open = marks;
    else if (marks.length >= open.length && line.trim() === marks) open = '';
  }
  return `${lines.join('\n').trim()}\n`;
};

/** Renders a markdown template. Every value passes a filter of markdown.ts (a test reads the templates for it). */
export const renderMarkdown = (template: string, view: object): string =>
  tidyMarkdown(environmentFor(false).render(template, { view: printableView(view) }));

/** Renders an HTML template; every value is escaped by the engine. */
export const renderHtml = (template: string, view: object): string =>
  environmentFor(true).render(template, { view: printableView(view) });
