// Files, and the batches that they mean.

export interface ExpectedBatch {
  readonly transactional: boolean;
  readonly foreignKeys: 'on' | 'off';
  /** The statements' first words. */
  readonly statements: readonly string[];
  readonly because: RegExp;
}

export interface BatchCase {
  readonly title: string;
  readonly sql: string;
  readonly batches: readonly ExpectedBatch[];
}

const REBUILD = `
CREATE TABLE "new_User" ("id" INTEGER NOT NULL PRIMARY KEY);
INSERT INTO "new_User" ("id") SELECT "id" FROM "User";
DROP TABLE "User";
ALTER TABLE "new_User" RENAME TO "User";`;

const REBUILT = ['CREATE TABLE', 'INSERT', 'DROP TABLE', 'ALTER TABLE'];

export const BATCHES: readonly BatchCase[] = [
  { title: 'an empty file', sql: '-- nothing', batches: [] },
  {
    title: 'plain statements',
    sql: 'CREATE TABLE a (x); CREATE INDEX i ON a (x); UPDATE a SET x = 1;',
    batches: [
      {
        transactional: true,
        foreignKeys: 'on',
        statements: ['CREATE TABLE', 'CREATE INDEX', 'UPDATE'],
        because: /rolls back schema and data together/,
      },
    ],
  },
  {
    title: 'a rebuild as generated since 2024',
    sql: `ALTER TABLE "Post" ADD COLUMN "x" TEXT;\nPRAGMA defer_foreign_keys=ON;\nPRAGMA foreign_keys=OFF;${REBUILD}\nPRAGMA foreign_keys=ON;\nPRAGMA defer_foreign_keys=OFF;\nCREATE UNIQUE INDEX "i" ON "User"("id");`,
    batches: [
      {
        transactional: true,
        foreignKeys: 'off',
        statements: ['ALTER TABLE', 'PRAGMA', ...REBUILT, 'PRAGMA', 'CREATE UNIQUE INDEX'],
        because: /before the transaction begins/,
      },
    ],
  },
  {
    title: 'a rebuild as generated before that',
    sql: `PRAGMA foreign_keys=OFF;${REBUILD}\nPRAGMA foreign_key_check;\nPRAGMA foreign_keys=ON;`,
    batches: [
      {
        transactional: true,
        foreignKeys: 'off',
        statements: [...REBUILT, 'PRAGMA'],
        because: /no effect inside a transaction/,
      },
    ],
  },
  {
    title: 'the switch in other words',
    sql: `pragma main.foreign_keys(0);${REBUILD}\nPRAGMA foreign_keys = 'yes'; CREATE TABLE z (a)`,
    batches: [
      {
        transactional: true,
        foreignKeys: 'off',
        statements: [...REBUILT, 'CREATE TABLE'],
        because: /before the transaction/,
      },
    ],
  },
  {
    title: 'a delete after the rebuild depends on foreign keys',
    sql: `PRAGMA foreign_keys=OFF;${REBUILD}\nPRAGMA foreign_keys=ON;\nDELETE FROM "User" WHERE id = 1;\nCREATE TABLE z (a);`,
    batches: [
      { transactional: true, foreignKeys: 'off', statements: REBUILT, because: /transaction of its own/ },
      {
        transactional: true,
        foreignKeys: 'on',
        statements: ['DELETE', 'CREATE TABLE'],
        because: /leaves the earlier ones committed/,
      },
    ],
  },
  {
    title: 'a dropped table before the rebuild depends on foreign keys',
    sql: `DROP TABLE old;\nPRAGMA foreign_keys=OFF;${REBUILD}\nPRAGMA foreign_keys=ON;`,
    batches: [
      { transactional: true, foreignKeys: 'on', statements: ['DROP TABLE'], because: /cascade/ },
      { transactional: true, foreignKeys: 'off', statements: REBUILT, because: /cascade/ },
    ],
  },
  {
    title: 'REPLACE and upsert depend on foreign keys, INSERT does not',
    sql: `INSERT INTO a VALUES (1); PRAGMA foreign_keys=OFF; CREATE TABLE z (a); PRAGMA foreign_keys=ON; INSERT INTO a VALUES (1) ON CONFLICT DO UPDATE SET x = 2;`,
    batches: [
      { transactional: true, foreignKeys: 'on', statements: ['INSERT'], because: /each part/ },
      { transactional: true, foreignKeys: 'off', statements: ['CREATE TABLE'], because: /each part/ },
      { transactional: true, foreignKeys: 'on', statements: ['INSERT'], because: /each part/ },
    ],
  },
  {
    title: 'the official twelve steps, with their own BEGIN and COMMIT',
    sql: `PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;${REBUILD}\nPRAGMA foreign_key_check;\nCOMMIT;\nPRAGMA foreign_keys=ON;`,
    batches: [
      {
        transactional: true,
        foreignKeys: 'off',
        statements: [...REBUILT, 'PRAGMA'],
        because: /own BEGIN and COMMIT only enclose it/,
      },
    ],
  },
  {
    title: 'a switch inside its own transaction has no effect and is not obeyed',
    sql: `BEGIN;\nPRAGMA foreign_keys=OFF;${REBUILD}\nEND;`,
    batches: [{ transactional: true, foreignKeys: 'on', statements: REBUILT, because: /left out/ }],
  },
  {
    title: 'two transactions of its own',
    sql: 'BEGIN; CREATE TABLE a (x); COMMIT; BEGIN; CREATE TABLE b (x); COMMIT;',
    batches: [
      {
        transactional: false,
        foreignKeys: 'on',
        statements: ['BEGIN', 'CREATE TABLE', 'COMMIT', 'BEGIN', 'CREATE TABLE', 'COMMIT'],
        because: /sent as it is/,
      },
    ],
  },
  {
    title: 'statements beside its own transaction',
    sql: 'CREATE TABLE a (x); BEGIN; CREATE TABLE b (x); COMMIT;',
    batches: [
      {
        transactional: false,
        foreignKeys: 'on',
        statements: ['CREATE TABLE', 'BEGIN', 'CREATE TABLE', 'COMMIT'],
        because: /sent as it is/,
      },
    ],
  },
  {
    title: 'savepoints may stand in a transaction',
    sql: 'SAVEPOINT s; CREATE TABLE a (x); ROLLBACK TO s; RELEASE s;',
    batches: [
      {
        transactional: true,
        foreignKeys: 'on',
        statements: ['SAVEPOINT', 'CREATE TABLE', 'ROLLBACK', 'RELEASE'],
        because: /one transaction/,
      },
    ],
  },
  {
    title: 'VACUUM stands alone',
    sql: 'CREATE TABLE a (x); VACUUM; CREATE TABLE b (x);',
    batches: [
      { transactional: true, foreignKeys: 'on', statements: ['CREATE TABLE'], because: /one transaction/ },
      {
        transactional: false,
        foreignKeys: 'on',
        statements: ['VACUUM'],
        because: /VACUUM cannot run in a transaction/,
      },
      { transactional: true, foreignKeys: 'on', statements: ['CREATE TABLE'], because: /one transaction/ },
    ],
  },
  {
    title: 'a change of the journal mode, ATTACH and DETACH stand alone',
    sql: "PRAGMA journal_mode=WAL; ATTACH 'x.db' AS x; DETACH x; PRAGMA journal_mode; PRAGMA user_version = 3;",
    batches: [
      { transactional: false, foreignKeys: 'on', statements: ['PRAGMA'], because: /journal_mode cannot/ },
      { transactional: false, foreignKeys: 'on', statements: ['ATTACH'], because: /ATTACH cannot/ },
      { transactional: false, foreignKeys: 'on', statements: ['DETACH'], because: /DETACH cannot/ },
      {
        transactional: true,
        foreignKeys: 'on',
        statements: ['PRAGMA', 'PRAGMA'],
        because: /one transaction/,
      },
    ],
  },
  {
    title: 'foreign keys stay off over a statement that stands alone',
    sql: `PRAGMA foreign_keys=OFF; CREATE TABLE a (x); VACUUM;${REBUILD}\nPRAGMA foreign_keys=ON;`,
    batches: [
      { transactional: true, foreignKeys: 'off', statements: ['CREATE TABLE'], because: /foreign keys off/ },
      { transactional: false, foreignKeys: 'on', statements: ['VACUUM'], because: /VACUUM/ },
      { transactional: true, foreignKeys: 'off', statements: REBUILT, because: /foreign keys off/ },
    ],
  },
];
