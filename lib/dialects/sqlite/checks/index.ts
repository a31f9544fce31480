// The preflight checks that only a file needs, in the order they are shown.
import type { Check } from '../../contract.ts';
import { filesystem, space } from './disk.ts';
import { exists, journal, namesakes, permissions } from './file.ts';
import { busy, integrity, leftovers, library, orphans } from './state.ts';

export const checks: readonly Check[] = [
  { id: 'sqlite-file', title: 'Database file', run: exists },
  { id: 'sqlite-namesakes', title: 'No other file answers to the same URL', run: namesakes },
  { id: 'sqlite-permissions', title: 'The file and its folder can be written', run: permissions },
  { id: 'sqlite-filesystem', title: 'The file is on a local disk', run: filesystem },
  { id: 'sqlite-space', title: 'There is room for a rebuild', run: space },
  { id: 'sqlite-journal', title: 'Journal mode and leftovers', run: journal },
  { id: 'sqlite-busy', title: 'A write lock can be had', run: busy },
  { id: 'sqlite-integrity', title: 'The file is intact', run: integrity },
  { id: 'sqlite-orphans', title: 'Every foreign key finds its row', run: orphans },
  { id: 'sqlite-leftovers', title: 'No half-made tables', run: leftovers },
  { id: 'sqlite-library', title: 'Library version', run: library },
];
