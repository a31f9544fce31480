// A new migration as files, in Prisma's naming. Writes nothing: the caller does, where an environment allows it.
import type { Project } from '../contract.ts';

export interface MigrationDraft {
  /** `20260131120000_add_users`. */
  readonly id: string;
  /** Relative to the project's root, with their text. */
  readonly files: readonly { readonly path: string; readonly content: string }[];
}

/** Prisma shortens names to 200 characters (schema-engine commands, create_migration.rs). */
const MAX_NAME = 200;

/** A name as Prisma's CLI writes it: lower case, words joined by `_`. */
const slug = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, MAX_NAME) || 'migration';

/** The folder and files of a new migration with that SQL. The time is written in UTC, as Prisma does. */
export const draftMigration = (
  project: Pick<Project, 'detection'>,
  name: string,
  change: { readonly sql: string; readonly at: Date },
): MigrationDraft => {
  const stamp = change.at.toISOString().replace(/\D/g, '').slice(0, 14);
  const id = `${stamp}_${slug(name)}`;
  const content = change.sql.endsWith('\n') ? change.sql : `${change.sql}\n`;
  return { id, files: [{ path: `${project.detection.migrations}/${id}/migration.sql`, content }] };
};
