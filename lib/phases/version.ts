// The version of dbsync, as its package states it.
import { readFileSync } from 'node:fs';

const find = (): string => {
  for (const up of ['../../package.json', '../../../package.json']) {
    try {
      const value: unknown = JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8'));
      if (value !== null && typeof value === 'object' && 'version' in value) return String(value.version);
    } catch {
      // Source and build lie at different depths below the package.
    }
  }
  return '0.0.0';
};

export const VERSION: string = find();
