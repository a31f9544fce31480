// What lies in a folder, for the sources' searches through a project. Knows no source.
import { type Dirent, readdirSync } from 'node:fs';

/** A folder's entries; none where it cannot be read. A search asks about hundreds of folders: waiting for a thread each time would be its main work. */
export const entriesOf = (folder: string): readonly Dirent[] => {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
};
