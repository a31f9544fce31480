// The Alembic source. Every project is asked whether it is one of Alembic's; the rest is loaded for those that are.
import type { Source } from '../contract.ts';
import { detect } from './detect.ts';

/** The Alembic source. */
export const source: Source = {
  name: 'alembic',
  title: 'Alembic',
  detect,
  open: async (detection, context) => (await import('./project.ts')).openProject(detection, context),
};
