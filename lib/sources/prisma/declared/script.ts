// Statements as the text of a migration, with the headings that Prisma's own migrations have. Pure.
import type { BringingStatement } from '../../../dialects/contract.ts';

const HEADINGS: Readonly<Record<BringingStatement['what'], string>> = {
  'drop-foreign-key': 'DropForeignKey',
  'alter-table': 'AlterTable',
  'drop-table': 'DropTable',
  'create-table': 'CreateTable',
  'add-foreign-key': 'AddForeignKey',
};

/** The script; `''` where there is nothing to do. */
export const scriptOf = (statements: readonly BringingStatement[]): string =>
  statements.map(({ what, sql }) => `-- ${HEADINGS[what]}\n${sql};\n`).join('\n');

/** The script with its warnings at the head, as a migration for review. */
export const withWarnings = (script: string, warnings: readonly string[]): string => {
  if (warnings.length === 0 || script === '') return script;
  // A name may hold what ends a comment.
  const lines = warnings.map((line) => `  - ${line.replaceAll('*/', '* /').replaceAll(/[\r\n]+/g, ' ')}`);
  return `/*\n  Warnings:\n\n${lines.join('\n')}\n\n*/\n${script}`;
};
