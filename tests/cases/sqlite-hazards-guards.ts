// Guards that are turned off, other files, the schema as text, triggers that come. Data only.
import { type HazardCase, ROWS, USERS } from './sqlite-hazard-schema.ts';

const GUARDS = [
  'sqlite-other-file',
  'sqlite-journal-off',
  'sqlite-checks-off',
  'sqlite-catalog-write',
  'sqlite-trigger-acts',
];

export const GUARD_CASES: readonly HazardCase[] = [
  {
    name: 'another file attached',
    schema: USERS,
    migration: "ATTACH 'other.db' AS other",
    shows: ['sqlite-other-file'],
    fails: true,
  },
  {
    name: 'a copy of the file written',
    schema: USERS,
    migration: "VACUUM INTO 'copy.db'",
    shows: ['sqlite-other-file', 'sqlite-space'],
    fails: true,
  },
  {
    name: 'no journal',
    schema: USERS,
    migration: 'PRAGMA journal_mode = OFF',
    shows: ['sqlite-journal-off=destructive'],
  },
  {
    name: 'no waiting for the disk',
    schema: USERS,
    migration: 'PRAGMA synchronous(0)',
    shows: ['sqlite-journal-off'],
  },
  {
    name: 'checks ignored',
    schema: USERS,
    migration: 'PRAGMA ignore_check_constraints = yes',
    shows: ['sqlite-checks-off=destructive'],
  },
  {
    name: 'the schema written as text',
    schema: USERS,
    migration: "UPDATE sqlite_schema SET sql = replace(sql, 'TEXT', 'INT') WHERE name = 'users'",
    shows: ['sqlite-catalog-write=destructive'],
    fails: true,
  },
  {
    name: 'a trigger that deletes',
    schema: USERS,
    data: ROWS,
    migration: 'CREATE TRIGGER t AFTER INSERT ON users BEGIN DELETE FROM users WHERE id = 1; END',
    shows: ['sqlite-trigger-acts=breaking'],
  },
  {
    name: 'a trigger on an empty table',
    schema: USERS,
    migration: 'CREATE TRIGGER t AFTER INSERT ON users BEGIN DELETE FROM users WHERE id = 1; END',
    shows: ['sqlite-trigger-acts=advice'],
  },
  {
    name: 'a memory of the session, a write-ahead log, and a trigger on a view',
    schema: USERS,
    data: ROWS,
    migration:
      "ATTACH ':memory:' AS scratch; DETACH scratch; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA ignore_check_constraints = OFF; CREATE VIEW v AS SELECT id FROM users; CREATE TRIGGER t INSTEAD OF DELETE ON v BEGIN DELETE FROM users WHERE id = OLD.id; END",
    shows: [],
    not: GUARDS,
  },
];
