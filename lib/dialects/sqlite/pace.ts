// How a part of a table is read and a table written anew, for measuring how fast that is. Knows no clock.
import type { PaceQuestions } from '../contract.ts';
import { quote } from './rules.ts';

export const pace: PaceQuestions = {
  // NOT INDEXED leaves the table itself, in the order of its keys (https://sqlite.org/lang_indexedby.html).
  portion: async (_session, { name, rows, bytes }, wanted) => {
    if (bytes === null || bytes <= 0 || rows <= 0) return 'its size is not known';
    const part = Math.min(rows - 1, Math.floor((wanted * rows) / bytes));
    return {
      sql: `SELECT 1 FROM main.${quote(name)} NOT INDEXED LIMIT 1 OFFSET ${part}`,
      bytes: (part * bytes) / rows,
    };
  },
  // As a rebuild does: the engine itself has no statement for it.
  rewrite: (table) => [
    'CREATE TABLE dbsync_pace_new (id BIGINT NOT NULL PRIMARY KEY, n BIGINT NOT NULL, filler TEXT NOT NULL)',
    `INSERT INTO dbsync_pace_new SELECT id, n, filler FROM ${table}`,
    'DROP TABLE dbsync_pace_new',
  ],
};
