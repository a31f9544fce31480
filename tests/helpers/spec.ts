// A suite that cannot pass by running nothing: it runs itself, and an empty one fails.
import { suite } from 'uvu';

export type Define = (name: string, body: () => void | Promise<void>) => void;

export interface Spec {
  readonly test: Define;
  /** Counted and shown as skipped, with the reason; in CI a skip fails the run. */
  readonly skip: (name: string, reason: string) => void;
  /** Of another product than the one that the tests run on: shown, and no gap of this run. */
  readonly elsewhere: (name: string, product: string) => void;
  readonly before: (hook: () => void | Promise<void>) => void;
  readonly after: (hook: () => void | Promise<void>) => void;
  readonly afterEach: (hook: () => void | Promise<void>) => void;
}

/** uvu reads members of its own assertions (`details`, `code`) off any error, and stops without a word where they differ. */
const readable = (error: unknown): unknown => {
  if (!(error instanceof Error) || error.name.startsWith('Assertion')) return error;
  const code = 'code' in error ? `${String(error.code)}: ` : '';
  const plain = new Error(`${code}${error.message}`);
  if (error.stack !== undefined) plain.stack = error.stack;
  return plain;
};

/** Defines and runs one suite. */
export const spec = (name: string, define: (spec: Spec) => void): void => {
  const tests = suite(name);
  let count = 0;
  define({
    test: (title, body) => {
      count += 1;
      tests(title, async () => {
        try {
          await body();
        } catch (error) {
          throw readable(error);
        }
      });
    },
    skip: (title, reason) => {
      count += 1;
      process.stderr.write(`SKIPPED ${name}: ${title} (${reason})\n`);
      tests.skip(title);
    },
    elsewhere: (title, product) => {
      process.stderr.write(`NOT HERE ${name}: ${title} (of ${product})\n`);
    },
    before: (hook) => tests.before(async () => await hook()),
    after: (hook) => tests.after(async () => await hook()),
    afterEach: (hook) => tests.after.each(async () => await hook()),
  });
  if (count === 0) throw new Error(`The suite "${name}" holds no tests.`);
  tests.run();
};
