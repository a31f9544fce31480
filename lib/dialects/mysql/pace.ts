// How a part of a table is read and a table written anew, for measuring how fast that is. Knows no clock.
import type { PaceQuestions } from '../contract.ts';
import { quote } from './quote.ts';

export const pace: PaceQuestions = {
  // Without an index rows come as they lie in the table, and an offset is read and thrown away by the server (manual, index hints).
  portion: async (_session, { name, rows, bytes, dataBytes = bytes }, wanted) => {
    if (dataBytes === null || dataBytes <= 0 || rows <= 0) return 'the server does not tell its size';
    const part = Math.min(rows - 1, Math.floor((wanted * rows) / dataBytes));
    return {
      sql: `SELECT 1 FROM ${quote(name)} USE INDEX () LIMIT 1 OFFSET ${part}`,
      bytes: (part * dataBytes) / rows,
    };
  },
  rewrite: (table) => [`ALTER TABLE ${table} FORCE, ALGORITHM=COPY`],
};
