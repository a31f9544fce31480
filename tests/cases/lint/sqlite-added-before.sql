-- found: sqlite-rebuild-column-lost
-- open: sqlite-rebuild-column-lost
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);
-- migration
ALTER TABLE "users" ADD COLUMN "age" INTEGER NOT NULL DEFAULT 0;
-- migration
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_users" (id INTEGER PRIMARY KEY, name TEXT);
INSERT INTO "new_users" ("id", "name") SELECT "id", "name" FROM "users";
DROP TABLE "users";
ALTER TABLE "new_users" RENAME TO "users";
PRAGMA foreign_key_check;
PRAGMA foreign_keys=ON;
