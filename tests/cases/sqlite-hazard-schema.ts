// What the hazard cases of SQLite have in common: their form, two tables, and the rebuilds that Prisma and Alembic write. Data only.
export interface HazardCase {
  readonly name: string;
  readonly schema: string;
  readonly data?: string;
  readonly migration: string;
  /** `code`, `code!` (certain to fail), `code=severity`. */
  readonly shows: readonly string[];
  /** Codes that must not be shown, although it looks alike. */
  readonly not?: readonly string[];
  /** The migration tool sends it, on its own connection. */
  readonly byTool?: true;
  /** Another library's version, where that is the point. */
  readonly version?: readonly number[];
  /** The migration fails on these rows for a reason that no hazard is certain of. */
  readonly fails?: true;
}

export const USERS = 'CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, email TEXT)';
export const ROWS = "INSERT INTO users VALUES (1, 'Ada', 'a@x'), (2, 'Bob', NULL), (3, NULL, 'a@x')";
export const POSTS =
  'CREATE TABLE posts (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users (id) ON DELETE CASCADE, body TEXT)';
export const POST_ROWS = "INSERT INTO posts VALUES (1, 1, 'x'), (2, 2, 'y')";

/** Prisma's RedefineTables, as its engine writes it. */
export const redefine = (columns: string, copied: string, selected = copied): string => `
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_users" (${columns});
INSERT INTO "new_users" (${copied}) SELECT ${selected} FROM "users";
DROP TABLE "users";
ALTER TABLE "new_users" RENAME TO "users";
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;`;

/** Alembic's batch mode, as it writes it. */
export const batch = (columns: string, copied: string): string => `
CREATE TABLE _alembic_tmp_users (${columns});
INSERT INTO _alembic_tmp_users (${copied}) SELECT ${copied} FROM users;
DROP TABLE users;
ALTER TABLE _alembic_tmp_users RENAME TO users;`;

export const SAME = 'id INTEGER PRIMARY KEY, name TEXT, email TEXT';
