-- absent: pg-enum-value-removal pg-drop-type
CREATE TYPE "Role" AS ENUM ('ADMIN', 'USER');
CREATE TABLE "User" ("id" SERIAL NOT NULL PRIMARY KEY, "role" "Role" NOT NULL);
-- migration
BEGIN;
CREATE TYPE "Role_new" AS ENUM ('ADMIN', 'USER', 'GUEST');
ALTER TABLE "User" ALTER COLUMN "role" TYPE "Role_new" USING ("role"::text::"Role_new");
ALTER TYPE "Role" RENAME TO "Role_old";
ALTER TYPE "Role_new" RENAME TO "Role";
DROP TYPE "Role_old";
COMMIT;
