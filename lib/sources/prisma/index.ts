// The Prisma source. Every project is asked whether it is one of Prisma's; the rest is loaded for those that are.
import type { Source } from '../contract.ts';
import { detect } from './detect.ts';

/** Prisma, versions 5 to 7. */
export const source: Source = {
  name: 'prisma',
  title: 'Prisma',
  detect,
  open: async (detection, context) => (await import('./project.ts')).openProject(detection, context),
  command: async (input) => (await import('./bridge/index.ts')).prismaCommand(input),
};
