// How V8 works in a process that lives for a second or two.
import v8 from 'node:v8';

/** V8's unit for how much a function must have run before it is compiled again, optimised; Node 20 has 67,584. */
const INTERRUPT_BUDGET = 540_672;

/**
 * Makes V8 later to optimise what runs: most of a short run goes by before optimised code would have paid for its making.
 * Measured on Node 20 (reference/benchmarks.md); later versions have a compiler more between the two and are left as they are.
 */
export const tuneEngine = (): void => {
  if (process.versions.node.startsWith('20.'))
    v8.setFlagsFromString(`--interrupt-budget=${INTERRUPT_BUDGET}`);
};
