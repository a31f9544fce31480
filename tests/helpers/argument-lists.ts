// The argument lists of everything that runs, as anyone on the machine can read them.
import { readdirSync, readFileSync } from 'node:fs';

/** One text for each process; those that end meanwhile are left out. */
export const argumentLists = (): readonly string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((id) => {
      try {
        return readFileSync(`/proc/${id}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        return '';
      }
    });
